/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An HTTP/2 connection: frames of both directions, header blocks, and the exchange of each stream.
 *
 *	PREFACE -> HEADER -> FRONT -> CONTENT -> TAIL -> HEADER ...	one direction
 *	             ^                   |
 *	             |   a hole that may hide a header block, or a frame against the rules
 *	             +---- RESYNC <------+
 *
 *	FRONT	pad length, priority, promised stream	TAIL  padding
 *
 * After such a hole the direction's header table is learned again; the other direction has a table
 * of its own and goes on. Where frames begin is found by a row of likely frame headers. Requests
 * missed in holes are counted, see h2count.h.
 *
 * Memory per connection: one block, a table of streams of at most YG_H2_STREAMS_MAX, their messages
 * of at most the pool's YG_H2_SHARE (one byte of a block can stand for a field of any length), one
 * header block of YG_H2_BLOCK_MAX per direction, and the header tables in the heap that all share.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "parse/h2count.h"
#include "parse/h2flood.h"
#include "parse/h2frame.h"
#include "parse/h2name.h"
#include "parse/hpack.h"
#include "stream/flow.h"

#define YG_H2_BLOCK_MAX	   32768u /* bytes of a header block in pieces; servers refuse more */
#define YG_H2_PIECES_MAX   64u	  /* CONTINUATION frames of a block: beyond, it is a flood */
#define YG_H2_REFUSALS_MAX 64u	  /* frames against the rules, one more for ... */
#define YG_H2_REFUSAL_BLOCKS \
	64u		       /* ... as many header blocks read: beyond, a direction is given up */
#define YG_H2_STREAMS_MAX 768u /* open per connection; servers allow 100 to 250 */
#define YG_H2_SHARE	  16u  /* of the pool: a connection's messages; beyond, the oldest go */

enum yg_h2_state {
	YG_H2_STATE_HEADER, /* zero: a direction begins so */
	YG_H2_STATE_PREFACE,
	YG_H2_STATE_FRONT,
	YG_H2_STATE_CONTENT,
	YG_H2_STATE_TAIL,
	YG_H2_STATE_RESYNC,
	YG_H2_STATE_GIVEN_UP, /* blocks cannot be read, or rules are broken on and on: skipped */
};

struct yg_h2_side {
	struct yg_hpack hpack;
	struct yg_h2_frame frame;
	uint8_t header[YG_H2_HEADER];  /* [header_len] of a frame header in pieces */
	uint8_t header_len;	       /* PREFACE: bytes of the preface seen */
	uint8_t state;		       /* enum yg_h2_state */
	bool lost;		       /* a hole may have hidden requests since the last one */
	bool found;		       /* frames were looked for, and no header block began since */
	bool ended;		       /* no more bytes will come */
	bool block_ends;	       /* the block's HEADERS said END_STREAM */
	bool block_lost;	       /* the block cannot be kept: its rest is passed over */
	bool has_pad;		       /* FRONT: the next byte is the pad length */
	uint32_t front, content, tail; /* bytes of the frame's parts still to come */
	uint32_t code;		       /* RST_STREAM: of it so far */
	uint32_t last_stream;	       /* highest stream that a header block came for */
	uint32_t unknown;	       /* new streams' blocks while it is not known who asks */
	uint32_t unknown_stream;       /* the last of them */
	uint32_t block_stream;	       /* HEADERS seen, END_HEADERS not: of this stream; 0: none */
	uint32_t block_len, block_cap;
	uint32_t block_pieces;
	uint32_t refusals; /* times YG_H2_REFUSAL_BLOCKS, less the blocks read since */
	uint8_t *block;	   /* NULL: nothing is held */
};

/* One stream while its exchange is open. id 0: a free slot. */
struct yg_h2_stream {
	uint32_t id;
	int32_t grpc_status;
	uint16_t informational;
	uint8_t content; /* enum yg_h2_content of the request, else of the response */
	bool response_lost, response_done, is_websocket;
	bool response_unread; /* a header block of it was lost */
	bool is_broken;	      /* as in struct yg_exchange */
	bool is_nameless;     /* the host that it names is not known */
	bool is_shown;	      /* counted as told of */
	struct yg_draft *request, *response;
	struct yg_tunnel *tunnel; /* not NULL: reported already, DATA holds a WebSocket */
};

struct yg_h2 {
	struct yg_h2_side sides[2];
	struct yg_h2_stream *streams; /* [stream_cap] by (id / 2), linear probing; NULL: none yet */
	uint32_t stream_cap, stream_count;
	size_t kept;	  /* bytes of the streams' messages */
	uint64_t lost_ns; /* when bytes were lost last that may have held a block */
	struct yg_h2_count count;
	uint32_t first_stream;	 /* lowest a request was seen of: before it is before the join */
	uint32_t anomalies;	 /* floods found */
	uint32_t evidence;	 /* of them, not told yet: the client is not certain */
	uint64_t evidence_ns;	 /* when the first of these was found */
	uint64_t evidence_to;	 /* offset where the client's bytes that show them end */
	uint8_t evidence_source; /* enum yg_source */
	struct yg_h2_flood flood;
	struct yg_h2_name name;
	uint8_t client_dir; /* who asks, or YG_FLOW_DIR_NONE */
};

struct yg_pairer;

/* One call's worth of context. */
struct yg_h2_turn {
	struct yg_pairer *pairer;
	struct yg_flow *flow;
	struct yg_h2 *h2;
	struct yg_h2_side *side, *peer;
	uint64_t time_ns;
	unsigned dir;
	uint8_t source;
};

/* A connection of which nothing is known. NULL: no memory is left (counted). */
struct yg_h2 *yg_h2_new(struct yg_pairer *pairer);

/**
 * yg_h2_begin_side() - the direction is read from its first byte on; client_dir is set.
 * @taken: [< YG_H2_HEADER] of the server, [< YG_H2_PREFACE] of the client: bytes taken already.
 */
void yg_h2_begin_side(struct yg_h2 *h2, unsigned dir, struct yg_slice taken);

/* The direction is read from the middle of something on. */
void yg_h2_join_side(struct yg_h2 *h2, unsigned dir);

/**
 * yg_h2_adopt() - a request of HTTP/1 that the connection answers as stream 1.
 * @request: taken.
 *
 * Source: RFC 7540 section 3.2. Return: false: no memory, and @request stays the caller's.
 */
bool yg_h2_adopt(struct yg_h2 *h2, struct yg_pairer *pairer, struct yg_draft **request);

/* The calls of struct yg_flow_sink, for a flow that is HTTP/2. Every byte counts once. */
void yg_h2_run(struct yg_pairer *pairer, struct yg_flow *flow, struct yg_h2 *h2,
	       const struct yg_run *run);
void yg_h2_end(struct yg_h2 *h2, unsigned dir);
void yg_h2_due(struct yg_pairer *pairer, struct yg_flow *flow, struct yg_h2 *h2, uint64_t now_ns);
void yg_h2_close(struct yg_pairer *pairer, struct yg_flow *flow, struct yg_h2 **h2);
