/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Character classes of HTTP and JSON, sixteen bytes at a time where the processor can.
 *
 * Invariant of every function: returns within [p, end]; end means "none found".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* tchar of RFC 9110 section 5.6.2. */
extern const bool yg_scan_token[256];

#ifdef __SSE2__

/* Bytes of @bytes within [@low, @high]: 0xff, others 0. */
static inline __m128i yg_scan_range(__m128i bytes, char low, char high)
{
	__m128i from = _mm_max_epu8(bytes, _mm_set1_epi8(low));

	return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8(high)), bytes);
}

/* Of 16 bytes at @p, those that are no letter, digit or hyphen: one bit each. */
static inline uint32_t yg_scan_no_name(const uint8_t *p)
{
	__m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i letter = yg_scan_range(_mm_or_si128(chunk, _mm_set1_epi8(0x20)), 'a', 'z');
	__m128i digit = yg_scan_range(chunk, '0', '9');
	__m128i hyphen = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('-'));

	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letter, digit), hyphen)) ^
	       0xffffu;
}

#endif

/* First byte that is no tchar. Field names are short and of letters: sixteen bytes hold most. */
static inline const uint8_t *yg_scan_token_end(const uint8_t *p, const uint8_t *end)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		uint32_t mask = yg_scan_no_name(p);

		if (mask) {
			p += __builtin_ctz(mask);
			if (!yg_scan_token[*p])
				return p;
			break;
		}
		p += 16;
	}
#endif
	while (p < end && yg_scan_token[*p])
		p++;
	return p;
}

#ifdef __SSE2__

/* Bytes up to @limit, and DEL, of 16 bytes at @p: one bit each. */
static inline uint32_t yg_scan_mask(const uint8_t *p, uint8_t limit)
{
	__m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(chunk, _mm_set1_epi8((char)limit)), chunk);
	__m128i del = _mm_cmpeq_epi8(chunk, _mm_set1_epi8(0x7f));

	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(low, del));
}

#endif

/* First byte that is <= @limit or DEL. */
static inline const uint8_t *yg_scan_control(const uint8_t *p, const uint8_t *end, uint8_t limit)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		uint32_t mask = yg_scan_mask(p, limit);

		if (mask)
			return p + __builtin_ctz(mask);
		p += 16;
	}
#endif
	while (p<end && * p> limit && *p != 0x7f)
		p++;
	return p;
}

/* End of field content: the first control byte that is not HTAB. */
static inline const uint8_t *yg_scan_value_end(const uint8_t *p, const uint8_t *end)
{
	for (;;) {
		p = yg_scan_control(p, end, 0x1f);
		if (p == end || *p != '\t')
			return p;
		p++;
	}
}

#ifdef __SSE2__

/* Of 16 bytes at @p, those that end plain text in a JSON string: one bit each. */
static inline uint32_t yg_scan_no_plain(const char *p)
{
	__m128i chunk = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i control = _mm_cmpeq_epi8(_mm_min_epu8(chunk, _mm_set1_epi8(0x1f)), chunk);
	__m128i quote = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"'));
	__m128i slash = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\\'));

	return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(control, quote), slash));
}

#endif

/* First byte that is a quote, a backslash or a control byte. */
static inline const char *yg_scan_plain_end(const char *p, const char *end)
{
#ifdef __SSE2__
	while (end - p >= 16) {
		uint32_t mask = yg_scan_no_plain(p);

		if (mask)
			return p + __builtin_ctz(mask);
		p += 16;
	}
#endif
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return p;
}
