/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/member.h"

#include <errno.h>

#include "parse/escape.h"

static char peek(const struct yg_members *m)
{
	return (char)(m->text.len ? m->text.ptr[0] : '\0');
}

static void advance(struct yg_members *m, size_t n)
{
	m->text.ptr += n;
	m->text.len -= n;
}

static void skip_space(struct yg_members *m)
{
	while (peek(m) == ' ' || peek(m) == '\t' || peek(m) == '\r' || peek(m) == '\n')
		advance(m, 1);
}

static bool expect(struct yg_members *m, char c)
{
	skip_space(m);
	if (peek(m) != c)
		return false;
	advance(m, 1);
	return true;
}

/* A string with its quotes; @ret is between them. */
static bool take_string(struct yg_members *m, struct yg_slice *ret)
{
	size_t i = 1;

	skip_space(m);
	if (peek(m) != '"')
		return false;
	for (; i < m->text.len && m->text.ptr[i] != '"'; i++) {
		if ((unsigned char)m->text.ptr[i] < 0x20)
			return false;
		i += m->text.ptr[i] == '\\';
	}
	if (i >= m->text.len)
		return false;
	*ret = (struct yg_slice){ m->text.ptr + 1, i - 1 };
	advance(m, i + 1);
	return true;
}

static bool is_scalar_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' ||
	       c == '.' || c == 'E';
}

/* An object or array, passed over by counting brackets outside strings. */
static bool skip_nested(struct yg_members *m)
{
	unsigned depth = 0;

	while (m->text.len) {
		char c = peek(m);
		struct yg_slice unused;

		if (c == '"') {
			if (!take_string(m, &unused))
				return false;
			continue;
		}
		advance(m, 1);
		if (c == '{' || c == '[')
			depth++;
		if (depth > YG_MEMBER_DEPTH_MAX)
			return false;
		if ((c == '}' || c == ']') && --depth == 0)
			return true;
	}
	return false;
}

static bool take_value(struct yg_members *m, struct yg_member *ret)
{
	const char *start;
	bool good = true;

	skip_space(m);
	if (peek(m) == '"') {
		ret->type = YG_MEMBER_STRING;
		return take_string(m, &ret->value);
	}
	start = m->text.ptr;
	ret->type = YG_MEMBER_OTHER;
	if (peek(m) == '{' || peek(m) == '[') {
		good = skip_nested(m);
	} else {
		if (peek(m) == '-' || (peek(m) >= '0' && peek(m) <= '9'))
			ret->type = YG_MEMBER_NUMBER;
		while (m->text.len && is_scalar_byte(peek(m)))
			advance(m, 1);
	}
	ret->value = (struct yg_slice){ start, (size_t)(m->text.ptr - start) };
	return good && ret->value.len > 0;
}

bool yg_members_next(struct yg_members *members, struct yg_member *ret)
{
	bool first = !members->begun;

	if (members->bad)
		return false;
	members->begun = true;
	members->bad = first && !expect(members, '{');
	if (members->bad || expect(members, '}'))
		return false;
	members->bad = (!first && !expect(members, ',')) || !take_string(members, &ret->name) ||
		       !expect(members, ':') || !take_value(members, ret);
	return !members->bad;
}

/* Four hex digits; negative: they are not. */
static int32_t hex4(struct yg_slice s)
{
	int32_t value = 0;

	if (s.len < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		char c = yg_ascii_lower(s.ptr[i]);

		if (c >= '0' && c <= '9')
			value = value * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (c - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* What stands behind "\u" of @text, a surrogate pair included. Return: bytes read; 0: bad. */
static size_t unicode_escape(struct yg_slice text, uint32_t *ret)
{
	int32_t high = hex4(text), low = -1;

	if (high < 0)
		return 0;
	*ret = (uint32_t)high;
	if (high < 0xd800 || high > 0xdfff)
		return 4;
	if (text.len >= 10 && text.ptr[4] == '\\' && text.ptr[5] == 'u')
		low = hex4((struct yg_slice){ text.ptr + 6, 4 });
	if (high < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
		*ret = 0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
		return 10;
	}
	*ret = 0xfffd;
	return 4;
}

/* One character, escaped or not. Return: bytes read; 0: bad. */
static size_t take_character(struct yg_slice text, char out[4], size_t *ret_len)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *name;
	uint32_t code;
	size_t used;

	*ret_len = 1;
	out[0] = text.ptr[0];
	if (text.ptr[0] != '\\')
		return 1;
	if (text.len < 2)
		return 0;
	if (text.ptr[1] == 'u') {
		used = unicode_escape((struct yg_slice){ text.ptr + 2, text.len - 2 }, &code);
		if (used)
			*ret_len = yg_escape_utf8(code, out);
		return used ? used + 2 : 0;
	}
	name = memchr(names, text.ptr[1], sizeof(names) - 1);
	if (!name)
		return 0;
	out[0] = values[name - names];
	return 2;
}

ssize_t yg_member_decode(struct yg_slice text, char *ret, size_t cap)
{
	size_t len = 0;

	while (text.len) {
		char character[4];
		size_t n, used = take_character(text, character, &n);

		if (used == 0)
			return -EINVAL;
		if (n > cap - len)
			return -ENOSPC;
		memcpy(ret + len, character, n);
		len += n;
		text.ptr += used;
		text.len -= used;
	}
	return (ssize_t)len;
}
