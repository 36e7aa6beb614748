/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Aggregates: hour blocks of the store against plain rows of a table, same cells, same machine,
 * same run. Prints one JSON line. Usage: bench_store [ENDPOINTS [HOURS]], in the directory of
 * TMPDIR or /var/tmp.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#include <sqlite3.h>

#include "baseline/cell.h"
#include "core/hash.h"
#include "core/hll.h"
#include "store/store.h"

#define ENDPOINTS 240u
#define HOURS	  24u
#define BASE_NS	  1794960000000000000ull /* a full hour */
#define MINUTE_NS 60000000000ull
#define HOUR_NS	  (60 * MINUTE_NS)

struct result {
	double seconds; /* writing all cells */
	double read_ms; /* all cells of one endpoint */
	uint64_t bytes; /* of the files */
};

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "bench_store: %s: failed\n", what);
	exit(1);
}

/* A minute of an endpoint: 4 to 35 requests of log-like latency, three callers. */
static size_t make_cell(uint64_t endpoint, uint64_t minute, uint8_t *ret)
{
	struct yg_cell cell = { .start_ns = BASE_NS + minute * MINUTE_NS, .span_ns = MINUTE_NS };
	uint64_t seed = yg_hash_mix(endpoint << 32 | minute);
	ssize_t len;

	cell.requests = 4 + seed % 32;
	yg_cell_add_status(&cell, 200, cell.requests - 1);
	yg_cell_add_status(&cell, 404, 1);
	for (uint64_t i = 0; i < cell.requests; i++) {
		seed = yg_hash_mix(seed + i + 1);
		yg_quantile_add(&cell.latency_us, 200 + (seed & 1023) * (1 + (seed >> 10) % 4));
		yg_quantile_add(&cell.response_size, 512 + (seed >> 20) % 256);
		(void)yg_hll_add(&cell.callers, yg_hash_mix(1 + (seed >> 40) % 3));
	}
	len = yg_cell_pack(&cell, ret, YG_CELL_PACKED_MAX);
	check(len > 0, "pack");
	return (size_t)len;
}

static uint64_t sum_bytes;

static int add_size(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)path;
	(void)ftw;
	sum_bytes += kind == FTW_F ? (uint64_t)info->st_size : 0;
	return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void count_cell(void *ctx, const struct yg_cell *cell)
{
	*(uint64_t *)ctx += cell->requests;
}

/* The store: a batch per minute, ticks as the desk makes them. */
static struct result run_blocks(const char *dir, uint32_t endpoints, uint32_t hours)
{
	const struct yg_store_options options = { open(dir, O_DIRECTORY | O_CLOEXEC), 90, 7 };
	struct yg_feed_message message = { .kind = YG_FEED_KIND_CELL };
	static uint8_t bytes[YG_CELL_PACKED_MAX];
	struct yg_store *store = NULL;
	struct result result = { 0 };
	uint64_t requests = 0;
	double start;

	check(yg_store_new(&options, BASE_NS, &store) == 0, "open");
	start = now();
	for (uint64_t minute = 0; minute < (uint64_t)hours * 60; minute++) {
		uint64_t at_ns = BASE_NS + (minute + 1) * MINUTE_NS;

		check(yg_store_begin(store) == 0, "begin");
		for (uint64_t endpoint = 1; endpoint <= endpoints; endpoint++) {
			message.cell.endpoint = yg_hash_mix(endpoint);
			message.cell.cell = (struct yg_slice){ (char *)bytes,
							       make_cell(endpoint, minute, bytes) };
			check(yg_store_put(store, &message, at_ns) == 0, "put");
		}
		check(yg_store_commit(store) == 0, "commit");
		check(yg_store_tick(store, at_ns) == 0, "tick");
	}
	check(yg_store_tick(store, BASE_NS + (hours + 2) * HOUR_NS) == 0, "tick");
	result.seconds = now() - start;
	start = now();
	check(yg_store_series(store, yg_hash_mix(1), BASE_NS, BASE_NS + hours * HOUR_NS, count_cell,
			      &requests) == (ssize_t)hours * 60,
	      "series");
	result.read_ms = (now() - start) * 1e3;
	yg_store_free(&store);
	(void)close(options.dir_fd);
	return result;
}

/* The baseline: a row per cell, one transaction per minute, the same settings. */
static struct result run_rows(const char *dir, uint32_t endpoints, uint32_t hours)
{
	static uint8_t bytes[YG_CELL_PACKED_MAX];
	struct result result = { 0 };
	sqlite3_stmt *put = NULL, *read = NULL;
	char path[256];
	sqlite3 *sql = NULL;
	uint64_t rows = 0;
	double start;

	(void)snprintf(path, sizeof(path), "%s/rows.db", dir);
	check(sqlite3_open(path, &sql) == 0, "open rows");
	check(sqlite3_exec(sql,
			   "PRAGMA page_size=8192; PRAGMA journal_mode=WAL;"
			   "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16384;"
			   "CREATE TABLE cells(endpoint INTEGER, minute INTEGER, cell BLOB,"
			   "PRIMARY KEY(endpoint, minute)) WITHOUT ROWID;",
			   NULL, NULL, NULL) == 0,
	      "create rows");
	check(sqlite3_prepare_v2(sql, "INSERT INTO cells VALUES(?1,?2,?3)", -1, &put, NULL) == 0,
	      "prepare rows");
	start = now();
	for (uint64_t minute = 0; minute < (uint64_t)hours * 60; minute++) {
		check(sqlite3_exec(sql, "BEGIN", NULL, NULL, NULL) == 0, "begin rows");
		for (uint64_t endpoint = 1; endpoint <= endpoints; endpoint++) {
			int len = (int)make_cell(endpoint, minute, bytes);

			(void)sqlite3_bind_int64(put, 1, (sqlite3_int64)yg_hash_mix(endpoint));
			(void)sqlite3_bind_int64(put, 2, (sqlite3_int64)minute);
			(void)sqlite3_bind_blob(put, 3, bytes, len, SQLITE_STATIC);
			check(sqlite3_step(put) == SQLITE_DONE, "put row");
			(void)sqlite3_reset(put);
		}
		check(sqlite3_exec(sql, "COMMIT", NULL, NULL, NULL) == 0, "commit rows");
	}
	result.seconds = now() - start;
	start = now();
	check(sqlite3_prepare_v2(sql, "SELECT cell FROM cells WHERE endpoint=?1", -1, &read,
				 NULL) == 0,
	      "prepare read");
	(void)sqlite3_bind_int64(read, 1, (sqlite3_int64)yg_hash_mix(1));
	while (sqlite3_step(read) == SQLITE_ROW) {
		struct yg_cell cell;

		check(yg_cell_unpack(sqlite3_column_blob(read, 0),
				     (size_t)sqlite3_column_bytes(read, 0), &cell) == 0,
		      "unpack row");
		rows++;
	}
	check(rows == (uint64_t)hours * 60, "read rows");
	result.read_ms = (now() - start) * 1e3;
	(void)sqlite3_finalize(put);
	(void)sqlite3_finalize(read);
	(void)sqlite3_close(sql);
	return result;
}

static struct result run(struct result (*fn)(const char *, uint32_t, uint32_t), uint32_t endpoints,
			 uint32_t hours)
{
	const char *base = getenv("TMPDIR");
	struct result result;
	char dir[200];

	(void)snprintf(dir, sizeof(dir), "%s/yg_bench_XXXXXX", base ? base : "/var/tmp");
	check(mkdtemp(dir) != NULL, "directory");
	result = fn(dir, endpoints, hours);
	sum_bytes = 0;
	(void)nftw(dir, add_size, 8, FTW_PHYS);
	result.bytes = sum_bytes;
	(void)nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return result;
}

static double make_seconds(uint32_t endpoints, uint32_t hours)
{
	static uint8_t bytes[YG_CELL_PACKED_MAX];
	double start = now();

	for (uint64_t minute = 0; minute < (uint64_t)hours * 60; minute++) {
		for (uint64_t endpoint = 1; endpoint <= endpoints; endpoint++)
			(void)make_cell(endpoint, minute, bytes);
	}
	return now() - start;
}

int main(int argc, char **argv)
{
	uint32_t endpoints = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : ENDPOINTS;
	uint32_t hours = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : HOURS;
	uint64_t cells = (uint64_t)endpoints * hours * 60;
	struct result blocks, rows;
	struct utsname host;
	double making;

	check(endpoints > 0 && hours > 0 && uname(&host) == 0, "arguments");
	making = make_seconds(endpoints, hours); /* in both runs: taken out of both */
	blocks = run(run_blocks, endpoints, hours);
	rows = run(run_rows, endpoints, hours);
	(void)printf("{\"bench\":\"store\",\"kernel\":\"%s\",\"cells\":%" PRIu64
		     ",\"endpoints\":%u,\"hours\":%u,"
		     "\"blocks\":{\"cells_per_s\":%.0f,\"bytes_per_cell\":%.1f,\"read_ms\":%.2f},"
		     "\"rows\":{\"cells_per_s\":%.0f,\"bytes_per_cell\":%.1f,\"read_ms\":%.2f}}\n",
		     host.release, cells, endpoints, hours,
		     (double)cells / (blocks.seconds - making),
		     (double)blocks.bytes / (double)cells, blocks.read_ms,
		     (double)cells / (rows.seconds - making), (double)rows.bytes / (double)cells,
		     rows.read_ms);
	return 0;
}
