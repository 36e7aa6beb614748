/* SPDX-License-Identifier: GPL-2.0-only */
/* The frame at work, and what is kept of directions of the wire. */
#pragma once

#include "budget.bpf.h"
#include "packet.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_STREAMS_MAX);
	__type(key, struct yg_flow_key);
	__type(value, struct yg_budget);
} yg_streams SEC(".maps");

/* One frame at work per CPU; in a map for the reason given at struct yg_emission. */
struct yg_frame {
	struct packet packet;
	struct yg_head head;
	struct yg_emission out;
	struct yg_budget budget; /* of the direction: a copy, and zeroes if it is new */
	struct yg_h2_cut cut;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct yg_frame);
} yg_frames SEC(".maps");

/* NULL never happens; the verifier cannot know. */
static __always_inline struct yg_frame *frame_scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&yg_frames, &zero);
}

/* The last word of a direction: user space must hear it if it heard the rest. */
static __always_inline bool is_end(const struct packet *p)
{
	return p->tcp_flags & (TCP_FLAG_FIN | TCP_FLAG_RST);
}
