/* SPDX-License-Identifier: GPL-2.0-only */
/* How risk went over time: the highest score of each hour, of each endpoint and of the whole. */
#include <errno.h>

#include "store/private.h"

uint32_t yg_store_risk(struct yg_store *store)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *whole = NULL;

	if (!store->main || yg_db_statement(store->main, YG_SQL_RISK_WHOLE, &whole) ||
	    sqlite3_step(whole) != SQLITE_ROW)
		return 0;
	return (uint32_t)yg_db_column_uint(whole, 0);
}

int yg_store_keep_risk(struct yg_store *store, uint64_t now_ns)
{
	uint64_t hour = now_ns / YG_NS_PER_HOUR;
	sqlite3_stmt *keep;
	int r = yg_db_statement(store->main, YG_SQL_RISK_KEEP, &keep);

	if (r)
		return r;
	yg_db_bind_uint(keep, 1, hour);
	yg_db_bind_uint(keep, 2, hour * YG_NS_PER_HOUR);
	yg_db_bind_uint(keep, 3, yg_store_risk(store));
	return yg_db_run(keep);
}

/* Rows of an hour and its risk. */
static ssize_t visit(sqlite3_stmt *rows, yg_store_risk_fn fn, void *ctx)
{
	ssize_t count = 0;
	int code, r;

	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		fn(ctx, yg_db_column_uint(rows, 0) * YG_NS_PER_HOUR,
		   (uint32_t)yg_db_column_uint(rows, 1));
		count++;
	}
	r = yg_db_errno(code);
	return r ? r : count;
}

ssize_t yg_store_risks(struct yg_store *store, uint64_t endpoint, uint64_t since_ns, bool by_day,
		       yg_store_risk_fn fn, void *ctx)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	int index = by_day ? YG_SQL_RISK_DAYS : YG_SQL_RISK_SERIES;
	int r = store->main ? yg_db_statement(store->main, index, &rows) : -EIO;

	if (r)
		return r;
	yg_db_bind_uint(rows, 1, endpoint);
	yg_db_bind_uint(rows, 2, since_ns / YG_NS_PER_HOUR);
	return visit(rows, fn, ctx);
}

ssize_t yg_store_service_risks(struct yg_store *store, struct yg_slice service, uint64_t since_ns,
			       bool by_day, yg_store_risk_fn fn, void *ctx)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	int r = store->main ? yg_db_statement(store->main, YG_SQL_RISK_OF_SERVICE, &rows) : -EIO;

	if (r)
		return r;
	yg_db_bind_text(rows, 1, service);
	yg_db_bind_uint(rows, 2, since_ns / YG_NS_PER_HOUR);
	yg_db_bind_uint(rows, 3, by_day);
	return visit(rows, fn, ctx);
}

ssize_t yg_store_services(struct yg_store *store, struct yg_slice service, uint32_t limit,
			  yg_store_service_fn fn, void *ctx)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	int r = store->main ? yg_db_statement(store->main, YG_SQL_RISK_SERVICES, &rows) : -EIO;
	ssize_t count = 0;
	int code;

	if (r)
		return r;
	yg_db_bind_uint(rows, 1, limit);
	yg_db_bind_text(rows, 2, service);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		fn(ctx, yg_db_column(rows, 0), (uint32_t)yg_db_column_uint(rows, 1),
		   yg_db_column_uint(rows, 2));
		count++;
	}
	r = yg_db_errno(code);
	return r ? r : count;
}
