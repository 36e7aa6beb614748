/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/fit.h"

#include <assert.h>
#include <errno.h>
#include <hs/hs.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint/token.h"

struct yg_fit_pattern {
	hs_database_t *database;
	hs_scratch_t *scratch;
	uint32_t holders; /* fits that share it */
};

static void free_pattern(struct yg_fit_pattern **pattern)
{
	if (!*pattern || --(*pattern)->holders > 0)
		return;
	(void)hs_free_scratch((*pattern)->scratch);
	(void)hs_free_database((*pattern)->database);
	yg_freep(pattern);
}

static int make_pattern(const char *source, struct yg_fit_pattern **ret)
{
	const unsigned int flags = HS_FLAG_UTF8 | HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY;
	YG_CLEANUP(free_pattern) struct yg_fit_pattern *pattern = calloc(1, sizeof(*pattern));
	hs_compile_error_t *error = NULL;
	hs_error_t r;

	if (!pattern)
		return -ENOMEM;
	pattern->holders = 1;
	r = hs_compile(source, flags, HS_MODE_BLOCK, NULL, &pattern->database, &error);
	if (error)
		(void)hs_free_compile_error(error);
	if (r != HS_SUCCESS)
		return -EINVAL;
	if (hs_alloc_scratch(pattern->database, &pattern->scratch) != HS_SUCCESS)
		return -ENOMEM;
	*ret = YG_TAKE_PTR(pattern);
	return 0;
}

int yg_fit_init(struct yg_fit *ret, enum yg_fit_kind kind, struct yg_slice text)
{
	struct yg_fit fit = { .kind = kind, .len = text.len };
	int r;

	if (text.len > YG_FIT_TEXT_MAX)
		return -EINVAL;
	fit.text = calloc(1, text.len + 1);
	if (!fit.text)
		return -ENOMEM;
	if (text.len > 0)
		memcpy(fit.text, text.ptr, text.len);
	r = kind == YG_FIT_PATTERN ? make_pattern(fit.text, &fit.pattern) : 0;
	if (r < 0) {
		yg_fit_clean(&fit);
		return r;
	}
	*ret = fit;
	return 0;
}

int yg_fit_copy(struct yg_fit *ret, const struct yg_fit *from)
{
	struct yg_fit fit = *from;

	fit.text = calloc(1, from->len + 1);
	if (!fit.text)
		return -ENOMEM;
	if (from->len > 0)
		memcpy(fit.text, from->text, from->len);
	if (fit.pattern)
		fit.pattern->holders++;
	*ret = fit;
	return 0;
}

void yg_fit_clean(struct yg_fit *fit)
{
	free(fit->text);
	free_pattern(&fit->pattern);
	*fit = (struct yg_fit){ 0 };
}

static bool is_in(const struct yg_fit *fit, struct yg_slice value)
{
	for (size_t i = 0; i < fit->len; i += strlen(fit->text + i) + 1) {
		if (yg_slice_equal(yg_slice_from_str(fit->text + i), value))
			return true;
	}
	return false;
}

static int note_match(unsigned int id, unsigned long long from, unsigned long long to,
		      unsigned int flags, void *ctx)
{
	(void)id;
	(void)from;
	(void)to;
	(void)flags;
	*(bool *)ctx = true;
	return 1; /* one is enough */
}

static bool occurs_in(const struct yg_fit *fit, struct yg_slice value)
{
	const struct yg_fit_pattern *pattern = fit->pattern;
	bool found = false;
	hs_error_t r = hs_scan(pattern->database, value.ptr, (unsigned int)value.len, 0,
			       pattern->scratch, note_match, &found);

	/* What cannot be judged is not refused. */
	return found || (r != HS_SUCCESS && r != HS_SCAN_TERMINATED);
}

/* Most values: no need to look closer. */
static bool is_number(struct yg_slice value)
{
	size_t i = value.len > 1 && *value.ptr == '-';

	while (i < value.len && value.ptr[i] >= '0' && value.ptr[i] <= '9')
		i++;
	return i == value.len;
}

/* An id of another form than the document says is still an id; a word is a name. */
static bool is_typed(enum yg_fit_kind kind, enum yg_token token)
{
	if (kind == YG_FIT_BOOLEAN)
		return token == YG_TOKEN_BOOL || token == YG_TOKEN_INT;
	return yg_token_is_strong(token) && token != YG_TOKEN_BOOL;
}

bool yg_fit_takes(const struct yg_fit *fit, struct yg_slice value)
{
	size_t stem;

	switch (fit->kind) {
	case YG_FIT_INTEGER:
	case YG_FIT_NUMBER:
		return is_number(value) || is_typed(fit->kind, yg_token_from_segment(value, &stem));
	case YG_FIT_BOOLEAN:
	case YG_FIT_UUID:
	case YG_FIT_DATE:
		return is_typed(fit->kind, yg_token_from_segment(value, &stem));
	case YG_FIT_WORDS:
		return is_in(fit, value);
	case YG_FIT_PATTERN:
		return occurs_in(fit, value);
	default:
		return true;
	}
}

bool yg_fit_equal(const struct yg_fit *a, const struct yg_fit *b)
{
	return a->kind == b->kind && a->len == b->len &&
	       (a->len == 0 || memcmp(a->text, b->text, a->len) == 0);
}

/*
 * Placeholders stand for one byte or more. The usual matching of a pattern with stars: on a
 * mismatch, the last placeholder takes one byte more. O(pattern x text), no recursion.
 */
static bool is_shaped(struct yg_slice pattern, struct yg_slice text)
{
	size_t p = 0, t = 0;
	size_t after = 0, taken = 0; /* the last placeholder: where it ends, what it took up to */

	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '{') {
			while (p + 1 < pattern.len && pattern.ptr[p] != '}')
				p++;
			after = ++p;
			taken = ++t;
		} else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
			p++;
			t++;
		} else if (after > 0) {
			p = after;
			t = ++taken;
		} else {
			return false;
		}
	}
	return p == pattern.len;
}

/* A learned placeholder stands for what its name says: ids may be anything that is no word. */
static bool takes_placeholder(const struct yg_fit *fit, struct yg_slice name)
{
	static const char *const words[] = { "{name",	"{slug",   "{file",
					     "{locale", "{region", "{code" };

	if (fit->kind == YG_FIT_ANY || fit->kind == YG_FIT_WORDS || fit->kind == YG_FIT_PATTERN)
		return true;
	for (size_t i = 0; i < YG_ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i]);

		if (name.len >= len && memcmp(name.ptr, words[i], len) == 0)
			return false;
	}
	return true;
}

bool yg_fit_takes_segment(struct yg_slice pattern, const struct yg_fit *fits, size_t fit_count,
			  struct yg_slice segment)
{
	const char *open = pattern.len > 0 ? memchr(pattern.ptr, '{', pattern.len) : NULL;
	const char *close = open ? memrchr(pattern.ptr, '}', pattern.len) : NULL;
	size_t before, behind;

	if (!is_shaped(pattern, segment))
		return false;
	if (!close || close < open || fit_count == 0 ||
	    memchr(open + 1, '{', (size_t)(close - open)))
		return true;
	before = (size_t)(open - pattern.ptr);
	behind = pattern.len - (size_t)(close + 1 - pattern.ptr);
	segment = (struct yg_slice){ segment.ptr + before, segment.len - before - behind };
	return segment.ptr[0] == '{' ? takes_placeholder(fits, segment)
				     : yg_fit_takes(fits, segment);
}
