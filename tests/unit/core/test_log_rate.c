/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/log_rate.h"

#include "test.h"

#define SECOND 1000000000ull

static unsigned int print_many(struct yg_log_rate *rate, unsigned int count, uint64_t now_ns)
{
	unsigned int printed = 0;

	for (unsigned int i = 0; i < count; i++)
		printed += yg_log_may(rate, "requests", now_ns);
	return printed;
}

static void a_flood_of_lines_is_cut_each_second(void **state)
{
	struct yg_log_rate rate = { 0 };

	(void)state;
	assert_int_equal(print_many(&rate, 5, 7 * SECOND), 5);
	assert_int_equal(print_many(&rate, 1000, 7 * SECOND + 1), YG_LOG_PER_S - 5);
	assert_int_equal(rate.lost, 1000 - (YG_LOG_PER_S - 5));
	assert_int_equal(print_many(&rate, 1000, 8 * SECOND), YG_LOG_PER_S);
	assert_int_equal(rate.lost, 1000 - YG_LOG_PER_S);
	assert_int_equal(print_many(&rate, 1, 100 * SECOND), 1);
	assert_int_equal(rate.lost, 0);
}

/* Time of a clock that is set back is another second, too. */
static void a_clock_that_goes_back_silences_nobody(void **state)
{
	struct yg_log_rate rate = { 0 };

	(void)state;
	assert_int_equal(print_many(&rate, 100, 9 * SECOND), YG_LOG_PER_S);
	assert_int_equal(print_many(&rate, 100, 3 * SECOND), YG_LOG_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_of_lines_is_cut_each_second),
		cmocka_unit_test(a_clock_that_goes_back_silences_nobody),
	};

	return cmocka_run_group_tests_name("core/log_rate", tests, NULL, NULL);
}
