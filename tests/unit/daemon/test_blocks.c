/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/blocks.h"

#include <errno.h>
#include <string.h>

#include "test.h"

#define ROUNDS 20000
#define NAMES  512

static const struct yg_hash_key key = { 1, 2 };

static struct yg_prefix v4(uint32_t n)
{
	struct yg_prefix prefix = { .addr = { { [10] = 0xff, [11] = 0xff, [12] = 10 } },
				    .len = 128 };

	prefix.addr.bytes[13] = (uint8_t)(n >> 16);
	prefix.addr.bytes[14] = (uint8_t)(n >> 8);
	prefix.addr.bytes[15] = (uint8_t)n;
	return prefix;
}

static struct yg_blocks *blocks_of(uint32_t v4_max, uint32_t v6_max, uint32_t nets_max)
{
	const uint32_t max[YG_BLOCKS_MAX_KIND] = { v4_max, v6_max, nets_max };
	struct yg_blocks *blocks = NULL;

	assert_int_equal(yg_blocks_new(&key, max, &blocks), 0);
	return blocks;
}

static void sorts_prefixes_by_map(void **state)
{
	static const struct {
		const char *text;
		enum yg_blocks_kind want;
	} table[] = {
		{ "10.0.0.1", YG_BLOCKS_V4 },	   { "2001:db8::1", YG_BLOCKS_V6 },
		{ "10.0.0.0/24", YG_BLOCKS_NETS }, { "2001:db8::/64", YG_BLOCKS_NETS },
		{ "10.0.0.0/31", YG_BLOCKS_NETS },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		struct yg_prefix prefix;

		assert_int_equal(yg_prefix_from_text(yg_slice_from_str(table[i].text), &prefix), 0);
		assert_int_equal(yg_blocks_kind(&prefix), table[i].want);
	}
}

static void honours_the_cap_of_each_kind(void **state)
{
	struct yg_blocks *blocks = blocks_of(2, 1, 1);
	struct yg_block block = { .finding = 1 };
	struct yg_prefix rows[] = { v4(1), v4(2), v4(3), v4(4), v4(0) };

	(void)state;

	rows[3].addr.bytes[0] = 0x20; /* IPv6 */
	rows[4].len = 120;	      /* a network */
	assert_int_equal(yg_blocks_put(blocks, &rows[0], &block), 0);
	assert_int_equal(yg_blocks_put(blocks, &rows[1], &block), 0);
	assert_int_equal(yg_blocks_put(blocks, &rows[2], &block), -ENOSPC);
	assert_int_equal(yg_blocks_put(blocks, &rows[3], &block), 0);
	assert_int_equal(yg_blocks_put(blocks, &rows[4], &block), 0);
	block.finding = 2; /* what is there can always be changed */
	assert_int_equal(yg_blocks_put(blocks, &rows[0], &block), 0);
	assert_int_equal(yg_blocks_find(blocks, &rows[0])->block.finding, 2);
	yg_blocks_remove(blocks, &rows[1]);
	assert_int_equal(yg_blocks_put(blocks, &rows[2], &block), 0);
	assert_int_equal(yg_blocks_count(blocks), 4);
	yg_blocks_free(&blocks);
	assert_null(blocks);
}

static void tells_prefixes_of_one_address_apart(void **state)
{
	struct yg_blocks *blocks = blocks_of(8, 8, 8);
	struct yg_block block = { .finding = 1 };
	struct yg_prefix host = v4(0);
	struct yg_prefix net = v4(0);

	(void)state;

	net.len = 120;
	assert_int_equal(yg_blocks_put(blocks, &host, &block), 0);
	assert_null(yg_blocks_find(blocks, &net));
	yg_blocks_remove(blocks, &net);
	assert_non_null(yg_blocks_find(blocks, &host));
	yg_blocks_free(&blocks);
}

/* A naive table beside it: same answers after any sequence of calls. */
static void agrees_with_a_naive_table(void **state)
{
	struct yg_blocks *blocks = blocks_of(NAMES, 0, 0);
	uint64_t naive[NAMES] = { 0 };
	uint64_t seed = 42;
	size_t count = 0;

	(void)state;

	for (int i = 0; i < ROUNDS; i++) {
		uint32_t n;
		struct yg_prefix prefix;
		const struct yg_block_row *row;

		seed = yg_hash_mix(seed + 0x9e3779b97f4a7c15u);
		n = (uint32_t)(seed % NAMES);
		prefix = v4(n);
		if (seed >> 63) {
			struct yg_block block = { .finding = seed };

			assert_int_equal(yg_blocks_put(blocks, &prefix, &block), 0);
			count += naive[n] == 0;
			naive[n] = seed;
		} else {
			yg_blocks_remove(blocks, &prefix);
			count -= naive[n] != 0;
			naive[n] = 0;
		}
		assert_int_equal(yg_blocks_count(blocks), count);
		n = (uint32_t)((seed >> 20) % NAMES);
		prefix = v4(n);
		row = yg_blocks_find(blocks, &prefix);
		assert_int_equal(row ? row->block.finding : 0, naive[n]);
	}
	yg_blocks_free(&blocks);
}

static void shows_every_row_to_a_walk_that_removes(void **state)
{
	struct yg_blocks *blocks = blocks_of(NAMES, 0, 0);
	struct yg_block block = { .finding = 1 };
	bool seen[NAMES] = { false };

	(void)state;

	for (uint32_t n = 0; n < NAMES; n++) {
		struct yg_prefix prefix = v4(n);

		assert_int_equal(yg_blocks_put(blocks, &prefix, &block), 0);
	}
	for (size_t i = yg_blocks_count(blocks); i-- > 0;) {
		struct yg_block_row *row = yg_blocks_row(blocks, i);
		uint32_t n = (uint32_t)row->prefix.addr.bytes[14] << 8 | row->prefix.addr.bytes[15];

		seen[n] = true;
		if (n % 3 == 0)
			yg_blocks_remove(blocks, &row->prefix);
	}
	for (uint32_t n = 0; n < NAMES; n++)
		assert_true(seen[n]);
	assert_int_equal(yg_blocks_count(blocks), NAMES - (NAMES + 2) / 3);
	yg_blocks_free(&blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_prefixes_by_map),
		cmocka_unit_test(honours_the_cap_of_each_kind),
		cmocka_unit_test(tells_prefixes_of_one_address_apart),
		cmocka_unit_test(agrees_with_a_naive_table),
		cmocka_unit_test(shows_every_row_to_a_walk_that_removes),
	};

	return cmocka_run_group_tests_name("daemon/blocks", tests, NULL, NULL);
}
