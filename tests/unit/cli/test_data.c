/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/data.h"

#include "test.h"

static void joins_each_class_once_and_marks_what_is_only_possible(void **state)
{
	static const struct {
		const char *list, *text;
		size_t cap;
	} cases[] = {
		{ "[]", "", 32 },
		{ "null", "", 32 },
		{ "[{\"class\":\"pan\",\"confidence\":\"likely\"}]", "pan", 32 },
		{ "[{\"class\":\"pan\",\"confidence\":\"likely\"},"
		  "{\"class\":\"phone\",\"confidence\":\"possible\"},"
		  "{\"class\":\"pan\",\"confidence\":\"possible\"}]",
		  "pan,phone?", 32 },
		{ "[{\"class\":\"pan\",\"confidence\":\"likely\"},"
		  "{\"class\":\"pa\",\"confidence\":\"likely\"}]",
		  "pan,pa", 32 },
		{ "[{\"class\":\"email\",\"confidence\":\"confirmed\"},"
		  "{\"class\":\"secret-aws\",\"confidence\":\"likely\"},"
		  "{\"class\":\"secret-npm\",\"confidence\":\"likely\"},"
		  "{\"class\":\"national-id-fr\",\"confidence\":\"possible\"}]",
		  "secret,email,national-id?", 32 },
		{ "[{\"class\":\"pan\",\"confidence\":\"likely\"},"
		  "{\"class\":\"national-id-fr\",\"confidence\":\"likely\"}]",
		  "pan", 16 },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		yajl_val list = yajl_tree_parse(cases[i].list, NULL, 0);
		char text[32];

		assert_true(list || i == 1);
		print_message("%s\n", cases[i].list);
		assert_string_equal(yg_data_join(list, text, cases[i].cap), cases[i].text);
		yajl_tree_free(list);
	}
}

static void a_field_of_a_query_says_so(void **state)
{
	static const char field[] =
		"{\"class\":\"email\",\"in\":\"request\",\"at\":\"query\",\"field\":\"who\","
		"\"confidence\":\"likely\",\"values\":3,\"sample\":\"a***.org\"}";
	const struct yg_cli_args args = { .columns = 80 };
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	yajl_val value = yajl_tree_parse(field, NULL, 0);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(yg_table_new(yg_data_columns, YG_DATA_COLUMNS, &table), 0);
	assert_int_equal(yg_data_add(&args, table, value), 0);
	yg_table_print(table, out, 80);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "email  request  query who  likely           3  a***.org"));
	free(text);
	yajl_tree_free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_each_class_once_and_marks_what_is_only_possible),
		cmocka_unit_test(a_field_of_a_query_says_so),
	};

	return cmocka_run_group_tests_name("cli/data", tests, NULL, NULL);
}
