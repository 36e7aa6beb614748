/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "cli/listing.h"
#include "cli/show.h"
#include "cli/word.h"

const struct yg_cli_option yg_parties_options[] = {
	{ "contains", "TEXT", "Only hosts whose name holds this text", false },
	{ "since", "DURATION", "Only hosts asked within the last 90s, 15m, 1h, 7d", false },
	{ "limit", "N", "At most so many, 100 if not given", false },
	{ 0 },
};

static const struct yg_column columns[] = {
	{ "HOST", YG_ALIGN_ENDS, 16 },	   { "REQ", YG_ALIGN_RIGHT, 0 },
	{ "CLEAR", YG_ALIGN_RIGHT, 0 },	   { "FAIL", YG_ALIGN_RIGHT, 0 },
	{ "TLS", YG_ALIGN_LEFT, 0 },	   { "ISSUER", YG_ALIGN_LEFT, 6 },
	{ "DATA", YG_ALIGN_LEFT, 8 },	   { "LEADS TO", YG_ALIGN_LEFT, 8 },
	{ "LAST SEEN", YG_ALIGN_LEFT, 0 },
};

static int add_party(void *ctx, const char *line, yajl_val value)
{
	const struct yg_listing *listing = ctx;
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
		yg_time_short(yg_value_text(value, "last_seen"), time),
	};

	(void)line;
	yg_join_texts(yg_value_find(value, "issuers"), issuers, sizeof(issuers));
	if (!issuers[0])
		(void)snprintf(issuers, sizeof(issuers), "%s",
			       yg_cli_word(listing->args,
					   strcmp(yg_value_text(value, "tls_version"), "1.3") == 0
						   ? "hidden"
						   : "not seen"));
	yg_join_texts(yg_value_find(value, "data"), data, sizeof(data));
	return yg_table_add(listing->table, texts);
}

enum yg_exit yg_command_parties(const struct yg_cli_args *args)
{
	static const char *const filters[] = { "contains", NULL };
	static const struct yg_listing_plan plan = {
		.columns = columns,
		.column_count = YG_ARRAY_SIZE(columns),
		.nothing = "No third parties have been asked",
		.add = add_party,
		.limit = 100,
	};
	char path[YG_LISTING_PATH_CAP] = "/v1/third-parties?";
	enum yg_exit code = yg_listing_filter(args, filters, path);

	return code == YG_EXIT_DONE ? yg_listing_print(args, path, &plan) : code;
}
