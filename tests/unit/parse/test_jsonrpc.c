/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/jsonrpc.h"

#include "test.h"

static const struct {
	const char *json;
	uint32_t calls; /* 0: it is none */
	const char *method, *tool;
} cases[] = {
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getUser\",\"params\":[1]}", 1, "getUser",
	  "" },
	{ "{\"method\":\"m\",\"params\":{\"method\":\"x\",\"name\":\"n\"},\"jsonrpc\":\"2.0\"}", 1,
	  "m", "" },
	{ "{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":{\"name\":\"get_weather\","
	  "\"arguments\":{\"name\":\"x\"}}}",
	  1, "tools/call", "get_weather" },
	{ "[{\"jsonrpc\":\"2.0\",\"method\":\"a\"},{\"jsonrpc\":\"2.0\",\"method\":\"b\"}]", 2, "a",
	  "" },
	{ "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[\"cut he", 1, "a", "" },
	{ "{\"jsonrpc\":\"1.0\",\"method\":\"a\"}", 1, "a", "" },
	{ "{\"method\":\"a\",\"params\":[4],\"id\":\"7\"}", 1, "a", "" },
	{ "{\"method\":\"a\",\"params\":{\"id\":1}}", 0, "", "" },
	{ "{\"method\":\"a\",\"id\":1}", 0, "", "" },
	{ "{\"jsonrpc\":\"3.0\",\"method\":\"a\"}", 0, "", "" },
	{ "{\"jsonrpc\":\"2.0\",\"result\":1}", 0, "", "" },
	{ "{\"jsonrpc\":\"2.0\",\"method\":\"a", 0, "", "" },
	{ "[]", 0, "", "" },
	{ "", 0, "", "" },
	{ "[1,2]", 0, "", "" },
};

static void reads_every_case_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(cases[i].json, strlen(cases[i].json));
		struct yg_jsonrpc call;

		print_message("  %s\n", cases[i].json);
		assert_int_equal(yg_jsonrpc_read((struct yg_slice){ in.ptr, in.len }, &call),
				 cases[i].calls > 0);
		assert_int_equal(call.calls, cases[i].calls);
		assert_true(yg_slice_equal(call.method, yg_slice_from_str(cases[i].method)));
		assert_true(yg_slice_equal(call.tool, yg_slice_from_str(cases[i].tool)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_case_of_the_table),
	};

	return cmocka_run_group_tests_name("parse/jsonrpc", tests, NULL, NULL);
}
