/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/wait.h"

static void unlink_wait(struct yg_waits *waits, struct yg_flow *flow, unsigned dir)
{
	struct yg_wait *wait = &flow->waits[dir];

	*(wait->prev ? &wait->prev->waits[dir].next : &waits->first[dir]) = wait->next;
	*(wait->next ? &wait->next->waits[dir].prev : &waits->last[dir]) = wait->prev;
	wait->linked = false;
}

static void link_wait(struct yg_waits *waits, struct yg_flow *flow, unsigned dir)
{
	flow->waits[dir] = (struct yg_wait){
		.prev = waits->last[dir],
		.since_ns = flow->streams[dir].hole_ns,
		.linked = true,
	};
	*(waits->last[dir] ? &waits->last[dir]->waits[dir].next : &waits->first[dir]) = flow;
	waits->last[dir] = flow;
}

void yg_wait_update(struct yg_waits *waits, struct yg_flow *flow)
{
	for (unsigned dir = 0; dir < 2; dir++) {
		const struct yg_stream *stream = &flow->streams[dir];
		struct yg_wait *wait = &flow->waits[dir];

		/* A hole that began anew goes to the end. */
		if (wait->linked && (!stream->early || wait->since_ns != stream->hole_ns))
			unlink_wait(waits, flow, dir);
		if (stream->early && !wait->linked)
			link_wait(waits, flow, dir);
	}
}

struct yg_flow *yg_wait_due(const struct yg_waits *waits, unsigned dir, uint64_t before_ns)
{
	struct yg_flow *flow = waits->first[dir];

	return flow && flow->waits[dir].since_ns <= before_ns ? flow : NULL;
}
