/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two sides of one WebSocket do inside, since it was told of last: operations by name, how
 * they were answered, and a few messages for those who look for data in them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "parse/outcome.h"
#include "parse/ws_call.h"

#define YG_WS_ROWS_MAX	  12u	/* operations between two words; more are counted together */
#define YG_WS_PENDING_MAX 16u	/* ids that are asked; beyond, the oldest is not answered */
#define YG_WS_SAMPLES_MAX 4u	/* messages kept between two words, one of each operation */
#define YG_WS_HEARD_MAX	  1000u /* bytes of a message that are looked into */

struct yg_ws_row {
	uint64_t hash;	/* of what follows; 0: free */
	uint8_t tongue; /* enum yg_ws_tongue */
	bool server;	/* says it */
	bool sampled, answer_sampled;
	uint8_t name_len;
	char name[YG_WS_NAME_CAP];
	uint32_t asked, answered;	   /* news: messages that ask, messages that answer them */
	uint32_t outcomes[YG_OUTCOME_MAX]; /* news: of all, but each ask is good once */
};

struct yg_ws_sample {
	bool server;
	bool cut;
	uint16_t len;
	char text[YG_WS_HEARD_MAX]; /* JSON, mostly */
};

/* Zero it. */
struct yg_ws_calls {
	uint32_t looked[2]; /* news: messages of client and server that were looked into */
	uint32_t unread[2]; /* news: of which nothing was there to look into */
	uint32_t others;    /* news: that did not fit */
	uint32_t sample_count;
	bool plain[2];	      /* inside: one of them holds a message without a name, of this side */
	uint8_t pending_next; /* inside */
	struct yg_ws_row rows[YG_WS_ROWS_MAX];
	struct yg_ws_pending {
		uint64_t id; /* 0: free */
		uint8_t row;
		bool server;	      /* asks */
		bool good;	      /* a good answer was counted */
	} pending[YG_WS_PENDING_MAX]; /* inside */
	struct yg_ws_sample samples[YG_WS_SAMPLES_MAX];
};

/**
 * yg_ws_calls_take() - one message was read.
 * @server: the server sent it.
 * @cut: its text is a prefix.
 *
 * A row that has no news makes room for another name. O(rows + pending).
 */
void yg_ws_calls_take(struct yg_ws_calls *calls, bool server, bool cut,
		      const struct yg_ws_call *call);

/* Was any message looked into, or would have been, since the last word? */
bool yg_ws_calls_has_news(const struct yg_ws_calls *calls);

/* The news were told: they are none any more. What is pending stays. */
void yg_ws_calls_told(struct yg_ws_calls *calls);
