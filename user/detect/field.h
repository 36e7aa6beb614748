/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names and values out of a query, a form or a JSON text, one after the other, for detectors.
 *
 * Reads prefixes: a body that was cut gives the pairs before the cut. JSON is read flat: each
 * scalar comes with the nearest name before it, whatever object it stands in; nothing recurses.
 * Values are as sent (escapes kept): good enough to compare and to hash.
 */
#pragma once

#include <stdbool.h>

#include "core/slice.h"
#include "parse/body.h"

enum yg_field_form { YG_FIELD_NONE, YG_FIELD_QUERY, YG_FIELD_JSON, YG_FIELD_MAX };

struct yg_fields {
	enum yg_field_form form;
	const char *p, *end;
	struct yg_slice name; /* JSON: the name that the next scalar belongs to */
};

struct yg_field {
	struct yg_slice name;  /* JSON array members: the name of the array */
	struct yg_slice value; /* without quotes */
};

/* Reads @text as "a=b&c=d". */
struct yg_fields yg_fields_from_query(struct yg_slice text);

/* Reads a body of JSON, lines of JSON or a form; nothing of any other kind. */
struct yg_fields yg_fields_from_body(const struct yg_body_view *body);

/* Next pair; false at the end. Linear over all calls together. */
bool yg_fields_next(struct yg_fields *fields, struct yg_field *ret);

/* "id", "userId", "account_no", "uuid": a name that says which object is meant. */
bool yg_field_is_id(struct yg_slice name);

/**
 * yg_fields_next_id() - next pair whose name is one of an identifier; false at the end.
 *
 * The same pairs as yg_fields_next() filtered by yg_field_is_id(), but of an array only its first
 * member. It looks from colon to colon, four times as fast: lists are read whole, for every caller.
 */
bool yg_fields_next_id(struct yg_fields *fields, struct yg_field *ret);
