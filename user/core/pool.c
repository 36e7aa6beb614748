/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/pool.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#define SLAB_BYTES YG_POOL_BLOCK_MAX
#define CLASSES	   8 /* 512 << 7 == 64 KiB */
#define NONE	   UINT32_MAX

/* Free blocks of a slab, linked through their first bytes. */
struct link {
	struct link *next;
};

struct slab {
	struct link *free;   /* blocks that came back */
	uint32_t next, prev; /* slabs of this class with room, or of the free list (next only) */
	uint32_t used;	     /* blocks out */
	uint32_t fresh;	     /* blocks never handed out yet start here */
	uint32_t class_;
};

struct yg_pool {
	char *region;
	struct slab *slabs;
	uint32_t slab_count;
	uint32_t slab_fresh;	/* slabs never used start here */
	uint32_t slab_free;	/* head of the list of slabs that came back */
	uint32_t slab_used;	/* slabs that a block of is out */
	uint32_t room[CLASSES]; /* head of the list of slabs with room, per class */
	size_t used;
};

static size_t class_bytes(uint32_t class_)
{
	return (size_t)YG_POOL_BLOCK_MIN << class_;
}

static uint32_t class_of(size_t need)
{
	if (need <= YG_POOL_BLOCK_MIN)
		return 0;
	return (uint32_t)(64 - __builtin_clzll((need - 1) / YG_POOL_BLOCK_MIN));
}

int yg_pool_new(size_t bytes, struct yg_pool **ret)
{
	struct yg_pool *pool = NULL;
	size_t slabs = bytes / SLAB_BYTES;

	if (slabs == 0 || slabs >= NONE)
		return -EINVAL;
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	pool->slab_count = (uint32_t)slabs;
	pool->slab_free = NONE;
	for (size_t i = 0; i < CLASSES; i++)
		pool->room[i] = NONE;
	pool->slabs = calloc(slabs, sizeof(*pool->slabs));
	pool->region = aligned_alloc(SLAB_BYTES, slabs * SLAB_BYTES);
	if (!pool->slabs || !pool->region) {
		yg_pool_free(&pool);
		return -ENOMEM;
	}
	*ret = pool;
	return 0;
}

void yg_pool_free(struct yg_pool **pool)
{
	if (*pool) {
		free((*pool)->region);
		free((*pool)->slabs);
		free(*pool);
	}
	*pool = NULL;
}

static void link_room(struct yg_pool *pool, uint32_t index)
{
	struct slab *slab = &pool->slabs[index];
	uint32_t *head = &pool->room[slab->class_];

	slab->prev = NONE;
	slab->next = *head;
	if (*head != NONE)
		pool->slabs[*head].prev = index;
	*head = index;
}

static void unlink_room(struct yg_pool *pool, uint32_t index)
{
	struct slab *slab = &pool->slabs[index];

	if (slab->prev != NONE)
		pool->slabs[slab->prev].next = slab->next;
	else
		pool->room[slab->class_] = slab->next;
	if (slab->next != NONE)
		pool->slabs[slab->next].prev = slab->prev;
}

/* A slab for @class_, linked as one with room, or NONE. */
static uint32_t take_slab(struct yg_pool *pool, uint32_t class_)
{
	uint32_t index = pool->slab_free;

	if (index != NONE)
		pool->slab_free = pool->slabs[index].next;
	else if (pool->slab_fresh < pool->slab_count)
		index = pool->slab_fresh++;
	else
		return NONE;
	pool->slab_used++;
	pool->slabs[index] = (struct slab){ .class_ = class_ };
	link_room(pool, index);
	return index;
}

void *yg_pool_take(struct yg_pool *pool, size_t need, size_t *ret_cap)
{
	uint32_t class_ = class_of(need), index;
	size_t bytes = class_bytes(class_);
	struct slab *slab;
	struct link *block;

	if (need > YG_POOL_BLOCK_MAX)
		return NULL;
	index = pool->room[class_];
	if (index == NONE)
		index = take_slab(pool, class_);
	if (index == NONE)
		return NULL;

	slab = &pool->slabs[index];
	block = slab->free;
	if (block)
		slab->free = block->next;
	else
		block = (void *)(pool->region + (size_t)index * SLAB_BYTES + slab->fresh++ * bytes);
	slab->used++;
	if (!slab->free && slab->fresh == SLAB_BYTES / bytes)
		unlink_room(pool, index);
	pool->used += bytes;
	*ret_cap = bytes;
	return block;
}

void yg_pool_give(struct yg_pool *pool, void *block)
{
	struct link *link = block;
	struct slab *slab;
	uint32_t index;
	bool full;

	if (!block)
		return;
	index = (uint32_t)((size_t)((char *)block - pool->region) / SLAB_BYTES);
	assert(index < pool->slab_fresh);
	slab = &pool->slabs[index];
	assert(slab->used > 0);
	full = !slab->free && slab->fresh == SLAB_BYTES / class_bytes(slab->class_);

	link->next = slab->free;
	slab->free = link;
	slab->used--;
	pool->used -= class_bytes(slab->class_);
	if (full)
		link_room(pool, index);
	if (slab->used == 0) {
		unlink_room(pool, index);
		pool->slab_used--;
		slab->next = pool->slab_free;
		pool->slab_free = index;
	}
}

size_t yg_pool_used(const struct yg_pool *pool)
{
	return pool->used;
}

size_t yg_pool_bytes(const struct yg_pool *pool)
{
	return sizeof(*pool) + pool->slab_count * (SLAB_BYTES + sizeof(*pool->slabs));
}

bool yg_pool_is_scarce(const struct yg_pool *pool)
{
	return (uint64_t)(pool->slab_count - pool->slab_used) * YG_POOL_RESERVE < pool->slab_count;
}
