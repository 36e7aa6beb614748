/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/db.h"

#include <errno.h>
#include <stdio.h>

#define PATH_CAP 96

int yg_db_errno(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_TOOBIG:
		return -E2BIG;
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_RANGE:
	case SQLITE_ERROR:
		return -EINVAL;
	default:
		return -EIO;
	}
}

void yg_db_path(int dir_fd, const char *name, char *ret, size_t cap)
{
	/* SQLite opens by path only; this one names the directory that was given, anywhere. */
	(void)snprintf(ret, cap, "/proc/self/fd/%d/%s", dir_fd, name);
}

int yg_db_exec(struct yg_db *db, const char *text)
{
	return yg_db_errno(sqlite3_exec(db->sql, text, NULL, NULL, NULL));
}

int yg_db_prepare(struct yg_db *db, int index, const char *text, sqlite3_stmt **ret)
{
	int r = sqlite3_prepare_v3(db->sql, text, -1, SQLITE_PREPARE_PERSISTENT,
				   &db->statements[index], NULL);

	if (r == SQLITE_OK)
		*ret = db->statements[index];
	return yg_db_errno(r);
}

int yg_db_statement(struct yg_db *db, int index, sqlite3_stmt **ret)
{
	if (!db->statements[index])
		return yg_db_prepare(db, index, db->kind->texts[index], ret);
	*ret = db->statements[index];
	return 0;
}

int yg_db_run(sqlite3_stmt *statement)
{
	int r = yg_db_errno(sqlite3_step(statement));

	(void)sqlite3_reset(statement);
	return r;
}

struct yg_slice yg_db_column(sqlite3_stmt *statement, int column)
{
	const void *bytes = sqlite3_column_blob(statement, column);
	int len = sqlite3_column_bytes(statement, column);

	if (sqlite3_column_type(statement, column) == SQLITE_NULL)
		return (struct yg_slice){ NULL, 0 };
	return (struct yg_slice){ bytes ? bytes : "", (size_t)len };
}

uint64_t yg_db_column_uint(sqlite3_stmt *statement, int column)
{
	return (uint64_t)sqlite3_column_int64(statement, column);
}

void yg_db_bind_uint(sqlite3_stmt *statement, int parameter, uint64_t value)
{
	(void)sqlite3_bind_int64(statement, parameter, (sqlite3_int64)value);
}

void yg_db_bind_text(sqlite3_stmt *statement, int parameter, struct yg_slice text)
{
	(void)sqlite3_bind_text(statement, parameter, text.ptr ? text.ptr : "", (int)text.len,
				SQLITE_STATIC);
}

void yg_db_bind_blob(sqlite3_stmt *statement, int parameter, struct yg_slice blob)
{
	(void)sqlite3_bind_blob(statement, parameter, blob.ptr ? blob.ptr : "", (int)blob.len,
				SQLITE_STATIC);
}

void yg_db_resetp(sqlite3_stmt **statement)
{
	if (*statement) {
		(void)sqlite3_reset(*statement);
		(void)sqlite3_clear_bindings(*statement);
	}
	*statement = NULL;
}

static int configure(struct yg_db *db)
{
	char text[320];

	(void)sqlite3_extended_result_codes(db->sql, 1);
	(void)sqlite3_busy_timeout(db->sql, YG_DB_BUSY_MS);
	/* Whoever can write the file must not be able to make us run SQL of his own. */
	(void)sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db->sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)snprintf(text, sizeof(text),
		       "PRAGMA page_size=%d; PRAGMA auto_vacuum=INCREMENTAL;"
		       "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-%d;"
		       "PRAGMA journal_size_limit=%d; PRAGMA temp_store=MEMORY;",
		       YG_DB_PAGE_BYTES, YG_DB_CACHE_KIB, YG_DB_JOURNAL_MAX);
	return yg_db_exec(db, text);
}

static int read_version(struct yg_db *db, int *ret)
{
	sqlite3_stmt *statement = NULL;
	int r = sqlite3_prepare_v2(db->sql, "PRAGMA user_version", -1, &statement, NULL);

	if (r == SQLITE_OK)
		r = sqlite3_step(statement);
	if (r == SQLITE_ROW)
		*ret = sqlite3_column_int(statement, 0);
	(void)sqlite3_finalize(statement);
	return yg_db_errno(r);
}

/* One transaction per step: whenever the power goes, the file is of one version. */
static int migrate_step(struct yg_db *db, int version)
{
	char text[64];
	int r = yg_db_exec(db, "BEGIN IMMEDIATE");

	if (r)
		return r;
	(void)snprintf(text, sizeof(text), "PRAGMA user_version=%d", version + 1);
	r = yg_db_exec(db, db->kind->migrations[version]);
	if (r == 0)
		r = yg_db_exec(db, text);
	if (r == 0)
		r = yg_db_exec(db, "COMMIT");
	if (r)
		(void)yg_db_exec(db, "ROLLBACK");
	return r;
}

/* -EPROTO: the file is of a later version than this program. */
static int migrate(struct yg_db *db)
{
	int version = 0;
	int r = read_version(db, &version);

	if (r == 0 && version > db->kind->version_max)
		return -EPROTO;
	/* A new file has 0; a negative one was not made by us. */
	if (r == 0 && version < 0)
		return -EUCLEAN;
	for (; r == 0 && version < db->kind->version_max; version++)
		r = migrate_step(db, version);
	/* The schema is read here: damage in it shows now and not at the first write. */
	if (r == 0)
		r = yg_db_exec(db, "SELECT count(*) FROM sqlite_schema");
	return r == -EINVAL ? -EUCLEAN : r;
}

static int fill(struct yg_db *db, int dir_fd, const char *name)
{
	char path[PATH_CAP];
	int r;

	db->statements = calloc((size_t)db->kind->statement_count, sizeof(sqlite3_stmt *));
	if (!db->statements)
		return -ENOMEM;
	yg_db_path(dir_fd, name, path, sizeof(path));
	r = yg_db_errno(sqlite3_open_v2(
		path, &db->sql, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		NULL));
	if (r == 0)
		r = configure(db);
	if (r == 0)
		r = migrate(db);
	return r;
}

static int open_file(const struct yg_db_kind *kind, int dir_fd, const char *name,
		     struct yg_db **ret)
{
	struct yg_db *db = calloc(1, sizeof(*db));
	int r;

	if (!db)
		return -ENOMEM;
	db->kind = kind;
	r = fill(db, dir_fd, name);
	if (r)
		yg_db_close(&db);
	else
		*ret = db;
	return r;
}

/* With its WAL: a WAL left behind would be applied to the new file. */
static int move_aside(int dir_fd, const char *name, const char *why)
{
	static const char *const parts[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(parts); i++) {
		char from[YG_DB_NAME_CAP], to[YG_DB_NAME_CAP];

		(void)snprintf(from, sizeof(from), "%s%s", name, parts[i]);
		(void)snprintf(to, sizeof(to), "%s.%s%s", name, why, parts[i]);
		if (renameat(dir_fd, from, dir_fd, to) && errno != ENOENT)
			return -EIO;
	}
	return 0;
}

int yg_db_move_aside(int dir_fd, const char *name)
{
	return move_aside(dir_fd, name, "damaged");
}

int yg_db_open(const struct yg_db_kind *kind, int dir_fd, const char *name, struct yg_db **ret,
	       enum yg_db_news *ret_news)
{
	enum yg_db_news news = YG_DB_KEPT;
	int r = open_file(kind, dir_fd, name, ret);

	if (r == -EUCLEAN || r == -EPROTO) {
		news = r == -EPROTO ? YG_DB_NEWER : YG_DB_DAMAGED;
		r = move_aside(dir_fd, name, news == YG_DB_NEWER ? "newer" : "damaged");
		if (r == 0)
			r = open_file(kind, dir_fd, name, ret);
	}
	if (r == 0)
		*ret_news = news;
	return r == -EPROTO || r == -EACCES ? -EIO : r;
}

void yg_db_close(struct yg_db **db)
{
	if (!*db)
		return;
	for (int i = 0; (*db)->statements && i < (*db)->kind->statement_count; i++)
		(void)sqlite3_finalize((*db)->statements[i]);
	(void)sqlite3_close_v2((*db)->sql);
	free((*db)->statements);
	free(*db);
	*db = NULL;
}
