/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/show.h"
#include "cli/table.h"

const struct yg_cli_option yg_parties_options[] = {
	{ "contains", "TEXT", "Only hosts whose name holds this text", false },
	{ "since", "DURATION", "Only hosts asked within the last 90s, 15m, 1h, 7d", false },
	{ "limit", "N", "At most so many, 100 if not given", false },
	{ 0 },
};

static const struct yg_column columns[] = {
	{ "HOST", YG_ALIGN_ENDS, 18 },	   { "REQ", YG_ALIGN_RIGHT, 0 },
	{ "CLEAR", YG_ALIGN_RIGHT, 0 },	   { "FAIL", YG_ALIGN_RIGHT, 0 },
	{ "TLS", YG_ALIGN_LEFT, 0 },	   { "ISSUER", YG_ALIGN_LEFT, 8 },
	{ "DATA", YG_ALIGN_LEFT, 8 },	   { "LEADS TO", YG_ALIGN_LEFT, 8 },
	{ "LAST SEEN", YG_ALIGN_LEFT, 0 },
};

static int add_party(void *ctx, const char *line, yajl_val value)
{
	char requests[YG_FORMAT_CAP], clear[YG_FORMAT_CAP], failed[YG_FORMAT_CAP];
	char issuers[256], data[256], time[YG_FORMAT_CAP];
	const char *texts[] = {
		yg_value_text(value, "host"),
		yg_count_format(yg_value_uint(value, "requests"), requests),
		yg_count_format(yg_value_uint(value, "clear"), clear),
		yg_count_format(yg_value_uint(value, "failed"), failed),
		yg_value_text(value, "tls_version"),
		issuers,
		data,
		yg_value_text(value, "redirect"),
		/* The day is in --json: eighty columns are short. */
		yg_time_format(yg_value_text(value, "last_seen"), time) + 11,
	};

	(void)line;
	yg_join_texts(yg_value_find(value, "issuers"), issuers, sizeof(issuers));
	if (!issuers[0])
		(void)snprintf(issuers, sizeof(issuers), "%s",
			       strcmp(yg_value_text(value, "tls_version"), "1.3") == 0
				       ? "hidden"
				       : "not seen");
	yg_join_texts(yg_value_find(value, "data"), data, sizeof(data));
	return yg_table_add(ctx, texts);
}

enum yg_exit yg_command_parties(const struct yg_cli_args *args)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	char path[1024] = "/v1/third-parties?";
	uint64_t limit = 100;
	enum yg_exit code;

	if (yg_cli_number(args, "limit", &limit))
		return yg_cli_usage(args, "--limit: not a number above 0");
	if (yg_table_new(columns, YG_ARRAY_SIZE(columns), &table))
		return yg_cli_fail(args, "third-parties: Out of memory");
	yg_client_add(path, sizeof(path), "contains", yg_cli_value(args, "contains"));
	if (yg_client_add_since(args, path, sizeof(path)))
		return yg_cli_usage(args, "--since: not a duration such as 90s, 15m, 1h or 7d");
	code = yg_client_each(args, path, limit, add_party, table);
	if (code != YG_EXIT_DONE || args->json)
		return code;
	if (yg_table_count(table) == 0)
		(void)fprintf(args->out, "No third parties have been asked\n");
	yg_table_print(table, args->out, args->columns);
	return YG_EXIT_DONE;
}
