/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/base64.h"

#include <errno.h>
#include <string.h>

#include "test.h"

/* RFC 4648 section 10, and what differs between the alphabets. */
static const struct {
	const char *text, *want;
} good[] = {
	{ "", "" },
	{ "Zg==", "f" },
	{ "Zm8=", "fo" },
	{ "Zm9v", "foo" },
	{ "Zm9vYg", "foob" },
	{ "Zm9vYmFy", "foobar" },
	{ "-_-_", "\xfb\xff\xbf" },
	{ "+/+/", "\xfb\xff\xbf" },
};

static const char *const bad[] = { "Z", "Zm9vY", "Zg=a", "Z g=", "Zm9v\n", "====" };

static void decodes_both_alphabets(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(good); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(good[i].text, strlen(good[i].text));
		size_t want = strlen(good[i].want);
		uint8_t out[16];

		print_message("  %s\n", good[i].text);
		assert_int_equal(yg_base64_decode((struct yg_slice){ in.ptr, in.len }, out, 16),
				 want);
		assert_memory_equal(out, good[i].want, want);
	}
}

static void refuses_what_is_not_base64(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(bad); i++) {
		uint8_t out[16];

		print_message("  %s\n", bad[i]);
		assert_int_equal(yg_base64_decode(yg_slice_from_str(bad[i]), out, sizeof(out)),
				 -EINVAL);
	}
}

static void honours_capacity(void **state)
{
	uint8_t out[6];

	(void)state;
	assert_int_equal(yg_base64_decode(YG_SLICE("Zm9vYmFy"), out, 6), 6);
	assert_int_equal(yg_base64_decode(YG_SLICE("Zm9vYmFy"), out, 5), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_both_alphabets),
		cmocka_unit_test(refuses_what_is_not_base64),
		cmocka_unit_test(honours_capacity),
	};

	return cmocka_run_group_tests_name("core/base64", tests, NULL, NULL);
}
