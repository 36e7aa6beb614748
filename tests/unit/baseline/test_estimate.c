/* SPDX-License-Identifier: GPL-2.0-only */
/* Weights and errors; what a sampled minute says, alone and added up; minutes with losses. */
#include "baseline/estimate.h"

#include <errno.h>
#include <math.h>

#include "baseline/profile.h"
#include "core/macros.h"
#include "test.h"

#define HALF	(1u << 31)
#define EIGHTH	(1u << 29)
#define HOUR_NS (60ull * YG_CELL_SPAN_NS)
#define T0	(500000ull * HOUR_NS)

static const struct {
	uint32_t sampled, weight;
} weights[] = { { 0, 1 },	   { HALF, 2 },	      { EIGHTH, 8 },	   { 1u << 18, 16384 },
		{ UINT32_MAX, 1 }, { 0x55555555, 3 }, { 1, YG_WEIGHT_MAX } };

static void a_weight_is_the_inverse_of_the_share(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(weights); i++)
		assert_int_equal(yg_weight_from_share(weights[i].sampled), weights[i].weight);
	assert_true(yg_share_ratio(0) == 1);
	assert_true(yg_share_ratio(EIGHTH) == 0.125);
}

/* n exchanges of one flow add what one draw of n at once has: w (w - 1) n^2. */
static void exchanges_of_a_flow_vary_together(void **state)
{
	double spread = 0;

	(void)state;
	for (uint32_t n = 1; n <= 50; n++) {
		spread += yg_spread_of(8, n);
		assert_true(fabs(spread - 8.0 * 7 * n * n) < 1e-6);
	}
	assert_true(yg_spread_of(1, 7) == 0);
	assert_true(yg_spread_of(8, 0) == yg_spread_of(8, 1));
}

static void what_is_seen_whole_has_no_error(void **state)
{
	double error;

	(void)state;
	assert_true(yg_count_error(0) == 0);
	assert_true(yg_share_error(0, 100, 0.5) == 0);
	assert_true(yg_share_error(100, 0, 0.5) == 0);
	assert_int_equal(yg_distinct_estimate(0, 0, 17, &error), 17);
	assert_true(error == 0);
}

static void errors_stay_in_bounds(void **state)
{
	double error;

	(void)state;
	assert_true(yg_share_error(1e12, 10, 0.5) == 1);
	assert_true(yg_share_error(56, 8, 0) > 0); /* never seen is not never */
	/* None of 1/8: at most a few dozen are out there. */
	assert_int_equal(yg_distinct_estimate(0, EIGHTH, 3, &error), 3);
	assert_true(error == 24);
	assert_int_equal(yg_distinct_estimate(10, EIGHTH, 30, &error), 80);
	assert_true(fabs(error - 1.96 * sqrt(10 * 0.875) * 8) < 1e-9);
	assert_int_equal(yg_distinct_estimate(10, EIGHTH, 90, &error), 90);
}

static void take(void *ctx, const struct yg_cell *cell)
{
	*(struct yg_cell *)ctx = *cell;
}

static struct yg_sample sample_at(uint64_t time_ns, uint64_t caller)
{
	return (struct yg_sample){ .time_ns = time_ns,
				   .response_bytes = 100,
				   .latency_us = 10,
				   .has_latency = true,
				   .status = 200,
				   .caller = caller,
				   .ordinal = 1 };
}

static void a_sampled_exchange_counts_for_its_like(void **state)
{
	struct yg_sample sample = sample_at(T0, 1);
	static struct yg_profile profile;
	static struct yg_cell cell;
	double error;

	(void)state;
	profile = (struct yg_profile){ 0 };
	sample.weight = 8;
	sample.clients = EIGHTH;
	yg_profile_add(&profile, &sample, NULL, NULL);
	sample = sample_at(T0, 2);
	sample.clients = EIGHTH;
	sample.whole = true;
	yg_profile_add(&profile, &sample, NULL, NULL);
	yg_profile_tick(&profile, UINT64_MAX, take, &cell);
	assert_int_equal(cell.requests, 9);
	assert_int_equal(cell.seen, 2);
	assert_int_equal(cell.response_bytes, 900);
	assert_int_equal(yg_cell_status_class(&cell, 2), 9);
	assert_int_equal(cell.latency_us.count, 9);
	assert_true(cell.spread == 56);
	assert_int_equal(yg_cell_callers(&cell, &error), 8);
	assert_false(
		yg_profile_is_learned(&profile)); /* by what was seen, not by what it stands for */
}

static void sampling_survives_packing(void **state)
{
	static struct yg_cell cell, back;
	uint8_t bytes[YG_CELL_PACKED_MAX];
	ssize_t len;

	(void)state;
	cell = (struct yg_cell){ .start_ns = T0,
				 .span_ns = YG_CELL_SPAN_NS,
				 .requests = 80,
				 .seen = 10,
				 .spread = 5600,
				 .lost = 7,
				 .clients = EIGHTH };
	(void)yg_hll_add(&cell.callers_whole, 42);
	len = yg_cell_pack(&cell, bytes, sizeof(bytes));
	assert_true(len > 0);
	assert_int_equal(yg_cell_unpack(bytes, (size_t)len, &back), 0);
	assert_int_equal(back.seen, 10);
	assert_true(back.spread == 5600);
	assert_int_equal(back.lost, 7);
	assert_int_equal(back.clients, EIGHTH);
	assert_int_equal(yg_hll_count(&back.callers_whole), 1);
	for (size_t cut = 0; cut < (size_t)len; cut++)
		assert_int_equal(yg_cell_unpack(bytes, cut, &back), -EINVAL);
}

/* Within an hour the same clients are seen whole: unions. Of two hours, the one that says more. */
static void distinct_callers_add_up_within_an_hour(void **state)
{
	static struct yg_cell a, b, later;
	double error;

	(void)state;
	a = b = later = (struct yg_cell){
		.start_ns = T0, .span_ns = YG_CELL_SPAN_NS, .requests = 10, .clients = EIGHTH
	};
	b.start_ns = T0 + YG_CELL_SPAN_NS;
	later.start_ns = T0 + HOUR_NS;
	for (uint64_t i = 0; i < 4; i++) {
		(void)yg_hll_add(&a.callers_whole, 1000 + i);
		(void)yg_hll_add(&b.callers_whole, 1002 + i);
		(void)yg_hll_add(&later.callers_whole, 9000 + i);
	}
	yg_cell_merge(&a, &b);
	assert_int_equal(yg_cell_callers(&a, &error), 48);
	yg_cell_merge(&a, &later);
	assert_int_equal(yg_cell_callers(&a, &error), 48);
}

static void a_minute_with_losses_is_told_and_not_learned(void **state)
{
	struct yg_sample sample = sample_at(T0, 1);
	static struct yg_profile profile;
	static struct yg_cell cell;

	(void)state;
	profile = (struct yg_profile){ 0 };
	yg_profile_add(&profile, &sample, NULL, NULL);
	yg_profile_lose(&profile, T0 + 1, 500);
	sample.lossy = true;
	yg_profile_add(&profile, &sample, NULL, NULL);
	sample = sample_at(T0 + YG_CELL_SPAN_NS, 1);
	yg_profile_add(&profile, &sample, take, &cell);
	assert_int_equal(cell.lost, 500);
	assert_int_equal(cell.requests, 2);
	assert_int_equal(profile.total.requests, 0);
	yg_profile_tick(&profile, UINT64_MAX, take, &cell);
	assert_int_equal(cell.lost, 0);
	assert_int_equal(profile.total.requests, 1);
	assert_true(yg_profile_expected(&profile, T0) < 0); /* the hour says nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_weight_is_the_inverse_of_the_share),
		cmocka_unit_test(exchanges_of_a_flow_vary_together),
		cmocka_unit_test(what_is_seen_whole_has_no_error),
		cmocka_unit_test(errors_stay_in_bounds),
		cmocka_unit_test(a_sampled_exchange_counts_for_its_like),
		cmocka_unit_test(sampling_survives_packing),
		cmocka_unit_test(distinct_callers_add_up_within_an_hour),
		cmocka_unit_test(a_minute_with_losses_is_told_and_not_learned),
	};

	return cmocka_run_group_tests_name("baseline/estimate", tests, NULL, NULL);
}
