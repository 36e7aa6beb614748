/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/field.h"

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
		size_t len = strlen(cases[i].body);
		GUARD_CLEANUP struct guard g = guard_copy(cases[i].body, len);
		struct yg_header header = { YG_SLICE("content-type"),
					    yg_slice_from_str(cases[i].type) };
		struct yg_message message = { .present = true,
					      .headers = &header,
					      .header_count = 1,
					      .body = { g.ptr, len } };
		struct yg_fields fields = yg_fields_from_body(&message);
		struct yg_field field;
		char text[256] = "";

		while (yg_fields_next(&fields, &field)) {
			(void)strncat(text, field.name.ptr ? field.name.ptr : "", field.name.len);
			(void)strcat(text, "=");
			(void)strncat(text, field.value.ptr ? field.value.ptr : "",
				      field.value.len);
			(void)strcat(text, ";");
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
		struct yg_header header = { YG_SLICE("content-type"),
					    YG_SLICE("application/json") };
		struct yg_message message = { .headers = &header,
					      .header_count = 1,
					      .body = { g.ptr, len } };
		struct yg_fields fields = yg_fields_from_body(&message);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_case_of_the_table),
		cmocka_unit_test(never_reads_beyond_any_cut),
		cmocka_unit_test(knows_names_of_ids),
	};

	return cmocka_run_group_tests_name("detect/field", tests, NULL, NULL);
}
