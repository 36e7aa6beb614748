/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/table.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <wchar.h>

#define GAP	  2 /* blanks between columns */
#define ELLIPSIS  "\xe2\x80\xa6"
#define ROWS_GROW 64u
#define CUT_LEAST 4 /* columns that a cell keeps when nothing else helps */
#define US_PER_MS 1000u
#define US_PER_S  1000000u

struct yg_table {
	const struct yg_column *columns;
	size_t column_count;
	char **cells; /* [row_count * column_count], owned */
	size_t row_count, row_cap;
	size_t heading_count;  /* rows whose cells but the first are NULL */
	yg_table_word_fn word; /* NULL: titles as they are */
	const void *word_ctx;
};

int yg_table_new(const struct yg_column *columns, size_t count, struct yg_table **ret)
{
	struct yg_table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->columns = columns;
	table->column_count = count;
	*ret = table;
	return 0;
}

void yg_table_free(struct yg_table **table)
{
	if (!*table)
		return;
	for (size_t i = 0; i < (*table)->row_count * (*table)->column_count; i++)
		free((*table)->cells[i]);
	free((void *)(*table)->cells);
	free(*table);
	*table = NULL;
}

void yg_table_words(struct yg_table *table, yg_table_word_fn fn, const void *ctx)
{
	table->word = fn;
	table->word_ctx = ctx;
}

static const char *title_of(const struct yg_table *table, size_t column)
{
	const char *title = table->columns[column].title;

	return table->word ? table->word(table->word_ctx, title) : title;
}

/* Room for one more row. Return: its cells, NULL without memory. */
static char **next_row(struct yg_table *table)
{
	if (table->row_count == table->row_cap) {
		size_t cap = table->row_cap + ROWS_GROW;
		char **grown = (char **)realloc((void *)table->cells,
						cap * table->column_count * sizeof(char *));

		if (!grown)
			return NULL;
		table->cells = grown;
		table->row_cap = cap;
	}
	return table->cells + table->row_count * table->column_count;
}

int yg_table_add(struct yg_table *table, const char *const *texts)
{
	char **row = next_row(table);

	if (!row)
		return -ENOMEM;
	for (size_t i = 0; i < table->column_count; i++) {
		row[i] = strdup(texts[i] ? texts[i] : "");
		if (row[i])
			continue;
		while (i > 0)
			free(row[--i]);
		return -ENOMEM;
	}
	table->row_count++;
	return 0;
}

int yg_table_heading(struct yg_table *table, const char *text)
{
	char **row = next_row(table);

	if (!row)
		return -ENOMEM;
	for (size_t i = 1; i < table->column_count; i++)
		row[i] = NULL;
	row[0] = strdup(text);
	if (!row[0])
		return -ENOMEM;
	table->row_count++;
	table->heading_count++;
	return 0;
}

size_t yg_table_count(const struct yg_table *table)
{
	return table->row_count - table->heading_count;
}

static bool is_heading(const struct yg_table *table, size_t row)
{
	return table->column_count > 1 && !table->cells[row * table->column_count + 1];
}

/* Bytes at the start of @text that are a column each and shown as they are: nearly all text. */
static size_t plain_len(const char *text)
{
	size_t len = 0;

	while (text[len] >= ' ' && text[len] <= '~')
		len++;
	return len;
}

/* Of no width, and not part of the character before it: it turns a line, or hides in it. */
static bool is_mark(wchar_t wide)
{
	return (wide >= 0x200b && wide <= 0x206f) || wide == 0x61c || wide == 0x180e ||
	       wide == 0xfeff || (wide >= 0xfff9 && wide <= 0xfffb) ||
	       (wide >= 0xe0000 && wide <= 0xe007f);
}

/* The next character of @text: its bytes and its columns; what cannot be shown is one '?'. */
static size_t next_char(const char *text, mbstate_t *state, int *ret_width, bool *ret_shown)
{
	wchar_t wide = 0;
	size_t len = mbrtowc(&wide, text, strnlen(text, MB_LEN_MAX), state);
	int width;

	*ret_shown = false;
	*ret_width = 1;
	if (len == (size_t)-1 || len == (size_t)-2) {
		*state = (mbstate_t){ 0 };
		return 1;
	}
	/* Below 0: control, C1 included. Bidirectional marks have width 0 and turn a line. */
	width = wcwidth(wide);
	if (width >= 0 && !is_mark(wide)) {
		*ret_width = width;
		*ret_shown = true;
	}
	return len;
}

int yg_text_width(const char *text)
{
	mbstate_t state = { 0 };
	int width = 0;

	for (;;) {
		size_t plain = plain_len(text);
		int columns;
		bool shown;

		text += plain;
		width += (int)plain;
		if (!*text)
			return width;
		text += next_char(text, &state, &columns, &shown);
		width += columns;
	}
}

/* Up to @width columns of @text. Return: columns printed. */
static int put_some(FILE *out, const char *text, int width)
{
	mbstate_t state = { 0 };
	int used = 0;

	for (;;) {
		size_t len = plain_len(text);
		int columns;
		bool shown;

		if (len > (size_t)(width - used))
			len = (size_t)(width - used);
		(void)fwrite(text, 1, len, out);
		used += (int)len;
		text += len;
		if (!*text)
			return used;
		len = next_char(text, &state, &columns, &shown);
		if (used + columns > width)
			return used;
		if (shown)
			(void)fwrite(text, 1, len, out);
		else
			(void)fputc('?', out);
		used += columns;
		text += len;
	}
}

static void pad(FILE *out, int columns)
{
	static const char blanks[] = "                                ";

	while (columns > 0) {
		size_t some =
			(size_t)columns < sizeof(blanks) - 1 ? (size_t)columns : sizeof(blanks) - 1;

		(void)fwrite(blanks, 1, some, out);
		columns -= (int)some;
	}
}

/* Bytes to leave out at the start of @text so that at most @width columns remain. */
static size_t skip_of(const char *text, int width)
{
	mbstate_t state = { 0 };
	int excess = yg_text_width(text) - width;
	size_t at = 0;

	while (excess > 0 && text[at]) {
		int columns;
		bool shown;

		at += next_char(text + at, &state, &columns, &shown);
		excess -= columns;
	}
	return at;
}

/* @text is too long: its two ends in @width columns. */
static void put_ends(FILE *out, const char *text, int width)
{
	int tail = (width - 1) * 3 / 5, used;

	used = put_some(out, text, width - 1 - tail);
	(void)fputs(ELLIPSIS, out);
	used += 1 + put_some(out, text + skip_of(text, tail), tail);
	pad(out, width - used);
}

void yg_text_print(FILE *out, const char *text, int width, enum yg_align align)
{
	int need = yg_text_width(text);

	if (width <= 0)
		return;
	if (need > width && align == YG_ALIGN_ENDS) {
		put_ends(out, text, width);
		return;
	}
	if (need > width) {
		int used = put_some(out, text, width - 1);

		(void)fputs(ELLIPSIS, out);
		pad(out, width - 1 - used);
		return;
	}
	if (align == YG_ALIGN_RIGHT)
		pad(out, width - need);
	(void)put_some(out, text, width);
	if (align != YG_ALIGN_RIGHT)
		pad(out, width - need);
}

void yg_text_put(FILE *out, const char *text)
{
	(void)put_some(out, text, INT32_MAX);
}

/* Bytes of @text that fit @width columns, ending at a blank where there is one. */
static size_t line_len(const char *text, int width)
{
	mbstate_t state = { 0 };
	size_t len = 0, blank = 0;
	int used = 0;

	while (text[len]) {
		int columns;
		bool shown;
		size_t step = next_char(text + len, &state, &columns, &shown);

		if (used + columns > width)
			return blank ? blank : len ? len : step;
		if (text[len] == ' ')
			blank = len;
		used += columns;
		len += step;
	}
	return len;
}

void yg_text_wrap_behind(FILE *out, const char *text, int at, int indent, int width)
{
	while (*text) {
		size_t len = line_len(text, width - indent);
		char *line = strndup(text, len);

		pad(out, indent - at);
		at = 0;
		if (line)
			yg_text_put(out, line);
		free(line);
		(void)fputc('\n', out);
		text += len;
		while (*text == ' ')
			text++;
	}
}

void yg_text_wrap(FILE *out, const char *text, int indent, int width)
{
	yg_text_wrap_behind(out, text, 0, indent, width);
}

void yg_text_hang(FILE *out, const char *label, const char *text, int indent, int width)
{
	int hang = indent + yg_text_width(label) + GAP;

	pad(out, indent);
	yg_text_put(out, label);
	yg_text_wrap_behind(out, text, hang - GAP, hang, width);
}

/*
 * Take what is too much from the widest of the columns that may shrink, down to what they may
 * shrink to, or to @floor if that is less. Return: the width that is left.
 */
static int shrink(const struct yg_table *table, int *widths, int total, int width, int floor)
{
	while (total > width) {
		size_t widest = table->column_count;

		for (size_t i = 0; i < table->column_count; i++) {
			int least = table->columns[i].shrinks_to;

			least = least < floor ? least : floor;
			if (least && widths[i] > least &&
			    (widest == table->column_count || widths[i] > widths[widest]))
				widest = i;
		}
		if (widest == table->column_count)
			break;
		widths[widest]--;
		total--;
	}
	return total;
}

/* Columns that the content of one wants; 0: it is not shown. */
static int want_of(const struct yg_table *table, size_t column)
{
	int title = yg_text_width(title_of(table, column)), want = 0;

	for (size_t row = 0; row < table->row_count; row++) {
		int need;

		if (is_heading(table, row))
			continue;
		need = yg_text_width(table->cells[row * table->column_count + column]);
		want = need > want ? need : want;
	}
	if (want == 0 && table->columns[column].align == YG_ALIGN_MAYBE)
		return 0;
	return want > title ? want : title;
}

/* Widths that the content wants, and less where there is no room; readable first, then at all. */
static void fit_widths(const struct yg_table *table, int width, int *ret)
{
	int total = -GAP;

	for (size_t i = 0; i < table->column_count; i++) {
		ret[i] = want_of(table, i);
		total += ret[i] ? ret[i] + GAP : 0;
	}
	total = shrink(table, ret, total, width, INT_MAX);
	(void)shrink(table, ret, total, width, CUT_LEAST);
}

static void print_row(const struct yg_table *table, FILE *out, char *const *cells,
		      const int *widths)
{
	for (size_t i = 0; i < table->column_count; i++) {
		const char *text = cells ? cells[i] : title_of(table, i);
		bool last = i + 1 == table->column_count;

		if (widths[i] == 0)
			continue;
		/* No blanks at the end of a line. */
		if (last && !text[0])
			break;
		pad(out, i ? GAP : 0);
		if (last && table->columns[i].align != YG_ALIGN_RIGHT &&
		    yg_text_width(text) <= widths[i])
			yg_text_put(out, text);
		else
			yg_text_print(out, text, widths[i], table->columns[i].align);
	}
	(void)fputc('\n', out);
}

void yg_table_print(const struct yg_table *table, FILE *out, int width)
{
	int widths[YG_TABLE_COLUMNS_MAX];

	if (table->row_count == 0 || table->column_count > YG_TABLE_COLUMNS_MAX)
		return;
	fit_widths(table, width, widths);
	print_row(table, out, NULL, widths);
	for (size_t row = 0; row < table->row_count; row++) {
		char *const *cells = table->cells + row * table->column_count;

		if (is_heading(table, row)) {
			(void)put_some(out, cells[0], width);
			(void)fputc('\n', out);
		} else {
			print_row(table, out, cells, widths);
		}
	}
}

const char *yg_count_format(uint64_t value, char *ret)
{
	static const struct {
		uint64_t unit;
		char letter;
	} units[] = {
		{ 1000000000000u, 'T' }, { 1000000000u, 'G' }, { 1000000u, 'M' }, { 1000u, 'k' }
	};

	(void)snprintf(ret, YG_FORMAT_CAP, "%" PRIu64, value);
	for (size_t i = 0; i < YG_ARRAY_SIZE(units) && value >= 100000; i++) {
		double part = (double)value / (double)units[i].unit;

		if (value < units[i].unit)
			continue;
		(void)snprintf(ret, YG_FORMAT_CAP,
			       part < 10    ? "%.2f%c"
			       : part < 100 ? "%.1f%c"
					    : "%.0f%c",
			       part, units[i].letter);
		break;
	}
	return ret;
}

const char *yg_us_format(uint64_t us, char *ret)
{
	if (us < US_PER_MS)
		(void)snprintf(ret, YG_FORMAT_CAP, "%" PRIu64 " us", us);
	else if (us < US_PER_S)
		(void)snprintf(ret, YG_FORMAT_CAP, "%.1f ms", (double)us / US_PER_MS);
	else
		(void)snprintf(ret, YG_FORMAT_CAP, "%.2f s", (double)us / US_PER_S);
	return ret;
}

const char *yg_seconds_format(uint64_t seconds, char *ret)
{
	if (seconds < 120)
		(void)snprintf(ret, YG_FORMAT_CAP, "%" PRIu64 " s", seconds);
	else if (seconds < 7200)
		(void)snprintf(ret, YG_FORMAT_CAP, "%" PRIu64 " min", seconds / 60);
	else if (seconds < 172800)
		(void)snprintf(ret, YG_FORMAT_CAP, "%" PRIu64 " h", seconds / 3600);
	else
		(void)snprintf(ret, YG_FORMAT_CAP, "%" PRIu64 " d", seconds / 86400);
	return ret;
}

const char *yg_time_short(const char *time, char *ret)
{
	if (strlen(time) < 19)
		(void)snprintf(ret, YG_FORMAT_CAP, "-");
	else
		(void)snprintf(ret, YG_FORMAT_CAP, "%.5s %.5s", time + 5, time + 11);
	return ret;
}

const char *yg_time_format(const char *time, char *ret)
{
	if (strlen(time) < 19) {
		(void)snprintf(ret, YG_FORMAT_CAP, "-");
		return ret;
	}
	(void)snprintf(ret, YG_FORMAT_CAP, "%.10s %.8s", time, time + 11);
	return ret;
}
