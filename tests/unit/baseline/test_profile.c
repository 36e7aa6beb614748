/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/profile.h"

#include <math.h>

#include "core/hash.h"
#include "core/macros.h"
#include "test.h"

#define HOUR_NS (60ull * YG_CELL_SPAN_NS)
#define WEEK_NS (168ull * HOUR_NS)

static uint64_t cell_requests;

static void sum_cell(void *ctx, const struct yg_cell *cell)
{
	++*(uint32_t *)ctx;
	cell_requests += cell->requests;
	assert_true(cell->start_ns % YG_CELL_SPAN_NS == 0);
}

static void add(struct yg_profile *profile, uint64_t time_ns, uint64_t caller, uint32_t *cells)
{
	const struct yg_sample sample = {
		.time_ns = time_ns,
		.request_bytes = 100,
		.response_bytes = 1000,
		.request_size = 10,
		.response_size = 900,
		.latency_us = 250,
		.has_latency = true,
		.status = 200,
		.caller = yg_hash_mix(caller + 1), /* 0 is unknown */
	};

	yg_profile_add(profile, &sample, cells ? sum_cell : NULL, cells);
}

/* Hops of other exchanges: sums over time are right, whichever minute they are taken from. */
static void what_is_taken_back_is_no_request(void **state)
{
	const struct yg_sample hop = {
		.time_ns = WEEK_NS, .request_bytes = 100, .response_bytes = 1000, .status = 200
	};
	YG_CLEANUP_FREE struct yg_profile *profile = calloc(1, sizeof(*profile));
	uint32_t cells = 0;

	(void)state;
	assert_non_null(profile);
	cell_requests = 0;
	for (uint32_t i = 0; i < 4; i++)
		add(profile, WEEK_NS + i, 0, &cells);
	yg_profile_take_back(profile, &hop);
	assert_int_equal(profile->now.requests, 3);
	assert_int_equal(profile->now.request_bytes, 300);
	assert_int_equal(profile->now.response_bytes, 3000);
	assert_int_equal(profile->now.status[0].count, 3);
	/* The minute is over, but not its time to be claimed. */
	yg_profile_tick(profile, WEEK_NS + YG_CELL_SPAN_NS, sum_cell, &cells);
	assert_int_equal(cells, 0);
	yg_profile_take_back(profile, &hop);
	yg_profile_tick(profile, WEEK_NS + YG_CELL_SPAN_NS + YG_PROFILE_GRACE_NS, sum_cell, &cells);
	assert_int_equal(cells, 1);
	assert_int_equal(cell_requests, 2);
	/* Too late: the next minutes pay, once they have more than that. */
	yg_profile_take_back(profile, &hop);
	add(profile, WEEK_NS + 3 * YG_CELL_SPAN_NS, 0, &cells);
	assert_int_equal(profile->now.requests, 1);
	add(profile, WEEK_NS + 3 * YG_CELL_SPAN_NS + 1, 0, &cells);
	assert_int_equal(profile->now.requests, 1);
	yg_profile_tick(profile, UINT64_MAX, sum_cell, &cells);
	assert_int_equal(cell_requests, 3); /* of six, three were hops */
}

static struct yg_profile *make_profile(void)
{
	struct yg_profile *profile = calloc(1, sizeof(*profile));

	assert_non_null(profile);
	return profile;
}

static void every_request_is_in_exactly_one_minute(void **state)
{
	YG_CLEANUP_FREE struct yg_profile *profile = make_profile();
	uint32_t cells = 0;

	(void)state;

	cell_requests = 0;
	for (uint64_t i = 0; i < 1000; i++)
		add(profile, WEEK_NS + i * YG_CELL_SPAN_NS / 7, i % 9, &cells);
	yg_profile_tick(profile, UINT64_MAX, sum_cell, &cells);
	assert_int_equal(cells, 143);
	assert_true(cell_requests == 1000);
	assert_int_equal(profile->total.requests, 1000);
	assert_int_equal(yg_quantile_at(&profile->total.response_size, 0.5), 900);
	assert_int_equal(yg_hll_count(&profile->total.callers), 9);
}

static void is_learning_until_there_is_enough(void **state)
{
	YG_CLEANUP_FREE struct yg_profile *profile = make_profile();

	(void)state;

	for (uint64_t i = 0; i < YG_PROFILE_REQUESTS; i++) {
		assert_false(yg_profile_is_learned(profile));
		add(profile, WEEK_NS + i, i % YG_PROFILE_CALLERS, NULL);
	}
	yg_profile_tick(profile, UINT64_MAX, NULL, NULL);
	assert_true(yg_profile_is_learned(profile));
	assert_false(yg_profile_knows_ids(profile));
}

static void learns_the_hours_of_the_week(void **state)
{
	YG_CLEANUP_FREE struct yg_profile *profile = make_profile();

	(void)state;

	/* Three weeks: 60 requests in hour 10, nothing else. */
	for (uint64_t week = 1; week <= 3; week++) {
		for (uint64_t i = 0; i < 60; i++)
			add(profile, week * WEEK_NS + 10 * HOUR_NS + i * YG_CELL_SPAN_NS, 1, NULL);
	}
	yg_profile_tick(profile, 4 * WEEK_NS, NULL, NULL);
	assert_true(fabs(yg_profile_expected(profile, 9 * WEEK_NS + 10 * HOUR_NS) - 60) < 0.01);
	assert_true(fabs(yg_profile_expected(profile, 9 * WEEK_NS + 11 * HOUR_NS)) < 0.01);
	assert_int_equal(profile->season[10].hours, 3);
}

static void an_hour_never_seen_has_no_expectation(void **state)
{
	YG_CLEANUP_FREE struct yg_profile *profile = make_profile();

	(void)state;
	assert_true(yg_profile_expected(profile, 5) < 0);
}

static void knows_who_used_an_object_first(void **state)
{
	YG_CLEANUP_FREE struct yg_profile *profile = make_profile();

	(void)state;

	assert_true(yg_profile_shared(profile) > 0.99); /* unknown counts as shared */
	for (uint64_t object = 1; object <= 100; object++)
		yg_profile_own(profile, object, 1000 + object);
	assert_true(yg_profile_owner(profile, 7) == 1007);
	assert_true(yg_profile_owner(profile, 101) == 0);
	assert_true(yg_profile_shared(profile) < 0.01);
	for (uint64_t object = 1; object <= 50; object++)
		yg_profile_own(profile, object, 5);
	assert_true(fabs(yg_profile_shared(profile) - 0.5) < 0.01);
	assert_true(yg_profile_owner(profile, 7) == 1007);
}

static void the_sample_of_objects_has_a_cap_and_is_the_same_in_any_order(void **state)
{
	YG_CLEANUP_FREE struct yg_profile *up = make_profile();
	YG_CLEANUP_FREE struct yg_profile *down = make_profile();

	(void)state;

	for (uint64_t i = 1; i <= 5000; i++) {
		yg_profile_own(up, i, 1);
		yg_profile_own(down, 5001 - i, 1);
	}
	assert_int_equal(up->owned_count, YG_PROFILE_OWNED_MAX);
	assert_memory_equal(up->owned, down->owned, sizeof(up->owned));
}

static void merging_is_counting_together(void **state)
{
	YG_CLEANUP_FREE struct yg_profile *a = make_profile();
	YG_CLEANUP_FREE struct yg_profile *b = make_profile();
	YG_CLEANUP_FREE struct yg_profile *both = make_profile();

	(void)state;

	for (uint64_t i = 0; i < 3000; i++) {
		uint64_t time_ns = WEEK_NS + i * YG_CELL_SPAN_NS / 3;

		add(i % 2 ? a : b, time_ns, i % 11, NULL);
		add(both, time_ns, i % 11, NULL);
	}
	yg_profile_merge(a, b);
	yg_profile_tick(a, UINT64_MAX, NULL, NULL);
	yg_profile_tick(both, UINT64_MAX, NULL, NULL);
	assert_true(a->total.requests == both->total.requests);
	assert_memory_equal(&a->total.latency_us, &both->total.latency_us,
			    sizeof(a->total.latency_us));
	assert_int_equal(yg_hll_count(&a->total.callers), yg_hll_count(&both->total.callers));
}

/* All of both; what stands between the members of an object is no part of it. */
static void assert_same(struct yg_profile *a, struct yg_profile *b)
{
	for (size_t i = 0; i < YG_PROFILE_OWNED_MAX; i++) {
		assert_int_equal(a->owned[i].object, b->owned[i].object);
		assert_int_equal(a->owned[i].caller, b->owned[i].caller);
		assert_int_equal(a->owned[i].shared, b->owned[i].shared);
	}
	memset(a->owned, 0, sizeof(a->owned));
	memset(b->owned, 0, sizeof(b->owned));
	assert_memory_equal(a, b, sizeof(*a));
}

static void survives_packing(void **state)
{
	YG_CLEANUP_FREE struct yg_profile *profile = make_profile();
	YG_CLEANUP_FREE struct yg_profile *back = make_profile();
	static uint8_t buf[1u << 16];
	struct yg_writer writer = { .ptr = buf, .cap = sizeof(buf) };
	struct yg_reader reader;

	(void)state;

	for (uint64_t i = 0; i < 500; i++) {
		add(profile, WEEK_NS + i * HOUR_NS / 5, i % 11, NULL);
		yg_profile_own(profile, i, i % 11 + 1);
		yg_quantile_add(&profile->ids_hour, i % 4);
	}
	yg_profile_pack(profile, &writer);
	assert_false(writer.overflow);
	reader = (struct yg_reader){ .ptr = buf, .len = writer.len };
	yg_profile_unpack(back, &reader);
	assert_false(reader.bad);
	assert_same(profile, back);

	for (size_t len = 0; len < writer.len; len += 13) {
		GUARD_CLEANUP struct guard g = guard_copy(buf, len);

		reader = (struct yg_reader){ .ptr = (const uint8_t *)g.ptr, .len = len };
		yg_profile_unpack(back, &reader);
		assert_true(reader.bad);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_back_is_no_request),
		cmocka_unit_test(every_request_is_in_exactly_one_minute),
		cmocka_unit_test(is_learning_until_there_is_enough),
		cmocka_unit_test(learns_the_hours_of_the_week),
		cmocka_unit_test(an_hour_never_seen_has_no_expectation),
		cmocka_unit_test(knows_who_used_an_object_first),
		cmocka_unit_test(the_sample_of_objects_has_a_cap_and_is_the_same_in_any_order),
		cmocka_unit_test(merging_is_counting_together),
		cmocka_unit_test(survives_packing),
	};

	return cmocka_run_group_tests_name("baseline/profile", tests, NULL, NULL);
}
