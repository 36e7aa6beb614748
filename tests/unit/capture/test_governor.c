/* SPDX-License-Identifier: GPL-2.0-only */
/* The controller of the sampler: fast down, slow up, calm in between; nothing fools it. */
#include "capture/governor.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "capture/rest.h"
#include "core/macros.h"
#include "test.h"

#define MS   1000000ull
#define S    (1000u * MS)
#define LOOK (100u * MS)

static const struct yg_governor_options budget = { .budget = 0.1 };

/* A sensor under a load that would take @demand cores if everything were sampled. */
struct plant {
	struct yg_governor governor;
	struct yg_load load;
	struct yg_share share;
};

static double ratio_of(const struct plant *plant)
{
	return plant->share.sampled ? (double)plant->share.sampled / 4294967296.0 : 1;
}

static void look(struct plant *plant, double demand)
{
	plant->load.now_ns += LOOK;
	plant->load.cpu_ns += (uint64_t)(demand * ratio_of(plant) * (double)LOOK);
	plant->share = yg_governor_step(&plant->governor, &budget, &plant->load);
}

static void run(struct plant *plant, double demand, uint64_t ns)
{
	for (uint64_t t = 0; t < ns; t += LOOK)
		look(plant, demand);
}

static struct plant *fresh(void)
{
	static struct plant plant;

	plant = (struct plant){ .load = { .now_ns = 1000 * S } };
	look(&plant, 0);
	return &plant;
}

static void samples_everything_until_pressure_shows(void **state)
{
	struct plant *plant = fresh();

	(void)state;
	run(plant, 0.09, 600 * S);
	assert_int_equal(plant->share.sampled, 0);
	assert_int_equal(plant->share.why, YG_GOVERNOR_WHOLE);
	assert_int_equal(plant->governor.downs, 0);
}

static void comes_under_the_budget_in_seconds(void **state)
{
	static const double demands[] = { 0.12, 0.3, 1, 1.9, 20 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(demands); i++) {
		struct plant *plant = fresh();

		run(plant, demands[i], 5 * S);
		print_message("  demand %.2f: share %g\n", demands[i], ratio_of(plant));
		assert_true(demands[i] * ratio_of(plant) <= budget.budget);
		assert_true(demands[i] * ratio_of(plant) > budget.budget / 4);
		assert_int_equal(plant->share.why, YG_GOVERNOR_CPU);
		assert_int_equal(plant->share.clients, plant->share.sampled / 2);
	}
}

static void a_loss_brings_it_down_at_once(void **state)
{
	struct plant *plant = fresh();

	(void)state;
	run(plant, 0, S);
	plant->load.lost++;
	look(plant, 0);
	assert_int_equal(plant->share.sampled, 1u << 30);
	assert_int_equal(plant->share.why, YG_GOVERNOR_LOST);
	plant->load.lost++;
	look(plant, 0); /* within 200 ms: the step before has not told yet */
	assert_int_equal(plant->share.sampled, 1u << 30);
	plant->load.lost++;
	look(plant, 0);
	assert_int_equal(plant->share.sampled, 1u << 28);
}

static void a_filling_ring_brings_it_down(void **state)
{
	struct plant *plant = fresh();

	(void)state;
	plant->load.fill = 0.6;
	look(plant, 0);
	assert_int_equal(plant->share.sampled, 1u << 31);
	assert_int_equal(plant->share.why, YG_GOVERNOR_RING);
	look(plant, 0);
	plant->load.fill = 0.9;
	look(plant, 0);
	assert_int_equal(plant->share.sampled, 1u << 29);
	/* Neither calm nor pressing: it stays. */
	plant->load.fill = 0.3;
	run(plant, 0, 120 * S);
	assert_int_equal(plant->share.sampled, 1u << 29);
}

static void goes_up_again_step_by_step(void **state)
{
	struct plant *plant = fresh();
	uint32_t last;

	(void)state;
	run(plant, 1, 5 * S);
	last = plant->share.sampled;
	assert_true(last > 0);
	for (int i = 0; i < 6000 && plant->share.sampled; i++) {
		look(plant, 0.01);
		assert_true(plant->share.sampled == last || plant->share.sampled == 2 * last ||
			    (plant->share.sampled == 0 && last == 1u << 31));
		last = plant->share.sampled;
	}
	assert_int_equal(plant->share.sampled, 0);
	assert_true(plant->governor.ups == plant->governor.halvings + 4);
}

/* Whatever the load, after a minute it moves at most once in five minutes or so. */
static void does_not_swing(void **state)
{
	(void)state;
	for (double demand = 0.02; demand < 3; demand *= 1.07) {
		struct plant *plant = fresh();
		uint64_t steps;

		run(plant, demand, 60 * S);
		steps = plant->governor.downs + plant->governor.ups;
		run(plant, demand, 3600 * S);
		steps = plant->governor.downs + plant->governor.ups - steps;
		assert_true(demand * ratio_of(plant) <= budget.budget * 1.01);
		assert_true(steps <= 30);
	}
}

/* A load that comes and goes, as an attacker would make it: each way down is fast, up is rare. */
static void a_beat_does_not_make_it_swing(void **state)
{
	struct plant *plant = fresh();
	uint64_t steps;

	(void)state;
	for (int i = 0; i < 60; i++) {
		run(plant, 2, 3 * S);
		run(plant, 0.01, 12 * S);
	}
	steps = plant->governor.downs + plant->governor.ups;
	print_message("  %llu steps in 15 minutes of a 15 s beat\n", (unsigned long long)steps);
	assert_true(steps <= 40);
}

static void jumps_of_the_clock_are_not_judged(void **state)
{
	struct plant *plant = fresh();

	(void)state;
	run(plant, 0.05, 10 * S);
	plant->load.cpu_ns += 1000 * S; /* a nap of an hour, or the clock was set */
	plant->load.now_ns += 3600 * S;
	look(plant, 0.05);
	plant->load.now_ns -= 1800 * S;
	look(plant, 0.05);
	run(plant, 0.05, 10 * S);
	assert_int_equal(plant->share.sampled, 0);
	/* And it still works. */
	run(plant, 1, 5 * S);
	assert_true(plant->share.sampled > 0);
}

static void totals_that_begin_anew_are_not_judged(void **state)
{
	struct plant *plant = fresh();

	(void)state;
	plant->load.lost = 100;
	plant->load.other_ns = 50 * S;
	plant->governor = (struct yg_governor){ 0 };
	run(plant, 0.05, 3 * S);
	plant->load.lost = 0; /* the programs were loaded, the roles started anew */
	plant->load.cpu_ns = 0;
	plant->load.other_ns = 0;
	run(plant, 0.05, 3 * S);
	assert_int_equal(plant->share.sampled, 0);
}

/* Counters of 64 bits that run over are counted on. */
static void a_wrap_is_a_small_step(void **state)
{
	struct plant *plant = fresh();

	(void)state;
	plant->load.lost = UINT64_MAX;
	look(plant, 0);
	run(plant, 0, 2 * S);
	plant->governor = (struct yg_governor){ 0 };
	look(plant, 0);
	plant->load.lost += 1;
	run(plant, 0, S);
	assert_int_equal(plant->share.sampled, 1u << 30);
}

/*
 * A host: what it costs depends on the share, and on the probes of TLS, which have a controller of
 * their own. Cores.
 */
struct host {
	const char *name;
	double roles, look, copy, analyze, calls; /* copy and analyze: if everything is sampled */
	bool is_held;				  /* the budget of 0.1 can be */
	double share_min;			  /* what a host like that has left, at least */
};

static const struct host hosts[] = {
	{ "idle", 0.005, 0, 0, 0, 0, true, 1 },
	{ "in clear", 0.01, 0.03, 0.03, 0.3, 0, true, 1.0 / 16 },
	{ "kernel takes most", 0.01, 0.06, 0.05, 0.3, 0, true, 1.0 / 64 },
	{ "kernel takes most, little to analyze", 0.01, 0.07, 0.07, 0.01, 0, true, 1.0 / 16 },
	{ "TLS, and much to analyze", 0.01, 0.01, 0.01, 0.4, 1, true, 1.0 / 32 },
	{ "all at once", 0.02, 0.05, 0.05, 1, 1, true, 1.0 / 256 },
	{ "looking at frames alone is too much", 0.01, 0.2, 0.2, 0.005, 0, false, 1.0 / 16 },
	{ "that and much to analyze", 0.01, 0.2, 0.2, 1, 0, false, 1.0 / 512 },
};

/* Return: cores used in the last second of @ns. */
static double play(struct plant *plant, const struct host *host, uint64_t ns)
{
	double used = 0;

	for (uint64_t t = 0; t < ns; t += LOOK) {
		double left = plant->governor.usage.left > 0 ? plant->governor.usage.left : 0.1;
		double calls =
			fmin(host->calls, yg_rest_room(left, plant->governor.usage.analyzer));
		double analyzer = 0.014 + host->analyze * ratio_of(plant);
		double frames = host->look + host->copy * ratio_of(plant);

		plant->load.other_ns += (uint64_t)(host->roles * (double)LOOK);
		plant->load.frames_ns += (uint64_t)(frames * (double)LOOK);
		plant->load.calls_ns += (uint64_t)(calls * (double)LOOK);
		look(plant, analyzer / ratio_of(plant));
		if (t + S >= ns)
			used += (host->roles + frames + calls + analyzer) / 10;
	}
	return used;
}

static void the_whole_is_inside_the_budget(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(hosts); i++) {
		const struct host *host = &hosts[i];
		struct plant *plant = fresh();
		double used = play(plant, host, 120 * S);

		print_message("  %s: %.3f of %.3f cores, share %g\n", host->name, used,
			      budget.budget, ratio_of(plant));
		assert_true(ratio_of(plant) >= host->share_min);
		assert_int_equal(plant->governor.is_over, !host->is_held);
		if (host->is_held)
			assert_true(used <= budget.budget * 1.1);
		else /* what cannot be saved, and a fifth for what is left to do */
			assert_true(used <= host->roles + host->look + host->copy / 16 + 0.014 +
						    budget.budget / 5);
	}
}

static void what_sampling_cannot_save_is_said_in_time(void **state)
{
	const struct host *over = &hosts[YG_ARRAY_SIZE(hosts) - 2];
	struct plant *plant = fresh();

	(void)state;
	(void)play(plant, over, 8 * S);
	assert_false(plant->governor.is_over); /* a burst */
	(void)play(plant, over, 12 * S);
	assert_true(plant->governor.is_over);
	assert_int_equal(plant->share.why, YG_GOVERNOR_ALL);
	(void)play(plant, &hosts[0], 20 * S);
	assert_false(plant->governor.is_over);
	(void)play(plant, &hosts[0], 120 * S);
	assert_int_equal(plant->share.sampled, 0);
}

/* Roles work in bursts: a sweep, a query of the operator. */
static void a_burst_of_a_role_is_no_reason(void **state)
{
	struct plant *plant = fresh();

	(void)state;
	run(plant, 0.06, 10 * S);
	plant->load.other_ns += S / 5;
	run(plant, 0.06, 30 * S);
	assert_int_equal(plant->share.sampled, 0);
}

static void the_share_has_a_floor(void **state)
{
	struct plant *plant = fresh();

	(void)state;
	for (int i = 0; i < 200; i++) {
		plant->load.lost++;
		look(plant, 0);
	}
	assert_int_equal(plant->share.sampled, 1u << (32 - YG_GOVERNOR_HALVINGS_MAX));
	assert_true(plant->share.clients > 0);
}

static void a_fixed_share_stays(void **state)
{
	struct yg_governor_options fixed = { .budget = 0.1 };
	struct yg_governor governor = { 0 };
	struct yg_load load = { .now_ns = S };
	struct yg_share share;

	(void)state;
	assert_int_equal(yg_share_from_text("1/8", &fixed), 0);
	for (int i = 0; i < 100; i++) {
		load.now_ns += LOOK;
		load.lost++;
		share = yg_governor_step(&governor, &fixed, &load);
		assert_int_equal(share.sampled, 1u << 29);
		assert_int_equal(share.why, YG_GOVERNOR_FIXED);
	}
}

static const struct {
	const char *text;
	int r;
	uint32_t fixed;
	bool is_fixed;
} texts[] = {
	{ "auto", 0, 0, false },	{ "1", 0, 0, true },
	{ "1/1", 0, 0, true },		{ "1/8", 0, 1u << 29, true },
	{ "0.125", 0, 1u << 29, true }, { "0.5", 0, 1u << 31, true },
	{ "", -EINVAL, 0, false },	{ "0", -EINVAL, 0, false },
	{ "2", -EINVAL, 0, false },	{ "1/0", -EINVAL, 0, false },
	{ "1/", -EINVAL, 0, false },	{ "-1/8", -EINVAL, 0, false },
	{ "nan", -EINVAL, 0, false },	{ "1/8 ", -EINVAL, 0, false },
	{ "1e-12", -EINVAL, 0, false }, { "half", -EINVAL, 0, false },
};

static void reads_shares(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(texts); i++) {
		struct yg_governor_options options = { .fixed = 7, .is_fixed = true };

		print_message("  '%s'\n", texts[i].text);
		assert_int_equal(yg_share_from_text(texts[i].text, &options), texts[i].r);
		assert_int_equal(options.fixed, texts[i].r ? 7 : texts[i].fixed);
		assert_int_equal(options.is_fixed, texts[i].r ? true : texts[i].is_fixed);
	}
}

static void names_every_reason(void **state)
{
	(void)state;
	for (int why = 0; why < YG_GOVERNOR_MAX; why++)
		assert_string_not_equal(yg_governor_why_name((enum yg_governor_why)why), "unknown");
	assert_string_equal(yg_governor_why_name(YG_GOVERNOR_MAX), "unknown");
}

static void tells_bursts_from_drops(void **state)
{
	(void)state;
	assert_false(yg_loss_is_burst(0, 0));
	assert_false(yg_loss_is_burst(9, 10));
	assert_true(yg_loss_is_burst(10, 10));
	assert_true(yg_loss_is_burst(100, 10000));
	assert_false(yg_loss_is_burst(99, 10000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_everything_until_pressure_shows),
		cmocka_unit_test(comes_under_the_budget_in_seconds),
		cmocka_unit_test(a_loss_brings_it_down_at_once),
		cmocka_unit_test(a_filling_ring_brings_it_down),
		cmocka_unit_test(goes_up_again_step_by_step),
		cmocka_unit_test(does_not_swing),
		cmocka_unit_test(a_beat_does_not_make_it_swing),
		cmocka_unit_test(jumps_of_the_clock_are_not_judged),
		cmocka_unit_test(totals_that_begin_anew_are_not_judged),
		cmocka_unit_test(a_wrap_is_a_small_step),
		cmocka_unit_test(the_whole_is_inside_the_budget),
		cmocka_unit_test(what_sampling_cannot_save_is_said_in_time),
		cmocka_unit_test(a_burst_of_a_role_is_no_reason),
		cmocka_unit_test(the_share_has_a_floor),
		cmocka_unit_test(a_fixed_share_stays),
		cmocka_unit_test(reads_shares),
		cmocka_unit_test(names_every_reason),
		cmocka_unit_test(tells_bursts_from_drops),
	};

	return cmocka_run_group_tests_name("capture/governor", tests, NULL, NULL);
}
