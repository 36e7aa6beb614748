/* SPDX-License-Identifier: GPL-2.0-only */
/* What operators said: decisions, blocks, the audit; and the analyzer's state, kept for it. */
#include <errno.h>

#include "respond/knowledge.h"
#include "store/private.h"

static int statement(struct yg_store *store, int index, sqlite3_stmt **ret)
{
	return store->main ? yg_db_statement(store->main, index, ret) : -EIO;
}

int yg_store_decide(struct yg_store *store, const struct yg_store_decision *decision)
{
	sqlite3_stmt *decide;
	int r = statement(store, YG_SQL_FINDING_DECIDE, &decide);

	if (r)
		return r;
	yg_db_bind_uint(decide, 1, decision->finding);
	yg_db_bind_text(decide, 2, yg_slice_from_str(decision->status));
	yg_db_bind_text(decide, 3, decision->who);
	yg_db_bind_uint(decide, 4, decision->time_ns);
	r = yg_db_run(decide);
	if (r == 0 && sqlite3_changes(store->main->sql) == 0)
		return -ENOENT;
	return r;
}

int yg_store_case_find(struct yg_store *store, uint64_t finding, yg_store_case_fn fn, void *ctx)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *find = NULL;
	struct yg_store_case found;
	int r = statement(store, YG_SQL_FINDING_CASE, &find);

	if (r)
		return r;
	yg_db_bind_uint(find, 1, finding);
	r = sqlite3_step(find);
	if (r != SQLITE_ROW)
		return yg_db_errno(r) ? yg_db_errno(r) : -ENOENT;
	found = (struct yg_store_case){
		.client = yg_db_column(find, 0),
		.title = yg_db_column(find, 1),
		.status = yg_db_column(find, 2),
		.blockable = yg_db_column_uint(find, 3) != 0,
	};
	fn(ctx, &found);
	return 0;
}

int yg_store_block_put(struct yg_store *store, const struct yg_store_block *block)
{
	sqlite3_stmt *put;
	int r = statement(store, YG_SQL_BLOCK_PUT, &put);

	if (r)
		return r;
	yg_db_bind_text(put, 1, block->prefix);
	yg_db_bind_text(put, 2, block->reason);
	yg_db_bind_text(put, 3, block->who);
	yg_db_bind_uint(put, 4, block->finding);
	yg_db_bind_uint(put, 5, block->placed_ns);
	yg_db_bind_uint(put, 6, block->expires_ns);
	return yg_db_run(put);
}

int yg_store_reach(struct yg_store *store, const struct yg_prefix *prefix, uint64_t since_ns,
		   struct yg_store_reach *ret)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *recent = NULL;
	struct yg_address client;
	int r = statement(store, YG_SQL_CALLER_RECENT, &recent);
	int code;

	if (r)
		return r;
	*ret = (struct yg_store_reach){ 0 };
	yg_db_bind_uint(recent, 1, since_ns);
	while ((code = sqlite3_step(recent)) == SQLITE_ROW) {
		ret->recent++;
		/* A caller without an address cannot be behind a prefix. */
		if (yg_address_from_text(yg_db_column(recent, 0), &client) == 0)
			ret->cut += yg_prefix_has(prefix, &client);
	}
	return yg_db_errno(code);
}

int yg_store_block_remove(struct yg_store *store, struct yg_slice prefix)
{
	sqlite3_stmt *drop;
	int r = statement(store, YG_SQL_BLOCK_REMOVE, &drop);

	if (r)
		return r;
	yg_db_bind_text(drop, 1, prefix);
	return yg_db_run(drop);
}

static void read_block(sqlite3_stmt *row, struct yg_store_block *ret)
{
	*ret = (struct yg_store_block){
		.prefix = yg_db_column(row, 0),
		.reason = yg_db_column(row, 1),
		.who = yg_db_column(row, 2),
		.finding = yg_db_column_uint(row, 3),
		.placed_ns = yg_db_column_uint(row, 4),
		.expires_ns = yg_db_column_uint(row, 5),
	};
}

int yg_store_block_find(struct yg_store *store, struct yg_slice prefix, yg_store_block_fn fn,
			void *ctx)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *find = NULL;
	struct yg_store_block block;
	int r = statement(store, YG_SQL_BLOCK_FIND, &find);

	if (r)
		return r;
	yg_db_bind_text(find, 1, prefix);
	r = sqlite3_step(find);
	if (r != SQLITE_ROW)
		return yg_db_errno(r) ? yg_db_errno(r) : -ENOENT;
	read_block(find, &block);
	fn(ctx, &block);
	return 0;
}

ssize_t yg_store_block_each(struct yg_store *store, uint64_t now_ns, yg_store_block_fn fn,
			    void *ctx)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	ssize_t count = 0;
	int r = statement(store, YG_SQL_BLOCK_LIST, &rows);
	int code;

	if (r)
		return r;
	yg_db_bind_uint(rows, 1, now_ns);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct yg_store_block block;

		read_block(rows, &block);
		fn(ctx, &block);
		count++;
	}
	return yg_db_errno(code) ? yg_db_errno(code) : count;
}

int yg_store_audit_put(struct yg_store *store, const struct yg_store_audit *entry)
{
	sqlite3_stmt *put;
	int r = statement(store, YG_SQL_AUDIT_PUT, &put);

	if (r)
		return r;
	yg_db_bind_uint(put, 1, entry->time_ns);
	yg_db_bind_uint(put, 2, entry->uid);
	yg_db_bind_text(put, 3, yg_slice_from_str(entry->action));
	yg_db_bind_text(put, 4, entry->object);
	yg_db_bind_text(put, 5, yg_slice_from_str(entry->result));
	return yg_db_run(put);
}

int yg_store_drop_orphans(struct yg_store *store)
{
	static const enum yg_blob kinds[] = { YG_BLOB_ENDPOINT, YG_BLOB_DATA, YG_BLOB_SCHEMA,
					      YG_BLOB_TRAIT, YG_BLOB_TALK };
	sqlite3_stmt *drop;
	int r = statement(store, YG_SQL_STATE_ORPHANS, &drop);

	if (r)
		return r;
	for (int i = 0; i < (int)YG_ARRAY_SIZE(kinds); i++)
		yg_db_bind_uint(drop, i + 1, kinds[i]);
	r = yg_db_run(drop);
	if (r == 0)
		store->counters.expired += (uint64_t)sqlite3_changes64(store->main->sql);
	return r;
}

ssize_t yg_store_state_each(struct yg_store *store, yg_store_state_fn fn, void *ctx)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	ssize_t count = 0;
	int r = statement(store, YG_SQL_STATE_LIST, &rows);
	int code;

	if (r)
		return r;
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct yg_feed_message message = { .kind = YG_FEED_KIND_STATE };

		message.state.kind = yg_db_column_uint(rows, 0);
		message.state.id = yg_db_column_uint(rows, 1);
		message.state.part = yg_db_column_uint(rows, 2);
		message.state.parts = yg_db_column_uint(rows, 3);
		message.state.data = yg_db_column(rows, 4);
		r = fn(ctx, &message);
		if (r)
			return r;
		count++;
	}
	return yg_db_errno(code) ? yg_db_errno(code) : count;
}
