/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Protobuf on the wire:
 *
 *	message:  field*
 *	field:	  tag varint = number << 3 | wire; then by wire
 *		  0 varint   1 eight bytes   2 length varint, so many bytes   5 four bytes
 *		  3 a group begins   4 the group of this number ends
 *	varint:	  7 bits a byte, the lowest first; the high bit says that more follow; 10 at most
 */
#include "parse/binary_inside.h"

#define NUMBER_MAX  ((1u << 29) - 1)
#define GROUPS_MAX  32u /* in each other, in one message */
#define VARINT_BITS 64u

enum wire {
	WIRE_VARINT,
	WIRE_EIGHT,
	WIRE_LENGTH,
	WIRE_GROUP,
	WIRE_GROUP_END,
	WIRE_FOUR,
};

/* What is left of a message. */
struct span {
	const uint8_t *p, *end;
	uint64_t missing; /* of its bytes behind end */
};

struct field {
	uint32_t number;
	enum wire wire;
	uint64_t value;	     /* of a varint */
	struct span content; /* behind a length */
};

static enum yg_parse read_varint(struct span *span, uint64_t *ret)
{
	uint64_t value = 0;

	for (uint32_t shift = 0; shift < VARINT_BITS; shift += 7) {
		uint8_t byte;

		if (span->p == span->end)
			return span->missing ? YG_PARSE_MORE : YG_PARSE_BAD;
		byte = *span->p++;
		if (shift == 63 && byte > 1)
			return YG_PARSE_BAD;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = value;
			return YG_PARSE_DONE;
		}
	}
	return YG_PARSE_BAD;
}

/* The next @len bytes; those that are not here are missing. */
static enum yg_parse take(struct span *span, uint64_t len, struct span *ret)
{
	size_t here = (size_t)(span->end - span->p);

	if (len > here && len - here > span->missing)
		return YG_PARSE_BAD;
	ret->p = span->p;
	ret->end = span->p + (len < here ? (size_t)len : here);
	ret->missing = len - (uint64_t)(ret->end - ret->p);
	span->p = ret->end;
	return YG_PARSE_DONE;
}

/* One field, its content cut or not. MORE: cut before its content. */
static enum yg_parse read_field(struct span *span, struct field *ret)
{
	uint64_t tag, len;
	enum yg_parse r = read_varint(span, &tag);

	if (r != YG_PARSE_DONE)
		return r;
	if (tag >> 3 == 0 || tag >> 3 > NUMBER_MAX || (tag & 7) > WIRE_FOUR)
		return YG_PARSE_BAD;
	ret->number = (uint32_t)(tag >> 3);
	ret->wire = (enum wire)(tag & 7);
	switch (ret->wire) {
	case WIRE_VARINT:
		return read_varint(span, &ret->value);
	case WIRE_EIGHT:
	case WIRE_FOUR:
		return take(span, ret->wire == WIRE_EIGHT ? 8 : 4, &ret->content);
	case WIRE_LENGTH:
		r = read_varint(span, &len);
		return r == YG_PARSE_DONE ? take(span, len, &ret->content) : r;
	default:
		return YG_PARSE_DONE;
	}
}

/* The fields of a message, one after the other: DONE to its end, MORE to its cut. */
static enum yg_parse scan(struct span span)
{
	uint32_t groups[GROUPS_MAX], count = 0;
	struct field field;
	enum yg_parse r;

	while (span.p < span.end) {
		r = read_field(&span, &field);
		if (r != YG_PARSE_DONE)
			return r;
		if (field.wire == WIRE_GROUP) {
			if (count == GROUPS_MAX)
				return YG_PARSE_BAD;
			groups[count++] = field.number;
		} else if (field.wire == WIRE_GROUP_END) {
			if (count == 0 || groups[--count] != field.number)
				return YG_PARSE_BAD;
		}
	}
	if (span.missing)
		return YG_PARSE_MORE;
	return count == 0 ? YG_PARSE_DONE : YG_PARSE_BAD;
}

bool yg_protobuf_is_sound(const uint8_t *data, size_t len, uint64_t missing)
{
	return scan((struct span){ data, data + len, missing }) != YG_PARSE_BAD;
}

/* Among tag and length of the first field is a tab or a line end, as no text begins. */
static bool begins_as_message(const struct span *content)
{
	for (size_t i = 0; i < 2 && content->p + i < content->end; i++) {
		if (content->p[i] < 0x20)
			return true;
	}
	return false;
}

static bool is_text(const struct span *content)
{
	size_t len = (size_t)(content->end - content->p);

	return yg_binary_is_text(content->p, len, content->missing > 0) &&
	       !(begins_as_message(content) && scan(*content) != YG_PARSE_BAD);
}

static void open_message(struct yg_binary_walk *w, const struct span *content)
{
	w->p = content->p;
	w->levels[w->count] = (struct yg_json_level){ .name = { NULL, 0 } };
	w->open[w->count++] =
		(struct yg_binary_open){ .end = content->end, .left = content->missing };
	w->depth = w->count;
}

/* Return: it is something to hand out. */
static bool take_content(struct yg_binary_walk *w, const struct span *content,
			 struct yg_json_node *ret)
{
	size_t len = (size_t)(content->end - content->p);

	/* Too little of it to tell a text from a message. */
	if (content->missing && (len == 0 || (len < 3 && begins_as_message(content))))
		return false;
	if (is_text(content)) {
		ret->type = YG_JSON_STRING;
		ret->cut = content->missing > 0;
		ret->value = (struct yg_slice){ (const char *)content->p, len };
		if (ret->cut)
			ret->value = yg_binary_trim(content->p, len);
		return true;
	}
	if (w->count == YG_JSON_DEPTH_MAX || scan(*content) == YG_PARSE_BAD)
		return false;
	ret->type = YG_JSON_OBJECT;
	open_message(w, content);
	return true;
}

static bool take_field(struct yg_binary_walk *w, const struct field *field,
		       struct yg_json_node *ret)
{
	uint64_t value = field->value;
	bool negative = value > INT64_MAX;

	if (field->wire != WIRE_VARINT && field->wire != WIRE_LENGTH)
		return false;
	*ret = (struct yg_json_node){
		.name = yg_binary_digits(field->number, false, w->names[w->count - 1]),
		.depth = w->count,
	};
	w->levels[w->count - 1].name = ret->name;
	if (field->wire == WIRE_LENGTH)
		return take_content(w, &field->content, ret);
	ret->type = YG_JSON_NUMBER;
	ret->value = yg_binary_digits(negative ? -value : value, negative, w->number);
	return true;
}

static bool take_root(struct yg_binary_walk *w, struct yg_json_node *ret)
{
	const struct span root = { w->p, w->end, w->missing };

	if (w->p == w->end)
		return yg_binary_stop(w, w->missing ? YG_PARSE_MORE : YG_PARSE_DONE);
	if (scan(root) == YG_PARSE_BAD)
		return yg_binary_stop(w, YG_PARSE_BAD);
	w->begun = true;
	*ret = (struct yg_json_node){ .type = YG_JSON_OBJECT };
	open_message(w, &root);
	return true;
}

bool yg_protobuf_next(struct yg_binary_walk *walk, struct yg_json_node *ret)
{
	if (!walk->begun)
		return take_root(walk, ret);
	while (walk->count > 0 && !walk->stopped) {
		const struct yg_binary_open *open = &walk->open[walk->count - 1];
		struct span span = { walk->p, open->end, open->left };
		struct field field = { .number = 0 };
		enum yg_parse r;

		if (span.p == span.end && span.missing)
			return yg_binary_stop(walk, YG_PARSE_MORE);
		if (span.p == span.end) {
			walk->depth = --walk->count;
			continue;
		}
		/* Looked at before it was opened: it is never BAD. */
		r = read_field(&span, &field);
		if (r != YG_PARSE_DONE)
			return yg_binary_stop(walk, r);
		walk->p = span.p;
		if (take_field(walk, &field, ret))
			return true;
	}
	return yg_binary_stop(walk, YG_PARSE_DONE);
}
