/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ZLIB_CONST
#include <zlib.h>

#include "core/macros.h"
#include "parse/har.h"

#define CHUNK	    (64u << 10)
#define PEEK_CAP    4096u     /* bytes that a pipe holds at least */
#define GZIP_WINDOW (15 + 16) /* the widest, of gzip */

static void close_gz(gzFile *file)
{
	if (*file)
		(void)gzclose(*file);
}

/* What standard input begins with; a pipe is copied, so that all of it is still there. */
static ssize_t peek(char *ret, size_t cap)
{
	off_t at = lseek(STDIN_FILENO, 0, SEEK_CUR);
	YG_CLEANUP_CLOSE int out = -1;
	YG_CLEANUP_CLOSE int in = -1;
	int ends[2];
	ssize_t len;

	if (at >= 0)
		return pread(STDIN_FILENO, ret, cap, at);
	if (pipe2(ends, O_CLOEXEC))
		return -1;
	in = ends[0];
	out = ends[1];
	len = tee(STDIN_FILENO, out, cap, 0);
	return len > 0 ? read(in, ret, (size_t)len) : len;
}

/* The first bytes of what gzip holds. Return: how many. */
static size_t inflate_head(const char *packed, size_t len, void *ret, size_t cap)
{
	z_stream stream = { .next_in = (const Bytef *)packed,
			    .avail_in = (uInt)len,
			    .next_out = ret,
			    .avail_out = (uInt)cap };

	if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
		return 0;
	(void)inflate(&stream, Z_SYNC_FLUSH);
	(void)inflateEnd(&stream);
	return cap - stream.avail_out;
}

static size_t read_stdin_head(char *ret, size_t cap)
{
	char raw[PEEK_CAP];
	ssize_t len = peek(raw, sizeof(raw));

	if (len <= 0)
		return 0;
	if (len >= 2 && memcmp(raw, "\x1f\x8b", 2) == 0)
		return inflate_head(raw, (size_t)len, ret, cap);
	cap = (size_t)len < cap ? (size_t)len : cap;
	memcpy(ret, raw, cap);
	return cap;
}

static size_t read_head(const char *path, char *ret, size_t cap)
{
	YG_CLEANUP(close_gz) gzFile file = NULL;
	int len;

	if (strcmp(path, "-") == 0)
		return read_stdin_head(ret, cap);
	file = gzopen(path, "rbe");
	len = file ? gzread(file, ret, (unsigned int)cap) : 0;
	return len > 0 ? (size_t)len : 0;
}

bool yg_archive_is(const char *path)
{
	char head[16];
	size_t len = read_head(path, head, sizeof(head)), at = 0;

	if (len >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < len && head[at] && strchr(" \t\r\n", head[at]))
		at++;
	return at < len && head[at] == '{';
}

static gzFile open_archive(const char *path)
{
	YG_CLEANUP_CLOSE int fd = -1;
	gzFile file;

	if (strcmp(path, "-") != 0)
		return gzopen(path, "rbe");
	fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	file = fd >= 0 ? gzdopen(fd, "rb") : NULL;
	if (file)
		(void)YG_TAKE_FD(fd); /* the stream's own */
	return file;
}

/* The byte order mark that some tools write is no JSON. A pipe cannot be rewound. */
static int feed_first(gzFile file, struct yg_har *har)
{
	char first[3];
	int len = gzread(file, first, sizeof(first));

	if (len < 0)
		return -EIO;
	if (len == 3 && memcmp(first, "\xef\xbb\xbf", 3) == 0)
		return 0;
	return yg_har_feed(har, first, (size_t)len);
}

int yg_archive_read(const char *path, yg_exchange_fn fn, void *ctx)
{
	YG_CLEANUP(yg_har_free) struct yg_har *har = NULL;
	YG_CLEANUP(close_gz) gzFile file = open_archive(path);
	YG_CLEANUP_FREE char *chunk = malloc(CHUNK);
	int len, r;

	if (!file)
		return errno ? -errno : -ENOMEM;
	if (!chunk)
		return -ENOMEM;
	r = yg_har_new(fn, ctx, &har);
	if (r == 0)
		r = feed_first(file, har);
	while (r == 0 && (len = gzread(file, chunk, CHUNK)) != 0)
		r = len < 0 ? -EIO : yg_har_feed(har, chunk, (size_t)len);
	return r ? r : yg_har_finish(har);
}
