/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames of one direction of a WebSocket, RFC 6455 section 5.2:
 *
 *	fin 1, rsv 3, opcode 4 | mask 1, length 7 | length 16 or 64 | mask key 32 | payload
 *
 * Frames are counted, and messages by their last frame; of the first text message a sample is kept,
 * and the code of a close. Where a frame begins is certain only without holes: after one that is
 * larger than the payload it hit, the direction is given up, because nothing in the bytes marks a
 * beginning.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream/counter.h"

#define YG_WS_HEADER_MAX 14u   /* bytes of the longest frame header */
#define YG_WS_SAMPLE_MAX 1024u /* bytes of the first text message that are kept, as sent */
#define YG_WS_EAR_MAX	 1000u /* bytes of each message that are kept till its end, as sent */

enum yg_ws_opcode {
	YG_WS_CONTINUATION = 0,
	YG_WS_TEXT = 1,
	YG_WS_BINARY = 2,
	YG_WS_CLOSE = 8,
	YG_WS_PING = 9,
	YG_WS_PONG = 10,
};

/* What was counted, for sums and differences. */
struct yg_ws_tally {
	uint64_t messages, text, binary, compressed, control, bytes; /* as in struct yg_ws_said */
};

/* What one side said so far. */
struct yg_ws_said {
	uint64_t frames;
	uint64_t control;    /* of them: close, ping, pong */
	uint64_t messages;   /* whole ones, by their last frame */
	uint64_t text;	     /* messages begun */
	uint64_t binary;     /* likewise */
	uint64_t compressed; /* likewise: RFC 7692 */
	uint64_t bytes;	     /* payload of messages, as sent */
	uint64_t largest;    /* bytes of the largest message, as sent */
	uint16_t close_code; /* 0: none was sent */
	uint16_t sample_len;
	bool is_sample_compressed;
	bool is_sample_cut;	       /* not the whole message */
	bool is_lost;		       /* given up in the middle */
	char sample[YG_WS_SAMPLE_MAX]; /* [sample_len] unmasked */
};

/* Hears each message of a direction. Set fn and ctx. */
struct yg_ws_ear {
	void (*fn)(void *ctx, struct yg_ws_ear *ear); /* a message is over */
	void *ctx;
	uint16_t len;
	bool is_cut;		  /* not the whole message */
	bool is_compressed;	  /* as it was sent */
	char text[YG_WS_EAR_MAX]; /* [len] unmasked */
};

/* Zero it, set is_open. */
struct yg_ws {
	struct yg_ws_ear *ear; /* NULL: nobody listens */
	uint64_t left;	       /* bytes of payload still to come */
	uint64_t done;	       /* bytes of payload read of this frame */
	uint64_t message;      /* bytes of the message so far */
	uint8_t header[YG_WS_HEADER_MAX];
	uint8_t header_len;
	uint8_t mask_at;  /* in header; 0: not masked */
	bool is_open;	  /* false: the direction is not read */
	bool is_sampling; /* the message being read is the one that is kept */
	bool has_sampled;
	bool is_hearing; /* the message being read is kept for the ear */
	struct yg_ws_said said;
};

/**
 * yg_ws_read() - count the frames of @data.
 * Each byte is looked at once at most; a payload that is not kept costs nothing.
 */
void yg_ws_read(struct yg_ws *ws, const uint8_t *data, size_t len,
		struct yg_stream_counters *counters);

/* What was said, and not counted in @before yet. */
struct yg_ws_tally yg_ws_tally_since(const struct yg_ws_said *said,
				     const struct yg_ws_tally *before);

/* @len bytes are missing. */
void yg_ws_gap(struct yg_ws *ws, uint64_t len, struct yg_stream_counters *counters);

/* Bytes from here that nobody will look at. */
uint64_t yg_ws_unwanted(const struct yg_ws *ws);
