/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers that change nothing. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "baseline/estimate.h"
#include "respond/knowledge.h"
#include "serve/body.h"
#include "serve/private.h"
#include "serve/rule.h"
#include "store/query.h"

#define QUERY_NS       (2 * YG_NS_PER_SECOND) /* an operator's query; the desk waits for it */
#define LIMIT_DEFAULT  100u
#define SERIES_HOURS   24u
#define SERIES_MINUTES 60u
#define SAMPLES_SHOWN  10u

/* Whole number of a query parameter, or @initial. Return: 0; -EINVAL. */
static int number_argument(const struct yg_http_request *request, const char *name, uint64_t max,
			   uint64_t initial, uint64_t *ret)
{
	const char *text = yg_http_argument(request, name);
	uint64_t value = 0;

	*ret = initial;
	if (!text)
		return 0;
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || value > max / 10)
			return -EINVAL;
		value = value * 10 + (uint64_t)(*text - '0');
	}
	if (value > max)
		return -EINVAL;
	*ret = value;
	return 0;
}

static struct yg_slice text_argument(const struct yg_http_request *request, const char *name)
{
	return yg_slice_from_str(yg_http_argument(request, name));
}

/* NULL: by name. Return: 0; -EINVAL. */
static int read_order(const char *text, enum yg_store_order *ret)
{
	static const char *const names[YG_STORE_ORDER_MAX] = { "name", "requests", "risk", "last",
							       "records" };

	*ret = YG_STORE_BY_NAME;
	if (!text)
		return 0;
	for (unsigned int i = 0; i < YG_STORE_ORDER_MAX; i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		*ret = (enum yg_store_order)i;
		return 0;
	}
	return -EINVAL;
}

/* The filter of a list. Return: 0; -EINVAL, then @ret_name is the parameter that is wrong. */
static int read_filter(const struct yg_http_request *request, struct yg_store_filter *ret,
		       const char **ret_name)
{
	const char *sort = yg_http_argument(request, "sort");
	const char *endpoint = yg_http_argument(request, "endpoint");
	uint64_t limit = 0, offset = 0, since = 0, new = 0, risk = 0;
	enum yg_store_order order;

	*ret_name = "limit";
	if (number_argument(request, "limit", YG_STORE_LIST_MAX, LIMIT_DEFAULT, &limit) ||
	    limit == 0)
		return -EINVAL;
	*ret_name = "offset";
	if (number_argument(request, "offset", UINT32_MAX, 0, &offset))
		return -EINVAL;
	*ret_name = "since";
	if (number_argument(request, "since", INT64_MAX / YG_NS_PER_SECOND, 0, &since))
		return -EINVAL;
	*ret_name = "new";
	if (number_argument(request, "new", INT64_MAX / YG_NS_PER_SECOND, 0, &new))
		return -EINVAL;
	*ret_name = "sort";
	if (read_order(sort, &order))
		return -EINVAL;
	*ret_name = "risk";
	if (number_argument(request, "risk", 100, 0, &risk))
		return -EINVAL;
	*ret = (struct yg_store_filter){
		.service = text_argument(request, "service"),
		.method = text_argument(request, "method"),
		.contains = text_argument(request, "contains"),
		.rule = text_argument(request, "rule"),
		.severity = text_argument(request, "severity"),
		.status = text_argument(request, "status"),
		.kind = text_argument(request, "kind"),
		.state = text_argument(request, "state"),
		.data = text_argument(request, "data"),
		.since_ns = since * YG_NS_PER_SECOND,
		.new_ns = new *YG_NS_PER_SECOND,
		.label = text_argument(request, "label"),
		.risk = (uint32_t)risk,
		.host = text_argument(request, "host"),
		.search = text_argument(request, "search"),
		.auth = text_argument(request, "auth"),
		.exposure = text_argument(request, "exposure"),
		.order = order,
		.by_requests = order == YG_STORE_BY_REQUESTS,
		.limit = (uint32_t)limit,
		.offset = (uint32_t)offset,
	};
	*ret_name = "endpoint";
	return endpoint ? yg_id_from_text(endpoint, &ret->id) : 0;
}

static void reply_list(struct yg_desk *desk, struct yg_http_request *request,
		       enum yg_store_list list)
{
	struct yg_reply_list reply;
	struct yg_store_filter filter;
	const char *name;
	ssize_t count;

	if (read_filter(request, &filter, &name)) {
		yg_reply_error(desk, request, 400, name, "out of range");
		return;
	}
	yg_reply_list_open(&reply, request);
	count = yg_store_each(desk->store, list, &filter, yg_reply_list_add, &reply);
	if (count < 0) {
		yg_http_clear(request);
		yg_reply_error(desk, request, count == -EINVAL ? 400 : 503,
			       count == -EINVAL ? "severity, status, kind, state or exposure"
						: "store",
			       strerror((int)-count));
		return;
	}
	yg_reply_list_close(&reply, (uint32_t)count == filter.limit
					    ? (uint64_t)filter.offset + (uint64_t)count
					    : 0);
}

void yg_get_endpoints(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	(void)rest;
	reply_list(desk, request, YG_STORE_ENDPOINTS);
}

void yg_get_callers(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	(void)rest;
	reply_list(desk, request, YG_STORE_CALLERS);
}

void yg_get_parties(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	(void)rest;
	reply_list(desk, request, YG_STORE_PARTIES);
}

void yg_get_relations(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	const char *by = yg_http_argument(request, "by");
	bool by_service = by && strcmp(by, "service") == 0;
	struct yg_reply_list reply;
	struct yg_store_filter filter;
	const char *name = "by";
	ssize_t count;

	(void)rest;
	if ((by && !by_service && strcmp(by, "endpoint") != 0) ||
	    read_filter(request, &filter, &name)) {
		yg_reply_error(desk, request, 400, name, "out of range");
		return;
	}
	yg_reply_list_open(&reply, request);
	count = yg_store_graph(desk->store, &filter, by_service, yg_reply_list_add, &reply);
	if (count < 0) {
		yg_http_clear(request);
		yg_reply_error(desk, request, 503, "store", strerror((int)-count));
		return;
	}
	yg_reply_list_close(&reply, (uint32_t)count == filter.limit
					    ? (uint64_t)filter.offset + (uint64_t)count
					    : 0);
}

void yg_get_findings(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	(void)rest;
	reply_list(desk, request, YG_STORE_FINDINGS);
}

void yg_get_samples(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	(void)rest;
	reply_list(desk, request, YG_STORE_SAMPLES);
}

static int add_object(void *ctx, struct yg_slice object)
{
	yg_http_add(ctx, object);
	return 0;
}

/* The object of one id, its last bracket left off: more may follow. Return: whether it is there. */
static bool open_one(struct yg_desk *desk, struct yg_http_request *request, enum yg_store_list list,
		     const char *rest, uint64_t *ret_id)
{
	struct yg_store_filter filter = { .limit = 1 };

	if (yg_id_from_text(rest, &filter.id)) {
		yg_reply_error(desk, request, 400, rest, "not an id of 16 hex digits");
		return false;
	}
	if (filter.id == 0 || yg_store_each(desk->store, list, &filter, add_object, request) != 1) {
		yg_reply_error(desk, request, 404, rest, "not found");
		return false;
	}
	*ret_id = filter.id;
	return true;
}

void yg_get_finding(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	uint64_t id;

	if (!open_one(desk, request, YG_STORE_FINDINGS, rest, &id))
		return;
	yg_http_add(request, YG_SLICE("\n"));
	yg_http_send(request, 200, "application/json");
}

/* Cells added up to spans of equal length. */
struct series {
	uint64_t from_ns;
	uint64_t span_ns;
	uint32_t count;
	struct yg_cell *cells; /* [count] */
};

static void add_cell(void *ctx, const struct yg_cell *cell)
{
	const struct series *series = ctx;
	uint64_t at = (cell->start_ns - series->from_ns) / series->span_ns;

	if (at < series->count)
		yg_cell_merge(&series->cells[at], cell);
}

static void write_cell(struct yg_json *json, const struct yg_cell *cell, uint64_t start_ns)
{
	double error;

	yg_json_open_object(json);
	yg_json_pair_time(json, "time", start_ns);
	yg_json_pair_uint(json, "requests", cell->requests);
	yg_json_pair_uint(json, "errors_client", yg_cell_status_class(cell, 4));
	yg_json_pair_uint(json, "errors_server", yg_cell_status_class(cell, 5));
	yg_json_pair_uint(json, "callers", yg_cell_callers(cell, &error));
	if (cell->seen < cell->requests) {
		yg_json_pair_uint(json, "seen", cell->seen);
		yg_json_pair_uint(json, "requests_error",
				  (uint64_t)(yg_count_error(cell->spread) + 0.5));
		yg_json_pair_uint(json, "callers_error", (uint64_t)(error + 0.5));
	}
	if (cell->lost)
		yg_json_pair_uint(json, "lost", cell->lost);
	yg_json_pair_uint(json, "request_bytes", cell->request_bytes);
	yg_json_pair_uint(json, "response_bytes", cell->response_bytes);
	yg_json_pair_uint(json, "latency_p50_us", yg_quantile_at(&cell->latency_us, 0.5));
	yg_json_pair_uint(json, "latency_p99_us", yg_quantile_at(&cell->latency_us, 0.99));
	yg_json_close_object(json);
}

/* @name: a list of spans of @span_ns up to now, oldest first, the empty ones left out. */
static void add_series(struct yg_desk *desk, struct yg_http_request *request, uint64_t endpoint,
		       uint64_t span_ns, uint32_t count)
{
	uint64_t end_ns = (desk->options.epoch_ns(desk->options.ctx) / span_ns + 1) * span_ns;
	struct series series = { end_ns - span_ns * count, span_ns, count, NULL };

	yg_json_reset(desk->json);
	yg_json_open_array(desk->json);
	series.cells = calloc(count, sizeof(*series.cells));
	if (series.cells &&
	    yg_store_series(desk->store, endpoint, series.from_ns, end_ns, add_cell, &series) > 0) {
		for (uint32_t i = 0; i < count; i++) {
			if (series.cells[i].requests)
				write_cell(desk->json, &series.cells[i],
					   series.from_ns + i * span_ns);
		}
	}
	yg_json_close_array(desk->json);
	yg_http_add(request, yg_json_view(desk->json));
	free(series.cells);
}

void yg_get_endpoint(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	struct yg_store_filter filter = { .limit = SAMPLES_SHOWN };
	struct yg_reply_list samples = { .request = request }, relations = samples;

	if (!open_one(desk, request, YG_STORE_ENDPOINTS, rest, &filter.id))
		return;
	yg_http_trim(request, 1);
	yg_openapi_fields(desk, request, filter.id);
	yg_http_add(request, YG_SLICE(",\"hours\":"));
	add_series(desk, request, filter.id, 3600 * YG_NS_PER_SECOND, SERIES_HOURS);
	yg_http_add(request, YG_SLICE(",\"minutes\":"));
	add_series(desk, request, filter.id, 60 * YG_NS_PER_SECOND, SERIES_MINUTES);
	yg_risk_series(desk, request, filter.id, (struct yg_slice){ NULL, 0 });
	yg_http_add(request, YG_SLICE(",\"relations\":["));
	(void)!yg_store_relations(desk->store, filter.id, yg_reply_list_add, &relations);
	yg_http_add(request, YG_SLICE("],\"samples\":["));
	(void)!yg_store_each(desk->store, YG_STORE_SAMPLES, &filter, yg_reply_list_add, &samples);
	yg_http_add(request, YG_SLICE("]}\n"));
	yg_http_send(request, 200, "application/json");
}

static void write_row(void *ctx, const struct yg_feed_message *message)
{
	struct yg_json *json = ctx;

	yg_json_open_object(json);
	yg_feed_write_fields(json, message);
	yg_json_close_object(json);
}

static void write_rows(struct yg_desk *desk, const char *name, enum yg_feed_kind kind)
{
	yg_json_key(desk->json, name);
	yg_json_open_array(desk->json);
	yg_status_each(desk->status, kind, write_row, desk->json);
	yg_json_close_array(desk->json);
}

/* Counters come in order of their tables: an object per table. */
struct counter_writer {
	struct yg_json *json;
	char table[33]; /* whose object is open; "" none */
};

static void write_counter(struct counter_writer *writer, struct yg_slice table,
			  struct yg_slice name, uint64_t value)
{
	if (!yg_slice_equal(table, yg_slice_from_str(writer->table)) || !writer->table[0]) {
		if (writer->table[0])
			yg_json_close_object(writer->json);
		(void)snprintf(writer->table, sizeof(writer->table), "%.*s", (int)table.len,
			       table.ptr);
		yg_json_key_slice(writer->json, table);
		yg_json_open_object(writer->json);
	}
	yg_json_key_slice(writer->json, name);
	yg_json_uint(writer->json, value);
}

static void write_feed_counter(void *ctx, const struct yg_feed_message *message)
{
	write_counter(ctx, message->counter.table, message->counter.name, message->counter.value);
}

static void write_desk_counter(void *ctx, const char *table, const char *name, uint64_t value,
			       const char *help)
{
	(void)help;
	write_counter(ctx, yg_slice_from_str(table), yg_slice_from_str(name), value);
}

static void write_counters(struct yg_desk *desk)
{
	struct counter_writer writer = { .json = desk->json };

	yg_json_key(desk->json, "counters");
	yg_json_open_object(desk->json);
	yg_status_each(desk->status, YG_FEED_KIND_COUNTER, write_feed_counter, &writer);
	yg_desk_counters(desk, write_desk_counter, &writer);
	if (writer.table[0])
		yg_json_close_object(desk->json);
	yg_json_close_object(desk->json);
}

void yg_get_status(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	struct yg_json *json = desk->json;

	(void)rest;
	yg_json_reset(json);
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "status");
	yg_json_pair_time(json, "time", desk->options.epoch_ns(desk->options.ctx));
	write_rows(desk, "sensor", YG_FEED_KIND_SENSOR);
	write_rows(desk, "roles", YG_FEED_KIND_ROLE);
	write_rows(desk, "interfaces", YG_FEED_KIND_INTERFACE);
	write_rows(desk, "libraries", YG_FEED_KIND_LIBRARY);
	write_rows(desk, "capabilities", YG_FEED_KIND_CAPABILITY);
	yg_json_key(json, "known");
	yg_json_open_object(json);
	yg_json_pair_uint(json, "endpoints", yg_store_count(desk->store, YG_STORE_ENDPOINTS));
	yg_json_pair_uint(json, "callers", yg_store_count(desk->store, YG_STORE_CALLERS));
	yg_json_pair_uint(json, "findings", yg_store_count(desk->store, YG_STORE_FINDINGS));
	yg_json_pair_uint(json, "findings_open", yg_store_findings_open(desk->store));
	yg_json_pair_uint(json, "risk", yg_store_risk(desk->store));
	yg_json_close_object(json);
	yg_risk_services(desk, (struct yg_slice){ NULL, 0 });
	write_counters(desk);
	yg_json_close_object(json);
	yg_reply_json(desk, request, 200);
}

void yg_get_rules(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	struct yg_reply_list list;
	uint32_t count = 0;
	const struct yg_rule *const *rules = yg_rules(&count);

	(void)rest;
	yg_reply_list_open(&list, request);
	for (uint32_t i = 0; i < count; i++) {
		yg_json_reset(desk->json);
		yg_rule_write(desk->json, rules[i]);
		(void)yg_reply_list_add(&list, yg_json_view(desk->json));
	}
	yg_reply_list_close(&list, 0);
}

struct query_run {
	struct yg_desk *desk;
	struct yg_reply_list reply;
};

static uint64_t query_clock(void *ctx)
{
	const struct query_run *run = ctx;

	return run->desk->options.monotonic_ns(run->desk->options.ctx);
}

static int add_row(void *ctx, struct yg_slice object)
{
	struct query_run *run = ctx;

	return yg_reply_list_add(&run->reply, object);
}

void yg_post_query(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	struct query_run run = { .desk = desk };
	YG_CLEANUP(yg_body_free) struct yg_body *body = NULL;
	char cause[YG_QUERY_CAUSE_CAP] = "";
	struct yg_query query;
	bool cut = false;
	int r;

	(void)rest;
	if (yg_body_parse(yg_http_body(request), &body) || !yg_body_text(body, "sql")) {
		yg_reply_error(desk, request, 400, "body", "not an object with a text 'sql'");
		return;
	}
	yg_reply_list_open(&run.reply, request);
	query = (struct yg_query){
		.dir_fd = desk->options.state_fd,
		.text = yg_slice_from_str(yg_body_text(body, "sql")),
		.deadline_ns = query_clock(&run) + QUERY_NS,
		.clock = query_clock,
		.ctx = &run,
		.fn = add_row,
	};
	r = yg_query_run(&query, &cut, cause);
	if (r) {
		yg_http_clear(request);
		yg_reply_error(desk, request, r == -EINVAL ? 400 : 503, "query",
			       r == -ETIME || !cause[0] ? strerror(-r) : cause);
		return;
	}
	/* The next offset tells that rows are missing; SQL has its own OFFSET to go on with. */
	yg_reply_list_close(&run.reply, cut ? run.reply.count : 0);
}
