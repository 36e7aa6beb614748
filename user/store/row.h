/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of the feed as rows: a column per field, named like it. Private to stage 8.
 *
 *	text TEXT   uint time id INTEGER (ids above 2^63 are negative)   real REAL   flag 0 or 1
 *	blob BLOB   address TEXT, NULL unknown   texts counts facts TEXT holding JSON
 */
#pragma once

#include <sqlite3.h>

#include "core/json.h"
#include "store/field.h"

#define YG_ROW_SQL_CAP 2048 /* bytes of a statement made from a schema */

/**
 * yg_row_insert_sql() - "INSERT INTO @table(...) VALUES(...) ON CONFLICT(@key) DO UPDATE ...".
 * @key: column of the primary key; NULL: a plain INSERT.
 * @ret: [YG_ROW_SQL_CAP]
 */
void yg_row_insert_sql(const struct yg_schema *schema, const char *table, const char *key,
		       char *ret);

/* "a, b, c": the columns of @schema in order, each behind @prefix ("t."). [YG_ROW_SQL_CAP] */
void yg_row_columns_sql(const struct yg_schema *schema, const char *prefix, char *ret);

/**
 * yg_row_bind() - parameters 1..n of a statement of yg_row_insert_sql().
 * @scratch: writes the lists; reset first.
 *
 * Borrows texts and blobs of @message until the statement is reset. Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_row_bind(sqlite3_stmt *statement, const struct yg_feed_message *message,
			      struct yg_json *scratch);

/* Columns @first.. of the row as JSON pairs, like yg_feed_write_fields() of the message. */
void yg_row_write(struct yg_json *json, sqlite3_stmt *statement, int first,
		  const struct yg_schema *schema);
