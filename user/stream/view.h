/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A segment whose bytes lie elsewhere: the head of struct yg_segment, and the payload where
 * the reader found it. Capture files are read without copying a payload into a record.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "yagura/event.h"

#define YG_WINDOW_BYTES (1u << 30) /* RFC 7323 section 2.3: the largest TCP window */

struct yg_segment_view {
	const struct yg_segment *meta; /* only the first YG_SEGMENT_HEAD bytes need to exist */
	const uint8_t *data; /* [meta->data_len]; here data_len may exceed YG_SEGMENT_MAX */
};

/* Nothing follows of what was heard of the TLS object so far. */
static inline bool yg_segment_view_ends(const struct yg_segment *meta)
{
	return meta->source == YG_SOURCE_TLS_CLOSE || meta->source == YG_SOURCE_TLS_REST;
}

/* Lengths and source within their range? */
static inline bool yg_segment_view_is_valid(const struct yg_segment *meta)
{
	return meta->data_len <= meta->payload_len && meta->payload_len <= YG_WINDOW_BYTES &&
	       meta->source > 0 && meta->source < YG_SOURCE_MAX &&
	       (!yg_segment_view_ends(meta) || meta->payload_len == 0);
}
