/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/client.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/word.h"

static const struct yg_column role_columns[] = {
	{ "ROLE", YG_ALIGN_LEFT, 0 },	   { "STATE", YG_ALIGN_LEFT, 0 },
	{ "PID", YG_ALIGN_RIGHT, 0 },	   { "UP", YG_ALIGN_RIGHT, 0 },
	{ "RESTARTS", YG_ALIGN_RIGHT, 0 }, { "LAST END", YG_ALIGN_LEFT, 10 },
};

static const struct yg_column interface_columns[] = {
	{ "INTERFACE", YG_ALIGN_LEFT, 0 },  { "STATE", YG_ALIGN_LEFT, 0 },
	{ "XDP", YG_ALIGN_LEFT, 0 },	    { "DROPS AT", YG_ALIGN_LEFT, 0 },
	{ "SAMPLES AT", YG_ALIGN_LEFT, 0 }, { "SHARE", YG_ALIGN_RIGHT, 0 },
	{ "REQUESTS", YG_ALIGN_RIGHT, 0 },  { "SAMPLED", YG_ALIGN_RIGHT, 0 },
};

static const struct yg_column library_columns[] = {
	{ "TLS LIBRARY", YG_ALIGN_LEFT, 20 }, { "KIND", YG_ALIGN_LEFT, 0 },
	{ "STATE", YG_ALIGN_LEFT, 0 },	      { "PROBES", YG_ALIGN_RIGHT, 0 },
	{ "PROCESSES", YG_ALIGN_RIGHT, 0 },   { "USED BY", YG_ALIGN_LEFT, 6 },
};

/* Seconds since the epoch of "2026-11-21T21:03:00.123456Z"; 0 of anything else. */
static time_t read_time(const char *text)
{
	struct tm tm = { 0 };

	return strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) ? timegm(&tm) : 0;
}

/* "3 h" from @since to the time of the answer. */
static const char *format_age(yajl_val status, const char *since, char *ret)
{
	time_t now = read_time(yg_value_text(status, "time")), then = read_time(since);

	if (then == 0 || now < then)
		(void)snprintf(ret, YG_FORMAT_CAP, "-");
	else
		(void)yg_seconds_format((uint64_t)(now - then), ret);
	return ret;
}

/* "1", "1/8", "0.1" */
static void format_share(const struct yg_cli_args *args, double share, char *ret)
{
	double below = share > 0 ? 1 / share : 0;

	if (share <= 0 || share >= 1)
		(void)snprintf(ret, YG_FORMAT_CAP, "%s",
			       share > 0 ? yg_cli_word(args, "all") : "-");
	else if (below - (double)(uint64_t)(below + 0.5) < 0.001 &&
		 below - (double)(uint64_t)(below + 0.5) > -0.001)
		(void)snprintf(ret, YG_FORMAT_CAP, "1/%" PRIu64, (uint64_t)(below + 0.5));
	else
		(void)snprintf(ret, YG_FORMAT_CAP, "%.3g", share);
}

/* How much of the time TLS is read, and what passed otherwise. */
static void print_rest(const struct yg_cli_args *args, yajl_val sensor)
{
	double rested_s = yg_value_real(sensor, "tls_rested_s");
	char line[256];

	(void)snprintf(line, sizeof(line),
		       args->japanese ? "稼働時間の割合 %.0f %%%s" : "awake %.0f %% of the time%s",
		       100 * yg_value_real(sensor, "tls_awake"),
		       strcmp(yg_value_text(sensor, "tls_rest"), "at times") != 0 ? ""
		       : args->japanese ? "（呼び出しがCPU予算を超過）"
					: ": calls exceed the CPU budget");
	yg_print_field(args, "TLS probes", line);
	if (rested_s <= 0)
		return;
	(void)snprintf(line, sizeof(line),
		       args->japanese ? "休止%.0f秒。その間の通過は推定%" PRIu64 "件（誤差±%" PRIu64
					"）"
				      : "rested %.0f s; about %" PRIu64
					" requests passed meanwhile, give or take %" PRIu64,
		       rested_s, yg_value_uint(sensor, "tls_missed"),
		       yg_value_uint(sensor, "tls_missed_error"));
	yg_print_field(args, "", line);
}

/* All of the sensor, and whether that is held. */
static void print_budget(const struct yg_cli_args *args, yajl_val sensor)
{
	bool is_over = yg_value_flag(sensor, "over_budget");
	char line[256];

	(void)snprintf(
		line, sizeof(line),
		args->japanese ? "コアの%.1f %%を使用（予算 %.1f %%）%s"
			       : "%.1f %% of a core is used, budget %.1f %%%s",
		100 * yg_value_real(sensor, "total_cpu"), 100 * yg_value_real(sensor, "cpu_budget"),
		!is_over ? ""
		: args->japanese ? " 予算超過：サンプリングでは減らせない。yagura(7)参照"
				 : ": not held, by what sampling cannot save, see yagura(7)");
	yg_print_field(args, "CPU", line);
}

static void print_sampling(const struct yg_cli_args *args, yajl_val sensor)
{
	double sampled = yg_value_real(sensor, "sampled");
	char share[YG_FORMAT_CAP], line[512], why[128];

	format_share(args, sampled, share);
	if (args->japanese)
		(void)snprintf(line, sizeof(line), "フローの%s%s（%s）", share,
			       sampled < 1 ? "、件数は推定" : "",
			       yg_cli_status_reason(args, yg_value_text(sensor, "sampled_why"), why,
						    sizeof(why)));
	else
		(void)snprintf(line, sizeof(line), "%s%s (%s)", share,
			       sampled < 1 ? " of flows, counts estimated" : " flows",
			       yg_value_text(sensor, "sampled_why"));
	yg_print_field(args, "sampling", line);
	print_budget(args, sensor);
	(void)snprintf(line, sizeof(line), args->japanese ? "コアの%.1f %%" : "%.1f %% of a core",
		       100 * yg_value_real(sensor, "analyzer_cpu"));
	yg_print_field(args, "analyzer", line);
	(void)snprintf(line, sizeof(line),
		       args->japanese ? "プログラムとトラップでコアの約%.1f %%"
				      : "about %.1f %% of a core in its programs and traps",
		       100 * yg_value_real(sensor, "kernel_cpu"));
	yg_print_field(args, "in the kernel", line);
	print_rest(args, sensor);
}

static void print_sensor(const struct yg_cli_args *args, yajl_val status)
{
	yajl_val list = yg_value_find(status, "sensor"), sensor;
	char up[YG_FORMAT_CAP], line[512];

	if (!YAJL_IS_ARRAY(list) || YAJL_GET_ARRAY(list)->len == 0)
		return;
	sensor = YAJL_GET_ARRAY(list)->values[0];
	(void)snprintf(line, sizeof(line),
		       args->japanese ? "Yagura %s、%s、モード %s、稼働 %s"
				      : "Yagura %s on %s, mode %s, up %s",
		       yg_value_text(sensor, "version"), yg_value_text(sensor, "host"),
		       yg_cli_word(args, yg_value_text(sensor, "mode")),
		       format_age(status, yg_value_text(sensor, "started"), up));
	if (yg_text_width(line) > args->columns) {
		yg_text_wrap(args->out, line, 0, args->columns);
	} else {
		yg_print_styled(args, "1", line);
		(void)fputc('\n', args->out);
	}
	yg_print_field(args, "kernel", yg_value_text(sensor, "kernel"));
	yg_print_field(args, "scope", yg_cli_word(args, yg_value_text(sensor, "scope")));
	(void)snprintf(line, sizeof(line),
		       args->japanese ? "%" PRIu64 "個、各%" PRIu64 " KiB"
				      : "%" PRIu64 " of %" PRIu64 " KiB",
		       yg_value_uint(sensor, "rings"), yg_value_uint(sensor, "ring_bytes") / 1024);
	yg_print_field(args, "rings", line);
	if (args->japanese)
		(void)snprintf(line, sizeof(line), "デーモンが%" PRIu64 "秒途絶えると%s",
			       yg_value_uint(sensor, "heartbeat_limit_s"),
			       yg_value_flag(sensor, "fail_closed") ? "遮断を継続" : "すべて通過");
	else
		(void)snprintf(line, sizeof(line), "%s when the daemon is gone for %" PRIu64 " s",
			       yg_value_flag(sensor, "fail_closed") ? "keeps dropping"
								    : "passes everything",
			       yg_value_uint(sensor, "heartbeat_limit_s"));
	yg_print_field(args, "blocks", line);
	print_sampling(args, sensor);
	(void)fputc('\n', args->out);
}

static int add_role(const struct yg_cli_args *args, struct yg_table *table, yajl_val status,
		    yajl_val role)
{
	char pid[YG_FORMAT_CAP], restarts[YG_FORMAT_CAP], up[YG_FORMAT_CAP];
	char cause[256];
	const char *texts[] = { yg_value_text(role, "role"),
				yg_cli_word(args, yg_value_text(role, "state")),
				pid,
				format_age(status, yg_value_text(role, "started"), up),
				yg_count_format(yg_value_uint(role, "restarts"), restarts),
				yg_cli_status_reason(args, yg_value_text(role, "cause"), cause,
						     sizeof(cause)) };

	(void)snprintf(pid, sizeof(pid), "%" PRIu64, yg_value_uint(role, "pid"));
	return yg_table_add(table, texts);
}

static int add_interface(const struct yg_cli_args *args, struct yg_table *table, yajl_val status,
			 yajl_val interface)
{
	char share[YG_FORMAT_CAP], requests[YG_FORMAT_CAP], sampled[YG_FORMAT_CAP];
	const char *texts[] = { yg_value_text(interface, "name"),
				yg_cli_word(args, yg_value_text(interface, "state")),
				yg_value_text(interface, "xdp"),
				yg_value_text(interface, "guard"),
				yg_value_text(interface, "sample"),
				share,
				yg_count_format(yg_value_uint(interface, "requests"), requests),
				yg_count_format(yg_value_uint(interface, "requests_sampled"),
						sampled) };

	format_share(args, yg_value_real(interface, "sampled"), share);

	(void)status;
	return yg_table_add(table, texts);
}

static int add_library(const struct yg_cli_args *args, struct yg_table *table, yajl_val status,
		       yajl_val library)
{
	char probes[YG_FORMAT_CAP], processes[YG_FORMAT_CAP];
	const char *texts[] = { yg_value_text(library, "path"),
				yg_value_text(library, "kind"),
				yg_cli_word(args, yg_value_text(library, "state")),
				yg_count_format(yg_value_uint(library, "probes"), probes),
				yg_count_format(yg_value_uint(library, "processes"), processes),
				yg_value_text(library, "comm") };

	(void)status;
	return yg_table_add(table, texts);
}

/* What a gap cost so far: "; not read: 3 connections, 12.0 kB"; "" for nothing. */
static void format_unread(const struct yg_cli_args *args, yajl_val row, char *ret, size_t cap)
{
	uint64_t connections = yg_value_uint(row, "connections");
	char count[YG_FORMAT_CAP], bytes[YG_FORMAT_CAP];

	ret[0] = '\0';
	if (connections == 0)
		return;
	(void)yg_count_format(connections, count);
	(void)yg_count_format(yg_value_uint(row, "bytes"), bytes);
	if (args->japanese)
		(void)snprintf(ret, cap, "。読めなかった接続%s件、%sバイト", count, bytes);
	else
		(void)snprintf(ret, cap, "; not read: %s connection%s, %s bytes", count,
			       connections == 1 ? "" : "s", bytes);
}

typedef int (*add_fn)(const struct yg_cli_args *args, struct yg_table *table, yajl_val status,
		      yajl_val row);

/* A list of the answer as a table, then "name: reason" of the rows that have a reason. */
static void print_rows(const struct yg_cli_args *args, yajl_val status, const char *name,
		       const struct yg_column *columns, size_t count, add_fn add)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	yajl_val list = yg_value_find(status, name);

	if (!YAJL_IS_ARRAY(list) || YAJL_GET_ARRAY(list)->len == 0 ||
	    yg_cli_table_new(args, columns, count, &table))
		return;
	for (size_t i = 0; i < YAJL_GET_ARRAY(list)->len; i++) {
		if (add(args, table, status, YAJL_GET_ARRAY(list)->values[i]))
			return;
	}
	yg_table_print(table, args->out, args->columns);
	for (size_t i = 0; i < YAJL_GET_ARRAY(list)->len; i++) {
		yajl_val row = YAJL_GET_ARRAY(list)->values[i];
		const char *title = yg_value_text(row, "name");
		char line[768], unread[128], reason[512];

		if (!yg_value_text(row, "reason")[0])
			continue;
		format_unread(args, row, unread, sizeof(unread));
		(void)snprintf(line, sizeof(line), "%s: %s%s",
			       title[0] ? title : yg_value_text(row, "path"),
			       yg_cli_status_reason(args, yg_value_text(row, "reason"), reason,
						    sizeof(reason)),
			       unread);
		yg_text_wrap(args->out, line, 2, args->columns);
	}
	(void)fputc('\n', args->out);
}

/* What the kernel lacks; nothing when it has all. */
static void print_lacks(const struct yg_cli_args *args, yajl_val status)
{
	yajl_val list = yg_value_find(status, "capabilities");
	bool any = false;

	for (size_t i = 0; YAJL_IS_ARRAY(list) && i < YAJL_GET_ARRAY(list)->len; i++) {
		yajl_val row = YAJL_GET_ARRAY(list)->values[i];
		char line[512], detail[256];

		if (yg_value_flag(row, "present"))
			continue;
		if (!any)
			yg_cli_say(args, "This kernel lacks");
		any = true;
		(void)snprintf(line, sizeof(line), "%s: %s", yg_value_text(row, "name"),
			       yg_cli_status_reason(args, yg_value_text(row, "detail"), detail,
						    sizeof(detail)));
		yg_text_wrap(args->out, line, 2, args->columns);
	}
	if (any)
		(void)fputc('\n', args->out);
}

/* "sample lost_ring 17" for each counter of a loss that is not zero. */
static void print_losses(const struct yg_cli_args *args, yajl_val counters)
{
	uint64_t bursts = yg_value_uint(yg_value_find(counters, "baseline"), "minutes_lossy");
	char burst[128];
	bool any = false;

	for (size_t i = 0; YAJL_IS_OBJECT(counters) && i < YAJL_GET_OBJECT(counters)->len; i++) {
		yajl_val table = YAJL_GET_OBJECT(counters)->values[i];

		for (size_t j = 0; YAJL_IS_OBJECT(table) && j < YAJL_GET_OBJECT(table)->len; j++) {
			const char *name = YAJL_GET_OBJECT(table)->keys[j];
			uint64_t value = yg_value_uint(table, name);
			char line[256];

			if (!strstr(name, "lost") || value == 0)
				continue;
			(void)snprintf(line, sizeof(line), "%s %s %" PRIu64,
				       YAJL_GET_OBJECT(counters)->keys[i], name, value);
			yg_print_field(args, any ? "" : "losses", line);
			any = true;
		}
	}
	if (bursts) {
		(void)snprintf(burst, sizeof(burst),
			       args->japanese ? "%" PRIu64 "分間に集中（系列に印付き）"
					      : "in bursts in %" PRIu64
						" minutes, marked in the series",
			       bursts);
		yg_print_field(args, any ? "" : "losses", burst);
		any = true;
	}
	if (!any)
		yg_print_field(args, "losses", yg_cli_word(args, "none"));
}

/* TLS and QUIC on the wire: what was read of it. */
static void print_coverage(const struct yg_cli_args *args, yajl_val coverage)
{
	char line[256];

	(void)snprintf(line, sizeof(line),
		       args->japanese ? "読んだ接続%" PRIu64 "、読めない接続%" PRIu64 "（%" PRIu64
					"バイト）、ハンドシェイクのみ%" PRIu64
				      : "%" PRIu64 " connections read, %" PRIu64 " not (%" PRIu64
					" bytes), %" PRIu64 " bare handshakes",
		       yg_value_uint(coverage, "read"), yg_value_uint(coverage, "gap"),
		       yg_value_uint(coverage, "gap_bytes"), yg_value_uint(coverage, "idle"));
	yg_print_field(args, "TLS", line);
	if (!yg_value_uint(coverage, "quic"))
		return;
	(void)snprintf(line, sizeof(line),
		       args->japanese ? "読めない接続%" PRIu64 "（%" PRIu64 "バイト）"
				      : "%" PRIu64 " connections not read (%" PRIu64 " bytes)",
		       yg_value_uint(coverage, "quic"), yg_value_uint(coverage, "quic_bytes"));
	yg_print_field(args, "QUIC", line);
}

static void print_counts(const struct yg_cli_args *args, yajl_val status)
{
	yajl_val known = yg_value_find(status, "known");
	yajl_val counters = yg_value_find(status, "counters");
	yajl_val guard = yg_value_find(counters, "guard");
	yajl_val sample = yg_value_find(counters, "sample"), tls = yg_value_find(counters, "tls");
	char line[256];

	(void)snprintf(line, sizeof(line),
		       args->japanese ? "エンドポイント%" PRIu64 "、利用者%" PRIu64 "、検出%" PRIu64
					"（未判断%" PRIu64 "）"
				      : "%" PRIu64 " endpoints, %" PRIu64 " callers, %" PRIu64
					" findings (%" PRIu64 " open)",
		       yg_value_uint(known, "endpoints"), yg_value_uint(known, "callers"),
		       yg_value_uint(known, "findings"), yg_value_uint(known, "findings_open"));
	yg_print_field(args, "known", line);
	(void)snprintf(line, sizeof(line),
		       args->japanese ? "平文%" PRIu64 "、TLS %" PRIu64 "%s"
				      : "%" PRIu64 " in clear, %" PRIu64 " under TLS%s",
		       yg_value_uint(sample, "request"), yg_value_uint(tls, "request"),
		       !yg_value_uint(tls, "skip_rest") ? ""
		       : args->japanese			? "（プローブ稼働中のみ）"
							: " while its probes were there");
	yg_print_field(args, "requests", line);
	(void)snprintf(line, sizeof(line),
		       args->japanese ? "遮断中のアドレスのフレーム%" PRIu64
				      : "%" PRIu64 " frames of blocked addresses",
		       yg_value_uint(guard, "drop_exact") + yg_value_uint(guard, "drop_net") +
			       yg_value_uint(guard, "drop_answer") +
			       yg_value_uint(guard, "drop_inner"));
	yg_print_field(args, "dropped", line);
	print_coverage(args, yg_value_find(counters, "coverage"));
	print_losses(args, counters);
}

static int print_status(void *ctx, const char *line, yajl_val status)
{
	const struct yg_cli_args *args = *(const struct yg_cli_args *const *)ctx;

	(void)line;
	print_sensor(args, status);
	print_rows(args, status, "roles", role_columns, YG_ARRAY_SIZE(role_columns), add_role);
	print_rows(args, status, "interfaces", interface_columns, YG_ARRAY_SIZE(interface_columns),
		   add_interface);
	print_rows(args, status, "libraries", library_columns, YG_ARRAY_SIZE(library_columns),
		   add_library);
	print_lacks(args, status);
	print_counts(args, status);
	return 0;
}

enum yg_exit yg_command_status(const struct yg_cli_args *args)
{
	return yg_client_one(args, "GET", "/v1/status", NULL, print_status, &args);
}
