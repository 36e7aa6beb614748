/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/templates.h"

#include <errno.h>

#include "test.h"

static char error[128];

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
	assert_string_equal(error, "template 'v1': not '/path/{name}' or 'service /path/{name}'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_may_stand_before_the_path),
	};

	return cmocka_run_group_tests_name("daemon/templates", tests, NULL, NULL);
}
