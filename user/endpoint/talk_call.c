/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/talk_call.h"

#include <string.h>

/* Is it there for certain? The server says it, or has answered it well. */
static bool is_proven(const struct yg_talk_call *call)
{
	return call->server || call->outcomes[YG_OUTCOME_OK] || call->outcomes[YG_OUTCOME_PARTIAL];
}

static bool is_same(const struct yg_talk_call *a, const struct yg_talk_call *b)
{
	return a->tongue == b->tongue && a->server == b->server && strcmp(a->name, b->name) == 0;
}

/* Does @a give way before @b? What is not proven does, then what is used less. */
static bool is_less(const struct yg_talk_call *a, const struct yg_talk_call *b)
{
	if (!a->name[0] || !b->name[0])
		return !a->name[0] && b->name[0];
	if (is_proven(a) != is_proven(b))
		return is_proven(b);
	return a->asked < b->asked;
}

/* All of it was asked for in vain: there is no such thing. */
static bool is_vain(const struct yg_talk_call *call)
{
	return call->asked && call->outcomes[YG_OUTCOME_MISSING] >= call->asked;
}

/* The row of @call, made if it is worth one and there is room or one that gives way; else NULL. */
static struct yg_talk_call *find(struct yg_talk_calls *calls, const struct yg_talk_call *call)
{
	struct yg_talk_call *least = &calls->rows[0];

	for (uint32_t i = 0; i < YG_TALK_CALLS_MAX; i++) {
		struct yg_talk_call *row = &calls->rows[i];

		if (row->name[0] && is_same(row, call))
			return row;
		if (is_less(row, least))
			least = row;
	}
	if (is_vain(call) || is_less(call, least))
		return NULL;
	calls->others += least->asked;
	*least = (struct yg_talk_call){ .tongue = call->tongue,
					.server = call->server,
					.first_ns = call->first_ns };
	memcpy(least->name, call->name, sizeof(least->name));
	return least;
}

static void add(struct yg_talk_calls *calls, const struct yg_talk_call *call)
{
	struct yg_talk_call *row = find(calls, call);

	if (!row) {
		calls->others += call->asked;
		return;
	}
	row->asked += call->asked;
	row->answered += call->answered;
	for (uint32_t i = 0; i < YG_OUTCOME_MAX; i++)
		row->outcomes[i] += call->outcomes[i];
	if (call->first_ns < row->first_ns)
		row->first_ns = call->first_ns;
	if (call->last_ns > row->last_ns)
		row->last_ns = call->last_ns;
}

void yg_talk_calls_add(struct yg_talk_calls *calls, const struct yg_ws_calls *news,
		       uint64_t start_ns, uint64_t end_ns, uint32_t weight)
{
	calls->looked += (uint64_t)weight * (news->looked[0] + news->looked[1]);
	calls->others += (uint64_t)weight * news->others;
	for (uint32_t i = 0; i < YG_WS_ROWS_MAX; i++) {
		const struct yg_ws_row *from = &news->rows[i];
		struct yg_talk_call call = { .tongue = from->tongue,
					     .server = from->server,
					     .asked = (uint64_t)weight * from->asked,
					     .answered = (uint64_t)weight * from->answered,
					     .first_ns = start_ns,
					     .last_ns = end_ns };

		if (!from->asked && !from->answered)
			continue;
		memcpy(call.name, from->name, from->name_len);
		for (uint32_t kind = 0; kind < YG_OUTCOME_MAX; kind++)
			call.outcomes[kind] = (uint64_t)weight * from->outcomes[kind];
		add(calls, &call);
	}
}

void yg_talk_calls_merge(struct yg_talk_calls *into, const struct yg_talk_calls *from)
{
	into->looked += from->looked;
	into->others += from->others;
	for (uint32_t i = 0; i < YG_TALK_CALLS_MAX; i++) {
		if (from->rows[i].name[0])
			add(into, &from->rows[i]);
	}
}

void yg_talk_calls_pack(const struct yg_talk_calls *calls, struct yg_writer *writer)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < YG_TALK_CALLS_MAX; i++)
		count += calls->rows[i].name[0] != '\0';
	yg_put_varint(writer, calls->looked);
	yg_put_varint(writer, calls->others);
	yg_put_varint(writer, count);
	for (uint32_t i = 0; i < YG_TALK_CALLS_MAX; i++) {
		const struct yg_talk_call *row = &calls->rows[i];

		if (!row->name[0])
			continue;
		yg_put_text(writer, yg_slice_from_str(row->name));
		yg_put_varint(writer, row->tongue);
		yg_put_varint(writer, row->server);
		yg_put_varint(writer, row->asked);
		yg_put_varint(writer, row->answered);
		for (uint32_t kind = 0; kind < YG_OUTCOME_MAX; kind++)
			yg_put_varint(writer, row->outcomes[kind]);
		yg_put_u64(writer, row->first_ns);
		yg_put_u64(writer, row->last_ns);
	}
}

void yg_talk_calls_unpack(struct yg_talk_calls *calls, struct yg_reader *reader)
{
	uint64_t count;

	calls->looked = yg_get_varint(reader);
	calls->others = yg_get_varint(reader);
	count = yg_get_max(reader, YG_TALK_CALLS_MAX);
	for (uint64_t i = 0; i < count && !reader->bad; i++) {
		struct yg_talk_call *row = &calls->rows[i];

		yg_get_string(reader, row->name, sizeof(row->name));
		row->tongue = (uint8_t)yg_get_max(reader, YG_WS_TONGUE_MAX - 1);
		row->server = yg_get_max(reader, 1);
		row->asked = yg_get_varint(reader);
		row->answered = yg_get_varint(reader);
		for (uint32_t kind = 0; kind < YG_OUTCOME_MAX; kind++)
			row->outcomes[kind] = yg_get_varint(reader);
		row->first_ns = yg_get_u64(reader);
		row->last_ns = yg_get_u64(reader);
	}
}
