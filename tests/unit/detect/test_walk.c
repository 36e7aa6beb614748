/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/walk.h"

#include "core/hash.h"
#include "core/macros.h"
#include "test.h"

#define HOUR_NS 3600000000000ull
#define DAY_NS	(24 * HOUR_NS)

/* Zero on the heap: the struct is large. */
static struct yg_walk *make_walk(void)
{
	struct yg_walk *walk = calloc(1, sizeof(*walk));

	assert_non_null(walk);
	return walk;
}

static bool step(struct yg_walk *walk, uint64_t number, uint64_t time_ns, bool handed)
{
	struct yg_objects objects = {
		.count = 1,
		.hash = yg_hash_mix(number + 1),
		.items = { { .hash = yg_hash_mix(number + 1), .number = number, .numeric = true } },
	};
	struct yg_walk_ended ended;

	return yg_walk_add(
		walk,
		&(struct yg_step){
			.time_ns = time_ns, .objects = &objects, .handed = handed, .ok = true },
		&ended);
}

static void counts_each_object_once(void **state)
{
	YG_CLEANUP_FREE struct yg_walk *walk = make_walk();

	(void)state;

	for (int round = 0; round < 5; round++) {
		for (uint64_t i = 0; i < 40; i++)
			assert_int_equal(step(walk, i * 100, DAY_NS, false), round == 0);
	}
	assert_int_equal(walk->steps, 40);
}

static void what_was_handed_out_is_no_step(void **state)
{
	YG_CLEANUP_FREE struct yg_walk *walk = make_walk();

	(void)state;

	for (uint64_t i = 0; i < 40; i++)
		assert_false(step(walk, i, DAY_NS, true));
	assert_int_equal(walk->steps, 0);
	assert_int_equal(walk->day_new, 40);
}

static void sees_order_in_neighbours_and_in_filled_ranges(void **state)
{
	YG_CLEANUP_FREE struct yg_walk *up = make_walk();
	YG_CLEANUP_FREE struct yg_walk *shuffled = make_walk();
	YG_CLEANUP_FREE struct yg_walk *sparse = make_walk();

	(void)state;

	for (uint64_t i = 0; i < 30; i++) {
		(void)step(up, 1000 + i * 2, DAY_NS, false);
		(void)step(shuffled, 1000 + i * 17 % 30, DAY_NS, false);
		(void)step(sparse, yg_hash_mix(i) % 1000000, DAY_NS, false);
	}
	assert_true(yg_walk_order(up) > 0.99);
	assert_true(yg_walk_order(shuffled) > 0.99);
	assert_true(yg_walk_order(sparse) < 0.1);
}

static void goes_on_over_days_but_not_after_a_long_rest(void **state)
{
	YG_CLEANUP_FREE struct yg_walk *walk = make_walk();

	(void)state;

	for (uint64_t day = 1; day <= 10; day++)
		(void)step(walk, day, day * DAY_NS, false);
	assert_int_equal(walk->steps, 10);
	(void)step(walk, 11, 20 * DAY_NS, false);
	assert_int_equal(walk->steps, 1);
}

static void knows_the_habit_of_earlier_days(void **state)
{
	YG_CLEANUP_FREE struct yg_walk *walk = make_walk();

	(void)state;

	assert_true(yg_walk_habit(walk) == 0);
	for (uint64_t day = 1; day <= 3; day++)
		for (uint64_t i = 0; i < 10 * day; i++)
			(void)step(walk, day * 1000 + i, day * DAY_NS, true);
	assert_true(yg_walk_habit(walk) == 15); /* of 10 and 20; the third day is not over */
}

static void new_objects_are_still_seen_when_many_are_known(void **state)
{
	YG_CLEANUP_FREE struct yg_walk *walk = make_walk();
	uint32_t before;

	(void)state;

	for (uint64_t i = 0; i < 2000; i++)
		(void)step(walk, yg_hash_mix(i) % 100000000, DAY_NS, true);
	before = walk->steps;
	for (uint64_t i = 0; i < 50; i++)
		(void)step(walk, 500000000 + i, DAY_NS + 2 * HOUR_NS, false);
	assert_true(walk->steps - before >= 48);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_each_object_once),
		cmocka_unit_test(what_was_handed_out_is_no_step),
		cmocka_unit_test(sees_order_in_neighbours_and_in_filled_ranges),
		cmocka_unit_test(goes_on_over_days_but_not_after_a_long_rest),
		cmocka_unit_test(knows_the_habit_of_earlier_days),
		cmocka_unit_test(new_objects_are_still_seen_when_many_are_known),
	};

	return cmocka_run_group_tests_name("detect/walk", tests, NULL, NULL);
}
