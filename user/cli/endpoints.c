/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "cli/data.h"
#include "cli/listing.h"
#include "cli/outcome.h"
#include "cli/outside.h"
#include "cli/show.h"

const struct yg_cli_option yg_endpoints_options[] = {
	{ "service", "HOST", "Only endpoints of this service", false },
	{ "method", "METHOD", "Only endpoints of this method", false },
	{ "host", "HOST", "Only endpoints of this host, or reached from outside under it", false },
	{ "contains", "TEXT", "Only endpoints whose template holds this text", false },
	{ "search", "TEXT", "Only endpoints with this text in method, service, path or address",
	  false },
	{ "label", "LABEL", "Only endpoints with this label: shadow, external, zombie ...", false },
	{ "data", "CLASS", "Only endpoints that hold data of this class: pan, national-id ...",
	  false },
	{ "auth", "KIND", "Only endpoints asked with this: none, bearer, jwt, api-key, cookie ...",
	  false },
	{ "exposure", "WORD",
	  "Only these: external, relayed (from outside through another endpoint), internal, "
	  "outbound",
	  false },
	{ "risk", "MIN", "Only endpoints of at least this risk, 1 to 100", false },
	{ "since", "DURATION", "Only endpoints used within the last 90s, 15m, 1h, 7d", false },
	{ "new", "DURATION", "Only endpoints first seen within the last 90s, 15m, 1h, 7d", false },
	{ "sort", "ORDER", "By name, requests, risk or last (the last used first)", false },
	{ "busiest", NULL, "The same as --sort requests", false },
	{ "outside", NULL, "By the addresses under which those outside know them", false },
	{ "limit", "N", "At most so many, all if not given", false },
	{ 0 },
};

static const struct yg_column columns[] = {
	{ "ID", YG_ALIGN_LEFT, 0 },	{ "RISK", YG_ALIGN_RIGHT, 0 },
	{ "METHOD", YG_ALIGN_LEFT, 0 }, { "PATH", YG_ALIGN_ENDS, 20 },
	{ "REQ", YG_ALIGN_RIGHT, 0 },	{ "4XX", YG_ALIGN_RIGHT, 0 },
	{ "5XX", YG_ALIGN_RIGHT, 0 },	{ YG_OUTCOME_TITLE, YG_ALIGN_MAYBE, 0 },
	{ "AUTH", YG_ALIGN_LEFT, 4 },	{ "DATA", YG_ALIGN_LEFT, 5 },
	{ "LABELS", YG_ALIGN_LEFT, 8 },
};

static int add_endpoint(void *ctx, const char *line, yajl_val value)
{
	char id[YG_ID_SHORT + 1], auth[128], requests[YG_FORMAT_CAP], refused[YG_FORMAT_CAP];
	char failed[YG_FORMAT_CAP], risk[YG_FORMAT_CAP], labels[256], data[128];
	char outcome[YG_OUTCOME_TEXT_CAP];
	const char *texts[YG_ARRAY_SIZE(columns)];
	struct yg_listing *listing = ctx;
	int r;

	(void)line;
	/* The rows come sorted by service: its name stands once, above them. */
	r = yg_listing_heading(listing, yg_value_text(value, "service"));
	if (r < 0)
		return r;
	(void)snprintf(id, sizeof(id), "%s", yg_value_text(value, "id"));
	yg_join_texts(yg_value_find(value, "auth"), auth, sizeof(auth));
	texts[0] = id;
	yg_join_texts(yg_value_find(value, "labels"), labels, sizeof(labels));
	texts[1] = yg_count_format(yg_value_uint(value, "risk"), risk);
	texts[2] = yg_value_text(value, "method");
	texts[3] = yg_value_text(value, "template");
	texts[4] = yg_count_format(yg_value_uint(value, "requests"), requests);
	texts[5] = yg_count_format(yg_endpoint_class(value, '4'), refused);
	texts[6] = yg_count_format(yg_endpoint_class(value, '5'), failed);
	texts[7] = yg_outcome_text_of(listing->args, yg_value_find(value, "outcomes"), outcome);
	texts[8] = auth;
	texts[9] = yg_data_join(yg_value_find(value, "data"), data, sizeof(data));
	texts[10] = labels;
	return yg_table_add(listing->table, texts);
}

enum yg_exit yg_command_endpoints(const struct yg_cli_args *args)
{
	static const char *const filters[] = { "service",  "host",  "method", "contains",
					       "search",   "label", "data",   "auth",
					       "exposure", "risk",  "sort",   NULL };
	static const struct yg_listing_plan plan = {
		.columns = columns,
		.column_count = YG_ARRAY_SIZE(columns),
		.nothing = "No endpoints have been seen",
		.add = add_endpoint,
	};
	char path[YG_LISTING_PATH_CAP] = "/v1/endpoints?";
	enum yg_exit code = yg_listing_filter(args, filters, path);

	if (code != YG_EXIT_DONE)
		return code;
	if (yg_cli_value(args, "busiest") && !yg_cli_value(args, "sort"))
		yg_client_add(path, sizeof(path), "sort", "requests");
	return yg_cli_value(args, "outside") ? yg_outside_list(args, path)
					     : yg_listing_print(args, path, &plan);
}
