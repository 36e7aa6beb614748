/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sampling of what is on the wire, for TC (sample.bpf.c) and for XDP (guard.bpf.c) alike:
 *
 *	packet -> news? -> daemon there? -> HTTP? -> budget -> flow chosen? -> ring
 */
#pragma once

#include "coverage.bpf.h"
#include "h2.bpf.h"
#include "hpack.bpf.h"
#include "packet.bpf.h"
#include "prelude.bpf.h"
#include "sampling.bpf.h"
#include "tunnel.bpf.h"

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

/* yg_choose_wire() - sampling_wire() for the frame at work, its record's key set. */
__noinline int yg_choose_wire(__u64 addresses)
{
	struct yg_frame *f = frame_scratch();
	struct yg_control *knobs = control();

	return f && knobs && sampling_wire(knobs, &f->out, addresses);
}

/* Everything of a record but its bytes. False: the flow is not chosen. */
static __always_inline bool wire_prepare(struct yg_frame *f)
{
	const struct packet *p = &f->packet;
	struct yg_emission *e = &f->out;
	__u64 addresses;

	addresses = hash_addresses(&p->key);
	e->key = p->key;
	e->bind = YG_BIND_SOCKET;
	if (!yg_choose_wire(addresses))
		return false;
	e->offset = p->seq;
	e->object = 0;
	e->tgid = 0;
	e->generation = 0;
	e->payload_len = p->len;
	e->ring = ring_of(addresses);
	e->tcp_flags = p->tcp_flags;
	e->ack = p->ack;
	e->lost = f->budget.lost;
	return true;
}

/*
 * yg_emit_skb() - put f->out of the frame at work on its ring; its bytes are at @at of the frame.
 * A global function, as all that are named yg_ here: the verifier walks it once and not once per
 * way to it, and it has a stack of its own.
 */
__noinline int yg_emit_skb(struct __sk_buff *skb, __u64 at)
{
	const struct bytes from = { .ctx = skb, .at = at };
	struct yg_frame *f = frame_scratch();

	return f ? emit(&f->out, &from, BYTES_SKB) : EMITTED_COPY_FAILED;
}

/* The same for XDP. */
__noinline int yg_emit_xdp(struct xdp_md *ctx, __u64 at)
{
	const struct bytes from = { .ctx = ctx, .at = at };
	struct yg_frame *f = frame_scratch();

	return f ? emit(&f->out, &from, BYTES_XDP) : EMITTED_COPY_FAILED;
}

static __always_inline enum emitted put_skb(void *ctx, __u64 id, __u64 at)
{
	(void)id;
	return yg_emit_skb(ctx, at);
}

static __always_inline enum emitted put_xdp(void *ctx, __u64 id, __u64 at)
{
	(void)id;
	return yg_emit_xdp(ctx, at);
}

/* Copy out.data_len bytes of the payload into a record, if the flow is chosen. */
static __always_inline enum sample_row wire_emit(struct yg_frame *f, const struct bytes *from,
						 enum bytes_from kind)
{
	if (!wire_prepare(f))
		return SAMPLE_skip_sampled;
	return row_of_emitted((kind == BYTES_SKB ? put_skb : put_xdp)(from->ctx, 0, from->at));
}

#define COVER_HELLOS (4 * YG_PRELUDE_BYTES) /* bytes of a connection; both hellos are within */

/* A row for the connection of the frame at work, if it begins like TLS. */
static __always_inline void coverage_begin(const struct yg_frame *f, const struct yg_tls_ends *ends,
					   __u32 sender)
{
	bool is_client = is_hello(&f->head, HELLO_CLIENT);
	struct yg_tls_conn fresh = {};

	if (!is_client && !is_hello(&f->head, HELLO_SERVER) && !is_record(&f->head))
		return;
	fresh.first_ns = bpf_ktime_get_ns();
	fresh.last_ns = fresh.first_ns;
	fresh.bytes = f->packet.len;
	fresh.ifindex = f->packet.key.ifindex;
	if (is_client)
		fresh.begun = sender ? YG_TLS_HELLO : YG_TLS_HELLO | YG_TLS_SERVER_1;
	(void)bpf_map_update_elem(&yg_tls_conns, ends, &fresh, BPF_ANY);
}

/*
 * yg_cover_wire() - count the frame at work if it is of a TLS connection. A connection that begins
 * anew between the same ends is another one.
 * Return: is it so far on that no hello is cut through any more?
 */
__noinline int yg_cover_wire(void)
{
	struct yg_frame *f = frame_scratch();
	struct yg_tls_conn *conn;
	struct yg_tls_ends ends;
	__u32 sender;

	if (!f)
		return 0;
	sender = ends_make(&ends, f->packet.key.saddr, f->packet.key.sport, f->packet.key.daddr,
			   f->packet.key.dport);
	conn = bpf_map_lookup_elem(&yg_tls_conns, &ends);
	if (!conn || (conn->ended && f->packet.len && is_hello(&f->head, HELLO_CLIENT))) {
		if (f->packet.len)
			coverage_begin(f, &ends, sender);
		return 0;
	}
	if (conn->ifindex != f->packet.key.ifindex)
		return 0;
	__sync_fetch_and_add(&conn->bytes, f->packet.len);
	if (is_record(&f->head))
		count_sample(counters(), SAMPLE_tls_record);
	count_sample_by(counters(), SAMPLE_tls_byte, f->packet.len);
	conn->last_ns = coarse_ns();
	if (is_end(&f->packet))
		conn->ended = 1;
	return conn->bytes > COVER_HELLOS && f->head.bytes[0] != RECORD_HANDSHAKE;
}

#define HELLO_RANDOM 11u		   /* bytes before it: record 5, message 4, version 2 */
#define RETRY_FIRST  0x11619ae574ad21cfull /* RFC 8446 section 4.1.3: of a HelloRetryRequest */

/*
 * The frame at work begins with a hello: keep its random, see proof.bpf.h. What left this host is
 * not overwritten by what came in and says that it is of this host.
 */
static __always_inline void hello_keep(const struct yg_frame *f, const __u64 random[2])
{
	struct yg_tls_conn *conn;
	struct yg_tls_ends ends;
	__u32 sender, bit;

	sender = ends_make(&ends, f->packet.key.saddr, f->packet.key.sport, f->packet.key.daddr,
			   f->packet.key.dport);
	bit = 1u << sender;
	conn = bpf_map_lookup_elem(&yg_tls_conns, &ends);
	if (!conn || random[0] == RETRY_FIRST)
		return;
	if (f->out.source == YG_SOURCE_EGRESS)
		conn->sent |= bit;
	else if (conn->sent & bit)
		return;
	conn->random[sender != 0][0] = random[0];
	conn->random[sender != 0][1] = random[1];
}

/* yg_hello_skb() - hello_keep() for the frame at work, at TC. */
__noinline int yg_hello_skb(struct __sk_buff *skb)
{
	struct yg_frame *f = frame_scratch();
	__u64 random[2];

	if (f && !bpf_skb_load_bytes(skb, f->packet.off + HELLO_RANDOM, random, sizeof(random)))
		hello_keep(f, random);
	return 0;
}

/* The same for XDP. */
__noinline int yg_hello_xdp(struct xdp_md *ctx)
{
	struct yg_frame *f = frame_scratch();
	__u64 random[2];

	if (f && !xdp_read(ctx, f->packet.off + HELLO_RANDOM, random, sizeof(random)))
		hello_keep(f, random);
	return 0;
}

/* A segment without payload. */
static __always_inline enum sample_row wire_end(struct yg_frame *f, const struct bytes *from,
						enum bytes_from kind)
{
	struct yg_budget *known;

	if (!is_end(&f->packet))
		return SAMPLE_skip_empty;
	known = bpf_map_lookup_elem(&yg_streams, &f->packet.key);
	if (!known || !known->is_http) {
		(void)yg_cover_wire();
		return SAMPLE_skip_empty;
	}
	f->budget.lost = known->lost;
	f->out.data_len = 0;
	f->out.starts = 0;
	f->out.outline = 0;
	f->out.turns = 0;
	return wire_emit(f, from, kind);
}

/* The frame at work as @kind reads it. */
static __always_inline struct bytes payload_of(const struct yg_frame *f, void *ctx)
{
	return (struct bytes){ .ctx = ctx, .at = f->packet.off };
}

/* Keep the state of the direction of @f. @known: what is kept of it, NULL if nothing. */
static __always_inline void wire_keep(struct yg_frame *f, struct yg_budget *known)
{
	if (known)
		*known = f->budget;
	else if (f->budget.is_http || f->budget.is_tentative)
		(void)bpf_map_update_elem(&yg_streams, &f->packet.key, &f->budget, BPF_ANY);
}

/* yg_h2_skb() - h2_walk() for TC, over the frame at work. Return: is there more? */
__noinline int yg_h2_skb(struct __sk_buff *skb)
{
	struct yg_frame *f = frame_scratch();
	struct bytes from;

	if (!f)
		return 0;
	from = payload_of(f, skb);
	return h2_walk(&f->budget, &f->cut, &from, BYTES_SKB);
}

/* The same for XDP. */
__noinline int yg_h2_xdp(struct xdp_md *ctx)
{
	struct yg_frame *f = frame_scratch();
	struct bytes from;

	if (!f)
		return 0;
	from = payload_of(f, ctx);
	return h2_walk(&f->budget, &f->cut, &from, BYTES_XDP);
}

static __always_inline void wire_rounds(const struct yg_frame *f, void *ctx, enum bytes_from kind)
{
	int rounds = f->budget.h2_kind == H2_WS ? WS_ROUNDS_MAX : H2_ROUNDS_MAX;

	for (int i = 0; i < WS_ROUNDS_MAX && i < rounds; i++) {
		if (!(kind == BYTES_SKB ? yg_h2_skb(ctx) : yg_h2_xdp(ctx)))
			break;
	}
}

static __always_inline void wire_walk_h2(struct yg_frame *f, void *ctx, enum bytes_from kind)
{
	f->cut.len = f->packet.len;
	f->cut.offset = f->packet.seq;
	if (h2_begin(&f->budget, &f->head, &f->cut))
		wire_rounds(f, ctx, kind);
	(void)h2_end(&f->budget, &f->head, &f->cut);
}

/* yg_ws_scan_skb() - ws_scan() for TC, over what is @at of the frame. */
__noinline int yg_ws_scan_skb(struct __sk_buff *skb, __u64 at, __u64 rest)
{
	const struct bytes from = { .ctx = skb, .at = at };

	return ws_scan(&from, BYTES_SKB, rest);
}

/* The same for XDP. */
__noinline int yg_ws_scan_xdp(struct xdp_md *ctx, __u64 at, __u64 rest)
{
	const struct bytes from = { .ctx = ctx, .at = at };

	return ws_scan(&from, BYTES_XDP, rest);
}

/* Where the head of the frame at work ends, if it opens a WebSocket; else 0. */
static __always_inline __u32 wire_upgrade_end(const struct yg_frame *f, void *ctx,
					      enum bytes_from kind)
{
	__u32 named = 0, len = f->packet.len, off = f->packet.off;

	for (__u32 at = 0; at < WS_HEAD_MAX && at < len; at += WS_SCAN) {
		__u32 seen = kind == BYTES_SKB ? yg_ws_scan_skb(ctx, off + at, len - at)
					       : yg_ws_scan_xdp(ctx, off + at, len - at);

		named |= seen & WS_SCAN_NAMED;
		seen &= ~WS_SCAN_NAMED;
		if (seen)
			return named ? at + seen : 0;
	}
	return 0;
}

/* The frame at work is an answer 101: both directions may be WebSockets from here on. */
static __always_inline void wire_upgrade(void *ctx, enum bytes_from kind)
{
	struct yg_frame *f = frame_scratch();
	struct yg_budget *other;
	struct yg_flow_key key;
	__u32 end;

	if (!f)
		return;
	end = wire_upgrade_end(f, ctx, kind);
	if (!end)
		return;
	key_turn(&key, &f->packet.key);
	other = bpf_map_lookup_elem(&yg_streams, &key);
	if (other)
		ws_become(other, false, 0);
	ws_become(&f->budget, true, f->packet.seq + end);
	/* Frames that came with the answer are copied with it. */
	f->cut.len = f->packet.len;
	f->cut.pos = f->cut.first = f->cut.last = end;
	f->budget.next = f->packet.seq + f->packet.len;
	wire_rounds(f, ctx, kind);
	wire_keep(f, bpf_map_lookup_elem(&yg_streams, &f->packet.key));
}

/* yg_ws_open_skb() - wire_upgrade() at TC. */
__noinline int yg_ws_open_skb(struct __sk_buff *skb)
{
	wire_upgrade(skb, BYTES_SKB);
	return 0;
}

/* The same for XDP. */
__noinline int yg_ws_open_xdp(struct xdp_md *ctx)
{
	wire_upgrade(ctx, BYTES_XDP);
	return 0;
}

static __always_inline void wire_outline_h2(void *ctx, enum bytes_from kind)
{
	struct yg_frame *f = frame_scratch();
	struct bytes from;

	if (!f)
		return;
	from = payload_of(f, ctx);
	f->out.outline = outline_choose(&f->cut, &from, kind, service_of(&f->packet.key));
}

/* yg_outline_h2_skb() - set the outline of a request that starts in the frame at work. */
__noinline int yg_outline_h2_skb(struct __sk_buff *skb)
{
	wire_outline_h2(skb, BYTES_SKB);
	return 0;
}

/* The same for XDP. */
__noinline int yg_outline_h2_xdp(struct xdp_md *ctx)
{
	wire_outline_h2(ctx, BYTES_XDP);
	return 0;
}

/* Is the other direction the one that asks, as far as is known? Then this one begins nothing. */
static __always_inline bool wire_is_answering(const struct yg_frame *f)
{
	const struct yg_budget *other;
	struct yg_flow_key key;

	key_turn(&key, &f->packet.key);
	other = bpf_map_lookup_elem(&yg_streams, &key);
	return other && other->h2_kind == H2_CLIENT;
}

/* A segment of HTTP/2: its range in as many records as it takes. */
static __always_inline enum sample_row wire_sample_h2(void *ctx, enum bytes_from kind)
{
	struct yg_counters *c = counters();
	struct yg_frame *f = frame_scratch();
	struct yg_control *knobs = control();
	struct yg_budget *known;
	struct bytes from;
	enum emitted emitted;
	__u32 lost;

	if (!f || !knobs)
		return SAMPLE_lost_copy;
	wire_walk_h2(f, ctx, kind);
	wire_keep(f, bpf_map_lookup_elem(&yg_streams, &f->packet.key));
	count_sample_by(c, SAMPLE_request, f->cut.request_count);
	f->out.starts = f->cut.request_count;
	f->out.outline = 0;
	f->out.turns = f->budget.h2_kind == H2_JOINED && knobs->sampled && !wire_is_answering(f);
	if (f->cut.request_count && knobs->sampled && yg_config.fresh)
		(void)(kind == BYTES_SKB ? yg_outline_h2_skb(ctx) : yg_outline_h2_xdp(ctx));
	if (f->cut.first == f->cut.last && !is_end(&f->packet))
		return SAMPLE_skip_budget;
	if (!wire_prepare(f)) {
		count_sample_by(c, SAMPLE_skip_request, f->cut.request_count);
		return SAMPLE_skip_sampled;
	}
	from = payload_of(f, ctx);
	emitted = h2_emit(&f->out, &f->cut, &from, 0, kind == BYTES_SKB ? put_skb : put_xdp, &lost);
	count_sample_by(c, SAMPLE_lost_request, lost);
	known = lost ? bpf_map_lookup_elem(&yg_streams, &f->packet.key) : NULL;
	if (known)
		known->lost += lost;
	return row_of_emitted(emitted);
}

/* yg_sample_h2_skb() - wire_sample() for a segment of HTTP/2, at TC. */
__noinline int yg_sample_h2_skb(struct __sk_buff *skb)
{
	return wire_sample_h2(skb, BYTES_SKB);
}

/* The same for XDP. */
__noinline int yg_sample_h2_xdp(struct xdp_md *ctx)
{
	return wire_sample_h2(ctx, BYTES_XDP);
}

static __always_inline void wire_outline(void *ctx, enum bytes_from kind)
{
	struct yg_frame *f = frame_scratch();
	struct bytes from;

	if (!f)
		return;
	from = payload_of(f, ctx);
	f->out.outline = outline_read(&from, kind, f->packet.len);
}

/* yg_outline_skb() - set the outline of the request that the frame at work starts with. */
__noinline int yg_outline_skb(struct __sk_buff *skb)
{
	wire_outline(skb, BYTES_SKB);
	return 0;
}

/* The same for XDP. */
__noinline int yg_outline_xdp(struct xdp_md *ctx)
{
	wire_outline(ctx, BYTES_XDP);
	return 0;
}

/* What a message that starts says of itself, and is sampled by. */
static __always_inline void wire_start(struct yg_frame *f, const struct yg_control *knobs,
				       enum message message, void *ctx, enum bytes_from kind)
{
	f->out.starts = message == MESSAGE_REQUEST;
	f->out.turns = 0;
	f->out.outline = 0;
	if (message == MESSAGE_REQUEST && knobs->sampled && yg_config.fresh)
		(void)(kind == BYTES_SKB ? yg_outline_skb(ctx) : yg_outline_xdp(ctx));
}

/* The state of the direction of @f; zeroes if it is new. Return: what is kept of it, or NULL. */
static __always_inline struct yg_budget *wire_recall(struct yg_frame *f)
{
	struct yg_budget *known = bpf_map_lookup_elem(&yg_streams, &f->packet.key);

	if (known)
		f->budget = *known;
	else
		__builtin_memset(&f->budget, 0, sizeof(f->budget));
	return known;
}

/**
 * wire_sample() - hand one TCP segment to user space if it is worth it.
 * @f: packet of kind PACKET_TCP with key.ifindex set; out.source set.
 * @from: the payload.
 *
 * Return: the row to count; starts of messages are counted here.
 */
static __always_inline enum sample_row wire_sample(struct yg_counters *c, struct yg_frame *f,
						   const struct bytes *from, enum bytes_from kind)
{
	struct yg_control *knobs = control();
	const struct packet *p = &f->packet;
	struct yg_budget *known;
	enum message message;
	enum sample_row row;

	if (p->len == 0 && !is_end(p))
		return SAMPLE_skip_empty;
	if (!knobs || is_silent(knobs, coarse_ns()))
		return SAMPLE_skip_idle;
	if (p->len == 0)
		return wire_end(f, from, kind);
	if (head_read(from, kind, p->len, &f->head))
		return SAMPLE_lost_copy;
	known = wire_recall(f);
	if (h2_admits(&f->budget, &f->head))
		return kind == BYTES_SKB ? yg_sample_h2_skb(from->ctx)
					 : yg_sample_h2_xdp(from->ctx);
	message = budget_admit(&f->budget, &f->head, p->len, &f->out.data_len);
	wire_keep(f, known);
	wire_start(f, knobs, message, from->ctx, kind);
	if (!f->budget.is_http && !f->budget.is_tentative) {
		if (yg_cover_wire())
			return SAMPLE_skip_other;
		if (is_hello(&f->head, HELLO_CLIENT) || is_hello(&f->head, HELLO_SERVER))
			(void)(kind == BYTES_SKB ? yg_hello_skb(from->ctx)
						 : yg_hello_xdp(from->ctx));
		prelude_admit(c, p, &f->head, from, kind, &f->out.data_len);
		if (!f->out.data_len)
			return SAMPLE_skip_other;
	}
	count_start(c, message, SAMPLE_request, SAMPLE_response);
	if (message == MESSAGE_RESPONSE && is_switching(&f->head))
		(void)(kind == BYTES_SKB ? yg_ws_open_skb(from->ctx) : yg_ws_open_xdp(from->ctx));
	if (f->out.data_len == 0 && !is_end(p))
		return SAMPLE_skip_budget;
	row = wire_emit(f, from, kind);
	if (row == SAMPLE_lost_ring || row == SAMPLE_lost_copy)
		count_start(c, message, SAMPLE_lost_request, SAMPLE_lost_response);
	if (row == SAMPLE_skip_sampled)
		count_start(c, message, SAMPLE_skip_request, SAMPLE_MAX);
	return row;
}
