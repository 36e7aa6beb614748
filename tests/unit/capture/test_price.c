/* SPDX-License-Identifier: GPL-2.0-only */
/* Measurements with a known truth: what is told of the time between them. */
#include "capture/price.h"

#include "core/macros.h"
#include "test.h"

#define MS 1000000ull
#define S  (1000u * MS)

/* A host whose programs run so often, and take so long, per second. */
struct host {
	const char *name;
	uint64_t frames, guarded, calls;	 /* units */
	struct yg_price_runs runs[YG_PRICE_MAX]; /* .ns with the clock's own in it */
	double frames_ns, calls_ns;		 /* truth */
};

#define CLOCK 25
#define TRAP  400

/* In clear, under TLS, a flood that ends at XDP, and processes that talk to each other only. */
static const struct host hosts[] = {
	{ .name = "HTTP in clear",
	  .frames = 200000,
	  .runs = { [YG_PRICE_FRAMES] = { .ns = 200000 * 325, .count = 200000 },
		    [YG_PRICE_SOCKETS] = { .ns = 400000 * 45, .count = 400000 } },
	  .frames_ns = 200000 * 300,
	  .calls_ns = 400000 * 45 },
	{ .name = "HTTPS",
	  .frames = 100000,
	  .calls = 150000,
	  .runs = { [YG_PRICE_FRAMES] = { .ns = 100000 * 225, .count = 100000 },
		    [YG_PRICE_CALLS] = { .ns = 300000 * 175, .count = 300000 },
		    [YG_PRICE_SOCKETS] = { .ns = 200000 * 50, .count = 200000 } },
	  .frames_ns = 100000 * 200,
	  .calls_ns = 300000 * 150 + 200000 * 50 + 150000 * TRAP },
	{ .name = "a flood that the guard drops",
	  .guarded = 5000000,
	  .runs = { [YG_PRICE_GUARD] = { .ns = 5000000ull * 65, .count = 5000000 } },
	  .frames_ns = 5000000.0 * 40,
	  .calls_ns = 0 },
	{ .name = "processes of this host among themselves",
	  .runs = { [YG_PRICE_SOCKETS] = { .ns = 900000 * 45, .count = 900000 } },
	  .frames_ns = 0,
	  .calls_ns = 900000 * 45 },
};

/* @parts of a hundred parts of a second more. */
static void pass(const struct host *host, struct yg_price_units *units, uint64_t parts)
{
	units->frames += host->frames * parts / 100;
	units->guarded += host->guarded * parts / 100;
	units->calls += host->calls * parts / 100;
	units->now_ns += parts * 10 * MS;
}

static void learn(struct yg_price *price, const struct host *host, struct yg_price_units *units)
{
	const struct yg_price_units from = *units;

	pass(host, units, 10);
	for (enum yg_price_group i = 0; i < YG_PRICE_MAX; i++) {
		const struct yg_price_runs runs = { .ns = host->runs[i].ns / 10,
						    .count = host->runs[i].count / 10 };

		yg_price_learn(price, i, &runs, &from, units);
	}
}

static struct yg_price fresh(void)
{
	struct yg_price price;

	yg_price_init(&price);
	price.trap_ns = TRAP;
	price.clock_ns = CLOCK;
	return price;
}

static void check_near(uint64_t told, double truth)
{
	assert_true((double)told >= 0.98 * truth);
	assert_true((double)told <= 1.02 * truth);
}

static void what_is_told_is_what_it_costs(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(hosts); i++) {
		struct yg_price_units units = { .now_ns = 1000 * S };
		struct yg_price price = fresh();

		print_message("  %s\n", hosts[i].name);
		for (unsigned int n = 0; n < 8; n++)
			learn(&price, &hosts[i], &units);
		yg_price_add(&price, &units, true);
		for (unsigned int tick = 0; tick < 10; tick++) {
			pass(&hosts[i], &units, 10);
			yg_price_add(&price, &units, true);
		}
		check_near(price.frames_ns, hosts[i].frames_ns);
		check_near(price.calls_ns, hosts[i].calls_ns);
	}
}

/* They are taken off with the probes. */
static void programs_on_sockets_cost_nothing_at_rest(void **state)
{
	struct yg_price_units units = { .now_ns = 1000 * S };
	struct yg_price price = fresh();

	(void)state;
	learn(&price, &hosts[0], &units);
	yg_price_add(&price, &units, false);
	pass(&hosts[0], &units, 100);
	yg_price_add(&price, &units, false);
	assert_int_equal(price.calls_ns, 0);
	assert_true(price.frames_ns > 0);
}

/* Another load: within three measurements it has its own price. */
static void a_price_follows_the_load(void **state)
{
	struct yg_price_units units = { .now_ns = 1000 * S };
	struct yg_price price = fresh();
	struct host slow = hosts[0];

	(void)state;
	for (unsigned int n = 0; n < 8; n++)
		learn(&price, &hosts[0], &units);
	slow.runs[YG_PRICE_FRAMES].ns += 200000 * 300;
	for (unsigned int n = 0; n < 3; n++)
		learn(&price, &slow, &units);
	assert_true(price.rows[YG_PRICE_FRAMES].unit_ns > 550);
	assert_true(price.rows[YG_PRICE_FRAMES].unit_ns < 600);
}

static void few_runs_are_no_price(void **state)
{
	struct yg_price_units units = { .now_ns = 1000 * S }, from = units;
	struct yg_price price = fresh();
	double before = price.rows[YG_PRICE_FRAMES].unit_ns;
	const struct yg_price_runs runs = { .ns = 150 * 5000, .count = 150 };

	(void)state;
	units.frames += 150;
	yg_price_learn(&price, YG_PRICE_FRAMES, &runs, &from, &units);
	assert_float_equal(price.rows[YG_PRICE_FRAMES].unit_ns, before, 1e-9);
	/* But they are kept. */
	yg_price_learn(&price, YG_PRICE_FRAMES, &runs, &from, &units);
	assert_float_equal(price.rows[YG_PRICE_FRAMES].unit_ns, 5000 - CLOCK, 1e-6);
}

/* A program that takes less than the clock that measures it. */
static void nothing_costs_less_than_nothing(void **state)
{
	struct yg_price_units units = { .now_ns = 1000 * S }, from = units;
	struct yg_price price = fresh();
	const struct yg_price_runs runs = { .ns = 1000 * 20, .count = 1000 };

	(void)state;
	units.frames += 1000;
	yg_price_learn(&price, YG_PRICE_FRAMES, &runs, &from, &units);
	assert_float_equal(price.rows[YG_PRICE_FRAMES].unit_ns, 0, 1e-9);
}

static void totals_that_begin_anew_are_not_added(void **state)
{
	struct yg_price_units units = { .frames = 1000000, .calls = 1000000, .now_ns = 1000 * S };
	struct yg_price price = fresh();

	(void)state;
	yg_price_add(&price, &units, true);
	yg_price_add(&price, &(struct yg_price_units){ .frames = 5, .now_ns = 1001 * S }, true);
	assert_int_equal(price.calls_ns, 0);
	assert_int_equal(price.frames_ns, 0);
	/* And from there it goes on. */
	yg_price_add(&price, &(struct yg_price_units){ .frames = 105, .now_ns = 1002 * S }, false);
	assert_int_equal(price.frames_ns, 100 * 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_is_what_it_costs),
		cmocka_unit_test(programs_on_sockets_cost_nothing_at_rest),
		cmocka_unit_test(a_price_follows_the_load),
		cmocka_unit_test(few_runs_are_no_price),
		cmocka_unit_test(nothing_costs_less_than_nothing),
		cmocka_unit_test(totals_that_begin_anew_are_not_added),
	};

	return cmocka_run_group_tests_name("capture/price", tests, NULL, NULL);
}
