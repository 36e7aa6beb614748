/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chunked transfer coding.
 *
 *	1a;name=value;other="quoted" CRLF	size in hex, extensions
 *	<26 bytes> CRLF
 *	0 CRLF					last chunk
 *	Trailer: value CRLF			any number
 *	CRLF
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/http1.h"

#define YG_CHUNK_EXTENSION_MAX 16384u /* bytes of extensions per message; beyond: BAD */
#define YG_CHUNK_TRAILER_MAX   16384u /* bytes of trailers; beyond: BAD */

/* Zero it to begin. */
struct yg_chunked {
	uint64_t left;	    /* bytes of this chunk still to come */
	uint32_t extension; /* bytes of extensions so far */
	uint32_t trailer;   /* bytes of trailers so far, with the empty line */
	uint8_t state;
	uint8_t digits;	 /* of the size */
	bool is_lenient; /* read on behind what some servers take; is_odd says that it happened */
	bool is_odd;
};

/**
 * yg_chunked_next() - read on until chunk data, the end, or the end of input.
 * @ret_used: bytes taken from @data.
 * @ret_data: a run of body bytes inside @data; len 0 when there is none.
 *
 * Call again with the rest while it returns MORE and something is left. O(bytes). Strict: CRLF
 * only, a size of at most 16 digits and 2^63-1, an extension has a name, a quoted value is closed.
 * Lenient: CR or LF alone ends a line, white space may stand behind a size, zeros before it, and
 * anything behind its semicolon.
 *
 * Trailers are the last bytes of @ret_used by which trailer has grown.
 *
 * Source: RFC 9112 section 7.1.
 * Return: DONE after the final CRLF; MORE; BAD (sticky).
 */
enum yg_parse yg_chunked_next(struct yg_chunked *chunked, const uint8_t *data, size_t len,
			      size_t *ret_used, struct yg_slice *ret_data);

/**
 * yg_chunked_skip() - @len bytes are missing here.
 * Return: true if they are all data of the current chunk, so reading can go on behind them.
 */
bool yg_chunked_skip(struct yg_chunked *chunked, uint64_t len);

/* Bytes from here that are chunk data whatever they hold. */
uint64_t yg_chunked_data_left(const struct yg_chunked *chunked);
