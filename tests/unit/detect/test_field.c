/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/field.h"

#include <stdio.h>

#include "test.h"

struct field_case {
	const char *type;
	const char *body;
	const char *want; /* "name=value;" ... */
};

/* clang-format off */
static const struct field_case cases[] = {
	{ "application/json", "{\"a\":1,\"b\":\"x\"}", "a=1;b=x;" },
	{ "application/json", "{ \"a\" : -1.5e3 , \"b\":[1,2,\"3\"] }", "a=-1.5e3;b=1;b=2;b=3;" },
	{ "application/json", "{\"o\":{\"id\":\"q\\\"w\"}}", "id=q\\\"w;" },
	{ "application/json", "{\"a\":true,\"b\":null}", "a=true;b=null;" },
	{ "application/problem+json", "{\"a\":\"cut he", "" },
	{ "application/json", "{\"a\":12", "" },
	{ "application/json", "[[[[[[[[\"x\"", "=x;" },
	{ "application/json", "\"", "" },
	{ "application/x-www-form-urlencoded", "a=1&b=x%20y&&c", "a=1;b=x%20y;c=;" },
	{ "text/html", "{\"a\":1}", "" },
};
/* clang-format on */

static void reads_every_case_of_the_table(void **state)
{
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t body_len = strlen(cases[i].body);
		GUARD_CLEANUP struct guard g = guard_copy(cases[i].body, body_len);
		struct yg_slice text_in = { g.ptr, body_len };
		struct yg_body_view view = {
			.kind = yg_body_kind_of(yg_slice_from_str(cases[i].type), text_in),
			.text = text_in,
		};
		struct yg_fields fields = yg_fields_from_body(&view);
		struct yg_field field;
		char text[256] = "";

		while (yg_fields_next(&fields, &field)) {
			size_t len = strlen(text);

			(void)snprintf(text + len, sizeof(text) - len, "%.*s=%.*s;",
				       (int)field.name.len, field.name.ptr ? field.name.ptr : "",
				       (int)field.value.len,
				       field.value.ptr ? field.value.ptr : "");
		}
		assert_string_equal(text, cases[i].want);
	}
}

static void never_reads_beyond_any_cut(void **state)
{
	static const char body[] = "{\"a\":[1,{\"b\\\\\":\"c\\\"d\"},2.5e1],\"e\" : \"f\"}";

	(void)state;

	for (size_t len = 0; len < sizeof(body); len++) {
		GUARD_CLEANUP struct guard g = guard_copy(body, len);
		struct yg_body_view view = { .kind = YG_BODY_KIND_JSON, .text = { g.ptr, len } };
		struct yg_fields fields = yg_fields_from_body(&view);
		struct yg_field field;
		uint32_t count = 0;

		while (yg_fields_next(&fields, &field))
			count++;
		assert_true(count <= 5);
	}
}

static void knows_names_of_ids(void **state)
{
	static const char *const yes[] = { "id", "ID", "userId", "account_id", "order-no", "uuid" };
	static const char *const no[] = { "page", "limit", "name", "valid", "grid", "" };

	(void)state;

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(yg_field_is_id(yg_slice_from_str(yes[i])));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(yg_field_is_id(yg_slice_from_str(no[i])));
}

static const struct {
	const char *name, *json;
	const char *want[9]; /* name, value, ... */
} id_cases[] = {
	{ "flat", "{\"id\":1,\"name\":\"x\",\"userId\":\"u-2\"}", { "id", "1", "userId", "u-2" } },
	{ "nested", "{\"user\":{\"id\":5,\"t\":1},\"order\":7}", { "id", "5", "order", "7" } },
	{ "list", "[{\"id\":1},{\"id\":2},{\"id\":3}]", { "id", "1", "id", "2", "id", "3" } },
	{ "spaces", "{ \"id\" : 1 ,\n \"uuid\" :  \"a\" }", { "id", "1", "uuid", "a" } },
	{ "colons in values", "{\"url\":\"http://h/id:9\",\"id\":4}", { "id", "4" } },
	{ "escaped quotes", "{\"t\":\"a\\\"id\\\":1\",\"id\":4}", { "id", "4" } },
	{ "names that end alike",
	  "{\"created\":1,\"valid\":true,\"Code\":\"c\"}",
	  { "Code", "c" } },
	{ "an empty value", "{\"id\":\"\",\"uid\":2}", { "id", "", "uid", "2" } },
	{ "cut in a number", "{\"id\":1,\"uid\":22", { "id", "1" } },
	{ "cut in a string", "{\"id\":1,\"uid\":\"22", { "id", "1" } },
	{ "cut in a name", "{\"id\":1,\"ui", { "id", "1" } },
	{ "no names", "[1,2,3]", { NULL } },
	{ "garbage", ":::\"\":\"", { NULL } },
	{ "empty", "", { NULL } },
};

static struct yg_fields open_list(const struct guard *in)
{
	struct yg_body_view view = { .kind = YG_BODY_KIND_JSON, .text = { in->ptr, in->len } };

	return yg_fields_from_body(&view);
}

static void expect(size_t i, uint32_t at, const struct yg_field *field)
{
	assert_true(at < 4);
	assert_non_null(id_cases[i].want[2 * at]);
	assert_true(yg_slice_equal(field->name, yg_slice_from_str(id_cases[i].want[2 * at])));
	assert_true(yg_slice_equal(field->value, yg_slice_from_str(id_cases[i].want[2 * at + 1])));
}

/* Both ways of reading give the same identifiers. */
static void finds_identifiers(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(id_cases); i++) {
		GUARD_CLEANUP struct guard in =
			guard_copy(id_cases[i].json, strlen(id_cases[i].json));
		struct yg_fields fields = open_list(&in);
		struct yg_field field;
		uint32_t fast = 0, slow = 0;

		print_message("  %s\n", id_cases[i].name);
		while (yg_fields_next_id(&fields, &field))
			expect(i, fast++, &field);
		fields = open_list(&in);
		while (yg_fields_next(&fields, &field)) {
			if (yg_field_is_id(field.name))
				expect(i, slow++, &field);
		}
		assert_int_equal(fast, slow);
		assert_null(id_cases[i].want[2 * fast]);
	}
}

static void filters_queries(void **state)
{
	struct yg_fields fields = yg_fields_from_query(YG_SLICE("a=1&user_id=2&x&id=3"));
	struct yg_field field;

	(void)state;

	assert_true(yg_fields_next_id(&fields, &field));
	assert_true(yg_slice_equal(field.value, YG_SLICE("2")));
	assert_true(yg_fields_next_id(&fields, &field));
	assert_true(yg_slice_equal(field.value, YG_SLICE("3")));
	assert_false(yg_fields_next_id(&fields, &field));
}

/* Every cut of a list gives the identifiers before the cut, and reads nothing beyond it. */
static void ends_at_any_cut(void **state)
{
	static const char list[] = "[{\"id\" : 17,\"t\":\"\\\"\"},{\"userId\":\"a\\\\\"}]";

	(void)state;

	for (size_t len = 0; len < sizeof(list); len++) {
		GUARD_CLEANUP struct guard in = guard_copy(list, len);
		struct yg_fields fields = open_list(&in);
		struct yg_field field;
		uint32_t count = 0;

		while (yg_fields_next_id(&fields, &field))
			count++;
		assert_true(count <= 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_case_of_the_table),
		cmocka_unit_test(never_reads_beyond_any_cut),
		cmocka_unit_test(knows_names_of_ids),
		cmocka_unit_test(finds_identifiers),
		cmocka_unit_test(filters_queries),
		cmocka_unit_test(ends_at_any_cut),
	};

	return cmocka_run_group_tests_name("detect/field", tests, NULL, NULL);
}
