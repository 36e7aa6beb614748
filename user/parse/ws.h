/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames of one direction of a WebSocket, RFC 6455 section 5.2:
 *
 *	fin 1, rsv 3, opcode 4 | mask 1, length 7 | length 16 or 64 | mask key 32 | payload
 *
 * Frames are counted, and messages by their last frame; payload is passed over. Where a frame
 * begins is certain only without holes: after one that is larger than the payload it hit, the
 * direction is given up, because nothing in the bytes marks a beginning.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream/counter.h"

#define YG_WS_HEADER_MAX 14u /* bytes of the longest frame header */

enum yg_ws_opcode {
	YG_WS_CONTINUATION = 0,
	YG_WS_TEXT = 1,
	YG_WS_BINARY = 2,
	YG_WS_CLOSE = 8,
	YG_WS_PING = 9,
	YG_WS_PONG = 10,
};

/* Zero it, set is_open. */
struct yg_ws {
	uint64_t left; /* bytes of payload still to come */
	uint8_t header[YG_WS_HEADER_MAX];
	uint8_t header_len;
	bool is_open; /* false: the direction is not read */
};

/**
 * yg_ws_read() - count the frames of @data.
 * Each byte is looked at once at most; a payload costs nothing.
 */
void yg_ws_read(struct yg_ws *ws, const uint8_t *data, size_t len,
		struct yg_stream_counters *counters);

/* @len bytes are missing. */
void yg_ws_gap(struct yg_ws *ws, uint64_t len, struct yg_stream_counters *counters);
