/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/json.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_valid_lines_from_any_bytes),
	};

	return cmocka_run_group_tests_name("core/json", tests, NULL, NULL);
}
