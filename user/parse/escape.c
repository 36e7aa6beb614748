/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/escape.h"

#include "core/macros.h"

#define ENTITY_MAX 10u /* bytes between '&' and ';': "#x0010ffff" */

static int hex_value(char c)
{
	c = yg_ascii_lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "%41" at the start of @text. Return: the byte; negative: none. */
static int percent(struct yg_slice text)
{
	int high, low;

	if (text.len < 3 || text.ptr[0] != '%')
		return -1;
	high = hex_value(text.ptr[1]);
	low = hex_value(text.ptr[2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

size_t yg_escape_percent(struct yg_slice text, char *ret, size_t cap)
{
	size_t len = 0;

	while (text.len > 0 && len < cap) {
		int byte = percent(text);
		size_t used = byte < 0 ? 1 : 3;

		ret[len] = (char)(byte < 0 ? text.ptr[0] : byte);
		if (used == 1 && ret[len] == '+')
			ret[len] = ' ';
		len++;
		text.ptr += used;
		text.len -= used;
	}
	return len;
}

size_t yg_escape_utf8(uint32_t code, char out[4])
{
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		code = 0xfffd;
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* "#65" or "#x41". Return: 0 if it is neither. */
static uint32_t reference(struct yg_slice name)
{
	bool hex = name.len > 2 && yg_ascii_lower(name.ptr[1]) == 'x';
	uint32_t code = 0;

	for (size_t i = hex ? 2 : 1; i < name.len; i++) {
		int digit = hex_value(name.ptr[i]);

		if (digit < 0 || (!hex && digit > 9))
			return 0;
		code = code * (hex ? 16 : 10) + (uint32_t)digit;
		if (code > 0x10ffff)
			return 0xfffd;
	}
	return code;
}

/* What stands between '&' and ';'. Return: bytes of @out; 0: no entity that we know. */
static size_t entity(struct yg_slice name, char out[4])
{
	static const struct {
		struct yg_slice name;
		char value;
	} known[] = {
		{ { "amp", 3 }, '&' },	{ { "lt", 2 }, '<' },	 { { "gt", 2 }, '>' },
		{ { "quot", 4 }, '"' }, { { "apos", 4 }, '\'' },
	};
	uint32_t code;

	if (name.len > 1 && name.ptr[0] == '#') {
		code = reference(name);
		return code ? yg_escape_utf8(code, out) : 0;
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(known); i++) {
		if (yg_slice_equal(name, known[i].name)) {
			out[0] = known[i].value;
			return 1;
		}
	}
	return 0;
}

size_t yg_escape_entity(struct yg_slice text, char *ret, size_t cap)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len && len < cap; i++) {
		size_t left = text.len - i - 1, n = 0;
		const char *semicolon = NULL;
		char out[4];

		if (text.ptr[i] == '&' && left > 0)
			semicolon = memchr(text.ptr + i + 1, ';',
					   left < ENTITY_MAX + 1 ? left : ENTITY_MAX + 1);
		if (semicolon)
			n = entity((struct yg_slice){ text.ptr + i + 1,
						      (size_t)(semicolon - text.ptr) - i - 1 },
				   out);
		if (n == 0) {
			ret[len++] = text.ptr[i];
			continue;
		}
		if (n > cap - len)
			break;
		memcpy(ret + len, out, n);
		len += n;
		i = (size_t)(semicolon - text.ptr);
	}
	return len;
}
