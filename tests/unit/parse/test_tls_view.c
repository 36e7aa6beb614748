/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/tls_view.h"

#include <string.h>

#include "guard.h"
#include "test.h"

static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7 };

static struct yg_tls_view view_of(const struct guard *g, size_t len)
{
	return (struct yg_tls_view){ (const uint8_t *)g->ptr, (const uint8_t *)g->ptr + len,
				     false };
}

static void reads_numbers_in_network_order_until_they_are_cut(void **state)
{
	static const uint32_t want[] = { 0, 1, 0x0102, 0x010203, 0x01020304 };

	(void)state;
	for (unsigned count = 1; count <= 4; count++) {
		for (size_t len = 0; len <= sizeof(bytes); len++) {
			GUARD_CLEANUP struct guard g = guard_copy(bytes, len);
			struct yg_tls_view view = view_of(&g, len);
			bool fits = len >= count;

			assert_int_equal(yg_tls_get(&view, count), fits ? want[count] : 0);
			assert_int_equal(view.bad, !fits);
			assert_int_equal(yg_tls_left(&view), fits ? len - count : 0);
		}
	}
}

static void a_split_beyond_the_end_is_what_is_left(void **state)
{
	GUARD_CLEANUP struct guard g = guard_copy(bytes, sizeof(bytes));
	struct yg_tls_view view = view_of(&g, sizeof(bytes)), first, rest;

	(void)state;
	first = yg_tls_split(&view, 3);
	assert_false(first.bad);
	assert_int_equal(yg_tls_left(&first), 3);
	rest = yg_tls_split(&view, 5);
	assert_true(rest.bad);
	assert_true(view.bad);
	assert_int_equal(yg_tls_left(&rest), 4);
	assert_int_equal(rest.p[0], 4);
	assert_int_equal(yg_tls_left(&view), 0);
}

static void a_block_beyond_the_end_is_empty(void **state)
{
	static const uint8_t text[] = { 0, 2, 'h', 'i', 9, 'x' };
	GUARD_CLEANUP struct guard g = guard_copy(text, sizeof(text));
	struct yg_tls_view view = view_of(&g, sizeof(text)), block;

	(void)state;
	block = yg_tls_block(&view, 2);
	assert_true(yg_slice_equal(yg_tls_slice(&block), YG_SLICE("hi")));
	assert_false(block.bad);
	block = yg_tls_block(&view, 1);
	assert_true(block.bad);
	assert_true(view.bad);
	assert_int_equal(yg_tls_left(&block), 0);
	assert_int_equal(yg_tls_left(&view), 0);
	block = yg_tls_block(&view, 2); /* not even a length */
	assert_int_equal(yg_tls_left(&block), 0);
}

static void an_absent_block_is_nothing(void **state)
{
	struct yg_tls_view view = { NULL, NULL, false }, none;

	(void)state;
	none = yg_tls_split(&view, 0);
	assert_false(none.bad);
	assert_null(none.p);
	assert_int_equal(yg_tls_get(&view, 1), 0);
	assert_true(view.bad);
}

static void room_grows_with_what_is_in_it(void **state)
{
	struct yg_pool *pool = NULL;
	uint8_t *held = NULL;
	uint32_t cap = 0;

	(void)state;
	assert_int_equal(yg_pool_new(1 << 18, &pool), 0);
	assert_true(yg_tls_reserve(pool, &held, &cap, 0, 100));
	assert_true(cap >= 100);
	memset(held, 'x', 100);
	assert_true(yg_tls_reserve(pool, &held, &cap, 100, 5000));
	assert_true(cap >= 5000);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(held[i], 'x');
	assert_false(yg_tls_reserve(pool, &held, &cap, 100, 1 << 20));
	assert_true(cap >= 5000 && cap < 1 << 20);
	yg_pool_give(pool, held);
	yg_pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_numbers_in_network_order_until_they_are_cut),
		cmocka_unit_test(a_split_beyond_the_end_is_what_is_left),
		cmocka_unit_test(a_block_beyond_the_end_is_empty),
		cmocka_unit_test(an_absent_block_is_nothing),
		cmocka_unit_test(room_grows_with_what_is_in_it),
	};

	return cmocka_run_group_tests_name("parse/tls_view", tests, NULL, NULL);
}
