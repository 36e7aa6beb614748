/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows that stage 3 wants to look at again, however silent they are. All wait equally long, so the
 * list is in the order of their time: what is due stands first.
 */
#pragma once

#include "stream/flow.h"

struct yg_dues {
	struct yg_flow *first, *last;
	uint64_t wait_ns; /* 0: nobody is ever due */
};

/* @flow asks to be looked at. Does nothing if it waits already. O(1). */
void yg_due_link(struct yg_dues *dues, struct yg_flow *flow, uint64_t now_ns);
/* Accepts a flow that does not wait. O(1). */
void yg_due_unlink(struct yg_dues *dues, struct yg_flow *flow);
/* Take out the next one whose time has come and who still asks; NULL: none. */
struct yg_flow *yg_due_take(struct yg_dues *dues, uint64_t now_ns);
