/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Directions with a hole, in the order in which their holes began: what is due stands first, and
 * nobody else is looked at.
 */
#pragma once

#include <stdint.h>

#include "stream/flow.h"

struct yg_waits {
	struct yg_flow *first[2], *last[2]; /* of each direction */
};

/* Both directions of @flow stand where they belong, or nowhere. */
void yg_wait_update(struct yg_waits *waits, struct yg_flow *flow);

/* Return: the first flow whose hole in @dir began at or before @before_ns; NULL: none. */
struct yg_flow *yg_wait_due(const struct yg_waits *waits, unsigned dir, uint64_t before_ns);
