/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The block maps in the kernel, by prefix. Uses only the element commands of bpf(), which is all
 * the enforcer's cage leaves it.
 */
#pragma once

#include <stdbool.h>

#include "core/macros.h"
#include "daemon/blocks.h"

struct yg_blockmaps {
	int fds[YG_BLOCKS_MAX_KIND]; /* borrowed */
};

/*
 * Each returns 0; -ENOENT for an absent entry; -errno of bpf(2). In place of an absent network
 * yg_blockmap_get() may give a wider one that covers it: placed_ns tells them apart.
 */
YG_MUST_CHECK int yg_blockmap_put(const struct yg_blockmaps *maps, const struct yg_prefix *prefix,
				  const struct yg_block *block);
YG_MUST_CHECK int yg_blockmap_get(const struct yg_blockmaps *maps, const struct yg_prefix *prefix,
				  struct yg_block *ret);
YG_MUST_CHECK int yg_blockmap_delete(const struct yg_blockmaps *maps,
				     const struct yg_prefix *prefix);

/* A place in a walk over all three maps; all zero begins one. */
struct yg_blockmap_walk {
	enum yg_blocks_kind kind;
	bool inside; /* @key holds the last entry of this map */
	uint8_t key[sizeof(struct yg_net)];
};

/**
 * yg_blockmap_next() - the next entry of the walk.
 *
 * An entry that is deleted under the walk may send it back to the beginning of its map.
 * Return: 0; -ENOENT at the end; -errno of bpf(2).
 */
YG_MUST_CHECK int yg_blockmap_next(const struct yg_blockmaps *maps, struct yg_blockmap_walk *walk,
				   struct yg_prefix *ret_prefix, struct yg_block *ret_block);
