/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/feed_from.h"

#include <string.h>

#include "core/macros.h"
#include "guard.h"
#include "test.h"

static void a_sample_keeps_names_and_no_values(void **state)
{
	static const struct {
		const char *path, *target, *want;
	} cases[] = {
		{ "/v1/users/{id}", "/v1/users/42", "/v1/users/{id}" },
		{ "/v1/users/{id}", "/v1/users/42?page=2&q=x", "/v1/users/{id}?page=*&q=*" },
		{ "/v1/u", "/v1/u?word&=x&", "/v1/u?*&=*" },
		{ "/v1/u", "/v1/u?090-8765-4321=1&ann%40bank.test=2&b=3", "/v1/u?*&*&b=*" },
		{ "/v1/u", "/v1/u?", "/v1/u" },
		{ "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard in =
			guard_copy(cases[i].target, strlen(cases[i].target));
		char text[64];
		size_t len = yg_feed_mask_target(yg_slice_from_str(cases[i].path),
						 (struct yg_slice){ in.ptr, in.len }, text,
						 sizeof(text));

		print_message("%s\n", cases[i].target);
		assert_int_equal(len, strlen(cases[i].want));
		assert_memory_equal(text, cases[i].want, len);
	}
}

static void a_sample_is_cut_to_its_room(void **state)
{
	char text[9];

	(void)state;
	assert_int_equal(yg_feed_mask_target(YG_SLICE("/v1/users"), YG_SLICE("/v1/users?a=b"), text,
					     sizeof(text)),
			 9);
	assert_int_equal(yg_feed_mask_target(YG_SLICE("/v1/u"), YG_SLICE("/v1/u?a=b&c=d"), text, 9),
			 9);
	assert_memory_equal(text, "/v1/u?a=*", 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sample_keeps_names_and_no_values),
		cmocka_unit_test(a_sample_is_cut_to_its_room),
	};

	return cmocka_run_group_tests_name("store/feed_from", tests, NULL, NULL);
}
