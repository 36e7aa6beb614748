/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/trailer.h"

#include <string.h>

#include "test.h"

static void reads_field_by_field(void **state)
{
	static const char text[] = "A: b \r\nC:d\nE:\rF: g\r\n\r\n";
	static const char *const want[][2] = {
		{ "A", "b" }, { "C", "d" }, { "E", "" }, { "F", "g" }
	};
	GUARD_CLEANUP struct guard in = guard_copy(text, sizeof(text) - 1);
	struct yg_slice rest = { in.ptr, in.len };
	struct yg_header field;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(want); i++) {
		assert_true(yg_trailer_next(&rest, &field));
		assert_true(yg_slice_equal(field.name, yg_slice_from_str(want[i][0])));
		assert_true(yg_slice_equal(field.value, yg_slice_from_str(want[i][1])));
	}
	assert_false(yg_trailer_next(&rest, &field));
}

/* What is cut is no field, wherever it is cut. */
static void leaves_out_a_field_that_is_cut(void **state)
{
	static const char text[] = "Name: value\r\n";

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 3; len++) {
		GUARD_CLEANUP struct guard in = guard_copy(text, len);
		struct yg_slice rest = { in.ptr, in.len };
		struct yg_header field;

		assert_false(yg_trailer_next(&rest, &field));
	}
}

static void knows_what_only_a_head_may_say(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = {
		{ "\r\n", false },
		{ "Digest: x\r\nVary: *\r\nContent-Type: a/b\r\n\r\n", false },
		{ "Digest: x\r\ncontent-LENGTH: 4\r\n\r\n", true },
		{ "Transfer-Encoding: chunked\r\n\r\n", true },
		{ "Host: other\r\n\r\n", true },
		{ "Authorization: Bearer x\r\n\r\n", true },
		{ "Content-Length-X: 4\r\n\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(cases[i].text, strlen(cases[i].text));

		print_message("  %s\n", cases[i].text);
		assert_int_equal(yg_trailers_are_odd((struct yg_slice){ in.ptr, in.len }),
				 cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_field_by_field),
		cmocka_unit_test(leaves_out_a_field_that_is_cut),
		cmocka_unit_test(knows_what_only_a_head_may_say),
	};

	return cmocka_run_group_tests_name("parse/trailer", tests, NULL, NULL);
}
