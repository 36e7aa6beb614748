/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/id.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/macros.h"

#define ID_QUOTED_MIN 4u /* bytes of the shortest name with its quotes: "id" */

struct yg_id_scan yg_id_scan_from_json(struct yg_slice text)
{
	return (struct yg_id_scan){ text.ptr, text.ptr ? text.ptr + text.len : NULL };
}

/* End of the string that begins after @p's quote, or NULL. Returns within [p, end). */
static const char *string_end(const char *p, const char *end)
{
	while (p < end) {
		const char *quote = memchr(p, '"', (size_t)(end - p));
		const char *back = quote;

		if (!quote)
			return NULL;
		while (back > p && back[-1] == '\\')
			back--;
		if (((quote - back) & 1) == 0)
			return quote;
		p = quote + 1;
	}
	return NULL;
}

/* Of numbers and literals: "-1.5E+9", "true". */
static bool is_scalar_char(char c)
{
	static const bool table[256] = {
		['0' ... '9'] = true, ['a' ... 'z'] = true, ['-'] = true,
		['+'] = true,	      ['.'] = true,	    ['E'] = true,
	};

	return table[(unsigned char)c];
}

/* The scalar at @scan->p, behind a colon; false: there is none, or it is cut. */
static bool read_scalar(struct yg_id_scan *scan, struct yg_slice *ret)
{
	const char *p = scan->p, *end = scan->end, *stop;

	while (p < end && (*p == ' ' || *p == '\n' || *p == '['))
		p++;
	scan->p = p;
	if (p < end && *p == '"') {
		stop = string_end(p + 1, end);
		if (!stop) {
			scan->p = end;
			return false;
		}
		*ret = (struct yg_slice){ p + 1, (size_t)(stop - (p + 1)) };
		scan->p = stop + 1;
		return true;
	}
	for (stop = p; stop < end && is_scalar_char(*stop);)
		stop++;
	*ret = (struct yg_slice){ p, (size_t)(stop - p) };
	scan->p = stop;
	/* A number that touches the end may have been cut. */
	return stop > p && stop < end;
}

/* From the end: most names differ in their last byte. */
static bool ends_with(struct yg_slice name, struct yg_slice tail)
{
	if (name.len < tail.len)
		return false;
	for (size_t i = 1; i <= tail.len; i++) {
		if (name.ptr[name.len - i] != tail.ptr[tail.len - i])
			return false;
	}
	return true;
}

/* The last two bytes of any of the names below, in any case; @tail: two bytes. */
static bool may_end_id(const char *tail)
{
	static const char before[256] = {
		['d'] = 'i', ['o'] = 'n', ['r'] = 'e', ['t'] = 'n', ['e'] = 'd',
	};
	char wanted = before[(unsigned char)(tail[1] | 0x20)];

	return wanted && (tail[0] | 0x20) == wanted;
}

/* Asked for every field of every list: no strlen(), and most names end in other bytes. */
bool yg_id_is_name(struct yg_slice name)
{
	static const struct yg_slice tails[] = {
		{ "Id", 2 },   { "ID", 2 },   { "_id", 3 },  { "-id", 3 },    { ".id", 3 },
		{ "_no", 3 },  { "-no", 3 },  { "No", 2 },   { "Number", 6 }, { "_number", 7 },
		{ "uuid", 4 }, { "UUID", 4 }, { "guid", 4 }, { "Code", 4 },
	};
	static const struct yg_slice whole[] = {
		{ "id", 2 },   { "uid", 3 },	{ "account", 7 },
		{ "user", 4 }, { "member", 6 }, { "order", 5 },
	};

	if (name.len < 2 || !may_end_id(name.ptr + name.len - 2))
		return false;
	for (size_t i = 0; i < YG_ARRAY_SIZE(whole); i++) {
		if (yg_slice_equal_nocase(name, whole[i]))
			return true;
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(tails); i++) {
		if (ends_with(name, tails[i]))
			return true;
	}
	return false;
}

/*
 * Where a name that may be one of an identifier has ended: a colon follows, and here stands a quote
 * behind such an end, or white space that may hide one. @p: two bytes before it can be read.
 */
static bool may_close_id(const char *p)
{
	return *p == ' ' || (*p == '"' && may_end_id(p - 2));
}

#ifdef __SSE2__

static inline __m128i load16(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Positions among the 16 where @low stands in @first and @high in @second. */
static inline __m128i both(__m128i first, char low, __m128i second, char high)
{
	return _mm_and_si128(_mm_cmpeq_epi8(first, _mm_set1_epi8(low)),
			     _mm_cmpeq_epi8(second, _mm_set1_epi8(high)));
}

/* may_close_id() and the colon for 16 positions from @p on, one bit each. Reads [p - 2, p + 17). */
static inline uint32_t closes16(const char *p)
{
	__m128i at = load16(p), colon = _mm_cmpeq_epi8(load16(p + 1), _mm_set1_epi8(':'));
	__m128i one = _mm_or_si128(load16(p - 1), _mm_set1_epi8(0x20));
	__m128i two = _mm_or_si128(load16(p - 2), _mm_set1_epi8(0x20));
	__m128i end = both(two, 'i', one, 'd');

	end = _mm_or_si128(end, both(two, 'n', one, 'o'));
	end = _mm_or_si128(end, both(two, 'e', one, 'r'));
	end = _mm_or_si128(end, both(two, 'n', one, 't'));
	end = _mm_or_si128(end, both(two, 'd', one, 'e'));
	end = _mm_and_si128(end, _mm_cmpeq_epi8(at, _mm_set1_epi8('"')));
	end = _mm_or_si128(end, _mm_cmpeq_epi8(at, _mm_set1_epi8(' ')));
	return (uint32_t)_mm_movemask_epi8(_mm_and_si128(end, colon));
}

#endif

/* First may_close_id() before a colon in [p, end), or NULL. @p: as there. */
static const char *find_close(const char *p, const char *end)
{
	const char *colon;

#ifdef __SSE2__
	for (; end - p > 16; p += 16) {
		uint32_t mask = closes16(p);

		if (mask)
			return p + __builtin_ctz(mask);
	}
#endif
	while (end - p > 1 && (colon = memchr(p + 1, ':', (size_t)(end - p - 1))) != NULL) {
		if (may_close_id(colon - 1))
			return colon - 1;
		p = colon;
	}
	return NULL;
}

/* The name before the colon at @colon, if it may be one of an identifier. */
static struct yg_slice id_before(const char *start, const char *colon)
{
	const char *close = colon, *open;

	while (close > start && close[-1] == ' ')
		close--;
	if (close - start < (ptrdiff_t)ID_QUOTED_MIN || close[-1] != '"' || !may_end_id(close - 3))
		return (struct yg_slice){ 0 };
	open = memrchr(start, '"', (size_t)(close - 1 - start));
	if (!open)
		return (struct yg_slice){ 0 };
	return (struct yg_slice){ open + 1, (size_t)(close - 1 - (open + 1)) };
}

bool yg_id_scan_next(struct yg_id_scan *scan, struct yg_slice *ret)
{
	const char *start = scan->p, *p = start;

	while (scan->end - start >= (ptrdiff_t)ID_QUOTED_MIN) {
		const char *first = start + ID_QUOTED_MIN - 1;
		const char *close = find_close(p < first ? first : p, scan->end);

		if (!close)
			break;
		p = close + 2;
		if (!yg_id_is_name(id_before(start, close + 1)))
			continue;
		scan->p = p;
		if (read_scalar(scan, ret))
			return true;
		start = p = scan->p;
	}
	scan->p = scan->end;
	return false;
}
