/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/binary.h"

#include "parse/binary_inside.h"

#define LOOK_MAX 4096u /* values that a body is judged by */

void yg_binary_begin(struct yg_binary_walk *walk, enum yg_body_kind kind, struct yg_slice data,
		     uint64_t whole)
{
	/* Levels are kilobytes, and written before they are read. */
	walk->p = (const uint8_t *)data.ptr;
	walk->end = walk->p + data.len;
	walk->missing = whole == UINT64_MAX ? whole : whole - data.len;
	walk->kind = kind;
	walk->result = YG_PARSE_MORE;
	walk->begun = walk->stopped = walk->ended = walk->lone = walk->tagged = walk->skip = false;
	walk->chunks = 0;
	walk->count = walk->depth = 0;
}

bool yg_binary_next(struct yg_binary_walk *walk, struct yg_json_node *ret)
{
	return walk->kind == YG_BODY_KIND_PROTOBUF ? yg_protobuf_next(walk, ret)
						   : yg_item_next(walk, ret);
}

bool yg_binary_is_sound(enum yg_body_kind kind, struct yg_slice data, uint64_t whole)
{
	struct yg_binary_walk walk;
	struct yg_json_node node;
	uint32_t count = 0;

	yg_binary_begin(&walk, kind, data, whole);
	if (kind == YG_BODY_KIND_PROTOBUF)
		return yg_protobuf_is_sound(walk.p, data.len, walk.missing);
	while (count < LOOK_MAX && yg_item_next(&walk, &node))
		count++;
	return count == LOOK_MAX || walk.result != YG_PARSE_BAD;
}

/* Bytes of the character at @p, 0 if it is none; its own length even if @left is less. */
static size_t character(const uint8_t *p, size_t left)
{
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (len == 1)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < len && i < left; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Longer than it must be, surrogates, beyond Unicode. */
	if (left > 1 && ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
			 (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f)))
		return 0;
	return len;
}

static bool is_control(const uint8_t *p, size_t left)
{
	if (p[0] == 0xc2)
		return left > 1 && p[1] < 0xa0;
	return p[0] == 0x7f || (p[0] < 0x20 && p[0] != '\t' && p[0] != '\n' && p[0] != '\r');
}

bool yg_binary_is_utf8(const uint8_t *data, size_t len, bool cut)
{
	size_t at = 0;

	while (at < len) {
		size_t n = character(data + at, len - at);

		if (n == 0)
			return false;
		at += n;
	}
	return at == len || cut;
}

bool yg_binary_is_text(const uint8_t *data, size_t len, bool cut)
{
	for (size_t i = 0; i < len; i++) {
		if (is_control(data + i, len - i))
			return false;
	}
	return yg_binary_is_utf8(data, len, cut);
}

struct yg_slice yg_binary_trim(const uint8_t *data, size_t len)
{
	size_t back = 1;

	while (back <= len && back < 4 && (data[len - back] & 0xc0) == 0x80)
		back++;
	if (back <= len && data[len - back] >= 0xc0 && character(data + len - back, back) > back)
		len -= back;
	return (struct yg_slice){ (const char *)data, len };
}

struct yg_slice yg_binary_digits(uint64_t number, bool negative, char ret[YG_BINARY_NAME_CAP])
{
	char *p = ret + YG_BINARY_NAME_CAP;

	do {
		*--p = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	if (negative)
		*--p = '-';
	return (struct yg_slice){ p, (size_t)(ret + YG_BINARY_NAME_CAP - p) };
}
