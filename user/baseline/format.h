/* SPDX-License-Identifier: GPL-2.0-only */
/* What a text value looks like: its JSON type where the format around it has none, its format. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"

/* Types of JSON schema; bits of a union. */
enum yg_type {
	YG_TYPE_OBJECT = 1u << 0,
	YG_TYPE_ARRAY = 1u << 1,
	YG_TYPE_STRING = 1u << 2,
	YG_TYPE_INTEGER = 1u << 3,
	YG_TYPE_NUMBER = 1u << 4, /* an integer is a number too: never both in an answer */
	YG_TYPE_BOOLEAN = 1u << 5,
	YG_TYPE_NULL = 1u << 6,
	YG_TYPE_ALL = (1u << 7) - 1,
};

#define YG_TYPES_COUNT 7u

/* Formats of OpenAPI and JSON schema that a value alone can show. */
enum yg_format {
	YG_FORMAT_NONE,
	YG_FORMAT_UUID,
	YG_FORMAT_DATE,
	YG_FORMAT_DATE_TIME, /* RFC 3339 with a zone */
	YG_FORMAT_EMAIL,
	YG_FORMAT_URI,
	YG_FORMAT_IPV4,
	YG_FORMAT_IPV6,
	YG_FORMAT_BYTE,	  /* base64, long enough to tell */
	YG_FORMAT_BINARY, /* a file; never by yg_format_of() */
	YG_FORMAT_MAX
};

const char *yg_type_name(enum yg_type type);	   /* of one bit: "integer"; literal */
const char *yg_format_name(enum yg_format format); /* "date-time"; "" for none; literal */

/* Numbers as bits of one union: a number takes in the integer. */
static inline uint32_t yg_types_normal(uint32_t types)
{
	return types & YG_TYPE_NUMBER ? types & ~(uint32_t)YG_TYPE_INTEGER : types;
}

/**
 * yg_types_text() - "integer|null".
 * @ret: [@cap], cut to fit, terminated; @cap at least 1.
 */
void yg_types_text(uint32_t types, char *ret, size_t cap);

/* Type of text without one: INTEGER, NUMBER, BOOLEAN or STRING. O(length). */
enum yg_type yg_type_of_text(struct yg_slice text);

/* Integer of at most 18 digits, or not. @ret: written on success. */
bool yg_integer_of(struct yg_slice text, int64_t *ret);

/* Form of a number of JSON, as a double; 0 if it is none. */
double yg_number_of(struct yg_slice text);

/* O(length), with a bound of a few hundred bytes but for base64. */
enum yg_format yg_format_of(struct yg_slice text);
