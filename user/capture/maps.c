/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of /proc/PID/maps; nothing is split at blanks but the six columns before the name. */
#include "capture/maps.h"

#include <errno.h>

#define LINE_MAX_BYTES 8192

/* Take the number at the start of @text and the byte @end behind it. */
static bool take_number(struct yg_slice *text, unsigned base, char end, uint64_t *ret)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < text->len && i < 20; i++) {
		char c = yg_ascii_lower(text->ptr[i]);
		unsigned digit = c >= '0' && c <= '9'	? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
							: 255;

		if (digit >= base)
			break;
		value = value * base + digit;
	}
	if (i == 0 || i == text->len || text->ptr[i] != end)
		return false;
	text->ptr += i + 1;
	text->len -= i + 1;
	*ret = value;
	return true;
}

int yg_mapping_from_line(struct yg_slice line, struct yg_mapping *ret)
{
	struct yg_mapping mapping;
	uint64_t ignored;

	if (!take_number(&line, 16, '-', &mapping.start) ||
	    !take_number(&line, 16, ' ', &mapping.end) || mapping.start >= mapping.end)
		return -EINVAL;
	if (line.len < 5 || line.ptr[4] != ' ')
		return -EINVAL;
	mapping.executable = line.ptr[2] == 'x';
	line.ptr += 5;
	line.len -= 5;
	if (!take_number(&line, 16, ' ', &ignored) || !take_number(&line, 16, ':', &ignored) ||
	    !take_number(&line, 16, ' ', &ignored))
		return -EINVAL;
	/* An anonymous mapping may end right behind its inode. */
	if (line.len == 1 && line.ptr[0] == '0') {
		mapping.inode = 0;
		line = YG_SLICE("");
	} else if (!take_number(&line, 10, ' ', &mapping.inode)) {
		return -EINVAL;
	}
	while (line.len > 0 && line.ptr[0] == ' ') {
		line.ptr++;
		line.len--;
	}
	mapping.name = line;
	*ret = mapping;
	return 0;
}

struct reader {
	char buffer[LINE_MAX_BYTES];
	size_t len;
	size_t lines;
	bool is_skipping; /* inside a line that did not fit */
	void (*fn)(void *ctx, const struct yg_mapping *mapping);
	void *ctx;
};

static void take_line(struct reader *reader, struct yg_slice line)
{
	struct yg_mapping mapping;

	if (!reader->is_skipping && yg_mapping_from_line(line, &mapping) == 0)
		reader->fn(reader->ctx, &mapping);
	reader->is_skipping = false;
	reader->lines++;
}

/* Hand out the whole lines in the buffer and keep what is left at its start. */
static void take_lines(struct reader *reader)
{
	size_t at = 0;

	while (at < reader->len) {
		const char *start = reader->buffer + at;
		const char *end = memchr(start, '\n', reader->len - at);

		if (!end)
			break;
		take_line(reader, (struct yg_slice){ start, (size_t)(end - start) });
		at += (size_t)(end - start) + 1;
	}
	if (at == 0 && reader->len == sizeof(reader->buffer)) {
		reader->is_skipping = true;
		at = reader->len;
	}
	reader->len -= at;
	memmove(reader->buffer, reader->buffer + at, reader->len);
}

int yg_mappings_each(int fd, void (*fn)(void *ctx, const struct yg_mapping *mapping), void *ctx)
{
	struct reader reader = { .fn = fn, .ctx = ctx };

	while (reader.lines < YG_MAPPINGS_MAX) {
		ssize_t len =
			read(fd, reader.buffer + reader.len, sizeof(reader.buffer) - reader.len);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		if (len == 0)
			return 0;
		reader.len += (size_t)len;
		take_lines(&reader);
	}
	return 1;
}
