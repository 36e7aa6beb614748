/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The analyzer's side of the feed: messages are gathered into packets and sent without waiting.
 * A desk that is too slow loses whole packets; their messages are counted and the next full state
 * of an endpoint or caller makes up for them.
 */
#pragma once

#include <stdint.h>

#include "core/macros.h"
#include "store/feed.h"

struct yg_feed_stats {
	uint64_t sent;	  /* messages handed to the kernel */
	uint64_t lost;	  /* messages of packets the desk had no room for */
	uint64_t refused; /* messages too large for any packet */
};

struct yg_feed_out {
	int fd; /* borrowed link */
	struct yg_feed_writer writer;
	uint32_t pending; /* messages in the packet */
	struct yg_feed_stats stats;
	uint8_t packet[YG_FEED_PACKET_MAX];
};

/* An empty packet for @fd; nothing to clean up. */
void yg_feed_out_init(struct yg_feed_out *out, int fd);
/* Gather one message; a packet that is full goes first. */
void yg_feed_out_put(struct yg_feed_out *out, const struct yg_feed_message *message);
void yg_feed_out_flush(struct yg_feed_out *out); /* what is gathered goes now */
