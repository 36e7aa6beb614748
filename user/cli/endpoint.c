/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/data.h"
#include "cli/listing.h"
#include "cli/outside.h"
#include "cli/parameters.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/talk.h"
#include "cli/word.h"

static const struct yg_column span_columns[] = {
	{ "TIME", YG_ALIGN_LEFT, 0 },	  { "REQ", YG_ALIGN_RIGHT, 0 },
	{ "4XX", YG_ALIGN_RIGHT, 0 },	  { "5XX", YG_ALIGN_RIGHT, 0 },
	{ "CALLERS", YG_ALIGN_RIGHT, 0 }, { "P50", YG_ALIGN_RIGHT, 0 },
	{ "P99", YG_ALIGN_RIGHT, 0 },
};

static const struct yg_column sample_columns[] = {
	{ "TIME", YG_ALIGN_LEFT, 0 },	 { "CLIENT", YG_ALIGN_LEFT, 15 },
	{ "CALLER", YG_ALIGN_ENDS, 12 }, { "HTTP", YG_ALIGN_RIGHT, 0 },
	{ "TARGET", YG_ALIGN_LEFT, 16 },
};

static const struct yg_column relation_columns[] = {
	{ "", YG_ALIGN_LEFT, 0 },	   { "KIND", YG_ALIGN_LEFT, 0 },
	{ "REQ", YG_ALIGN_RIGHT, 0 },	   { "LAST SEEN", YG_ALIGN_LEFT, 0 },
	{ "ENDPOINT", YG_ALIGN_LEFT, 24 },
};

/* What leads to the endpoint, then where it leads to; further steps stand further right. */
static int add_relation(const struct yg_cli_args *args, struct yg_table *table, yajl_val relation)
{
	static const char *const steps[] = { "->", "  ->", "    ->" };
	bool is_in = strcmp(yg_value_text(relation, "direction"), "in") == 0;
	uint64_t depth = yg_value_uint(relation, "depth");
	yajl_val end = yg_value_find(relation, is_in ? "from" : "into");
	char name[1024], time[YG_FORMAT_CAP];
	char requests[YG_FORMAT_CAP];
	const char *texts[] = {
		is_in ? "<-" : steps[depth < YG_ARRAY_SIZE(steps) ? depth : 2],
		yg_value_text(relation, "kind"),
		yg_count_format(yg_value_uint(relation, "requests"), requests),
		yg_time_format(yg_value_text(relation, "last_seen"), time),
		name,
	};

	if (end && YAJL_IS_OBJECT(end))
		yg_endpoint_name(end, name, sizeof(name));
	else
		(void)snprintf(name, sizeof(name), "%s",
			       yg_cli_word(args, "this host, for nobody known"));
	return yg_table_add(table, texts);
}

static int add_span(const struct yg_cli_args *args, struct yg_table *table, yajl_val span)
{
	char time[YG_FORMAT_CAP], requests[YG_FORMAT_CAP], refused[YG_FORMAT_CAP];
	char failed[YG_FORMAT_CAP], callers[YG_FORMAT_CAP], p50[YG_FORMAT_CAP], p99[YG_FORMAT_CAP];
	const char *texts[] = {
		yg_time_format(yg_value_text(span, "time"), time),
		yg_count_format(yg_value_uint(span, "requests"), requests),
		yg_count_format(yg_value_uint(span, "errors_client"), refused),
		yg_count_format(yg_value_uint(span, "errors_server"), failed),
		yg_count_format(yg_value_uint(span, "callers"), callers),
		yg_us_format(yg_value_uint(span, "latency_p50_us"), p50),
		yg_us_format(yg_value_uint(span, "latency_p99_us"), p99),
	};
	(void)args;
	return yg_table_add(table, texts);
}

static int add_sample(const struct yg_cli_args *args, struct yg_table *table, yajl_val sample)
{
	char time[YG_FORMAT_CAP], status[YG_FORMAT_CAP];
	const char *texts[] = {
		yg_time_format(yg_value_text(sample, "time"), time),
		yg_value_text(sample, "client"),
		yg_value_text(sample, "caller"),
		status,
		yg_value_text(sample, "target"),
	};

	(void)snprintf(status, sizeof(status), "%" PRIu64, yg_value_uint(sample, "status"));
	(void)args;
	return yg_table_add(table, texts);
}

static void print_number(const struct yg_cli_args *args, const char *name, uint64_t value)
{
	char text[YG_FORMAT_CAP];

	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	yg_print_field(args, name, text);
}

static void print_statuses(const struct yg_cli_args *args, yajl_val status)
{
	char text[512] = "";
	size_t used = 0;

	for (size_t i = 0; YAJL_IS_OBJECT(status) && i < YAJL_GET_OBJECT(status)->len; i++) {
		const char *key = YAJL_GET_OBJECT(status)->keys[i];
		int n = snprintf(text + used, sizeof(text) - used, "%s%s %" PRIu64,
				 used ? ", " : "", key[0] == '0' ? "none" : key,
				 yg_value_uint(status, key));

		if (n < 0 || (size_t)n >= sizeof(text) - used)
			break;
		used += (size_t)n;
	}
	yg_print_field(args, "statuses", text);
}

/* What answers say inside, under whatever status; nothing for endpoints that say nothing. */
static void print_inside(const struct yg_cli_args *args, yajl_val endpoint)
{
	yajl_val outcomes = yg_value_find(endpoint, "outcomes");
	uint64_t in = yg_value_uint(endpoint, "tokens_in");
	uint64_t out = yg_value_uint(endpoint, "tokens_out");
	char text[512] = "";
	size_t used = 0;

	for (size_t i = 0; YAJL_IS_OBJECT(outcomes) && i < YAJL_GET_OBJECT(outcomes)->len; i++) {
		const char *key = YAJL_GET_OBJECT(outcomes)->keys[i];
		int n = snprintf(text + used, sizeof(text) - used, "%s%s %" PRIu64,
				 used ? ", " : "", yg_cli_word(args, key),
				 yg_value_uint(outcomes, key));

		if (n < 0 || (size_t)n >= sizeof(text) - used)
			break;
		used += (size_t)n;
	}
	if (used)
		yg_print_field(args, "outcomes", text);
	if (!in && !out)
		return;
	(void)snprintf(text, sizeof(text),
		       args->japanese ? "入力 %" PRIu64 "、出力 %" PRIu64
				      : "%" PRIu64 " in, %" PRIu64 " out",
		       in, out);
	yg_print_field(args, "tokens", text);
}

/* "20  public clients", or "shadow  in no specification", a line each. */
static void print_reasons(const struct yg_cli_args *args, yajl_val reasons, bool points)
{
	char left[32], text[512];

	for (size_t i = 0; YAJL_IS_OBJECT(reasons) && i < YAJL_GET_OBJECT(reasons)->len; i++) {
		const char *key = YAJL_GET_OBJECT(reasons)->keys[i];
		const char *reason = points ? key : yg_value_text(reasons, key);

		if (points)
			(void)snprintf(left, sizeof(left), "%3" PRIu64 " ",
				       yg_value_uint(reasons, key));
		else
			(void)snprintf(left, sizeof(left), "%-15.28s", key);
		yg_text_hang(args->out, left, yg_cli_reason(args, reason, text, sizeof(text)), 2,
			     args->columns);
	}
}

static void print_assessment(const struct yg_cli_args *args, yajl_val value)
{
	yajl_val labels = yg_value_find(value, "label_reasons");
	char text[512];

	yg_print_trend(args, "risk by hour", yg_value_find(value, "risk_hours"));
	yg_print_trend(args, "risk by day", yg_value_find(value, "risk_days"));
	(void)snprintf(text, sizeof(text),
		       args->japanese ? "リスク %" PRIu64 "/100" : "Risk %" PRIu64 " of 100",
		       yg_value_uint(value, "risk"));
	(void)fputc('\n', args->out);
	yg_print_styled(args, "1", text);
	(void)fputc('\n', args->out);
	print_reasons(args, yg_value_find(value, "risk_reasons"), true);
	if (!labels || !YAJL_IS_OBJECT(labels) || labels->u.object.len == 0)
		return;
	yg_print_title(args, "Labels");
	print_reasons(args, labels, false);
}

static int print_endpoint(void *ctx, const char *line, yajl_val value)
{
	const struct yg_cli_args *args = *(const struct yg_cli_args *const *)ctx;
	char name[1024], text[256], time[YG_FORMAT_CAP];

	(void)line;
	yg_endpoint_name(value, name, sizeof(name));
	yg_print_styled(args, "1", name);
	(void)fputs("\n\n", args->out);
	yg_print_field(args, "id", yg_value_text(value, "id"));
	print_number(args, "requests", yg_value_uint(value, "requests"));
	print_number(args, "callers", yg_value_uint(value, "callers"));
	print_statuses(args, yg_value_find(value, "status"));
	print_inside(args, value);
	yg_join_texts(yg_value_find(value, "auth"), text, sizeof(text));
	yg_print_field(args, "auth", text);
	yg_join_texts(yg_value_find(value, "protocols"), text, sizeof(text));
	yg_print_field(args, "protocols", text);
	print_number(args, "under TLS", yg_value_uint(value, "tls_requests"));
	yg_print_field(args, "first seen",
		       yg_time_format(yg_value_text(value, "first_seen"), time));
	yg_print_field(args, "last seen", yg_time_format(yg_value_text(value, "last_seen"), time));
	yg_print_field(args, "exposure", yg_cli_word(args, yg_value_text(value, "exposure")));
	yg_join_texts(yg_value_find(value, "servers"), text, sizeof(text));
	yg_print_field(args, "servers", text);
	yg_outside_print(args, value);
	print_assessment(args, value);
	yg_print_list(args, "Sensitive data", yg_value_find(value, "data"), yg_data_columns,
		      YG_DATA_COLUMNS, yg_data_add);
	yg_parameters_print(args, value);
	yg_talk_print(args, value);
	yg_print_list(args, "By hour", yg_value_find(value, "hours"), span_columns,
		      YG_ARRAY_SIZE(span_columns), add_span);
	yg_print_list(args, "By minute", yg_value_find(value, "minutes"), span_columns,
		      YG_ARRAY_SIZE(span_columns), add_span);
	yg_print_list(args, "Relations", yg_value_find(value, "relations"), relation_columns,
		      YG_ARRAY_SIZE(relation_columns), add_relation);
	yg_print_list(args, "Latest samples", yg_value_find(value, "samples"), sample_columns,
		      YG_ARRAY_SIZE(sample_columns), add_sample);
	return 0;
}

enum yg_exit yg_command_endpoint(const struct yg_cli_args *args)
{
	char path[256] = "/v1/endpoints/", id[YG_ID_DIGITS + 1];
	enum yg_exit code = yg_listing_find(args, "/v1/endpoints?", id);

	if (code != YG_EXIT_DONE)
		return code;
	yg_client_add(path, sizeof(path), NULL, id);
	return yg_client_one(args, "GET", path, NULL, print_endpoint, &args);
}
