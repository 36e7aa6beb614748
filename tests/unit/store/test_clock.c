/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>

#include "store.h"
#include "store/private.h"

#define MINUTES(n) ((n)*YG_NS_PER_MINUTE)
#define DAYS(n)	   ((n)*YG_NS_PER_DAY)

/* A finding, and a sample: a file of its own. */
static void fill(struct yg_store *store)
{
	struct yg_feed_message finding = { .kind = YG_FEED_KIND_FINDING };
	struct yg_feed_message sample = { .kind = YG_FEED_KIND_SAMPLE };

	finding.finding.id = 7;
	finding.finding.time = NOW;
	sample.sample.time = NOW;
	put(store, &finding, NOW);
	put(store, &sample, NOW);
}

static bool has_all(struct yg_store *store)
{
	char name[YG_DB_NAME_CAP];

	yg_store_day_name(NOW / YG_NS_PER_DAY, name);
	return yg_store_count(store, YG_STORE_FINDINGS) == 1 &&
	       faccessat(place.fd, name, F_OK, 0) == 0;
}

/* A clock that leaps by a year, and comes back: nothing of it is lost. */
static void a_leap_expires_nothing_for_a_day(void **state)
{
	struct yg_store *store = open_store(NOW);
	uint64_t leapt = NOW + DAYS(365);

	(void)state;
	fill(store);
	assert_int_equal(yg_store_step(store, NOW, leapt), 0);
	for (uint64_t hour = 0; hour < 24; hour++)
		assert_int_equal(yg_store_tick(store, leapt + MINUTES(60) * hour), 0);
	assert_true(has_all(store));
	assert_int_equal(yg_store_step(store, leapt + DAYS(1), NOW + DAYS(1)), 0);
	assert_int_equal(yg_store_tick(store, NOW + DAYS(1)), 0);
	assert_int_equal(yg_store_tick(store, NOW + DAYS(3)), 0);
	assert_true(has_all(store));
	yg_store_free(&store);
}

static void a_leap_that_stays_is_the_time(void **state)
{
	struct yg_store *store = open_store(NOW);
	uint64_t leapt = NOW + DAYS(365);

	(void)state;
	fill(store);
	assert_int_equal(yg_store_step(store, NOW, leapt), 0);
	assert_int_equal(yg_store_tick(store, leapt + YG_STORE_DOUBT_NS - MINUTES(1)), 0);
	assert_true(has_all(store));
	assert_int_equal(yg_store_tick(store, leapt + YG_STORE_DOUBT_NS + MINUTES(60)), 0);
	assert_int_equal(yg_store_count(store, YG_STORE_FINDINGS), 0);
	yg_store_free(&store);
}

/* A battery that is empty, or a daemon that was off for months: who can tell? */
static void a_start_far_behind_what_is_stored_expires_nothing_for_a_day(void **state)
{
	struct yg_store *store = open_store(NOW);
	uint64_t later = NOW + DAYS(365);

	(void)state;
	fill(store);
	yg_store_free(&store);
	store = open_store(later);
	assert_int_equal(yg_store_tick(store, later + MINUTES(1)), 0);
	assert_true(has_all(store));
	assert_int_equal(yg_store_tick(store, later + DAYS(1)), 0);
	assert_int_equal(yg_store_count(store, YG_STORE_FINDINGS), 0);
	yg_store_free(&store);
}

static void keep_expiry(void *ctx, const struct yg_store_block *block)
{
	*(uint64_t *)ctx = block->expires_ns;
}

/* An hour is an hour, whatever the time of day was set to meanwhile. */
static void a_block_ends_when_it_would_have_ended(void **state)
{
	const struct yg_store_block block = { .prefix = YG_SLICE("10.1.2.3"),
					      .placed_ns = NOW,
					      .expires_ns = NOW + MINUTES(60) };
	static const int64_t steps[] = { (int64_t)DAYS(20), -(int64_t)DAYS(20) };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(steps); i++) {
		struct yg_store *store = open_store(NOW);
		uint64_t before = NOW + MINUTES(10), after = before + (uint64_t)steps[i];
		uint64_t expires = 0;

		assert_int_equal(yg_store_block_put(store, &block), 0);
		assert_int_equal(yg_store_step(store, before, after), 0);
		assert_int_equal(yg_store_block_each(store, after, keep_expiry, &expires), 1);
		assert_int_equal(expires - after, MINUTES(50));
		/* One that has ended stays so. */
		assert_int_equal(yg_store_step(store, after + MINUTES(51), NOW), 0);
		assert_int_equal(
			yg_store_block_each(store, after + MINUTES(51), keep_expiry, &expires), 0);
		yg_store_free(&store);
	}
}

static void without_a_database_blocks_cannot_follow(void **state)
{
	struct yg_store *store = open_store(NOW);

	(void)state;
	yg_db_close(&store->main);
	assert_int_equal(yg_store_step(store, NOW, NOW + 1), -EUCLEAN);
	yg_store_free(&store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_leap_expires_nothing_for_a_day),
		TEST(a_leap_that_stays_is_the_time),
		TEST(a_start_far_behind_what_is_stored_expires_nothing_for_a_day),
		TEST(a_block_ends_when_it_would_have_ended),
		TEST(without_a_database_blocks_cannot_follow),
	};

	return cmocka_run_group_tests_name("store/clock", tests, NULL, NULL);
}
