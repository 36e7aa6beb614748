/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: one spelling per path. "/a//b/../c;v=1/%64?x" and "/a/c/d" are the same.
 *
 *	request-target	"/p?q", "http://h/p?q" (RFC 9112 section 3.2); others have no path
 *	percent		decoded once; what would change the structure or the text form stays
 *			encoded, upper case: / % ? # ; { } control bytes, bytes that are not UTF-8
 *			(endpoint/japanese.h reads those that are Japanese)
 *	structure	empty segments dropped, "." and ".." resolved, ";parameters" removed
 *	kept		letter case, UTF-8 (Japanese segments are ordinary), a final slash as a flag
 *
 * Idempotent: a normalised path normalises to itself.
 */
#pragma once

#include <stdint.h>

#include "core/slice.h"

#define YG_PATH_CAP	     2048u /* bytes of a normalised path; the rest is cut and flagged */
#define YG_PATH_SEGMENTS_MAX 32u   /* segments; the rest is cut and flagged */

enum yg_path_flag {
	YG_PATH_TRAILING_SLASH = 1u << 0,
	YG_PATH_DOTS = 1u << 1,	   /* had "." or ".." segments, encoded or not */
	YG_PATH_ABOVE = 1u << 2,   /* ".." went above the root */
	YG_PATH_TWICE = 1u << 3,   /* "%25" followed by two hex digits: encoded twice */
	YG_PATH_INVALID = 1u << 4, /* a bad escape, a control byte or bytes that are not UTF-8 */
	YG_PATH_MATRIX = 1u << 5,  /* had ;parameters */
	YG_PATH_CUT = 1u << 6,	   /* beyond a limit: what follows is not in the path */
};

struct yg_path {
	uint32_t flags; /* enum yg_path_flag */
	uint32_t segment_count;
	struct yg_slice segments[YG_PATH_SEGMENTS_MAX]; /* into text, without slashes */
	struct yg_slice query; /* borrowed from the target, as sent; absent: none */
	size_t len;
	char text[YG_PATH_CAP]; /* "/" when there are no segments; no NUL */
};

/**
 * yg_path_from_target() - normalise the path of a request-target.
 * @target: as sent; hostile.
 * @ret: the path; segment_count 0 and len 0 when there is none. Not copyable: segments point in.
 *
 * Work is linear in the length of the target. Return: true if there is a path.
 */
bool yg_path_from_target(struct yg_slice target, struct yg_path *ret);

/* One byte of a segment as it stands in a normalised path. @ret: [3]. Return: bytes written. */
size_t yg_path_put_byte(char *ret, unsigned char c);
