/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/charset.h"

#include "core/macros.h"
#include "test.h"

/* 山田 */
#define YAMADA "\xe5\xb1\xb1\xe7\x94\xb0"

static void reads_the_charset_parameter(void **state)
{
	static const struct {
		const char *type;
		enum yg_charset want;
	} cases[] = {
		{ NULL, YG_CHARSET_UTF8 },
		{ "application/json", YG_CHARSET_UTF8 },
		{ "application/json; charset=utf-8", YG_CHARSET_UTF8 },
		{ "text/html;charset=Shift_JIS", YG_CHARSET_SJIS },
		{ "text/html; q=1; CHARSET=\"windows-31j\"", YG_CHARSET_SJIS },
		{ "text/plain; charset=EUC-JP ; q=1", YG_CHARSET_EUC_JP },
		{ "text/plain; charset=iso-8859-1", YG_CHARSET_LATIN1 },
		{ "text/plain; charset=utf-7", YG_CHARSET_UNKNOWN },
		{ "text/plain; charset=UTF-16", YG_CHARSET_UTF16 },
		{ "text/plain; charset=utf-16le", YG_CHARSET_UTF16_LE },
		{ "text/plain; charset=ISO-2022-JP", YG_CHARSET_JIS },
		{ "text/plain; xcharset=utf-7", YG_CHARSET_UTF8 },
		{ "text/plain;", YG_CHARSET_UTF8 },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].type ? cases[i].type : "absent");
		assert_int_equal(yg_charset_of(yg_slice_from_str(cases[i].type)), cases[i].want);
	}
}

static const struct conversion {
	const char *name;
	enum yg_charset charset;
	struct yg_slice text;
	const char *want;
} conversions[] = {
	{ "ISO-2022-JP", YG_CHARSET_JIS, YG_SLICE("\x1b$B;3\x1b(B"), "\xe5\xb1\xb1" },
	{ "Shift_JIS", YG_CHARSET_SJIS, YG_SLICE("{\"n\":\"\x8e\x52\x93\x63\"}"),
	  "{\"n\":\"" YAMADA "\"}" },
	/* The second byte of this one is a backslash, which is why it is done first. */
	{ "Shift_JIS with 0x5c inside", YG_CHARSET_SJIS, YG_SLICE("\x95\x5c\""), "\xe8\xa1\xa8\"" },
	{ "Shift_JIS, half-width", YG_CHARSET_SJIS, YG_SLICE("\xb1"), "\xef\xbd\xb1" },
	{ "EUC-JP", YG_CHARSET_EUC_JP, YG_SLICE("\xbb\xb3\xc5\xc4"), YAMADA },
	{ "Latin-1", YG_CHARSET_LATIN1, YG_SLICE("caf\xe9"), "caf\xc3\xa9" },
	{ "a character cut in two", YG_CHARSET_SJIS, YG_SLICE("a\x8e\x52\x93"), "a\xe5\xb1\xb1" },
	{ "no character of the set", YG_CHARSET_SJIS,
	  YG_SLICE("a\xff"
		   "b"),
	  "a\xef\xbf\xbd"
	  "b" },
	{ "UTF-16, little end first", YG_CHARSET_UTF16, YG_SLICE("{\0\x71\x5c"), "{\xe5\xb1\xb1" },
	{ "UTF-16, big end first", YG_CHARSET_UTF16, YG_SLICE("\0{\x5c\x71"), "{\xe5\xb1\xb1" },
	{ "UTF-16 with a mark", YG_CHARSET_UTF16, YG_SLICE("\xfe\xff\x5c\x71"),
	  "\xef\xbb\xbf\xe5\xb1\xb1" },
	{ "UTF-16, its order is said", YG_CHARSET_UTF16_BE, YG_SLICE("\x5c\x71"), "\xe5\xb1\xb1" },
	{ "UTF-16, half a pair", YG_CHARSET_UTF16_LE, YG_SLICE("\0\xdc<\0"), "\xef\xbf\xbd<" },
	{ "UTF-16 cut in two", YG_CHARSET_UTF16, YG_SLICE("<\0>"), "<" },
	{ "UTF-16, one byte", YG_CHARSET_UTF16, YG_SLICE("<"), "" },
};

static void converts_to_utf8(void **state)
{
	struct yg_charsets charsets;

	(void)state;
	yg_charsets_open(&charsets);
	for (size_t i = 0; i < YG_ARRAY_SIZE(conversions); i++) {
		const struct conversion *c = &conversions[i];
		GUARD_CLEANUP struct guard in = guard_copy(c->text.ptr, c->text.len);
		char out[64];
		size_t len = 0;

		print_message("  %s\n", c->name);
		assert_true(yg_charsets_convert(&charsets, c->charset,
						(struct yg_slice){ in.ptr, in.len }, out,
						sizeof(out), &len));
		assert_int_equal(len, strlen(c->want));
		assert_memory_equal(out, c->want, len);
	}
	yg_charsets_close(&charsets);
}

static void knows_utf16_that_does_not_say_so(void **state)
{
	(void)state;
	assert_true(yg_charset_is_wide(YG_SLICE("\0{")));
	assert_true(yg_charset_is_wide(YG_SLICE("<\0")));
	assert_true(yg_charset_is_wide(YG_SLICE("\t\0")));
	assert_true(yg_charset_is_wide(YG_SLICE("\xff\xfe")));
	assert_true(yg_charset_is_wide(YG_SLICE("\xfe\xff")));
	assert_false(yg_charset_is_wide(YG_SLICE("{}")));
	assert_false(yg_charset_is_wide(YG_SLICE("a\0")));
	assert_false(yg_charset_is_wide(YG_SLICE("\0\0")));
	assert_false(yg_charset_is_wide(YG_SLICE("{")));
	assert_false(yg_charset_is_wide((struct yg_slice){ NULL, 0 }));
}

static void ends_when_the_room_does(void **state)
{
	struct yg_charsets charsets;
	char out[5];
	size_t len = 0;

	(void)state;
	yg_charsets_open(&charsets);
	assert_true(yg_charsets_convert(&charsets, YG_CHARSET_SJIS,
					YG_SLICE("\x8e\x52\x93\x63\x8e\x52"), out, sizeof(out),
					&len));
	assert_int_equal(len, 3);
	assert_true(yg_charsets_convert(&charsets, YG_CHARSET_SJIS, YG_SLICE("abc\xff"), out,
					sizeof(out), &len));
	assert_int_equal(len, 3);
	assert_false(yg_charsets_convert(&charsets, YG_CHARSET_UNKNOWN, YG_SLICE("a"), out,
					 sizeof(out), &len));
	yg_charsets_close(&charsets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_charset_parameter),
		cmocka_unit_test(converts_to_utf8),
		cmocka_unit_test(knows_utf16_that_does_not_say_so),
		cmocka_unit_test(ends_when_the_room_does),
	};

	return cmocka_run_group_tests_name("parse/charset", tests, NULL, NULL);
}
