/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/client.h"
#include "cli/table.h"

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
	{ "CALLER", YG_ALIGN_LEFT, 12 },   { "CLIENT", YG_ALIGN_LEFT, 11 },
	{ "REQ", YG_ALIGN_RIGHT, 0 },	   { "4XX", YG_ALIGN_RIGHT, 0 },
	{ "ENDPTS", YG_ALIGN_RIGHT, 0 },   { "FOUND", YG_ALIGN_RIGHT, 0 },
	{ "JA4S", YG_ALIGN_RIGHT, 0 },	   { "RECORDS", YG_ALIGN_LEFT, 10 },
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
		/* The day is in --json: eighty columns are short. */
		yg_time_format(yg_value_text(value, "last_seen"), time) + 11,
	};

	(void)line;
	join_records(yg_value_find(value, "data"), records, sizeof(records));
	return yg_table_add(ctx, texts);
}

enum yg_exit yg_command_callers(const struct yg_cli_args *args)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	char path[1024] = "/v1/callers?";
	uint64_t limit = 100;
	enum yg_exit code;

	if (yg_cli_number(args, "limit", &limit))
		return yg_cli_usage(args, "--limit: not a number above 0");
	if (yg_table_new(columns, YG_ARRAY_SIZE(columns), &table))
		return yg_cli_fail(args, "callers: Out of memory");
	yg_client_add(path, sizeof(path), "contains", yg_cli_value(args, "contains"));
	if (yg_cli_value(args, "busiest") && yg_cli_value(args, "by-records"))
		return yg_cli_usage(args, "--busiest and --by-records: only one of them");
	if (yg_cli_value(args, "busiest"))
		yg_client_add(path, sizeof(path), "sort", "requests");
	if (yg_cli_value(args, "by-records"))
		yg_client_add(path, sizeof(path), "sort", "records");
	if (yg_client_add_since(args, path, sizeof(path)))
		return yg_cli_usage(args, "--since: not a duration such as 90s, 15m, 1h or 7d");
	code = yg_client_each(args, path, limit, add_caller, table);
	if (code != YG_EXIT_DONE || args->json)
		return code;
	if (yg_table_count(table) == 0)
		(void)fprintf(args->out, "No callers have been seen\n");
	yg_table_print(table, args->out, args->columns);
	return YG_EXIT_DONE;
}
