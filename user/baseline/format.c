/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/format.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/macros.h"

#define UUID_LEN       36u
#define DATE_LEN       10u
#define EMAIL_MAX      254u /* RFC 5321 */
#define URI_MAX	       2048u
#define BASE64_MIN     24u /* shorter text of these letters may be a word */
#define NUMBER_CAP     40u /* bytes of a number that are looked at */
#define INTEGER_DIGITS 18u /* digits that fit in 63 bits whatever they are */

static const char *const type_names[YG_TYPES_COUNT] = { "object", "array",   "string", "integer",
							"number", "boolean", "null" };

const char *yg_type_name(enum yg_type type)
{
	assert(type != 0 && type < YG_TYPE_ALL);
	return type_names[__builtin_ctz((unsigned int)type)];
}

const char *yg_format_name(enum yg_format format)
{
	static const char *const names[YG_FORMAT_MAX] = {
		[YG_FORMAT_NONE] = "",	     [YG_FORMAT_UUID] = "uuid",
		[YG_FORMAT_DATE] = "date",   [YG_FORMAT_DATE_TIME] = "date-time",
		[YG_FORMAT_EMAIL] = "email", [YG_FORMAT_URI] = "uri",
		[YG_FORMAT_IPV4] = "ipv4",   [YG_FORMAT_IPV6] = "ipv6",
		[YG_FORMAT_BYTE] = "byte",   [YG_FORMAT_BINARY] = "binary",
	};

	return names[format];
}

void yg_types_text(uint32_t types, char *ret, size_t cap)
{
	size_t len = 0;

	assert(cap > 0);
	ret[0] = '\0';
	types = yg_types_normal(types);
	for (uint32_t i = 0; i < YG_TYPES_COUNT; i++) {
		int n;

		if (!(types & 1u << i))
			continue;
		n = snprintf(ret + len, cap - len, "%s%s", len ? "|" : "", type_names[i]);
		if (n < 0 || (size_t)n >= cap - len)
			return;
		len += (size_t)n;
	}
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	c = yg_ascii_lower(c);
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool is_alpha(char c)
{
	c = yg_ascii_lower(c);
	return c >= 'a' && c <= 'z';
}

/* --- types ---------------------------------------------------------------------------------- */

bool yg_integer_of(struct yg_slice text, int64_t *ret)
{
	bool minus = text.len > 0 && text.ptr[0] == '-';
	int64_t value = 0;
	size_t i = minus;

	if (text.len == i || text.len - i > INTEGER_DIGITS)
		return false;
	for (; i < text.len; i++) {
		if (!is_digit(text.ptr[i]))
			return false;
		value = value * 10 + (text.ptr[i] - '0');
	}
	*ret = minus ? -value : value;
	return true;
}

double yg_number_of(struct yg_slice text)
{
	char buffer[NUMBER_CAP];

	if (text.len == 0 || text.len >= sizeof(buffer))
		return 0;
	memcpy(buffer, text.ptr, text.len);
	buffer[text.len] = '\0';
	return strtod(buffer, NULL);
}

/* "-1.5e+3": digits on both sides of a point; nothing else that strtod() takes. */
static bool is_number(struct yg_slice text)
{
	size_t i = text.len > 0 && text.ptr[0] == '-', digits = i;

	while (i < text.len && is_digit(text.ptr[i]))
		i++;
	if (i == digits || i == text.len || text.len >= NUMBER_CAP)
		return false;
	if (text.ptr[i] == '.') {
		digits = ++i;
		while (i < text.len && is_digit(text.ptr[i]))
			i++;
		if (i == digits)
			return false;
	}
	if (i == text.len)
		return true;
	if (yg_ascii_lower(text.ptr[i++]) != 'e')
		return false;
	if (i < text.len && (text.ptr[i] == '-' || text.ptr[i] == '+'))
		i++;
	digits = i;
	while (i < text.len && is_digit(text.ptr[i]))
		i++;
	return i == text.len && i > digits;
}

enum yg_type yg_type_of_text(struct yg_slice text)
{
	/* "007" is a code, not a number. */
	bool zeros = text.len > 1 && text.ptr[0] == '0' && is_digit(text.ptr[1]);
	int64_t unused;

	if (text.len == 0 || zeros)
		return YG_TYPE_STRING;
	if (is_digit(text.ptr[0]) || text.ptr[0] == '-') {
		if (yg_integer_of(text, &unused))
			return YG_TYPE_INTEGER;
		return is_number(text) ? YG_TYPE_NUMBER : YG_TYPE_STRING;
	}
	if (yg_slice_equal_nocase(text, YG_SLICE("true")) ||
	    yg_slice_equal_nocase(text, YG_SLICE("false")))
		return YG_TYPE_BOOLEAN;
	return YG_TYPE_STRING;
}

/* --- formats -------------------------------------------------------------------------------- */

/* '0' a digit, 'x' a hex digit, else itself. */
static bool has_shape(struct yg_slice text, const char *shape)
{
	for (size_t i = 0; shape[i]; i++) {
		char c = text.ptr[i];
		bool good = shape[i] == '0'   ? is_digit(c)
			    : shape[i] == 'x' ? is_hex(c)
					      : c == shape[i];

		if (!good)
			return false;
	}
	return true;
}

static bool is_date(struct yg_slice text)
{
	int month, day;

	if (text.len < DATE_LEN || !has_shape(text, "0000-00-00"))
		return false;
	month = (text.ptr[5] - '0') * 10 + text.ptr[6] - '0';
	day = (text.ptr[8] - '0') * 10 + text.ptr[9] - '0';
	return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* "2026-11-21T21:03:00.123Z", "...+09:00". */
static bool is_date_time(struct yg_slice text)
{
	size_t i = 19;

	if (text.len < 20 || (text.ptr[10] != 'T' && text.ptr[10] != 't') ||
	    !has_shape((struct yg_slice){ text.ptr + 11, 8 }, "00:00:00"))
		return false;
	if (text.ptr[i] == '.') {
		do
			i++;
		while (i < text.len && is_digit(text.ptr[i]));
	}
	if (i + 1 == text.len)
		return text.ptr[i] == 'Z' || text.ptr[i] == 'z';
	return i + 6 == text.len && (text.ptr[i] == '+' || text.ptr[i] == '-') &&
	       has_shape((struct yg_slice){ text.ptr + i + 1, 5 }, "00:00");
}

static bool is_email(struct yg_slice text)
{
	const char *at = text.len <= EMAIL_MAX ? memchr(text.ptr, '@', text.len) : NULL;
	const char *end = text.ptr + text.len, *dot;

	if (!at || at == text.ptr)
		return false;
	for (const char *p = text.ptr; p < end; p++) {
		if ((unsigned char)*p <= ' ' || strchr("<>()[]\\,;:\"/", *p) ||
		    (p > at && *p == '@'))
			return false;
	}
	dot = memrchr(at, '.', (size_t)(end - at));
	return dot && dot > at + 1 && end - dot > 2 && is_alpha(dot[1]);
}

static bool is_uri(struct yg_slice text)
{
	size_t i = 0;

	if (text.len > URI_MAX || text.len < 8 || !is_alpha(text.ptr[0]))
		return false;
	while (i < text.len && i < 16 &&
	       (is_alpha(text.ptr[i]) || text.ptr[i] == '+' || text.ptr[i] == '-' ||
		text.ptr[i] == '.'))
		i++;
	if (text.len - i < 4 || memcmp(text.ptr + i, "://", 3) != 0)
		return false;
	for (i += 3; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] <= ' ' || strchr("<>\"{}|\\^`", text.ptr[i]))
			return false;
	}
	return true;
}

static bool is_address(struct yg_slice text, int family)
{
	unsigned char address[16];
	char buffer[INET6_ADDRSTRLEN];

	if (text.len >= sizeof(buffer))
		return false;
	memcpy(buffer, text.ptr, text.len);
	buffer[text.len] = '\0';
	return inet_pton(family, buffer, address) == 1;
}

static bool is_base64(struct yg_slice text)
{
	bool upper = false, lower = false, digit = false, other = false;
	size_t len = text.len;

	if (len < BASE64_MIN || len % 4 != 0)
		return false;
	for (uint32_t i = 0; i < 2 && text.ptr[len - 1] == '='; i++)
		len--;
	other = len < text.len;
	for (size_t i = 0; i < len; i++) {
		char c = text.ptr[i];

		if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '/')
			return false;
		upper |= c >= 'A' && c <= 'Z';
		lower |= c >= 'a' && c <= 'z';
		digit |= is_digit(c);
		other |= c == '+' || c == '/';
	}
	return upper && lower && digit && other;
}

enum yg_format yg_format_of(struct yg_slice text)
{
	if (text.len < 3)
		return YG_FORMAT_NONE;
	if (text.len == UUID_LEN && text.ptr[8] == '-')
		return has_shape(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") ? YG_FORMAT_UUID
									       : YG_FORMAT_NONE;
	if (is_digit(text.ptr[0]) && is_date(text)) {
		if (text.len == DATE_LEN)
			return YG_FORMAT_DATE;
		return is_date_time(text) ? YG_FORMAT_DATE_TIME : YG_FORMAT_NONE;
	}
	if (text.len < 16 && is_digit(text.ptr[0]) && is_address(text, AF_INET))
		return YG_FORMAT_IPV4;
	if (text.len < INET6_ADDRSTRLEN && memchr(text.ptr, ':', text.len) &&
	    is_address(text, AF_INET6))
		return YG_FORMAT_IPV6;
	if (is_email(text))
		return YG_FORMAT_EMAIL;
	if (is_uri(text))
		return YG_FORMAT_URI;
	return is_base64(text) ? YG_FORMAT_BYTE : YG_FORMAT_NONE;
}
