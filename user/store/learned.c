/* SPDX-License-Identifier: GPL-2.0-only */
/* What the analyzer keeps here for itself, read back by endpoint. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "respond/knowledge.h"
#include "store/private.h"

/* One blob, put together from its parts. Return: its length; 0: there is none; -errno. */
static ssize_t read_blob(struct yg_store *store, enum yg_blob kind, uint64_t id, uint8_t *ret)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *parts = NULL;
	size_t len = 0;
	int r = yg_db_statement(store->main, YG_SQL_STATE_PARTS, &parts), code;

	if (r)
		return r;
	yg_db_bind_uint(parts, 1, kind);
	yg_db_bind_uint(parts, 2, id);
	while ((code = sqlite3_step(parts)) == SQLITE_ROW) {
		struct yg_slice part = yg_db_column(parts, 0);

		if (part.len > YG_BLOB_BYTES_MAX - len)
			return 0;
		if (part.len)
			memcpy(ret + len, part.ptr, part.len);
		len += part.len;
	}
	r = yg_db_errno(code);
	return r ? r : (ssize_t)len;
}

static int show(struct yg_store *store, uint64_t id, uint8_t *buffer, yg_store_learned_fn fn,
		void *ctx)
{
	struct yg_store_learned learned = { .id = id };
	ssize_t endpoint = read_blob(store, YG_BLOB_ENDPOINT, id, buffer);
	ssize_t schema =
		endpoint > 0 ? read_blob(store, YG_BLOB_SCHEMA, id, buffer + endpoint) : endpoint;

	if (schema < 0)
		return (int)schema;
	if (endpoint == 0)
		return 0;
	learned.endpoint = (struct yg_slice){ (const char *)buffer, (size_t)endpoint };
	learned.schema = (struct yg_slice){ (const char *)buffer + endpoint, (size_t)schema };
	return fn(ctx, &learned);
}

/* Ids are collected first: what is shown may be slow to take. */
static ssize_t list_ids(struct yg_store *store, const struct yg_store_filter *filter, uint64_t *ret)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	ssize_t count = 0;
	int r = yg_db_statement(store->main, YG_SQL_ENDPOINT_IDS, &rows), code = SQLITE_DONE;

	if (r)
		return r;
	yg_db_bind_uint(rows, 1, filter->id);
	yg_db_bind_text(rows, 2, filter->service);
	yg_db_bind_uint(rows, 3, filter->limit);
	yg_db_bind_uint(rows, 4, filter->offset);
	while (count < filter->limit && (code = sqlite3_step(rows)) == SQLITE_ROW)
		ret[count++] = yg_db_column_uint(rows, 0);
	r = yg_db_errno(code == SQLITE_ROW ? SQLITE_DONE : code);
	return r ? r : count;
}

ssize_t yg_store_learned(struct yg_store *store, const struct yg_store_filter *filter,
			 yg_store_learned_fn fn, void *ctx)
{
	YG_CLEANUP_FREE uint8_t *buffer = malloc((size_t)2 * YG_BLOB_BYTES_MAX);
	YG_CLEANUP_FREE uint64_t *ids = calloc(filter->limit + 1u, sizeof(*ids));
	ssize_t count;
	int r = 0;

	if (!buffer || !ids)
		return -ENOMEM;
	if (!store->main)
		return -EIO;
	count = list_ids(store, filter, ids);
	for (ssize_t i = 0; i < count && r == 0; i++)
		r = show(store, ids[i], buffer, fn, ctx);
	return r ? r : count;
}
