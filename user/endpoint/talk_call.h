/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: what is done inside the WebSockets of an endpoint, by name.
 *
 * Clients choose the names, so rows are few, and a new one takes the place of the least: of those
 * that no server has said or answered well the least used one, else of all; a lesser one takes
 * none. What a server says it does not have makes no row, as 404 makes no endpoint.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/bytes.h"
#include "parse/ws_calls.h"

#define YG_TALK_CALLS_MAX 24u /* operations of an endpoint; more are counted together */

struct yg_talk_call {
	char name[YG_WS_NAME_CAP + 1]; /* "" the row is free */
	uint8_t tongue;		       /* enum yg_ws_tongue */
	bool server;		       /* says it */
	uint64_t asked, answered;
	uint64_t outcomes[YG_OUTCOME_MAX]; /* of answers, and of messages that are errors */
	uint64_t first_ns, last_ns;
};

struct yg_talk_calls {
	uint64_t looked; /* messages that were looked into, of all */
	uint64_t others; /* of these, operations that have no row */
	struct yg_talk_call rows[YG_TALK_CALLS_MAX];
};

/* Add the news of one WebSocket. @weight: WebSockets that it stands for, at least 1. */
void yg_talk_calls_add(struct yg_talk_calls *calls, const struct yg_ws_calls *news,
		       uint64_t start_ns, uint64_t end_ns, uint32_t weight);

/* Those of another endpoint, which became part of this one. */
void yg_talk_calls_merge(struct yg_talk_calls *into, const struct yg_talk_calls *from);

/* As bytes, and back. */
void yg_talk_calls_pack(const struct yg_talk_calls *calls, struct yg_writer *writer);
/* @calls: zero. What is damaged marks @reader as bad. */
void yg_talk_calls_unpack(struct yg_talk_calls *calls, struct yg_reader *reader);
