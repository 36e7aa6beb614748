/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Content codings: gzip, deflate (zlib and raw), br and zstd, of a prefix as well as of the whole.
 *
 * Every library works inside one arena that is taken at creation and used anew for each body:
 * nothing is allocated per body, and a stream that asks for a window beyond the arena is refused.
 * Output is capped, and so is its ratio to the input.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"

/*
 * Bytes. RFC 9659 allows zstd a window of 8 MB; the rest is tables. Pages that no stream has
 * touched yet are not resident: gzip touches 40 KiB.
 */
#define YG_DECODER_ARENA_BYTES (9u << 20)
#define YG_DECODER_RATIO_MAX   200u  /* output to input; text that people write stays below 50 */
#define YG_DECODER_RATIO_FROM  4096u /* bytes of output from which the ratio is looked at */

enum yg_decoder_coding {
	YG_DECODER_IDENTITY,
	YG_DECODER_GZIP,
	YG_DECODER_DEFLATE,
	YG_DECODER_BR,
	YG_DECODER_ZSTD,
	YG_DECODER_UNKNOWN, /* or more than one */
	YG_DECODER_MAX
};

enum yg_decoded {
	YG_DECODED_WHOLE,   /* up to the stream's own end */
	YG_DECODED_CUT,	    /* the input ended first */
	YG_DECODED_FULL,    /* the output is full */
	YG_DECODED_CORRUPT, /* not of this coding from here on; what came before is good */
	YG_DECODED_BOMB,    /* ratio beyond YG_DECODER_RATIO_MAX */
	YG_DECODED_WINDOW,  /* needs more memory than the arena */
	YG_DECODED_MAX
};

struct yg_decoder;

/* Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_decoder_new(struct yg_decoder **ret);
void yg_decoder_free(struct yg_decoder **decoder); /* accepts NULL inside */

/**
 * yg_decoder_coding_of() - the coding that a Content-Encoding field names.
 * @value: absent: identity.
 */
enum yg_decoder_coding yg_decoder_coding_of(struct yg_slice value);

/**
 * yg_decoder_run() - undo one coding.
 * @coding: GZIP to ZSTD.
 * @data: the body, or a prefix of it.
 * @ret: [@cap] filled from the start; @cap at least 1.
 * @ret_len: bytes of @ret that are good, whatever is returned.
 *
 * O(@data + @cap). Source: RFC 1950 to 1952, 7932, 8878, 9110 section 8.4.1, 9659.
 */
enum yg_decoded yg_decoder_run(struct yg_decoder *decoder, enum yg_decoder_coding coding,
			       struct yg_slice data, char *ret, size_t cap, size_t *ret_len);
