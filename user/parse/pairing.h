/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Both directions of a flow together: which response answers which request.
 *
 *	requests   R1 R2 R3 ->	[R2 R3] wait, R1 is being answered
 *	responses  <- S1		first in, first out; 1xx answers nothing yet
 *
 * After a loss the order alone proves nothing: a client that never had two requests open is
 * answered one at a time, so its last request is the one; with pipelining nobody knows, and the
 * halves are reported apart.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "parse/h2head.h"
#include "parse/reader.h"
#include "parse/tunnel.h"
#include "stream/flow.h"

#define YG_OPEN_TELL_NS (10ull * 1000000000) /* an exchange is told then, over or not */
#define YG_PENDING_MAX	256u /* requests that wait per flow; beyond, the oldest is given up */

/* The part of struct yg_flow that is ours. Zero when the flow begins. */
struct yg_pairing {
	struct yg_reader readers[2];
	struct yg_draft *first, *last; /* requests that wait, oldest first */
	struct yg_draft *answering;    /* the request whose response is being read */
	uint32_t pending;	       /* requests in the list */
	uint16_t informational;	       /* 1xx since the last final response */
	bool pipelines;		       /* two requests were open at once */
	uint64_t lost_ns;	       /* when bytes were lost last that may have held a head */
	struct yg_tunnel *tunnel;      /* not NULL: the flow is a WebSocket now */
	struct yg_h2 *h2;	       /* not NULL: the flow is HTTP/2, and all above is unused */
};

/* What all flows share. */
struct yg_pairer {
	struct yg_reading reading;
	yg_exchange_fn fn;
	yg_websocket_fn websocket_fn; /* may be NULL */
	void *ctx;
	struct yg_draft_room rooms[2]; /* of the request and the response being told */
	struct yg_header_index header_index;
	struct yg_heap *heap;	   /* HPACK tables of all connections */
	struct yg_h2_head h2_head; /* the block being decoded */
};

/*
 * Was the answer to a request lost, as far as can be known? Bytes of its connection were lost at
 * @lost_ns, 0: never, not long before it or later: a ring is full for a while, and the end of the
 * connection may be lost with it.
 */
static inline bool yg_waits_in_vain(uint64_t start_ns, uint64_t lost_ns, uint64_t now_ns)
{
	return lost_ns && lost_ns + YG_OPEN_TELL_NS >= start_ns &&
	       now_ns - start_ns >= YG_OPEN_TELL_NS;
}

/* Is there something that waits, so that time has to be looked at? */
static inline bool yg_pairing_asks(const struct yg_pairing *pairing)
{
	return pairing->tunnel || pairing->answering || (pairing->first && pairing->lost_ns);
}

/* The calls of struct yg_flow_sink. */
void yg_pairing_run(struct yg_pairer *pairer, struct yg_flow *flow, const struct yg_run *run);
void yg_pairing_end(struct yg_pairer *pairer, struct yg_flow *flow, unsigned dir, uint64_t time_ns);
void yg_pairing_due(struct yg_pairer *pairer, struct yg_flow *flow, uint64_t now_ns);
void yg_pairing_close(struct yg_pairer *pairer, struct yg_flow *flow);
