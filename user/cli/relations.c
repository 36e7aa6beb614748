/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/graph.h"
#include "cli/show.h"
#include "cli/table.h"

const struct yg_cli_option yg_relations_options[] = {
	{ "service", "HOST", "Only relations of which one end is this service", false },
	{ "contains", "TEXT", "Only relations of which one end's name holds this text", false },
	{ "kind", "KIND", "Only these: upstream, third-party", false },
	{ "since", "DURATION", "Only relations used within the last 90s, 15m, 1h, 7d", false },
	{ "by-service", NULL, "Services instead of endpoints", false },
	{ "dot", NULL, "A graph for graphviz instead of a table", false },
	{ "limit", "N", "At most so many, 100 if not given", false },
	{ 0 },
};

static const struct yg_column columns[] = {
	{ "FROM", YG_ALIGN_ENDS, 12 }, { "INTO", YG_ALIGN_ENDS, 12 },
	{ "KIND", YG_ALIGN_LEFT, 0 },  { "REQ", YG_ALIGN_RIGHT, 0 },
	{ "DATA", YG_ALIGN_LEFT, 8 },  { "LAST SEEN", YG_ALIGN_LEFT, 0 },
};

static int add_relation(void *ctx, const char *line, yajl_val value)
{
	char from[YG_GRAPH_NAME_CAP], into[YG_GRAPH_NAME_CAP], data[256];
	char requests[YG_FORMAT_CAP], time[YG_FORMAT_CAP];
	const char *texts[] = {
		from,
		into,
		yg_value_text(value, "kind"),
		yg_count_format(yg_value_uint(value, "requests"), requests),
		data,
		/* The day is in --json: eighty columns are short. */
		yg_time_format(yg_value_text(value, "last_seen"), time) + 11,
	};

	(void)line;
	yg_graph_name(yg_value_find(value, "from"), from, sizeof(from));
	yg_graph_name(yg_value_find(value, "into"), into, sizeof(into));
	yg_join_texts(yg_value_find(value, "data"), data, sizeof(data));
	return yg_table_add(ctx, texts);
}

static int draw_relation(void *ctx, const char *line, yajl_val value)
{
	(void)line;
	yg_graph_add(ctx, value);
	return 0;
}

static enum yg_exit print_table(const struct yg_cli_args *args, const char *path, uint64_t limit)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	enum yg_exit code;

	if (yg_table_new(columns, YG_ARRAY_SIZE(columns), &table))
		return yg_cli_fail(args, "relations: Out of memory");
	code = yg_client_each(args, path, limit, add_relation, table);
	if (code != YG_EXIT_DONE || args->json)
		return code;
	if (yg_table_count(table) == 0)
		(void)fprintf(args->out, "No request has led to another\n");
	yg_table_print(table, args->out, args->columns);
	return YG_EXIT_DONE;
}

static enum yg_exit print_graph(const struct yg_cli_args *args, const char *path, uint64_t limit)
{
	enum yg_exit code;

	yg_graph_open(args->out);
	code = yg_client_each(args, path, limit, draw_relation, args->out);
	yg_graph_close(args->out);
	return code;
}

enum yg_exit yg_command_relations(const struct yg_cli_args *args)
{
	static const char *const filters[] = { "service", "contains", "kind" };
	const char *kind = yg_cli_value(args, "kind");
	char path[1024] = "/v1/relations?";
	uint64_t limit = 100;

	if (yg_cli_number(args, "limit", &limit))
		return yg_cli_usage(args, "--limit: not a number above 0");
	if (kind && strcmp(kind, "upstream") != 0 && strcmp(kind, "third-party") != 0)
		return yg_cli_usage(args, "--kind: not upstream or third-party");
	if (args->json && yg_cli_value(args, "dot"))
		return yg_cli_usage(args, "--dot and --json: only one of them");
	for (size_t i = 0; i < YG_ARRAY_SIZE(filters); i++)
		yg_client_add(path, sizeof(path), filters[i], yg_cli_value(args, filters[i]));
	if (yg_cli_value(args, "by-service"))
		yg_client_add(path, sizeof(path), "by", "service");
	if (yg_client_add_since(args, path, sizeof(path)))
		return yg_cli_usage(args, "--since: not a duration such as 90s, 15m, 1h or 7d");
	return yg_cli_value(args, "dot") ? print_graph(args, path, limit)
					 : print_table(args, path, limit);
}
