/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/due.h"

void yg_due_link(struct yg_dues *dues, struct yg_flow *flow, uint64_t now_ns)
{
	if (flow->is_due_linked || !dues->wait_ns)
		return;
	flow->is_due_linked = true;
	flow->due_ns = now_ns + dues->wait_ns;
	flow->due_next = NULL;
	flow->due_prev = dues->last;
	*(dues->last ? &dues->last->due_next : &dues->first) = flow;
	dues->last = flow;
}

void yg_due_unlink(struct yg_dues *dues, struct yg_flow *flow)
{
	if (!flow->is_due_linked)
		return;
	*(flow->due_prev ? &flow->due_prev->due_next : &dues->first) = flow->due_next;
	*(flow->due_next ? &flow->due_next->due_prev : &dues->last) = flow->due_prev;
	flow->is_due_linked = false;
}

struct yg_flow *yg_due_take(struct yg_dues *dues, uint64_t now_ns)
{
	struct yg_flow *flow;

	while ((flow = dues->first) && flow->due_ns <= now_ns) {
		yg_due_unlink(dues, flow);
		if (flow->asks)
			return flow;
	}
	return NULL;
}
