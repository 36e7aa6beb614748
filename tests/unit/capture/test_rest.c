/* SPDX-License-Identifier: GPL-2.0-only */
/* A load is played to the controller, and probes that take their time to go and to come. */
#include "capture/rest.h"

#include "core/macros.h"
#include "test.h"

#define MS 1000000ull
#define S  1000000000ull

struct world {
	struct yg_rest rest;
	struct yg_rest_plan plan;
	uint64_t now_ns, cost_ns, off_ns, on_ns, turned_ns;
	enum { AWAKE, FALLING, ASLEEP, RISING } phase;
	uint64_t awake_ns, turns;
	double load; /* cores that calls take while the probes are there */
	double room;
	double pace;
	bool never;
};

static struct world world_new(double load, double room)
{
	return (struct world){ .now_ns = 1000 * S,
			       .off_ns = 60 * MS,
			       .on_ns = 20 * MS,
			       .pace = 1,
			       .load = load,
			       .room = room };
}

static void look(struct world *w)
{
	w->plan = yg_rest_step(&w->rest, &(struct yg_rest_look){
						 .now_ns = w->now_ns,
						 .cost_ns = w->cost_ns,
						 .room = w->room,
						 .turn_ns = w->turns ? w->off_ns + w->on_ns : 0,
						 .is_awake = w->phase == AWAKE,
						 .may_rest = !w->never,
						 .pace = w->pace,
					 });
}

/* Time passes by one millisecond. Probes trap until they are off, and while they come. */
static void pass(struct world *w)
{
	uint64_t wait = w->phase == FALLING ? w->off_ns : w->on_ns;

	w->now_ns += MS;
	w->awake_ns += w->phase == AWAKE ? MS : 0;
	if (w->phase == AWAKE || w->phase == RISING)
		w->cost_ns += (uint64_t)(w->load * (double)MS);
	if ((w->phase == FALLING || w->phase == RISING) && w->now_ns - w->turned_ns >= wait)
		w->phase = w->phase == FALLING ? ASLEEP : AWAKE;
	look(w);
	if ((w->phase == AWAKE && !w->plan.awake) || (w->phase == ASLEEP && w->plan.awake)) {
		w->phase = w->phase == AWAKE ? FALLING : RISING;
		w->turned_ns = w->now_ns;
		w->turns++;
	}
}

/* Return: cores that calls took. */
static double play(struct world *w, uint64_t span_ns)
{
	uint64_t end_ns = w->now_ns + span_ns, cost_ns = w->cost_ns;

	w->awake_ns = 0;
	while (w->now_ns < end_ns)
		pass(w);
	return (double)(w->cost_ns - cost_ns) / (double)span_ns;
}

static void a_load_within_its_room_never_rests(void **state)
{
	struct world w = world_new(0.049, 0.05);

	(void)state;
	(void)play(&w, 600 * S);
	assert_int_equal(w.turns, 0);
	assert_int_equal(w.awake_ns, 600 * S);
}

static void two_seconds_above_are_no_reason(void **state)
{
	struct world w = world_new(0.5, 0.05);

	(void)state;
	(void)play(&w, 2 * S);
	w.load = 0.01;
	(void)play(&w, 60 * S);
	assert_int_equal(w.turns, 0);
}

static void the_long_run_is_inside_the_room(void **state)
{
	static const double loads[] = { 0.06, 0.1, 0.3, 1, 4, 16 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(loads); i++) {
		struct world w = world_new(loads[i], 0.05);
		double used;

		(void)play(&w, 20 * S);
		used = play(&w, 300 * S);
		print_message("load %.2f: %.4f of 0.05, awake %.1f %%, %lu turns\n", loads[i], used,
			      (double)w.awake_ns / 3e9, (unsigned long)w.turns);
		assert_true(used < 0.05 * 0.9); /* three quarters: what turns cost is in no price */
		assert_true(used > 0.05 * 0.65);
		assert_true(w.turns > 10);
	}
}

static void what_is_above_the_room_by_little_is_awake_for_the_most_of_it(void **state)
{
	struct world w = world_new(0.07, 0.05);

	(void)state;
	(void)play(&w, 10 * S);
	(void)play(&w, 100 * S);
	assert_true(w.awake_ns > 45 * S && w.awake_ns < 65 * S);
}

static void it_is_fully_awake_soon_after_the_load_ends(void **state)
{
	struct world w = world_new(1, 0.05);

	(void)state;
	(void)play(&w, 60 * S);
	assert_true(w.rest.is_resting);
	w.load = 0.001;
	(void)play(&w, 10 * S);
	assert_false(w.rest.is_resting);
	assert_true(w.plan.awake && w.plan.share == 1);
	assert_int_equal(w.phase, AWAKE);
}

/* With periods of many seconds: nobody waits for the next awake time. */
static void a_quiet_wire_ends_a_rest(void **state)
{
	struct world w = world_new(20, 0.05);

	(void)state;
	(void)play(&w, 100 * S);
	assert_true(w.rest.period_ns > 10 * S);
	while (w.phase != ASLEEP)
		pass(&w);
	w.load = 0.001;
	w.pace = w.load / 20;
	(void)play(&w, 3 * S);
	assert_false(w.rest.is_resting);
	assert_int_equal(w.phase, AWAKE);
}

static void a_load_at_the_edge_does_not_swing(void **state)
{
	struct world w = world_new(0.052, 0.05);
	uint64_t ends = 0;

	(void)state;
	for (unsigned int i = 0; i < 1800; i++) {
		bool was = w.rest.is_resting;

		(void)play(&w, S);
		ends += was && !w.rest.is_resting;
	}
	print_message("%lu ends in half an hour\n", (unsigned long)ends);
	assert_true(ends < 20);
}

static void a_burst_ends_an_awake_time_and_is_paid_back(void **state)
{
	struct world w = world_new(0.2, 0.05);
	double used = 0;

	(void)state;
	(void)play(&w, 30 * S);
	/* Every other second is ten times as heavy as the one before. */
	for (unsigned int i = 0; i < 300; i++) {
		w.load = i % 2 ? 2 : 0.2;
		used += play(&w, S);
	}
	print_message("%.4f of 0.05\n", used / 300);
	assert_true(used / 300 < 0.05 * 1.3);
}

static void slow_turns_make_long_periods(void **state)
{
	struct world w = world_new(0.5, 0.05);

	(void)state;
	w.off_ns = 900 * MS;
	(void)play(&w, 20 * S);
	w.turns = 1;
	assert_true(play(&w, 400 * S) < 0.05 * 1.05);
	assert_true(w.turns < 2 * 400 / 8);
	assert_true(w.rest.period_ns >= 9 * S);
}

static void never_means_never(void **state)
{
	struct world w = world_new(4, 0.05);

	(void)state;
	w.never = true;
	(void)play(&w, 60 * S);
	assert_int_equal(w.turns, 0);
}

static void forbidden_at_run_time_it_wakes_and_stays(void **state)
{
	struct world w = world_new(4, 0.05);

	(void)state;
	(void)play(&w, 30 * S);
	w.never = true;
	(void)play(&w, S);
	(void)play(&w, 30 * S);
	assert_int_equal(w.awake_ns, 30 * S);
}

static void time_that_jumps_is_not_judged(void **state)
{
	struct world w = world_new(4, 0.05);

	(void)state;
	for (unsigned int i = 0; i < 20; i++) {
		(void)play(&w, 2 * S);
		w.now_ns += 3600 * S;
	}
	assert_int_equal(w.turns, 0);
}

static void counters_that_begin_anew_are_not_judged(void **state)
{
	struct world w = world_new(4, 0.05);

	(void)state;
	for (unsigned int i = 0; i < 20; i++) {
		(void)play(&w, 2 * S);
		w.cost_ns = 0;
	}
	assert_int_equal(w.turns, 0);
}

static void the_room_is_what_others_leave(void **state)
{
	(void)state;
	assert_float_equal(yg_rest_room(0.1, 0), 0.1, 1e-9);
	assert_float_equal(yg_rest_room(0.09, 0.03), 0.06, 1e-9);
	assert_float_equal(yg_rest_room(0.1, 0.5), 0.05, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_load_within_its_room_never_rests),
		cmocka_unit_test(two_seconds_above_are_no_reason),
		cmocka_unit_test(the_long_run_is_inside_the_room),
		cmocka_unit_test(what_is_above_the_room_by_little_is_awake_for_the_most_of_it),
		cmocka_unit_test(it_is_fully_awake_soon_after_the_load_ends),
		cmocka_unit_test(a_quiet_wire_ends_a_rest),
		cmocka_unit_test(a_load_at_the_edge_does_not_swing),
		cmocka_unit_test(a_burst_ends_an_awake_time_and_is_paid_back),
		cmocka_unit_test(slow_turns_make_long_periods),
		cmocka_unit_test(never_means_never),
		cmocka_unit_test(forbidden_at_run_time_it_wakes_and_stays),
		cmocka_unit_test(time_that_jumps_is_not_judged),
		cmocka_unit_test(counters_that_begin_anew_are_not_judged),
		cmocka_unit_test(the_room_is_what_others_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
