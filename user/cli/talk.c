/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/talk.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/client.h"
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
	yg_json_close_object(json);
}
