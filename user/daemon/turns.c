/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/turns.h"

/* UINT64_MAX: nothing waits in ring @i. */
static uint64_t waits_since(struct yg_turns *turns, uint32_t i, uint64_t now_ns)
{
	uint64_t since_ns = yg_ring_waits_since(&turns->rings[i]);

	if (since_ns) {
		turns->busy_ns[i] = 0;
		return since_ns;
	}
	if (!turns->busy_ns[i])
		turns->busy_ns[i] = now_ns;
	return now_ns - turns->busy_ns[i] < YG_TURN_BUSY_NS ? turns->busy_ns[i] : UINT64_MAX;
}

uint64_t yg_turns_read_until(struct yg_turns *turns, uint64_t now_ns)
{
	uint64_t oldest_ns = now_ns;

	for (uint32_t i = 0; i < turns->count; i++) {
		uint64_t since_ns = waits_since(turns, i, now_ns);

		if (since_ns < oldest_ns)
			oldest_ns = since_ns;
	}
	return oldest_ns;
}

size_t yg_turns_read(struct yg_turns *turns, uint64_t now_ns, yg_segment_fn fn, void *ctx)
{
	uint64_t until_ns = yg_turns_read_until(turns, now_ns) + YG_TURN_NS;
	size_t records = 0;

	turns->is_full = false;
	for (uint32_t i = 0; i < turns->count; i++) {
		size_t n =
			yg_ring_read_segments(&turns->rings[i], YG_TURN_RECORDS, until_ns, fn, ctx);

		turns->is_full |= n == YG_TURN_RECORDS;
		records += n;
	}
	return records;
}

bool yg_turns_is_behind(struct yg_turns *turns, uint64_t now_ns)
{
	return turns->is_full || yg_turns_read_until(turns, now_ns) + YG_TURN_NS < now_ns;
}
