/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * malloc for a library that wants one, out of the pool and with a limit.
 *
 *	small	| page | piece | piece | ...	one size per page of 4 KiB
 *	large	| piece |			a block of the pool of its own
 *
 * Each piece knows its page, so giving back is O(1); a page whose last piece comes back returns to
 * the pool.
 */
#pragma once

#include <stddef.h>

#include "core/macros.h"
#include "core/pool.h"

struct yg_heap;

/**
 * yg_heap_new() - a heap without memory of its own.
 * @pool: borrowed as long as the heap lives.
 * @limit: bytes of pool blocks it may hold at once.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_heap_new(struct yg_pool *pool, size_t limit, struct yg_heap **ret);
void yg_heap_free(struct yg_heap **heap); /* pieces still out go with the pool; accepts NULL */

/* As malloc() and its family, aligned to 16 bytes. NULL: the limit or the pool is used up. */
void *yg_heap_take(struct yg_heap *heap, size_t size);
void *yg_heap_resize(struct yg_heap *heap, void *piece, size_t size);
void yg_heap_give(struct yg_heap *heap, void *piece); /* accepts NULL */

size_t yg_heap_used(const struct yg_heap *heap);    /* bytes of pool blocks held */
bool yg_heap_is_scarce(const struct yg_heap *heap); /* less than YG_POOL_RESERVE of its limit */
