/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A message while it is read, and until its other half is there.
 *
 *	in place:  draft and fields in the reader's scratch, bytes in the segment
 *	kept:	   | draft | fields | head bytes | body prefix, trailers |	one pool block
 *
 * A response that begins and ends in one segment is never copied. A request is kept, because its
 * response comes later; so is whatever is unfinished when its segment ends.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/pool.h"
#include "parse/exchange.h"
#include "parse/http1.h"

struct yg_draft {
	struct yg_http1 head;
	const uint8_t *bytes;	 /* of the head: spans count from here */
	const uint8_t *body;	 /* [body_len] prefix */
	const uint8_t *trailers; /* [trailers_len] their section as sent; kept: behind the prefix */
	struct yg_draft *next;	 /* requests that wait for a response */
	uint64_t start_ns, end_ns;
	uint64_t body_bytes; /* seen, or known to be there */
	uint64_t told_bytes; /* of body_bytes, when it was told before its end */
	uint64_t seen_to;    /* request: offset where the segment with its last byte so far ends */
	uint32_t body_len;
	uint32_t body_room; /* kept: bytes that fit, trailers too; in place: of the scratch */
	uint32_t trailers_len;
	uint32_t bytes_len; /* a partial head: bytes present */
	uint32_t bytes_cap; /* a partial head: room for bytes */
	uint32_t unknown;   /* HTTP/2: fields that are not known */
	uint8_t source;	    /* enum yg_source of the first byte */
	bool kept;	    /* in a pool block */
	bool complete;
	bool told; /* in an exchange that is still open */
	bool refused;
	bool body_gap;	  /* a part of the body is missing */
	bool body_closed; /* the prefix takes no more: full, or a gap follows it */
	bool after_loss;  /* bytes were lost before it: requests may have been among them */
};

/**
 * yg_draft_keep() - copy a draft whose head is read into a block of its own.
 * @draft: in place or kept; a kept one is given back.
 * @body_room: bytes of body prefix to have room for.
 *
 * Return: the kept draft; NULL if no memory is left (then @draft is as before).
 */
struct yg_draft *yg_draft_keep(struct yg_pool *pool, struct yg_draft *draft, uint32_t body_room);

/* Bytes that a draft kept by yg_draft_keep() takes; NULL: none. */
size_t yg_draft_bytes(const struct yg_draft *draft);

/**
 * yg_draft_keep_partial() - copy a draft whose head is not complete, with room for more.
 * @data: its bytes so far.
 *
 * Return: the kept draft; NULL if no memory is left.
 */
struct yg_draft *yg_draft_keep_partial(struct yg_pool *pool, const struct yg_draft *draft,
				       const uint8_t *data, size_t len);

/**
 * yg_draft_append() - add head bytes to a partial draft.
 * @draft: may move to a larger block.
 *
 * Return: 0; -ENOMEM (then @draft is as before).
 */
YG_MUST_CHECK int yg_draft_append(struct yg_pool *pool, struct yg_draft **draft,
				  const uint8_t *data, size_t len);

/* Its sender ended in its head: a request all the same, as a server may end that at a CR? */
bool yg_draft_is_evident(const struct yg_draft *draft);

/**
 * yg_draft_add_body() - count body bytes and take what fits of them into the prefix.
 * @scratch: [draft->body_room] for a draft in place whose prefix is not in one piece.
 */
void yg_draft_add_body(struct yg_draft *draft, struct yg_slice body, uint8_t *scratch);

/**
 * yg_draft_add_trailers() - take bytes of the trailer section, behind the body.
 * In place they lie in one piece, as the segment does. Where the prefix leaves no room it gives its
 * end away for some: what a request says there is evidence, however long its body is. What does not
 * fit is left out, and so is all that follows it.
 */
void yg_draft_add_trailers(struct yg_draft *draft, struct yg_slice bytes);

/* Where the view of a message may put what is not in one piece in the message. */
struct yg_draft_room {
	struct yg_header headers[YG_HEADERS_MAX];
	uint8_t header_ids[YG_HEADERS_MAX];
	char unfolded[YG_HEAD_MAX];
};

/**
 * yg_draft_view() - the message that @draft describes.
 * @room: what the view points into beside the draft.
 * @draft: NULL: an absent message.
 */
struct yg_message yg_draft_view(const struct yg_draft *draft, struct yg_draft_room *room,
				struct yg_header_index *index);

/* What there is of it was told. Accepts NULL. */
static inline void yg_draft_mark_told(struct yg_draft *draft)
{
	if (!draft)
		return;
	draft->told = true;
	draft->told_bytes = draft->body_bytes;
}

/* Bytes [at, at + len) of the head. */
struct yg_slice yg_draft_slice(const struct yg_draft *draft, struct yg_span span);

void yg_draft_free(struct yg_pool *pool, struct yg_draft **draft); /* in place: only forgets */
