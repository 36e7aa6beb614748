/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sampling of what is on the wire, for TC (sample.bpf.c) and for XDP (guard.bpf.c) alike:
 *
 *	packet -> news? -> daemon there? -> HTTP? -> budget -> flow chosen? -> ring
 */
#pragma once

#include "budget.bpf.h"
#include "packet.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_STREAMS_MAX);
	__type(key, struct yg_flow_key);
	__type(value, struct yg_budget);
} yg_streams SEC(".maps");

static __always_inline enum sample_row row_of_kind(enum packet_kind kind)
{
	switch (kind) {
	case PACKET_TCP:
		return SAMPLE_segment;
	case PACKET_FRAGMENT:
		return SAMPLE_skip_fragment;
	case PACKET_CUT:
		return SAMPLE_lost_header;
	default:
		return SAMPLE_skip_proto;
	}
}

static __always_inline void count_start(struct yg_counters *c, enum message message,
					enum sample_row request, enum sample_row response)
{
	if (message == MESSAGE_REQUEST)
		count_sample(c, request);
	else if (message == MESSAGE_RESPONSE)
		count_sample(c, response);
}

/* The last word of a direction: user space must hear it if it heard the rest. */
static __always_inline bool is_end(const struct packet *p)
{
	return p->tcp_flags & (TCP_FLAG_FIN | TCP_FLAG_RST);
}

static __always_inline enum sample_row row_of_emitted(enum emitted emitted)
{
	if (emitted == EMITTED)
		return SAMPLE_segment;
	return emitted == EMITTED_RING_FULL ? SAMPLE_lost_ring : SAMPLE_lost_copy;
}

/* Copy @take bytes of the payload of @p into a record, if its flow is chosen. */
static __always_inline enum sample_row wire_emit(const struct packet *p, const struct bytes *from,
						 enum bytes_from kind, __u8 source, __u32 take)
{
	struct yg_control *knobs = control();
	struct emission e = {};
	__u64 addresses;

	addresses = hash_addresses(&p->key);
	if (!knobs || !is_chosen(knobs, hash_flow(&p->key, addresses)))
		return SAMPLE_skip_sampled;
	e.key = p->key;
	e.offset = p->seq;
	e.payload_len = p->len;
	e.data_len = take;
	e.sampled = knobs->sampled;
	e.ring = ring_of(addresses);
	e.source = source;
	e.bind = YG_BIND_SOCKET;
	e.tcp_flags = p->tcp_flags;
	return row_of_emitted(emit(&e, from, kind));
}

/* A segment without payload. */
static __always_inline enum sample_row wire_end(const struct packet *p, const struct bytes *from,
						enum bytes_from kind, __u8 source)
{
	struct yg_budget *known;

	if (!is_end(p))
		return SAMPLE_skip_empty;
	known = bpf_map_lookup_elem(&yg_streams, &p->key);
	if (!known || !known->is_http)
		return SAMPLE_skip_empty;
	return wire_emit(p, from, kind, source, 0);
}

/* Decide over the payload and keep the state of its direction. */
static __always_inline enum message wire_admit(const struct packet *p, const struct head *head,
					       struct yg_budget *b, __u32 *ret_take)
{
	struct yg_budget *known = bpf_map_lookup_elem(&yg_streams, &p->key);
	enum message message;

	if (known)
		*b = *known;
	message = budget_admit(b, head, p->len, ret_take);
	if (known)
		*known = *b;
	else if (b->is_http || b->is_tentative)
		(void)bpf_map_update_elem(&yg_streams, &p->key, b, BPF_ANY); /* LRU: evicts */
	return message;
}

/**
 * wire_sample() - hand one TCP segment to user space if it is worth it.
 * @p: of kind PACKET_TCP, key.ifindex set.
 * @from: the payload of @p.
 *
 * Return: the row to count; starts of messages are counted here.
 */
static __always_inline enum sample_row wire_sample(struct yg_counters *c, const struct packet *p,
						   const struct bytes *from, enum bytes_from kind,
						   __u8 source)
{
	struct yg_control *knobs = control();
	struct yg_budget b = {};
	enum message message;
	enum sample_row row;
	struct head head;
	__u32 take;

	if (p->len == 0 && !is_end(p))
		return SAMPLE_skip_empty;
	if (!knobs || is_silent(knobs, coarse_ns()))
		return SAMPLE_skip_idle;
	if (p->len == 0)
		return wire_end(p, from, kind, source);
	if (head_read(from, kind, p->len, &head))
		return SAMPLE_lost_copy;
	message = wire_admit(p, &head, &b, &take);
	if (!b.is_http && !b.is_tentative)
		return SAMPLE_skip_other;
	count_start(c, message, SAMPLE_request, SAMPLE_response);
	if (take == 0 && !is_end(p))
		return SAMPLE_skip_budget;
	row = wire_emit(p, from, kind, source, take);
	if (row == SAMPLE_lost_ring || row == SAMPLE_lost_copy)
		count_start(c, message, SAMPLE_lost_request, SAMPLE_lost_response);
	if (row == SAMPLE_skip_sampled)
		count_start(c, message, SAMPLE_skip_request, SAMPLE_MAX);
	return row;
}
