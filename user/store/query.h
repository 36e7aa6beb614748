/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An operator's own SQL over the stored data, on a connection that cannot write: opened read-only,
 * an authorizer that lets through reads alone, a limit on time and on rows.
 *
 * Tables: endpoints, callers, findings, blocks, audit, and the view samples over the files of all
 * days. Functions: iso(ns) a time as text, hex(id) an id as the API prints it, unhex(text) back.
 */
#pragma once

#include <stdint.h>

#include "core/json.h"
#include "core/macros.h"
#include "core/slice.h"

#define YG_QUERY_ROWS_MAX  10000u     /* more are cut, and said to be */
#define YG_QUERY_BYTES_MAX (8u << 20) /* of values in the answer; more are cut */
#define YG_QUERY_TEXT_MAX  16384u     /* bytes of the SQL text; longer is refused */
#define YG_QUERY_CAUSE_CAP 256u

struct yg_query {
	int dir_fd;	      /* state directory */
	struct yg_slice text; /* one SELECT */
	uint64_t deadline_ns; /* of clock() */
	uint64_t (*clock)(void *ctx);
	void *ctx; /* of clock() and fn() */
	/* One row: a JSON object of column names; borrowed. Not 0 ends the query. */
	int (*fn)(void *ctx, struct yg_slice object);
};

/**
 * yg_query_run() - run it.
 * @ret_cut: whether rows are missing from the answer.
 * @ret_cause: [YG_QUERY_CAUSE_CAP] what SQLite says when the text is refused, else "".
 *
 * Return: 0; -EINVAL not SQL, or not one reading statement; -ETIME the deadline has passed; -E2BIG
 * the text is too long; -ENOMEM; -EIO.
 */
YG_MUST_CHECK int yg_query_run(const struct yg_query *query, bool *ret_cut, char *ret_cause);
