/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CBOR and MessagePack: two ways to write the head of an item, one walk over items.
 *
 *	CBOR		major type 3 bits | argument 5 bits (24..27: in the next 1, 2, 4, 8 bytes;
 *			31: without an end, up to a break)
 *	MessagePack	one byte that is a type, some with a small argument; lengths, numbers and
 *			extensions in the bytes behind it
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "parse/binary_inside.h"

enum item_type {
	ITEM_NUMBER,
	ITEM_NEGATIVE, /* -1 - n */
	ITEM_BYTES,    /* n of them follow */
	ITEM_TEXT,     /* likewise */
	ITEM_SKIP,     /* likewise, and they are no value */
	ITEM_ARRAY,    /* of n */
	ITEM_MAP,
	ITEM_TAG,
	ITEM_REAL,
	ITEM_FALSE,
	ITEM_TRUE,
	ITEM_NULL, /* and what has no value either */
	ITEM_BREAK,
	ITEM_TYPE_MAX
};

struct item {
	enum item_type type;
	bool endless;
	bool single; /* ITEM_REAL: of 32 bits or less */
	uint64_t n;
	double real;
};

#define TAG_BIGNUM_MIN 2u
#define TAG_BIGNUM_MAX 3u

/* The next @len bytes as a number, the highest first. */
static enum yg_parse take_number(struct yg_binary_walk *w, uint32_t len, uint64_t *ret)
{
	size_t here = (size_t)(w->end - w->p);
	uint64_t value = 0;

	if (here < len)
		return len - here <= w->missing ? YG_PARSE_MORE : YG_PARSE_BAD;
	for (uint32_t i = 0; i < len; i++)
		value = value << 8 | *w->p++;
	*ret = value;
	return YG_PARSE_DONE;
}

/* --- heads ---------------------------------------------------------------------------------- */

static double real_from_half(uint64_t bits)
{
	int exponent = (int)(bits >> 10 & 31), mantissa = (int)(bits & 1023);
	double value = exponent == 0 ? ldexp(mantissa, -24) : ldexp(mantissa + 1024, exponent - 25);

	if (exponent == 31)
		value = mantissa ? (double)NAN : (double)INFINITY;
	return bits >> 15 ? -value : value;
}

/* @bits of a fraction of @len bytes. */
static void put_real(struct item *item, uint32_t len, uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float single;

	item->type = ITEM_REAL;
	item->single = len < 8;
	if (len == 8) {
		memcpy(&item->real, &bits, sizeof(item->real));
		return;
	}
	memcpy(&single, &low, sizeof(single));
	item->real = len == 4 ? (double)single : real_from_half(bits);
}

static enum yg_parse read_simple(uint32_t info, struct item *ret)
{
	if (info >= 25 && info <= 27) {
		put_real(ret, 1u << (info - 24), ret->n);
		return YG_PARSE_DONE;
	}
	if (info == 24 && ret->n < 32)
		return YG_PARSE_BAD;
	ret->type = info == 20	 ? ITEM_FALSE
		    : info == 21 ? ITEM_TRUE
		    : info == 31 ? ITEM_BREAK
				 : ITEM_NULL;
	return YG_PARSE_DONE;
}

static enum yg_parse read_cbor(struct yg_binary_walk *w, struct item *ret)
{
	static const enum item_type types[] = { ITEM_NUMBER, ITEM_NEGATIVE, ITEM_BYTES, ITEM_TEXT,
						ITEM_ARRAY,  ITEM_MAP,	    ITEM_TAG };
	uint8_t first = *w->p++;
	uint32_t major = first >> 5, info = first & 31;
	enum yg_parse r = YG_PARSE_DONE;

	*ret = (struct item){ .n = info };
	if (info >= 24 && info <= 27)
		r = take_number(w, 1u << (info - 24), &ret->n);
	if (r != YG_PARSE_DONE)
		return r;
	if (info >= 28 && info <= 30)
		return YG_PARSE_BAD;
	if (major == 7)
		return read_simple(info, ret);
	ret->type = types[major];
	ret->endless = info == 31;
	return ret->endless && (major < 2 || major == 6) ? YG_PARSE_BAD : YG_PARSE_DONE;
}

/* Heads from 0xc0 to 0xdf: what follows, and in how many bytes its argument stands. */
static const struct {
	enum item_type type;
	uint8_t bytes, more; /* more: bytes of an extension besides its data */
} heads[32] = {
	[0x00] = { ITEM_NULL, 0, 0 },	  [0x01] = { ITEM_TYPE_MAX, 0, 0 },
	[0x02] = { ITEM_FALSE, 0, 0 },	  [0x03] = { ITEM_TRUE, 0, 0 },
	[0x04] = { ITEM_BYTES, 1, 0 },	  [0x05] = { ITEM_BYTES, 2, 0 },
	[0x06] = { ITEM_BYTES, 4, 0 },	  [0x07] = { ITEM_SKIP, 1, 1 },
	[0x08] = { ITEM_SKIP, 2, 1 },	  [0x09] = { ITEM_SKIP, 4, 1 },
	[0x0a] = { ITEM_REAL, 4, 0 },	  [0x0b] = { ITEM_REAL, 8, 0 },
	[0x0c] = { ITEM_NUMBER, 1, 0 },	  [0x0d] = { ITEM_NUMBER, 2, 0 },
	[0x0e] = { ITEM_NUMBER, 4, 0 },	  [0x0f] = { ITEM_NUMBER, 8, 0 },
	[0x10] = { ITEM_NEGATIVE, 1, 0 }, [0x11] = { ITEM_NEGATIVE, 2, 0 },
	[0x12] = { ITEM_NEGATIVE, 4, 0 }, [0x13] = { ITEM_NEGATIVE, 8, 0 },
	[0x14] = { ITEM_SKIP, 0, 2 },	  [0x15] = { ITEM_SKIP, 0, 3 },
	[0x16] = { ITEM_SKIP, 0, 5 },	  [0x17] = { ITEM_SKIP, 0, 9 },
	[0x18] = { ITEM_SKIP, 0, 17 },	  [0x19] = { ITEM_TEXT, 1, 0 },
	[0x1a] = { ITEM_TEXT, 2, 0 },	  [0x1b] = { ITEM_TEXT, 4, 0 },
	[0x1c] = { ITEM_ARRAY, 2, 0 },	  [0x1d] = { ITEM_ARRAY, 4, 0 },
	[0x1e] = { ITEM_MAP, 2, 0 },	  [0x1f] = { ITEM_MAP, 4, 0 },
};

/* Two's complement of @bytes bytes. */
static void put_signed(struct item *item, uint32_t bytes)
{
	uint32_t unused = 64 - 8 * bytes;
	int64_t value = (int64_t)(item->n << unused) >> unused;

	item->type = value < 0 ? ITEM_NEGATIVE : ITEM_NUMBER;
	item->n = value < 0 ? (uint64_t)(-1 - value) : (uint64_t)value;
}

static enum yg_parse read_msgpack(struct yg_binary_walk *w, struct item *ret)
{
	uint8_t first = *w->p++, at = first & 31;
	enum yg_parse r;

	*ret = (struct item){ .type = ITEM_NUMBER, .n = first };
	if (first >= 0xe0) {
		put_signed(ret, 1);
	} else if (first >= 0xc0) {
		ret->type = heads[at].type;
		r = take_number(w, heads[at].bytes, &ret->n);
		if (r != YG_PARSE_DONE || ret->type == ITEM_TYPE_MAX)
			return r != YG_PARSE_DONE ? r : YG_PARSE_BAD;
		ret->n += heads[at].more;
		if (ret->type == ITEM_REAL)
			put_real(ret, heads[at].bytes, ret->n);
		else if (ret->type == ITEM_NEGATIVE)
			put_signed(ret, heads[at].bytes);
	} else if (first >= 0xa0) {
		ret->type = ITEM_TEXT;
		ret->n = at;
	} else if (first >= 0x80) {
		ret->type = first >= 0x90 ? ITEM_ARRAY : ITEM_MAP;
		ret->n = first & 15;
	}
	return YG_PARSE_DONE;
}

/* --- walk ----------------------------------------------------------------------------------- */

/* An item has ended: it was a name, a value, or one of an array. */
static void end_item(struct yg_binary_walk *w)
{
	struct yg_binary_open *open = w->count ? &w->open[w->count - 1] : NULL;

	w->ended = !open;
	if (!open)
		return;
	open->value = open->map && !open->value;
	open->left -= !open->endless;
}

static void set_depth(struct yg_binary_walk *w)
{
	w->depth = w->count < YG_JSON_DEPTH_MAX ? w->count : YG_JSON_DEPTH_MAX;
}

static void close_items(struct yg_binary_walk *w)
{
	while (w->count > 0 && w->open[w->count - 1].left == 0) {
		w->count--;
		end_item(w);
	}
	set_depth(w);
}

/* Is what stands next a name? */
static bool is_name(const struct yg_binary_walk *w)
{
	return w->count > 0 && w->open[w->count - 1].map && !w->open[w->count - 1].value;
}

static void set_name(struct yg_binary_walk *w, struct yg_slice name)
{
	if (w->count > YG_JSON_DEPTH_MAX)
		return;
	/* What is no text cannot be shown, so it goes without a name. */
	if (!yg_binary_is_text((const uint8_t *)name.ptr, name.len, false))
		name.len = 0;
	if (name.len > YG_JSON_NAME_MAX)
		name = yg_binary_trim((const uint8_t *)name.ptr, YG_JSON_NAME_MAX);
	w->levels[w->count - 1].name = name;
}

/* Return: there is room for it, and it may be there at all. */
static bool open_items(struct yg_binary_walk *w, const struct item *item)
{
	uint64_t left = item->endless ? 1 : item->n, here = (uint64_t)(w->end - w->p);
	bool map = item->type == ITEM_MAP;

	/* Each has a byte at least. */
	if (!item->endless && left > (here + w->missing < here ? UINT64_MAX : here + w->missing))
		return yg_binary_stop(w, YG_PARSE_BAD);
	if (w->count == YG_BINARY_OPEN_MAX || left > UINT64_MAX / 2)
		return yg_binary_stop(w, YG_PARSE_MORE);
	if (w->count < YG_JSON_DEPTH_MAX)
		w->levels[w->count] = (struct yg_json_level){ .array = !map };
	w->open[w->count++] =
		(struct yg_binary_open){ .left = map && !item->endless ? left * 2 : left,
					 .endless = item->endless,
					 .map = map };
	set_depth(w);
	return true;
}

/* @item's bytes. Return: they may be there. */
static bool take_bytes(struct yg_binary_walk *w, const struct item *item, struct yg_slice *ret,
		       bool *ret_cut)
{
	size_t here = (size_t)(w->end - w->p);

	*ret_cut = item->n > here;
	if (*ret_cut && item->n - here > w->missing)
		return yg_binary_stop(w, YG_PARSE_BAD);
	*ret = (struct yg_slice){ (const char *)w->p, *ret_cut ? here : (size_t)item->n };
	w->p += ret->len;
	if (*ret_cut)
		*ret = yg_binary_trim((const uint8_t *)ret->ptr, ret->len);
	return true;
}

/* As it is written in JSON; not a number is null. */
static void put_real_text(struct yg_binary_walk *w, const struct item *item,
			  struct yg_json_node *ret)
{
	int len = 0;

	if (isfinite(item->real))
		len = snprintf(w->number, sizeof(w->number), "%.*g", item->single ? 7 : 15,
			       item->real);
	ret->type = len > 0 ? YG_JSON_NUMBER : YG_JSON_NULL;
	ret->value = len > 0 ? (struct yg_slice){ w->number, (size_t)len } : YG_SLICE("null");
}

static struct yg_slice digits_of(const struct item *item, char text[YG_BINARY_NAME_CAP])
{
	if (item->type == ITEM_NEGATIVE && item->n == UINT64_MAX)
		return YG_SLICE("-18446744073709551616");
	return yg_binary_digits(item->type == ITEM_NEGATIVE ? item->n + 1 : item->n,
				item->type == ITEM_NEGATIVE, text);
}

/* MessagePack was made before it had bytes: what it calls text may be any. */
static bool is_shown_text(const struct item *item, struct yg_slice text, bool cut)
{
	const uint8_t *data = (const uint8_t *)text.ptr;

	return item->type == ITEM_TEXT ? yg_binary_is_utf8(data, text.len, cut)
				       : !cut && yg_binary_is_text(data, text.len, false);
}

/* A text, or bytes that are one. Return: it is something to hand out. */
static bool take_string(struct yg_binary_walk *w, const struct item *item, bool name,
			struct yg_json_node *ret)
{
	bool cut, shown = w->count <= YG_JSON_DEPTH_MAX && !w->skip && item->type != ITEM_SKIP;
	struct yg_slice text;

	if (!take_bytes(w, item, &text, &cut))
		return false;
	if (name && !cut)
		set_name(w, item->type == ITEM_SKIP ? YG_SLICE("") : text);
	if (cut && (name || text.len == 0))
		return false;
	if (name || !shown || !is_shown_text(item, text, cut))
		return false;
	ret->type = YG_JSON_STRING;
	ret->value = text;
	ret->cut = cut;
	return true;
}

/* A scalar in the place of a value. */
static void put_scalar(struct yg_binary_walk *w, const struct item *item, struct yg_json_node *ret)
{
	switch (item->type) {
	case ITEM_NUMBER:
	case ITEM_NEGATIVE:
		ret->type = YG_JSON_NUMBER;
		ret->value = digits_of(item, w->number);
		break;
	case ITEM_REAL:
		put_real_text(w, item, ret);
		break;
	case ITEM_NULL:
		ret->type = YG_JSON_NULL;
		ret->value = YG_SLICE("null");
		break;
	default:
		ret->type = YG_JSON_BOOL;
		ret->value = item->type == ITEM_TRUE ? YG_SLICE("true") : YG_SLICE("false");
		break;
	}
}

static void set_scalar_name(struct yg_binary_walk *w, const struct item *item)
{
	bool number = item->type == ITEM_NUMBER || item->type == ITEM_NEGATIVE;

	if (w->count <= YG_JSON_DEPTH_MAX)
		set_name(w, number ? digits_of(item, w->names[w->count - 1]) : YG_SLICE(""));
}

static void begin_node(const struct yg_binary_walk *w, struct yg_json_node *ret)
{
	*ret = (struct yg_json_node){ .depth = w->count };
	if (w->count > 0 && w->count <= YG_JSON_DEPTH_MAX && !w->levels[w->count - 1].array)
		ret->name = w->levels[w->count - 1].name;
}

/* A piece of a text, or the end of all pieces. Return: it is something to hand out. */
static bool take_chunk(struct yg_binary_walk *w, const struct item *item, struct yg_json_node *ret)
{
	if (item->type == ITEM_BREAK) {
		w->chunks = 0;
		w->skip = false;
		end_item(w);
		return false;
	}
	if (item->type != w->chunks || item->endless)
		return yg_binary_stop(w, YG_PARSE_BAD);
	/* A name goes by its last piece. */
	return take_string(w, item, is_name(w), ret);
}

static bool take_break(struct yg_binary_walk *w)
{
	struct yg_binary_open *open = w->count ? &w->open[w->count - 1] : NULL;

	if (!open || !open->endless || open->value || w->tagged)
		return yg_binary_stop(w, YG_PARSE_BAD);
	open->left = 0;
	return false;
}

static bool take_container(struct yg_binary_walk *w, const struct item *item, bool name,
			   struct yg_json_node *ret)
{
	bool shown = w->count <= YG_JSON_DEPTH_MAX;

	if (name)
		set_name(w, YG_SLICE(""));
	begin_node(w, ret);
	ret->type = item->type == ITEM_MAP ? YG_JSON_OBJECT : YG_JSON_ARRAY;
	w->skip = false;
	return open_items(w, item) && shown;
}

/* Return: it is something to hand out. */
static bool take_item(struct yg_binary_walk *w, const struct item *item, struct yg_json_node *ret)
{
	bool name = is_name(w), shown = false;

	if (item->type == ITEM_BREAK)
		return take_break(w);
	if (item->type == ITEM_TAG) {
		w->tagged = true;
		w->skip |= item->n >= TAG_BIGNUM_MIN && item->n <= TAG_BIGNUM_MAX;
		return false;
	}
	w->tagged = false;
	if (item->type == ITEM_ARRAY || item->type == ITEM_MAP)
		return take_container(w, item, name, ret);
	w->lone = w->count == 0;
	if (item->endless) {
		w->chunks = (uint8_t)item->type;
		if (name)
			set_name(w, YG_SLICE(""));
		return false;
	}
	if (item->type == ITEM_BYTES || item->type == ITEM_TEXT || item->type == ITEM_SKIP) {
		shown = take_string(w, item, name, ret);
	} else if (name) {
		set_scalar_name(w, item);
	} else {
		put_scalar(w, item, ret);
		shown = w->count <= YG_JSON_DEPTH_MAX;
	}
	w->skip = false;
	end_item(w);
	return shown;
}

/* Nothing follows, or one more of a sequence does. */
static bool may_follow(struct yg_binary_walk *w)
{
	uint8_t first;

	if (w->p == w->end)
		return yg_binary_stop(w, w->missing ? YG_PARSE_MORE : YG_PARSE_DONE);
	first = *w->p;
	w->ended = false;
	/* Bytes that are anything are also small numbers: a sequence is one of containers. */
	if (w->lone || (w->kind == YG_BODY_KIND_CBOR ? first < 0x80 || first >= 0xe0
						     : !((first >= 0x80 && first < 0xa0) ||
							 (first >= 0xdc && first < 0xe0))))
		return yg_binary_stop(w, YG_PARSE_BAD);
	return true;
}

bool yg_item_next(struct yg_binary_walk *walk, struct yg_json_node *ret)
{
	struct item item;
	enum yg_parse r;

	if (!walk->begun && walk->p == walk->end)
		return yg_binary_stop(walk, walk->missing ? YG_PARSE_MORE : YG_PARSE_DONE);
	walk->begun = true;
	while (!walk->stopped) {
		if (!walk->chunks)
			close_items(walk);
		if (walk->ended && !may_follow(walk))
			return false;
		if (walk->p == walk->end)
			return yg_binary_stop(walk, walk->missing ? YG_PARSE_MORE : YG_PARSE_BAD);
		r = walk->kind == YG_BODY_KIND_CBOR ? read_cbor(walk, &item)
						    : read_msgpack(walk, &item);
		if (r != YG_PARSE_DONE)
			return yg_binary_stop(walk, r);
		begin_node(walk, ret);
		if (walk->chunks ? take_chunk(walk, &item, ret) : take_item(walk, &item, ret))
			return true;
	}
	return false;
}
