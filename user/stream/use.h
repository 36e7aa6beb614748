/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which flow makes room: three lists of flows in their order of use.
 *
 *	OPEN	  proven: TLS, or this host took part, or in a capture both sides speak
 *	STRANGER  anybody can make up such a flow with one frame
 *	CLOSED	  ended, or doubted: lingers
 */
#pragma once

#include <stdint.h>

#include "stream/flow.h"

#define YG_STRANGERS_SHARE 8 /* of the table: 1/8 is theirs though it is full of proven flows */

enum yg_use { YG_USE_OPEN, YG_USE_STRANGER, YG_USE_CLOSED, YG_USE_MAX };

struct yg_use_list {
	struct yg_flow *newest, *oldest;
	uint32_t count;
};

struct yg_uses {
	struct yg_use_list lists[YG_USE_MAX];
};

/* The list is that of the flow's state: unlink, change the state, link. */
void yg_use_unlink(struct yg_uses *uses, struct yg_flow *flow);
void yg_use_link(struct yg_uses *uses, struct yg_flow *flow, uint64_t now_ns);

/* A flow that is not closed becomes doubted, or is not so any more. */
void yg_use_doubt(struct yg_uses *uses, struct yg_flow *flow, bool doubted, uint64_t now_ns);

/**
 * yg_use_victim() - who leaves a full table of @cap flows in which none is closed.
 *
 * Strangers, as long as they are not so few that a new flow has no time to be proven. A flood of
 * made-up flows so pushes out its own kind, and many true flows do not starve the next one.
 * Return: the flow; never NULL in a table that has one open flow.
 */
struct yg_flow *yg_use_victim(const struct yg_uses *uses, uint32_t cap);

struct yg_flow *yg_use_oldest(const struct yg_uses *uses); /* of the open ones; or NULL */
