/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is sampled always: nobody is pushed out by those who matter less. */
#include "daemon/watch.h"

#include "test.h"

#define S 1000000000ull

static struct yg_watches watches;

static struct yg_address address(uint32_t i)
{
	return (struct yg_address){ { [10] = 0xff,
				      [11] = 0xff,
				      [12] = 10,
				      [13] = (uint8_t)(i >> 16),
				      [14] = (uint8_t)(i >> 8),
				      [15] = (uint8_t)i } };
}

static enum yg_watched put(uint32_t i, enum yg_watch rank, uint64_t expires_ns,
			   struct yg_address *ret_gone)
{
	struct yg_watch_row row = { address(i), expires_ns, rank };

	return yg_watches_put(&watches, &row, 1 * S, ret_gone);
}

static void fill(enum yg_watch rank)
{
	struct yg_address gone;

	watches = (struct yg_watches){ 0 };
	for (uint32_t i = 0; i < YG_ALWAYS_MAX; i++)
		assert_int_equal(put(i, rank, 600 * S + i, &gone), YG_WATCHED_NEW);
}

static void an_address_has_one_row(void **state)
{
	struct yg_address gone;

	(void)state;
	watches = (struct yg_watches){ 0 };
	assert_int_equal(put(1, YG_WATCH_STATE, 100 * S, &gone), YG_WATCHED_NEW);
	assert_int_equal(put(1, YG_WATCH_FINDING, 50 * S, &gone), YG_WATCHED_AGAIN);
	assert_int_equal(watches.used, 1);
	assert_int_equal(watches.rows[0].expires_ns, 100 * S);
	assert_int_equal(watches.rows[0].rank, YG_WATCH_FINDING);
}

/* What the kernel is told: a client with a finding stays so, a proxy never becomes a client. */
static void a_guess_takes_nothing_from_what_stands(void **state)
{
	struct yg_watch_row guess = { address(1), 50 * S, YG_WATCH_STATE };
	struct yg_address gone;

	(void)state;
	watches = (struct yg_watches){ 0 };
	assert_int_equal(put(1, YG_WATCH_CROWD, 100 * S, &gone), YG_WATCHED_NEW);
	assert_int_equal(yg_watches_put(&watches, &guess, 1 * S, &gone), YG_WATCHED_AGAIN);
	assert_int_equal(guess.expires_ns, 100 * S);
	assert_int_equal(guess.rank, YG_WATCH_CROWD);
}

static void strangers_push_out_nobody(void **state)
{
	struct yg_address gone;

	(void)state;
	fill(YG_WATCH_FINDING);
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(put(100000 + i, YG_WATCH_STATE, 900 * S, &gone), YG_WATCHED_FULL);
		assert_int_equal(put(200000 + i, YG_WATCH_FINDING, 900 * S, &gone),
				 YG_WATCHED_FULL);
	}
	assert_int_equal(watches.refused, 2000);
	assert_int_equal(watches.evicted, 0);
}

static void a_finding_takes_the_place_of_a_guess(void **state)
{
	struct yg_address gone, first = address(0);

	(void)state;
	fill(YG_WATCH_STATE);
	assert_int_equal(put(100000, YG_WATCH_FINDING, 900 * S, &gone), YG_WATCHED_INSTEAD);
	assert_memory_equal(&gone, &first, sizeof(gone));
	assert_int_equal(watches.evicted, 1);
}

static void what_has_ended_makes_room(void **state)
{
	struct yg_watch_row row = { address(100000), 9000 * S, YG_WATCH_STATE };
	struct yg_address gone;

	(void)state;
	fill(YG_WATCH_FINDING);
	assert_int_equal(yg_watches_put(&watches, &row, 700 * S, &gone), YG_WATCHED_INSTEAD);
	assert_int_equal(watches.evicted, 0);
}

static void the_ended_are_taken_out(void **state)
{
	struct yg_address gone;
	uint32_t count = 0;

	(void)state;
	fill(YG_WATCH_STATE);
	assert_false(yg_watches_expire(&watches, 599 * S, &gone));
	while (yg_watches_expire(&watches, 600 * S + 9, &gone))
		count++;
	assert_int_equal(count, 10);
	assert_int_equal(watches.used, YG_ALWAYS_MAX - 10);
}

static void a_crowd_is_no_suspect(void **state)
{
	(void)state;
	assert_int_equal(yg_watch_why(YG_WATCH_STATE), YG_ALWAYS_SUSPECT);
	assert_int_equal(yg_watch_why(YG_WATCH_FINDING), YG_ALWAYS_SUSPECT);
	assert_int_equal(yg_watch_why(YG_WATCH_CROWD), YG_ALWAYS_CROWD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_one_row),
		cmocka_unit_test(a_guess_takes_nothing_from_what_stands),
		cmocka_unit_test(strangers_push_out_nobody),
		cmocka_unit_test(a_finding_takes_the_place_of_a_guess),
		cmocka_unit_test(what_has_ended_makes_room),
		cmocka_unit_test(the_ended_are_taken_out),
		cmocka_unit_test(a_crowd_is_no_suspect),
	};

	return cmocka_run_group_tests_name("daemon/watch", tests, NULL, NULL);
}
