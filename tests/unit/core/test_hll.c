/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/hll.h"

#include "core/hash.h"
#include "test.h"

static void fill(struct yg_hll *hll, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++)
		(void)yg_hll_add(hll, yg_hash_mix(i + 1));
}

static void is_exact_while_small(void **state)
{
	struct yg_hll hll = { 0 };

	(void)state;

	for (uint64_t i = 0; i < YG_HLL_EXACT; i++) {
		assert_true(yg_hll_add(&hll, yg_hash_mix(i + 1)));
		assert_false(yg_hll_add(&hll, yg_hash_mix(i + 1)));
		assert_int_equal(yg_hll_count(&hll), i + 1);
	}
}

/* Standard error is 4.6 %: four of them hold for fixed inputs of every size. */
static void stays_within_its_error(void **state)
{
	(void)state;

	for (uint64_t n = YG_HLL_EXACT + 1; n < 3000000; n = n * 3 / 2) {
		struct yg_hll hll = { 0 };
		double error;

		fill(&hll, 0, n);
		error = ((double)yg_hll_count(&hll) - (double)n) / (double)n;
		assert_true(error < 0.184 && error > -0.184);
	}
}

static void merges_like_a_union(void **state)
{
	const uint64_t sizes[][2] = { { 10, 20 }, { 40, 60 }, { 10, 5000 }, { 5000, 7000 } };

	(void)state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct yg_hll a = { 0 }, b = { 0 }, both = { 0 }, other;

		fill(&a, 0, sizes[i][0]);
		fill(&b, sizes[i][0] / 2, sizes[i][1]);
		fill(&both, 0, sizes[i][1]);
		other = b;
		yg_hll_merge(&other, &a);
		yg_hll_merge(&a, &b);
		assert_int_equal(yg_hll_count(&a), yg_hll_count(&both));
		assert_int_equal(yg_hll_count(&other), yg_hll_count(&both));
	}
}

static void survives_packing(void **state)
{
	const uint64_t sizes[] = { 0, 1, YG_HLL_EXACT, YG_HLL_EXACT + 1, 10000 };

	(void)state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct yg_hll hll = { 0 }, back;
		uint8_t buf[600];
		struct yg_writer writer = { .ptr = buf, .cap = sizeof(buf) };
		struct yg_reader reader;

		fill(&hll, 0, sizes[i]);
		yg_hll_pack(&hll, &writer);
		assert_false(writer.overflow);
		reader = (struct yg_reader){ .ptr = buf, .len = writer.len };
		yg_hll_unpack(&back, &reader);
		assert_false(reader.bad);
		assert_memory_equal(&hll, &back, sizeof(hll));
	}
}

static void refuses_an_impossible_register(void **state)
{
	uint8_t buf[1 + YG_HLL_REGISTERS] = { YG_HLL_EXACT + 1, 60 };
	struct yg_reader reader = { .ptr = buf, .len = sizeof(buf) };
	struct yg_hll hll;

	(void)state;

	yg_hll_unpack(&hll, &reader);
	assert_true(reader.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_exact_while_small),
		cmocka_unit_test(stays_within_its_error),
		cmocka_unit_test(merges_like_a_union),
		cmocka_unit_test(survives_packing),
		cmocka_unit_test(refuses_an_impossible_register),
	};

	return cmocka_run_group_tests_name("core/hll", tests, NULL, NULL);
}
