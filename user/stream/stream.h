/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One direction of a flow: segments become ordered bytes, holes become explicit gaps.
 *
 *	          next
 *	   seen    |   hole    | early | hole | early |
 *	-----------+-----------+-------+------+-------+---->  offset, 64 bits
 *
 * Bytes at `next` are handed on where they lie, without a copy. Bytes after a hole wait in pool
 * blocks, sorted, at most YG_EARLY_MAX of them, where small neighbours count as one: a request in
 * segments of one byte is read in any order. The first byte received for an offset counts. A
 * segment that the receiver refuses (checksum, window) is seen here all the same, so the first is
 * not always what the receiver read: bytes of a client are held until they are acknowledged, and
 * when others come for their place before that, the direction is contested. An honest sender sends
 * the same again. A hole is given up when it lies in bytes nobody will read, when the peer has
 * acknowledged it (in a file that may come first, see turn.h), when the queue is full, or after
 * gap_ns; TLS plaintext is in order, so there a hole never waits. Where this host answers a
 * direction, what waits is given up instead: what it has not acknowledged, nobody has read.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/pool.h"
#include "stream/counter.h"
#include "stream/view.h"

#define YG_EARLY_MAX	   64u	 /* early segments per direction; beyond: gap_budget */
#define YG_EARLY_JOIN_MAX  1024u /* bytes up to which neighbours become one when they are many */
#define YG_UNWANTED_ALL	   UINT64_MAX /* stage 3 reads nothing until the next message start */
#define YG_HELD_MAX	   16u	      /* segments held until acknowledged; more: hold_lost */
#define YG_HELD_BYTES_MAX  16384u     /* of them: the budget of a message, twice */
#define YG_EARLY_BYTES_MAX 262144u    /* waiting bytes per direction; beyond: gap_budget */

struct yg_flow;

/* Ordered bytes, or bytes that were on the wire and are not here. */
struct yg_run {
	const uint8_t *data; /* [len]; NULL: a gap of len bytes */
	uint64_t len;
	uint64_t time_ns; /* of the segment; a gap: of the segment that ended it */
	uint32_t lost;	  /* data: as struct yg_segment.lost */
	uint32_t begun;	  /* data: as struct yg_stream.begun, up to and with its segment */
	uint8_t dir;	  /* 0 or 1 */
	uint8_t source;	  /* enum yg_source */
	bool start;	  /* data: its first byte is the first of a segment */
	bool cut;	  /* gap: the sampler left these out; false: lost */
};

/* What stage 3 does with it. Called inside yg_flows_segment(), _tick() and _finish(). */
struct yg_flow_sink {
	void *ctx;
	void (*on_run)(void *ctx, struct yg_flow *flow, const struct yg_run *run);
	/* This direction sends no more (FIN), or never will (RST, SSL_free, timeout). */
	void (*on_end)(void *ctx, struct yg_flow *flow, unsigned dir, uint64_t time_ns);
	/* The flow asked for it, see yg_flow.asks: time has passed, whether it spoke or not. */
	void (*on_due)(void *ctx, struct yg_flow *flow, uint64_t now_ns);
	/* The flow leaves: emit what waits, release what is held. After on_end of both. */
	void (*on_close)(void *ctx, struct yg_flow *flow);
};

struct yg_early; /* a segment that waits */

struct yg_stream {
	uint64_t next;		/* offset of the next byte wanted; the low 32 bits are TCP's */
	uint64_t first;		/* where it began */
	uint64_t unwanted;	/* written by stage 3: bytes after next that nobody will read */
	uint64_t fin_at;	/* offset of FIN, when has_fin */
	uint64_t hole_ns;	/* since when the first hole waits */
	uint64_t acked;		/* this host acknowledged everything before it; 0: not known */
	struct yg_early *early; /* sorted by offset */
	uint32_t early_count, early_bytes;
	struct yg_early *held; /* handed on, not acknowledged; in their order */
	uint32_t held_count, held_bytes;
	uint32_t begun;	  /* requests that start in the segments received, as the kernel counts */
	uint32_t syn_new; /* another one, when has_syn_new: a new connection, if that is believed */
	bool started;	  /* next is known */
	bool guessed;	  /* from an acknowledgement of the peer: no byte seen yet */
	bool has_syn, has_syn_new, has_fin;
	bool fin_doubted; /* others may have sent it: wait for what the peer says ... */
	bool fin_heard;	  /* ... which acknowledged it */
	bool outgoing;	  /* wire: a frame of it left this host */
	bool contested; /* two contents came for one place; stage 3 takes it back when it said so */
	bool ended;	/* on_end was called */
};

/* What reassembly works with; one per flow table. */
struct yg_order {
	struct yg_flow_sink sink;
	struct yg_stream_counters *counters;
	struct yg_pool *pool;
	uint64_t gap_ns;
};

/* A segment, or what is left of it. payload_len - data_len bytes after data were not sampled. */
struct yg_piece {
	uint64_t offset;
	uint64_t time_ns;
	const uint8_t *data;
	uint32_t data_len, payload_len;
	uint32_t lost;	/* as struct yg_segment.lost */
	uint32_t begun; /* as struct yg_stream.begun */
	uint8_t source;
	bool start; /* data[0] is the first byte of the segment */
	bool hold;  /* others may send in its sender's place: compare until acknowledged */
};

/**
 * yg_stream_add() - take one segment with payload.
 * @ordered: true: a hole is given up at once (TLS).
 *
 * Counts exactly one seg_* row and each payload byte once. O(data_len) plus YG_EARLY_MAX steps.
 */
void yg_stream_add(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		   const struct yg_piece *piece, bool ordered);

/**
 * yg_stream_fin() - the sender says that its last byte is before @offset.
 * @doubted: others may say so in its name: it holds when the peer has heard it, or has ended, too.
 */
void yg_stream_fin(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		   uint64_t offset, uint64_t time_ns, bool doubted);

/* Two contents came for one place: stage 3 is to tell. */
void yg_stream_contest(const struct yg_order *order, struct yg_stream *stream);

/**
 * yg_stream_acked() - the peer has received everything before @offset.
 * @ahead: also believe it about bytes after the last one seen.
 */
void yg_stream_acked(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		     uint64_t offset, uint64_t time_ns, bool ahead);

/* Give up the first hole if it has waited gap_ns at @now_ns; see yg_witness_vouches(). */
void yg_stream_expire(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		      uint64_t now_ns);

/* No more segments will come: hand on all that waits, holes as gaps, then on_end. */
void yg_stream_end(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		   uint64_t time_ns);

/* Give back what waits and what is held, without a word to the sink. */
void yg_stream_clean(const struct yg_order *order, struct yg_stream *stream);

/**
 * yg_stream_unwrap() - 64-bit offset of a TCP sequence number, nearest to what is expected.
 * Bytes that the sampler leaves out can be more than half the number space: when stage 3 knows
 * where the unread body ends, exactly that number is taken for the end.
 */
uint64_t yg_stream_unwrap(const struct yg_stream *stream, uint32_t sequence);
