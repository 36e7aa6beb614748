/* SPDX-License-Identifier: GPL-2.0-only */
/* The open streams of an HTTP/2 connection, by number: open addressing in one pool block. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/pool.h"
#include "parse/h2.h"

/* NULL: not open. A pointer into the table is good until the next add or erase. */
struct yg_h2_stream *yg_h2_table_find(const struct yg_h2 *h2, uint32_t id);

/* A stream that is not open. NULL: the table is full, or no memory is left to make it larger. */
struct yg_h2_stream *yg_h2_table_add(struct yg_h2 *h2, struct yg_pool *pool, uint32_t id);

/* Take a stream out; those that stand behind it because of it move up. */
void yg_h2_table_erase(struct yg_h2 *h2, struct yg_h2_stream *stream);

/* The open stream with the lowest number above @after; NULL: none. */
struct yg_h2_stream *yg_h2_table_lowest(const struct yg_h2 *h2, uint32_t after);

/* Who makes room when the messages are beyond the connection's share: the oldest. NULL: nobody. */
struct yg_h2_stream *yg_h2_table_crowding(const struct yg_h2 *h2, const struct yg_pool *pool);
