/* SPDX-License-Identifier: GPL-2.0-only */
/* Which endpoint leads to which; which exchange was made for which. */
#include <errno.h>
#include <stdio.h>

#include "store/private.h"

/* Columns of YG_SQL_RELATION_LIST. */
enum {
	COLUMN_KIND,
	COLUMN_FROM,
	COLUMN_INTO,
	COLUMN_REQUESTS,
	COLUMN_FIRST,
	COLUMN_LAST,
	COLUMN_FROM_NAME, /* method, service, template */
	COLUMN_INTO_NAME = COLUMN_FROM_NAME + 3,
	COLUMN_DEPTH = COLUMN_INTO_NAME + 3,
	COLUMN_DATA = COLUMN_DEPTH, /* of the whole graph */
};

int yg_store_put_relation(struct yg_store *store, const struct yg_feed_relation *relation)
{
	sqlite3_stmt *put;
	int r = yg_db_statement(store->main, YG_SQL_RELATION_PUT, &put);

	if (r)
		return r;
	yg_db_bind_uint(put, 1, relation->from);
	yg_db_bind_uint(put, 2, relation->into);
	yg_db_bind_text(put, 3, relation->kind);
	yg_db_bind_uint(put, 4, relation->requests);
	yg_db_bind_uint(put, 5, relation->first_seen);
	yg_db_bind_uint(put, 6, relation->last_seen);
	return yg_db_run(put);
}

int yg_store_fold_relations(struct yg_store *store, const struct yg_feed_fold *fold)
{
	sqlite3_stmt *move, *drop;
	int r = yg_db_statement(store->main, YG_SQL_RELATION_MOVE, &move);

	if (r == 0)
		r = yg_db_statement(store->main, YG_SQL_RELATION_DROP, &drop);
	if (r)
		return r;
	yg_db_bind_uint(move, 1, fold->from);
	yg_db_bind_uint(move, 2, fold->into);
	r = yg_db_run(move);
	if (r)
		return r;
	yg_db_bind_uint(drop, 1, fold->from);
	return yg_db_run(drop);
}

/* Only today's samples: the two are seconds apart. */
int yg_store_put_link(struct yg_store *store, const struct yg_feed_link *link)
{
	sqlite3_stmt *update;
	int r;

	if (!store->day)
		return 0;
	r = yg_db_statement(store->day, YG_SQL_SAMPLE_LINK, &update);
	if (r)
		return r;
	yg_db_bind_uint(update, 1, link->child);
	yg_db_bind_uint(update, 2, link->parent);
	return yg_db_run(update);
}

/* Of an endpoint that is forgotten, the id alone is left. */
static void write_end(struct yg_json *json, const char *name, sqlite3_stmt *row, int id, int text)
{
	static const char *const names[] = { "method", "service", "template" };
	char digits[17];

	yg_json_key(json, name);
	if (yg_db_column_uint(row, id) == 0) {
		yg_json_null(json);
		return;
	}
	(void)snprintf(digits, sizeof(digits), "%016llx",
		       (unsigned long long)yg_db_column_uint(row, id));
	yg_json_open_object(json);
	yg_json_pair_str(json, "id", digits);
	for (int i = 0; i < (int)YG_ARRAY_SIZE(names); i++)
		yg_json_pair_slice(json, names[i], yg_db_column(row, text + i));
	yg_json_close_object(json);
}

/* A service as one end of the graph of services. */
static void write_service(struct yg_json *json, const char *name, struct yg_slice service)
{
	yg_json_key(json, name);
	if (service.len == 0) {
		yg_json_null(json);
		return;
	}
	yg_json_open_object(json);
	yg_json_pair_slice(json, "service", service);
	yg_json_close_object(json);
}

static void open_relation(struct yg_json *json, sqlite3_stmt *row)
{
	yg_json_reset(json);
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "relation");
	yg_json_pair_slice(json, "kind", yg_db_column(row, COLUMN_KIND));
}

static void write_use(struct yg_json *json, sqlite3_stmt *row)
{
	yg_json_pair_uint(json, "requests", yg_db_column_uint(row, COLUMN_REQUESTS));
	yg_json_pair_time(json, "first_seen", yg_db_column_uint(row, COLUMN_FIRST));
	yg_json_pair_time(json, "last_seen", yg_db_column_uint(row, COLUMN_LAST));
}

static void write_relation(struct yg_json *json, sqlite3_stmt *row)
{
	int64_t depth = sqlite3_column_int64(row, COLUMN_DEPTH);

	open_relation(json, row);
	yg_json_pair_str(json, "direction", depth < 0 ? "in" : "out");
	yg_json_pair_uint(json, "depth", depth < 0 ? 0 : (uint64_t)depth);
	write_end(json, "from", row, COLUMN_FROM, COLUMN_FROM_NAME);
	write_end(json, "into", row, COLUMN_INTO, COLUMN_INTO_NAME);
	write_use(json, row);
	yg_json_close_object(json);
}

static void write_edge(struct yg_json *json, sqlite3_stmt *row, bool by_service)
{
	open_relation(json, row);
	if (by_service) {
		write_service(json, "from", yg_db_column(row, COLUMN_FROM_NAME + 1));
		write_service(json, "into", yg_db_column(row, COLUMN_INTO_NAME + 1));
	} else {
		write_end(json, "from", row, COLUMN_FROM, COLUMN_FROM_NAME);
		write_end(json, "into", row, COLUMN_INTO, COLUMN_INTO_NAME);
	}
	write_use(json, row);
	yg_json_key(json, "data");
	yg_json_raw(json, yg_db_column(row, COLUMN_DATA));
	yg_json_close_object(json);
}

ssize_t yg_store_graph(struct yg_store *store, const struct yg_store_filter *filter,
		       bool by_service, yg_store_row_fn fn, void *ctx)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	ssize_t count = 0;
	int index = by_service ? YG_SQL_RELATION_SERVICES : YG_SQL_RELATION_ALL;
	int r = store->main ? yg_db_statement(store->main, index, &rows) : -EIO;
	int code;

	if (r)
		return r;
	yg_db_bind_text(rows, 1, filter->service);
	yg_db_bind_text(rows, 2, filter->kind);
	yg_db_bind_uint(rows, 3, filter->since_ns);
	yg_db_bind_text(rows, 4, filter->contains);
	yg_db_bind_uint(rows, 5, filter->limit ? filter->limit : 100);
	yg_db_bind_uint(rows, 6, filter->offset);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		write_edge(store->json, rows, by_service);
		count++;
		if (fn(ctx, yg_json_view(store->json)) != 0)
			return count;
	}
	r = yg_db_errno(code);
	return r ? r : count;
}

ssize_t yg_store_relations(struct yg_store *store, uint64_t endpoint, yg_store_row_fn fn, void *ctx)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	ssize_t count = 0;
	int r = store->main ? yg_db_statement(store->main, YG_SQL_RELATION_LIST, &rows) : -EIO;
	int code;

	if (r)
		return r;
	yg_db_bind_uint(rows, 1, endpoint);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		write_relation(store->json, rows);
		count++;
		if (fn(ctx, yg_json_view(store->json)) != 0)
			return count;
	}
	r = yg_db_errno(code);
	return r ? r : count;
}
