/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/ws_calls.h"

#include <string.h>

#include "core/hash.h"
#include "core/macros.h"

static bool has_news(const struct yg_ws_row *row)
{
	return row->asked || row->answered;
}

static bool is_row_of(const struct yg_ws_row *row, uint64_t hash, struct yg_slice name)
{
	return row->hash == hash &&
	       yg_slice_equal((struct yg_slice){ row->name, row->name_len }, name);
}

/* What was asked under a name that makes room is not answered any more. */
static void forget(struct yg_ws_calls *calls, uint32_t row)
{
	for (uint32_t i = 0; i < YG_WS_PENDING_MAX; i++) {
		if (calls->pending[i].row == row)
			calls->pending[i].id = 0;
	}
}

/* Return: its index; YG_WS_ROWS_MAX: there is no room. */
static uint32_t find_row(struct yg_ws_calls *calls, bool server, const struct yg_ws_call *call)
{
	uint64_t hash = yg_hash_mix(yg_hash_quick(call->name.ptr, call->name.len) + call->tongue +
				    (server ? 1u << 8 : 0)) |
			1;
	uint32_t room = YG_WS_ROWS_MAX;
	struct yg_ws_row *row;

	for (uint32_t i = 0; i < YG_WS_ROWS_MAX; i++) {
		row = &calls->rows[i];
		if (is_row_of(row, hash, call->name))
			return i;
		if (!has_news(row) &&
		    (room == YG_WS_ROWS_MAX || (calls->rows[room].hash && !row->hash)))
			room = i;
	}
	if (room == YG_WS_ROWS_MAX)
		return room;
	forget(calls, room);
	row = &calls->rows[room];
	*row = (struct yg_ws_row){ .hash = hash,
				   .tongue = call->tongue,
				   .server = server,
				   .name_len = (uint8_t)call->name.len };
	memcpy(row->name, call->name.ptr, call->name.len);
	return room;
}

/* @done: one of its kind is kept. */
static void sample(struct yg_ws_calls *calls, bool *done, bool server, bool cut,
		   struct yg_slice body)
{
	struct yg_ws_sample *into = &calls->samples[calls->sample_count];

	if (*done || body.len < 2 || calls->sample_count == YG_WS_SAMPLES_MAX)
		return;
	*done = true;
	calls->sample_count++;
	into->server = server;
	into->cut = cut || body.len > sizeof(into->text);
	into->len = (uint16_t)(body.len < sizeof(into->text) ? body.len : sizeof(into->text));
	memcpy(into->text, body.ptr, into->len);
}

static void ask(struct yg_ws_calls *calls, bool server, bool cut, const struct yg_ws_call *call)
{
	uint32_t at = find_row(calls, server, call);

	if (at == YG_WS_ROWS_MAX) {
		calls->others++;
		return;
	}
	calls->rows[at].asked++;
	if (call->outcome != YG_OUTCOME_NONE)
		calls->rows[at].outcomes[call->outcome]++;
	sample(calls, &calls->rows[at].sampled, server, cut, call->body);
	if (!call->id)
		return;
	calls->pending[calls->pending_next] = (struct yg_ws_pending){
		.id = call->id,
		.row = (uint8_t)at,
		.server = server,
	};
	calls->pending_next = (uint8_t)((calls->pending_next + 1) % YG_WS_PENDING_MAX);
}

static void answer(struct yg_ws_calls *calls, bool server, bool cut, const struct yg_ws_call *call)
{
	bool good = call->outcome == YG_OUTCOME_OK;

	for (uint32_t i = 0; i < YG_WS_PENDING_MAX; i++) {
		struct yg_ws_pending *pending = &calls->pending[i];
		struct yg_ws_row *row = &calls->rows[pending->row];

		/* Each side gives its own ids; an end may come from either. */
		if (pending->id != call->id ||
		    (call->act == YG_WS_ACT_ANSWER && pending->server == server))
			continue;
		if (call->last)
			pending->id = 0;
		if (call->act == YG_WS_ACT_END)
			return;
		row->answered++;
		if (call->outcome != YG_OUTCOME_NONE && !(good && pending->good))
			row->outcomes[call->outcome]++;
		pending->good |= good;
		sample(calls, &row->answer_sampled, server, cut, call->body);
		return;
	}
}

void yg_ws_calls_take(struct yg_ws_calls *calls, bool server, bool cut,
		      const struct yg_ws_call *call)
{
	calls->looked[server]++;
	if (call->act == YG_WS_ACT_ASK)
		ask(calls, server, cut, call);
	else if (call->act == YG_WS_ACT_ANSWER || call->act == YG_WS_ACT_END)
		answer(calls, server, cut, call);
	else
		sample(calls, &calls->plain[server], server, cut, call->body);
}

bool yg_ws_calls_has_news(const struct yg_ws_calls *calls)
{
	return calls->looked[0] || calls->looked[1] || calls->unread[0] || calls->unread[1];
}

void yg_ws_calls_told(struct yg_ws_calls *calls)
{
	memset(calls->looked, 0, sizeof(calls->looked));
	memset(calls->unread, 0, sizeof(calls->unread));
	calls->others = calls->sample_count = 0;
	calls->plain[0] = calls->plain[1] = false;
	for (uint32_t i = 0; i < YG_WS_ROWS_MAX; i++) {
		struct yg_ws_row *row = &calls->rows[i];

		row->asked = row->answered = 0;
		row->sampled = row->answer_sampled = false;
		memset(row->outcomes, 0, sizeof(row->outcomes));
	}
}
