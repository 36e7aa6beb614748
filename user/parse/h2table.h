/* SPDX-License-Identifier: GPL-2.0-only */
/* The open streams of an HTTP/2 connection, by number: open addressing in one pool block. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/pool.h"
#include "parse/h2.h"

/* NULL: not open. A pointer into the table is good until the next put, grow or erase. */
struct yg_h2_stream *yg_h2_table_find(const struct yg_h2 *h2, uint32_t id);

/* Copy @stream into the table, which has room for it. Does not count it. */
void yg_h2_table_put(struct yg_h2 *h2, const struct yg_h2_stream *stream);

/* Double the table. False: it is as large as it may be, or no memory is left. */
bool yg_h2_table_grow(struct yg_h2 *h2, struct yg_pool *pool);

/* Take a stream out; those that stand behind it because of it move up. */
void yg_h2_table_erase(struct yg_h2 *h2, struct yg_h2_stream *stream);

/* The open stream with the lowest number above @after; NULL: none. */
struct yg_h2_stream *yg_h2_table_lowest(const struct yg_h2 *h2, uint32_t after);
