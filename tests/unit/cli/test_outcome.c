/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/outcome.h"

#include "test.h"

struct text_case {
	const char *name;
	const char *outcomes; /* JSON */
	int columns;
	bool japanese;
	const char *want;
};

static const struct text_case cases[] = {
	{ "nothing was told", "{}", 132, false, "" },
	{ "no object", "[7]", 132, false, "" },
	{ "all went well", "{\"ok\":7}", 132, false, "" },
	{ "one kind", "{\"ok\":7,\"forbidden\":12}", 132, false, "12 forbidden" },
	{ "the most frequent of several", "{\"missing\":1,\"failed\":3}", 132, false, "4 failed+" },
	{ "a part of a batch", "{\"partial\":2}", 132, false, "2 partial" },
	{ "where room is short", "{\"missing\":1,\"failed\":3}", 80, false, "4" },
	{ "in Japanese", "{\"forbidden\":12}", 132, true, "12 権限なし" },
	{ "many", "{\"limited\":1234567}", 132, false, "1.23M limited" },
	{ "a kind nobody knows", "{\"odd\":3}", 132, false, "" },
};

static void says_how_often_and_why_in_short(void **state)
{
	char text[YG_OUTCOME_TEXT_CAP], error[64];

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct text_case *c = &cases[i];
		const struct yg_cli_args args = { .columns = c->columns, .japanese = c->japanese };
		yajl_val value = yajl_tree_parse(c->outcomes, error, sizeof(error));

		print_message("  %s\n", c->name);
		assert_non_null(value);
		assert_string_equal(yg_outcome_text_of(&args, value, text), c->want);
		yajl_tree_free(value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_how_often_and_why_in_short),
	};

	return cmocka_run_group_tests_name("cli/outcome", tests, NULL, NULL);
}
