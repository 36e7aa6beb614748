/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reader of the feed. The bytes come from a process that reads hostile traffic, so they are hostile
 * too. msgpack-c's unpacker allocates what an array header claims before it has seen the elements;
 * this reader takes one value at a time from the packet and allocates nothing.
 *
 *	0x00..0x7f fixint    0x90..0x9f fixarray  0xa0..0xbf fixstr	0xc0 nil
 *	0xc2 false 0xc3 true 0xc4..0xc6 bin	  0xca 0xcb float	0xcc..0xcf uint
 *	0xd9..0xdb str	     0xdc 0xdd array	  the rest: passed over or refused
 *
 * Source: msgpack specification, "Formats".
 */
#include "store/feed.h"

#include <string.h>

#include "store/field.h"

/* Every helper keeps p in [packet, end]; false means malformed, and p no longer matters. */
struct cursor {
	const uint8_t *p;
	const uint8_t *end;
};

/* First byte of each multi-byte form that the reader decodes. */
enum {
	MP_NIL = 0xc0,
	MP_FALSE = 0xc2,
	MP_TRUE = 0xc3,
	MP_BIN8 = 0xc4,
	MP_EXT8 = 0xc7,
	MP_FLOAT32 = 0xca,
	MP_FLOAT64 = 0xcb,
	MP_UINT8 = 0xcc,
	MP_UINT64 = 0xcf,
	MP_INT8 = 0xd0,
	MP_FIXEXT1 = 0xd4,
	MP_STR8 = 0xd9,
	MP_ARRAY16 = 0xdc,
	MP_ARRAY32 = 0xdd,
	MP_MAP16 = 0xde,
	MP_MAP32 = 0xdf,
	MP_NEGATIVE = 0xe0,
};

static size_t left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

/* Big-endian integer of @width bytes. */
static bool take_number(struct cursor *c, size_t width, uint64_t *ret)
{
	uint64_t value = 0;

	if (left(c) < width)
		return false;
	for (size_t i = 0; i < width; i++)
		value = value << 8 | *c->p++;
	*ret = value;
	return true;
}

static bool take_byte(struct cursor *c, uint8_t *ret)
{
	if (left(c) < 1)
		return false;
	*ret = *c->p++;
	return true;
}

static bool take_bytes(struct cursor *c, uint64_t len, struct yg_slice *ret)
{
	if (len > left(c))
		return false;
	*ret = (struct yg_slice){ (const char *)c->p, (size_t)len };
	c->p += len;
	return true;
}

static bool take_array(struct cursor *c, uint64_t *ret)
{
	uint8_t tag;

	if (!take_byte(c, &tag))
		return false;
	if ((tag & 0xf0) == 0x90) {
		*ret = tag & 0x0f;
		return true;
	}
	if (tag == MP_ARRAY16 || tag == MP_ARRAY32)
		return take_number(c, tag == MP_ARRAY16 ? 2 : 4, ret);
	return false;
}

static bool take_uint(struct cursor *c, uint64_t *ret)
{
	uint8_t tag;

	if (!take_byte(c, &tag))
		return false;
	if (tag < 0x80) {
		*ret = tag;
		return true;
	}
	if (tag >= MP_UINT8 && tag <= MP_UINT64)
		return take_number(c, (size_t)1 << (tag - MP_UINT8), ret);
	return false;
}

static bool take_real(struct cursor *c, double *ret)
{
	uint64_t bits;
	uint8_t tag;

	if (!take_byte(c, &tag) || tag != MP_FLOAT64 || !take_number(c, sizeof(bits), &bits))
		return false;
	memcpy(ret, &bits, sizeof(bits));
	return true;
}

static bool take_flag(struct cursor *c, bool *ret)
{
	uint8_t tag;

	if (!take_byte(c, &tag) || (tag != MP_FALSE && tag != MP_TRUE))
		return false;
	*ret = tag == MP_TRUE;
	return true;
}

static bool take_text(struct cursor *c, size_t max, struct yg_slice *ret)
{
	uint64_t len;
	uint8_t tag;

	if (!take_byte(c, &tag))
		return false;
	if ((tag & 0xe0) == 0xa0)
		len = tag & 0x1f;
	else if (tag < MP_STR8 || tag >= MP_ARRAY16 ||
		 !take_number(c, (size_t)1 << (tag - MP_STR8), &len))
		return false;
	return len <= max && take_bytes(c, len, ret);
}

static bool take_blob(struct cursor *c, size_t max, struct yg_slice *ret)
{
	uint64_t len;
	uint8_t tag;

	if (!take_byte(c, &tag) || tag < MP_BIN8 || tag >= MP_EXT8 ||
	    !take_number(c, (size_t)1 << (tag - MP_BIN8), &len))
		return false;
	return len <= max && take_bytes(c, len, ret);
}

static bool take_address(struct cursor *c, struct yg_address *ret)
{
	struct yg_slice bytes;

	if (!take_blob(c, sizeof(ret->bytes), &bytes) || bytes.len != sizeof(ret->bytes))
		return false;
	memcpy(ret->bytes, bytes.ptr, sizeof(ret->bytes));
	return true;
}

static bool take_texts(struct cursor *c, struct yg_feed_texts *ret)
{
	uint64_t count;

	if (!take_array(c, &count) || count > YG_FEED_TEXTS_MAX)
		return false;
	for (ret->count = 0; ret->count < count; ret->count++) {
		if (!take_text(c, YG_FEED_TEXT_MAX, &ret->rows[ret->count]))
			return false;
	}
	return true;
}

static bool take_counts(struct cursor *c, struct yg_feed_counts *ret)
{
	uint64_t count;

	if (!take_array(c, &count) || count > (uint64_t)YG_FEED_COUNTS_MAX * 2 || count % 2)
		return false;
	for (ret->count = 0; ret->count < count / 2; ret->count++) {
		if (!take_uint(c, &ret->rows[ret->count].key) ||
		    !take_uint(c, &ret->rows[ret->count].value))
			return false;
	}
	return true;
}

static bool take_facts(struct cursor *c, struct yg_feed_facts *ret)
{
	uint64_t count;

	if (!take_array(c, &count) || count > (uint64_t)YG_FEED_FACTS_MAX * 2 || count % 2)
		return false;
	for (ret->count = 0; ret->count < count / 2; ret->count++) {
		bool number;

		if (!take_text(c, YG_FEED_TEXT_MAX, &ret->rows[ret->count].name) || left(c) == 0)
			return false;
		number = *c->p == MP_FLOAT64;
		if (number ? !take_real(c, &ret->rows[ret->count].number)
			   : !take_text(c, YG_FEED_TEXT_MAX, &ret->rows[ret->count].text))
			return false;
	}
	return true;
}

/* What follows the first byte @tag of a value that is not looked at. */
static bool skip_rest(struct cursor *c, uint8_t tag, uint64_t *ret_elements)
{
	struct yg_slice bytes;
	uint64_t len = 0;
	size_t width = 0, fixed = 0;

	*ret_elements = 0;
	if (tag < 0x80 || tag >= MP_NEGATIVE || (tag >= MP_NIL && tag <= MP_TRUE))
		return tag != MP_NIL + 1; /* 0xc1 is never used */
	if (tag < 0x90) {
		*ret_elements = (uint64_t)(tag & 0x0f) * 2;
	} else if (tag < 0xa0) {
		*ret_elements = tag & 0x0f;
	} else if (tag < MP_NIL) {
		len = tag & 0x1f;
	} else if (tag < MP_FLOAT32) { /* bin, ext */
		width = (size_t)1 << (tag - (tag < MP_EXT8 ? MP_BIN8 : MP_EXT8));
		fixed = tag < MP_EXT8 ? 0 : 1;
	} else if (tag < MP_UINT8) {
		len = tag == MP_FLOAT32 ? 4 : 8;
	} else if (tag < MP_FIXEXT1) {
		len = 1u << ((tag - MP_UINT8) & 3);
	} else if (tag < MP_STR8) {
		len = (1u << (tag - MP_FIXEXT1)) + 1;
	} else if (tag < MP_ARRAY16) {
		width = (size_t)1 << (tag - MP_STR8);
	} else {
		if (!take_number(c, tag == MP_ARRAY16 || tag == MP_MAP16 ? 2 : 4, ret_elements))
			return false;
		*ret_elements *= tag >= MP_MAP16 ? 2 : 1;
		return true;
	}
	if (width > 0 && !take_number(c, width, &len))
		return false;
	return take_bytes(c, len + fixed, &bytes);
}

/* Pass over one value; an array or map only adds to what is due, so nesting costs no stack. */
static bool skip_value(struct cursor *c)
{
	for (uint64_t due = 1; due > 0; due--) {
		uint64_t elements;
		uint8_t tag;

		/* Each element has at least one byte: no claim can make this loop long. */
		if (due > left(c) || !take_byte(c, &tag) || !skip_rest(c, tag, &elements))
			return false;
		due += elements;
	}
	return true;
}

static bool take_field(struct cursor *c, const struct yg_field *field, void *ret)
{
	size_t max = field->max ? field->max : YG_FEED_TEXT_MAX;

	switch (field->type) {
	case YG_FIELD_text:
		return take_text(c, max, ret);
	case YG_FIELD_blob:
		return take_blob(c, max, ret);
	case YG_FIELD_uint:
	case YG_FIELD_time:
	case YG_FIELD_id:
		return take_uint(c, ret);
	case YG_FIELD_real:
		return take_real(c, ret);
	case YG_FIELD_flag:
		return take_flag(c, ret);
	case YG_FIELD_address:
		return take_address(c, ret);
	case YG_FIELD_texts:
		return take_texts(c, ret);
	case YG_FIELD_counts:
		return take_counts(c, ret);
	case YG_FIELD_facts:
		return take_facts(c, ret);
	case YG_FIELD_MAX:
		break;
	}
	return false;
}

static bool take_body(struct cursor *c, const struct yg_schema *schema, struct yg_feed_message *ret)
{
	uint64_t count;

	if (!take_array(c, &count))
		return false;
	for (uint64_t i = 0; i < count; i++) {
		if (i >= schema->count) {
			if (!skip_value(c))
				return false;
			continue;
		}
		if (!take_field(c, &schema->fields[i], (char *)ret + schema->fields[i].offset))
			return false;
	}
	return true;
}

static enum yg_feed_outcome take_message(struct cursor *c, struct yg_feed_message *ret)
{
	const struct yg_schema *schema;
	uint64_t count, kind, version;

	if (!take_array(c, &count) || count != 3 || !take_uint(c, &kind) || !take_uint(c, &version))
		return YG_FEED_BAD;
	schema = yg_schema_find(kind);
	if (!schema || schema->version != version)
		return skip_value(c) ? YG_FEED_UNKNOWN : YG_FEED_BAD;
	*ret = (struct yg_feed_message){ .kind = (enum yg_feed_kind)kind };
	return take_body(c, schema, ret) ? YG_FEED_MESSAGE : YG_FEED_BAD;
}

enum yg_feed_outcome yg_feed_next(struct yg_feed_reader *reader, struct yg_feed_message *ret)
{
	struct cursor c = { reader->pos, reader->end };
	struct yg_feed_message message;
	enum yg_feed_outcome outcome;

	if (reader->bad)
		return YG_FEED_BAD;
	if (c.p == c.end)
		return YG_FEED_END;
	outcome = take_message(&c, &message);
	if (outcome == YG_FEED_BAD)
		reader->bad = true;
	else
		reader->pos = c.p;
	if (outcome == YG_FEED_MESSAGE)
		*ret = message;
	return outcome;
}
