/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/gaps.h"

#include "test.h"

static struct yg_gaps gaps;

static bool put(pid_t pid, uint64_t seen)
{
	const struct yg_gap_row row = { .pid = pid, .gap = YG_GAP_RUSTLS, .seen = seen };

	return yg_gaps_put(&gaps, &row);
}

static void keeps_one_row_per_process(void **state)
{
	(void)state;
	gaps.count = 0;
	assert_true(put(7, 1));
	assert_true(put(8, 1));
	assert_false(put(7, 2));
	assert_int_equal(gaps.count, 2);
	assert_int_equal(gaps.rows[0].seen, 2);
}

static void forgets_what_sweeps_miss(void **state)
{
	(void)state;
	gaps.count = 0;
	(void)put(7, 1);
	(void)put(8, 2);
	(void)put(9, 1);
	yg_gaps_expire(&gaps, 2);
	assert_int_equal(gaps.count, 1);
	assert_int_equal(gaps.rows[0].pid, 8);
}

static void honours_its_cap(void **state)
{
	(void)state;
	gaps.count = 0;
	for (pid_t pid = 1; pid <= (pid_t)YG_GAPS_MAX; pid++)
		assert_true(put(pid, 1));
	assert_false(put(YG_GAPS_MAX + 1, 1));
	assert_int_equal(gaps.count, YG_GAPS_MAX);
	assert_int_equal(gaps.lost, 1);
	yg_gaps_expire(&gaps, 2);
	assert_int_equal(gaps.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_one_row_per_process),
		cmocka_unit_test(forgets_what_sweeps_miss),
		cmocka_unit_test(honours_its_cap),
	};

	return cmocka_run_group_tests_name("capture/gaps", tests, NULL, NULL);
}
