/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/heap.h"

#include <string.h>

#include "test.h"

#define POOL_BYTES (1u << 20)
#define LIMIT	   (256u << 10)
#define PIECES	   4096u

struct fixture {
	struct yg_pool *pool;
	struct yg_heap *heap;
};

static int setup(void **state)
{
	static struct fixture fixture;

	*state = &fixture;
	return yg_pool_new(POOL_BYTES, &fixture.pool) ||
	       yg_heap_new(fixture.pool, LIMIT, &fixture.heap);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	yg_heap_free(&f->heap);
	yg_pool_free(&f->pool);
	return 0;
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Sizes of every kind, given back in another order: no piece touches another. */
static void keeps_pieces_apart(void **state)
{
	struct fixture *f = *state;
	static uint8_t *pieces[512];
	static size_t sizes[512];
	uint32_t seed = 7;

	for (unsigned round = 0; round < 20000; round++) {
		unsigned i = next(&seed) % 512;

		if (pieces[i]) {
			for (size_t k = 0; k < sizes[i]; k++)
				assert_int_equal(pieces[i][k], (uint8_t)i);
			yg_heap_give(f->heap, pieces[i]);
			pieces[i] = NULL;
			continue;
		}
		sizes[i] = 1 + next(&seed) % (next(&seed) % 8 ? 300 : 9000);
		pieces[i] = yg_heap_take(f->heap, sizes[i]);
		if (!pieces[i])
			continue; /* the limit */
		assert_int_equal((uintptr_t)pieces[i] % 16, 0);
		memset(pieces[i], (int)i, sizes[i]);
	}
	for (unsigned i = 0; i < 512; i++) {
		yg_heap_give(f->heap, pieces[i]);
		pieces[i] = NULL;
	}
	assert_int_equal(yg_heap_used(f->heap), 0);
}

static void honours_its_limit(void **state)
{
	struct fixture *f = *state;
	static void *pieces[PIECES];
	unsigned count = 0;

	while (count < PIECES && (pieces[count] = yg_heap_take(f->heap, 1000)))
		count++;
	assert_true(count > 100 && count < PIECES);
	assert_true(yg_heap_used(f->heap) <= LIMIT);
	assert_null(yg_heap_take(f->heap, 20000));
	while (count)
		yg_heap_give(f->heap, pieces[--count]);
	assert_int_equal(yg_heap_used(f->heap), 0);
	assert_null(yg_heap_take(f->heap, YG_POOL_BLOCK_MAX + 1));
}

static void resizes_with_the_content(void **state)
{
	static const size_t sizes[] = { 8, 24, 700, 30, 6000, 40000, 12 };
	struct fixture *f = *state;
	char *piece = yg_heap_resize(f->heap, NULL, 8);

	assert_non_null(piece);
	memcpy(piece, "content", 8);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		piece = yg_heap_resize(f->heap, piece, sizes[i]);
		assert_non_null(piece);
		assert_string_equal(piece, "content");
	}
	assert_null(yg_heap_resize(f->heap, piece, YG_POOL_BLOCK_MAX + 1));
	assert_string_equal(piece, "content"); /* as realloc(): what it was stays */
	yg_heap_give(f->heap, piece);
	yg_heap_give(f->heap, NULL);
	assert_int_equal(yg_heap_used(f->heap), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_pieces_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(honours_its_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(resizes_with_the_content, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
