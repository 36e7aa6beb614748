/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON text, value by value, without a tree: every value comes once, with its name and the names
 * of what it stands in.
 *
 *	{"user":{"ids":[7,8]}}	->	{}  $		object
 *					{}  $.user	object
 *					[]  $.user.ids	array
 *					7   $.user.ids[*]
 *					8   $.user.ids[*]
 *
 * Input may be cut anywhere: what came before the cut is good. No recursion, no allocation; values
 * and names are borrowed from the text, escapes as sent (see parse/member.h to decode them).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"
#include "parse/result.h"

#define YG_JSON_DEPTH_MAX 32u  /* containers around a value; deeper ones are passed over */
#define YG_JSON_NAME_MAX  256u /* bytes of a name that are kept */

enum yg_json_type {
	YG_JSON_OBJECT,
	YG_JSON_ARRAY,
	YG_JSON_STRING,
	YG_JSON_NUMBER,
	YG_JSON_BOOL,
	YG_JSON_NULL,
	YG_JSON_TYPE_MAX
};

struct yg_json_node {
	enum yg_json_type type;
	struct yg_slice name;  /* in an object; absent in an array and at the top */
	struct yg_slice value; /* string: between the quotes; containers: absent */
	uint32_t depth;	       /* containers around it */
	bool cut;	       /* string: the text ended within; its last escape is whole */
};

/* One container around a value. */
struct yg_json_level {
	struct yg_slice name; /* of the container's latest member */
	bool array;
	bool attribute; /* name is one of an XML attribute: "@id" in a path; never by this walk */
};

/* Set text, and lines for several texts after each other; zero the rest. */
struct yg_json_walk {
	struct yg_slice text; /* what is left */
	bool lines;	      /* a text may follow a text: NDJSON */
	bool ended;	      /* a text was read whole; next only with lines */
	bool passed;	      /* containers beyond the depth were passed over */
	enum yg_parse result; /* of the end: DONE, MORE (cut) or BAD (not JSON from here on) */
	uint8_t expect;	      /* inside */
	uint32_t depth;	      /* containers open now */
	struct yg_json_level levels[YG_JSON_DEPTH_MAX];
};

/**
 * yg_json_walk_next() - the next value, a container before what is in it.
 *
 * O(bytes of the value). A number that touches the end may have been cut, so it does not come.
 * Source: RFC 8259; deviation: numbers and escapes are not checked for their form.
 * Return: false at the end; @walk->result says how it ended.
 */
bool yg_json_walk_next(struct yg_json_walk *walk, struct yg_json_node *ret);

/* Pass over the rest of the innermost container: of the one that was returned last, all of it. */
void yg_json_walk_leave(struct yg_json_walk *walk);

/**
 * yg_json_walk_path() - where @node stands: "$.user.ids[*]".
 * @node: returned last.
 * @ret: [@cap], cut to fit, always terminated; @cap at least 1.
 *
 * Names are as sent; one that a path cannot hold plainly is written "['a b']".
 */
void yg_json_walk_path(const struct yg_json_walk *walk, const struct yg_json_node *node, char *ret,
		       size_t cap);

/* The same of any value within @levels. @depth: of them. Return: bytes of @ret without NUL. */
size_t yg_json_path(const struct yg_json_level *levels, uint32_t depth, char *ret, size_t cap);
