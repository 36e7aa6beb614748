/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of a multipart body (form-data, mixed, related ...), one after the other, in place.
 *
 *	preamble
 *	--boundary
 *	Content-Disposition: form-data; name="file"; filename="a.csv"
 *	Content-Type: text/csv
 *
 *	content
 *	--boundary--
 *	epilogue
 *
 * A part whose own type is multipart is walked by a second walk. Input may be cut anywhere: what
 * came before the cut is good, and the last part says that it is cut. No recursion, no allocation;
 * slices are borrowed from the body.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"
#include "parse/http1.h"

#define YG_MULTIPART_BOUNDARY_MAX 70u	/* bytes, RFC 2046 section 5.1.1; a longer one is none */
#define YG_MULTIPART_PARTS_MAX	  512u	/* of a body; what follows them is passed over */
#define YG_MULTIPART_HEAD_MAX	  8192u /* bytes of a part's fields; more is BAD */

struct yg_multipart_part {
	struct yg_slice disposition; /* "form-data"; absent without the field */
	struct yg_slice name;	     /* between its quotes, as sent; absent: none */
	struct yg_slice filename;    /* likewise; "" when a form's file was left out */
	struct yg_slice type;	     /* Content-Type with its parameters; absent: text/plain */
	struct yg_slice encoding;    /* Content-Transfer-Encoding; nothing is undone */
	struct yg_slice content;
	bool is_filename_encoded; /* filename*: charset'language'percent-encoded, RFC 8187 */
	bool cut;		  /* the body ended within the part */
};

/* Made by yg_multipart_begin(). */
struct yg_multipart {
	struct yg_slice text;  /* what is left */
	enum yg_parse result;  /* of the end: DONE, MORE (cut) or BAD (no multipart, or no more) */
	uint32_t parts;	       /* so far */
	uint8_t delimiter_len; /* inside */
	bool has_begun;	       /* inside: the preamble is over */
	bool is_bare;	       /* lines end in LF alone: the first delimiter decides */
	char delimiter[YG_MULTIPART_BOUNDARY_MAX + 3]; /* LF, "--", boundary */
};

/**
 * yg_multipart_begin() - get ready to walk.
 * @type: the Content-Type of the body, with its boundary.
 * @text: the body, no content coding; not read here.
 *
 * Return: false without a boundary, with two, with one too long or with bytes that none may hold:
 * two readers may see different parts then. @ret->result is BAD in this case.
 */
bool yg_multipart_begin(struct yg_slice type, struct yg_slice text, struct yg_multipart *ret);

/**
 * yg_multipart_next() - the next part.
 *
 * Each byte is looked at a bounded number of times. Source: RFC 2046 section 5.1, RFC 7578.
 * Return: false at the end; @walk->result says how it ended.
 */
bool yg_multipart_next(struct yg_multipart *walk, struct yg_multipart_part *ret);
