/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/client.h"
#include "cli/table.h"
#include "cli/word.h"

const struct yg_cli_option yg_findings_options[] = {
	{ "severity", "LEVEL", "At least this: info, low, medium, high or critical", false },
	{ "status", "STATUS", "Only open, dismissed or approved ones", false },
	{ "rule", "ID", "Only findings of this rule", false },
	{ "service", "HOST", "Only findings about this service", false },
	{ "contains", "TEXT", "Only findings about a caller that holds this text, or an address",
	  false },
	{ "since", "DURATION", "Only findings seen within the last 90s, 15m, 1h, 7d", false },
	{ "limit", "N", "At most so many, 100 if not given", false },
	{ 0 },
};

static const struct yg_column columns[] = {
	{ "ID", YG_ALIGN_LEFT, 0 },	  { "TIME", YG_ALIGN_LEFT, 0 },
	{ "SEVERITY", YG_ALIGN_LEFT, 0 }, { "RULE", YG_ALIGN_LEFT, 12 },
	{ "CLIENT", YG_ALIGN_LEFT, 13 },  { "ACTION", YG_ALIGN_LEFT, 0 },
	{ "STATUS", YG_ALIGN_LEFT, 6 },
};

static const struct yg_column columns_ja[] = {
	{ "ID", YG_ALIGN_LEFT, 0 },	 { "時刻", YG_ALIGN_LEFT, 0 },
	{ "重大度", YG_ALIGN_LEFT, 0 },	 { "ルール", YG_ALIGN_LEFT, 12 },
	{ "接続元", YG_ALIGN_LEFT, 13 }, { "処置", YG_ALIGN_LEFT, 0 },
	{ "判断", YG_ALIGN_LEFT, 6 },
};

struct listing {
	const struct yg_cli_args *args;
	struct yg_table *table;
};

static int add_finding(void *ctx, const char *line, yajl_val value)
{
	const struct listing *listing = ctx;
	char time[YG_FORMAT_CAP];
	const char *texts[] = {
		yg_value_text(value, "id"),
		yg_time_format(yg_value_text(value, "time"), time) + 11,
		yg_cli_word(listing->args, yg_value_text(value, "severity")),
		yg_value_text(value, "rule"),
		yg_value_text(value, "client"),
		yg_cli_word(listing->args, yg_value_text(value, "action")),
		yg_cli_decision(listing->args, yg_value_text(value, "status")),
	};

	(void)line;
	return yg_table_add(listing->table, texts);
}

enum yg_exit yg_command_findings(const struct yg_cli_args *args)
{
	static const char *const filters[] = { "severity", "status", "rule", "service",
					       "contains" };
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	struct listing listing = { .args = args };
	char path[1024] = "/v1/findings?";
	uint64_t limit = 100;
	enum yg_exit code;

	if (yg_cli_number(args, "limit", &limit))
		return yg_cli_usage(args, "--limit: not a number above 0");
	if (yg_table_new(args->japanese ? columns_ja : columns, YG_ARRAY_SIZE(columns), &table))
		return yg_cli_fail(args, "findings: Out of memory");
	listing.table = table;
	for (size_t i = 0; i < YG_ARRAY_SIZE(filters); i++)
		yg_client_add(path, sizeof(path), filters[i], yg_cli_value(args, filters[i]));
	if (yg_client_add_since(args, path, sizeof(path)))
		return yg_cli_usage(args, "--since: not a duration such as 90s, 15m, 1h or 7d");
	code = yg_client_each(args, path, limit, add_finding, &listing);
	if (code != YG_EXIT_DONE || args->json)
		return code;
	if (yg_table_count(table) == 0)
		(void)fprintf(args->out, "%s\n",
			      yg_cli_text(args, "No findings", "該当する検出はありません"));
	yg_table_print(table, args->out, args->columns);
	return YG_EXIT_DONE;
}
