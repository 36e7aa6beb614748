/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/store.h"

#include <errno.h>
#include <stdio.h>

#include "store/private.h"

static int open_main(struct yg_store *store)
{
	enum yg_db_news news = YG_DB_KEPT;
	int r = yg_db_open(&yg_main_kind, store->options.dir_fd, YG_STORE_FILE, &store->main,
			   &news);

	store->counters.damaged += r == 0 && news != YG_DB_KEPT;
	return r;
}

int yg_store_new(const struct yg_store_options *options, uint64_t now_ns, struct yg_store **ret)
{
	struct yg_store *store;
	int r;

	if (options->retention_days == 0 || options->sample_days == 0 ||
	    options->sample_days > YG_STORE_SAMPLE_DAYS_MAX)
		return -EINVAL;
	store = calloc(1, sizeof(*store));
	if (!store)
		return -ENOMEM;
	store->options = *options;
	store->tick_minute = now_ns / YG_NS_PER_MINUTE;
	r = yg_json_new(&store->json);
	if (r == 0)
		r = yg_hour_new(&store->hour);
	if (r == 0)
		r = open_main(store);
	if (r == 0)
		r = yg_store_open_today(store, now_ns);
	if (r == 0)
		yg_store_doubt(store, now_ns);
	if (r)
		yg_store_free(&store);
	else
		*ret = store;
	return r;
}

void yg_store_free(struct yg_store **store)
{
	if (!*store)
		return;
	yg_db_close(&(*store)->day);
	yg_db_close(&(*store)->main);
	yg_hour_free(&(*store)->hour);
	yg_json_free(&(*store)->json);
	free(*store);
	*store = NULL;
}

const struct yg_store_counters *yg_store_counters_view(const struct yg_store *store)
{
	return &store->counters;
}

int yg_store_begin(struct yg_store *store)
{
	int r = store->main ? yg_db_exec(store->main, "BEGIN IMMEDIATE") : -EUCLEAN;

	if (r)
		return r;
	if (store->day)
		r = yg_db_exec(store->day, "BEGIN IMMEDIATE");
	if (r)
		(void)yg_db_exec(store->main, "ROLLBACK");
	store->batch = r == 0;
	return r;
}

void yg_store_undo(struct yg_store *store)
{
	if (!store->batch)
		return;
	store->batch = false;
	(void)yg_db_exec(store->main, "ROLLBACK");
	/* The count of the day's rows is read again when the file is opened. */
	(void)yg_store_close_day(store);
}

int yg_store_commit(struct yg_store *store)
{
	int r = store->day ? yg_db_exec(store->day, "COMMIT") : 0;

	/*
	 * Two files, two commits. Should the second fail, the batch comes again and its samples are
	 * there twice; the other order would count cells twice.
	 */
	if (r == 0)
		r = yg_db_exec(store->main, "COMMIT");
	if (r) {
		store->counters.commits_failed++;
		yg_store_undo(store);
		return r;
	}
	store->batch = false;
	store->counters.commits++;
	return 0;
}

int yg_store_recover(struct yg_store *store, uint64_t now_ns)
{
	char name[YG_DB_NAME_CAP] = YG_STORE_FILE;
	bool is_day = yg_store_close_day(store);
	int r;

	store->batch = false;
	if (is_day)
		yg_store_day_name(store->day_number, name);
	else
		yg_db_close(&store->main);
	r = yg_store_drop_damaged(store, name);
	if (r)
		return r;
	store->day_damaged = false;
	r = is_day ? 0 : open_main(store);
	return r ? r : yg_store_open_today(store, now_ns);
}

int yg_store_put_row(struct yg_store *store, struct yg_db *db, int index, const char *table,
		     const char *key, const struct yg_feed_message *message)
{
	const struct yg_schema *schema = yg_schema_find((uint64_t)message->kind);
	sqlite3_stmt *put = db->statements[index];
	char text[YG_ROW_SQL_CAP];
	int r = 0;

	if (!put) {
		yg_row_insert_sql(schema, table, key, text);
		r = yg_db_prepare(db, index, text, &put);
	}
	if (r == 0)
		r = yg_row_bind(put, message, store->json);
	if (r == 0)
		r = yg_db_run(put);
	return r;
}

static int put_state(struct yg_store *store, const struct yg_feed_state *state)
{
	sqlite3_stmt *put, *trim;
	int r = yg_db_statement(store->main, YG_SQL_STATE_PUT, &put);

	if (r == 0)
		r = yg_db_statement(store->main, YG_SQL_STATE_TRIM, &trim);
	if (r)
		return r;
	if (state->part < state->parts) {
		yg_db_bind_uint(put, 1, state->kind);
		yg_db_bind_uint(put, 2, state->id);
		yg_db_bind_uint(put, 3, state->part);
		yg_db_bind_uint(put, 4, state->parts);
		yg_db_bind_blob(put, 5, state->data);
		r = yg_db_run(put);
	}
	if (r || state->part + 1 < state->parts)
		return r;
	/* The last part: what a longer blob left behind goes. */
	yg_db_bind_uint(trim, 1, state->kind);
	yg_db_bind_uint(trim, 2, state->id);
	yg_db_bind_uint(trim, 3, state->parts);
	return yg_db_run(trim);
}

/* Kinds whose messages are rows of one table, as they are. */
static const struct {
	int sql; /* enum yg_main_statement */
	const char *table, *key;
} rows[YG_FEED_KIND_MAX] = {
	[YG_FEED_KIND_ENDPOINT] = { YG_SQL_ENDPOINT_PUT, "endpoints", "id" },
	[YG_FEED_KIND_CALLER] = { YG_SQL_CALLER_PUT, "callers", "caller" },
	[YG_FEED_KIND_FINDING] = { YG_SQL_FINDING_PUT, "findings", "id" },
	[YG_FEED_KIND_PARTY] = { YG_SQL_PARTY_PUT, "third_parties", "host" },
	[YG_FEED_KIND_TALK] = { YG_SQL_TALK_PUT, "talks", "id" },
	[YG_FEED_KIND_TAKE] = { YG_SQL_TAKE_PUT, "takes", "id" },
	[YG_FEED_KIND_CALL] = { YG_SQL_CALL_PUT, "calls", "id" },
};

static int put(struct yg_store *store, const struct yg_feed_message *message, uint64_t now_ns)
{
	if (message->kind < YG_FEED_KIND_MAX && rows[message->kind].table)
		return yg_store_put_row(store, store->main, rows[message->kind].sql,
					rows[message->kind].table, rows[message->kind].key,
					message);
	switch (message->kind) {
	case YG_FEED_KIND_CELL:
		return yg_store_put_cell(store, &message->cell);
	case YG_FEED_KIND_SAMPLE:
		return yg_store_put_sample(store, message, now_ns);
	case YG_FEED_KIND_STATE:
		return put_state(store, &message->state);
	case YG_FEED_KIND_RELATION:
		return yg_store_put_relation(store, &message->relation);
	case YG_FEED_KIND_LINK:
		return yg_store_put_link(store, &message->link);
	case YG_FEED_KIND_DATA:
		return yg_store_put_data(store, message);
	case YG_FEED_KIND_FOLD:
		return yg_store_put_fold(store, &message->fold);
	default:
		store->counters.skip_kind++;
		return 0;
	}
}

int yg_store_put(struct yg_store *store, const struct yg_feed_message *message, uint64_t now_ns)
{
	int r = put(store, message, now_ns);

	if (r == 0) {
		store->counters.stored++;
		return 0;
	}
	/* What the database refuses for its content would be refused again: one message is lost. */
	if (r == -EINVAL || r == -E2BIG) {
		store->counters.lost_write++;
		return 0;
	}
	return r;
}

/* Rows of a table beyond its limit or age; the statement names which. */
static int trim(struct yg_store *store, const char *format, uint64_t number, uint64_t *counter)
{
	char text[256];
	int r;

	(void)snprintf(text, sizeof(text), format, (unsigned long long)number);
	r = yg_db_exec(store->main, text);
	if (r == 0)
		*counter += (uint64_t)sqlite3_changes64(store->main->sql);
	return r;
}

#define TRIM_OVER(table, key, order)                                                            \
	"DELETE FROM " table " WHERE " key " IN (SELECT " key " FROM " table " ORDER BY " order \
	" DESC LIMIT -1 OFFSET %llu)"

static int expire(struct yg_store *store, uint64_t now_ns)
{
	static const struct {
		const char *format;
		uint64_t limit;
	} limits[] = {
		{ TRIM_OVER("endpoints", "id", "last_seen"), YG_STORE_ENDPOINTS_MAX },
		{ TRIM_OVER("callers", "caller", "last_seen"), YG_STORE_CALLERS_MAX },
		{ TRIM_OVER("findings", "id", "time"), YG_STORE_FINDINGS_MAX },
		{ TRIM_OVER("third_parties", "host", "last_seen"), YG_STORE_PARTIES_MAX },
		{ TRIM_OVER("data_fields", "id", "last_seen"), YG_STORE_DATA_MAX },
		{ TRIM_OVER("talks", "id", "last_seen"), YG_STORE_ENDPOINTS_MAX },
		{ TRIM_OVER("takes", "id", "last_seen"), YG_STORE_TAKES_MAX },
		{ TRIM_OVER("calls", "id", "last_seen"), YG_STORE_CALLS_MAX },
	};
	static const struct {
		const char *format;
		uint64_t unit_ns;
	} ages[] = {
		{ "DELETE FROM endpoints WHERE last_seen<%llu", 1 },
		{ "DELETE FROM callers WHERE last_seen<%llu", 1 },
		{ "DELETE FROM third_parties WHERE last_seen<%llu", 1 },
		{ "DELETE FROM findings WHERE time<%llu", 1 },
		{ "DELETE FROM audit WHERE time<%llu", 1 },
		{ "DELETE FROM relations WHERE last_seen<%llu", 1 },
		{ "DELETE FROM data_fields WHERE last_seen<%llu", 1 },
		{ "DELETE FROM talks WHERE last_seen<%llu", 1 },
		{ "DELETE FROM takes WHERE last_seen<%llu", 1 },
		{ "DELETE FROM calls WHERE last_seen<%llu", 1 },
		{ "DELETE FROM blocks WHERE expires<%llu", 1 },
		{ "DELETE FROM hours WHERE hour<%llu", YG_NS_PER_HOUR },
		{ "DELETE FROM risks WHERE hour<%llu", YG_NS_PER_HOUR },
	};
	uint64_t age_ns = store->options.retention_days * YG_NS_PER_DAY;
	uint64_t oldest_ns = now_ns > age_ns ? now_ns - age_ns : 0;
	bool may_age = now_ns >= store->expire_from_ns;
	int r = 0;

	for (size_t i = 0; i < YG_ARRAY_SIZE(limits) && r == 0; i++)
		r = trim(store, limits[i].format, limits[i].limit, &store->counters.evicted);
	for (size_t i = 0; i < YG_ARRAY_SIZE(ages) && r == 0 && may_age; i++)
		r = trim(store, ages[i].format, oldest_ns / ages[i].unit_ns,
			 &store->counters.expired);
	if (r == 0)
		r = yg_store_drop_orphans(store);
	if (may_age)
		yg_store_drop_days(store, now_ns);
	if (r == 0)
		r = yg_db_exec(store->main, "PRAGMA incremental_vacuum(1000)");
	return r;
}

int yg_store_tick(struct yg_store *store, uint64_t now_ns)
{
	uint64_t minute = now_ns / YG_NS_PER_MINUTE, hour = now_ns / YG_NS_PER_HOUR;
	int r = 0;

	if (!store->main)
		return -EUCLEAN;
	if (minute == store->tick_minute)
		return 0;
	store->today = now_ns / YG_NS_PER_DAY;
	r = yg_store_close_hours(store, now_ns);
	if (r == 0)
		r = yg_store_keep_risk(store, now_ns);
	if (r == 0 && hour != store->tick_hour)
		r = expire(store, now_ns);
	if (r == 0) {
		store->tick_minute = minute;
		store->tick_hour = hour;
	}
	return r;
}
