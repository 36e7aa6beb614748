/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/children.h"

#include <fcntl.h>
#include <signal.h>

#include "test.h"

#define MS	       1000000ull
#define SECOND	       (1000 * MS)
#define START	       (1000 * SECOND)
#define EXITED(status) ((status) << 8)

static void starts_again_at_once_then_later_and_later(void **state)
{
	static const uint64_t wait_ms[] = { 0, 100, 200, 400, 800, 1600, 3200, 6400, 6400 };
	struct yg_child child = { .pid = 7 };
	uint64_t now = START;

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(wait_ms); i++) {
		assert_true(yg_child_note_death(&child, SIGKILL, now));
		assert_int_equal(child.pid, 0);
		assert_int_equal(child.due_ns - now, wait_ms[i] * MS);
		assert_int_equal(yg_child_state(&child), YG_CHILD_STARTING);
		now = child.due_ns;
	}
	assert_true(yg_child_note_death(&child, SIGKILL, now));
	assert_int_equal(yg_child_state(&child), YG_CHILD_FAILED);
	assert_int_equal(child.due_ns - now, 60 * SECOND);
}

static void forgets_deaths_of_a_minute_ago(void **state)
{
	struct yg_child child = { 0 };
	uint64_t now = START;

	(void)state;

	for (int i = 0; i < 100; i++) {
		assert_true(yg_child_note_death(&child, SIGKILL, now));
		assert_int_equal(child.due_ns, now);
		assert_false(child.failed);
		now += 61 * SECOND;
	}
}

static void knows_a_crash_from_an_order(void **state)
{
	static const struct {
		int status;
		bool crashed;
		const char *cause;
	} table[] = {
		{ SIGSEGV, true, "killed by signal 11 (Segmentation fault)" },
		{ SIGSYS, true, "killed by signal 31 (Bad system call)" },
		{ SIGABRT, true, "killed by signal 6 (Aborted)" },
		{ SIGKILL, false, "killed by signal 9 (Killed)" },
		{ SIGTERM, false, "killed by signal 15 (Terminated)" },
		{ EXITED(1), false, "ended with status 1" },
		{ EXITED(0), false, "ended with status 0" },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		struct yg_child child = { 0 };

		assert_true(yg_child_note_death(&child, table[i].status, START));
		assert_int_equal(child.crashed, table[i].crashed);
		assert_string_equal(child.cause, table[i].cause);
	}
}

static void does_not_count_an_end_that_was_asked_for(void **state)
{
	struct yg_child child = { .pid = 7 };

	(void)state;

	for (int i = 0; i < 100; i++) {
		child.asked = true;
		assert_false(yg_child_note_death(&child, EXITED(0), START));
		assert_int_equal(child.pid, 0);
		assert_int_equal(child.due_ns, START);
	}
	child.asked = true; /* before it listened */
	assert_false(yg_child_note_death(&child, SIGTERM, START));
	assert_false(child.asked);
	assert_int_equal(child.death_count, 0);
	assert_true(yg_child_note_death(&child, EXITED(0), START)); /* nobody asked */
	child.asked = true;
	assert_true(yg_child_note_death(&child, SIGSEGV, START)); /* not in order */
	assert_false(child.asked);
	assert_int_equal(child.death_count, 2);
}

static void links_the_pairs_of_the_table_and_no_others(void **state)
{
	static const bool linked[YG_ROLE_MAX][YG_ROLE_MAX] = {
		[YG_ROLE_WARDEN] = { [YG_ROLE_ANALYZER] = true,
				     [YG_ROLE_ENFORCER] = true,
				     [YG_ROLE_DESK] = true },
		[YG_ROLE_ANALYZER] = { [YG_ROLE_WARDEN] = true,
				       [YG_ROLE_ENFORCER] = true,
				       [YG_ROLE_DESK] = true },
		[YG_ROLE_ENFORCER] = { [YG_ROLE_WARDEN] = true,
				       [YG_ROLE_ANALYZER] = true,
				       [YG_ROLE_DESK] = true },
		[YG_ROLE_DESK] = { [YG_ROLE_WARDEN] = true,
				   [YG_ROLE_ANALYZER] = true,
				   [YG_ROLE_ENFORCER] = true },
	};
	struct yg_children children;

	(void)state;

	assert_int_equal(yg_children_open(&children), 0);
	for (int a = 0; a < YG_ROLE_MAX; a++) {
		for (int b = 0; b < YG_ROLE_MAX; b++) {
			assert_int_equal(children.ends[a][b] >= 0, linked[a][b]);
			if (linked[a][b])
				assert_true(fcntl(children.ends[a][b], F_GETFD) & FD_CLOEXEC);
		}
	}
	yg_children_close(&children);
	assert_int_equal(children.exe_fd, -1);
}

static void has_a_name_for_every_state_and_role(void **state)
{
	(void)state;

	for (enum yg_child_state s = 0; s < YG_CHILD_STATE_MAX; s++)
		assert_string_not_equal(yg_child_state_name(s), "unknown");
	assert_string_equal(yg_child_state_name(YG_CHILD_STATE_MAX), "unknown");
	for (enum yg_role role = 0; role < YG_ROLE_MAX; role++)
		assert_string_not_equal(yg_role_name(role), "unknown");
	assert_string_equal(yg_role_name(YG_ROLE_MAX), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_again_at_once_then_later_and_later),
		cmocka_unit_test(forgets_deaths_of_a_minute_ago),
		cmocka_unit_test(knows_a_crash_from_an_order),
		cmocka_unit_test(does_not_count_an_end_that_was_asked_for),
		cmocka_unit_test(links_the_pairs_of_the_table_and_no_others),
		cmocka_unit_test(has_a_name_for_every_state_and_role),
	};

	return cmocka_run_group_tests_name("daemon/children", tests, NULL, NULL);
}
