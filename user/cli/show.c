/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/show.h"

#include <inttypes.h>
#include <string.h>

#include "cli/client.h"
#include "cli/table.h"
#include "cli/word.h"

#define TREND_MAX  30u /* bars of a trend */
#define NAME_WIDTH 15  /* a Japanese word of seven, and a blank */

uint64_t yg_endpoint_class(yajl_val endpoint, char class)
{
	yajl_val status = yg_value_find(endpoint, "status");
	uint64_t sum = 0;

	if (!YAJL_IS_OBJECT(status))
		return 0;
	for (size_t i = 0; i < status->u.object.len; i++) {
		const char *key = status->u.object.keys[i];

		if (key[0] == class && strlen(key) == 3)
			sum += yg_value_uint(status, key);
	}
	return sum;
}

void yg_endpoint_name(yajl_val endpoint, char *ret, size_t cap)
{
	(void)snprintf(ret, cap, "%s %s%s", yg_value_text(endpoint, "method"),
		       yg_value_text(endpoint, "service"), yg_value_text(endpoint, "template"));
}

void yg_join_texts(yajl_val list, char *ret, size_t cap)
{
	size_t used = 0;

	ret[0] = '\0';
	for (size_t i = 0; YAJL_IS_ARRAY(list) && i < YAJL_GET_ARRAY(list)->len; i++) {
		const char *text = YAJL_GET_STRING(YAJL_GET_ARRAY(list)->values[i]);
		int n = snprintf(ret + used, cap - used, "%s%s", used ? "," : "", text ? text : "");

		if (n < 0 || (size_t)n >= cap - used)
			return;
		used += (size_t)n;
	}
}

void yg_print_field(const struct yg_cli_args *args, const char *name, const char *text)
{
	yg_text_print(args->out, yg_cli_word(args, name), NAME_WIDTH, YG_ALIGN_LEFT);
	/* The first line stands behind the name, the others below it. */
	yg_text_wrap_behind(args->out, text, NAME_WIDTH, NAME_WIDTH, args->columns);
	if (!text[0])
		(void)fputc('\n', args->out);
}

void yg_print_styled(const struct yg_cli_args *args, const char *code, const char *text)
{
	if (args->terminal)
		(void)fprintf(args->out, "\033[%sm", code);
	yg_text_put(args->out, text);
	if (args->terminal)
		(void)fputs("\033[0m", args->out);
}

void yg_print_severity(const struct yg_cli_args *args, const char *severity)
{
	bool grave = strcmp(severity, "critical") == 0 || strcmp(severity, "high") == 0;
	bool medium = strcmp(severity, "medium") == 0;

	yg_print_styled(args, grave ? "1;31" : medium ? "1;33" : "1", yg_cli_word(args, severity));
}

void yg_print_trend(const struct yg_cli_args *args, const char *name, yajl_val list)
{
	static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	char text[TREND_MAX * sizeof("▁") + 64] = "";
	size_t used = 0, len = YAJL_IS_ARRAY(list) ? YAJL_GET_ARRAY(list)->len : 0;
	size_t from = len > TREND_MAX ? len - TREND_MAX : 0;
	uint64_t risk = 0;

	if (len == 0)
		return;
	for (size_t i = from; i < len; i++) {
		risk = yg_value_uint(YAJL_GET_ARRAY(list)->values[i], "risk");
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s",
					 bars[risk >= 100 ? 7 : risk * 8 / 100]);
	}
	(void)snprintf(text + used, sizeof(text) - used, " %" PRIu64, risk);
	yg_print_field(args, name, text);
}

void yg_print_title(const struct yg_cli_args *args, const char *title)
{
	(void)fputc('\n', args->out);
	yg_print_styled(args, "1", yg_cli_word(args, title));
	(void)fputc('\n', args->out);
}

void yg_print_list(const struct yg_cli_args *args, const char *title, yajl_val list,
		   const struct yg_column *columns, size_t count, yg_print_list_fn add)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;

	if (!YAJL_IS_ARRAY(list) || YAJL_GET_ARRAY(list)->len == 0 ||
	    yg_cli_table_new(args, columns, count, &table))
		return;
	for (size_t i = 0; i < YAJL_GET_ARRAY(list)->len; i++) {
		if (add(args, table, YAJL_GET_ARRAY(list)->values[i]))
			return;
	}
	if (title)
		yg_print_title(args, title);
	else
		(void)fputc('\n', args->out);
	yg_table_print(table, args->out, args->columns);
}
