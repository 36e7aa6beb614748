/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/secret.h"

#include "core/macros.h"
#include "test.h"

struct secret_case {
	const char *text;
	bool begins;
};

static const struct secret_case cases[] = {
	{ "AKIAIOSFODNN7EXAMPLE", true },
	{ "AKIAIOSFODNN7EXAMPL", false },
	{ "AKIAIOSFODNN7examplE", false },
	{ "ghp_0123456789abcdefghijABCDEFGHIJ012345", true },
	{ "ghp_0123456789abcdefghij", false },
	{ "xoxb-123456789012-abcdefgh", true },
	{ "sk_live_0123456789abcdef", true },
	{ "akia-is-a-word-like-others", false },
	{ "", false },
};

static void a_prefix_and_its_rest_tell(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		size_t len = strlen(cases[i].text);
		GUARD_CLEANUP struct guard g = guard_copy(cases[i].text, len);

		print_message("%s\n", cases[i].text);
		assert_int_equal(yg_secret_begins((struct yg_slice){ g.ptr, len }),
				 cases[i].begins);
	}
}

static void every_prefix_is_found_inside_a_text(void **state)
{
	uint32_t count;
	const struct yg_secret *secrets = yg_secrets(&count);

	(void)state;
	for (uint32_t i = 0; i < count; i++) {
		char text[300] = "x ";
		size_t len = 2 + strlen(secrets[i].prefix);

		memcpy(text + 2, secrets[i].prefix, len - 2);
		memset(text + len, 'Z', secrets[i].shortest);
		len += secrets[i].shortest;
		assert_true(len - 2 >= YG_SECRET_MIN);
		assert_int_equal(yg_secret_at(&secrets[i], (struct yg_slice){ text, len }, 2).len,
				 len - 2);
		assert_null(yg_secret_at(&secrets[i], (struct yg_slice){ text, len - 1 }, 2).ptr);
		text[1] = 'x'; /* part of a longer word */
		assert_null(yg_secret_at(&secrets[i], (struct yg_slice){ text, len }, 2).ptr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_and_its_rest_tell),
		cmocka_unit_test(every_prefix_is_found_inside_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
