/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/tables.h"

#include <inttypes.h>
#include <string.h>

#include "cli/table.h"

#define COLUMNS_MIN    60
#define ENDPOINT_FIXED 45 /* columns before the endpoint's path */
#define METHOD_WIDTH   7
#define INDENT	       4
#define TEXT_CAP       1024u
#define NS_PER_S       1e9

static int usable(int columns)
{
	return columns < COLUMNS_MIN ? COLUMNS_MIN : columns;
}

void yg_tables_endpoint_head(FILE *out)
{
	(void)fprintf(out, "%9s %8s %7s %7s  %-*s  %s\n", "REQUESTS", "CALLERS", "4XX", "5XX",
		      METHOD_WIDTH, "METHOD", "PATH");
}

void yg_tables_service(FILE *out, const struct yg_endpoint *endpoint)
{
	yg_text_put(out, endpoint->service);
	(void)fputc('\n', out);
}

static uint64_t count_class(const struct yg_endpoint *endpoint, unsigned int class)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < endpoint->status_count; i++) {
		if (endpoint->status[i].status / 100 == class)
			count += endpoint->status[i].count;
	}
	return count;
}

void yg_tables_endpoint(FILE *out, int columns, const struct yg_endpoint *endpoint)
{
	const char *path = endpoint->template_;
	int room = usable(columns) - ENDPOINT_FIXED;

	(void)fprintf(out, "%9" PRIu64 " %8" PRIu64 " %7" PRIu64 " %7" PRIu64 "  ",
		      endpoint->requests, yg_hll_count(&endpoint->callers),
		      count_class(endpoint, 4), count_class(endpoint, 5));
	yg_text_print(out, endpoint->method, METHOD_WIDTH, YG_ALIGN_LEFT);
	(void)fputs("  ", out);
	if (yg_text_width(path) <= room)
		yg_text_put(out, path);
	else
		yg_text_print(out, path, room, YG_ALIGN_ENDS);
	(void)fputc('\n', out);
}

/* Who did it; of posture, since when it is so. */
static void print_origin(char *line, const struct yg_finding *finding)
{
	char address[YG_ADDRESS_TEXT_CAP];

	if (finding->state != YG_STATE_NONE)
		(void)snprintf(line, TEXT_CAP, "%s, seen %u times on %s%s%s",
			       yg_state_name(finding->state), finding->repeats + 1,
			       finding->service, finding->endpoint[0] ? ": " : "",
			       finding->endpoint);
	else
		(void)snprintf(line, TEXT_CAP, "%s from %s on %s%s%s",
			       finding->caller[0] ? finding->caller : "unknown caller",
			       yg_address_format(&finding->client, address), finding->service,
			       finding->endpoint[0] ? ": " : "", finding->endpoint);
}

void yg_tables_finding(FILE *out, int columns, const struct yg_finding *finding, bool japanese)
{
	const struct yg_rule *rule = finding->rule;
	char line[TEXT_CAP];

	japanese = japanese && rule->title_ja;
	(void)snprintf(line, sizeof(line), "%s  %s  %s", yg_severity_name(finding->severity),
		       rule->id, japanese ? rule->title_ja : rule->title);
	yg_text_wrap(out, line, 0, usable(columns));
	print_origin(line, finding);
	yg_text_wrap(out, line, INDENT, usable(columns));
	yg_text_wrap(out, finding->cause, INDENT, usable(columns));
	yg_text_wrap(out, japanese ? rule->effect_ja : rule->effect, INDENT, usable(columns));
	yg_text_wrap(out, japanese ? rule->remediation_ja : rule->remediation, INDENT,
		     usable(columns));
	(void)fputc('\n', out);
}

/* @text of the capture as a string, cut to TEXT_CAP; "?" when it was not seen. */
static const char *text_of(struct yg_slice text, char *ret)
{
	(void)snprintf(ret, TEXT_CAP, "%.*s", (int)(text.len < TEXT_CAP ? text.len : TEXT_CAP - 1),
		       text.ptr ? text.ptr : "?");
	return text.ptr ? ret : "?";
}

void yg_tables_exchange(FILE *out, int columns, const struct yg_spooled *item)
{
	char address[YG_ADDRESS_TEXT_CAP], text[TEXT_CAP], status[8] = "-";
	const char *target;
	int used;

	if (item->status)
		(void)snprintf(status, sizeof(status), "%" PRIu16, item->status);
	used = fprintf(out, "%-3s %-21s ", status, yg_address_format(&item->asked, address));
	yg_text_print(out, text_of(item->method, text), METHOD_WIDTH, YG_ALIGN_LEFT);
	(void)fputc(' ', out);
	used += METHOD_WIDTH + 1;
	target = text_of(item->target, text);
	if (yg_text_width(target) <= usable(columns) - used)
		yg_text_put(out, target);
	else
		yg_text_print(out, target, usable(columns) - used, YG_ALIGN_LEFT);
	(void)fputc('\n', out);
}

void yg_tables_summary(FILE *out, const struct yg_run_totals *totals)
{
	const struct yg_sample_counters *frames = &totals->frames;

	(void)fprintf(out, "%" PRIu64 " frames in %.3f s of capture: %" PRIu64 " with payload,\n",
		      (uint64_t)frames->rx, (double)(totals->last_ns - totals->first_ns) / NS_PER_S,
		      (uint64_t)frames->segment);
	(void)fprintf(out,
		      "  %" PRIu64 " empty, %" PRIu64 " not TCP, %" PRIu64 " fragments, %" PRIu64
		      " with a broken header\n",
		      (uint64_t)frames->skip_empty, (uint64_t)frames->skip_proto,
		      (uint64_t)frames->skip_fragment, (uint64_t)frames->lost_header);
	(void)fprintf(out, "%" PRIu64 " exchanges, %" PRIu64 " endpoints, %" PRIu64 " findings\n",
		      totals->exchanges, totals->endpoints, totals->findings);
	if (totals->handshakes)
		(void)fprintf(out, "%" PRIu64 " TLS handshakes\n", totals->handshakes);
}
