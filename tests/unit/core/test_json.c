/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "test.h"

static void writes_valid_lines_from_any_bytes(void **state)
{
	struct yg_json *json = NULL;
	char line[256];
	FILE *out = fmemopen(line, sizeof(line), "w");

	(void)state;

	assert_int_equal(yg_json_new(&json), 0);
	for (int i = 0; i < 2; i++) {
		yg_json_open_object(json);
		yg_json_pair_slice(json, "t", YG_SLICE("a\xff\"\n\xe6\xab\x93"));
		yg_json_pair_uint(json, "u", UINT64_MAX);
		yg_json_pair_time(json, "time", 1700000000123456789u);
		yg_json_close_object(json);
		assert_int_equal(yg_json_flush_line(json, out), 0);
	}
	(void)fclose(out);
	assert_string_equal(line,
			    "{\"t\":\"a\xef\xbf\xbd\\\"\\n\xe6\xab\x93\",\"u\":"
			    "18446744073709551615,\"time\":\"2023-11-14T22:13:20.123456Z\"}\n"
			    "{\"t\":\"a\xef\xbf\xbd\\\"\\n\xe6\xab\x93\",\"u\":"
			    "18446744073709551615,\"time\":\"2023-11-14T22:13:20.123456Z\"}\n");
	yg_json_free(&json);
	assert_null(json);
}

static const struct {
	const char *name;
	struct yg_slice text;
	const char *want;
} texts[] = {
	{ "empty", YG_SLICE(""), "\"\"" },
	{ "absent", { NULL, 0 }, "null" },
	{ "quote and backslash", YG_SLICE("\"\\/"), "\"\\\"\\\\/\"" },
	{ "control bytes", YG_SLICE("\b\f\n\r\t\x01\x1f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001F\"" },
	{ "NUL", YG_SLICE("a\0b"), "\"a\\u0000b\"" },
	{ "DEL", YG_SLICE("\x7f"), "\"\x7f\"" },
	{ "brackets at the end", YG_SLICE("{[:"), "\"{[:\"" },
	{ "four bytes", YG_SLICE("\xf0\x9f\x98\x80"), "\"\xf0\x9f\x98\x80\"" },
	{ "character cut", YG_SLICE("\xf0\x9f\x98"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	{ "surrogate", YG_SLICE("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
};

/* Twice in an array: the comma between them does not depend on what they hold. */
static void escapes_every_byte(void **state)
{
	struct yg_json *json = NULL;

	(void)state;

	assert_int_equal(yg_json_new(&json), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(texts); i++) {
		GUARD_CLEANUP struct guard in =
			guard_copy(texts[i].text.ptr ? texts[i].text.ptr : "", texts[i].text.len);
		struct yg_slice text = { texts[i].text.ptr ? in.ptr : NULL, in.len };
		char want[128];

		print_message("  %s\n", texts[i].name);
		yg_json_open_array(json);
		yg_json_slice(json, text);
		yg_json_slice(json, text);
		yg_json_close_array(json);
		(void)snprintf(want, sizeof(want), "[%s,%s]", texts[i].want, texts[i].want);
		assert_int_equal(yg_json_view(json).len, strlen(want));
		assert_memory_equal(yg_json_view(json).ptr, want, strlen(want));
		yg_json_reset(json);
	}
	yg_json_free(&json);
}

static void nests_and_separates(void **state)
{
	static const char want[] = "{\"a\":[],\"b\":{},\"c\":[1,-2,{\"d\":null},[true,false]],"
				   "\"e\":0.125,\"f\":null,\"g\":{\"raw\":1}}";
	struct yg_json *json = NULL;

	(void)state;

	assert_int_equal(yg_json_new(&json), 0);
	yg_json_open_object(json);
	yg_json_key(json, "a");
	yg_json_open_array(json);
	yg_json_close_array(json);
	yg_json_key(json, "b");
	yg_json_open_object(json);
	yg_json_close_object(json);
	yg_json_key(json, "c");
	yg_json_open_array(json);
	yg_json_uint(json, 1);
	yg_json_int(json, -2);
	yg_json_open_object(json);
	yg_json_pair_str(json, "d", NULL);
	yg_json_close_object(json);
	yg_json_open_array(json);
	yg_json_bool(json, true);
	yg_json_bool(json, false);
	yg_json_close_array(json);
	yg_json_close_array(json);
	yg_json_key(json, "e");
	yg_json_real(json, 0.125, 3);
	yg_json_key(json, "f");
	yg_json_real(json, INFINITY, 3);
	yg_json_key(json, "g");
	yg_json_raw(json, YG_SLICE("{\"raw\":1}"));
	yg_json_close_object(json);
	assert_int_equal(yg_json_view(json).len, strlen(want));
	assert_memory_equal(yg_json_view(json).ptr, want, strlen(want));
	yg_json_free(&json);
}

/* Far beyond the first allocation, and times of another second and of no calendar. */
static void grows_and_tells_time(void **state)
{
	static char text[100000];
	struct yg_json *json = NULL;
	struct yg_slice view;

	(void)state;

	memset(text, '\x01', sizeof(text));
	assert_int_equal(yg_json_new(&json), 0);
	yg_json_slice(json, (struct yg_slice){ text, sizeof(text) });
	assert_int_equal(yg_json_view(json).len, 6 * sizeof(text) + 2);
	yg_json_reset(json);

	yg_json_open_array(json);
	yg_json_time(json, 0);
	yg_json_time(json, 1999999999u);
	yg_json_time(json, UINT64_MAX);
	yg_json_close_array(json);
	view = yg_json_view(json);
	assert_memory_equal(view.ptr,
			    "[\"1970-01-01T00:00:00.000000Z\",\"1970-01-01T00:00:01.999999Z\","
			    "\"2554-07-21T23:34:33.709551Z\"]",
			    view.len);
	yg_json_free(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_valid_lines_from_any_bytes),
		cmocka_unit_test(escapes_every_byte),
		cmocka_unit_test(nests_and_separates),
		cmocka_unit_test(grows_and_tells_time),
	};

	return cmocka_run_group_tests_name("core/json", tests, NULL, NULL);
}
