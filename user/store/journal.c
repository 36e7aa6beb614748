/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Aggregates: cells go to the journal of minutes, and when their hour is over, into its block.
 *
 *	cell -> minutes (rows in order of time) --hour over--> hours (one block per endpoint)
 *
 * A cell that comes late, or whose endpoint was folded into another, takes the same way once more:
 * closing an hour adds to the block that is there.
 */
#include <errno.h>

#include "store/private.h"

#define GRACE_NS	(2 * YG_NS_PER_MINUTE) /* cells of the last minute are still on their way */
#define HOURS_PER_CLOSE 4		       /* per tick: a backlog must not hold up the feed */

int yg_store_put_cell(struct yg_store *store, const struct yg_feed_cell *message)
{
	struct yg_cell cell;
	sqlite3_stmt *put;
	int r = yg_cell_unpack((const uint8_t *)message->cell.ptr, message->cell.len, &cell);

	if (r || cell.start_ns == 0 || cell.start_ns % YG_CELL_SPAN_NS ||
	    cell.start_ns > INT64_MAX || cell.span_ns != YG_CELL_SPAN_NS) {
		store->counters.lost_cell++;
		return 0;
	}
	r = yg_db_statement(store->main, YG_SQL_MINUTE_PUT, &put);
	if (r)
		return r;
	yg_db_bind_uint(put, 1, cell.start_ns / YG_CELL_SPAN_NS);
	yg_db_bind_uint(put, 2, message->endpoint);
	yg_db_bind_blob(put, 3, message->cell);
	return yg_db_run(put);
}

/* Add the block of an hour that was closed before, if there is one. Damage in it is left behind. */
static int load_block(struct yg_store *store, uint64_t endpoint, uint64_t hour)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *find = NULL;
	int r = yg_db_statement(store->main, YG_SQL_HOUR_FIND, &find);

	if (r)
		return r;
	yg_db_bind_uint(find, 1, endpoint);
	yg_db_bind_uint(find, 2, hour);
	r = sqlite3_step(find);
	if (r == SQLITE_ROW && yg_hour_load(store->hour, yg_db_column(find, 0)))
		store->counters.lost_cell++;
	return yg_db_errno(r);
}

static int write_block(struct yg_store *store, uint64_t endpoint, uint64_t hour)
{
	struct yg_slice block;
	sqlite3_stmt *put;
	int r = load_block(store, endpoint, hour);
	int count;

	if (r == 0)
		r = yg_db_statement(store->main, YG_SQL_HOUR_PUT, &put);
	if (r)
		return r;
	count = yg_hour_pack(store->hour, &block);
	if (count < 0)
		return count;
	yg_db_bind_uint(put, 1, endpoint);
	yg_db_bind_uint(put, 2, hour);
	yg_db_bind_uint(put, 3, (uint64_t)count);
	yg_db_bind_blob(put, 4, block);
	store->counters.hours++;
	return yg_db_run(put);
}

/* The rows come in order of endpoint: a block ends where the next endpoint begins. */
static int write_blocks(struct yg_store *store, uint64_t hour)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	uint64_t endpoint = 0;
	bool open = false;
	int r = yg_db_statement(store->main, YG_SQL_MINUTE_OF_HOUR, &rows);
	int code;

	if (r)
		return r;
	yg_db_bind_uint(rows, 1, hour);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		uint64_t next = yg_db_column_uint(rows, 0);
		unsigned int minute = (unsigned int)(yg_db_column_uint(rows, 1) % 60);

		if (open && next != endpoint)
			r = write_block(store, endpoint, hour);
		if (r)
			return r;
		if (!open || next != endpoint)
			yg_hour_reset(store->hour);
		endpoint = next;
		open = true;
		if (yg_hour_add(store->hour, minute, yg_db_column(rows, 2)))
			store->counters.lost_cell++;
	}
	r = yg_db_errno(code);
	if (r == 0 && open)
		r = write_block(store, endpoint, hour);
	return r;
}

static int close_hour(struct yg_store *store, uint64_t hour)
{
	sqlite3_stmt *trim;
	int r = yg_db_exec(store->main, "BEGIN IMMEDIATE");

	if (r)
		return r;
	r = write_blocks(store, hour);
	if (r == 0)
		r = yg_db_statement(store->main, YG_SQL_MINUTE_TRIM, &trim);
	if (r == 0) {
		yg_db_bind_uint(trim, 1, hour);
		r = yg_db_run(trim);
	}
	if (r == 0)
		r = yg_db_exec(store->main, "COMMIT");
	if (r)
		(void)yg_db_exec(store->main, "ROLLBACK");
	return r;
}

/* Oldest hour with cells in the journal before @minute. Return: 0; -ENOENT none; -errno. */
static int find_hour(struct yg_store *store, uint64_t minute, uint64_t *ret)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *find = NULL;
	int r = yg_db_statement(store->main, YG_SQL_MINUTE_HOURS, &find);

	if (r)
		return r;
	yg_db_bind_uint(find, 1, minute);
	r = sqlite3_step(find);
	if (r != SQLITE_ROW)
		return yg_db_errno(r);
	if (sqlite3_column_type(find, 0) == SQLITE_NULL)
		return -ENOENT;
	*ret = yg_db_column_uint(find, 0);
	return 0;
}

int yg_store_close_hours(struct yg_store *store, uint64_t now_ns)
{
	uint64_t running = (now_ns - GRACE_NS) / YG_NS_PER_HOUR, hour = 0;
	int r = 0;

	for (int i = 0; i < HOURS_PER_CLOSE && r == 0; i++) {
		r = find_hour(store, running * 60, &hour);
		if (r == 0)
			r = close_hour(store, hour);
	}
	return r == -ENOENT ? 0 : r;
}

/* Cells of the blocks of @from go back to the journal under @into; the next tick closes them. */
static int reopen_hours(struct yg_store *store, uint64_t from, uint64_t into)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	sqlite3_stmt *put;
	int r = yg_db_statement(store->main, YG_SQL_HOUR_OF_ENDPOINT, &rows);
	int code;

	if (r == 0)
		r = yg_db_statement(store->main, YG_SQL_MINUTE_PUT, &put);
	if (r)
		return r;
	yg_db_bind_uint(rows, 1, from);
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		yg_hour_reset(store->hour);
		if (yg_hour_load(store->hour, yg_db_column(rows, 1)))
			store->counters.lost_cell++;
		for (unsigned int i = 0; i < YG_HOUR_MINUTES && r == 0; i++) {
			struct yg_slice cell = yg_hour_view(store->hour, i);

			if (!cell.ptr)
				continue;
			yg_db_bind_uint(put, 1, yg_db_column_uint(rows, 0) * 60 + i);
			yg_db_bind_uint(put, 2, into);
			yg_db_bind_blob(put, 3, cell);
			r = yg_db_run(put);
		}
		if (r)
			return r;
	}
	return yg_db_errno(code);
}

static int run_pair(struct yg_store *store, int index, uint64_t first, uint64_t second)
{
	sqlite3_stmt *statement;
	int r = yg_db_statement(store->main, index, &statement);

	if (r)
		return r;
	yg_db_bind_uint(statement, 1, first);
	if (sqlite3_bind_parameter_count(statement) > 1)
		yg_db_bind_uint(statement, 2, second);
	return yg_db_run(statement);
}

int yg_store_put_fold(struct yg_store *store, const struct yg_feed_fold *fold)
{
	int r;

	if (fold->from == fold->into)
		return 0;
	r = run_pair(store, YG_SQL_MINUTE_MOVE, fold->from, fold->into);
	if (r == 0)
		r = reopen_hours(store, fold->from, fold->into);
	if (r == 0)
		r = run_pair(store, YG_SQL_HOUR_DROP_ENDPOINT, fold->from, 0);
	if (r == 0)
		r = run_pair(store, YG_SQL_ENDPOINT_DROP, fold->from, 0);
	if (r == 0)
		r = yg_store_fold_relations(store, fold);
	/* What the one that is left holds is told again. */
	if (r == 0)
		r = run_pair(store, YG_SQL_DATA_DROP_ENDPOINT, fold->from, 0);
	if (r == 0)
		r = run_pair(store, YG_SQL_TALK_DROP, fold->from, 0);
	if (r == 0)
		r = run_pair(store, YG_SQL_CALL_DROP, fold->from, 0);
	if (r == 0)
		r = yg_store_move_samples(store, fold);
	return r;
}

static ssize_t visit_cell(struct yg_slice bytes, uint64_t from_ns, uint64_t to_ns,
			  yg_store_cell_fn fn, void *ctx)
{
	struct yg_cell cell;

	if (!bytes.ptr || yg_cell_unpack((const uint8_t *)bytes.ptr, bytes.len, &cell) ||
	    cell.start_ns < from_ns || cell.start_ns >= to_ns)
		return 0;
	fn(ctx, &cell);
	return 1;
}

ssize_t yg_store_series(struct yg_store *store, uint64_t endpoint, uint64_t from_ns, uint64_t to_ns,
			yg_store_cell_fn fn, void *ctx)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *hours = NULL;
	YG_DB_CLEANUP_RESET sqlite3_stmt *minutes = NULL;
	ssize_t count = 0;
	int r = store->main ? 0 : -EIO;
	int code;

	if (r == 0)
		r = yg_db_statement(store->main, YG_SQL_HOUR_SERIES, &hours);
	if (r == 0)
		r = yg_db_statement(store->main, YG_SQL_MINUTE_SERIES, &minutes);
	if (r)
		return r;
	yg_db_bind_uint(hours, 1, endpoint);
	yg_db_bind_uint(hours, 2, from_ns / YG_NS_PER_HOUR);
	yg_db_bind_uint(hours, 3, to_ns / YG_NS_PER_HOUR);
	while ((code = sqlite3_step(hours)) == SQLITE_ROW) {
		yg_hour_reset(store->hour);
		if (yg_hour_load(store->hour, yg_db_column(hours, 1)))
			store->counters.lost_cell++;
		for (unsigned int i = 0; i < YG_HOUR_MINUTES; i++)
			count += visit_cell(yg_hour_view(store->hour, i), from_ns, to_ns, fn, ctx);
	}
	if (yg_db_errno(code))
		return yg_db_errno(code);
	yg_db_bind_uint(minutes, 1, endpoint);
	yg_db_bind_uint(minutes, 2, from_ns / YG_CELL_SPAN_NS);
	yg_db_bind_uint(minutes, 3, (to_ns + YG_CELL_SPAN_NS - 1) / YG_CELL_SPAN_NS);
	while ((code = sqlite3_step(minutes)) == SQLITE_ROW)
		count += visit_cell(yg_db_column(minutes, 1), from_ns, to_ns, fn, ctx);
	return yg_db_errno(code) ? yg_db_errno(code) : count;
}
