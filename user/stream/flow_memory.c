/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory of the flow table: all of it is taken here, and given back. */
#include <errno.h>
#include <stdlib.h>

#include "stream/flow_inside.h"
#include "stream/turn.h"

static uint32_t round_up(uint32_t n)
{
	return n <= 1 ? 1 : 1u << (32 - __builtin_clz(n - 1));
}

static void clean_flows(struct yg_flows *flows)
{
	for (int list = 0; list < YG_USE_MAX; list++) {
		for (struct yg_flow *flow = flows->uses.lists[list].newest; flow;
		     flow = flow->older) {
			yg_stream_clean(&flows->order, &flow->streams[0]);
			yg_stream_clean(&flows->order, &flow->streams[1]);
			yg_turn_clean(flows->order.pool, flow);
		}
	}
}

int yg_flows_new(const struct yg_flows_options *options, const struct yg_flow_sink *sink,
		 struct yg_pool *pool, struct yg_stream_counters *counters, struct yg_flows **ret)
{
	uint32_t cap = options->flows_max ? options->flows_max : YG_FLOWS_DEFAULT;
	struct yg_flows *flows;

	if (cap > YG_FLOWS_LIMIT)
		return -EINVAL;
	flows = calloc(1, sizeof(*flows));
	if (!flows)
		return -ENOMEM;
	flows->order.sink = *sink;
	flows->order.counters = counters;
	flows->order.pool = pool;
	flows->order.gap_ns = options->gap_ns ? options->gap_ns : YG_FLOW_GAP_NS;
	flows->dues.wait_ns = options->due_ns;
	flows->idle_ns = options->idle_ns ? options->idle_ns : YG_FLOW_IDLE_NS;
	flows->key = options->key;
	flows->cap = cap;
	flows->bucket_mask = round_up(cap) - 1;
	flows->state_bytes = options->state_bytes;
	flows->stride = (sizeof(struct yg_flow) + options->state_bytes + 63) / 64 * 64;
	flows->buckets = calloc(flows->bucket_mask + 1, sizeof(struct yg_flow *));
	flows->slots = aligned_alloc(64, cap * flows->stride);
	if (!flows->buckets || !flows->slots) {
		yg_flows_free(&flows);
		return -ENOMEM;
	}
	*ret = flows;
	return 0;
}

void yg_flows_free(struct yg_flows **flows)
{
	if (*flows) {
		clean_flows(*flows);
		free((*flows)->slots);
		free((*flows)->buckets);
		free(*flows);
	}
	*flows = NULL;
}

size_t yg_flows_bytes(const struct yg_flows *flows)
{
	return sizeof(*flows) + flows->cap * flows->stride +
	       (flows->bucket_mask + 1) * sizeof(struct yg_flow *);
}

uint32_t yg_flows_count(const struct yg_flows *flows)
{
	return flows->count;
}
