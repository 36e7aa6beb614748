/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames of an HTTP/2 client that cost its server more than the client, per connection and second;
 * RFC 9113 section 10.5. What an honest client sends grows with what it asks and is given: its
 * WINDOW_UPDATE frames stand for DATA, and gRPC measures a connection by a PING per DATA frame.
 *
 *	resets	 requests that the client took back, or made the server take back by an error
 *	answers	 SETTINGS and PING that each want an answer
 *	idle	 empty DATA, PRIORITY, WINDOW_UPDATE
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "parse/h2frame.h"

#define YG_H2_RESETS_MAX     200u /* per second: a browser takes back a page of 100 at once */
#define YG_H2_ANSWERS_MAX    200u /* per second, and one for each DATA frame of the server */
#define YG_H2_IDLE_MAX	     200u /* per second, and the two below */
#define YG_H2_IDLE_PER_DATA  10u  /* for each DATA frame of the server */
#define YG_H2_IDLE_PER_BLOCK 2u	  /* for each header block of the client */

/* Zero it. Counts are of the second that began at window_ns. */
struct yg_h2_flood {
	uint64_t window_ns;
	uint32_t resets, answers, idle;
	uint32_t data[2]; /* DATA frames of the server: in this second, in the one before */
	uint32_t blocks;
};

/**
 * yg_h2_flood_client() - a frame of the client has ended.
 * @taken_back: RST_STREAM of a stream whose exchange was open.
 *
 * Return: enum yg_anomaly bits of what is too much by now; 0 mostly.
 */
uint32_t yg_h2_flood_client(struct yg_h2_flood *flood, const struct yg_h2_frame *frame,
			    bool taken_back, uint64_t time_ns);

/* A frame of the server has ended. @code: of RST_STREAM, RFC 9113 section 7. */
void yg_h2_flood_server(struct yg_h2_flood *flood, const struct yg_h2_frame *frame, uint32_t code,
			uint64_t time_ns);
