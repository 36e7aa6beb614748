/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bodies of binary formats, value by value, without a schema and without a tree: the same nodes as
 * those of JSON (json.h), a container before what is in it.
 *
 *	protobuf		12 05 0a 03 41 6e 6e	$ {}, $.2 {}, $.2.1=Ann
 *	CBOR			a1 62 69 64 18 2a	$ {}, $.id=42
 *	MessagePack		81 a2 69 64 2a		the same
 *
 * Protobuf says neither names nor types. Its fields go by their numbers, and what has a length is
 *
 *	1. text		if it is UTF-8 without control characters; but not if it begins like a
 *			message with a text in it (tag and length with a line end or tab among
 *			them) and is one to its last byte
 *	2. a message	if its fields end where it ends
 *	3. bytes	else: not handed out. Packed numbers are bytes, or what they look like
 *
 * and only varints are handed out as numbers: 4 and 8 bytes are as often a fraction as not. Groups
 * are passed through: what is in one comes as fields of its message. CBOR and MessagePack say
 * their types; bytes that are text come as text, other bytes, bignums and extensions do not.
 *
 * Input may be cut anywhere: what came before the cut is good. No recursion, no allocation.
 * Source: protobuf.dev/programming-guides/encoding; RFC 8949; msgpack/spec.md.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/body.h"
#include "parse/json.h"
#include "parse/result.h"

#define YG_BINARY_OPEN_MAX   128u /* containers in each other; beyond, the walk ends as cut */
#define YG_BINARY_NUMBER_CAP 32u  /* bytes of a number in digits, with its NUL */
#define YG_BINARY_NAME_CAP   24u  /* of a number that is a name */

/* One container that is open. */
struct yg_binary_open {
	const uint8_t *end; /* protobuf: where it ends, or the input does */
	uint64_t left;	    /* protobuf: its bytes behind the input; else: items, names included */
	bool endless;	    /* CBOR: up to a break; left is 1 */
	bool map;
	bool value; /* of a map: the name was read */
};

/* Begun by yg_binary_begin(); then result, depth and levels as those of struct yg_json_walk. */
struct yg_binary_walk {
	const uint8_t *p, *end;
	uint64_t missing; /* bytes of the body behind end */
	enum yg_body_kind kind;
	enum yg_parse result;
	bool begun, stopped;
	bool ended;	/* CBOR, MessagePack: an item was read whole */
	bool lone;	/* ... and nothing may follow it */
	bool tagged;	/* a tag was read, its item not yet */
	bool skip;	/* ... which is no value */
	uint8_t chunks; /* of a text or bytes in pieces */
	uint32_t count; /* of open */
	uint32_t depth; /* containers open now that were handed out */
	struct yg_json_level levels[YG_JSON_DEPTH_MAX];
	char names[YG_JSON_DEPTH_MAX][YG_BINARY_NAME_CAP];
	char number[YG_BINARY_NUMBER_CAP];
	struct yg_binary_open open[YG_BINARY_OPEN_MAX];
};

/**
 * yg_binary_begin() - at the first byte.
 * @kind: PROTOBUF, CBOR or MSGPACK.
 * @whole: bytes of the body, at least those of @data; UINT64_MAX: cut, and nobody knows.
 */
void yg_binary_begin(struct yg_binary_walk *walk, enum yg_body_kind kind, struct yg_slice data,
		     uint64_t whole);

/**
 * yg_binary_next() - the next value.
 * @ret: numbers and names that are numbers lie in @walk, up to the next call; the rest in the body.
 *
 * A sequence of maps and arrays is one of values at "$". All calls together: O(bytes of the body *
 * YG_JSON_DEPTH_MAX), for protobuf looks into a message before it goes in.
 * Return: false at the end; @walk->result says how it ended.
 */
bool yg_binary_next(struct yg_binary_walk *walk, struct yg_json_node *ret);

/* Is it of its format, as far as it goes? Arguments as of yg_binary_begin(). O(as a walk). */
bool yg_binary_is_sound(enum yg_body_kind kind, struct yg_slice data, uint64_t whole);
