/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /metrics in Prometheus' text format 0.0.4: every counter of the feed and of the desk as
 * yagura_TABLE_NAME_total, and a few gauges.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "serve/private.h"
#include "yagura/counter.h"

#define NAME_CAP 128

/* Help texts of the tables that the kernel fills; others come with their name alone. */
static const struct {
	const char *table, *name, *help;
} kernel_rows[] = {
#define GUARD_ROW(name, help)  { "guard", #name, help },
#define SAMPLE_ROW(name, help) { "sample", #name, help },
#define TLS_ROW(name, help)    { "tls", #name, help },
	YG_GUARD_COUNTERS(GUARD_ROW) YG_SAMPLE_COUNTERS(SAMPLE_ROW) YG_TLS_COUNTERS(TLS_ROW)
};

/* A metric name is letters, digits and '_'. */
static void format_name(const char *table, size_t table_len, const char *name, size_t name_len,
			char *ret)
{
	(void)snprintf(ret, NAME_CAP, "yagura_%.*s_%.*s_total", (int)table_len, table,
		       (int)name_len, name);
	for (char *p = ret; *p; p++) {
		*p = yg_ascii_lower(*p);
		if ((*p < 'a' || *p > 'z') && (*p < '0' || *p > '9'))
			*p = '_';
	}
}

static void print_counter(struct yg_http_request *request, const char *name, const char *help,
			  uint64_t value)
{
	if (help)
		yg_http_print(request, "# HELP %s %s\n", name, help);
	yg_http_print(request, "# TYPE %s counter\n%s %" PRIu64 "\n", name, name, value);
}

static void print_feed_counter(void *ctx, const struct yg_feed_message *message)
{
	const struct yg_feed_counter *counter = &message->counter;
	const char *help = NULL;
	char name[NAME_CAP];

	for (size_t i = 0; i < YG_ARRAY_SIZE(kernel_rows); i++) {
		if (yg_slice_equal(counter->table, yg_slice_from_str(kernel_rows[i].table)) &&
		    yg_slice_equal(counter->name, yg_slice_from_str(kernel_rows[i].name)))
			help = kernel_rows[i].help;
	}
	format_name(counter->table.ptr, counter->table.len, counter->name.ptr, counter->name.len,
		    name);
	print_counter(ctx, name, help, counter->value);
}

static void print_desk_counter(void *ctx, const char *table, const char *row, uint64_t value,
			       const char *help)
{
	char name[NAME_CAP];

	format_name(table, strlen(table), row, strlen(row), name);
	print_counter(ctx, name, help, value);
}

/* A label value: backslash, quote and newline are escaped, other control bytes left out. */
static void print_label(struct yg_http_request *request, struct yg_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '\\' || c == '"')
			yg_http_print(request, "\\%c", c);
		else if ((unsigned char)c >= 0x20 && c != 0x7f)
			yg_http_add(request, (struct yg_slice){ &c, 1 });
	}
}

static void print_role_up(void *ctx, const struct yg_feed_message *message)
{
	yg_http_print(ctx, "yagura_role_up{role=\"");
	print_label(ctx, message->role.role);
	yg_http_print(ctx, "\"} %d\n", yg_slice_equal(message->role.state, YG_SLICE("running")));
}

static void print_role_restarts(void *ctx, const struct yg_feed_message *message)
{
	yg_http_print(ctx, "yagura_role_restarts_total{role=\"");
	print_label(ctx, message->role.role);
	yg_http_print(ctx, "\"} %" PRIu64 "\n", message->role.restarts);
}

static void print_interface(void *ctx, const struct yg_feed_message *message)
{
	yg_http_print(ctx, "yagura_interface_attached{interface=\"");
	print_label(ctx, message->interface.name);
	yg_http_print(ctx, "\",xdp=\"");
	print_label(ctx, message->interface.xdp);
	yg_http_print(ctx, "\",sample=\"");
	print_label(ctx, message->interface.sample);
	yg_http_print(ctx, "\"} %d\n",
		      yg_slice_equal(message->interface.state, YG_SLICE("attached")));
}

/* A gap in coverage: how much TLS of a process was not read. */
static void print_gap(struct yg_http_request *request, const char *name,
		      const struct yg_feed_library *library, uint64_t value)
{
	if (!yg_slice_equal(library->state, YG_SLICE("gap")))
		return;
	yg_http_print(request, "yagura_tls_unread_%s{process=\"", name);
	print_label(request, library->comm);
	yg_http_print(request, "\",pid=\"%" PRIu64 "\",file=\"", library->pid);
	print_label(request, library->path);
	yg_http_print(request, "\",stack=\"");
	print_label(request, library->kind);
	yg_http_print(request, "\"} %" PRIu64 "\n", value);
}

static void print_gap_connections(void *ctx, const struct yg_feed_message *message)
{
	print_gap(ctx, "connections", &message->library, message->library.connections);
}

static void print_gap_bytes(void *ctx, const struct yg_feed_message *message)
{
	print_gap(ctx, "bytes", &message->library, message->library.bytes);
}

static void print_rest(struct yg_http_request *request, const struct yg_feed_sensor *sensor)
{
	yg_http_print(
		request,
		"# HELP yagura_tls_awake_ratio Share of time that the probes of TLS are there.\n"
		"# TYPE yagura_tls_awake_ratio gauge\nyagura_tls_awake_ratio %g\n"
		"# HELP yagura_tls_rested_seconds_total Time that they rested.\n"
		"# TYPE yagura_tls_rested_seconds_total counter\n"
		"yagura_tls_rested_seconds_total %g\n"
		"# HELP yagura_tls_missed_requests Requests meanwhile, estimated.\n"
		"# TYPE yagura_tls_missed_requests gauge\nyagura_tls_missed_requests %" PRIu64 "\n"
		"# HELP yagura_tls_missed_requests_error Half of the 95 %% interval of these.\n"
		"# TYPE yagura_tls_missed_requests_error gauge\n"
		"yagura_tls_missed_requests_error %" PRIu64 "\n"
		"# HELP yagura_tls_missed_bytes_total Bytes of TLS on the wire meanwhile.\n"
		"# TYPE yagura_tls_missed_bytes_total counter\n"
		"yagura_tls_missed_bytes_total %" PRIu64 "\n"
		"# HELP yagura_tls_cores Cores that calls of TLS cost the servers.\n"
		"# TYPE yagura_tls_cores gauge\nyagura_tls_cores %g\n",
		sensor->tls_awake, sensor->tls_rested_s, sensor->tls_missed,
		sensor->tls_missed_error, sensor->tls_missed_bytes, sensor->tls_cpu);
}

static void print_sampled(void *ctx, const struct yg_feed_message *message)
{
	const struct yg_feed_sensor *sensor = &message->sensor;

	yg_http_print(ctx, "# HELP yagura_sampled_ratio Share of flows that is sampled now.\n"
			   "# TYPE yagura_sampled_ratio gauge\nyagura_sampled_ratio{reason=\"");
	print_label(ctx, sensor->sampled_why);
	yg_http_print(ctx, "\"} %g\n", sensor->sampled);
	yg_http_print(
		ctx,
		"# HELP yagura_analyzer_cores Cores that the analyzer uses now.\n"
		"# TYPE yagura_analyzer_cores gauge\nyagura_analyzer_cores %g\n"
		"# HELP yagura_cpu_budget_cores Cores that all of it may use.\n"
		"# TYPE yagura_cpu_budget_cores gauge\nyagura_cpu_budget_cores %g\n"
		"# HELP yagura_kernel_cores Cores that programs in the kernel use, estimated.\n"
		"# TYPE yagura_kernel_cores gauge\nyagura_kernel_cores %g\n"
		"# HELP yagura_total_cores Cores that all of the sensor uses, those included.\n"
		"# TYPE yagura_total_cores gauge\nyagura_total_cores %g\n"
		"# HELP yagura_over_budget Is that more than it may use, for ten seconds now?\n"
		"# TYPE yagura_over_budget gauge\nyagura_over_budget %d\n",
		sensor->analyzer_cpu, sensor->cpu_budget, sensor->kernel_cpu, sensor->total_cpu,
		sensor->over_budget);
	print_rest(ctx, sensor);
}

static void print_requests(void *ctx, const struct yg_feed_message *message)
{
	const struct yg_feed_interface *interface = &message->interface;

	yg_http_print(ctx, "yagura_interface_requests_total{interface=\"");
	print_label(ctx, interface->name);
	yg_http_print(ctx, "\",sampled=\"yes\"} %" PRIu64 "\n", interface->requests_sampled);
	yg_http_print(ctx, "yagura_interface_requests_total{interface=\"");
	print_label(ctx, interface->name);
	yg_http_print(ctx, "\",sampled=\"no\"} %" PRIu64 "\n",
		      interface->requests - interface->requests_sampled);
}

static void print_gauge(struct yg_http_request *request, const char *name, const char *help,
			uint64_t value)
{
	yg_http_print(request, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRIu64 "\n", name, help, name,
		      name, value);
}

static void print_data(void *ctx, const struct yg_store_data_count *count)
{
	yg_http_print(ctx, "yagura_data_endpoints{class=\"");
	print_label(ctx, count->class_);
	yg_http_print(ctx, "\",in=\"");
	print_label(ctx, count->in);
	yg_http_print(ctx, "\",confidence=\"");
	print_label(ctx, count->confidence);
	yg_http_print(ctx, "\"} %" PRIu64 "\n", count->endpoints);
}

static void print_help(struct yg_http_request *request, const char *name, const char *type,
		       const char *help)
{
	yg_http_print(request, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Metrics of which each message of a kind is a line. */
static const struct {
	const char *name, *type, *help;
	enum yg_feed_kind kind;
	void (*print)(void *ctx, const struct yg_feed_message *message);
} lists[] = {
	{ "yagura_role_up", "gauge", "The process runs.", YG_FEED_KIND_ROLE, print_role_up },
	{ "yagura_role_restarts_total", "counter", "Times it was started again.", YG_FEED_KIND_ROLE,
	  print_role_restarts },
	{ "yagura_interface_attached", "gauge", "The sensor is attached.", YG_FEED_KIND_INTERFACE,
	  print_interface },
	{ "yagura_interface_requests_total", "counter", "Request starts in clear.",
	  YG_FEED_KIND_INTERFACE, print_requests },
	{ "yagura_tls_unread_connections", "gauge", "TLS that was not read.", YG_FEED_KIND_LIBRARY,
	  print_gap_connections },
	{ "yagura_tls_unread_bytes", "gauge", "Bytes of it on the wire.", YG_FEED_KIND_LIBRARY,
	  print_gap_bytes },
};

void yg_get_metrics(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	(void)rest;
	yg_status_each(desk->status, YG_FEED_KIND_COUNTER, print_feed_counter, request);
	yg_desk_counters(desk, print_desk_counter, request);
	for (size_t i = 0; i < YG_ARRAY_SIZE(lists); i++) {
		print_help(request, lists[i].name, lists[i].type, lists[i].help);
		yg_status_each(desk->status, lists[i].kind, lists[i].print, request);
	}
	yg_status_each(desk->status, YG_FEED_KIND_SENSOR, print_sampled, request);
	print_help(request, "yagura_data_endpoints", "gauge",
		   "Endpoints that hold a class of data.");
	(void)!yg_store_data_counts(desk->store, print_data, request);
	print_gauge(request, "yagura_endpoints", "Endpoints in the inventory.",
		    yg_store_count(desk->store, YG_STORE_ENDPOINTS));
	print_gauge(request, "yagura_callers", "Callers that are remembered.",
		    yg_store_count(desk->store, YG_STORE_CALLERS));
	print_gauge(request, "yagura_findings", "Findings that are remembered.",
		    yg_store_count(desk->store, YG_STORE_FINDINGS));
	print_gauge(request, "yagura_risk", "Risk of the riskiest endpoints, 0 to 100.",
		    yg_store_risk(desk->store));
	yg_http_send(request, 200, "text/plain; version=0.0.4; charset=utf-8");
}
