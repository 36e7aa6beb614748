/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/parameter.h"

#include <stdio.h>

#include "test.h"

#define ROOM 128u

/* "name=value|name|" */
static void print_all(struct yg_slice value, char *ret)
{
	struct yg_slice name, text;
	size_t at = 0;

	ret[0] = '\0';
	while (yg_parameter_next(&value, &name, &text)) {
		at += (size_t)snprintf(ret + at, ROOM - at, "%.*s%s%.*s|", (int)name.len, name.ptr,
				       text.ptr ? "=" : "", (int)text.len,
				       text.ptr ? text.ptr : "");
		assert_true(at < ROOM);
	}
	assert_null(value.ptr);
}

static void splits_parameters(void **state)
{
	static const struct {
		const char *value, *subject, *want;
	} cases[] = {
		{ "text/html; charset=utf-8", "text/html", "charset=utf-8|" },
		{ "form-data; name=\"a;b\" ; filename = x.txt", "form-data",
		  "name=a;b|filename=x.txt|" },
		{ "a;;b=; c;", "a", "b=|c|" },
		{ "a; b=\"x\\\"y\\\\\"; c=1", "a", "b=x\\\"y\\\\|c=1|" },
		{ "a; b=\"no end; c=1", "a", "b=no end; c=1|" },
		{ "a; b=\"x\"junk; c=1", "a", "b=x|c=1|" },
		{ "a; b=\"cut\\", "a", "b=cut\\|" },
		{ "\"q;\"; b=1", "\"q;\"", "b=1|" },
		{ " a ", "a", "" },
		{ ";", "", "" },
		{ "", "", "" },
	};
	char got[ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(cases[i].value, strlen(cases[i].value));
		struct yg_slice value = { in.ptr, in.len };

		print_message("  %s\n", cases[i].value);
		assert_true(yg_slice_equal(yg_parameter_subject(value),
					   yg_slice_from_str(cases[i].subject)));
		print_all(value, got);
		assert_string_equal(got, cases[i].want);
	}
}

static void finds_the_first_with_a_value(void **state)
{
	const struct yg_slice value = YG_SLICE("a; x; X=1; x=2");

	(void)state;
	assert_true(yg_slice_equal(yg_parameter_find(value, "x"), YG_SLICE("1")));
	assert_null(yg_parameter_find(value, "a").ptr);
	assert_null(yg_parameter_find((struct yg_slice){ NULL, 0 }, "a").ptr);
	assert_null(yg_parameter_subject((struct yg_slice){ NULL, 0 }).ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_parameters),
		cmocka_unit_test(finds_the_first_with_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
