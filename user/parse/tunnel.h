/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A WebSocket from its upgrade to its end: in HTTP/1 a flow, in HTTP/2 a stream (RFC 8441). The
 * exchange that opened it is reported when it is answered; what was said is told at the end, and
 * every YG_TUNNEL_TELL_NS before that if it is more: a WebSocket may last for days. One that says
 * nothing is told of once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/draft.h"
#include "parse/exchange.h"
#include "parse/ws.h"
#include "parse/ws_calls.h"
#include "stream/flow.h"

#define YG_TUNNEL_HOST_MAX   256u  /* bytes of the Host field that are kept; a longer one is none */
#define YG_TUNNEL_TARGET_MAX 512u  /* bytes of the target that are kept; a longer one is none */
#define YG_TUNNEL_TEXT_MAX   4096u /* bytes that a compressed sample is undone to */
#define YG_TUNNEL_HEAR_MAX   64u /* messages after which nobody listens if nothing was understood */
#define YG_TUNNEL_TELL_NS    (5ull * 1000000000) /* between two words of one that goes on */

struct yg_pairer;

/* Borrowed for the call of yg_websocket_fn. Sides: 0 the client's words, 1 the server's. */
struct yg_websocket {
	uint64_t start_ns, end_ns;     /* of the request, of the last segment */
	struct yg_peer client, server; /* as the socket sees them */
	struct yg_slice host, target;  /* of the request; absent: not known, or too long */
	uint32_t stream;	       /* HTTP/2, else 0 */
	bool tls;
	bool is_first, is_ended;	  /* nothing was told before; nothing follows */
	uint32_t sampled;		  /* as struct yg_segment.sampled */
	const struct yg_ws_said *said[2]; /* from its beginning to now */
	struct yg_ws_tally news[2];	  /* of that, what was not told before */
	struct yg_slice text[2];	  /* sample of the first text message, compression undone */
	const struct yg_ws_calls *calls;  /* what was heard inside; NULL: nothing is new */
};

/* Receives each WebSocket when it has ended, and now and then before. */
typedef void (*yg_websocket_fn)(void *ctx, const struct yg_websocket *websocket);

/* Where messages are looked into while the tunnel lasts. */
struct yg_hearing {
	struct yg_pool *pool; /* to undo compression */
	uint32_t looked;      /* messages, up to the last word */
	struct yg_ws_ear ears[2];
	struct yg_ws_calls calls;
};

struct yg_tunnel {
	struct yg_ws ws[2];	    /* client's, server's */
	struct yg_hearing *hearing; /* of the pool; NULL: memory is scarce, or there was nothing */
	uint64_t start_ns;
	uint64_t told_ns;  /* when it was told of last; 0: not yet */
	uint64_t heard_ns; /* of the last segment when it was */
	struct yg_ws_tally told[2];
	uint32_t stream;
	uint16_t host_len, target_len;
	char host[YG_TUNNEL_HOST_MAX];
	char target[YG_TUNNEL_TARGET_MAX];
};

/**
 * yg_tunnel_open() - the request was answered: frames follow in both directions.
 * @stream: of HTTP/2, else 0.
 *
 * Return: the tunnel, of the pool; NULL: no memory (both directions are counted as given up).
 */
struct yg_tunnel *yg_tunnel_open(struct yg_pairer *pairer, const struct yg_draft *request,
				 uint32_t stream);

/* Frames were read, or time has passed: tell of it if that was long ago. */
void yg_tunnel_goes_on(struct yg_pairer *pairer, const struct yg_flow *flow,
		       struct yg_tunnel *tunnel, uint64_t now_ns);

/* Tell of it and give it back. Accepts NULL inside. */
void yg_tunnel_close(struct yg_pairer *pairer, const struct yg_flow *flow,
		     struct yg_tunnel **tunnel);
