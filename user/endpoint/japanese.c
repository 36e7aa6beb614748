/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/japanese.h"

#define ESCAPE_LEN   3u /* "%8C" */
#define READABLE_MIN 2u /* bytes of two-byte characters; fewer may be letters with accents */

/* What the bytes of a segment can be. */
struct guess {
	bool sjis, euc;
};

/* Characters of the set, by the bytes that they take. */
struct tally {
	size_t doubles; /* two or three bytes */
	size_t halves;	/* kana of half width */
	size_t plain;	/* ASCII */
};

static bool is_within(char c, unsigned char from, unsigned char to)
{
	return (unsigned char)c >= from && (unsigned char)c <= to;
}

/* Most of it is Japanese: a word with one accent is not. */
static bool is_readable(const struct tally *tally)
{
	size_t bytes = tally->doubles * 2 + tally->halves;

	return bytes >= READABLE_MIN && bytes >= tally->plain;
}

/* Bytes of the character of Shift_JIS at @p, 0: none. Reads within [p, p + left). */
static size_t sjis_len(const char *p, size_t left, struct tally *tally)
{
	if (is_within(*p, 0, 0x7f)) {
		tally->plain++;
		return 1;
	}
	if (is_within(*p, 0xa1, 0xdf)) {
		tally->halves++;
		return 1;
	}
	if (left < 2 || !(is_within(*p, 0x81, 0x9f) || is_within(*p, 0xe0, 0xea)) ||
	    !(is_within(p[1], 0x40, 0x7e) || is_within(p[1], 0x80, 0xfc)))
		return 0;
	tally->doubles++;
	return 2;
}

/* As above for EUC-JP. */
static size_t euc_len(const char *p, size_t left, struct tally *tally)
{
	size_t len = is_within(*p, 0x8f, 0x8f) ? 3 : 2;

	if (is_within(*p, 0, 0x7f)) {
		tally->plain++;
		return 1;
	}
	if (left < len || !(is_within(*p, 0x8e, 0x8f) || is_within(*p, 0xa1, 0xf4)))
		return 0;
	for (size_t i = 1; i < len; i++) {
		if (!is_within(p[i], 0xa1, 0xfe))
			return 0;
	}
	tally->doubles++;
	return len;
}

static bool is_all(struct yg_slice text, size_t (*char_len)(const char *, size_t, struct tally *))
{
	struct tally tally = { 0 };
	size_t at = 0, len = 1;

	while (at < text.len && len > 0) {
		len = char_len(text.ptr + at, text.len - at, &tally);
		at += len;
	}
	return len > 0 && is_readable(&tally);
}

static unsigned int digit_of(char c)
{
	return (unsigned int)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* The bytes behind the escapes of a normalised segment. @ret: [segment.len]. */
static struct yg_slice unescape(struct yg_slice segment, char *ret)
{
	size_t len = 0;

	for (size_t i = 0; i < segment.len; len++) {
		bool escape = segment.ptr[i] == '%' && segment.len - i >= ESCAPE_LEN;

		ret[len] = segment.ptr[i];
		if (escape)
			ret[len] = (char)(digit_of(segment.ptr[i + 1]) * 16 +
					  digit_of(segment.ptr[i + 2]));
		i += escape ? ESCAPE_LEN : 1;
	}
	return (struct yg_slice){ ret, len };
}

/* Has it bytes that are not UTF-8? They are all that stays encoded above 127. */
static bool has_foreign(struct yg_slice segment)
{
	for (size_t i = 0; i + 1 < segment.len; i++) {
		if (segment.ptr[i] == '%' && segment.ptr[i + 1] >= '8')
			return true;
	}
	return false;
}

static struct guess guess(struct yg_slice segment)
{
	char bytes[YG_PATH_CAP];
	struct yg_slice text = unescape(segment, bytes);

	return (struct guess){ .sjis = is_all(text, sjis_len), .euc = is_all(text, euc_len) };
}

/* Is any of them what only Shift_JIS can be? Then so are the others that can be both. */
static bool prefers_sjis(const struct yg_path *path)
{
	for (uint32_t i = 0; i < path->segment_count; i++) {
		struct guess can = { 0 };

		if (has_foreign(path->segments[i]))
			can = guess(path->segments[i]);
		if (can.sjis && !can.euc)
			return true;
	}
	return false;
}

/* @segment in UTF-8, what may not stand bare encoded. @ret: [cap]. Absent: it is neither. */
static struct yg_slice convert(const struct yg_charsets *charsets, struct yg_slice segment,
			       bool prefer_sjis, char *ret, size_t cap)
{
	struct yg_slice none = { NULL, 0 };
	struct guess can = guess(segment);
	enum yg_charset charset =
		can.sjis && (prefer_sjis || !can.euc) ? YG_CHARSET_SJIS : YG_CHARSET_EUC_JP;
	char bytes[YG_PATH_CAP], text[YG_PATH_CAP];
	size_t text_len, len = 0;

	if ((!can.sjis && !can.euc) ||
	    !yg_charsets_convert(charsets, charset, unescape(segment, bytes), text, sizeof(text),
				 &text_len) ||
	    memmem(text, text_len, "\xef\xbf\xbd", 3))
		return none;
	for (size_t i = 0; i < text_len; i++) {
		char out[ESCAPE_LEN];
		size_t out_len = yg_path_put_byte(out, (unsigned char)text[i]);

		if (len + out_len > cap)
			return none;
		memcpy(ret + len, out, out_len);
		len += out_len;
	}
	return (struct yg_slice){ ret, len };
}

/* Nothing that stays encoded but what structure asks for. */
static bool is_clean(const struct yg_path *path)
{
	for (uint32_t i = 0; i < path->segment_count; i++) {
		struct yg_slice s = path->segments[i];

		for (size_t j = 0; j + 1 < s.len; j++) {
			if (s.ptr[j] == '%' && !strchr("237", s.ptr[j + 1]))
				return false;
			if (s.ptr[j] == '%' && j + 2 < s.len && s.ptr[j + 1] == '2' &&
			    s.ptr[j + 2] == '5')
				return false;
		}
	}
	return true;
}

bool yg_path_read_japanese(const struct yg_charsets *charsets, struct yg_path *path)
{
	bool prefer_sjis, any = false;
	char text[YG_PATH_CAP];
	size_t len = 0, left = path->len;

	if (!(path->flags & YG_PATH_INVALID) || path->segment_count == 0)
		return false;
	prefer_sjis = prefers_sjis(path);
	for (uint32_t i = 0; i < path->segment_count; i++) {
		struct yg_slice from = path->segments[i], into = { NULL, 0 };

		text[len++] = '/';
		left -= from.len + 1; /* of the segments behind it */
		if (has_foreign(from))
			into = convert(charsets, from, prefer_sjis, text + len,
				       sizeof(text) - len - left);
		any |= into.ptr != NULL;
		if (!into.ptr) {
			memmove(text + len, from.ptr, from.len);
			into.len = from.len;
		}
		path->segments[i] = (struct yg_slice){ path->text + len, into.len };
		len += into.len;
	}
	if (!any)
		return false;
	memcpy(path->text, text, len);
	path->len = len;
	if (is_clean(path))
		path->flags &= ~(uint32_t)YG_PATH_INVALID;
	return true;
}
