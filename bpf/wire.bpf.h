/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sampling of what is on the wire, for TC (sample.bpf.c) and for XDP (guard.bpf.c) alike:
 *
 *	packet -> news? -> daemon there? -> HTTP? -> budget -> flow chosen? -> ring
 */
#pragma once

#include "cover.bpf.h"
#include "h1.bpf.h"
#include "h2.bpf.h"
#include "hpack.bpf.h"
#include "quic.bpf.h"
#include "sampling.bpf.h"
#include "tunnel.bpf.h"

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

static __always_inline enum sample_row row_of_emitted(enum emitted emitted)
{
	if (emitted == EMITTED)
		return SAMPLE_segment;
	return emitted == EMITTED_RING_FULL ? SAMPLE_lost_ring : SAMPLE_lost_copy;
}

/*
 * yg_choose_wire() - sampling_choose() for the frame at work, its record's key set. A decision that
 * changes is kept with the connection, if that is of HTTP; else it is taken again, to the same end.
 */
__noinline int yg_choose_wire(__u64 addresses)
{
	struct yg_frame *f = frame_scratch();
	struct yg_control *knobs = control();
	struct yg_stream *stream;
	struct yg_choice before;
	bool chosen;

	if (!f || !knobs)
		return 0;
	before = f->choice;
	chosen = sampling_choose(knobs, &f->out, &f->choice, hash_flow(&f->out.key, addresses),
				 false);
	if (f->choice.round != before.round || f->choice.why != before.why) {
		stream = stream_find(f);
		if (stream)
			stream->choice = f->choice;
	}
	return chosen;
}

/* Everything of a record but its bytes. False: the flow is not chosen. */
static __always_inline bool wire_prepare(struct yg_frame *f)
{
	const struct packet *p = &f->packet;
	struct yg_emission *e = &f->out;
	const struct yg_control *knobs = control();
	__u64 addresses;

	if (!knobs || sampling_passes(knobs, e, &f->choice))
		return false;
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
	e->begun = 0;
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

/*
 * Let the frame at work tell of what the other direction lost, if that one asks: whatever of a
 * connection reaches user space tells of all that was asked before it. Return: does it ask?
 */
static __always_inline bool wire_lost(struct yg_frame *f)
{
	if (f->other_kind != H2_CLIENT)
		return false;
	f->budget.lost = f->other_lost;
	return true;
}

/*
 * Does this host begin or take a connection? Others can send a SYN in any name, and a running
 * connection ignores it.
 */
static __always_inline bool is_begin(const struct yg_frame *f, enum bytes_from kind)
{
	return kind == BYTES_SKB && f->out.source == YG_SOURCE_EGRESS &&
	       (f->packet.tcp_flags & TCP_FLAG_SYN);
}

/*
 * A connection begins anew: nothing of an older one holds. That it was of HTTP stays: who hears of
 * this beginning has to hear of its end, too.
 */
static __always_inline void side_renew(struct yg_budget *b)
{
	__u8 is_http = b->is_http;

	__builtin_memset(b, 0, sizeof(*b));
	b->is_http = is_http;
}

/*
 * Is the SYN at work of a connection that user space has to tell from an older one? @known: what is
 * kept of that, or NULL.
 */
static __always_inline bool wire_begins(struct yg_frame *f, struct yg_stream *known)
{
	f->budget.lost = 0;
	if (!known)
		return false;
	side_renew(&known->side[0]);
	side_renew(&known->side[1]);
	return known->side[0].is_http || known->side[1].is_http;
}

/* Did the direction of the frame at work speak HTTP? Then user space hears its end. */
static __always_inline bool wire_ends(struct yg_frame *f)
{
	if (!f->budget.is_http) {
		(void)yg_cover_wire();
		return false;
	}
	if (f->budget.h2_kind == H2_JOINED)
		(void)wire_lost(f);
	return true;
}

/* What is kept of the connection of @f; copies of it in @f, zeroes if it is new. */
static __always_inline struct yg_stream *wire_recall(struct yg_frame *f)
{
	struct yg_stream *known;

	ends_find(f);
	known = stream_find(f);
	if (known) {
		const struct yg_budget *other = stream_side(known, !f->side);

		f->budget = *stream_side(known, f->side);
		f->choice = known->choice;
		f->other_kind = other->h2_kind;
		f->other_lost = other->lost;
	} else {
		__builtin_memset(&f->budget, 0, sizeof(f->budget));
		__builtin_memset(&f->choice, 0, sizeof(f->choice));
		f->other_kind = H2_NONE;
	}
	return known;
}

/* A segment without payload: one that begins or ends a direction. */
static __always_inline enum sample_row wire_edge(struct yg_frame *f, const struct bytes *from,
						 enum bytes_from kind)
{
	struct yg_stream *known = wire_recall(f);

	if (!(is_end(&f->packet) ? wire_ends(f) : wire_begins(f, known)))
		return SAMPLE_skip_empty;
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

/* Keep the state of the direction of @f. @known: what is kept of the connection, or NULL. */
static __always_inline void wire_keep(struct yg_frame *f, struct yg_stream *known)
{
	if (!known && (f->budget.is_http || f->budget.is_tentative))
		known = stream_make(f);
	if (known)
		*stream_side(known, f->side) = f->budget;
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

/* yg_h1_skb() - h1_walk() for TC, over the frame at work. Return: is there more? */
__noinline int yg_h1_skb(struct __sk_buff *skb)
{
	struct yg_frame *f = frame_scratch();
	struct bytes from;

	if (!f)
		return 0;
	from = payload_of(f, skb);
	return h1_walk(&f->budget, &f->cut, &from, BYTES_SKB);
}

/* The same for XDP. */
__noinline int yg_h1_xdp(struct xdp_md *ctx)
{
	struct yg_frame *f = frame_scratch();
	struct bytes from;

	if (!f)
		return 0;
	from = payload_of(f, ctx);
	return h1_walk(&f->budget, &f->cut, &from, BYTES_XDP);
}

static __always_inline void wire_walk_h1(struct yg_frame *f, void *ctx, enum bytes_from kind)
{
	f->cut.len = f->packet.len;
	f->cut.offset = f->packet.seq;
	h1_begin(&f->budget.h1, &f->cut, f->out.data_len);
	for (__u32 i = 0; i < H1_ROUNDS_MAX; i++) {
		if (!(kind == BYTES_SKB ? yg_h1_skb(ctx) : yg_h1_xdp(ctx)))
			break;
	}
	h1_end(&f->budget, &f->cut);
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
	struct yg_stream *known;
	__u32 end;

	if (!f)
		return;
	end = wire_upgrade_end(f, ctx, kind);
	if (!end)
		return;
	known = stream_find(f);
	if (known)
		ws_become(stream_side(known, !f->side), false, 0);
	ws_become(&f->budget, true, f->packet.seq + end);
	/* Frames that came with the answer are copied with it. */
	f->cut.len = f->packet.len;
	f->cut.pos = f->cut.first = f->cut.last = end;
	f->budget.next = f->packet.seq + f->packet.len;
	wire_rounds(f, ctx, kind);
	wire_keep(f, known);
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

/* The kind of the first request that starts in the frame at work, which was walked. */
static __always_inline void wire_outline_walked(const struct yg_frame *f, void *ctx,
						enum bytes_from kind)
{
	if (!f->cut.untold)
		(void)(kind == BYTES_SKB ? yg_outline_h2_skb(ctx) : yg_outline_h2_xdp(ctx));
	else if (f->cut.begin == 0)
		(void)(kind == BYTES_SKB ? yg_outline_skb(ctx) : yg_outline_xdp(ctx));
}

/* A segment that has to be walked: its range in as many records as it takes. */
static __always_inline enum sample_row wire_sample_walk(void *ctx, enum bytes_from kind)
{
	struct yg_counters *c = counters();
	struct yg_frame *f = frame_scratch();
	struct yg_control *knobs = control();
	struct yg_stream *known;
	struct bytes from;
	enum emitted emitted;
	__u32 lost;

	if (!f || !knobs)
		return SAMPLE_lost_copy;
	if (f->budget.h2_kind == H2_NONE)
		wire_walk_h1(f, ctx, kind);
	else
		wire_walk_h2(f, ctx, kind);
	wire_keep(f, stream_find(f));
	count_sample_by(c, SAMPLE_request, f->cut.request_count);
	f->out.starts = f->cut.request_count;
	f->out.outline = 0;
	/* Where the other direction asks, this one begins nothing. */
	f->out.turns = f->budget.h2_kind == H2_JOINED && !wire_lost(f) && knobs->sampled;
	if (f->cut.request_count && knobs->sampled && yg_config.fresh)
		wire_outline_walked(f, ctx, kind);
	if (f->cut.first == f->cut.last && !is_end(&f->packet))
		return SAMPLE_skip_budget;
	if (!wire_prepare(f)) {
		count_sample_by(c, SAMPLE_skip_request, f->cut.request_count);
		return SAMPLE_skip_sampled;
	}
	from = payload_of(f, ctx);
	emitted = h2_emit(&f->out, &f->cut, &from, 0, kind == BYTES_SKB ? put_skb : put_xdp, &lost);
	count_sample_by(c, SAMPLE_lost_request, lost);
	known = lost && !f->cut.untold ? stream_find(f) : NULL;
	if (known)
		stream_side(known, f->side)->lost += lost;
	return row_of_emitted(emitted);
}

/* yg_walk_skb() - wire_sample() for a segment that has to be walked, at TC. */
__noinline int yg_walk_skb(struct __sk_buff *skb)
{
	return wire_sample_walk(skb, BYTES_SKB);
}

/* The same for XDP. */
__noinline int yg_walk_xdp(struct xdp_md *ctx)
{
	return wire_sample_walk(ctx, BYTES_XDP);
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

/* What the frame at work starts; what is to be copied of it, unless it has to be walked. */
static __always_inline enum message wire_admit(struct yg_frame *f)
{
	const struct packet *p = &f->packet;
	enum h1_place place = h1_place(&f->budget, p->seq, p->len);

	if (place == H1_ELSEWHERE) {
		h2_renew(&f->budget, &f->head, p->seq);
		if (h2_admits(&f->budget, &f->head))
			return MESSAGE_SOME;
	}
	return h1_admit(&f->budget, &f->head, p->seq, p->len, place, &f->out.data_len);
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
	enum message message = MESSAGE_NONE;
	struct yg_stream *known;
	enum sample_row row;

	if (p->len == 0 && !is_end(p) && !is_begin(f, kind))
		return SAMPLE_skip_empty;
	if (!knobs || is_silent(knobs, coarse_ns()))
		return SAMPLE_skip_idle;
	if (p->len == 0)
		return wire_edge(f, from, kind);
	if (head_read(from, kind, p->len, &f->head))
		return SAMPLE_lost_copy;
	known = wire_recall(f);
	if (known || !is_record(&f->head)) { /* what begins like a record begins nothing else */
		message = wire_admit(f);
		if (message == MESSAGE_SOME)
			return kind == BYTES_SKB ? yg_walk_skb(from->ctx) : yg_walk_xdp(from->ctx);
		wire_keep(f, known);
	}
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
