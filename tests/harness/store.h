/* SPDX-License-Identifier: GPL-2.0-only */
/* A store in a folder of its own, for tests of stage 8. */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/macros.h"
#include "store/store.h"

#include "test.h"

#define NOW 1795000000000000000ull /* 2026-11-18T11:06:40Z */

/* One test at a time: the folder of the one that runs. */
static struct place {
	char path[64];
	int fd;
} place;

static inline int set_up(void **state)
{
	(void)state;
	(void)snprintf(place.path, sizeof(place.path), "/tmp/yg_store_XXXXXX");
	assert_non_null(mkdtemp(place.path));
	place.fd = open(place.path, O_DIRECTORY | O_CLOEXEC);
	return place.fd < 0;
}

static inline int remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static inline int tear_down(void **state)
{
	(void)state;
	yg_closep(&place.fd);
	return nftw(place.path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline struct yg_store *open_store(uint64_t now_ns)
{
	struct yg_store_options options = { place.fd, 30, 7 };
	struct yg_store *store = NULL;

	assert_int_equal(yg_store_new(&options, now_ns, &store), 0);
	return store;
}

static inline void put(struct yg_store *store, const struct yg_feed_message *message,
		       uint64_t now_ns)
{
	assert_int_equal(yg_store_begin(store), 0);
	assert_int_equal(yg_store_put(store, message, now_ns), 0);
	assert_int_equal(yg_store_commit(store), 0);
}

/* Objects of a list, a line each. */
struct lines {
	char text[16384];
	size_t used;
	int count;
	int stop_at; /* lines; 0: never */
};

static inline int keep_line(void *ctx, struct yg_slice object)
{
	struct lines *lines = ctx;
	int n = snprintf(lines->text + lines->used, sizeof(lines->text) - lines->used, "%.*s\n",
			 (int)object.len, object.ptr);

	lines->used += (size_t)n;
	lines->count++;
	return lines->count == lines->stop_at;
}
