/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/pool.h"

#include <errno.h>
#include <string.h>

#include "core/hash.h"
#include "test.h"

#define SLABS 8u

static void refuses_a_budget_below_one_slab(void **state)
{
	struct yg_pool *pool = NULL;

	(void)state;
	assert_int_equal(yg_pool_new(YG_POOL_BLOCK_MAX - 1, &pool), -EINVAL);
	assert_int_equal(yg_pool_new((size_t)1 << 47, &pool), -ENOMEM);
	assert_null(pool);
}

static void hands_out_its_budget_and_no_more(void **state)
{
	struct yg_pool *pool;
	void *blocks[SLABS];
	size_t cap;

	(void)state;
	assert_int_equal(yg_pool_new(SLABS * YG_POOL_BLOCK_MAX, &pool), 0);
	assert_null(yg_pool_take(pool, YG_POOL_BLOCK_MAX + 1, &cap));
	for (size_t i = 0; i < SLABS; i++) {
		blocks[i] = yg_pool_take(pool, YG_POOL_BLOCK_MAX / 2 + 1, &cap);
		assert_non_null(blocks[i]);
		assert_int_equal(cap, YG_POOL_BLOCK_MAX);
	}
	assert_null(yg_pool_take(pool, 1, &cap));
	assert_int_equal(yg_pool_used(pool), SLABS * YG_POOL_BLOCK_MAX);
	assert_true(yg_pool_bytes(pool) >= yg_pool_used(pool));
	for (size_t i = 0; i < SLABS; i++)
		yg_pool_give(pool, blocks[i]);
	yg_pool_give(pool, NULL);
	assert_int_equal(yg_pool_used(pool), 0);
	yg_pool_free(&pool);
}

/* All of it in small blocks, given back, can be had again in large ones. */
static void does_not_fragment(void **state)
{
	enum { COUNT = SLABS * YG_POOL_BLOCK_MAX / YG_POOL_BLOCK_MIN };
	static void *blocks[COUNT];
	struct yg_pool *pool;
	size_t cap;

	(void)state;
	assert_int_equal(yg_pool_new(SLABS * YG_POOL_BLOCK_MAX, &pool), 0);
	for (size_t i = 0; i < COUNT; i++) {
		blocks[i] = yg_pool_take(pool, 1, &cap);
		assert_non_null(blocks[i]);
	}
	for (size_t i = 0; i < COUNT; i++)
		yg_pool_give(pool, blocks[(i * 7) % COUNT]);
	for (size_t i = 0; i < SLABS; i++)
		assert_non_null(yg_pool_take(pool, YG_POOL_BLOCK_MAX, &cap));
	yg_pool_free(&pool);
}

static void blocks_never_overlap(void **state)
{
	struct yg_pool *pool;
	struct {
		unsigned char *ptr;
		size_t cap;
		unsigned char mark;
	} held[64] = { { 0 } };

	(void)state;
	assert_int_equal(yg_pool_new(SLABS * YG_POOL_BLOCK_MAX, &pool), 0);
	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t random = yg_hash_mix(i + 1);
		size_t slot = random % YG_ARRAY_SIZE(held);

		for (size_t b = 0; held[slot].ptr && b < held[slot].cap; b += 97)
			assert_int_equal(held[slot].ptr[b], held[slot].mark);
		yg_pool_give(pool, held[slot].ptr);
		held[slot].mark = (unsigned char)(random >> 32);
		held[slot].ptr = yg_pool_take(pool, 1 + (random >> 40) % 20000, &held[slot].cap);
		if (held[slot].ptr)
			memset(held[slot].ptr, held[slot].mark, held[slot].cap);
	}
	yg_pool_free(&pool);
}

/* The sanitizer would end the program where malloc only says no. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_budget_below_one_slab),
		cmocka_unit_test(hands_out_its_budget_and_no_more),
		cmocka_unit_test(does_not_fragment),
		cmocka_unit_test(blocks_never_overlap),
	};

	return cmocka_run_group_tests_name("core/pool", tests, NULL, NULL);
}
