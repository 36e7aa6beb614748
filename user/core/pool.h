/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks of a few sizes out of one fixed region: no malloc after creation, no fragmentation that
 * lasts.
 *
 *	region: | slab | slab | slab | ...		64 KiB each, aligned
 *	slab:	| block | block | block | ...		all of one class: 512 B, 1 KiB ... 64 KiB
 *
 * A slab whose last block comes back can serve any class again, so a burst of large blocks does
 * not starve small ones later.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/macros.h"

#define YG_POOL_BLOCK_MIN 512u	 /* bytes of the smallest block */
#define YG_POOL_BLOCK_MAX 65536u /* bytes of the largest block; also of a slab */
#define YG_POOL_RESERVE	  16u /* a part of the budget: with less than this free, memory is scarce */

struct yg_pool;

/**
 * yg_pool_new() - reserve the region; pages are touched when first used.
 * @bytes: budget, rounded down to whole slabs.
 *
 * Return: 0; -EINVAL if @bytes holds no slab; -ENOMEM.
 */
YG_MUST_CHECK int yg_pool_new(size_t bytes, struct yg_pool **ret);
void yg_pool_free(struct yg_pool **pool); /* accepts NULL inside; blocks still out are gone */

/**
 * yg_pool_take() - a block of at least @need bytes, not cleared.
 * @ret_cap: its real size.
 *
 * O(1). Return: the block; NULL if the budget is used up or @need exceeds YG_POOL_BLOCK_MAX.
 */
void *yg_pool_take(struct yg_pool *pool, size_t need, size_t *ret_cap);
void yg_pool_give(struct yg_pool *pool, void *block); /* O(1); accepts NULL */

size_t yg_pool_used(const struct yg_pool *pool);  /* bytes in blocks that are out */
size_t yg_pool_bytes(const struct yg_pool *pool); /* the budget, bookkeeping included */

/* Fewer slabs are free than the reserve; what slabs in use have left does not count. O(1). */
bool yg_pool_is_scarce(const struct yg_pool *pool);
