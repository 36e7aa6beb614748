/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/blocks.h"

#include <errno.h>
#include <string.h>

#define FIRST_SLOTS 1024u
#define EMPTY	    UINT32_MAX
#define EXACT_BITS  128u

struct yg_blocks {
	struct yg_hash_key key;
	struct yg_block_row *rows; /* [room] */
	size_t count, room;
	uint32_t *index; /* [slots] row number or EMPTY; linear probing */
	size_t slots;	 /* a power of two, at least twice the room */
	uint32_t used[YG_BLOCKS_MAX_KIND], max[YG_BLOCKS_MAX_KIND];
};

enum yg_blocks_kind yg_blocks_kind(const struct yg_prefix *prefix)
{
	if (prefix->len < EXACT_BITS)
		return YG_BLOCKS_NETS;
	return yg_address_is_v4(&prefix->addr) ? YG_BLOCKS_V4 : YG_BLOCKS_V6;
}

int yg_blocks_new(const struct yg_hash_key *key, const uint32_t max[YG_BLOCKS_MAX_KIND],
		  struct yg_blocks **ret)
{
	struct yg_blocks *blocks = calloc(1, sizeof(*blocks));

	if (!blocks)
		return -ENOMEM;
	blocks->key = *key;
	memcpy(blocks->max, max, sizeof(blocks->max));
	*ret = blocks;
	return 0;
}

void yg_blocks_free(struct yg_blocks **blocks)
{
	if (!*blocks)
		return;
	free((*blocks)->rows);
	free((*blocks)->index);
	free(*blocks);
	*blocks = NULL;
}

size_t yg_blocks_count(const struct yg_blocks *blocks)
{
	return blocks->count;
}

struct yg_block_row *yg_blocks_row(struct yg_blocks *blocks, size_t index)
{
	return &blocks->rows[index];
}

static bool is_same(const struct yg_prefix *a, const struct yg_prefix *b)
{
	return a->len == b->len && memcmp(&a->addr, &b->addr, sizeof(a->addr)) == 0;
}

static size_t home(const struct yg_blocks *blocks, const struct yg_prefix *prefix)
{
	return (size_t)yg_hash(&blocks->key, prefix, sizeof(*prefix)) & (blocks->slots - 1);
}

/* The slot that holds @prefix, or the empty one where it belongs. */
static size_t find_slot(const struct yg_blocks *blocks, const struct yg_prefix *prefix)
{
	size_t slot = home(blocks, prefix);

	while (blocks->index[slot] != EMPTY &&
	       !is_same(&blocks->rows[blocks->index[slot]].prefix, prefix))
		slot = (slot + 1) & (blocks->slots - 1);
	return slot;
}

struct yg_block_row *yg_blocks_find(struct yg_blocks *blocks, const struct yg_prefix *prefix)
{
	size_t slot;

	if (blocks->count == 0)
		return NULL;
	slot = find_slot(blocks, prefix);
	return blocks->index[slot] == EMPTY ? NULL : &blocks->rows[blocks->index[slot]];
}

static void fill_index(struct yg_blocks *blocks)
{
	memset(blocks->index, 0xff, blocks->slots * sizeof(*blocks->index)); /* EMPTY */
	for (size_t i = 0; i < blocks->count; i++)
		blocks->index[find_slot(blocks, &blocks->rows[i].prefix)] = (uint32_t)i;
}

static int grow(struct yg_blocks *blocks)
{
	size_t slots = blocks->slots ? blocks->slots * 2 : FIRST_SLOTS;
	struct yg_block_row *rows;
	uint32_t *index;

	rows = reallocarray(blocks->rows, slots / 2, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	blocks->rows = rows;
	index = reallocarray(blocks->index, slots, sizeof(*index));
	if (!index)
		return -ENOMEM;
	blocks->index = index;
	blocks->room = slots / 2;
	blocks->slots = slots;
	fill_index(blocks);
	return 0;
}

int yg_blocks_put(struct yg_blocks *blocks, const struct yg_prefix *prefix,
		  const struct yg_block *block)
{
	struct yg_block_row *row = yg_blocks_find(blocks, prefix);
	enum yg_blocks_kind kind = yg_blocks_kind(prefix);
	int r;

	if (row) {
		row->block = *block;
		return 0;
	}
	if (blocks->used[kind] >= blocks->max[kind])
		return -ENOSPC;
	if (blocks->count == blocks->room) {
		r = grow(blocks);
		if (r)
			return r;
	}
	blocks->index[find_slot(blocks, prefix)] = (uint32_t)blocks->count;
	blocks->rows[blocks->count++] = (struct yg_block_row){ *prefix, *block };
	blocks->used[kind]++;
	return 0;
}

/* Linear probing without tombstones: what follows the hole moves up if it may stand there. */
static void close_gap(struct yg_blocks *blocks, size_t hole)
{
	size_t mask = blocks->slots - 1;
	size_t slot = hole;

	for (;;) {
		size_t want;

		slot = (slot + 1) & mask;
		if (blocks->index[slot] == EMPTY)
			break;
		want = home(blocks, &blocks->rows[blocks->index[slot]].prefix);
		if (((slot - want) & mask) < ((slot - hole) & mask))
			continue;
		blocks->index[hole] = blocks->index[slot];
		hole = slot;
	}
	blocks->index[hole] = EMPTY;
}

void yg_blocks_remove(struct yg_blocks *blocks, const struct yg_prefix *prefix)
{
	struct yg_prefix gone = *prefix; /* @prefix may lie in the row that moves */
	size_t row, last;
	size_t slot;

	if (!yg_blocks_find(blocks, &gone))
		return;
	slot = find_slot(blocks, &gone);
	row = blocks->index[slot];
	last = blocks->count - 1;
	close_gap(blocks, slot);
	if (row != last) {
		blocks->index[find_slot(blocks, &blocks->rows[last].prefix)] = (uint32_t)row;
		blocks->rows[row] = blocks->rows[last];
	}
	blocks->count--;
	blocks->used[yg_blocks_kind(&gone)]--;
}
