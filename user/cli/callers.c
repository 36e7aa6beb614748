/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/listing.h"
#include "cli/show.h"

const struct yg_cli_option yg_callers_options[] = {
	{ "contains", "TEXT", "Only callers whose name holds this text, or of this address",
	  false },
	{ "busiest", NULL, "Most requests first, instead of the latest", false },
	{ "by-records", NULL, "Those that were given most sensitive records first", false },
	{ "since", "DURATION", "Only callers of the last 90s, 15m, 1h, 7d", false },
	{ "limit", "N", "At most so many, 100 if not given", false },
	{ 0 },
};

static const struct yg_column columns[] = {
	{ "CALLER", YG_ALIGN_ENDS, 10 },   { "CLIENT", YG_ALIGN_LEFT, 15 },
	{ "REQ", YG_ALIGN_RIGHT, 0 },	   { "4XX", YG_ALIGN_RIGHT, 0 },
	{ "ENDPTS", YG_ALIGN_RIGHT, 0 },   { "FOUND", YG_ALIGN_RIGHT, 0 },
	{ "JA4S", YG_ALIGN_RIGHT, 0 },	   { "RECORDS", YG_ALIGN_LEFT, 7 },
	{ "LAST SEEN", YG_ALIGN_LEFT, 0 },
};

/* "email 320, pan 12": different values of the last day, the most first. */
static void join_records(yajl_val list, char *ret, size_t cap)
{
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = 0; YAJL_IS_ARRAY(list) && i < YAJL_GET_ARRAY(list)->len; i++) {
		yajl_val row = YAJL_GET_ARRAY(list)->values[i];
		char count[YG_FORMAT_CAP];
		int n = snprintf(ret + used, cap - used, "%s%s %s", used ? ", " : "",
				 yg_value_text(row, "class"),
				 yg_count_format(yg_value_uint(row, "distinct"), count));

		if (n < 0 || (size_t)n >= cap - used)
			return;
		used += (size_t)n;
	}
}

static int add_caller(void *ctx, const char *line, yajl_val value)
{
	const struct yg_listing *listing = ctx;
	char requests[YG_FORMAT_CAP], errors[YG_FORMAT_CAP], endpoints[YG_FORMAT_CAP];
	char findings[YG_FORMAT_CAP], ja4s[YG_FORMAT_CAP], time[YG_FORMAT_CAP], records[256];
	const char *texts[] = {
		yg_value_text(value, "caller"),
		yg_value_text(value, "client"),
		yg_count_format(yg_value_uint(value, "requests"), requests),
		yg_count_format(yg_value_uint(value, "errors"), errors),
		yg_count_format(yg_value_uint(value, "endpoints"), endpoints),
		yg_count_format(yg_value_uint(value, "findings"), findings),
		yg_count_format(yg_value_uint(value, "ja4s"), ja4s),
		records,
		yg_time_short(yg_value_text(value, "last_seen"), time),
	};

	(void)line;
	join_records(yg_value_find(value, "data"), records, sizeof(records));
	return yg_table_add(listing->table, texts);
}

enum yg_exit yg_command_callers(const struct yg_cli_args *args)
{
	static const char *const filters[] = { "contains", NULL };
	static const struct yg_listing_plan plan = {
		.columns = columns,
		.column_count = YG_ARRAY_SIZE(columns),
		.nothing = "No callers have been seen",
		.add = add_caller,
		.limit = 100,
	};
	char path[YG_LISTING_PATH_CAP] = "/v1/callers?";
	enum yg_exit code = yg_listing_filter(args, filters, path);

	if (code != YG_EXIT_DONE)
		return code;
	if (yg_cli_value(args, "busiest") && yg_cli_value(args, "by-records"))
		return yg_cli_usage(args, "--busiest and --by-records: only one of them");
	if (yg_cli_value(args, "busiest"))
		yg_client_add(path, sizeof(path), "sort", "requests");
	if (yg_cli_value(args, "by-records"))
		yg_client_add(path, sizeof(path), "sort", "records");
	return yg_listing_print(args, path, &plan);
}
