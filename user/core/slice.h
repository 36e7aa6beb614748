/* SPDX-License-Identifier: GPL-2.0-only */
/* Borrowed bytes. A slice never owns and is never stored beyond its producer's next call. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct yg_slice {
	const char *ptr; /* NULL means absent; "" with len 0 means present and empty */
	size_t len;	 /* bytes */
};

#define YG_SLICE(literal) ((struct yg_slice){ (literal), sizeof(literal) - 1 })

/* Borrow a NUL-terminated string; NULL is the absent slice. */
static inline struct yg_slice yg_slice_from_str(const char *str)
{
	return (struct yg_slice){ str, str ? strlen(str) : 0 };
}

/* ASCII only: <ctype.h> is locale-dependent and undefined for bytes above 127. */
static inline char yg_ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Same bytes; an absent slice equals an empty one. */
static inline bool yg_slice_equal(struct yg_slice a, struct yg_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Do these bytes, at least one, stand somewhere in @text? Not in an absent one. */
static inline bool yg_slice_has(struct yg_slice text, struct yg_slice part)
{
	return text.ptr && memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
}

/* Eight bytes at @p with ASCII letters in lower case; others as they are. */
static inline uint64_t yg_ascii_lower8(const char *p)
{
	const uint64_t each = 0x0101010101010101u;
	uint64_t word, low, upper;

	memcpy(&word, p, sizeof(word));
	low = word & (0x7f * each);
	upper = (low + (0x80 - 'A') * each) ^ (low + (0x7f - 'Z') * each);
	return word | (upper & ~word & (0x80 * each)) >> 2;
}

/* Same bytes but for the case of ASCII letters. */
static inline bool yg_slice_equal_nocase(struct yg_slice a, struct yg_slice b)
{
	if (a.len != b.len)
		return false;
	if (a.len >= 8) {
		for (size_t i = 0; i + 8 < a.len; i += 8) {
			if (yg_ascii_lower8(a.ptr + i) != yg_ascii_lower8(b.ptr + i))
				return false;
		}
		return yg_ascii_lower8(a.ptr + a.len - 8) == yg_ascii_lower8(b.ptr + b.len - 8);
	}
	for (size_t i = 0; i < a.len; i++) {
		if (yg_ascii_lower(a.ptr[i]) != yg_ascii_lower(b.ptr[i]))
			return false;
	}
	return true;
}

/* Without leading and trailing SP and HTAB: optional white space of RFC 9110 section 5.6.3. */
static inline struct yg_slice yg_slice_trim(struct yg_slice s)
{
	while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
		s.len--;
	return s;
}
