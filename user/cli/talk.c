/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/talk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/client.h"
#include "cli/outcome.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/word.h"
#include "core/json.h"
#include "endpoint/talk.h"

static const struct yg_column columns[] = {
	{ "SAID BY", YG_ALIGN_LEFT, 0 },     { "MESSAGES", YG_ALIGN_RIGHT, 0 },
	{ "TEXT", YG_ALIGN_RIGHT, 0 },	     { "BINARY", YG_ALIGN_RIGHT, 0 },
	{ "COMPRESSED", YG_ALIGN_RIGHT, 0 }, { "CONTROL", YG_ALIGN_RIGHT, 0 },
	{ "BYTES", YG_ALIGN_RIGHT, 0 },	     { "LARGEST", YG_ALIGN_RIGHT, 0 },
};

static int add_side(struct yg_table *table, const char *name, yajl_val side)
{
	static const char *const members[] = { "messages", "text",  "binary", "compressed",
					       "control",  "bytes", "largest" };
	char counts[YG_ARRAY_SIZE(members)][YG_FORMAT_CAP];
	const char *texts[YG_ARRAY_SIZE(columns)] = { name };

	for (size_t i = 0; i < YG_ARRAY_SIZE(members); i++)
		texts[i + 1] = yg_count_format(yg_value_uint(side, members[i]), counts[i]);
	return yg_table_add(table, texts);
}

static const struct yg_column call_columns[] = {
	{ "SAID BY", YG_ALIGN_LEFT, 0 },    { "PROTOCOL", YG_ALIGN_LEFT, 0 },
	{ "OPERATION", YG_ALIGN_ENDS, 16 }, { "MESSAGES", YG_ALIGN_RIGHT, 0 },
	{ "ANSWERS", YG_ALIGN_RIGHT, 0 },   { YG_OUTCOME_TITLE, YG_ALIGN_MAYBE, 0 },
};

static int add_call(const struct yg_cli_args *args, struct yg_table *table, yajl_val call)
{
	struct yg_cli_args wide = *args;
	char messages[YG_FORMAT_CAP], answers[YG_FORMAT_CAP], outcome[YG_OUTCOME_TEXT_CAP];
	const char *texts[] = {
		yg_value_text(call, "said_by"),
		yg_value_text(call, "protocol"),
		yg_value_text(call, "operation"),
		yg_count_format(yg_value_uint(call, "messages"), messages),
		yg_count_format(yg_value_uint(call, "answers"), answers),
		outcome,
	};

	wide.columns = YG_OUTCOME_WIDE; /* these columns are few */
	(void)yg_outcome_text_of(&wide, yg_value_find(call, "outcomes"), outcome);
	return yg_table_add(table, texts);
}

/* What the sides do inside; the rest is counted. */
static void print_calls(const struct yg_cli_args *args, yajl_val talk, uint64_t messages)
{
	yajl_val calls = yg_value_find(talk, "operations");
	char text[160];

	if (!YAJL_IS_ARRAY(calls) || calls->u.array.len == 0)
		return;
	yg_print_list(args, "Operations in WebSockets", calls, call_columns,
		      YG_ARRAY_SIZE(call_columns), add_call);
	(void)snprintf(text, sizeof(text),
		       args->japanese ? "メッセージ%2$" PRIu64 "件のうち%1$" PRIu64
					"件。その他の操作%3$" PRIu64 "件"
				      : "%1$" PRIu64 " of %2$" PRIu64 " messages; %3$" PRIu64
					" operations have no row",
		       yg_value_uint(talk, "looked"), messages, yg_value_uint(talk, "others"));
	yg_print_field(args, "read", text);
}

static void print_sample(const struct yg_cli_args *args, const char *name, yajl_val side)
{
	const char *sample = yg_value_text(side, "sample");

	if (sample[0])
		yg_print_field(args, name, sample);
}

void yg_talk_print(const struct yg_cli_args *args, yajl_val endpoint)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	yajl_val talk = yg_value_find(endpoint, "websocket");
	yajl_val client = yg_value_find(talk, "from_client");
	yajl_val server = yg_value_find(talk, "from_server");
	char text[128];

	if (!YAJL_IS_OBJECT(talk) ||
	    yg_cli_table_new(args, columns, YG_ARRAY_SIZE(columns), &table) ||
	    add_side(table, "client", client) || add_side(table, "server", server))
		return;
	(void)snprintf(text, sizeof(text), "WebSockets: %" PRIu64 ", open %" PRIu64,
		       yg_value_uint(talk, "sockets"), yg_value_uint(talk, "open"));
	(void)fputc('\n', args->out);
	yg_print_styled(args, "1", text);
	(void)fputc('\n', args->out);
	yg_table_print(table, args->out, args->columns);
	if (yg_value_uint(talk, "lost")) {
		(void)snprintf(text, sizeof(text), "%" PRIu64 " directions were lost midway",
			       yg_value_uint(talk, "lost"));
		yg_print_field(args, "not counted", text);
	}
	print_sample(args, "client says", client);
	print_sample(args, "server says", server);
	print_calls(args, talk,
		    yg_value_uint(client, "messages") + yg_value_uint(server, "messages"));
}

static void put_side(struct yg_json *json, const char *name, const struct yg_talk_side *side)
{
	yg_json_key(json, name);
	yg_json_open_object(json);
	yg_json_pair_uint(json, "messages", side->said.messages);
	yg_json_pair_uint(json, "text", side->said.text);
	yg_json_pair_uint(json, "binary", side->said.binary);
	yg_json_pair_uint(json, "compressed", side->said.compressed);
	yg_json_pair_uint(json, "control", side->said.control);
	yg_json_pair_uint(json, "bytes", side->said.bytes);
	yg_json_pair_uint(json, "largest", side->largest);
	yg_json_pair_str(json, "sample", side->sample);
	yg_json_close_object(json);
}

static void put_call(struct yg_json *json, const struct yg_talk_call *call)
{
	yg_json_open_object(json);
	yg_json_pair_str(json, "operation", call->name);
	yg_json_pair_str(json, "protocol", yg_ws_tongue_name((enum yg_ws_tongue)call->tongue));
	yg_json_pair_str(json, "said_by", call->server ? "server" : "client");
	yg_json_pair_uint(json, "messages", call->asked);
	yg_json_pair_uint(json, "answers", call->answered);
	yg_json_key(json, "outcomes");
	yg_json_open_object(json);
	for (uint32_t i = 0; i < YG_OUTCOME_MAX; i++) {
		if (call->outcomes[i])
			yg_json_pair_uint(json, yg_outcome_name((enum yg_outcome_kind)i),
					  call->outcomes[i]);
	}
	yg_json_close_object(json);
	yg_json_close_object(json);
}

/* The most used first, as the store gives them. */
static int by_use(const void *a, const void *b)
{
	const struct yg_talk_call *x = *(const struct yg_talk_call *const *)a;
	const struct yg_talk_call *y = *(const struct yg_talk_call *const *)b;
	int names = strcmp(x->name, y->name);

	if (x->asked != y->asked)
		return x->asked > y->asked ? -1 : 1;
	return names ? names : x->server - y->server;
}

static void put_calls(struct yg_json *json, const struct yg_talk_calls *calls)
{
	const struct yg_talk_call *sorted[YG_TALK_CALLS_MAX];
	size_t count = 0;

	for (uint32_t i = 0; i < YG_TALK_CALLS_MAX; i++) {
		if (calls->rows[i].name[0])
			sorted[count++] = &calls->rows[i];
	}
	qsort((void *)sorted, count, sizeof(const struct yg_talk_call *), by_use);
	yg_json_key(json, "operations");
	yg_json_open_array(json);
	for (size_t i = 0; i < count; i++)
		put_call(json, sorted[i]);
	yg_json_close_array(json);
}

void yg_talk_put(struct yg_json *json, const struct yg_talk *talk)
{
	if (!talk)
		return;
	yg_json_key(json, "websocket");
	yg_json_open_object(json);
	yg_json_pair_uint(json, "sockets", talk->sockets);
	yg_json_pair_uint(json, "open", talk->sockets - talk->ended);
	yg_json_pair_uint(json, "lost", talk->lost);
	yg_json_pair_uint(json, "seconds", talk->seconds);
	put_side(json, "from_client", &talk->sides[0]);
	put_side(json, "from_server", &talk->sides[1]);
	yg_json_pair_uint(json, "looked", talk->calls.looked);
	yg_json_pair_uint(json, "others", talk->calls.others);
	put_calls(json, &talk->calls);
	yg_json_close_object(json);
}
