/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first message of a TLS client: whom it wants, what it offers, how it looks.
 *
 *	record:    | 0x16 | version 2 | length 2 | fragment |	one message may fill several records
 *	message:   | 0x01 | length 3 | version 2 | random 32 | session | ciphers | methods |
 *		   | extensions |
 *
 * A gatherer takes the fragments out of the records as they arrive; the parser reads the whole
 * message. Nothing else of a handshake is looked at: JA4 needs no more, and its kin are not free.
 *
 * Source: RFC 8446 sections 4.1.2 and 5.1, RFC 6066 section 3, RFC 7301, RFC 8701 (GREASE).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/pool.h"
#include "core/slice.h"
#include "parse/http1.h"

#define YG_HELLO_MAX	      16384u /* bytes of the message; a longer one is refused */
#define YG_HELLO_SNI_MAX      255u   /* bytes of a server name; a longer one is no name */
#define YG_HELLO_VERSIONS_MAX 8u     /* offered versions that are kept */
#define YG_HELLO_PEEK	      6u     /* bytes that tell a ClientHello from anything else */
#define YG_JA4_CAP	      37u    /* "t13d1516h2_8daaf6152771_e5627efa2ab1" and NUL */

/* Zero it to begin. */
struct yg_hello_gather {
	uint8_t *bytes; /* [cap] of the pool; the message, record headers removed */
	uint32_t len, cap;
	uint16_t record_left; /* bytes of the current record that are still to come */
	uint8_t header[5];    /* of the record whose header is being read */
	uint8_t header_len;
};

/* Slices borrow from the message. */
struct yg_hello {
	uint16_t version; /* highest offered, GREASE aside: 0x0304 is TLS 1.3 */
	uint16_t offered[YG_HELLO_VERSIONS_MAX]; /* as sent, GREASE left out */
	uint8_t offered_count;
	struct yg_slice sni;  /* host name as sent; absent without one */
	struct yg_slice alpn; /* list as on the wire; see yg_hello_alpn_next() */
	char ja4[YG_JA4_CAP];
};

/**
 * yg_hello_is_start() - do these bytes begin a ClientHello?
 *
 * Return: DONE from YG_HELLO_PEEK bytes on; MORE while they still can; BAD.
 */
enum yg_parse yg_hello_is_start(const uint8_t *data, size_t len);

/**
 * yg_hello_gather() - take the next bytes of a direction that begins with a ClientHello.
 *
 * Return: DONE: bytes[0..len) is the message; MORE; BAD: something else, too long, or no memory.
 * After BAD nothing is held. O(len), and each byte is copied at most twice on average.
 */
enum yg_parse yg_hello_gather(struct yg_hello_gather *gather, struct yg_pool *pool,
			      const uint8_t *data, size_t len);
void yg_hello_drop(struct yg_hello_gather *gather, struct yg_pool *pool); /* gives the bytes back */

/**
 * yg_hello_parse() - read a whole message, header of four bytes included.
 *
 * Return: DONE; BAD if a length leads out of what holds it, with @ret untouched. O(len log len).
 * Source: technical details of JA4 by FoxIO (JA4 alone is free of its licence).
 */
enum yg_parse yg_hello_parse(const uint8_t *data, size_t len, struct yg_hello *ret);

/* The next protocol of a list, which is shortened; absent at the end. */
struct yg_slice yg_hello_alpn_next(struct yg_slice *alpn);

/* "1.3", "1.2" ... "ssl3"; "unknown". Literal. */
const char *yg_hello_version_name(uint16_t version);
