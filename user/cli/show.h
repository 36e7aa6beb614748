/* SPDX-License-Identifier: GPL-2.0-only */
/* Pieces that several commands print. */
#pragma once

#include <yajl/yajl_tree.h>

#include "cli/command.h"
#include "cli/table.h"

#define YG_ID_DIGITS 16 /* of an id */
#define YG_ID_SHORT  8	/* of them in a table; commands take any beginning that is unique */

/* Responses of one class: '2' for 2xx. */
uint64_t yg_endpoint_class(yajl_val endpoint, char class);
/* "GET api.example.com/v1/users/{id}" */
void yg_endpoint_name(yajl_val endpoint, char *ret, size_t cap);
/* "a,b,c" of a list of texts. */
void yg_join_texts(yajl_val list, char *ret, size_t cap);
/* "name   text" lines: the name, translated, in a column of 15. */
void yg_print_field(const struct yg_cli_args *args, const char *name, const char *text);
/* A text behind "\033[...m" when the output is a terminal. @code: "1", "31". */
void yg_print_styled(const struct yg_cli_args *args, const char *code, const char *text);
/* "high", in the language of @args, in its colour when the output is a terminal. */
void yg_print_severity(const struct yg_cli_args *args, const char *severity);
/* A field of one bar per hour or day, the highest is 100, and the last as a number: "▁▃█ 88". */
void yg_print_trend(const struct yg_cli_args *args, const char *name, yajl_val list);

/* A blank line, then @title in the language of @args. */
void yg_print_title(const struct yg_cli_args *args, const char *title);

typedef int (*yg_print_list_fn)(const struct yg_cli_args *args, struct yg_table *table,
				yajl_val item);

/*
 * A list inside an object as a table of @columns, [@count], under @title (NULL: a blank line);
 * nothing when it is empty or no list. @add: one row of @item.
 */
void yg_print_list(const struct yg_cli_args *args, const char *title, yajl_val list,
		   const struct yg_column *columns, size_t count, yg_print_list_fn add);
