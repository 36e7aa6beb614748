/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Segments of a capture file that stand before what they acknowledge: they wait for it.
 *
 *	on the wire	R1 ->   <- S1 (acknowledges R1)		R2 ->
 *	in the file	S1 R1 R2: S1 waits until R1 is there
 *
 * Each queue of a card is a file of its own, and so is each direction of a tap: what merges them
 * goes by clocks. The kernel's records need no such thing. All of a connection are in one ring, and
 * one is there when what it answers has been through the stack.
 *
 * Who acknowledges bytes has read them, so they were sent before: that is the order in which the
 * segments of a flow are read. When it is nobody's turn for YG_TURN_NS, bytes are lost: the first
 * tells of the loss (see yg_stream_acked()), and until the peer speaks its sender waits in vain.
 *
 * Where a connection begins, its SYN and the answer to it say. Until they are there its first
 * segments are gathered, for as long: the lowest numbers are the first.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/pool.h"
#include "stream/flow.h"

#define YG_TURN_MAX	  64u	     /* segments of a flow that wait; more: in vain */
#define YG_TURN_BYTES_MAX 262144u    /* of payload; more: in vain */
#define YG_TURN_FAR_BYTES (1u << 20) /* acknowledged further ahead: of another connection */
#define YG_TURN_SYN	  0x02u
#define YG_TURN_NS	  (100ull * 1000000) /* clocks and queues differ by less */

/* A segment that waits. */
struct yg_turn;

enum yg_gather { YG_GATHER_NONE, YG_GATHER_ON, YG_GATHER_OVER };

/**
 * yg_turn_is_ahead() - is @meta, of @dir, to wait: does it acknowledge what somebody will read?
 *
 * A SYN never waits, nor what may be of the connection that it begins.
 */
static inline bool yg_turn_is_ahead(const struct yg_flow *flow, unsigned dir,
				    const struct yg_segment *meta)
{
	const struct yg_stream *peer = &flow->streams[!dir];
	uint32_t ahead = meta->ack - (uint32_t)peer->next;

	if (meta->source != YG_SOURCE_FILE || !meta->ack || flow->closed)
		return false;
	if (flow->gather == YG_GATHER_ON)
		return !(meta->tcp_flags & YG_TURN_SYN);
	if (!peer->started)
		return meta->payload_len && flow->gather == YG_GATHER_NONE;
	/* Most acknowledge what is there. */
	if (ahead - 1 >= YG_TURN_FAR_BYTES || peer->ended)
		return false;
	/* A FIN takes a number, too. */
	ahead -= peer->has_fin && peer->next + ahead == peer->fin_at + 1;
	/* Who looks for the next message looks at all that comes, though holes cost nothing. */
	return ahead > peer->unwanted % YG_UNWANTED_ALL && !peer->has_syn_new &&
	       !flow->streams[dir].has_syn_new && !(meta->tcp_flags & YG_TURN_SYN);
}

/**
 * yg_turn_put() - have a segment wait, before those of its direction with higher numbers.
 * @view: its payload is copied; its time becomes @time_ns.
 *
 * O(YG_TURN_MAX).
 * Return: true; false if there is no room: nothing has happened.
 */
bool yg_turn_put(struct yg_pool *pool, struct yg_flow *flow, unsigned dir,
		 const struct yg_segment_view *view, uint64_t time_ns);

/**
 * yg_turn_take() - take out the first whose time has come; or just the first, if @any.
 * @ret: its memory is that of the turn.
 *
 * O(YG_TURN_MAX). Return: to give back to @pool; NULL: none.
 */
struct yg_turn *yg_turn_take(struct yg_flow *flow, bool any, struct yg_segment_view *ret,
			     unsigned *ret_dir);

/* The direction of the first that waits, if one does. */
unsigned yg_turn_first(const struct yg_flow *flow);

/* Give back all that waits, without a word. */
void yg_turn_clean(struct yg_pool *pool, struct yg_flow *flow);
