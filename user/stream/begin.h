/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a direction of a wire flow begins: behind its SYN; else where its peer's acknowledgement
 * says that the next byte is; else with the first byte that is seen.
 */
#pragma once

#include <stdint.h>

#include "stream/flow.h"

/* Offsets of TCP start above 2^32, so that bytes before the first one seen have an offset too. */
#define YG_BEGIN_WIRE (1ull << 32)

/* Begin at @offset. Without its SYN, the flow has been joined: that is counted. */
void yg_begin_at(struct yg_stream_counters *counters, struct yg_flow *flow, unsigned dir,
		 uint64_t offset);

/**
 * yg_begin_guess() - a flow joined late: @meta, of the peer, says where the next byte is.
 *
 * So a loss before the first segment shows as a hole. Anybody but this host can write any number
 * there, so the first byte itself corrects it. In a file an earlier guess gives way to a lower one.
 */
void yg_begin_guess(struct yg_stream_counters *counters, struct yg_flow *flow, unsigned dir,
		    const struct yg_segment *meta);

/**
 * yg_begin_earlier() - what was guessed to begin a direction of a file is not the first of it.
 * @sequence: of what comes before. Far away, it is of another connection: nothing happens; nor
 * once a loss behind the guess was told.
 */
void yg_begin_earlier(struct yg_stream *stream, uint32_t sequence);

/* The first byte of @stream is there. */
void yg_begin_confirm(struct yg_stream *stream, uint64_t offset);

/**
 * yg_begin_syn() - SYN: where a direction starts.
 *
 * On a flow that runs it is believed only when the peer acknowledged it, or where nobody can, when
 * data follow it: one forged frame does not end our view of a connection that goes on. In a file it
 * may stand behind what it begins.
 */
void yg_begin_syn(struct yg_stream_counters *counters, struct yg_flow *flow, unsigned dir,
		  const struct yg_segment *meta);
