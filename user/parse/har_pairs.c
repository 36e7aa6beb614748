/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/har_pairs.h"

#include <errno.h>

#include "core/slice.h"

void yg_har_pairs_add(struct yg_har_pairs *pairs, const struct yg_header *pair)
{
	if (pair->name.len && pairs->count < YG_HAR_PAIRS_MAX)
		pairs->rows[pairs->count++] = *pair;
}

static bool is_hex(char c)
{
	c = yg_ascii_lower(c);
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* RFC 3986 section 2.3, and an escape that stands there already. */
static bool is_plain(struct yg_slice text, size_t at)
{
	char c = yg_ascii_lower(text.ptr[at]);

	if (c == '%')
		return at + 2 < text.len && is_hex(text.ptr[at + 1]) && is_hex(text.ptr[at + 2]);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

/* Return: bytes used with it; beyond @cap when it does not fit. */
static size_t escape(struct yg_slice text, char *ret, size_t used, size_t cap)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len && used < cap; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (is_plain(text, i)) {
			ret[used++] = text.ptr[i];
			continue;
		}
		if (cap - used < 3)
			return cap + 1;
		ret[used++] = '%';
		ret[used++] = digits[c >> 4];
		ret[used++] = digits[c & 15];
	}
	return used;
}

ssize_t yg_har_pairs_write(const struct yg_har_pairs *pairs, char *ret, size_t cap)
{
	size_t used = 0;

	for (uint32_t i = 0; i < pairs->count; i++) {
		if (used + (i > 0) >= cap)
			return -ENOSPC;
		if (i > 0)
			ret[used++] = '&';
		used = escape(pairs->rows[i].name, ret, used, cap);
		if (used >= cap)
			return -ENOSPC;
		ret[used++] = '=';
		used = escape(pairs->rows[i].value, ret, used, cap);
		if (used >= cap && (used > cap || i + 1 < pairs->count))
			return -ENOSPC;
	}
	return (ssize_t)used;
}
