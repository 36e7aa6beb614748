/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/archive.h"

#include <errno.h>
#include <string.h>

#include <zlib.h>

#include "core/macros.h"
#include "parse/har.h"

#define CHUNK (64u << 10)

static void close_gz(gzFile *file)
{
	if (*file)
		(void)gzclose(*file);
}

bool yg_archive_is(const char *path)
{
	YG_CLEANUP(close_gz) gzFile file = NULL;
	char head[16];
	int len, at = 0;

	if (strcmp(path, "-") == 0)
		return false;
	file = gzopen(path, "rbe");
	len = file ? gzread(file, head, sizeof(head)) : 0;
	if (len >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < len && strchr(" \t\r\n", head[at]))
		at++;
	return at < len && head[at] == '{';
}

/* The byte order mark that some tools write is no JSON. */
static int skip_mark(gzFile file)
{
	char mark[3];
	int len = gzread(file, mark, sizeof(mark));

	if (len == 3 && memcmp(mark, "\xef\xbb\xbf", 3) == 0)
		return 0;
	return gzrewind(file) == 0 ? 0 : -EIO;
}

int yg_archive_read(const char *path, yg_exchange_fn fn, void *ctx)
{
	YG_CLEANUP(yg_har_free) struct yg_har *har = NULL;
	YG_CLEANUP(close_gz) gzFile file = gzopen(path, "rbe");
	YG_CLEANUP_FREE char *chunk = malloc(CHUNK);
	int len, r;

	if (!file)
		return errno ? -errno : -ENOMEM;
	if (!chunk)
		return -ENOMEM;
	r = yg_har_new(fn, ctx, &har);
	if (r == 0)
		r = skip_mark(file);
	while (r == 0 && (len = gzread(file, chunk, CHUNK)) != 0)
		r = len < 0 ? -EIO : yg_har_feed(har, chunk, (size_t)len);
	return r ? r : yg_har_finish(har);
}
