/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Character sets to UTF-8, by the C library's converters, opened once: they are files, and the
 * process that reads bodies may open none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/slice.h"

enum yg_charset {
	YG_CHARSET_UTF8, /* and US-ASCII; nothing to convert */
	YG_CHARSET_SJIS, /* Shift_JIS as it is used: Windows code page 932 */
	YG_CHARSET_EUC_JP,
	YG_CHARSET_LATIN1, /* ISO-8859-1 as it is used: Windows code page 1252 */
	YG_CHARSET_JIS,	   /* ISO-2022-JP */
	YG_CHARSET_UTF16,  /* in the order of bytes that the text shows */
	YG_CHARSET_UTF16_LE,
	YG_CHARSET_UTF16_BE,
	YG_CHARSET_UNKNOWN,
	YG_CHARSET_MAX
};

struct yg_charsets {
	void *converters
		[YG_CHARSET_MAX]; /* iconv_t; NULL: the system has none, or none is needed */
};

/* Open every converter the system has. */
void yg_charsets_open(struct yg_charsets *charsets);
void yg_charsets_close(struct yg_charsets *charsets);

/**
 * yg_charset_of() - the charset parameter of a Content-Type.
 * @type: "application/json; charset=Shift_JIS"; without the parameter, or absent: UTF-8.
 */
enum yg_charset yg_charset_of(struct yg_slice type);

/* May a text of JSON or XML begin with it? */
static inline bool yg_charset_is_first(char c)
{
	return c == '{' || c == '[' || c == '<' || c == '"' || c == ' ' || c == '\t' || c == '\r' ||
	       c == '\n';
}

/**
 * yg_charset_is_wide() - is a text UTF-16, whatever its sender calls it?
 *
 * By its mark, or by the zero beside a first character of JSON or XML. Readers of these look there
 * before they believe a charset, so it is a way past those who do not.
 */
static inline bool yg_charset_is_wide(struct yg_slice text)
{
	const char *p = text.ptr;

	if (text.len < 2)
		return false;
	return (p[0] == '\xff' && p[1] == '\xfe') || (p[0] == '\xfe' && p[1] == '\xff') ||
	       (p[0] == 0 && yg_charset_is_first(p[1])) || (p[1] == 0 && yg_charset_is_first(p[0]));
}

/**
 * yg_charsets_convert() - to UTF-8.
 * @text: may end inside a character: that one is left out.
 * @ret: [@cap] filled.
 * @ret_len: bytes of @ret.
 *
 * What is no character of the set becomes U+FFFD. O(@text).
 * Return: false if the charset is unknown or the system has no converter (then nothing is written).
 */
bool yg_charsets_convert(const struct yg_charsets *charsets, enum yg_charset charset,
			 struct yg_slice text, char *ret, size_t cap, size_t *ret_len);
