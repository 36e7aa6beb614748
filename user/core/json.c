/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include <yajl/yajl_gen.h>

#define NS_PER_S  1000000000u
#define NS_PER_US 1000u

struct yg_json {
	yajl_gen gen;
	bool failed;   /* out of memory: the line is not written */
	char *scratch; /* repaired text */
	size_t scratch_cap;
};

int yg_json_new(struct yg_json **ret)
{
	struct yg_json *json = calloc(1, sizeof(*json));

	if (!json)
		return -ENOMEM;
	json->gen = yajl_gen_alloc(NULL);
	if (!json->gen) {
		free(json);
		return -ENOMEM;
	}
	*ret = json;
	return 0;
}

void yg_json_free(struct yg_json **json)
{
	if (!*json)
		return;
	yajl_gen_free((*json)->gen);
	free((*json)->scratch);
	free(*json);
	*json = NULL;
}

static void check(struct yg_json *json, yajl_gen_status status)
{
	if (status != yajl_gen_status_ok && status != yajl_gen_generation_complete)
		json->failed = true;
}

void yg_json_open_object(struct yg_json *json)
{
	check(json, yajl_gen_map_open(json->gen));
}

void yg_json_close_object(struct yg_json *json)
{
	check(json, yajl_gen_map_close(json->gen));
}

void yg_json_open_array(struct yg_json *json)
{
	check(json, yajl_gen_array_open(json->gen));
}

void yg_json_close_array(struct yg_json *json)
{
	check(json, yajl_gen_array_close(json->gen));
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

static bool is_utf8(struct yg_slice text)
{
	const unsigned char *p = (const unsigned char *)text.ptr;

	for (size_t i = 0; i < text.len;) {
		size_t len = utf8_len(p + i, text.len - i);

		if (len == 0)
			return false;
		i += len;
	}
	return true;
}

/* Each byte that is not part of a character becomes U+FFFD: three bytes for one at the most. */
static bool repair(struct yg_json *json, struct yg_slice *text)
{
	const unsigned char *p = (const unsigned char *)text->ptr;
	size_t used = 0;

	if (json->scratch_cap < text->len * 3) {
		char *grown = realloc(json->scratch, text->len * 3);

		if (!grown)
			return false;
		json->scratch = grown;
		json->scratch_cap = text->len * 3;
	}
	for (size_t i = 0; i < text->len;) {
		size_t len = utf8_len(p + i, text->len - i);
		const void *from = len ? (const void *)(p + i) : "\xef\xbf\xbd";
		size_t from_len = len ? len : 3;

		memcpy(json->scratch + used, from, from_len);
		used += from_len;
		i += len ? len : 1;
	}
	*text = (struct yg_slice){ json->scratch, used };
	return true;
}

void yg_json_slice(struct yg_json *json, struct yg_slice text)
{
	if (!text.ptr) {
		yg_json_null(json);
		return;
	}
	if (!is_utf8(text) && !repair(json, &text)) {
		json->failed = true;
		return;
	}
	check(json, yajl_gen_string(json->gen, (const unsigned char *)text.ptr, text.len));
}

void yg_json_str(struct yg_json *json, const char *text)
{
	yg_json_slice(json, yg_slice_from_str(text));
}

void yg_json_key(struct yg_json *json, const char *name)
{
	check(json, yajl_gen_string(json->gen, (const unsigned char *)name, strlen(name)));
}

void yg_json_uint(struct yg_json *json, uint64_t value)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%llu", (unsigned long long)value);

	check(json, yajl_gen_number(json->gen, text, (size_t)n));
}

void yg_json_int(struct yg_json *json, int64_t value)
{
	check(json, yajl_gen_integer(json->gen, value));
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
	check(json, yajl_gen_number(json->gen, text, (size_t)n));
}

void yg_json_bool(struct yg_json *json, bool value)
{
	check(json, yajl_gen_bool(json->gen, value));
}

void yg_json_null(struct yg_json *json)
{
	check(json, yajl_gen_null(json->gen));
}

void yg_json_raw(struct yg_json *json, struct yg_slice value)
{
	/* The generator writes a number as it is given. */
	check(json, yajl_gen_number(json->gen, value.ptr, value.len));
}

void yg_json_time(struct yg_json *json, uint64_t epoch_ns)
{
	time_t seconds = (time_t)(epoch_ns / NS_PER_S);
	unsigned int us = (unsigned int)(epoch_ns % NS_PER_S / NS_PER_US);
	char text[64];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm)) {
		yg_json_null(json);
		return;
	}
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%06uZ", tm.tm_year + 1900,
		       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, us);
	yg_json_str(json, text);
}

void yg_json_pair_slice(struct yg_json *json, const char *name, struct yg_slice text)
{
	yg_json_key(json, name);
	yg_json_slice(json, text);
}

void yg_json_pair_str(struct yg_json *json, const char *name, const char *text)
{
	yg_json_key(json, name);
	yg_json_str(json, text);
}

void yg_json_pair_uint(struct yg_json *json, const char *name, uint64_t value)
{
	yg_json_key(json, name);
	yg_json_uint(json, value);
}

void yg_json_pair_bool(struct yg_json *json, const char *name, bool value)
{
	yg_json_key(json, name);
	yg_json_bool(json, value);
}

void yg_json_pair_time(struct yg_json *json, const char *name, uint64_t epoch_ns)
{
	yg_json_key(json, name);
	yg_json_time(json, epoch_ns);
}

struct yg_slice yg_json_view(const struct yg_json *json)
{
	const unsigned char *text = NULL;
	size_t len = 0;

	(void)yajl_gen_get_buf(json->gen, &text, &len);
	return (struct yg_slice){ (const char *)text, len };
}

int yg_json_flush_line(struct yg_json *json, FILE *out)
{
	struct yg_slice line = yg_json_view(json);
	int r = 0;

	if (json->failed)
		r = -ENOMEM;
	else if (fwrite(line.ptr, 1, line.len, out) != line.len || putc('\n', out) == EOF)
		r = -EIO;
	yg_json_reset(json);
	return r;
}

void yg_json_reset(struct yg_json *json)
{
	yajl_gen_clear(json->gen);
	yajl_gen_reset(json->gen, NULL);
	json->failed = false;
}
