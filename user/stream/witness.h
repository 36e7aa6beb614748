/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this host's own stack testifies about a connection.
 *
 * Anybody can send a frame that names any sender, and it is sampled before the stack drops it. A
 * frame that left the host cannot be made from outside; and what it acknowledges, the stack has
 * taken: in order, on a connection whose handshake was completed.
 */
#pragma once

#include <stdbool.h>

#include "stream/flow.h"
#include "yagura/event.h"

#define YG_WITNESS_RACE_NS (50ull * 1000000) /* longer than a frame waits for a busy socket */

/**
 * yg_witness_is_forged() - does a frame come in with this host as its sender?
 * @stream: the direction that @meta names; @peer: the other one.
 *
 * A host that passes frames on has both directions leave, so there nothing is taken for forged.
 */
bool yg_witness_is_forged(const struct yg_stream *stream, const struct yg_stream *peer,
			  const struct yg_segment *meta);

/* Remember what a frame that leaves this host says of both directions. */
void yg_witness_note(struct yg_stream *stream, struct yg_stream *peer,
		     const struct yg_segment *meta);

/* May others send in the place of who sends? Nobody does in this host's, nor under TLS. */
bool yg_witness_doubts(const struct yg_flow *flow, unsigned dir, uint8_t source);

/**
 * yg_witness_vouches() - does this host answer the direction, which comes in from outside?
 *
 * Then its acknowledgements tell what was lost here, and what is ahead of them, nobody has read.
 */
bool yg_witness_vouches(const struct yg_flow *flow, unsigned dir);

/* Is @meta a SYN of this host, which begins or takes a connection, and not the one we follow? */
bool yg_witness_begins(const struct yg_stream *stream, const struct yg_stream *peer,
		       const struct yg_segment *meta);

/*
 * Does @meta acknowledge the new SYN of the other direction, and nothing of what it was? A running
 * connection ignores a SYN, with data or without: one frame is no new connection.
 */
bool yg_witness_renews(const struct yg_stream *peer, const struct yg_segment *meta);

/**
 * yg_witness_may_reset() - can a RST at @offset of @stream end the flow?
 *
 * Source: RFC 5961 section 3: a receiver obeys only one at exactly the next number.
 */
bool yg_witness_may_reset(const struct yg_stream *stream, uint64_t offset);

/**
 * yg_witness_outlives() - does @meta say that the flow goes on, which a RST is said to have ended?
 * @dir: of @meta.
 *
 * This host (in a capture: the side that serves) acknowledges what came behind the RST, or speaks
 * when what was under way to a socket has long arrived.
 */
bool yg_witness_outlives(const struct yg_flow *flow, unsigned dir, const struct yg_segment *meta);

/**
 * yg_witness_is_new() - are bytes of @dir from @sequence on of another connection than we follow?
 *
 * They follow a new SYN of their own, or the flow has ended and they are far from there.
 */
bool yg_witness_is_new(const struct yg_flow *flow, unsigned dir, const struct yg_segment *meta,
		       uint32_t sequence);

/**
 * yg_witness_denies() - does this host's first answer say that it has nothing of what was read?
 * @dir: of @meta.
 *
 * The other direction began with a frame that the stack did not take, and begins anew. That is told
 * unless the frame may have been on its way to a socket that was just answering.
 */
bool yg_witness_denies(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		       const struct yg_segment *meta);
