/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>

#include "core/macros.h"
#include "parse/parameter.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void yg_charsets_open(struct yg_charsets *charsets)
{
	static const char *const names[YG_CHARSET_MAX] = {
		[YG_CHARSET_SJIS] = "CP932",	    [YG_CHARSET_EUC_JP] = "EUC-JP",
		[YG_CHARSET_LATIN1] = "CP1252",	    [YG_CHARSET_JIS] = "ISO-2022-JP",
		[YG_CHARSET_UTF16_LE] = "UTF-16LE", [YG_CHARSET_UTF16_BE] = "UTF-16BE",
	};

	*charsets = (struct yg_charsets){ { NULL } };
	for (size_t i = 0; i < YG_CHARSET_MAX; i++) {
		iconv_t converter = names[i] ? iconv_open("UTF-8", names[i]) : NULL;

		charsets->converters[i] = (intptr_t)converter == -1 ? NULL : converter;
	}
}

void yg_charsets_close(struct yg_charsets *charsets)
{
	for (size_t i = 0; i < YG_CHARSET_MAX; i++) {
		if (charsets->converters[i])
			(void)iconv_close(YG_TAKE_PTR(charsets->converters[i]));
	}
}

enum yg_charset yg_charset_of(struct yg_slice type)
{
	static const struct {
		struct yg_slice name;
		enum yg_charset charset;
	} names[] = {
		{ { "", 0 }, YG_CHARSET_UTF8 },
		{ { "utf-8", 5 }, YG_CHARSET_UTF8 },
		{ { "utf8", 4 }, YG_CHARSET_UTF8 },
		{ { "us-ascii", 8 }, YG_CHARSET_UTF8 },
		{ { "shift_jis", 9 }, YG_CHARSET_SJIS },
		{ { "shift-jis", 9 }, YG_CHARSET_SJIS },
		{ { "sjis", 4 }, YG_CHARSET_SJIS },
		{ { "x-sjis", 6 }, YG_CHARSET_SJIS },
		{ { "ms_kanji", 8 }, YG_CHARSET_SJIS },
		{ { "windows-31j", 11 }, YG_CHARSET_SJIS },
		{ { "cp932", 5 }, YG_CHARSET_SJIS },
		{ { "euc-jp", 6 }, YG_CHARSET_EUC_JP },
		{ { "x-euc-jp", 8 }, YG_CHARSET_EUC_JP },
		{ { "iso-8859-1", 10 }, YG_CHARSET_LATIN1 },
		{ { "latin1", 6 }, YG_CHARSET_LATIN1 },
		{ { "windows-1252", 12 }, YG_CHARSET_LATIN1 },
		{ { "iso-2022-jp", 11 }, YG_CHARSET_JIS },
		{ { "utf-16", 6 }, YG_CHARSET_UTF16 },
		{ { "utf-16le", 8 }, YG_CHARSET_UTF16_LE },
		{ { "utf-16be", 8 }, YG_CHARSET_UTF16_BE },
	};
	struct yg_slice name = yg_parameter_find(type, "charset");

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal_nocase(name, names[i].name))
			return names[i].charset;
	}
	return YG_CHARSET_UNKNOWN;
}

/* Its mark tells, else the zero of a first character in ASCII. */
static enum yg_charset order_of(struct yg_slice text)
{
	bool big = text.len >= 2 && (text.ptr[0] == 0 || memcmp(text.ptr, "\xfe\xff", 2) == 0);

	return big ? YG_CHARSET_UTF16_BE : YG_CHARSET_UTF16_LE;
}

bool yg_charsets_convert(const struct yg_charsets *charsets, enum yg_charset charset,
			 struct yg_slice text, char *ret, size_t cap, size_t *ret_len)
{
	enum yg_charset set = charset == YG_CHARSET_UTF16 ? order_of(text) : charset;
	bool wide = set == YG_CHARSET_UTF16_LE || set == YG_CHARSET_UTF16_BE;
	iconv_t converter = charsets->converters[set];
	char *in, *out = ret;
	size_t in_left = text.len, out_left = cap;

	if (!converter)
		return false;
	memcpy(&in, &text.ptr, sizeof(in)); /* iconv() only reads it */
	(void)iconv(converter, NULL, NULL, NULL, NULL);
	while (in_left > 0 && iconv(converter, &in, &in_left, &out, &out_left) == (size_t)-1) {
		if (errno != EILSEQ || out_left < sizeof(REPLACEMENT) - 1)
			break;
		memcpy(out, REPLACEMENT, sizeof(REPLACEMENT) - 1);
		out += sizeof(REPLACEMENT) - 1;
		out_left -= sizeof(REPLACEMENT) - 1;
		in += wide && in_left > 1 ? 2 : 1;
		in_left -= wide && in_left > 1 ? 2 : 1;
	}
	*ret_len = cap - out_left;
	return true;
}
