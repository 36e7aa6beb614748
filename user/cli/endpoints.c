/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/data.h"
#include "cli/show.h"
#include "cli/table.h"
#include "detect/risk.h"

const struct yg_cli_option yg_endpoints_options[] = {
	{ "service", "HOST", "Only endpoints of this service", false },
	{ "method", "METHOD", "Only endpoints of this method", false },
	{ "contains", "TEXT", "Only endpoints whose template holds this text", false },
	{ "label", "LABEL", "Only endpoints with this label: shadow, external, zombie ...", false },
	{ "data", "CLASS", "Only endpoints that hold data of this class: pan, national-id ...",
	  false },
	{ "risk", "MIN", "Only endpoints of at least this risk, 1 to 100", false },
	{ "since", "DURATION", "Only endpoints used within the last 90s, 15m, 1h, 7d", false },
	{ "sort", "ORDER", "By name, requests, risk or last (the last used first)", false },
	{ "busiest", NULL, "The same as --sort requests", false },
	{ "limit", "N", "At most so many, all if not given", false },
	{ 0 },
};

static const struct yg_column columns[] = {
	{ "ID", YG_ALIGN_LEFT, 0 },	{ "RISK", YG_ALIGN_RIGHT, 0 },
	{ "METHOD", YG_ALIGN_LEFT, 0 }, { "PATH", YG_ALIGN_ENDS, 20 },
	{ "REQ", YG_ALIGN_RIGHT, 0 },	{ "4XX", YG_ALIGN_RIGHT, 0 },
	{ "5XX", YG_ALIGN_RIGHT, 0 },	{ "AUTH", YG_ALIGN_LEFT, 4 },
	{ "DATA", YG_ALIGN_LEFT, 5 },	{ "LABELS", YG_ALIGN_LEFT, 8 },
};

/* The rows come sorted by service: its name stands once, above them. */
struct listing {
	struct yg_table *table;
	char service[256]; /* of the last heading */
	bool by_service;
};

static int add_service(struct listing *listing, const char *service)
{
	if (listing->by_service && strcmp(service, listing->service) == 0)
		return 0;
	(void)snprintf(listing->service, sizeof(listing->service), "%s", service);
	listing->by_service = true;
	return yg_table_heading(listing->table, service);
}

static int add_endpoint(void *ctx, const char *line, yajl_val value)
{
	char id[YG_ID_SHORT + 1], auth[128], requests[YG_FORMAT_CAP], refused[YG_FORMAT_CAP];
	char failed[YG_FORMAT_CAP], risk[YG_FORMAT_CAP], labels[256], data[128];
	const char *texts[YG_ARRAY_SIZE(columns)];
	struct listing *listing = ctx;
	int r;

	(void)line;
	r = add_service(listing, yg_value_text(value, "service"));
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
	texts[7] = auth;
	texts[8] = yg_data_join(yg_value_find(value, "data"), data, sizeof(data));
	texts[9] = labels;
	return yg_table_add(listing->table, texts);
}

/* The filters as parameters of the path. Return: YG_EXIT_DONE; YG_EXIT_USAGE, printed. */
static enum yg_exit add_filters(const struct yg_cli_args *args, char *path, size_t cap)
{
	static const char *const filters[] = { "service", "method", "contains",
					       "label",	  "data",   "sort" };
	const char *label = yg_cli_value(args, "label");
	uint64_t risk = 0;
	enum yg_label known;

	if (label && yg_label_from_text(yg_slice_from_str(label), &known))
		return yg_cli_usage(args, "--label: no label is called '%s'", label);
	if (yg_cli_number(args, "risk", &risk) || risk > YG_RISK_MAX)
		return yg_cli_usage(args, "--risk: not a number from 1 to 100");
	for (size_t i = 0; i < YG_ARRAY_SIZE(filters); i++)
		yg_client_add(path, cap, filters[i], yg_cli_value(args, filters[i]));
	yg_client_add(path, cap, "risk", yg_cli_value(args, "risk"));
	if (yg_cli_value(args, "busiest") && !yg_cli_value(args, "sort"))
		yg_client_add(path, cap, "sort", "requests");
	if (yg_client_add_since(args, path, cap))
		return yg_cli_usage(args, "--since: not a duration such as 90s, 15m, 1h or 7d");
	return YG_EXIT_DONE;
}

enum yg_exit yg_command_endpoints(const struct yg_cli_args *args)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	struct listing listing = { .by_service = false };
	char path[1024] = "/v1/endpoints?";
	uint64_t limit = 0;
	enum yg_exit code;

	if (yg_cli_number(args, "limit", &limit))
		return yg_cli_usage(args, "--limit: not a number above 0");
	if (yg_table_new(columns, YG_ARRAY_SIZE(columns), &table))
		return yg_cli_fail(args, "endpoints: Out of memory");
	listing.table = table;
	code = add_filters(args, path, sizeof(path));
	if (code != YG_EXIT_DONE)
		return code;
	code = yg_client_each(args, path, limit, add_endpoint, &listing);
	if (code != YG_EXIT_DONE || args->json)
		return code;
	if (yg_table_count(table) == 0)
		(void)fprintf(args->out, "No endpoints have been seen\n");
	yg_table_print(table, args->out, args->columns);
	return YG_EXIT_DONE;
}
