/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/id.h"

#include "core/macros.h"
#include "parse/values.h"
#include "test.h"

static void knows_names_of_ids(void **state)
{
	static const char *const yes[] = { "id", "ID", "userId", "account_id", "order-no", "uuid" };
	static const char *const no[] = { "page", "limit", "name", "valid", "grid", "" };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(yes); i++)
		assert_true(yg_id_is_name(yg_slice_from_str(yes[i])));
	for (size_t i = 0; i < YG_ARRAY_SIZE(no); i++)
		assert_false(yg_id_is_name(yg_slice_from_str(no[i])));
}

static const struct {
	const char *name, *json;
	const char *want[5]; /* values */
} id_cases[] = {
	{ "flat", "{\"id\":1,\"name\":\"x\",\"userId\":\"u-2\"}", { "1", "u-2" } },
	{ "nested", "{\"user\":{\"id\":5,\"t\":1},\"order\":7}", { "5", "7" } },
	{ "list", "[{\"id\":1},{\"id\":2},{\"id\":3}]", { "1", "2", "3" } },
	{ "spaces", "{ \"id\" : 1 ,\n \"uuid\" :  \"a\" }", { "1", "a" } },
	{ "colons in values", "{\"url\":\"http://h/id:9\",\"id\":4}", { "4" } },
	{ "escaped quotes", "{\"t\":\"a\\\"id\\\":1\",\"id\":4}", { "4" } },
	{ "escapes in a value", "{\"id\":\"q\\\"w\\\\\",\"uid\":2}", { "q\\\"w\\\\", "2" } },
	{ "names that end alike", "{\"created\":1,\"valid\":true,\"Code\":\"c\"}", { "c" } },
	{ "an object of that name", "{\"id\":{\"id\":-5,\"x\":6}}", { "-5" } },
	{ "an empty value", "{\"id\":\"\",\"uid\":2}", { "", "2" } },
	{ "cut in a number", "{\"id\":1,\"uid\":22", { "1" } },
	{ "cut in a string", "{\"id\":1,\"uid\":\"22", { "1" } },
	{ "cut in a name", "{\"id\":1,\"ui", { "1" } },
	{ "no names", "[1,2,3]", { NULL } },
	{ "garbage", ":::\"\":\"", { NULL } },
	{ "empty", "", { NULL } },
};

/* What a walk over all values says: the same identifiers, but all members of an array. */
struct slow {
	size_t row;
	uint32_t at;
};

static void expect(size_t row, uint32_t at, struct yg_slice value)
{
	assert_true(at < 4);
	assert_non_null(id_cases[row].want[at]);
	assert_true(yg_slice_equal(value, yg_slice_from_str(id_cases[row].want[at])));
}

static void take_value(void *ctx, const struct yg_value *value)
{
	struct slow *slow = ctx;

	if (value->raw.ptr && !value->cut && yg_id_is_name(yg_value_name(value)))
		expect(slow->row, slow->at++, value->raw);
}

static void finds_identifiers(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(id_cases); i++) {
		GUARD_CLEANUP struct guard in =
			guard_copy(id_cases[i].json, strlen(id_cases[i].json));
		struct yg_body_view view = { .kind = YG_BODY_KIND_JSON,
					     .text = { in.ptr, in.len } };
		struct yg_id_scan scan = yg_id_scan_from_json(view.text);
		struct slow slow = { .row = i };
		struct yg_slice value;
		uint32_t fast = 0;

		print_message("  %s\n", id_cases[i].name);
		while (yg_id_scan_next(&scan, &value))
			expect(i, fast++, value);
		assert_null(id_cases[i].want[fast]);
		(void)yg_values_walk_body(&view, YG_SLICE(""), take_value, &slow);
		assert_int_equal(slow.at, fast);
	}
}

static void takes_the_first_of_an_array(void **state)
{
	struct yg_id_scan scan = yg_id_scan_from_json(YG_SLICE(
		"{\"id\":[ 1,2,3],\"uid\":[[\"a\"]],\"uuid\":{\"x\":1},\"No\":[],\"id\":4}"));
	struct yg_slice value;

	(void)state;
	assert_true(yg_id_scan_next(&scan, &value));
	assert_true(yg_slice_equal(value, YG_SLICE("1")));
	assert_true(yg_id_scan_next(&scan, &value));
	assert_true(yg_slice_equal(value, YG_SLICE("a")));
	assert_true(yg_id_scan_next(&scan, &value));
	assert_true(yg_slice_equal(value, YG_SLICE("4")));
	assert_false(yg_id_scan_next(&scan, &value));
}

/* Every cut of a list gives the identifiers before the cut, and reads nothing beyond it. */
static void ends_at_any_cut(void **state)
{
	static const char list[] = "[{\"id\" : 17,\"t\":\"\\\"\"},{\"userId\":\"a\\\\\"}]";

	(void)state;

	for (size_t len = 0; len < sizeof(list); len++) {
		GUARD_CLEANUP struct guard in = guard_copy(list, len);
		struct yg_id_scan scan = yg_id_scan_from_json((struct yg_slice){ in.ptr, in.len });
		struct yg_slice value;
		uint32_t count = 0;

		while (yg_id_scan_next(&scan, &value))
			count++;
		assert_true(count <= 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_names_of_ids),
		cmocka_unit_test(finds_identifiers),
		cmocka_unit_test(takes_the_first_of_an_array),
		cmocka_unit_test(ends_at_any_cut),
	};

	return cmocka_run_group_tests_name("parse/id", tests, NULL, NULL);
}
