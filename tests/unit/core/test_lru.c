/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/lru.h"

#include "core/hash.h"
#include "test.h"

static struct yg_lru *make_lru(uint32_t cap)
{
	struct yg_lru *lru = NULL;

	assert_int_equal(yg_lru_new(cap, sizeof(uint64_t), &lru), 0);
	return lru;
}

static void evicts_the_least_recently_used(void **state)
{
	YG_CLEANUP(yg_lru_free) struct yg_lru *lru = make_lru(3);

	(void)state;

	for (uint64_t k = 1; k <= 3; k++) {
		assert_null(yg_lru_victim(lru));
		*(uint64_t *)yg_lru_get(lru, k, NULL) = k;
	}
	(void)yg_lru_get(lru, 1, NULL);
	assert_int_equal(*(uint64_t *)yg_lru_victim(lru), 2);
	(void)yg_lru_get(lru, 4, NULL);
	assert_non_null(yg_lru_peek(lru, 1));
	assert_null(yg_lru_peek(lru, 2));
	assert_non_null(yg_lru_peek(lru, 3));
	assert_int_equal(yg_lru_count(lru), 3);
	assert_int_equal(yg_lru_evicted(lru), 1);
}

static void a_fresh_row_is_zero(void **state)
{
	YG_CLEANUP(yg_lru_free) struct yg_lru *lru = make_lru(1);
	bool fresh;

	(void)state;

	*(uint64_t *)yg_lru_get(lru, 1, &fresh) = 7;
	assert_true(fresh);
	assert_int_equal(*(uint64_t *)yg_lru_get(lru, 1, &fresh), 7);
	assert_false(fresh);
	assert_int_equal(*(uint64_t *)yg_lru_get(lru, 2, &fresh), 0);
	assert_true(fresh);
}

static void iterates_by_use(void **state)
{
	YG_CLEANUP(yg_lru_free) struct yg_lru *lru = make_lru(8);
	uint64_t want = 5;

	(void)state;

	for (uint64_t k = 1; k <= 5; k++)
		*(uint64_t *)yg_lru_get(lru, k, NULL) = k;
	for (uint32_t i = yg_lru_first(lru); i; i = yg_lru_next(lru, i)) {
		assert_int_equal(yg_lru_key(lru, i), want);
		assert_int_equal(*(uint64_t *)yg_lru_at(lru, i), want--);
	}
	assert_int_equal(want, 0);
	assert_true(yg_lru_bytes(lru) >= 8 * sizeof(uint64_t));
}

/* Against an array with time stamps, with keys that collide in the table. */
static void agrees_with_a_naive_table(void **state)
{
	enum { CAP = 16, KEYS = 40 };
	YG_CLEANUP(yg_lru_free) struct yg_lru *lru = make_lru(CAP);
	uint64_t used[KEYS] = { 0 };

	(void)state;

	for (uint64_t now = 1; now < 20000; now++) {
		uint64_t k = yg_hash_mix(now) % KEYS;
		uint64_t newer = 0;
		bool fresh;

		(void)yg_lru_get(lru, (k % 5) << 32 | k << 8, &fresh);
		for (uint64_t other = 0; other < KEYS; other++)
			newer += used[other] > used[k];
		assert_int_equal(fresh, used[k] == 0 || newer >= CAP);
		used[k] = now;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evicts_the_least_recently_used),
		cmocka_unit_test(a_fresh_row_is_zero),
		cmocka_unit_test(iterates_by_use),
		cmocka_unit_test(agrees_with_a_naive_table),
	};

	return cmocka_run_group_tests_name("core/lru", tests, NULL, NULL);
}
