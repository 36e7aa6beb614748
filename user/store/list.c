/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists: rows of a table as JSON objects, "type" first. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <yajl/yajl_tree.h>

#include "detect/cause.h"
#include "detect/finding.h"
#include "store/private.h"

#define LIMIT_DEFAULT 100u

/* Where rows of a list go, over one file or many. */
struct visitor {
	yg_store_row_fn fn;
	void *ctx;
	uint32_t skip; /* rows of the offset still to pass over */
	ssize_t count; /* rows shown */
	bool stop;     /* fn has had enough */
};

int yg_store_list_statement(struct yg_db *db, int index, enum yg_feed_kind kind, sqlite3_stmt **ret)
{
	const struct yg_schema *schema = yg_schema_find((uint64_t)kind);
	char columns[YG_ROW_SQL_CAP], text[8 * YG_ROW_SQL_CAP];

	if (db->statements[index]) {
		*ret = db->statements[index];
		return 0;
	}
	yg_row_columns_sql(schema, "", columns);
	(void)snprintf(text, sizeof(text), "SELECT %s%s", columns, db->kind->texts[index]);
	return yg_db_prepare(db, index, text, ret);
}

static uint32_t limit_of(const struct yg_store_filter *filter)
{
	if (filter->limit == 0)
		return LIMIT_DEFAULT;
	return filter->limit < YG_STORE_LIST_MAX ? filter->limit : YG_STORE_LIST_MAX;
}

static void bind_endpoints(sqlite3_stmt *rows, const struct yg_store_filter *filter)
{
	yg_db_bind_uint(rows, 1, filter->id != 0);
	yg_db_bind_uint(rows, 2, filter->id);
	yg_db_bind_text(rows, 3, filter->service);
	yg_db_bind_text(rows, 4, filter->method);
	yg_db_bind_text(rows, 5, filter->contains);
	yg_db_bind_uint(rows, 6, filter->since_ns);
	yg_db_bind_uint(rows, 7, filter->by_requests ? 1 : (uint64_t)filter->order);
	yg_db_bind_uint(rows, 8, limit_of(filter));
	yg_db_bind_uint(rows, 9, filter->offset);
	yg_db_bind_text(rows, 10, filter->data);
	yg_db_bind_text(rows, 11, filter->label);
	yg_db_bind_uint(rows, 12, filter->risk);
	yg_db_bind_uint(rows, 13, filter->new_ns);
	yg_db_bind_text(rows, 14, filter->host);
	yg_db_bind_text(rows, 15, filter->search);
	yg_db_bind_text(rows, 16, filter->exposure);
	yg_db_bind_text(rows, 17, filter->auth);
}

static void bind_callers(sqlite3_stmt *rows, const struct yg_store_filter *filter)
{
	yg_db_bind_text(rows, 1, filter->contains);
	yg_db_bind_uint(rows, 2, filter->since_ns);
	yg_db_bind_uint(rows, 3,
			filter->by_requests		       ? 1
			: filter->order == YG_STORE_BY_RECORDS ? 2
							       : 0);
	yg_db_bind_uint(rows, 4, limit_of(filter));
	yg_db_bind_uint(rows, 5, filter->offset);
}

static void bind_parties(sqlite3_stmt *rows, const struct yg_store_filter *filter)
{
	yg_db_bind_text(rows, 1, filter->contains);
	yg_db_bind_uint(rows, 2, filter->since_ns);
	yg_db_bind_uint(rows, 3, limit_of(filter));
	yg_db_bind_uint(rows, 4, filter->offset);
}

static void bind_findings(sqlite3_stmt *rows, const struct yg_store_filter *filter)
{
	yg_db_bind_uint(rows, 1, filter->id != 0);
	yg_db_bind_uint(rows, 2, filter->id);
	yg_db_bind_text(rows, 3, filter->service);
	yg_db_bind_text(rows, 4, filter->rule);
	yg_db_bind_text(rows, 5, filter->status);
	yg_db_bind_text(rows, 6, filter->contains);
	yg_db_bind_uint(rows, 7, filter->since_ns);
	yg_db_bind_text(rows, 8, filter->severity);
	yg_db_bind_uint(rows, 9, limit_of(filter));
	yg_db_bind_uint(rows, 10, filter->offset);
	yg_db_bind_text(rows, 11, filter->kind);
	yg_db_bind_text(rows, 12, filter->state);
}

static void bind_samples(sqlite3_stmt *rows, const struct yg_store_filter *filter)
{
	yg_db_bind_uint(rows, 1, filter->id != 0);
	yg_db_bind_uint(rows, 2, filter->id);
	yg_db_bind_text(rows, 3, filter->method);
	yg_db_bind_uint(rows, 4, filter->since_ns);
	yg_db_bind_uint(rows, 5, filter->limit); /* by visit_days() */
	yg_db_bind_uint(rows, 6, filter->offset);
}

static const struct {
	const char *type; /* of the objects */
	enum yg_feed_kind kind;
	int index, count_index;
	void (*bind)(sqlite3_stmt *rows, const struct yg_store_filter *filter);
} lists[YG_STORE_LIST_END] = {
	[YG_STORE_ENDPOINTS] = { "endpoint", YG_FEED_KIND_ENDPOINT, YG_SQL_ENDPOINT_LIST,
				 YG_SQL_ENDPOINT_COUNT, bind_endpoints },
	[YG_STORE_CALLERS] = { "caller", YG_FEED_KIND_CALLER, YG_SQL_CALLER_LIST,
			       YG_SQL_CALLER_COUNT, bind_callers },
	[YG_STORE_FINDINGS] = { "finding", YG_FEED_KIND_FINDING, YG_SQL_FINDING_LIST,
				YG_SQL_FINDING_COUNT, bind_findings },
	[YG_STORE_SAMPLES] = { "exchange", YG_FEED_KIND_SAMPLE, YG_SQL_SAMPLE_LIST,
			       YG_SQL_SAMPLE_COUNT, bind_samples },
	[YG_STORE_PARTIES] = { "third-party", YG_FEED_KIND_PARTY, YG_SQL_PARTY_LIST,
			       YG_SQL_PARTY_COUNT, bind_parties },
};

static bool is_word(struct yg_slice text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (yg_slice_equal(text, yg_slice_from_str(words[i])))
			return true;
	}
	return text.len == 0;
}

static bool is_filter(const struct yg_store_filter *filter)
{
	static const char *const severities[] = { "info", "low", "medium", "high", "critical" };
	static const char *const states[] = { "open", "dismissed", "approved" };
	static const char *const kinds[] = { "attack", "posture" };
	static const char *const lives[] = { "open", "resolved", "reopened", "unresolved" };
	static const char *const exposures[] = { "external", "relayed", "internal", "outbound",
						 "unknown" };

	return is_word(filter->severity, severities, YG_ARRAY_SIZE(severities)) &&
	       is_word(filter->status, states, YG_ARRAY_SIZE(states)) &&
	       is_word(filter->kind, kinds, YG_ARRAY_SIZE(kinds)) &&
	       is_word(filter->state, lives, YG_ARRAY_SIZE(lives)) &&
	       is_word(filter->exposure, exposures, YG_ARRAY_SIZE(exposures)) &&
	       filter->since_ns <= INT64_MAX;
}

static int column_of(const struct yg_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->count; i++) {
		if (strcmp(schema->fields[i].name, name) == 0)
			return (int)i;
	}
	return 0;
}

/* What was stored in English is read in both languages. */
static void put_cause(struct yg_json *json, struct yg_slice cause)
{
	char english[YG_FINDING_TEXT_CAP], japanese[YG_FINDING_TEXT_CAP];

	(void)snprintf(english, sizeof(english), "%.*s", (int)cause.len, cause.ptr);
	yg_json_pair_str(json, "cause_ja",
			 yg_cause_japanese(english, japanese, sizeof(japanese)) ? japanese : NULL);
}

/*
 * Reasons in Japanese beside the English ones: {"shadow":"why"} by value, {"why":15} by name. What
 * is in no table stays as it is.
 */
static void put_reasons(struct yg_json *json, const char *name, struct yg_slice facts)
{
	char text[1024 * 4], error[64], japanese[YG_FINDING_TEXT_CAP];
	yajl_val tree;

	yg_json_key(json, name);
	yg_json_open_object(json);
	(void)snprintf(text, sizeof(text), "%.*s", (int)facts.len, facts.ptr);
	tree = yajl_tree_parse(text, error, sizeof(error));
	for (size_t i = 0; YAJL_IS_OBJECT(tree) && i < YAJL_GET_OBJECT(tree)->len; i++) {
		const char *key = YAJL_GET_OBJECT(tree)->keys[i];
		yajl_val value = YAJL_GET_OBJECT(tree)->values[i];
		const char *reason = YAJL_IS_STRING(value) ? YAJL_GET_STRING(value) : key;
		bool known = yg_reason_japanese(reason, japanese, sizeof(japanese));

		if (YAJL_IS_STRING(value))
			yg_json_pair_str(json, key, known ? japanese : reason);
		else
			yg_json_pair_uint(json, known ? japanese : reason,
					  (uint64_t)YAJL_GET_INTEGER(value));
	}
	yajl_tree_free(tree);
	yg_json_close_object(json);
}

/* What stands beyond the columns of an endpoint. */
static void put_endpoint(struct yg_json *json, sqlite3_stmt *row, const struct yg_schema *schema)
{
	int extra = (int)schema->count;

	put_reasons(json, "label_reasons_ja",
		    yg_db_column(row, column_of(schema, "label_reasons")));
	put_reasons(json, "risk_reasons_ja", yg_db_column(row, column_of(schema, "risk_reasons")));
	yg_json_pair_slice(json, "exposure", yg_db_column(row, extra + 3));
	yg_json_key(json, "reached");
	yg_json_raw(json, yg_db_column(row, extra + 2));
}

static void write_object(struct yg_json *json, sqlite3_stmt *row, enum yg_store_list list)
{
	const struct yg_schema *schema = yg_schema_find((uint64_t)lists[list].kind);
	int extra = (int)schema->count;

	yg_json_reset(json);
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", lists[list].type);
	yg_row_write(json, row, 0, schema);
	if (list == YG_STORE_ENDPOINTS || list == YG_STORE_CALLERS) {
		yg_json_key(json, "data");
		yg_json_raw(json, yg_db_column(row, extra));
		if (yg_db_column(row, extra + 1).len) {
			yg_json_key(json, "websocket");
			yg_json_raw(json, yg_db_column(row, extra + 1));
		}
	}
	if (list == YG_STORE_ENDPOINTS)
		put_endpoint(json, row, schema);
	if (list == YG_STORE_PARTIES) {
		yg_json_key(json, "endpoints");
		yg_json_raw(json, yg_db_column(row, extra));
		yg_json_key(json, "data");
		yg_json_raw(json, yg_db_column(row, extra + 1));
		yg_json_key(json, "asked_for");
		yg_json_raw(json, yg_db_column(row, extra + 2));
		yg_json_pair_uint(json, "risk", yg_db_column_uint(row, extra + 3));
	}
	if (list == YG_STORE_FINDINGS) {
		put_cause(json, yg_db_column(row, column_of(schema, "cause")));
		yg_json_pair_slice(json, "status", yg_db_column(row, extra));
		if (yg_db_column_uint(row, extra + 2)) {
			yg_json_pair_slice(json, "decided_by", yg_db_column(row, extra + 1));
			yg_json_pair_time(json, "decided", yg_db_column_uint(row, extra + 2));
		}
	}
	yg_json_close_object(json);
}

/* Rows of one file. Return: how many there were, passed over or shown; -errno. */
static ssize_t visit(struct yg_store *store, struct yg_db *db, enum yg_store_list list,
		     const struct yg_store_filter *filter, struct visitor *visitor)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *rows = NULL;
	ssize_t count = 0;
	int r = yg_store_list_statement(db, lists[list].index, lists[list].kind, &rows);
	int code = SQLITE_DONE;

	if (r)
		return r;
	lists[list].bind(rows, filter);
	while (!visitor->stop && (code = sqlite3_step(rows)) == SQLITE_ROW) {
		count++;
		if (visitor->skip > 0) {
			visitor->skip--;
			continue;
		}
		write_object(store->json, rows, list);
		visitor->count++;
		visitor->stop = visitor->fn(visitor->ctx, yg_json_view(store->json)) != 0;
	}
	r = yg_db_errno(code);
	return r ? r : count;
}

/* Samples lie in a file per day: the newest first, until there are enough. */
static int visit_days(struct yg_store *store, const struct yg_store_filter *filter,
		      struct visitor *visitor)
{
	struct yg_store_filter all = *filter;
	uint64_t left = (uint64_t)limit_of(filter) + filter->offset;

	visitor->skip = filter->offset;
	all.offset = 0;
	for (uint32_t back = 0; back < store->options.sample_days && left > 0 && !visitor->stop;
	     back++) {
		YG_CLEANUP(yg_db_close) struct yg_db *former = NULL;
		struct yg_db *db = store->day;
		ssize_t seen;

		all.limit = left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
		if (!db || store->today - back != store->day_number) {
			if (yg_store_open_former(store, store->today - back, &former))
				continue;
			db = former;
		}
		seen = visit(store, db, YG_STORE_SAMPLES, &all, visitor);
		if (seen < 0)
			return (int)seen;
		left -= (uint64_t)seen;
	}
	return 0;
}

ssize_t yg_store_each(struct yg_store *store, enum yg_store_list list,
		      const struct yg_store_filter *filter, yg_store_row_fn fn, void *ctx)
{
	struct visitor visitor = { .fn = fn, .ctx = ctx };
	ssize_t r;

	if (!is_filter(filter))
		return -EINVAL;
	if (list == YG_STORE_SAMPLES)
		r = visit_days(store, filter, &visitor);
	else
		r = store->main ? visit(store, store->main, list, filter, &visitor) : -EIO;
	return r < 0 ? r : visitor.count;
}

static uint64_t count_rows(struct yg_store *store, int index)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *count = NULL;

	if (!store->main || yg_db_statement(store->main, index, &count) ||
	    sqlite3_step(count) != SQLITE_ROW)
		return 0;
	return yg_db_column_uint(count, 0);
}

uint64_t yg_store_count(struct yg_store *store, enum yg_store_list list)
{
	return list == YG_STORE_SAMPLES ? 0 : count_rows(store, lists[list].count_index);
}

uint64_t yg_store_findings_open(struct yg_store *store)
{
	return count_rows(store, YG_SQL_FINDING_OPEN);
}
