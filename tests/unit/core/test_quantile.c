/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/quantile.h"

#include <stdlib.h>

#include "core/hash.h"
#include "test.h"

#define VALUES 20000

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Log-uniform over 0..2^40: every bucket is met. */
static uint64_t value_at(uint64_t i)
{
	return yg_hash_mix(i) >> (24 + yg_hash_mix(i + 7777) % 40);
}

static void answers_within_its_error(void **state)
{
	static uint64_t values[VALUES];
	struct yg_quantile q = { 0 };

	(void)state;

	for (uint64_t i = 0; i < VALUES; i++) {
		values[i] = value_at(i);
		yg_quantile_add(&q, values[i]);
	}
	qsort(values, VALUES, sizeof(values[0]), by_value);
	for (int percent = 1; percent <= 100; percent++) {
		double truth = (double)values[VALUES / 100 * percent - 1];
		double got = (double)yg_quantile_at(&q, percent / 100.0);

		assert_true(got <= truth * (1 + YG_QUANTILE_ERROR) + 1e-9);
		assert_true(got >= truth * (1 - YG_QUANTILE_ERROR) - 1e-9);
	}
}

static void knows_small_values_exactly(void **state)
{
	(void)state;

	for (uint64_t v = 0; v < 16; v++) {
		struct yg_quantile q = { 0 };

		yg_quantile_add(&q, v);
		yg_quantile_add(&q, 1000);
		assert_int_equal(yg_quantile_at(&q, 0.5), v);
		assert_int_equal(yg_quantile_at(&q, 1), 1000);
	}
}

static void is_zero_when_empty(void **state)
{
	struct yg_quantile q = { 0 };

	(void)state;

	assert_int_equal(yg_quantile_at(&q, 0.5), 0);
	assert_int_equal(yg_quantile_mean(&q), 0);
}

static void takes_what_is_beyond_its_range(void **state)
{
	struct yg_quantile q = { 0 };

	(void)state;

	yg_quantile_add(&q, UINT64_MAX);
	assert_true(yg_quantile_at(&q, 0.5) == UINT64_MAX);
}

static void merges_exactly_and_survives_packing(void **state)
{
	struct yg_quantile a = { 0 }, b = { 0 }, all = { 0 }, back;
	uint8_t buf[4096];
	struct yg_writer writer = { .ptr = buf, .cap = sizeof(buf) };
	struct yg_reader reader;

	(void)state;

	for (uint64_t i = 0; i < VALUES; i++) {
		yg_quantile_add(i % 3 ? &a : &b, value_at(i));
		yg_quantile_add(&all, value_at(i));
	}
	yg_quantile_merge(&a, &b);
	assert_memory_equal(&a, &all, sizeof(a));

	yg_quantile_pack(&a, &writer);
	assert_false(writer.overflow);
	reader = (struct yg_reader){ .ptr = buf, .len = writer.len };
	yg_quantile_unpack(&back, &reader);
	assert_false(reader.bad);
	assert_memory_equal(&a, &back, sizeof(a));
}

static void refuses_a_bucket_out_of_range(void **state)
{
	uint8_t buf[16];
	struct yg_writer writer = { .ptr = buf, .cap = sizeof(buf) };
	struct yg_reader reader;
	struct yg_quantile q;

	(void)state;

	for (int i = 0; i < 3; i++)
		yg_put_varint(&writer, 1);
	yg_put_varint(&writer, 1);
	yg_put_varint(&writer, YG_QUANTILE_BUCKETS);
	yg_put_varint(&writer, 1);
	reader = (struct yg_reader){ .ptr = buf, .len = writer.len };
	yg_quantile_unpack(&q, &reader);
	assert_true(reader.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_within_its_error),
		cmocka_unit_test(knows_small_values_exactly),
		cmocka_unit_test(is_zero_when_empty),
		cmocka_unit_test(takes_what_is_beyond_its_range),
		cmocka_unit_test(merges_exactly_and_survives_packing),
		cmocka_unit_test(refuses_a_bucket_out_of_range),
	};

	return cmocka_run_group_tests_name("core/quantile", tests, NULL, NULL);
}
