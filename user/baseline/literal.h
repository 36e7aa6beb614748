/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many literals looked for in one pass over a text. Literals alone, because they are compiled in a
 * millisecond: ranges of characters take fifty. What stands around a hit is the caller's to judge.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"

#define YG_LITERALS_MAX 256u /* of one set */

struct yg_literal {
	const char *text; /* not empty */
	uint32_t id;	  /* several may share one */
	bool nocase;	  /* ASCII case is ignored */
};

struct yg_literals;

/**
 * yg_literals_new() - compile a set.
 * @rows: [@count]; 1..YG_LITERALS_MAX; borrowed for the call.
 *
 * Context: before the sandbox: the compiler asks the system for memory.
 * Return: 0; -ENOMEM; -EINVAL too many, or one that cannot be compiled.
 */
YG_MUST_CHECK int yg_literals_new(const struct yg_literal *rows, uint32_t count,
				  struct yg_literals **ret);
void yg_literals_free(struct yg_literals **literals); /* accepts NULL inside */

/* @end: offset behind the hit. Return: true: go on; false: no more hits are wanted. */
typedef bool (*yg_literal_fn)(void *ctx, uint32_t id, size_t end);

/* Each hit, in order of its end. O(bytes of @text and hits); allocates nothing. */
void yg_literals_scan(const struct yg_literals *literals, struct yg_slice text, yg_literal_fn fn,
		      void *ctx);
