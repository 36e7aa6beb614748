/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/tables.h"

#include <inttypes.h>
#include <string.h>

#include "cli/table.h"

#define COLUMNS_MIN   60
#define STATUS_WIDTH  3
#define ADDRESS_WIDTH 21
#define METHOD_WIDTH  7
#define TEXT_CAP      1024u
#define NS_PER_S      1e9
#define OTHERS_SHOWN  6 /* names on one line; --json has all */

static int usable(int columns)
{
	return columns < COLUMNS_MIN ? COLUMNS_MIN : columns;
}

/* @text of the capture as a string, cut to TEXT_CAP; "?" when it was not seen. */
static const char *text_of(struct yg_slice text, char *ret)
{
	size_t len = text.len < TEXT_CAP ? text.len : TEXT_CAP - 1;

	if (!text.ptr)
		return "?";
	memcpy(ret, text.ptr, len);
	ret[len] = '\0';
	return ret;
}

/* @text in @width columns or more, and a blank. @text: ASCII of ours. Return: columns. */
static int put_cell(FILE *out, const char *text, int width)
{
	int len = (int)strlen(text);

	yg_text_print(out, text, len > width ? len : width, YG_ALIGN_LEFT);
	(void)fputc(' ', out);
	return (len > width ? len : width) + 1;
}

/* No printf: there may be a million of these. */
void yg_tables_exchange(FILE *out, int columns, const struct yg_spooled *item)
{
	char address[YG_ADDRESS_TEXT_CAP], text[TEXT_CAP];
	char status[] = { (char)('0' + item->status / 100 % 10),
			  (char)('0' + item->status / 10 % 10), (char)('0' + item->status % 10),
			  '\0' };
	const char *target;
	int used = put_cell(out, item->status ? status : "-", STATUS_WIDTH);

	used += put_cell(out, yg_address_format(&item->asked, address), ADDRESS_WIDTH);
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

/* What was not TCP, the most frequent first: "  not TCP: QUIC 12, ARP 3". */
static void put_others(const struct yg_cli_args *args, const struct yg_run_totals *totals)
{
	uint64_t left[YG_OTHER_MAX];
	const char *before = args->japanese ? "  TCP以外の内訳: " : "  not TCP: ";

	if (!totals->frames.skip_proto)
		return;
	memcpy(left, totals->others, sizeof(left));
	for (int n = 0; n < OTHERS_SHOWN; n++) {
		int most = 0;

		for (int i = 1; i < YG_OTHER_MAX; i++)
			most = left[i] > left[most] ? i : most;
		if (!left[most])
			break;
		(void)fprintf(args->out, "%s%s %" PRIu64, before,
			      yg_other_name((enum yg_other)most), left[most]);
		left[most] = 0;
		before = ", ";
	}
	(void)fputc('\n', args->out);
}

void yg_tables_summary(const struct yg_cli_args *args, const struct yg_run_totals *totals)
{
	const struct yg_sample_counters *frames = &totals->frames;

	(void)fprintf(args->out,
		      args->japanese ? "フレーム%" PRIu64 "個（%.3f秒間）、ペイロードあり%" PRIu64
				       "個\n"
				     : "%" PRIu64 " frames in %.3f s of capture: %" PRIu64
				       " with payload,\n",
		      (uint64_t)frames->rx, (double)(totals->last_ns - totals->first_ns) / NS_PER_S,
		      (uint64_t)frames->segment);
	(void)fprintf(args->out,
		      args->japanese ? "  空%" PRIu64 "個、TCP以外%" PRIu64 "個、断片%" PRIu64
				       "個、ヘッダー不正%" PRIu64 "個\n"
				     : "  %" PRIu64 " empty, %" PRIu64 " not TCP, %" PRIu64
				       " fragments, %" PRIu64 " with a broken header\n",
		      (uint64_t)frames->skip_empty, (uint64_t)frames->skip_proto,
		      (uint64_t)frames->skip_fragment, (uint64_t)frames->lost_header);
	put_others(args, totals);
	(void)fprintf(args->out,
		      args->japanese ? "交信%" PRIu64 "件、エンドポイント%" PRIu64
				       "件、検出%" PRIu64 "件\n"
				     : "%" PRIu64 " exchanges, %" PRIu64 " endpoints, %" PRIu64
				       " findings\n",
		      totals->exchanges, totals->endpoints, totals->findings);
	if (totals->handshakes)
		(void)fprintf(args->out,
			      args->japanese ? "TLSハンドシェイク%" PRIu64 "回\n"
					     : "%" PRIu64 " TLS handshakes\n",
			      totals->handshakes);
}
