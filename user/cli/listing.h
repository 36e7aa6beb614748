/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands that list rows of the daemon as a table: one way to filter, one way to say what is wrong
 * with a filter, one way to say that there is nothing.
 */
#pragma once

#include "cli/client.h"
#include "cli/show.h"
#include "cli/table.h"

#define YG_LISTING_PATH_CAP 1024u

/* What yg_client_fn of a listing gets. */
struct yg_listing {
	const struct yg_cli_args *args;
	struct yg_table *table;
	char heading[512]; /* the last one */
	bool headed;
};

struct yg_listing_plan {
	const struct yg_column *columns;
	size_t column_count;
	const char *nothing; /* said when there are no rows; translated */
	yg_client_fn add;    /* a row; ctx is struct yg_listing */
	uint64_t limit;	     /* rows if --limit is not given; 0: all */
};

/**
 * yg_listing_filter() - put options of the command line behind a path, as parameters of their name.
 * @names: options, up to NULL; with them --since and --new, if the command has them.
 * @path: [YG_LISTING_PATH_CAP], with a '?'.
 *
 * Words of which there is a list (severity, state, status, kind, label, rule, risk) are compared
 * with it here, so that a wrong one is bad usage and not an empty list.
 *
 * Return: YG_EXIT_DONE; YG_EXIT_USAGE, printed.
 */
enum yg_exit yg_listing_filter(const struct yg_cli_args *args, const char *const *names,
			       char *path);

/* Rows of @path as a table, or as they come with --json; --limit is read. Return: as printed. */
enum yg_exit yg_listing_print(const struct yg_cli_args *args, const char *path,
			      const struct yg_listing_plan *plan);

/**
 * yg_listing_find() - the id that the operand of the command means: a whole one, or its beginning.
 * @path: of the list, with a '?'; asked when it is a beginning.
 * @ret: [YG_ID_DIGITS + 1]
 *
 * Return: YG_EXIT_DONE; YG_EXIT_USAGE no id; YG_EXIT_FAILED none or several begin so; printed.
 */
enum yg_exit yg_listing_find(const struct yg_cli_args *args, const char *path, char *ret);

/* A heading above the rows that follow, unless it stands there already. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_listing_heading(struct yg_listing *listing, const char *text);
