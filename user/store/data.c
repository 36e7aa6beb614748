/* SPDX-License-Identifier: GPL-2.0-only */
/* Which fields of which endpoints hold sensitive data. */
#include <errno.h>

#include "store/private.h"

int yg_store_put_data(struct yg_store *store, const struct yg_feed_message *message)
{
	sqlite3_stmt *drop;
	int r;

	if (!yg_slice_equal(message->data.confidence, YG_SLICE("none")))
		return yg_store_put_row(store, store->main, YG_SQL_DATA_PUT, "data_fields", "id",
					message);
	r = yg_db_statement(store->main, YG_SQL_DATA_DROP, &drop);
	if (r)
		return r;
	yg_db_bind_uint(drop, 1, message->data.id);
	return yg_db_run(drop);
}

int yg_store_data_counts(struct yg_store *store,
			 void (*fn)(void *ctx, const struct yg_store_data_count *count), void *ctx)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	int r = store->main ? yg_db_statement(store->main, YG_SQL_DATA_COUNT, &rows) : -EIO;
	int code;

	if (r)
		return r;
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		const struct yg_store_data_count count = {
			.class_ = yg_db_column(rows, 0),
			.in = yg_db_column(rows, 1),
			.confidence = yg_db_column(rows, 2),
			.endpoints = yg_db_column_uint(rows, 3),
			.values = yg_db_column_uint(rows, 4),
		};

		fn(ctx, &count);
	}
	return yg_db_errno(code);
}
