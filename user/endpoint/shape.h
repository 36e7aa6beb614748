/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an answer looks like, as evidence about paths: the names of its outer fields, as bits.
 * Objects of one kind have the same; two things that are called by words hardly ever.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "parse/values.h"

#define YG_SHAPE_VALUES 64u /* values of an answer that are looked at */
#define YG_SHAPE_FIELDS 4u  /* fewer tell nothing: {"ok": true} */

/* All zero: nothing seen. */
struct yg_shape {
	uint64_t fields; /* a bit of each name, by hash */
};

/* A yg_value_fn; @ctx: struct yg_shape. Names of the two outermost levels are taken. */
void yg_shape_visit(void *ctx, const struct yg_value *value);

/* Enough fields to tell it from others? */
bool yg_shape_is_telling(uint64_t fields);

/* Three in four fields of both are in either? */
bool yg_shape_is_alike(uint64_t a, uint64_t b);
