/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/client.h"
#include "cli/show.h"
#include "cli/table.h"

const struct yg_cli_option yg_posture_options[] = {
	{ "state", "STATE", "Only open, resolved or reopened ones; without it those not resolved",
	  false },
	{ "all", NULL, "Resolved ones too", false },
	{ "severity", "LEVEL", "At least this: info, low, medium, high or critical", false },
	{ "rule", "ID", "Only findings of this rule", false },
	{ "service", "HOST", "Only findings about this service", false },
	{ "limit", "N", "At most so many, 100 if not given", false },
	{ 0 },
};

static const struct yg_column columns[] = {
	{ "SEVERITY", YG_ALIGN_LEFT, 0 }, { "STATE", YG_ALIGN_LEFT, 0 },
	{ "SINCE", YG_ALIGN_LEFT, 0 },	  { "ENDPOINT", YG_ALIGN_ENDS, 18 },
	{ "FINDING", YG_ALIGN_LEFT, 24 },
};

struct view {
	const struct yg_cli_args *args;
	struct yg_table *table;
};

static int add_finding(void *ctx, const char *line, yajl_val value)
{
	struct view *view = ctx;
	const char *endpoint = yg_value_text(value, "endpoint");
	char time[YG_FORMAT_CAP];
	const char *texts[] = {
		yg_value_text(value, "severity"),
		yg_value_text(value, "state"),
		yg_time_format(yg_value_text(value, "first_seen"), time),
		endpoint[0] ? endpoint : yg_value_text(value, "service"),
		yg_cli_text(view->args, yg_value_text(value, "title"),
			    yg_value_text(value, "title_ja")),
	};

	(void)line;
	time[10] = '\0'; /* the day */
	return yg_table_add(view->table, texts);
}

enum yg_exit yg_command_posture(const struct yg_cli_args *args)
{
	static const char *const filters[] = { "severity", "rule", "service" };
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	char path[1024] = "/v1/findings?kind=posture";
	const char *state = yg_cli_value(args, "state");
	struct view view = { .args = args };
	uint64_t limit = 100;
	enum yg_exit code;

	if (yg_cli_number(args, "limit", &limit))
		return yg_cli_usage(args, "--limit: not a number above 0");
	if (yg_table_new(columns, YG_ARRAY_SIZE(columns), &table))
		return yg_cli_fail(args, "posture: Out of memory");
	view.table = table;
	if (!state && !yg_cli_value(args, "all"))
		state = "unresolved";
	yg_client_add(path, sizeof(path), "state", state);
	for (size_t i = 0; i < YG_ARRAY_SIZE(filters); i++)
		yg_client_add(path, sizeof(path), filters[i], yg_cli_value(args, filters[i]));
	code = yg_client_each(args, path, limit, add_finding, &view);
	if (code != YG_EXIT_DONE || args->json)
		return code;
	if (yg_table_count(table) == 0)
		(void)fprintf(args->out, "No findings about posture\n");
	yg_table_print(table, args->out, args->columns);
	return YG_EXIT_DONE;
}
