/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/clock.h"

#include "test.h"

#define NOW_NS	  (1000 * YG_NS_PER_S)	  /* monotonic */
#define OFFSET_NS (1800000 * YG_NS_PER_S) /* epoch minus that */

struct row {
	const char *what;
	int64_t step_ns;
	uint64_t took_ns;
	bool followed, back;
};

static void the_time_of_day_is_followed(void **state)
{
	static const struct row rows[] = {
		{ "as it was", 0, 100, false, false },
		{ "slewed a little", 9 * 1000000, 100, false, false },
		{ "slewed more", 11 * 1000000, 100, true, false },
		{ "slewed back", -11 * 1000000, 100, true, false },
		{ "set forward", 7200ll * 1000000000, 100, true, false },
		{ "a leap second back", -1000000000, 100, true, false },
		{ "a minute back", -60ll * 1000000000, 100, true, false },
		{ "more than a minute back", -61ll * 1000000000, 100, true, true },
		{ "two hours back", -7200ll * 1000000000, 100, true, true },
		{ "two hours back, badly read", -7200ll * 1000000000, 100000, false, false },
		{ "before the machine began", -2000000ll * 1000000000, 100, true, true },
	};

	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		uint64_t moved = OFFSET_NS + (uint64_t)row->step_ns, offset = OFFSET_NS;
		const struct yg_clocks now = { .before_ns = NOW_NS,
					       .epoch_ns = NOW_NS + moved,
					       .after_ns = NOW_NS + row->took_ns };

		print_message("# %s\n", row->what);
		assert_int_equal(yg_clock_follow(&now, &offset), row->back);
		assert_int_equal(offset, row->followed ? moved : OFFSET_NS);
	}
}

static void both_clocks_run(void **state)
{
	struct yg_clocks first = yg_clocks_read(), second = yg_clocks_read();

	(void)state;

	assert_true(first.before_ns > 0 && first.epoch_ns > 0);
	assert_true(first.after_ns >= first.before_ns);
	assert_true(second.before_ns >= first.after_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_time_of_day_is_followed),
		cmocka_unit_test(both_clocks_run),
	};

	return cmocka_run_group_tests_name("daemon/clock", tests, NULL, NULL);
}
