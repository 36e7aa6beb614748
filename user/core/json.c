/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define NS_PER_S  1000000000u
#define NS_PER_US 1000u
#define LINE_CAP  1024u /* first allocation; a line of analyze is about 450 bytes */
#define TIME_HEAD 20u	/* bytes of "2026-11-21T21:03:00." */

/*
 * The line is built in place. A comma is due unless the last byte opens something or is a colon:
 * a text always ends in a quote, so its content cannot be taken for one of these.
 */
struct yg_json {
	char *line;
	size_t len, cap;
	bool failed;		       /* out of memory: the line is not written */
	uint64_t time_s;	       /* of time_head */
	char time_head[TIME_HEAD + 1]; /* lines of one second share it; "" at first */
};

int yg_json_new(struct yg_json **ret)
{
	struct yg_json *json = calloc(1, sizeof(*json));

	if (!json)
		return -ENOMEM;
	json->line = malloc(LINE_CAP);
	if (!json->line) {
		free(json);
		return -ENOMEM;
	}
	json->cap = LINE_CAP;
	*ret = json;
	return 0;
}

void yg_json_free(struct yg_json **json)
{
	if (!*json)
		return;
	free((*json)->line);
	free(*json);
	*json = NULL;
}

/* Room for @more bytes at the end of the line, or NULL and the line has failed. */
static char *reserve(struct yg_json *json, size_t more)
{
	size_t cap = json->cap;
	char *grown;

	if (json->failed)
		return NULL;
	if (more <= cap - json->len)
		return json->line + json->len;
	while (cap - json->len < more) {
		if (cap > SIZE_MAX / 2)
			break;
		cap *= 2;
	}
	grown = cap - json->len < more ? NULL : realloc(json->line, cap);
	if (!grown) {
		json->failed = true;
		return NULL;
	}
	json->line = grown;
	json->cap = cap;
	return json->line + json->len;
}

static bool needs_comma(const struct yg_json *json)
{
	char last;

	if (json->len == 0)
		return false;
	last = json->line[json->len - 1];
	return last != '{' && last != '[' && last != ':';
}

/* One value or key as it stands, with the comma before it. */
static void put(struct yg_json *json, const char *text, size_t len)
{
	char *to = reserve(json, len + 1);

	if (!to)
		return;
	if (needs_comma(json))
		*to++ = ',';
	memcpy(to, text, len);
	json->len = (size_t)(to - json->line) + len;
}

static void close_with(struct yg_json *json, char bracket)
{
	char *to = reserve(json, 1);

	if (!to)
		return;
	*to = bracket;
	json->len++;
}

void yg_json_open_object(struct yg_json *json)
{
	put(json, "{", 1);
}

void yg_json_close_object(struct yg_json *json)
{
	close_with(json, '}');
}

void yg_json_open_array(struct yg_json *json)
{
	put(json, "[", 1);
}

void yg_json_close_array(struct yg_json *json)
{
	close_with(json, ']');
}

/*
 * utf8_len() - length of the well-formed character at @p, 0 if there is none.
 * Reads within [p, p + left). Source: Unicode 15, table 3-7.
 */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	unsigned char lo = 0x80, hi = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		len = 2;
	else if ((p[0] & 0xf0) == 0xe0)
		len = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (left < len)
		return 0;

	if (p[0] == 0xe0)
		lo = 0xa0;
	else if (p[0] == 0xed)
		hi = 0x9f;
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xf4)
		hi = 0x8f;
	if (p[1] < lo || p[1] > hi)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/*
 * Copies the bytes at the start of [p, end) that go out as they are. Return: how many. What is
 * behind them at @to may be written too: at most as many bytes as the text has.
 */
static size_t copy_plain(char *to, const unsigned char *p, const unsigned char *end)
{
	const unsigned char *at = p;

#ifdef __SSE2__
	for (; end - at >= 16; at += 16, to += 16) {
		__m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)at);
		__m128i quote = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"'));
		__m128i slash = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\\'));
		/* Signed: bytes above 127 are below a space too. */
		__m128i low = _mm_cmplt_epi8(chunk, _mm_set1_epi8(' '));
		__m128i any = _mm_or_si128(_mm_or_si128(quote, slash), low);
		uint32_t mask = (uint32_t)_mm_movemask_epi8(any);

		_mm_storeu_si128((__m128i *)(void *)to, chunk);
		if (mask)
			return (size_t)(at - p) + (size_t)__builtin_ctz(mask);
	}
#endif
	while (at < end && is_plain(*at))
		*to++ = (char)*at++;
	return (size_t)(at - p);
}

/* Writes @c, which stands for itself in no string. @to: room for six bytes. Return: how many. */
static size_t escape(char *to, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";
	static const char letters[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	};

	if (c == '"' || c == '\\' || (c < 0x20 && letters[c])) {
		to[0] = '\\';
		memcpy(to + 1, c < 0x20 ? letters + c : (const char *)&c, 1);
		return 2;
	}
	to[0] = '\\';
	to[1] = 'u';
	to[2] = to[3] = '0';
	to[4] = digits[c >> 4];
	to[5] = digits[c & 0xf];
	return 6;
}

/* A character, an escape, or U+FFFD for a byte that belongs to no character. */
static size_t put_special(char *to, const unsigned char *p, size_t left, size_t *ret_used)
{
	size_t len = utf8_len(p, left);

	*ret_used = len ? len : 1;
	if (len == 1)
		return escape(to, p[0]);
	memcpy(to, len ? (const char *)p : "\xef\xbf\xbd", len ? len : 3);
	return len ? len : 3;
}

/* Six bytes for one is the worst: a control byte. */
static void put_string(struct yg_json *json, struct yg_slice text)
{
	const unsigned char *p = (const unsigned char *)text.ptr, *end = p + text.len;
	char *to;

	if (text.len > (SIZE_MAX - 3) / 6) {
		json->failed = true;
		return;
	}
	to = reserve(json, text.len * 6 + 3);
	if (!to)
		return;
	if (needs_comma(json))
		*to++ = ',';
	*to++ = '"';
	while (p < end) {
		size_t used = copy_plain(to, p, end);

		to += used;
		p += used;
		if (p < end) {
			to += put_special(to, p, (size_t)(end - p), &used);
			p += used;
		}
	}
	*to++ = '"';
	json->len = (size_t)(to - json->line);
}

void yg_json_slice(struct yg_json *json, struct yg_slice text)
{
	if (text.ptr)
		put_string(json, text);
	else
		yg_json_null(json);
}

/* Keys are literals of ours: nothing to escape. */
void yg_json_literal(struct yg_json *json, struct yg_slice name)
{
	char *to = reserve(json, name.len + 4);

	if (!to)
		return;
	if (needs_comma(json))
		*to++ = ',';
	*to++ = '"';
	memcpy(to, name.ptr, name.len);
	to += name.len;
	*to++ = '"';
	*to++ = ':';
	json->len = (size_t)(to - json->line);
}

void yg_json_uint(struct yg_json *json, uint64_t value)
{
	char text[20], *at = text + sizeof(text);

	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	put(json, at, (size_t)(text + sizeof(text) - at));
}

void yg_json_int(struct yg_json *json, int64_t value)
{
	char text[24];

	put(json, text, (size_t)snprintf(text, sizeof(text), "%" PRId64, value));
}

void yg_json_real(struct yg_json *json, double value, int decimals)
{
	char text[352]; /* the largest double has 309 digits before the point */
	int n;

	if (!isfinite(value)) {
		yg_json_null(json);
		return;
	}
	n = snprintf(text, sizeof(text), "%.*f", decimals, value);
	put(json, text, (size_t)n);
}

void yg_json_bool(struct yg_json *json, bool value)
{
	put(json, value ? "true" : "false", value ? 4 : 5);
}

void yg_json_null(struct yg_json *json)
{
	put(json, "null", 4);
}

void yg_json_key_slice(struct yg_json *json, struct yg_slice name)
{
	put_string(json, name.ptr ? name : (struct yg_slice){ "", 0 });
	close_with(json, ':');
}

void yg_json_raw(struct yg_json *json, struct yg_slice value)
{
	put(json, value.ptr, value.len);
}

/* "2026-11-21T21:03:00." in time_head. Return: false if the year has no such form. */
static bool format_second(struct yg_json *json, uint64_t second)
{
	time_t seconds = (time_t)second;
	char text[64];
	struct tm tm;

	if (json->time_head[0] && json->time_s == second)
		return true;
	if (!gmtime_r(&seconds, &tm) || tm.tm_year > 9999 - 1900)
		return false;
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.", tm.tm_year + 1900,
		       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	memcpy(json->time_head, text, TIME_HEAD + 1);
	json->time_s = second;
	return true;
}

void yg_json_time(struct yg_json *json, uint64_t epoch_ns)
{
	uint32_t us = (uint32_t)(epoch_ns % NS_PER_S / NS_PER_US);
	char text[TIME_HEAD + 8];

	if (!format_second(json, epoch_ns / NS_PER_S)) {
		yg_json_null(json);
		return;
	}
	memcpy(text, json->time_head, TIME_HEAD);
	for (size_t i = 0; i < 6; i++) {
		text[TIME_HEAD + 5 - i] = (char)('0' + us % 10);
		us /= 10;
	}
	text[TIME_HEAD + 6] = 'Z';
	yg_json_slice(json, (struct yg_slice){ text, TIME_HEAD + 7 });
}

struct yg_slice yg_json_view(const struct yg_json *json)
{
	return (struct yg_slice){ json->line, json->len };
}

int yg_json_flush_line(struct yg_json *json, FILE *out)
{
	int r = 0;

	close_with(json, '\n');
	if (json->failed)
		r = -ENOMEM;
	else if (fwrite(json->line, 1, json->len, out) != json->len)
		r = -EIO;
	yg_json_reset(json);
	return r;
}

void yg_json_reset(struct yg_json *json)
{
	json->len = 0;
	json->failed = false;
}
