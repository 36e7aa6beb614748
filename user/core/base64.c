/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/base64.h"

#include <errno.h>

int yg_base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

ssize_t yg_base64_decode(struct yg_slice text, uint8_t *ret, size_t cap)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t len = 0;

	for (unsigned pad = 0; pad < 2 && text.len && text.ptr[text.len - 1] == '='; pad++)
		text.len--;
	if (text.len % 4 == 1)
		return -EINVAL;
	for (size_t i = 0; i < text.len; i++) {
		int value = yg_base64_value(text.ptr[i]);

		if (value < 0)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (len == cap)
			return -ENOSPC;
		ret[len++] = (uint8_t)(bits >> have);
	}
	return (ssize_t)len;
}
