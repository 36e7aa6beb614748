/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/templates.h"

#include <errno.h>
#include <stdio.h>

#include "test.h"

static char error[160];

static int load(char *text, struct yg_templates **ret)
{
	const struct yg_options options = { .templates = { &text, 1 } };

	return yg_templates_from_options(&options, ret, error, sizeof(error));
}

static void a_service_may_stand_before_the_path(void **state)
{
	YG_CLEANUP(yg_templates_free) struct yg_templates *one = NULL;
	YG_CLEANUP(yg_templates_free) struct yg_templates *all = NULL;
	struct yg_templates *bad = NULL;
	char with[] = "api.example  /v1/{tenant}", without[] = "/v1/{tenant}", wrong[] = "v1";

	(void)state;

	assert_int_equal(load(with, &one), 0);
	assert_true(yg_templates_has(one, YG_SLICE("api.example"), YG_SLICE("/v1/{tenant}")));
	assert_false(yg_templates_has(one, YG_SLICE("other"), YG_SLICE("/v1/{tenant}")));
	assert_int_equal(load(without, &all), 0);
	assert_true(yg_templates_has(all, YG_SLICE("other"), YG_SLICE("/v1/{tenant}")));
	assert_int_equal(load(wrong, &bad), -EINVAL);
	assert_null(bad);
	assert_string_equal(error, "template 'v1': no path: '/path/{name}' or 'service "
				   "/path/{name}'");
}

static void says_what_is_wrong_with_one(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "v1", "no path: '/path/{name}' or 'service /path/{name}'" },
		{ "http://api.example/v1", "a blank stands between service and path, and no scheme "
					   "before them" },
		{ "api.example/v1", "a blank stands between service and path, and no scheme before "
				    "them" },
		{ "/v1?x={y}", "a path ends before '?', '#' and blanks" },
		{ "/v1/a b", "a path ends before '?', '#' and blanks" },
		{ "/v1//a", "an empty segment" },
		{ "/v1/{}", "braces hold a name" },
		{ "/v1/{a}{b}", "something must stand between two names" },
		{ "/v1/{a", "not '/path/{name}' or 'service /path/{name}'" },
	};
	char want[160];

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		(void)snprintf(want, sizeof(want), "'%s': %s", cases[i].text, cases[i].why);
		assert_int_equal(yg_templates_check(cases[i].text, error, sizeof(error)), -EINVAL);
		assert_string_equal(error, want);
	}
	assert_int_equal(yg_templates_check("api.example /店/{name}", error, sizeof(error)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_may_stand_before_the_path),
		cmocka_unit_test(says_what_is_wrong_with_one),
	};

	return cmocka_run_group_tests_name("daemon/templates", tests, NULL, NULL);
}
