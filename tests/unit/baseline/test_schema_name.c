/* SPDX-License-Identifier: GPL-2.0-only */
/* baseline/schema_name.c behind its contract in baseline/schema.h. */
#include <string.h>

#include "baseline/schema.h"
#include "guard.h"
#include "test.h"

static const struct {
	const char *name;
	bool in_body, elsewhere;
} names[] = {
	{ "user_id", false, false },
	{ "sha256", false, false },
	{ "f2024", false, false },
	{ "ann@bank.test", true, true },
	{ "ann%40bank.test", true, true },
	{ "090-1234-5678", false, true }, /* as an id: "*" */
	{ "AKIAQBPKGNCUFHRDSLJQ", true, true },
	{ "ghp_0123456789abcdefghijABCDEFGHIJ012345", true, true },
	/* Members of a map, which the schema tells as "*". */
	{ "621498320257", false, true },
	{ "0d1c2f60-8c5e-4a3b-9f3e-0a1b2c3d4e5f", false, true },
	{ "%E5%85%8D%E8%A8%B1%E8%A8%BC", false, false },
	{ "a%4", false, true },
	/* Escapes of JSON are no digits: 名前, 口座残高; but what they hide counts. */
	{ "\\u540d\\u524d", false, false },
	{ "\\u53e3\\u5ea7\\u6b8b\\u9ad8", false, false },
	{ "it's \\\"odd\\\"", false, false },
	{ "ann\\u0040bank.test", true, true },
	{ "\\u004", false, false }, /* no escape: as it stands */
	{ "", false, false },
};

static void names_that_are_somebodys_are_kept_nowhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(names[i].name, strlen(names[i].name));
		struct yg_slice name = { in.ptr, in.len };

		print_message("%s\n", names[i].name);
		assert_int_equal(yg_schema_is_personal(name, true), names[i].in_body);
		assert_int_equal(yg_schema_is_personal(name, false), names[i].elsewhere);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_are_somebodys_are_kept_nowhere),
	};

	return cmocka_run_group_tests_name("baseline/schema_name", tests, NULL, NULL);
}
