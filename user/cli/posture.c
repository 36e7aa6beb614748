/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "cli/client.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/word.h"

const struct yg_cli_option yg_posture_options[] = {
	{ "state", "STATE",
	  "Only open, resolved or reopened ones; else those neither resolved nor dismissed",
	  false },
	{ "all", NULL, "Resolved and dismissed ones too", false },
	{ "severity", "LEVEL", "At least this: info, low, medium, high or critical", false },
	{ "rule", "ID", "Only findings of this rule", false },
	{ "service", "HOST", "Only findings about this service", false },
	{ "since", "DURATION", "Only findings seen within the last 90s, 15m, 1h, 7d", false },
	{ "limit", "N", "At most so many, 100 if not given", false },
	{ 0 },
};

static const struct yg_column columns[] = {
	{ "ID", YG_ALIGN_LEFT, 0 },	   { "STATE", YG_ALIGN_LEFT, 0 },
	{ "SINCE", YG_ALIGN_LEFT, 0 },	   { "SERVICE", YG_ALIGN_LEFT, 14 },
	{ "ENDPOINT", YG_ALIGN_ENDS, 20 },
};

static const struct yg_column columns_ja[] = {
	{ "ID", YG_ALIGN_LEFT, 0 },
	{ "状態", YG_ALIGN_LEFT, 0 },
	{ "初回検出", YG_ALIGN_LEFT, 0 },
	{ "サービス", YG_ALIGN_LEFT, 14 },
	{ "エンドポイント", YG_ALIGN_ENDS, 20 },
};

/* The rows come by severity and rule: what is wrong stands once, above where it is. */
struct view {
	const struct yg_cli_args *args;
	struct yg_table *table;
	char heading[512]; /* the last one */
};

static int add_heading(struct view *view, yajl_val value)
{
	char text[sizeof(view->heading)];

	(void)snprintf(text, sizeof(text), "%s: %s",
		       yg_cli_word(view->args, yg_value_text(value, "severity")),
		       yg_cli_text(view->args, yg_value_text(value, "title"),
				   yg_value_text(value, "title_ja")));
	if (strcmp(text, view->heading) == 0)
		return 0;
	memcpy(view->heading, text, sizeof(text));
	return yg_table_heading(view->table, text);
}

static int add_finding(void *ctx, const char *line, yajl_val value)
{
	struct view *view = ctx;
	const char *endpoint = yg_value_text(value, "endpoint");
	char time[YG_FORMAT_CAP], id[YG_ID_DIGITS + 1];
	const char *texts[] = {
		id,
		yg_cli_word(view->args, yg_value_text(value, "state")),
		yg_time_format(yg_value_text(value, "first_seen"), time),
		yg_value_text(value, "service"),
		endpoint[0] ? endpoint : "*",
	};
	int r = add_heading(view, value);

	(void)line;
	if (r < 0)
		return r;
	(void)snprintf(id, sizeof(id), "%s", yg_value_text(value, "id"));
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
	if (yg_table_new(args->japanese ? columns_ja : columns, YG_ARRAY_SIZE(columns), &table))
		return yg_cli_fail(args, "posture: Out of memory");
	view.table = table;
	if (!state && !yg_cli_value(args, "all")) {
		state = "unresolved";
		yg_client_add(path, sizeof(path), "status", "open");
	}
	yg_client_add(path, sizeof(path), "state", state);
	for (size_t i = 0; i < YG_ARRAY_SIZE(filters); i++)
		yg_client_add(path, sizeof(path), filters[i], yg_cli_value(args, filters[i]));
	if (yg_client_add_since(args, path, sizeof(path)))
		return yg_cli_usage(args, "--since: not a duration such as 90s, 15m, 1h or 7d");
	code = yg_client_each(args, path, limit, add_finding, &view);
	if (code != YG_EXIT_DONE || args->json)
		return code;
	if (yg_table_count(table) == 0)
		(void)fprintf(
			args->out, "%s\n",
			yg_cli_text(args, "No findings about posture", "該当する検出はありません"));
	yg_table_print(table, args->out, args->columns);
	return YG_EXIT_DONE;
}
