/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One SQLite file of the state directory: opened with the house's settings, brought to the newest
 * schema, its statements prepared once. Private to stage 8.
 *
 * WAL with synchronous NORMAL: after a power cut the last transactions may be missing, the file is
 * whole. Source: sqlite.org/wal.html, sqlite.org/pragma.html#pragma_synchronous.
 */
#pragma once

#include <sqlite3.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"

#define YG_DB_PAGE_BYTES  8192	     /* blobs of an hour fit one or two pages */
#define YG_DB_CACHE_KIB	  16384	     /* page cache per file; more is read again */
#define YG_DB_NAME_CAP	  64	     /* file name, NUL included */
#define YG_DB_BUSY_MS	  50	     /* a reader of another process; beyond: -EBUSY, tried again */
#define YG_DB_JOURNAL_MAX (16 << 20) /* bytes the WAL keeps when it is empty */

/* What a file holds. */
struct yg_db_kind {
	const char *const *migrations; /* [version_max] SQL from version i to i + 1 */
	int version_max;	       /* PRAGMA user_version of a file of today */
	const char *const *texts;      /* [statement_count] prepared at first use */
	int statement_count;
};

struct yg_db {
	const struct yg_db_kind *kind;
	sqlite3 *sql;
	sqlite3_stmt **statements; /* [kind->statement_count] */
};

/* Why yg_db_open() began with an empty file. */
enum yg_db_news { YG_DB_KEPT, YG_DB_DAMAGED, YG_DB_NEWER, YG_DB_NEWS_MAX };

/**
 * yg_db_open() - open or make @name in the directory @dir_fd.
 * @ret_news: YG_DB_DAMAGED or YG_DB_NEWER: the file was moved aside to "@name.damaged" or
 *	"@name.newer" (replacing the one before) and a new one made.
 *
 * Return: 0; -ENOMEM; -ENOSPC; -EIO; -EUCLEAN even a new file is damaged.
 */
YG_MUST_CHECK int yg_db_open(const struct yg_db_kind *kind, int dir_fd, const char *name,
			     struct yg_db **ret, enum yg_db_news *ret_news);
void yg_db_close(struct yg_db **db); /* accepts NULL inside; an open transaction is rolled back */

/* Rename a file that is not open, with its WAL, to "@name.damaged". Return: 0; -EIO. */
YG_MUST_CHECK int yg_db_move_aside(int dir_fd, const char *name);

/* Negative errno of an SQLite result; 0 for OK, ROW and DONE. */
int yg_db_errno(int code);

/**
 * yg_db_statement() - statement @index of the kind, ready to bind.
 * Return: 0; -errno of preparing it.
 */
YG_MUST_CHECK int yg_db_statement(struct yg_db *db, int index, sqlite3_stmt **ret);

/* As above for a statement whose text is made at run time. Return: 0; -errno. */
YG_MUST_CHECK int yg_db_prepare(struct yg_db *db, int index, const char *text, sqlite3_stmt **ret);

/* Run a statement that returns no rows and make it ready again. Return: 0; -errno. */
YG_MUST_CHECK int yg_db_run(sqlite3_stmt *statement);

/* Run SQL text without parameters. Return: 0; -errno. */
int yg_db_exec(struct yg_db *db, const char *text);

/* Path of @name below @dir_fd, for sqlite3_open_v2() and ATTACH. */
void yg_db_path(int dir_fd, const char *name, char *ret, size_t cap);

/* Values of columns and parameters; bound texts are borrowed until the statement is reset. */
struct yg_slice yg_db_column(sqlite3_stmt *statement, int column); /* absent for NULL */
uint64_t yg_db_column_uint(sqlite3_stmt *statement, int column);
void yg_db_bind_uint(sqlite3_stmt *statement, int parameter, uint64_t value);
void yg_db_bind_text(sqlite3_stmt *statement, int parameter, struct yg_slice text);
void yg_db_bind_blob(sqlite3_stmt *statement, int parameter, struct yg_slice blob);

/* Takes the statement back at the end of a scope. */
void yg_db_resetp(sqlite3_stmt **statement);
#define YG_DB_CLEANUP_RESET YG_CLEANUP(yg_db_resetp)
