/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Members of one JSON object, one level deep, without a tree and without allocation.
 *
 * For the few values that are wanted from a small object (claims of a token). Values are passed
 * over with their nesting bounded; what is not JSON ends the walk.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/macros.h"
#include "core/slice.h"

#define YG_MEMBER_DEPTH_MAX 32 /* nesting of values passed over; deeper is refused */

enum yg_member_type {
	YG_MEMBER_STRING, /* value: between the quotes, escapes as sent */
	YG_MEMBER_NUMBER, /* value: as sent */
	YG_MEMBER_OTHER,  /* value: object, array, true, false or null, as sent */
};

struct yg_member {
	struct yg_slice name; /* between the quotes, escapes as sent */
	struct yg_slice value;
	enum yg_member_type type;
};

/* Set text to the object, nothing else. */
struct yg_members {
	struct yg_slice text; /* what is left */
	bool begun;
	bool bad; /* it is not JSON, or too deep: the walk has ended early */
};

/**
 * yg_members_next() - the next member of the object.
 *
 * O(bytes of the member). Source: RFC 8259.
 * Return: false at the end of the object, or when @members->bad was set.
 */
bool yg_members_next(struct yg_members *members, struct yg_member *ret);

/**
 * yg_member_decode() - resolve the escapes of a string.
 * @ret: at least @cap bytes; not terminated.
 *
 * Lone surrogates become U+FFFD. Return: bytes written; -ENOSPC; -EINVAL for a bad escape.
 */
YG_MUST_CHECK ssize_t yg_member_decode(struct yg_slice text, char *ret, size_t cap);
