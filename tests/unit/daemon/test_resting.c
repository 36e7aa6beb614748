/* SPDX-License-Identifier: GPL-2.0-only */
/* How long the warden sleeps between two looks at the probes. */
#include "daemon/resting.h"

#include "core/macros.h"
#include "daemon/warden.h"
#include "test.h"

#define MS   1000000ull
#define NOW  (1000 * MS)
#define MOST 100

static const struct {
	const char *name;
	uint64_t due_ns;
	bool has_crew;
	int most, least_ms, most_ms;
} cases[] = {
	{ "nothing is due", UINT64_MAX, false, MOST, MOST, MOST },
	{ "due in a while", NOW + 30 * MS, false, MOST, 30, 30 },
	{ "due in a part of a millisecond", NOW + MS / 2, false, MOST, 1, 1 },
	{ "due now", NOW, false, MOST, 0, 0 },
	{ "others are due before", NOW + 30 * MS, false, 7, 7, 7 },
	{ "a crew is at work", UINT64_MAX, true, MOST, 1, 10 },
	{ "a crew is at work, and what waits for it is due", NOW - 500 * MS, true, MOST, 1, 10 },
	{ "a crew is at work, others are due before", UINT64_MAX, true, 2, 2, 2 },
};

static void the_warden_sleeps_until_something_is_due(void **state)
{
	static struct yg_warden warden;
	static char crew; /* not looked into */

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		int wait_ms;

		warden.resting.due_ns = cases[i].due_ns;
		warden.resting.crew = cases[i].has_crew ? (struct yg_crew *)(void *)&crew : NULL;
		wait_ms = yg_resting_wait(&warden, NOW, cases[i].most);
		print_message("  %s: %d ms\n", cases[i].name, wait_ms);
		assert_true(wait_ms >= cases[i].least_ms && wait_ms <= cases[i].most_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_warden_sleeps_until_something_is_due),
	};

	return cmocka_run_group_tests_name("daemon/resting", tests, NULL, NULL);
}
