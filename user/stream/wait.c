/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/wait.h"

static void unlink_wait(struct yg_waits *waits, struct yg_flow *flow, unsigned list)
{
	struct yg_wait *wait = &flow->waits[list];

	*(wait->prev ? &wait->prev->waits[list].next : &waits->first[list]) = wait->next;
	*(wait->next ? &wait->next->waits[list].prev : &waits->last[list]) = wait->prev;
	wait->linked = false;
}

static void link_wait(struct yg_waits *waits, struct yg_flow *flow, unsigned list,
		      uint64_t since_ns)
{
	flow->waits[list] = (struct yg_wait){
		.prev = waits->last[list],
		.since_ns = since_ns,
		.linked = true,
	};
	*(waits->last[list] ? &waits->last[list]->waits[list].next : &waits->first[list]) = flow;
	waits->last[list] = flow;
}

static void update(struct yg_waits *waits, struct yg_flow *flow, unsigned list, bool is_waiting,
		   uint64_t since_ns)
{
	struct yg_wait *wait = &flow->waits[list];

	/* What began anew goes to the end. */
	if (wait->linked && (!is_waiting || wait->since_ns != since_ns))
		unlink_wait(waits, flow, list);
	if (is_waiting && !wait->linked)
		link_wait(waits, flow, list, since_ns);
}

void yg_wait_update(struct yg_waits *waits, struct yg_flow *flow)
{
	for (unsigned dir = 0; dir < 2; dir++)
		update(waits, flow, dir, flow->streams[dir].early, flow->streams[dir].hole_ns);
	update(waits, flow, YG_WAIT_TURN, flow->turns, flow->turn_ns);
}

struct yg_flow *yg_wait_due(const struct yg_waits *waits, unsigned list, uint64_t before_ns)
{
	struct yg_flow *flow = waits->first[list];

	return flow && flow->waits[list].since_ns <= before_ns ? flow : NULL;
}
