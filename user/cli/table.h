/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables and texts for people, within the columns of a terminal. Widths are those of the
 * characters (a Japanese one takes two); control bytes and invalid bytes are shown as '?', so that
 * nothing that came from traffic can move the cursor.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/macros.h"

#define YG_TABLE_COLUMNS_MAX 12u
#define YG_FORMAT_CAP	     32 /* bytes of a formatted number or time */

enum yg_align {
	YG_ALIGN_LEFT,
	YG_ALIGN_RIGHT,
	YG_ALIGN_ENDS,	/* to the left, and cut in the middle: of a path both ends matter */
	YG_ALIGN_MAYBE, /* to the left; the column is not shown while all its cells are empty */
	YG_ALIGN_MAX
};

struct yg_column {
	const char *title;
	enum yg_align align;
	int shrinks_to; /* columns it may be cut to when room is short; 0: never cut */
};

struct yg_table;

/* @columns: [count], kept by reference. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_table_new(const struct yg_column *columns, size_t count,
			       struct yg_table **ret);
void yg_table_free(struct yg_table **table); /* accepts NULL inside */

typedef const char *(*yg_table_word_fn)(const void *ctx, const char *title);

/* Titles are shown as @fn says them, in the language of @ctx. */
void yg_table_words(struct yg_table *table, yg_table_word_fn fn, const void *ctx);

/* Texts of one row, [count of columns], copied. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_table_add(struct yg_table *table, const char *const *texts);
size_t yg_table_count(const struct yg_table *table); /* headings not counted */

/* A line of its own between rows: what the rows after it have in common. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_table_heading(struct yg_table *table, const char *text);

/* Print the head and the rows within @width columns; nothing when there are no rows. */
void yg_table_print(const struct yg_table *table, FILE *out, int width);

/* Columns that @text takes on a terminal. */
int yg_text_width(const char *text);

/**
 * yg_text_print() - print @text in exactly @width columns: cut with "…", or padded.
 * @width: 0 or less prints nothing.
 */
void yg_text_print(FILE *out, const char *text, int width, enum yg_align align);

/* Print @text on lines of at most @width columns, each behind @indent blanks. */
void yg_text_wrap(FILE *out, const char *text, int indent, int width);

/* The same, where @at columns of the first line are printed already. */
void yg_text_wrap_behind(FILE *out, const char *text, int at, int indent, int width);

/* The same behind @label, which stands @indent blanks from the left; further lines hang. */
void yg_text_hang(FILE *out, const char *label, const char *text, int indent, int width);

/* Print as it is, made safe. */
void yg_text_put(FILE *out, const char *text);

/* "1234", "12.3k", "4.56M": at most 6 characters. @ret: [YG_FORMAT_CAP] */
const char *yg_count_format(uint64_t value, char *ret);
/* "850 us", "12.3 ms", "1.20 s". @ret: [YG_FORMAT_CAP] */
const char *yg_us_format(uint64_t us, char *ret);
/* "45 s", "12 min", "3 h", "2 d". @ret: [YG_FORMAT_CAP] */
const char *yg_seconds_format(uint64_t seconds, char *ret);
/* "11-21 21:03" of "2026-11-21T21:03:00.123456Z"; "-" of "". @ret: [YG_FORMAT_CAP] */
const char *yg_time_short(const char *time, char *ret);
/* "2026-11-21 21:03:00" of "2026-11-21T21:03:00.123456Z"; "-" of "". @ret: [YG_FORMAT_CAP] */
const char *yg_time_format(const char *time, char *ret);
