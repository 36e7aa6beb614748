/* SPDX-License-Identifier: GPL-2.0-only */
/* What the wire shows of a TLS connection: its ClientHello, and the server's answer to it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/exchange.h"
#include "parse/hello.h"
#include "parse/x509.h"

/* Every slice is borrowed for the call of yg_handshake_fn. */
struct yg_handshake {
	uint64_t time_ns;      /* of the segment that completed the ClientHello */
	struct yg_peer client; /* the side that sent it, as the socket sees it */
	struct yg_peer server;
	struct yg_peer proxied; /* the client that a PROXY header names; all zero: none */
	uint16_t version; /* chosen; not answered: highest offered; see yg_hello_version_name() */
	uint16_t offered[YG_HELLO_VERSIONS_MAX]; /* as sent, GREASE left out */
	uint8_t offered_count;
	struct yg_slice sni;  /* absent without one */
	struct yg_slice alpn; /* offered, a list; see yg_hello_alpn_next() */
	struct yg_slice ja4;

	/* The server's answer. A live sensor, or a capture of one direction, may not see it. */
	bool is_answered;	     /* false: everything below is empty */
	bool is_resumed;	     /* up to TLS 1.2: without a certificate */
	bool is_refused;	     /* by an alert; then version may be the one offered */
	uint8_t alert;		     /* description of it, e.g. 40 handshake_failure */
	bool is_compressed;	     /* TLS compression was chosen */
	bool asks_certificate;	     /* of the client; seen up to TLS 1.2 */
	bool is_whole;		     /* up to TLS 1.2: what was not said above was not sent */
	uint16_t cipher;	     /* chosen, see yg_cipher_name(); 0: refused */
	uint16_t dh_bits;	     /* of the group of a DHE suite up to TLS 1.2; 0: not seen */
	struct yg_slice chosen_alpn; /* absent: none, or TLS 1.3, which encrypts it */
	bool has_certificate;	     /* TLS 1.3 encrypts it */
	struct yg_x509 certificate;  /* the server's own */
};

/* Receives each handshake once, when the server has answered or cannot be heard. */
typedef void (*yg_handshake_fn)(void *ctx, const struct yg_handshake *handshake);
