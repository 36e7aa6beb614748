/* SPDX-License-Identifier: GPL-2.0-only */
/* Normal form of text: what a keyboard in Japan writes twice is written once. */
#include <string.h>

#include "baseline/data_text.h"

#define KANA_FIRST 0xff66u
#define KANA_LAST  0xff9fu
#define VOICED	   0xff9eu
#define HALFVOICED 0xff9fu

/* U+FF66 to U+FF9D in full width. */
static const char kana[] =
	"ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノ"
	"ハヒフヘホマミムメモヤユヨラリルレロワン";

struct out {
	char *at, *end;
};

static void put(struct out *out, const char *bytes, size_t len)
{
	if ((size_t)(out->end - out->at) < len) {
		out->end = out->at;
		return;
	}
	memcpy(out->at, bytes, len);
	out->at += len;
}

static uint32_t decode(const char *p)
{
	return ((uint32_t)(uint8_t)p[0] & 0x0f) << 12 | ((uint32_t)(uint8_t)p[1] & 0x3f) << 6 |
	       ((uint32_t)(uint8_t)p[2] & 0x3f);
}

/* The voiced kana follows the plain one in Unicode, the half-voiced one follows that. */
static void put_kana(struct out *out, uint32_t code, uint32_t mark)
{
	char text[3];

	memcpy(text, kana + (size_t)(code - KANA_FIRST) * 3, 3);
	if (mark)
		text[2] = (char)(text[2] + (mark == VOICED ? 1 : 2));
	/* A carry beyond the last byte of UTF-8. */
	if (mark && ((uint8_t)text[2] & 0xc0) != 0x80) {
		text[2] = (char)(text[2] - 0x40);
		text[1]++;
	}
	put(out, text, 3);
}

static bool takes_mark(uint32_t code, uint32_t mark)
{
	if (mark == HALFVOICED)
		return code >= 0xff8a && code <= 0xff8e;
	return mark == VOICED &&
	       ((code >= 0xff76 && code <= 0xff84) || (code >= 0xff8a && code <= 0xff8e));
}

/* Spaces of typesetters. */
static bool is_space(uint32_t code)
{
	return code == 0x3000 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f ||
	       code == 0x205f;
}

/* Three bytes at @p of @left: what they become. Return: bytes taken. */
static size_t put_wide(struct out *out, const char *p, size_t left)
{
	uint32_t code = decode(p), mark;
	char ascii;

	if (code >= 0xff01 && code <= 0xff5e) {
		ascii = (char)(code - 0xff01 + 0x21);
		put(out, &ascii, 1);
		return 3;
	}
	if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212 || is_space(code)) {
		put(out, is_space(code) ? " " : "-", 1);
		return 3;
	}
	if ((code >= 0x200b && code <= 0x200d) || code == 0x2060 || code == 0xfeff)
		return 3; /* of no width */
	if (code < KANA_FIRST || code >= VOICED || code > KANA_LAST) {
		put(out, p, 3);
		return 3;
	}
	mark = left >= 6 && (uint8_t)p[3] == 0xef ? decode(p + 3) : 0;
	mark = takes_mark(code, mark) ? mark : 0;
	put_kana(out, code, mark);
	return mark ? 6 : 3;
}

static bool needs_work(struct yg_slice text)
{
	return text.len >= 3 &&
	       (memchr(text.ptr, 0xef, text.len) || memmem(text.ptr, text.len, "\xe3\x80\x80", 3) ||
		memmem(text.ptr, text.len, "\xe2\x80", 2) ||
		memmem(text.ptr, text.len, "\xe2\x81", 2) ||
		memmem(text.ptr, text.len, "\xc2\xa0", 2) ||
		memmem(text.ptr, text.len, "\xe2\x88\x92", 3));
}

struct yg_slice yg_data_normalise(struct yg_slice text, char *buffer, size_t cap)
{
	struct out out = { buffer, buffer + cap };
	size_t i = 0;

	if (!needs_work(text))
		return text;
	while (i < text.len && out.at < out.end) {
		if (((uint8_t)text.ptr[i] & 0xf0) == 0xe0 && text.len - i >= 3) {
			i += put_wide(&out, text.ptr + i, text.len - i);
			continue;
		}
		if (text.len - i >= 2 && memcmp(text.ptr + i, "\xc2\xa0", 2) == 0) {
			put(&out, " ", 1); /* one that does not break */
			i += 2;
			continue;
		}
		put(&out, text.ptr + i, 1);
		i++;
	}
	return (struct yg_slice){ buffer, (size_t)(out.at - buffer) };
}
