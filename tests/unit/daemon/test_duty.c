/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/duty.h"

#include "core/macros.h"
#include "test.h"

#define MS 1000000ull

static void a_duty_takes_a_twentieth_of_the_time_at_most(void **state)
{
	static const struct {
		uint64_t cost_ns, rest_ns;
	} cases[] = {
		{ 0, 20 * MS }, /* nothing to walk: 50 a second */
		{ 1 * MS, 20 * MS },
		{ 10 * MS, 190 * MS }, /* thousands of processes */
		{ 50 * MS, 950 * MS },
		{ 5000 * MS, 2000 * MS }, /* it is not left alone for longer */
		{ UINT64_MAX, 2000 * MS },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++)
		assert_int_equal(yg_duty_rest(cases[i].cost_ns, 20 * MS, 2000 * MS),
				 cases[i].rest_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_duty_takes_a_twentieth_of_the_time_at_most),
	};

	return cmocka_run_group_tests_name("daemon/duty", tests, NULL, NULL);
}
