/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What waits for something, in the order in which it began to: what is due stands first, and nobody
 * else is looked at. Directions with a hole, and flows with segments whose turn it is not.
 */
#pragma once

#include <stdint.h>

#include "stream/flow.h"

/* The lists: 0 and 1 are of holes of that direction. */
#define YG_WAIT_TURN 2u
#define YG_WAIT_MAX  3u

struct yg_waits {
	struct yg_flow *first[YG_WAIT_MAX], *last[YG_WAIT_MAX];
};

/* @flow stands in each list where it belongs, or not at all. */
void yg_wait_update(struct yg_waits *waits, struct yg_flow *flow);

/* Is there something to update? Most flows wait for nothing, and stand nowhere. */
static inline bool yg_wait_concerns(const struct yg_flow *flow)
{
	return flow->streams[0].early || flow->streams[1].early || flow->turns ||
	       flow->waits[0].linked || flow->waits[1].linked || flow->waits[2].linked;
}

/* Return: the first flow of a list that has waited since @before_ns or longer; NULL: none. */
struct yg_flow *yg_wait_due(const struct yg_waits *waits, unsigned list, uint64_t before_ns);
