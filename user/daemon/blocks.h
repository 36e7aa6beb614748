/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The enforcer's own table of blocks: what the kernel's maps should hold.
 *
 * Rows are dense, so that sweeping and listing is a walk over an array; a hash index finds one by
 * prefix. Removing moves the last row into the hole: a walk from the end sees every row that was
 * there when it began, some perhaps twice. Memory grows with use up to the cap.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/hash.h"
#include "core/macros.h"
#include "yagura/map.h"

enum yg_blocks_kind { /* one per kernel map */
		      YG_BLOCKS_V4,
		      YG_BLOCKS_V6,
		      YG_BLOCKS_NETS,
		      YG_BLOCKS_MAX_KIND
};

struct yg_block_row {
	struct yg_prefix prefix;
	struct yg_block block; /* drops: as last seen in the kernel */
};

struct yg_blocks;

/* Which map holds @prefix. */
enum yg_blocks_kind yg_blocks_kind(const struct yg_prefix *prefix);

/**
 * yg_blocks_new() - an empty table.
 * @key: of the index; addresses come from traffic.
 * @max: rows of each kind.
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_blocks_new(const struct yg_hash_key *key,
				const uint32_t max[YG_BLOCKS_MAX_KIND], struct yg_blocks **ret);
void yg_blocks_free(struct yg_blocks **blocks);

/* Rows of all kinds. */
size_t yg_blocks_count(const struct yg_blocks *blocks);

/* Row @index, below the count; its prefix is read-only. Valid until the next put or remove. */
struct yg_block_row *yg_blocks_row(struct yg_blocks *blocks, size_t index);

/* The row of exactly this prefix, or NULL. Valid until the next put or remove. */
struct yg_block_row *yg_blocks_find(struct yg_blocks *blocks, const struct yg_prefix *prefix);

/**
 * yg_blocks_put() - add a row or replace its block.
 * Return: 0; -ENOSPC at the cap of its kind; -ENOMEM.
 */
YG_MUST_CHECK int yg_blocks_put(struct yg_blocks *blocks, const struct yg_prefix *prefix,
				const struct yg_block *block);

/* Takes the row away; absent is fine. */
void yg_blocks_remove(struct yg_blocks *blocks, const struct yg_prefix *prefix);
