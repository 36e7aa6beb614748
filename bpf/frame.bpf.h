/* SPDX-License-Identifier: GPL-2.0-only */
/* The frame at work, and what is kept of directions of the wire. */
#pragma once

#include "budget.bpf.h"
#include "packet.bpf.h"

/*
 * A connection of the wire: both directions and the decision over both, so that a frame takes one
 * look. The key is that of the direction whose sender is the lower end.
 */
struct yg_stream {
	struct yg_budget side[2]; /* of the lower end; of the other */
	struct yg_choice choice;  /* see sampling.bpf.h */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_STREAMS_MAX);
	__type(key, struct yg_flow_key);
	__type(value, struct yg_stream);
} yg_streams SEC(".maps");

/* A connection of which nothing is known: the stack has no room for it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct yg_stream);
} yg_no_stream SEC(".maps");

/* One frame at work per CPU; in a map for the reason given at struct yg_emission. */
struct yg_frame {
	struct packet packet;
	struct yg_flow_key ends; /* key of the connection, once it is recalled */
	__u32 side;		 /* of the sender */
	__u32 other_kind;	 /* enum h2_kind of the other direction */
	__u32 other_lost;	 /* and its yg_budget.lost */
	struct yg_head head;
	struct yg_emission out;
	struct yg_budget budget; /* of the direction: a copy, and zeroes if it is new */
	struct yg_choice choice; /* the same */
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

static __always_inline bool ends_below(const struct yg_flow_key *key)
{
	const __u64 *source = __builtin_assume_aligned(key->saddr, 8);
	const __u64 *destination = __builtin_assume_aligned(key->daddr, 8);

	if (key->sport != key->dport)
		return key->sport < key->dport;
	if (source[0] != destination[0])
		return source[0] < destination[0];
	return source[1] < destination[1];
}

/* Set ends and side of @f from its packet. */
static __always_inline void ends_find(struct yg_frame *f)
{
	const struct yg_flow_key *key = &f->packet.key;

	f->side = !ends_below(key);
	if (!f->side) {
		f->ends = *key;
		return;
	}
	__builtin_memcpy(f->ends.saddr, key->daddr, sizeof(key->daddr));
	__builtin_memcpy(f->ends.daddr, key->saddr, sizeof(key->saddr));
	f->ends.sport = key->dport;
	f->ends.dport = key->sport;
	f->ends.ifindex = key->ifindex;
}

/* What is kept of the connection of @f, whose ends are set; NULL: nothing. */
static __always_inline struct yg_stream *stream_find(const struct yg_frame *f)
{
	return bpf_map_lookup_elem(&yg_streams, &f->ends);
}

/* The same, made if need be. NULL: there is no room. */
static __always_inline struct yg_stream *stream_make(const struct yg_frame *f)
{
	const struct yg_stream *none;
	__u32 zero = 0;

	none = bpf_map_lookup_elem(&yg_no_stream, &zero);
	if (none)
		(void)bpf_map_update_elem(&yg_streams, &f->ends, none, BPF_NOEXIST);
	return stream_find(f);
}

static __always_inline struct yg_budget *stream_side(struct yg_stream *stream, __u32 side)
{
	return side ? &stream->side[1] : &stream->side[0];
}

/* The last word of a direction: user space must hear it if it heard the rest. */
static __always_inline bool is_end(const struct packet *p)
{
	return p->tcp_flags & (TCP_FLAG_FIN | TCP_FLAG_RST);
}
