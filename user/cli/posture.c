/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "cli/listing.h"
#include "cli/show.h"
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

/* The rows come by severity and rule: what is wrong stands once, above where it is. */
static int add_heading(struct yg_listing *listing, yajl_val value)
{
	char text[sizeof(listing->heading)];

	(void)snprintf(text, sizeof(text), "%s: %s",
		       yg_cli_word(listing->args, yg_value_text(value, "severity")),
		       yg_cli_text(listing->args, yg_value_text(value, "title"),
				   yg_value_text(value, "title_ja")));
	return yg_listing_heading(listing, text);
}

static int add_finding(void *ctx, const char *line, yajl_val value)
{
	struct yg_listing *listing = ctx;
	const char *endpoint = yg_value_text(value, "endpoint");
	char time[YG_FORMAT_CAP], id[YG_ID_DIGITS + 1];
	const char *texts[] = {
		id,
		yg_cli_word(listing->args, yg_value_text(value, "state")),
		yg_time_format(yg_value_text(value, "first_seen"), time),
		yg_value_text(value, "service"),
		endpoint[0] ? endpoint : "*",
	};
	int r = add_heading(listing, value);

	(void)line;
	if (r < 0)
		return r;
	(void)snprintf(id, sizeof(id), "%s", yg_value_text(value, "id"));
	time[10] = '\0'; /* the day */
	return yg_table_add(listing->table, texts);
}

enum yg_exit yg_command_posture(const struct yg_cli_args *args)
{
	static const char *const filters[] = { "state", "severity", "rule", "service", NULL };
	static const struct yg_listing_plan plan = {
		.columns = columns,
		.column_count = YG_ARRAY_SIZE(columns),
		.nothing = "No findings about posture",
		.add = add_finding,
		.limit = 100,
	};
	char path[YG_LISTING_PATH_CAP] = "/v1/findings?kind=posture";
	enum yg_exit code = yg_listing_filter(args, filters, path);

	if (code != YG_EXIT_DONE)
		return code;
	if (!yg_cli_value(args, "state") && !yg_cli_value(args, "all")) {
		yg_client_add(path, sizeof(path), "state", "unresolved");
		yg_client_add(path, sizeof(path), "status", "open");
	}
	return yg_listing_print(args, path, &plan);
}
