/* SPDX-License-Identifier: GPL-2.0-only */
/* What the wire shows of a TLS connection: its ClientHello. */
#pragma once

#include <stdint.h>

#include "core/slice.h"
#include "parse/exchange.h"

/* Every slice is borrowed for the call of yg_handshake_fn. */
struct yg_handshake {
	uint64_t time_ns;      /* of the segment that completed it */
	struct yg_peer client; /* the side that sent it, as the socket sees it */
	struct yg_peer server;
	struct yg_peer proxied; /* the client that a PROXY header names; all zero: none */
	uint16_t version;	/* highest offered; see yg_hello_version_name() */
	struct yg_slice sni;	/* absent without one */
	struct yg_slice alpn;	/* list; see yg_hello_alpn_next() */
	struct yg_slice ja4;
};

/* Receives each handshake once. */
typedef void (*yg_handshake_fn)(void *ctx, const struct yg_handshake *handshake);
