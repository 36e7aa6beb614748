/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "cli/graph.h"
#include "cli/listing.h"
#include "cli/show.h"

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
	const struct yg_listing *listing = ctx;
	char from[YG_GRAPH_NAME_CAP], into[YG_GRAPH_NAME_CAP], data[256];
	char requests[YG_FORMAT_CAP], time[YG_FORMAT_CAP];
	const char *texts[] = {
		from,
		into,
		yg_value_text(value, "kind"),
		yg_count_format(yg_value_uint(value, "requests"), requests),
		data,
		yg_time_short(yg_value_text(value, "last_seen"), time),
	};

	(void)line;
	yg_graph_name(yg_value_find(value, "from"), from, sizeof(from));
	yg_graph_name(yg_value_find(value, "into"), into, sizeof(into));
	yg_join_texts(yg_value_find(value, "data"), data, sizeof(data));
	return yg_table_add(listing->table, texts);
}

static const struct yg_listing_plan plan = {
	.columns = columns,
	.column_count = YG_ARRAY_SIZE(columns),
	.nothing = "No request has led to another",
	.add = add_relation,
	.limit = 100,
};

static int draw_relation(void *ctx, const char *line, yajl_val value)
{
	(void)line;
	yg_graph_add(ctx, value);
	return 0;
}

static enum yg_exit print_graph(const struct yg_cli_args *args, const char *path)
{
	uint64_t limit = plan.limit;
	enum yg_exit code;

	if (yg_cli_number(args, "limit", &limit))
		return yg_cli_usage(args, "--limit: not a number above 0");
	yg_graph_open(args->out);
	code = yg_client_each(args, path, limit, draw_relation, args->out);
	yg_graph_close(args->out);
	return code;
}

enum yg_exit yg_command_relations(const struct yg_cli_args *args)
{
	static const char *const filters[] = { "service", "contains", "kind", NULL };
	char path[YG_LISTING_PATH_CAP] = "/v1/relations?";
	enum yg_exit code = yg_listing_filter(args, filters, path);

	if (code != YG_EXIT_DONE)
		return code;
	if (args->json && yg_cli_value(args, "dot"))
		return yg_cli_usage(args, "--dot and --json: only one of them");
	if (yg_cli_value(args, "by-service"))
		yg_client_add(path, sizeof(path), "by", "service");
	return yg_cli_value(args, "dot") ? print_graph(args, path)
					 : yg_listing_print(args, path, &plan);
}
