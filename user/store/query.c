/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/query.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

#include "store/private.h"

#define OPS_PER_CHECK 2000 /* instructions of SQLite between looks at the clock */
#define VIEW_CAP      2048
#define HEAP_BYTES    (64 << 20) /* of sorts and groups of one query; beyond: out of memory */
#define VALUE_BYTES   (1 << 20)	 /* one value */
#define PATTERN_BYTES 512	 /* of LIKE and GLOB, whose work is this times the value */
#define NS_PER_MS     1000000u

struct run {
	const struct yg_query *query;
	sqlite3 *sql;
	bool expired;
	size_t bytes;
};

static int check_clock(void *ctx)
{
	struct run *run = ctx;

	run->expired = run->query->clock(run->query->ctx) > run->query->deadline_ns;
	return run->expired;
}

/* The clock is looked at between steps, not within a function: none may take long. */
static bool is_refused(const char *function)
{
	return strcmp(function, "load_extension") == 0 || strcmp(function, "json_patch") == 0;
}

/* Reads and functions; nothing that writes, attaches, sets or loads. */
static int authorize(void *ctx, int action, const char *first, const char *second,
		     const char *database, const char *trigger)
{
	(void)ctx;
	(void)first;
	(void)database;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return second && is_refused(second) ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_DENY;
	}
}

static void call_iso(sqlite3_context *context, int count, sqlite3_value **values)
{
	sqlite3_int64 ns = sqlite3_value_int64(values[0]);
	time_t seconds = (time_t)(ns / (sqlite3_int64)YG_NS_PER_S);
	char text[64];
	struct tm tm;

	(void)count;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL || ns < 0 || !gmtime_r(&seconds, &tm))
		return;
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
		       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		       (int)(ns % (sqlite3_int64)YG_NS_PER_S / NS_PER_MS));
	sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static void call_hex(sqlite3_context *context, int count, sqlite3_value **values)
{
	char text[24];

	(void)count;
	if (sqlite3_value_type(values[0]) != SQLITE_INTEGER)
		return;
	(void)snprintf(text, sizeof(text), "%016" PRIx64, (uint64_t)sqlite3_value_int64(values[0]));
	sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static void call_unhex(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *text = (const char *)sqlite3_value_text(values[0]);
	char *end = NULL;
	unsigned long long id;

	(void)count;
	if (!text)
		return;
	id = strtoull(text, &end, 16);
	if (end != text && *end == '\0')
		sqlite3_result_int64(context, (sqlite3_int64)id);
}

/* trim(X,Y) looks for each byte of one text in the other. */
static void call_trim(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	(void)values;
	sqlite3_result_error(context, "trim() of other than blanks is not allowed", -1);
}

static int add_functions(sqlite3 *sql)
{
	static const char *const trims[] = { "trim", "ltrim", "rtrim" };
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
	int r = sqlite3_create_function(sql, "iso", 1, flags, NULL, call_iso, NULL, NULL);

	if (r == SQLITE_OK)
		r = sqlite3_create_function(sql, "hex", 1, flags, NULL, call_hex, NULL, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_create_function(sql, "unhex", 1, flags, NULL, call_unhex, NULL, NULL);
	for (size_t i = 0; r == SQLITE_OK && i < YG_ARRAY_SIZE(trims); i++)
		r = sqlite3_create_function(sql, trims[i], 2, flags, NULL, call_trim, NULL, NULL);
	return yg_db_errno(r);
}

static int attach(sqlite3 *sql, int dir_fd, const char *name, unsigned int number)
{
	char path[NAME_MAX], text[NAME_MAX + 64];

	yg_db_path(dir_fd, name, path, sizeof(path));
	(void)snprintf(text, sizeof(text), "ATTACH 'file:%s?mode=ro' AS day%u", path, number);
	return yg_db_errno(sqlite3_exec(sql, text, NULL, NULL, NULL));
}

/* The newest days are as many as one connection can attach; a file that cannot be read is left. */
static int add_samples(sqlite3 *sql, int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	char view[VIEW_CAP] = "CREATE TEMP VIEW samples AS ";
	size_t used = strlen(view);
	unsigned int count = 0;

	if (!dir) {
		yg_closep(&fd);
		return -EIO;
	}
	/* No more files than can be attached are kept: see YG_STORE_SAMPLE_DAYS_MAX. */
	for (struct dirent *entry = readdir(dir);
	     entry && count < YG_STORE_SAMPLE_DAYS_MAX && used < sizeof(view);
	     entry = readdir(dir)) {
		uint64_t day;

		if (yg_store_day_from_name(entry->d_name, &day) ||
		    attach(sql, dir_fd, entry->d_name, count))
			continue;
		used += (size_t)snprintf(view + used, sizeof(view) - used,
					 "%sSELECT * FROM day%u.samples",
					 count ? " UNION ALL " : "", count);
		count++;
	}
	(void)closedir(dir);
	return count ? yg_db_errno(sqlite3_exec(sql, view, NULL, NULL, NULL)) : 0;
}

static int open_reader(struct run *run)
{
	const struct yg_query *query = run->query;
	char path[NAME_MAX], uri[NAME_MAX + 16];
	int r;

	yg_db_path(query->dir_fd, YG_STORE_FILE, path, sizeof(path));
	(void)snprintf(uri, sizeof(uri), "file:%s", path);
	r = yg_db_errno(sqlite3_open_v2(
		uri, &run->sql, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
		NULL));
	if (r)
		return r;
	(void)sqlite3_busy_timeout(run->sql, YG_DB_BUSY_MS);
	(void)sqlite3_db_config(run->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(run->sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_limit(run->sql, SQLITE_LIMIT_LENGTH, VALUE_BYTES);
	(void)sqlite3_limit(run->sql, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN_BYTES);
	/* Sorts stay in memory, where they are bounded; the caged desk has no other place. */
	r = yg_db_errno(sqlite3_exec(run->sql, "PRAGMA temp_store=MEMORY", NULL, NULL, NULL));
	if (r == 0)
		r = add_functions(run->sql);
	if (r == 0)
		r = add_samples(run->sql, query->dir_fd);
	(void)sqlite3_limit(run->sql, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_set_authorizer(run->sql, authorize, NULL);
	sqlite3_progress_handler(run->sql, OPS_PER_CHECK, check_clock, run);
	return r;
}

static void write_value(struct yg_json *json, sqlite3_stmt *row, int column)
{
	switch (sqlite3_column_type(row, column)) {
	case SQLITE_INTEGER:
		yg_json_int(json, sqlite3_column_int64(row, column));
		break;
	case SQLITE_FLOAT:
		yg_json_real(json, sqlite3_column_double(row, column), 6);
		break;
	case SQLITE_TEXT:
		yg_json_slice(json, yg_db_column(row, column));
		break;
	default: /* a blob is nobody's text */
		yg_json_null(json);
		break;
	}
}

static void write_row(struct yg_json *json, sqlite3_stmt *row)
{
	yg_json_reset(json);
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "row");
	for (int i = 0; i < sqlite3_column_count(row); i++) {
		yg_json_key_slice(json, yg_slice_from_str(sqlite3_column_name(row, i)));
		write_value(json, row, i);
	}
	yg_json_close_object(json);
}

static int visit_rows(struct run *run, sqlite3_stmt *rows, struct yg_json *json, bool *ret_cut)
{
	uint32_t count = 0;
	int code;

	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		if (count++ >= YG_QUERY_ROWS_MAX || run->bytes > YG_QUERY_BYTES_MAX) {
			*ret_cut = true;
			return 0;
		}
		write_row(json, rows);
		run->bytes += yg_json_view(json).len;
		if (run->query->fn(run->query->ctx, yg_json_view(json)))
			return 0;
	}
	return code == SQLITE_INTERRUPT && run->expired ? -ETIME : yg_db_errno(code);
}

/* What stands behind the first statement would never run: the asker must not think it did. */
static bool is_single(sqlite3 *sql, const char *tail, const char *end)
{
	sqlite3_stmt *next = NULL;
	int r = sqlite3_prepare_v2(sql, tail, (int)(end - tail), &next, NULL);
	bool single = r == SQLITE_OK && !next;

	(void)sqlite3_finalize(next);
	return single;
}

static int run_text(struct run *run, struct yg_json *json, bool *ret_cut)
{
	const struct yg_query *query = run->query;
	const char *tail = NULL;
	sqlite3_stmt *rows = NULL;
	int r = yg_db_errno(
		sqlite3_prepare_v2(run->sql, query->text.ptr, (int)query->text.len, &rows, &tail));

	if (r)
		return r;
	/* The authorizer lets nothing else through, but an empty text is no statement at all. */
	if (!rows || sqlite3_column_count(rows) == 0 || !sqlite3_stmt_readonly(rows) ||
	    !is_single(run->sql, tail, query->text.ptr + query->text.len))
		r = -EINVAL;
	else
		r = visit_rows(run, rows, json, ret_cut);
	(void)sqlite3_finalize(rows);
	return r;
}

int yg_query_run(const struct yg_query *query, bool *ret_cut, char *ret_cause)
{
	struct run run = { .query = query };
	struct yg_json *json = NULL;
	int r;

	ret_cause[0] = '\0';
	if (query->text.len > YG_QUERY_TEXT_MAX)
		return -E2BIG;
	r = yg_json_new(&json);
	if (r == 0)
		r = open_reader(&run);
	*ret_cut = false;
	if (r == 0) {
		(void)sqlite3_hard_heap_limit64(sqlite3_memory_used() + HEAP_BYTES);
		r = run_text(&run, json, ret_cut);
		if (r)
			(void)snprintf(ret_cause, YG_QUERY_CAUSE_CAP, "%s",
				       sqlite3_errcode(run.sql) == SQLITE_OK
					       ? "not one statement that reads"
					       : sqlite3_errmsg(run.sql));
	}
	(void)sqlite3_close_v2(run.sql);
	(void)sqlite3_hard_heap_limit64(0);
	yg_json_free(&json);
	return r == -EACCES ? -EINVAL : r;
}
