/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Header blocks of one direction of HTTP/2, also of a connection that was joined late.
 *
 * HPACK refers to a table that both ends have built since the first byte. Whoever joins later lacks
 * its older entries: they are filled in as placeholders (RFC 7541 section 6.2.1 with empty name and
 * value: 0x40 0x00 0x00), 128 of them for the default table of 4096 bytes, because an entry takes
 * at least 32. Indices count from the newest entry, so those learned since are exact; a placeholder
 * shows as an empty name, which no peer may send, and is reported as unknown.
 *
 *	 62        62+n                62+n+128
 *	 | learned | placeholders ...   |		newest first
 *
 * Why no index can miss: after S bytes of new entries at most (4096 - S) / 32 old ones survive at
 * the encoder, and as many placeholders here. An index beyond tells of a larger table: it is
 * built again with 2048 placeholders for 64 KiB, the largest size that is followed: of a table that
 * is larger, the newest 64 KiB.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/heap.h"
#include "core/slice.h"
#include "parse/http1.h"

#define YG_HPACK_TABLE_MAX    65536u /* bytes of a table that is followed */
#define YG_HPACK_FAILURES_MAX 8u     /* blocks that cannot be read; then a direction is given up */

struct nghttp2_hd_inflater;
struct yg_hpack_memory;

/* Zero it to begin with an empty table. */
struct yg_hpack {
	struct nghttp2_hd_inflater *inflater; /* NULL: made when needed */
	struct yg_hpack_memory *memory;	      /* of the inflater, which keeps the address */
	uint16_t placeholders;		      /* to begin with, when it is made: 0, 128, 2048 */
	uint16_t failures;
	uint16_t learned; /* times that it was learned again; begins anew after the last number */
};

/* Takes a block field by field. A name of length 0: the field is not known. */
struct yg_hpack_sink {
	void *ctx;
	void (*on_begin)(void *ctx); /* forget what came before: a block may be read twice */
	void (*on_field)(void *ctx, struct yg_slice name, struct yg_slice value);
};

/**
 * yg_hpack_read() - one whole header block, in the order of the connection.
 * @heap: of the table; always the same.
 *
 * Source: RFC 7541.
 * Return: DONE; MORE: no memory for the table, nothing is known of the block; BAD: not readable
 *	even with the larger table. After MORE and BAD the table is learned again.
 */
enum yg_parse yg_hpack_read(struct yg_hpack *hpack, struct yg_heap *heap, struct yg_slice block,
			    const struct yg_hpack_sink *sink);

/* A block may have been missed: every older entry is unknown from now on. */
void yg_hpack_relearn(struct yg_hpack *hpack);

void yg_hpack_clean(struct yg_hpack *hpack); /* gives the table back */
