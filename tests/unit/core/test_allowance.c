/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/allowance.h"

#include "test.h"

#define SECOND 1000000000ull
#define START  (1000 * SECOND)

static uint32_t take_all(struct yg_allowance *allowance, uint64_t now_ns)
{
	uint32_t count = 0;

	while (count < 1000 && yg_allowance_take(allowance, 10, 50, now_ns))
		count++;
	return count;
}

static const struct {
	const char *name;
	uint64_t now_ns;
	uint32_t want;
} cases[] = {
	{ "it begins full", START, 50 },
	{ "then it is empty", START, 0 },
	{ "a second brings a second's worth", START + SECOND, 10 },
	{ "less than one token is none", START + SECOND + SECOND / 11, 0 },
	{ "and is not forgotten", START + SECOND + SECOND / 9, 1 },
	{ "a long rest brings no more than the burst", START + 3600 * SECOND, 50 },
	{ "a clock that goes back fills it", START, 50 },
	{ "once", START, 0 },
};

static void gives_its_rate_and_its_burst(void **state)
{
	struct yg_allowance allowance = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("  %s\n", cases[i].name);
		assert_int_equal(take_all(&allowance, cases[i].now_ns), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_its_rate_and_its_burst),
	};

	return cmocka_run_group_tests_name("core/allowance", tests, NULL, NULL);
}
