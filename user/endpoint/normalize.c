/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/normalize.h"

#define ESCAPE_LEN 3 /* "%41" */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte behind "%xy" at @p, or -1. Reads within [p, end). */
static int escape_value(const char *p, const char *end)
{
	int high, low;

	if (end - p < ESCAPE_LEN || p[0] != '%')
		return -1;
	high = hex_value(p[1]);
	low = hex_value(p[2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Bytes that would change structure or text if they stood bare. */
static bool stays_encoded(unsigned char c)
{
	return c < 0x20 || c == 0x7f || strchr("/%?#;{}", c);
}

static void put_escape(char *ret, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";

	ret[0] = '%';
	ret[1] = digits[c >> 4];
	ret[2] = digits[c & 15];
}

size_t yg_path_put_byte(char *ret, unsigned char c)
{
	if (!stays_encoded(c)) {
		*ret = (char)c;
		return 1;
	}
	put_escape(ret, c);
	return ESCAPE_LEN;
}

/* Length of the UTF-8 sequence at @p (1..4), or 0 if it is none. RFC 3629 section 4. */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (len == 0 || p[0] > 0xf4 || len > left)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f))
		return 0;
	if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

/* Decode escapes of @raw into @ret; what stays encoded keeps its escape. At most raw.len * 3. */
static size_t decode(struct yg_slice raw, char *ret, uint32_t *flags)
{
	const char *end = raw.ptr + raw.len;
	size_t len = 0;

	for (const char *p = raw.ptr; p < end;) {
		int value = escape_value(p, end);

		if (value == '%' && end - p >= ESCAPE_LEN + 2 && hex_value(p[3]) >= 0 &&
		    hex_value(p[4]) >= 0)
			*flags |= YG_PATH_TWICE;
		if (value >= 0 && !stays_encoded((unsigned char)value)) {
			ret[len++] = (char)value;
			p += ESCAPE_LEN;
		} else if (value >= 0) {
			memcpy(ret + len, p, ESCAPE_LEN);
			len += ESCAPE_LEN;
			p += ESCAPE_LEN;
		} else if (*p == '%') {
			/* Bare: with what is decoded behind it, it must not become an escape. */
			*flags |= YG_PATH_INVALID;
			memcpy(ret + len, (const char[]){ '%', '2', '5' }, ESCAPE_LEN);
			len += ESCAPE_LEN;
			p++;
		} else {
			ret[len++] = *p++;
		}
	}
	return len;
}

/* Append decoded bytes, escaping what may not stand bare. False if it did not fit. */
static bool put_segment(struct yg_path *path, const char *bytes, size_t len)
{
	size_t i = 0;

	while (i < len) {
		const unsigned char *p = (const unsigned char *)bytes + i;
		size_t sequence = utf8_len(p, len - i);
		bool kept = escape_value(bytes + i, bytes + len) >= 0;

		if (path->len + 4 > YG_PATH_CAP)
			return false;
		if (kept) {
			put_escape(path->text + path->len,
				   (unsigned char)escape_value(bytes + i, bytes + len));
			path->len += ESCAPE_LEN;
			i += ESCAPE_LEN;
		} else if (sequence == 0 || stays_encoded(*p)) {
			path->flags |= YG_PATH_INVALID;
			put_escape(path->text + path->len, *p);
			path->len += ESCAPE_LEN;
			i++;
		} else {
			memcpy(path->text + path->len, p, sequence);
			path->len += sequence;
			i += sequence;
		}
	}
	return true;
}

static void drop_last(struct yg_path *path)
{
	path->flags |= YG_PATH_DOTS;
	if (path->segment_count == 0) {
		path->flags |= YG_PATH_ABOVE;
		return;
	}
	path->segment_count--;
	path->len = (size_t)(path->segments[path->segment_count].ptr - path->text) - 1;
}

/*
 * Most segments are already as they will be: every byte stands for itself and is no part of a
 * dot segment. Those are copied; the others take the long way.
 */
static bool is_plain(struct yg_slice raw)
{
	static const bool table[256] = {
		['-'] = true,	      ['_'] = true,	    ['~'] = true,
		['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
	};

	for (size_t i = 0; i < raw.len; i++) {
		if (!table[(unsigned char)raw.ptr[i]])
			return false;
	}
	return true;
}

static bool take_plain(struct yg_path *path, struct yg_slice raw)
{
	size_t start = path->len;

	if (path->segment_count == YG_PATH_SEGMENTS_MAX || raw.len + 4 > YG_PATH_CAP - start)
		return false;
	path->text[start] = '/';
	memcpy(path->text + start + 1, raw.ptr, raw.len);
	path->len += raw.len + 1;
	path->segments[path->segment_count++] =
		(struct yg_slice){ path->text + start + 1, raw.len };
	return true;
}

/* One raw segment between slashes. False when a limit is reached. */
static bool take_segment(struct yg_path *path, struct yg_slice raw)
{
	const char *semicolon;
	char decoded[YG_PATH_CAP * ESCAPE_LEN];
	size_t len, start;

	if (raw.len > 0 && is_plain(raw))
		return take_plain(path, raw);
	semicolon = raw.len > 0 ? memchr(raw.ptr, ';', raw.len) : NULL;
	if (semicolon) {
		raw.len = (size_t)(semicolon - raw.ptr);
		path->flags |= YG_PATH_MATRIX;
	}
	if (raw.len == 0)
		return true;
	if (raw.len > YG_PATH_CAP || path->len + 2 > YG_PATH_CAP)
		return false;
	len = decode(raw, decoded, &path->flags);

	if (len == 1 && decoded[0] == '.') {
		path->flags |= YG_PATH_DOTS;
		return true;
	}
	if (len == 2 && decoded[0] == '.' && decoded[1] == '.') {
		drop_last(path);
		return true;
	}
	if (path->segment_count == YG_PATH_SEGMENTS_MAX)
		return false;

	start = path->len;
	path->text[path->len++] = '/';
	if (!put_segment(path, decoded, len)) {
		path->len = start;
		return false;
	}
	path->segments[path->segment_count++] =
		(struct yg_slice){ path->text + start + 1, path->len - start - 1 };
	return true;
}

/* Where the path of the target begins, or NULL. Returns within [ptr, ptr + len]. */
static const char *find_path(struct yg_slice target)
{
	const char *p = target.ptr, *end, *scheme;

	if (target.len == 0)
		return NULL;
	if (*p == '/')
		return p;
	end = p + target.len;
	scheme = memchr(p, ':', target.len);
	if (!scheme || end - scheme < 3 || scheme[1] != '/' || scheme[2] != '/')
		return NULL;
	for (p = scheme + 3; p < end; p++) {
		if (*p == '/' || *p == '?' || *p == '#')
			break;
	}
	return p;
}

/* First '?' or '#'. Returns within [p, end]. */
static const char *find_end(const char *p, const char *end)
{
	while (p < end && *p != '?' && *p != '#')
		p++;
	return p;
}

bool yg_path_from_target(struct yg_slice target, struct yg_path *ret)
{
	const char *end = target.len ? target.ptr + target.len : target.ptr;
	const char *p = find_path(target);
	const char *stop;

	ret->flags = 0;
	ret->segment_count = 0;
	ret->len = 0;
	ret->query = (struct yg_slice){ 0 };
	if (!p)
		return false;

	stop = find_end(p, end);
	if (stop < end && *stop == '?') {
		const char *fragment = memchr(stop, '#', (size_t)(end - stop));

		ret->query = (struct yg_slice){ stop + 1,
						(size_t)((fragment ? fragment : end) - stop - 1) };
	}
	if (stop > p && stop[-1] == '/' && stop - p > 1)
		ret->flags |= YG_PATH_TRAILING_SLASH;

	while (p < stop) {
		const char *slash = memchr(p, '/', (size_t)(stop - p));
		const char *next = slash ? slash : stop;

		if (!take_segment(ret, (struct yg_slice){ p, (size_t)(next - p) })) {
			ret->flags |= YG_PATH_CUT;
			break;
		}
		p = next + 1;
	}
	if (ret->len == 0)
		ret->text[ret->len++] = '/';
	return true;
}
