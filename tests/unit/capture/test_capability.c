/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/capability.h"

#include <errno.h>
#include <string.h>

#include "test.h"

static void says_what_is_there(void **state)
{
	const int loaded[YG_PROGRAM_MAX] = { 0 };
	const struct yg_capability_facts facts = { loaded, true, true, true, 0 };

	(void)state;
	for (int kind = 0; kind < YG_CAPABILITY_MAX; kind++) {
		struct yg_capability capability;

		yg_capability_judge((enum yg_capability_kind)kind, &facts, &capability);
		assert_true(capability.available);
		assert_int_equal(capability.err, 0);
		assert_non_null(strstr(capability.text, ": available: "));
		assert_true(strlen(capability.text) < YG_CAPABILITY_TEXT_CAP - 1);
	}
}

static void says_what_is_not_and_why(void **state)
{
	int failed[YG_PROGRAM_MAX];
	const struct yg_capability_facts facts = { failed, false, false, false, -EOPNOTSUPP };

	(void)state;
	for (int i = 0; i < YG_PROGRAM_MAX; i++)
		failed[i] = -ESRCH;
	for (int kind = 0; kind < YG_CAPABILITY_MAX; kind++) {
		struct yg_capability capability;

		yg_capability_judge((enum yg_capability_kind)kind, &facts, &capability);
		assert_false(capability.available);
		assert_int_equal(capability.err, -ESRCH);
		assert_non_null(strstr(capability.text, ": not available: "));
		assert_non_null(strstr(capability.text, "(ESRCH)"));
	}
}

static void closing_needs_one_way_of_two(void **state)
{
	int failed[YG_PROGRAM_MAX] = { 0 };
	const struct yg_capability_facts facts = { failed, false, false, false, 0 };
	struct yg_capability capability;

	(void)state;
	failed[YG_PROGRAM_SK_KILL] = -EINVAL;
	yg_capability_judge(YG_CAPABILITY_KILL, &facts, &capability);
	assert_true(capability.available);
}

static void says_which_module_would_close(void **state)
{
	int failed[YG_PROGRAM_MAX] = { 0 };
	const struct yg_capability_facts facts = { failed, false, false, false, -ENOENT };
	struct yg_capability capability;

	(void)state;
	failed[YG_PROGRAM_SK_KILL] = -EINVAL;
	yg_capability_judge(YG_CAPABILITY_KILL, &facts, &capability);
	assert_false(capability.available);
	assert_non_null(strstr(capability.text, "module tcp_diag is not there"));
	assert_true(strlen(capability.text) < YG_CAPABILITY_TEXT_CAP - 1);
}

static void blocks_need_maps_that_can_be_written(void **state)
{
	const int loaded[YG_PROGRAM_MAX] = { 0 };
	struct yg_capability_facts facts = { loaded, true, true, false, 0 };
	struct yg_capability capability;

	(void)state;
	yg_capability_judge(YG_CAPABILITY_BLOCK, &facts, &capability);
	assert_false(capability.available);
	assert_int_equal(capability.err, -EPERM);
	assert_non_null(strstr(capability.text, "kernel.unprivileged_bpf_disabled=0"));
	facts.can_write = true;
	yg_capability_judge(YG_CAPABILITY_BLOCK, &facts, &capability);
	assert_true(capability.available);
}

static void links_need_more_than_programs(void **state)
{
	const int loaded[YG_PROGRAM_MAX] = { 0 };
	const struct yg_capability_facts facts = { loaded, false, false, false, -ENOENT };
	struct yg_capability capability;

	(void)state;
	yg_capability_judge(YG_CAPABILITY_TCX, &facts, &capability);
	assert_false(capability.available);
	yg_capability_judge(YG_CAPABILITY_MULTI, &facts, &capability);
	assert_false(capability.available);
	yg_capability_judge(YG_CAPABILITY_TLS, &facts, &capability);
	assert_true(capability.available);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_there),
		cmocka_unit_test(says_what_is_not_and_why),
		cmocka_unit_test(closing_needs_one_way_of_two),
		cmocka_unit_test(says_which_module_would_close),
		cmocka_unit_test(blocks_need_maps_that_can_be_written),
		cmocka_unit_test(links_need_more_than_programs),
	};

	return cmocka_run_group_tests_name("capture/capability", tests, NULL, NULL);
}
