/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples: one small file per UTC day. Expiry removes files, so no index is ever rewritten. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

#include "store/private.h"

#define NAME_PREFIX "samples-"
#define NAME_SUFFIX ".db"
#define NAME_DIGITS 8

void yg_store_day_name(uint64_t day, char *ret)
{
	time_t seconds = (time_t)(day * (YG_NS_PER_DAY / YG_NS_PER_S));
	struct tm tm = { 0 };

	(void)gmtime_r(&seconds, &tm);
	(void)snprintf(ret, YG_DB_NAME_CAP, NAME_PREFIX "%04d%02d%02d" NAME_SUFFIX,
		       tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

int yg_store_day_from_name(const char *name, uint64_t *ret)
{
	const size_t prefix = sizeof(NAME_PREFIX) - 1;
	char canonical[YG_DB_NAME_CAP];
	unsigned int date = 0;
	struct tm tm = { 0 };
	time_t seconds;

	if (strlen(name) != prefix + NAME_DIGITS + sizeof(NAME_SUFFIX) - 1)
		return -EINVAL;
	for (size_t i = prefix; i < prefix + NAME_DIGITS; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -EINVAL;
		date = date * 10 + (unsigned int)(name[i] - '0');
	}
	tm.tm_year = (int)(date / 10000) - 1900;
	tm.tm_mon = (int)(date / 100 % 100) - 1;
	tm.tm_mday = (int)(date % 100);
	seconds = timegm(&tm);
	if (seconds < 0)
		return -EINVAL;
	yg_store_day_name((uint64_t)seconds / (YG_NS_PER_DAY / YG_NS_PER_S), canonical);
	if (strcmp(canonical, name) != 0)
		return -EINVAL;
	*ret = (uint64_t)seconds / (YG_NS_PER_DAY / YG_NS_PER_S);
	return 0;
}

static int count_samples(struct yg_store *store)
{
	YG_DB_CLEANUP_RESET sqlite3_stmt *count = NULL;
	int r = yg_db_statement(store->day, YG_SQL_SAMPLE_COUNT, &count);

	if (r)
		return r;
	r = sqlite3_step(count);
	if (r == SQLITE_ROW)
		store->day_samples = yg_db_column_uint(count, 0);
	return yg_db_errno(r);
}

static int open_file(struct yg_store *store, const char *name)
{
	enum yg_db_news news = YG_DB_KEPT;
	int r = yg_db_open(&yg_day_kind, store->options.dir_fd, name, &store->day, &news);

	if (r)
		return r;
	store->counters.damaged += news != YG_DB_KEPT;
	r = count_samples(store);
	if (r)
		yg_db_close(&store->day);
	return r;
}

/* Makes @day the open file; the batch goes on in it. */
static int open_day(struct yg_store *store, uint64_t day)
{
	char name[YG_DB_NAME_CAP];
	int r;

	if (store->day && store->batch && yg_db_exec(store->day, "COMMIT"))
		store->counters.commits_failed++;
	yg_db_close(&store->day);
	yg_store_day_name(day, name);
	store->day_number = day;
	r = open_file(store, name);
	if (r == -EUCLEAN) {
		r = yg_store_drop_damaged(store, name);
		if (r == 0)
			r = open_file(store, name);
	}
	if (r == 0 && store->batch)
		r = yg_db_exec(store->day, "BEGIN IMMEDIATE");
	if (r)
		yg_db_close(&store->day);
	return r;
}

int yg_store_drop_damaged(struct yg_store *store, const char *name)
{
	int r = yg_db_move_aside(store->options.dir_fd, name);

	store->counters.damaged += r == 0;
	return r;
}

bool yg_store_close_day(struct yg_store *store)
{
	bool is_damaged = store->day && yg_db_errno(sqlite3_errcode(store->day->sql)) == -EUCLEAN;

	store->day_damaged |= is_damaged;
	yg_db_close(&store->day);
	return store->day_damaged;
}

int yg_store_open_today(struct yg_store *store, uint64_t now_ns)
{
	store->today = now_ns / YG_NS_PER_DAY;
	if (store->day && store->day_number == store->today)
		return 0;
	return open_day(store, store->today);
}

int yg_store_open_former(struct yg_store *store, uint64_t day, struct yg_db **ret)
{
	enum yg_db_news news = YG_DB_KEPT;
	char name[YG_DB_NAME_CAP];
	int r;

	yg_store_day_name(day, name);
	if (faccessat(store->options.dir_fd, name, R_OK, 0))
		return -ENOENT;
	r = yg_db_open(&yg_day_kind, store->options.dir_fd, name, ret, &news);
	store->counters.damaged += r == 0 && news != YG_DB_KEPT;
	return r;
}

int yg_store_put_sample(struct yg_store *store, const struct yg_feed_message *message,
			uint64_t now_ns)
{
	int r = yg_store_open_today(store, now_ns);

	if (r)
		return r;
	if (store->day_samples >= YG_STORE_SAMPLES_MAX || message->sample.time > INT64_MAX) {
		store->counters.lost_sample++;
		return 0;
	}
	r = yg_store_put_row(store, store->day, YG_SQL_SAMPLE_PUT, "samples", NULL, message);
	if (r == 0)
		store->day_samples++;
	return r;
}

int yg_store_move_samples(struct yg_store *store, const struct yg_feed_fold *fold)
{
	sqlite3_stmt *move;
	int r;

	if (!store->day)
		return 0;
	r = yg_db_statement(store->day, YG_SQL_SAMPLE_MOVE, &move);
	if (r)
		return r;
	yg_db_bind_uint(move, 1, fold->from);
	yg_db_bind_uint(move, 2, fold->into);
	return yg_db_run(move);
}

static void remove_day(struct yg_store *store, const char *name)
{
	static const char *const parts[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(parts); i++) {
		char path[NAME_MAX + sizeof("-wal")];

		(void)snprintf(path, sizeof(path), "%s%s", name, parts[i]);
		if (unlinkat(store->options.dir_fd, path, 0) == 0 && i == 0)
			store->counters.expired++;
	}
}

void yg_store_drop_days(struct yg_store *store, uint64_t now_ns)
{
	uint64_t today = now_ns / YG_NS_PER_DAY;
	int fd = openat(store->options.dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		yg_closep(&fd);
		return;
	}
	/* One thread, and the stream is ours: readdir is safe here. */
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		uint64_t day;

		if (yg_store_day_from_name(entry->d_name, &day) == 0 &&
		    day + store->options.sample_days <= today)
			remove_day(store, entry->d_name);
	}
	(void)closedir(dir);
}
