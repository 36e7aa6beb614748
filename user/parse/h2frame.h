/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame header of HTTP/2, RFC 9113 section 4.1:
 *
 *	length 24 | type 8 | flags 8 | reserved 1, stream 31 | payload: length bytes
 *
 * e.g. 00 00 04  08  00  00 00 00 00 = WINDOW_UPDATE of the connection, four bytes follow.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse/http1.h"

#define YG_H2_HEADER 9u	    /* bytes of a frame header */
#define YG_H2_LENGTH 16384u /* bytes of a frame unless the receiver allowed more */

/* "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": RFC 9113 section 3.4. */
extern const char yg_h2_preface[];
#define YG_H2_PREFACE 24u /* its bytes */

enum yg_h2_type {
	YG_H2_DATA,
	YG_H2_HEADERS,
	YG_H2_PRIORITY,
	YG_H2_RST_STREAM,
	YG_H2_SETTINGS,
	YG_H2_PUSH_PROMISE,
	YG_H2_PING,
	YG_H2_GOAWAY,
	YG_H2_WINDOW_UPDATE,
	YG_H2_CONTINUATION,
	YG_H2_TYPE_MAX /* this and above: extensions, passed over */
};

#define YG_H2_ACK	  0x01u /* SETTINGS, PING */
#define YG_H2_END_STREAM  0x01u /* DATA, HEADERS */
#define YG_H2_END_HEADERS 0x04u
#define YG_H2_PADDED	  0x08u
#define YG_H2_PRIORITISED 0x20u

struct yg_h2_frame {
	uint32_t length; /* of the payload */
	uint32_t stream;
	uint8_t type; /* enum yg_h2_type, or more */
	uint8_t flags;
};

/* What the nine bytes say, without a judgement. */
struct yg_h2_frame yg_h2_frame_read(const uint8_t header[YG_H2_HEADER]);

/* May a peer send this at all? False: a connection error by RFC 9113 section 6. */
bool yg_h2_frame_is_valid(const struct yg_h2_frame *frame);

/**
 * yg_h2_frame_is_likely() - would a reader who does not know where frames begin believe this one?
 * Valid, of a known type, with the flags of its type, and not larger than the default limit.
 */
bool yg_h2_frame_is_likely(const struct yg_h2_frame *frame);

/**
 * yg_h2_opening() - does a server's first frame begin here? SETTINGS, RFC 9113 section 3.4.
 * Return: DONE; MORE: @len bytes cannot tell; BAD.
 */
enum yg_parse yg_h2_opening(const uint8_t *data, size_t len);

/**
 * yg_h2_frame_chain() - likely frames in a row from the first byte on.
 * @ret_ends: the last one ends exactly with the data.
 * Return: frames whose header is there, at most @max; 0 if one of them is not likely.
 */
unsigned yg_h2_frame_chain(const uint8_t *data, size_t len, unsigned max, bool *ret_ends);
