/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/listing.h"
#include "cli/show.h"
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

static int add_finding(void *ctx, const char *line, yajl_val value)
{
	const struct yg_listing *listing = ctx;
	char time[YG_FORMAT_CAP];
	const char *texts[] = {
		yg_value_text(value, "id"),
		yg_time_short(yg_value_text(value, "time"), time),
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
	static const char *const filters[] = { "severity", "status",   "rule",
					       "service",  "contains", NULL };
	static const struct yg_listing_plan plan = {
		.columns = columns,
		.column_count = YG_ARRAY_SIZE(columns),
		.nothing = "No findings",
		.add = add_finding,
		.limit = 100,
	};
	char path[YG_LISTING_PATH_CAP] = "/v1/findings?";
	enum yg_exit code = yg_listing_filter(args, filters, path);

	return code == YG_EXIT_DONE ? yg_listing_print(args, path, &plan) : code;
}
