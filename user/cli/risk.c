/* SPDX-License-Identifier: GPL-2.0-only */
/* yagura risk: how risky it is as a whole, or one service, by what, and how it went. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/client.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/word.h"

#define REASONS_SHOWN 4u

const struct yg_cli_option yg_risk_options[] = {
	{ "service", "HOST", "Only this service", false },
	{ 0 },
};

static const struct yg_column service_columns[] = {
	{ "RISK", YG_ALIGN_RIGHT, 0 },
	{ "ENDPOINTS", YG_ALIGN_RIGHT, 0 },
	{ "SERVICE", YG_ALIGN_ENDS, 20 },
};

static const struct yg_column endpoint_columns[] = {
	{ "RISK", YG_ALIGN_RIGHT, 0 },
	{ "ID", YG_ALIGN_LEFT, 0 },
	{ "ENDPOINT", YG_ALIGN_ENDS, 24 },
	{ "REASONS", YG_ALIGN_LEFT, 16 },
};

static int add_service(const struct yg_cli_args *args, struct yg_table *table, yajl_val service)
{
	char risk[YG_FORMAT_CAP], endpoints[YG_FORMAT_CAP];
	const char *texts[] = {
		yg_count_format(yg_value_uint(service, "risk"), risk),
		yg_count_format(yg_value_uint(service, "endpoints"), endpoints),
		yg_value_text(service, "service"),
	};
	(void)args;
	return yg_table_add(table, texts);
}

/* "20 no credential is asked for, 15 public clients": the heaviest stand first. */
static void join_reasons(const struct yg_cli_args *args, yajl_val reasons, char *ret, size_t cap)
{
	const char *comma = args->japanese ? "、" : ", ";
	size_t used = 0;
	char text[256];

	ret[0] = '\0';
	for (size_t i = 0; YAJL_IS_OBJECT(reasons) && i < YAJL_GET_OBJECT(reasons)->len &&
			   i < REASONS_SHOWN && used < cap;
	     i++) {
		const char *key = YAJL_GET_OBJECT(reasons)->keys[i];

		used += (size_t)snprintf(ret + used, cap - used, "%s%" PRIu64 " %s", i ? comma : "",
					 yg_value_uint(reasons, key),
					 yg_cli_reason(args, key, text, sizeof(text)));
	}
}

static int add_endpoint(const struct yg_cli_args *args, struct yg_table *table, yajl_val endpoint)
{
	char risk[YG_FORMAT_CAP], id[YG_ID_SHORT + 1], name[1024], reasons[512];
	const char *texts[] = {
		yg_count_format(yg_value_uint(endpoint, "risk"), risk),
		id,
		name,
		reasons,
	};

	(void)snprintf(id, sizeof(id), "%s", yg_value_text(endpoint, "id"));
	yg_endpoint_name(endpoint, name, sizeof(name));
	join_reasons(args, yg_value_find(endpoint, "risk_reasons"), reasons, sizeof(reasons));
	return yg_table_add(table, texts);
}

static int print_risk(void *ctx, const char *line, yajl_val value)
{
	const struct yg_cli_args *args = *(const struct yg_cli_args *const *)ctx;
	const char *service = yg_value_text(value, "service");
	char text[512];

	(void)line;
	(void)snprintf(text, sizeof(text),
		       args->japanese ? "リスク %" PRIu64 "/100%s%.256s"
				      : "Risk %" PRIu64 " of 100%s%.256s",
		       yg_value_uint(value, "risk"), service[0] ? ": " : "", service);
	yg_print_styled(args, "1", text);
	(void)fputc('\n', args->out);
	yg_print_trend(args, "risk by hour", yg_value_find(value, "risk_hours"));
	yg_print_trend(args, "risk by day", yg_value_find(value, "risk_days"));
	if (!service[0])
		yg_print_list(args, NULL, yg_value_find(value, "services"), service_columns,
			      YG_ARRAY_SIZE(service_columns), add_service);
	yg_print_list(args, NULL, yg_value_find(value, "endpoints"), endpoint_columns,
		      YG_ARRAY_SIZE(endpoint_columns), add_endpoint);
	return 0;
}

enum yg_exit yg_command_risk(const struct yg_cli_args *args)
{
	char path[1024] = "/v1/risk?";

	yg_client_add(path, sizeof(path), "service", yg_cli_value(args, "service"));
	return yg_client_one(args, "GET", path, NULL, print_risk, &args);
}
