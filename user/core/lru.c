/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/lru.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CAP_MAX (1u << 28)

struct link {
	uint64_t key;
	uint32_t newer, older; /* row numbers from 1; 0 none */
};

struct yg_lru {
	struct link *links; /* [cap + 1]; 0 unused */
	char *rows;	    /* [cap + 1] */
	size_t row_size;
	uint32_t *table; /* [table_cap] row numbers */
	uint32_t table_cap;
	uint32_t cap;
	uint32_t count;
	uint32_t newest, oldest;
	uint64_t evicted;
};

int yg_lru_new(uint32_t cap, size_t row_size, struct yg_lru **ret)
{
	YG_CLEANUP(yg_lru_free) struct yg_lru *lru = calloc(1, sizeof(*lru));

	assert(cap > 0 && cap <= CAP_MAX && row_size > 0);
	if (!lru)
		return -ENOMEM;
	lru->cap = cap;
	lru->row_size = (row_size + 7) & ~(size_t)7;
	lru->table_cap = 4;
	while (lru->table_cap < cap * 2)
		lru->table_cap *= 2;
	lru->links = calloc((size_t)cap + 1, sizeof(*lru->links));
	lru->rows = calloc((size_t)cap + 1, lru->row_size);
	lru->table = calloc(lru->table_cap, sizeof(*lru->table));
	if (!lru->links || !lru->rows || !lru->table)
		return -ENOMEM;
	*ret = YG_TAKE_PTR(lru);
	return 0;
}

void yg_lru_free(struct yg_lru **lru)
{
	if (!*lru)
		return;
	free((*lru)->links);
	free((*lru)->rows);
	free((*lru)->table);
	free(*lru);
	*lru = NULL;
}

static uint32_t home_of(const struct yg_lru *lru, uint64_t key)
{
	return (uint32_t)(key ^ (key >> 32)) & (lru->table_cap - 1);
}

static uint32_t find(const struct yg_lru *lru, uint64_t key)
{
	uint32_t slot = home_of(lru, key);

	while (lru->table[slot] && lru->links[lru->table[slot]].key != key)
		slot = (slot + 1) & (lru->table_cap - 1);
	return lru->table[slot];
}

static void put(struct yg_lru *lru, uint32_t row)
{
	uint32_t slot = home_of(lru, lru->links[row].key);

	while (lru->table[slot])
		slot = (slot + 1) & (lru->table_cap - 1);
	lru->table[slot] = row;
}

/* Close the gap so that every later row of the run stays reachable. */
static void take(struct yg_lru *lru, uint32_t row)
{
	uint32_t mask = lru->table_cap - 1;
	uint32_t hole = home_of(lru, lru->links[row].key);

	while (lru->table[hole] != row)
		hole = (hole + 1) & mask;
	for (uint32_t slot = (hole + 1) & mask; lru->table[slot]; slot = (slot + 1) & mask) {
		uint32_t home = home_of(lru, lru->links[lru->table[slot]].key);

		if (((slot - home) & mask) >= ((slot - hole) & mask)) {
			lru->table[hole] = lru->table[slot];
			hole = slot;
		}
	}
	lru->table[hole] = 0;
}

static void unlink_use(struct yg_lru *lru, uint32_t row)
{
	const struct link *link = &lru->links[row];

	if (link->newer)
		lru->links[link->newer].older = link->older;
	else
		lru->newest = link->older;
	if (link->older)
		lru->links[link->older].newer = link->newer;
	else
		lru->oldest = link->newer;
}

static void link_use(struct yg_lru *lru, uint32_t row)
{
	lru->links[row].newer = 0;
	lru->links[row].older = lru->newest;
	if (lru->newest)
		lru->links[lru->newest].newer = row;
	else
		lru->oldest = row;
	lru->newest = row;
}

void *yg_lru_get(struct yg_lru *lru, uint64_t key, bool *ret_fresh)
{
	uint32_t row = find(lru, key);
	bool fresh = row == 0;

	if (ret_fresh)
		*ret_fresh = fresh;
	if (!fresh) {
		if (lru->newest != row) {
			unlink_use(lru, row);
			link_use(lru, row);
		}
		return yg_lru_at(lru, row);
	}
	if (lru->count < lru->cap) {
		row = ++lru->count;
	} else {
		row = lru->oldest;
		take(lru, row);
		unlink_use(lru, row);
		lru->evicted++;
	}
	lru->links[row].key = key;
	put(lru, row);
	link_use(lru, row);
	memset(yg_lru_at(lru, row), 0, lru->row_size);
	return yg_lru_at(lru, row);
}

void *yg_lru_peek(const struct yg_lru *lru, uint64_t key)
{
	uint32_t row = find(lru, key);

	return row ? yg_lru_at(lru, row) : NULL;
}

void *yg_lru_victim(const struct yg_lru *lru)
{
	return lru->count < lru->cap ? NULL : yg_lru_at(lru, lru->oldest);
}

uint32_t yg_lru_first(const struct yg_lru *lru)
{
	return lru->newest;
}

uint32_t yg_lru_next(const struct yg_lru *lru, uint32_t i)
{
	return lru->links[i].older;
}

void *yg_lru_at(const struct yg_lru *lru, uint32_t i)
{
	assert(i > 0 && i <= lru->cap);
	return lru->rows + i * lru->row_size;
}

uint64_t yg_lru_key(const struct yg_lru *lru, uint32_t i)
{
	return lru->links[i].key;
}

uint32_t yg_lru_count(const struct yg_lru *lru)
{
	return lru->count;
}

uint64_t yg_lru_evicted(const struct yg_lru *lru)
{
	return lru->evicted;
}

size_t yg_lru_bytes(const struct yg_lru *lru)
{
	return sizeof(*lru) + ((size_t)lru->cap + 1) * (sizeof(*lru->links) + lru->row_size) +
	       (size_t)lru->table_cap * sizeof(*lru->table);
}
