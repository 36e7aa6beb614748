/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a TLS server says in clear: version, cipher and ALPN it chose, and up to TLS 1.2 its
 * certificate, the size of its Diffie-Hellman group, and whether it asks for a certificate.
 *
 *	TLS 1.3		| ServerHello | ChangeCipherSpec | encrypted ...
 *	TLS 1.2		| ServerHello | Certificate | ServerKeyExchange | CertificateRequest |
 *			  ServerHelloDone |
 *	resumed		| ServerHello | ChangeCipherSpec | ...
 *	refused		| Alert |
 *
 * A flight takes the handshake messages out of their records until nothing more is wanted. Of the
 * certificates only the first is: the server's own.
 *
 * Source: RFC 8446 sections 4.1.3 and 4.2.1, RFC 5246 sections 7.4.1.3 to 7.4.5.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/pool.h"
#include "core/slice.h"
#include "parse/http1.h"

#define YG_FLIGHT_MAX 16384u /* bytes of handshake messages held; beyond, no certificate */

/* Slices borrow from the flight. */
struct yg_server_hello {
	uint16_t version; /* chosen: 0x0304 is TLS 1.3; 0: no ServerHello was read */
	uint16_t cipher;  /* chosen */
	bool is_resumed;  /* up to TLS 1.2: an earlier session goes on, so no certificate comes */
	bool is_refused;  /* an alert ended the handshake */
	uint8_t alert;	  /* its description, e.g. 70 protocol_version */
	struct yg_slice alpn; /* chosen protocol; absent: none, or TLS 1.3, which encrypts it */
	struct yg_slice certificate; /* DER of the server's own; absent: TLS 1.3, cut, resumed */
	uint16_t dh_bits;	     /* of the group of a DHE suite; 0: another suite, or cut */
	bool is_compressed;	     /* TLS compression was chosen */
	bool asks_certificate;	     /* of the client */
	bool is_whole;		     /* up to TLS 1.2: up to ServerHelloDone */
};

/* Zero it to begin. */
struct yg_flight {
	uint8_t *bytes; /* [cap] of the pool; messages, record headers removed */
	uint32_t len, cap;
	uint32_t walked;  /* of them: whole messages that are not looked at again */
	uint16_t version; /* that they chose */
	uint16_t record_left;
	uint8_t header[5]; /* of the record whose header is being read */
	uint8_t header_len;
	uint8_t alert[2];
	uint8_t alert_len;
	bool is_over; /* a record that holds no handshake came */
};

/**
 * yg_flight_take() - the next bytes of the server's direction.
 *
 * Return: DONE: nothing more is wanted; MORE; BAD: no TLS. What was read before counts after each.
 * O(len), plus one message that is not whole.
 */
enum yg_parse yg_flight_take(struct yg_flight *flight, struct yg_pool *pool, const uint8_t *data,
			     size_t len);

/* What is known by now. */
void yg_flight_read(const struct yg_flight *flight, struct yg_server_hello *ret);

void yg_flight_drop(struct yg_flight *flight, struct yg_pool *pool); /* gives the bytes back */
