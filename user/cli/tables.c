/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/tables.h"

#include <inttypes.h>
#include <string.h>

#define COLUMNS_MIN    60
#define ENDPOINT_FIXED 34 /* columns before the endpoint's name */
#define INDENT	       4
#define TEXT_CAP       1024u
#define NS_PER_S       1e9

static bool is_printable(char c)
{
	return c >= 0x20 && c < 0x7f;
}

/* @text as printable ASCII, cut to @width with "..." when longer. @ret: TEXT_CAP bytes. */
static const char *fit(struct yg_slice text, int width, char *ret)
{
	size_t cap = width < (int)TEXT_CAP - 1 ? (size_t)width : TEXT_CAP - 1;
	size_t len = text.len < cap ? text.len : cap;

	memset(ret, '?', len);
	for (size_t i = 0; i < len; i++) {
		if (is_printable(text.ptr[i]))
			ret[i] = text.ptr[i];
	}
	if (text.len > cap && cap >= 3)
		memcpy(ret + cap - 3, "...", 3);
	ret[len] = '\0';
	return ret;
}

static int usable(int columns)
{
	return columns < COLUMNS_MIN ? COLUMNS_MIN : columns;
}

void yg_tables_endpoint_head(FILE *out, int columns)
{
	(void)columns;
	(void)fprintf(out, "%9s %8s %7s %7s  %s\n", "REQUESTS", "CALLERS", "4XX", "5XX",
		      "ENDPOINT");
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
	char name[YG_METHOD_CAP + YG_SERVICE_CAP + YG_TEMPLATE_CAP + 2], text[TEXT_CAP];

	(void)snprintf(name, sizeof(name), "%s %s%s", endpoint->method, endpoint->service,
		       endpoint->template_);
	(void)fprintf(out, "%9" PRIu64 " %8" PRIu64 " %7" PRIu64 " %7" PRIu64 "  %s\n",
		      endpoint->requests, yg_hll_count(&endpoint->callers),
		      count_class(endpoint, 4), count_class(endpoint, 5),
		      fit(yg_slice_from_str(name), usable(columns) - ENDPOINT_FIXED - 2, text));
}

/* Words of @text on lines of at most @columns, each behind INDENT blanks. */
static void print_wrapped(FILE *out, int columns, const char *text)
{
	size_t width = (size_t)(usable(columns) - INDENT), len = strlen(text);

	while (len > 0) {
		size_t take = len <= width ? len : width;
		char line[TEXT_CAP];

		while (take < len && take > 0 && text[take] != ' ')
			take--;
		if (take == 0)
			take = len <= width ? len : width;
		(void)fprintf(out, "%*s%s\n", INDENT, "",
			      fit((struct yg_slice){ text, take }, (int)width, line));
		text += take;
		len -= take;
		while (len > 0 && *text == ' ') {
			text++;
			len--;
		}
	}
}

void yg_tables_finding(FILE *out, int columns, const struct yg_finding *finding)
{
	char address[YG_ADDRESS_TEXT_CAP], line[TEXT_CAP], text[TEXT_CAP];

	(void)snprintf(line, sizeof(line), "%s  %s  %s", yg_severity_name(finding->severity),
		       finding->rule->id, finding->rule->title);
	(void)fprintf(out, "%s\n", fit(yg_slice_from_str(line), usable(columns), text));
	(void)snprintf(line, sizeof(line), "%s from %s on %s%s%s",
		       finding->caller[0] ? finding->caller : "unknown caller",
		       yg_address_format(&finding->client, address), finding->service,
		       finding->endpoint[0] ? ": " : "", finding->endpoint);
	print_wrapped(out, columns, line);
	print_wrapped(out, columns, finding->cause);
	print_wrapped(out, columns, finding->rule->effect);
	print_wrapped(out, columns, finding->rule->remediation);
	(void)fputc('\n', out);
}

void yg_tables_exchange(FILE *out, int columns, const struct yg_spooled *item)
{
	char address[YG_ADDRESS_TEXT_CAP], method[TEXT_CAP], target[TEXT_CAP], status[8] = "-";
	int used;

	if (item->status)
		(void)snprintf(status, sizeof(status), "%" PRIu16, item->status);
	used = fprintf(out, "%-3s %-21s %-7s ", status, yg_address_format(&item->asked, address),
		       item->method.ptr ? fit(item->method, 16, method) : "?");
	(void)fprintf(out, "%s\n",
		      item->target.ptr ? fit(item->target, usable(columns) - used, target) : "?");
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
}
