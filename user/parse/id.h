/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Identifiers of objects: names that say so, and a quick way to the values of a list.
 *
 * A list is read whole for every caller, so it is not walked (values.h does that, for those who
 * learn from samples) but scanned from colon to colon: four times as fast, and blind for what else
 * there is. A body that was cut gives the values before the cut, as sent.
 */
#pragma once

#include <stdbool.h>

#include "core/slice.h"

/* "id", "userId", "account_no", "uuid": a name that says which object is meant. */
bool yg_id_is_name(struct yg_slice name);

/* What is left of a JSON text, or of lines of it. */
struct yg_id_scan {
	const char *p, *end;
};

/* Begins at the first byte of a JSON text; nothing is looked at yet. */
struct yg_id_scan yg_id_scan_from_json(struct yg_slice text);

/**
 * yg_id_scan_next() - next value of a member with such a name; false at the end.
 * @ret: without quotes; of an array its first member, of an object nothing.
 *
 * Linear over all calls together.
 */
bool yg_id_scan_next(struct yg_id_scan *scan, struct yg_slice *ret);
