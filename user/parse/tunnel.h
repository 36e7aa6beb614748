/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A WebSocket from its upgrade to its end: in HTTP/1 a flow, in HTTP/2 a stream (RFC 8441). The
 * exchange that opened it is reported when it is answered; what was said is told at the end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/draft.h"
#include "parse/exchange.h"
#include "parse/ws.h"
#include "stream/flow.h"

#define YG_TUNNEL_HOST_MAX   256u  /* bytes of the Host field that are kept; a longer one is none */
#define YG_TUNNEL_TARGET_MAX 512u  /* bytes of the target that are kept; a longer one is none */
#define YG_TUNNEL_TEXT_MAX   4096u /* bytes that a compressed sample is undone to */

struct yg_pairer;

/* Borrowed for the call of yg_websocket_fn. Sides: 0 the client's words, 1 the server's. */
struct yg_websocket {
	uint64_t start_ns, end_ns;     /* of the request, of the last segment */
	struct yg_peer client, server; /* as the socket sees them */
	struct yg_slice host, target;  /* of the request; absent: not known, or too long */
	uint32_t stream;	       /* HTTP/2, else 0 */
	bool tls;
	const struct yg_ws_said *said[2];
	struct yg_slice text[2]; /* sample of the first text message, compression undone */
};

/* Receives each WebSocket once, when it has ended. */
typedef void (*yg_websocket_fn)(void *ctx, const struct yg_websocket *websocket);

struct yg_tunnel {
	struct yg_ws ws[2]; /* client's, server's */
	uint64_t start_ns;
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

/* Tell of it and give it back. Accepts NULL inside. */
void yg_tunnel_close(struct yg_pairer *pairer, const struct yg_flow *flow,
		     struct yg_tunnel **tunnel);
