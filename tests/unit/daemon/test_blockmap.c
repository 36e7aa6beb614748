/* SPDX-License-Identifier: GPL-2.0-only */
/* Against maps of the running kernel: skipped where they cannot be made. */
#include "daemon/blockmap.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "test.h"

#define ROOM 64

static struct yg_blockmaps maps;

static int open_maps(void **state)
{
	LIBBPF_OPTS(bpf_map_create_opts, trie, .map_flags = BPF_F_NO_PREALLOC);

	(void)state;

	maps.fds[YG_BLOCKS_V4] =
		bpf_map_create(BPF_MAP_TYPE_HASH, "yg_block4", sizeof(struct yg_addr4),
			       sizeof(struct yg_block), ROOM, NULL);
	maps.fds[YG_BLOCKS_V6] =
		bpf_map_create(BPF_MAP_TYPE_HASH, "yg_block6", sizeof(struct yg_addr6),
			       sizeof(struct yg_block), ROOM, NULL);
	maps.fds[YG_BLOCKS_NETS] =
		bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "yg_block_nets", sizeof(struct yg_net),
			       sizeof(struct yg_block), ROOM, &trie);
	return 0;
}

static int close_maps(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_BLOCKS_MAX_KIND; i++)
		yg_closep(&maps.fds[i]);
	return 0;
}

static void need_maps(void)
{
	for (size_t i = 0; i < YG_BLOCKS_MAX_KIND; i++) {
		if (maps.fds[i] < 0)
			SKIP("no BPF maps: not root");
	}
}

static const char *const prefixes[] = { "10.0.0.1",	 "10.0.0.2",	"2001:db8::1",
					"10.0.0.0/24",	 "10.0.0.0/16", "2001:db8::/64",
					"2001:db8::/48", "203.0.113.9" };

static struct yg_prefix prefix(size_t i)
{
	struct yg_prefix ret;

	assert_int_equal(yg_prefix_from_text(yg_slice_from_str(prefixes[i]), &ret), 0);
	return ret;
}

static void writes_reads_and_deletes_each_kind(void **state)
{
	(void)state;

	need_maps();
	for (size_t i = 0; i < YG_ARRAY_SIZE(prefixes); i++) {
		struct yg_block block = { .placed_ns = i + 1, .verdict = YG_VERDICT_BLOCK };
		struct yg_prefix row = prefix(i);
		struct yg_block got;

		assert_int_equal(yg_blockmap_put(&maps, &row, &block), 0);
		assert_int_equal(yg_blockmap_get(&maps, &row, &got), 0);
		assert_memory_equal(&got, &block, sizeof(got));
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(prefixes); i++) {
		struct yg_prefix row = prefix(i);

		assert_int_equal(yg_blockmap_delete(&maps, &row), 0);
		assert_int_equal(yg_blockmap_delete(&maps, &row), -ENOENT);
	}
}

static void tells_a_wider_network_from_the_one_asked_for(void **state)
{
	struct yg_block wide = { .placed_ns = 1 };
	struct yg_prefix narrow = prefix(3);
	struct yg_prefix row = prefix(4);
	struct yg_block got;

	(void)state;

	need_maps();
	assert_int_equal(yg_blockmap_get(&maps, &row, &got), -ENOENT);
	assert_int_equal(yg_blockmap_put(&maps, &row, &wide), 0);
	assert_int_equal(yg_blockmap_get(&maps, &narrow, &got), 0);
	assert_int_equal(got.placed_ns, 1);
	assert_int_equal(yg_blockmap_delete(&maps, &row), 0);
}

static void walks_over_every_entry_once(void **state)
{
	struct yg_blockmap_walk walk = { 0 };
	bool seen[YG_ARRAY_SIZE(prefixes)] = { false };
	struct yg_prefix row;
	struct yg_block block;
	size_t count = 0;
	int r;

	(void)state;

	need_maps();
	for (size_t i = 0; i < YG_ARRAY_SIZE(prefixes); i++) {
		row = prefix(i);
		block = (struct yg_block){ .placed_ns = i };
		assert_int_equal(yg_blockmap_put(&maps, &row, &block), 0);
	}
	while ((r = yg_blockmap_next(&maps, &walk, &row, &block)) == 0) {
		struct yg_prefix want = prefix(block.placed_ns);

		assert_memory_equal(&row, &want, sizeof(row));
		assert_false(seen[block.placed_ns]);
		seen[block.placed_ns] = true;
		count++;
	}
	assert_int_equal(r, -ENOENT);
	assert_int_equal(count, YG_ARRAY_SIZE(prefixes));
}

static void reports_what_the_kernel_says(void **state)
{
	const struct yg_blockmaps none = { .fds = { -1, -1, -1 } };
	struct yg_blockmap_walk walk = { 0 };
	struct yg_prefix row = prefix(0);
	struct yg_block block = { 0 };

	(void)state;

	assert_int_equal(yg_blockmap_put(&none, &row, &block), -EBADF);
	assert_int_equal(yg_blockmap_get(&none, &row, &block), -EBADF);
	assert_int_equal(yg_blockmap_delete(&none, &row), -EBADF);
	assert_int_equal(yg_blockmap_next(&none, &walk, &row, &block), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_reads_and_deletes_each_kind),
		cmocka_unit_test(tells_a_wider_network_from_the_one_asked_for),
		cmocka_unit_test(walks_over_every_entry_once),
		cmocka_unit_test(reports_what_the_kernel_says),
	};

	return cmocka_run_group_tests_name("daemon/blockmap", tests, open_maps, close_maps);
}
