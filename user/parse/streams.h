/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stages 2 and 3 in one object: segments in, exchanges out.
 *
 * Reassembles both directions of each flow, reads HTTP/1 messages in place, pairs requests
 * with responses. All memory is taken at creation, inside the budgets of the options; nothing
 * is allocated per segment or message. Deterministic: time is the time of the segments.
 *
 *	for (each segment)
 *		yg_streams_segment(streams, segment);     exchanges arrive by callback
 *	each second of segment time, or of idle time:
 *		yg_streams_tick(streams, now_ns);         timeouts
 *	yg_streams_finish(streams);                       end of the capture
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/hash.h"
#include "core/macros.h"
#include "parse/exchange.h"
#include "parse/handshake.h"
#include "parse/tunnel.h"
#include "stream/counter.h"
#include "stream/view.h"

struct yg_streams;

/* Zero in any field means the default beside it. */
struct yg_streams_options {
	struct yg_hash_key key; /* of the flow table: random per boot; zero is fine for tests */
	uint32_t flows_max;    /* flows held at once; beyond, the least recently used ends: 65536 */
	size_t pool_bytes;     /* heads, body prefixes and early segments that wait: 64 MiB */
	uint32_t body_cap;     /* bytes of body prefix kept per message: YG_BODY_BUDGET_BYTES */
	uint64_t idle_ns;      /* a flow without segments ends: 300 s */
	uint64_t gap_ns;       /* a hole is given up after this wait: 1 s */
	uint64_t due_ns;       /* silent flows with something open are looked at each: never */
	uint32_t preludes_max; /* connections whose ClientHello or PROXY header is kept: 16384 */
	yg_handshake_fn on_handshake; /* each ClientHello, with the @ctx of exchanges: nobody */
	yg_websocket_fn on_websocket; /* each WebSocket, see parse/tunnel.h, likewise: nobody */
};

/**
 * yg_streams_new() - allocate the tables; report exchanges to @fn.
 * @options: copied.
 * @fn: called inside yg_streams_segment(), _view(), _tick() and _finish(); may not call back.
 *
 * Return: 0; -ENOMEM; -EINVAL if a budget is too small or too large to work with.
 */
YG_MUST_CHECK int yg_streams_new(const struct yg_streams_options *options, yg_exchange_fn fn,
				 void *ctx, struct yg_streams **ret);

/* Frees without emitting: call yg_streams_finish() first. Accepts NULL inside. */
void yg_streams_free(struct yg_streams **streams);

/**
 * yg_streams_segment() - take one segment, in capture order.
 * @segment: borrowed; only YG_SEGMENT_HEAD + data_len bytes are read.
 *
 * O(data_len) plus a bounded number of queued segments. Never fails: what cannot be used is
 * a row of struct yg_stream_counters.
 */
void yg_streams_segment(struct yg_streams *streams, const struct yg_segment *segment);

/* As above with the payload elsewhere. */
void yg_streams_view(struct yg_streams *streams, const struct yg_segment_view *view);

/**
 * yg_streams_tick() - let time pass: give up holes, end idle flows, sooner when memory is scarce.
 * @now_ns: same clock as the segments; never goes back (an earlier value does nothing).
 *
 * Call at least each second of segment time; each 10 ms when live, so that holes do not delay
 * a finding. Costs nothing when nothing is due.
 */
void yg_streams_tick(struct yg_streams *streams, uint64_t now_ns);

/* End every flow and emit what waits. The object can be used again afterwards. */
void yg_streams_finish(struct yg_streams *streams);

/* Bytes of the pool that are out: none after yg_streams_finish(). */
size_t yg_streams_held(const struct yg_streams *streams);

/* Running totals, valid as long as @streams. */
const struct yg_stream_counters *yg_streams_counters(const struct yg_streams *streams);

/* Bytes of memory held by @streams: constant after yg_streams_new(). */
size_t yg_streams_bytes(const struct yg_streams *streams);

/* Flows in the table now. */
uint32_t yg_streams_flows(const struct yg_streams *streams);
