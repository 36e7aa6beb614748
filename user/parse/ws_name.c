/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/ws_name.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS_MAX 2u /* in a part of a name: with more it may be a number of somebody */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Is this part of a name that of everybody? "v1", "chat"; not "17", "a@b.jp", "u83727". */
static bool is_common(struct yg_slice part)
{
	size_t digits = 0;

	for (size_t i = 0; i < part.len; i++) {
		digits += is_digit(part.ptr[i]);
		if (!is_letter(part.ptr[i]) && !is_digit(part.ptr[i]) &&
		    (!part.ptr[i] || !strchr("_-$", part.ptr[i])))
			return false;
	}
	return digits <= DIGITS_MAX && digits < part.len;
}

/* Bytes up to the end of the part that @text begins with: of an address all of it. */
static size_t part_len(struct yg_slice text)
{
	size_t len = 0, end = 0;

	while (end < text.len && text.ptr[end] != '/')
		end++;
	if (memchr(text.ptr, '@', end))
		return end;
	while (len < end && text.ptr[len] != '.' && text.ptr[len] != ':')
		len++;
	return len;
}

/* "/topic/room.17" as "/topic/room.*". @ret: [YG_WS_NAME_CAP] */
static struct yg_slice write_common(struct yg_slice text, char *ret)
{
	size_t used = 0;

	while (text.len > 0) {
		size_t len = part_len(text);
		struct yg_slice part = { text.ptr, len };

		if (len > 0 && !is_common(part))
			part = YG_SLICE("*");
		if (part.len + 1 > YG_WS_NAME_CAP - used)
			return YG_SLICE("*");
		memcpy(ret + used, part.ptr, part.len);
		used += part.len;
		if (len < text.len)
			ret[used++] = text.ptr[len++];
		text = (struct yg_slice){ text.ptr + len, text.len - len };
	}
	return used ? (struct yg_slice){ ret, used } : YG_SLICE("*");
}

struct yg_slice yg_ws_name_write(struct yg_slice first, struct yg_slice second, char *ret)
{
	char rest[YG_WS_NAME_CAP];
	struct yg_slice name;

	if (!first.len) {
		first = second;
		second.len = 0;
	}
	name = write_common(first, ret);
	if (name.ptr != ret || (second.len && name.len + 2 > YG_WS_NAME_CAP)) {
		ret[0] = '*';
		name = (struct yg_slice){ ret, 1 };
	}
	if (!second.len)
		return name;
	second = write_common(second, rest);
	if (name.len + 1 + second.len > YG_WS_NAME_CAP)
		second = YG_SLICE("*");
	ret[name.len++] = ' ';
	memcpy(ret + name.len, second.ptr, second.len);
	name.len += second.len;
	return name;
}
