/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/url.h"

#include "core/macros.h"
#include "test.h"

/* "-" stands for an absent part. */
static const struct {
	const char *method, *target;
	enum yg_target_form form;
	const char *host, *port, *path, *query;
} cases[] = {
	{ "GET", "/a/b?x=1", YG_TARGET_ORIGIN, "-", "-", "/a/b", "x=1" },
	{ "GET", "/", YG_TARGET_ORIGIN, "-", "-", "/", "-" },
	{ "GET", "/?", YG_TARGET_ORIGIN, "-", "-", "/", "" },
	{ "GET", "/a?b?c#d?e", YG_TARGET_ORIGIN, "-", "-", "/a", "b?c" },
	{ "GET", "/a#b", YG_TARGET_ORIGIN, "-", "-", "/a", "-" },
	{ "GET", "//host/a", YG_TARGET_ORIGIN, "-", "-", "//host/a", "-" },
	{ "GET", "http://h:80/a?b", YG_TARGET_ABSOLUTE, "h", "80", "/a", "b" },
	{ "GET", "HTTP://h", YG_TARGET_ABSOLUTE, "h", "-", "", "-" },
	{ "GET", "http://h?q", YG_TARGET_ABSOLUTE, "h", "-", "", "q" },
	{ "GET", "http://u:p@h:/", YG_TARGET_ABSOLUTE, "h", "", "/", "-" },
	{ "GET", "http://[2001:db8::1]:8080/", YG_TARGET_ABSOLUTE, "2001:db8::1", "8080", "/",
	  "-" },
	{ "GET", "http://[::1/", YG_TARGET_ABSOLUTE, "-", "-", "/", "-" },
	{ "GET", "http://h:8x/", YG_TARGET_ABSOLUTE, "-", "-", "/", "-" },
	{ "CONNECT", "h:443", YG_TARGET_AUTHORITY, "h", "443", "-", "-" },
	{ "CONNECT", "[::1]:443", YG_TARGET_AUTHORITY, "::1", "443", "-", "-" },
	{ "CONNECT", "/a", YG_TARGET_INVALID, "-", "-", "-", "-" },
	{ "CONNECT", "h", YG_TARGET_INVALID, "-", "-", "-", "-" },
	{ "OPTIONS", "*", YG_TARGET_ASTERISK, "-", "-", "-", "-" },
	{ "GET", "", YG_TARGET_INVALID, "-", "-", "-", "-" },
	{ "GET", "a/b", YG_TARGET_INVALID, "-", "-", "-", "-" },
	{ "GET", "1ttp://h/", YG_TARGET_INVALID, "-", "-", "-", "-" },
	{ "GET", "://h/", YG_TARGET_INVALID, "-", "-", "-", "-" },
};

static void expect(struct yg_slice got, const char *want)
{
	if (strcmp(want, "-") == 0) {
		assert_null(got.ptr);
		return;
	}
	assert_non_null(got.ptr);
	assert_true(yg_slice_equal(got, yg_slice_from_str(want)));
}

static void splits_the_four_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const char *target = cases[i].target;
		GUARD_CLEANUP struct guard in = guard_copy(target, strlen(target));
		struct yg_url url = yg_url_from_target(yg_slice_from_str(cases[i].method),
						       (struct yg_slice){ in.ptr, in.len });

		print_message("  %s %s\n", cases[i].method, target);
		assert_int_equal(url.form, cases[i].form);
		expect(url.host, cases[i].host);
		expect(url.port, cases[i].port);
		expect(url.path, cases[i].path);
		expect(url.query, cases[i].query);
	}
}

static void walks_a_query(void **state)
{
	struct yg_slice query = YG_SLICE("&a=1&&b&=c&d=e=f"), name, value;
	static const char *const want[][2] = {
		{ "a", "1" }, { "b", "-" }, { "", "c" }, { "d", "e=f" }
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(want); i++) {
		assert_true(yg_query_next(&query, &name, &value));
		expect(name, want[i][0]);
		expect(value, want[i][1]);
	}
	assert_false(yg_query_next(&query, &name, &value));
}

static void finds_a_parameter(void **state)
{
	struct yg_slice query = YG_SLICE("ab=1&A=2&a=3&flag");

	(void)state;
	expect(yg_query_find(query, "a"), "2");
	expect(yg_query_find(query, "flag"), "");
	expect(yg_query_find(query, "b"), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_the_four_forms),
		cmocka_unit_test(walks_a_query),
		cmocka_unit_test(finds_a_parameter),
	};

	return cmocka_run_group_tests_name("parse/url", tests, NULL, NULL);
}
