/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A header block of HTTP/2 as the head of a message, RFC 9113 section 8.3.
 *
 *	:method :path :status	become method, target and status
 *	:authority		becomes the field "host", the name by which later stages know it; of
 *				CONNECT it is the target, too, as in HTTP/1 (section 8.5)
 *	cookie, cookie ...	in a row become one field, as section 8.2.3 says
 *	unknown fields		are counted, and are no fields
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "parse/draft.h"

#define YG_H2_HEAD_MAX YG_HEAD_MAX /* decoded bytes kept; more is counted in header_dropped */

enum yg_h2_content { YG_H2_CONTENT_OTHER, YG_H2_CONTENT_GRPC, YG_H2_CONTENT_GRPC_WEB };

/* One block at a time: scratch that all connections share. */
struct yg_h2_head {
	struct yg_draft draft; /* in place: draft.bytes is bytes */
	struct yg_field fields[YG_HEADERS_MAX];
	uint8_t bytes[YG_H2_HEAD_MAX];
	struct yg_span authority;
	bool has_protocol;    /* :protocol, RFC 8441 section 4 */
	bool has_cookie_last; /* the last field is a cookie: the next one joins it */
	uint8_t content;      /* enum yg_h2_content */
	int32_t grpc_status;  /* YG_GRPC_STATUS_NONE: no such field */
};

/* Forget the block before. */
void yg_h2_head_begin(struct yg_h2_head *head);
/* The next field of the block; a name of length 0 is an unknown one. */
void yg_h2_head_field(struct yg_h2_head *head, struct yg_slice name, struct yg_slice value);
/* The block has ended. */
void yg_h2_head_end(struct yg_h2_head *head);

/* Is the block of a request, of a response, or of neither (trailers, or not known)? */
bool yg_h2_head_is_request(const struct yg_h2_head *head);
bool yg_h2_head_is_response(const struct yg_h2_head *head);

/* Of a media type, e.g. "application/grpc+proto". */
enum yg_h2_content yg_h2_content_of(struct yg_slice media_type);

/* Digits alone; YG_GRPC_STATUS_NONE for anything else. */
int32_t yg_grpc_status_from(struct yg_slice value);
