/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table of fixed-size rows under 64-bit keys that never grows: when it is full, the least
 * recently used row makes room, and is counted. All memory is taken at creation.
 *
 * Keys are hashes already (yg_hash() with a secret key), so they index the table as they are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"

struct yg_lru;

/**
 * yg_lru_new() - an empty table.
 * @cap: rows, 1..2^28.
 * @row_size: bytes per row; rows are aligned to 8.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_lru_new(uint32_t cap, size_t row_size, struct yg_lru **ret);
void yg_lru_free(struct yg_lru **lru); /* accepts NULL inside */

/**
 * yg_lru_get() - the row of @key, most recently used from now on; made if it is not there.
 * @ret_fresh: true if the row was made now: all its bytes are zero. May be NULL.
 *
 * O(1). Return: the row, valid until it is evicted: use it before the next get. Never NULL.
 */
void *yg_lru_get(struct yg_lru *lru, uint64_t key, bool *ret_fresh);

/* The row of @key or NULL; the order of use does not change. */
void *yg_lru_peek(const struct yg_lru *lru, uint64_t key);

/* The row that makes room for the next new key; NULL while there is room. */
void *yg_lru_victim(const struct yg_lru *lru);

/* Rows by use, most recent first: for (i = first; i; i = next(i)). 0 is the end. */
uint32_t yg_lru_first(const struct yg_lru *lru);
uint32_t yg_lru_next(const struct yg_lru *lru, uint32_t i);
void *yg_lru_at(const struct yg_lru *lru, uint32_t i);
uint64_t yg_lru_key(const struct yg_lru *lru, uint32_t i);

/* Rows in use; at most the cap. */
uint32_t yg_lru_count(const struct yg_lru *lru);

/* Rows given up since the table was made. */
uint64_t yg_lru_evicted(const struct yg_lru *lru);

/* Bytes of all memory held: constant after yg_lru_new(). */
size_t yg_lru_bytes(const struct yg_lru *lru);
