/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/stream.h"

#include <assert.h>
#include <string.h>

#include "stream/flow.h"
#include "stream/witness.h"

struct yg_early {
	struct yg_early *next;
	uint64_t offset;
	uint64_t time_ns;
	uint32_t data_len, payload_len;
	uint32_t lost, begun;
	uint32_t counts; /* segments whose first piece this holds: it carries their rows */
	uint8_t source;
	bool start;
	bool hold;
	uint8_t data[];
};

/* Why a hole was given up. */
enum reason { REASON_TIMEOUT, REASON_ACKED, REASON_BUDGET, REASON_OTHER };

static uint64_t piece_end(const struct yg_piece *piece)
{
	return piece->offset + piece->payload_len;
}

static uint64_t early_end(const struct yg_early *early)
{
	return early->offset + early->payload_len;
}

/* Forget the first @len bytes. */
static void trim_front(struct yg_piece *piece, uint64_t len)
{
	uint32_t data = len < piece->data_len ? (uint32_t)len : piece->data_len;

	piece->offset += len;
	piece->payload_len -= (uint32_t)len;
	piece->data += data;
	piece->data_len -= data;
	piece->start = piece->start && len == 0;
}

/* The first @len bytes only. */
static struct yg_piece front_of(const struct yg_piece *piece, uint64_t len)
{
	struct yg_piece front = *piece;

	front.payload_len = (uint32_t)len;
	if (front.data_len > len)
		front.data_len = (uint32_t)len;
	return front;
}

/* --- bytes that are held until they are acknowledged --------------------------------------- */

static void hold_link(struct yg_stream *stream, struct yg_early *early)
{
	struct yg_early **link = &stream->held;

	while (*link)
		link = &(*link)->next;
	early->next = NULL;
	*link = early;
	stream->held_count++;
	stream->held_bytes += early->data_len;
}

static bool can_hold(const struct yg_stream *stream, uint32_t len)
{
	return stream->held_count < YG_HELD_MAX && stream->held_bytes + len <= YG_HELD_BYTES_MAX;
}

/* A copy of what is handed on. */
static void hold(const struct yg_order *order, struct yg_stream *stream,
		 const struct yg_piece *piece)
{
	struct yg_early *early = NULL;
	size_t cap;

	if (can_hold(stream, piece->data_len))
		early = yg_pool_take(order->pool, sizeof(*early) + piece->data_len, &cap);
	if (!early) {
		order->counters->hold_lost++;
		return;
	}
	*early = (struct yg_early){ .offset = piece->offset,
				    .data_len = piece->data_len,
				    .payload_len = piece->data_len };
	memcpy(early->data, piece->data, piece->data_len);
	hold_link(stream, early);
}

/* What lies before @offset was acknowledged, or nobody asks any more. */
static void release_before(const struct yg_order *order, struct yg_stream *stream, uint64_t offset)
{
	while (stream->held && early_end(stream->held) <= offset) {
		struct yg_early *early = stream->held;

		stream->held = early->next;
		stream->held_count--;
		stream->held_bytes -= early->data_len;
		yg_pool_give(order->pool, early);
	}
}

void yg_stream_contest(const struct yg_order *order, struct yg_stream *stream)
{
	order->counters->contested += !stream->contested;
	stream->contested = true;
}

/* Do both hold bytes for one place that differ? */
static bool contradicts(const struct yg_early *early, const struct yg_piece *piece)
{
	uint64_t from = early->offset > piece->offset ? early->offset : piece->offset;
	uint64_t to = early->offset + early->data_len;

	if (to > piece->offset + piece->data_len)
		to = piece->offset + piece->data_len;
	return from < to && memcmp(early->data + (from - early->offset),
				   piece->data + (from - piece->offset), to - from) != 0;
}

/* @piece brings @len bytes that were handed on already. */
static void count_again(const struct yg_order *order, struct yg_stream *stream,
			const struct yg_piece *piece, uint64_t len)
{
	for (const struct yg_early *early = stream->held; early; early = early->next) {
		if (!contradicts(early, piece))
			continue;
		yg_stream_contest(order, stream);
		order->counters->byte_conflict += len;
		return;
	}
	order->counters->byte_duplicate += len;
}

/* --- handing on ---------------------------------------------------------------------------- */

static void skip(const struct yg_order *order, struct yg_flow *flow, unsigned dir, uint64_t len,
		 uint64_t time_ns, bool cut)
{
	struct yg_run run = { .len = len, .time_ns = time_ns, .dir = (uint8_t)dir, .cut = cut };

	flow->streams[dir].next += len;
	order->sink.on_run(order->sink.ctx, flow, &run);
}

/* @piece continues the stream: hand it on, what was not sampled as a gap. */
static void deliver(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		    const struct yg_piece *piece)
{
	struct yg_run run = {
		.data = piece->data,
		.len = piece->data_len,
		.time_ns = piece->time_ns,
		.lost = piece->lost,
		.begun = piece->begun,
		.dir = (uint8_t)dir,
		.source = piece->source,
		.start = piece->start,
	};

	if (piece->data_len && piece->hold)
		hold(order, &flow->streams[dir], piece);
	if (piece->data_len) {
		order->counters->byte_ordered += piece->data_len;
		flow->streams[dir].next += piece->data_len;
		order->sink.on_run(order->sink.ctx, flow, &run);
	}
	if (piece->payload_len > piece->data_len) {
		order->counters->byte_unsampled += piece->payload_len - piece->data_len;
		skip(order, flow, dir, piece->payload_len - piece->data_len, piece->time_ns, true);
	}
}

/* It has ended, or would if it was believed. */
static bool says_end(const struct yg_stream *stream)
{
	return stream->ended || (stream->has_fin && stream->next == stream->fin_at);
}

static void check_end(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		      uint64_t time_ns)
{
	struct yg_stream *stream = &flow->streams[dir];

	if (!stream->has_fin || stream->ended || stream->next < stream->fin_at)
		return;
	if (stream->next > stream->fin_at) { /* bytes follow it: it was not of this connection */
		stream->has_fin = stream->fin_heard = false;
		return;
	}
	if (stream->fin_doubted && !stream->fin_heard && !says_end(&flow->streams[!dir]))
		return;
	stream->ended = true;
	order->sink.on_end(order->sink.ctx, flow, dir, time_ns);
}

/* Is @dir over, and with it the other one? */
static void check_fin(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		      uint64_t time_ns)
{
	check_end(order, flow, dir, time_ns);
	check_end(order, flow, !dir, time_ns);
}

/* Hand on the first early segment, which starts at next. */
static void deliver_early(const struct yg_order *order, struct yg_flow *flow, unsigned dir)
{
	struct yg_stream *stream = &flow->streams[dir];
	struct yg_early *early = stream->early;
	struct yg_piece piece = {
		.offset = early->offset,
		.time_ns = early->time_ns,
		.data = early->data,
		.data_len = early->data_len,
		.payload_len = early->payload_len,
		.lost = early->lost,
		.begun = early->begun,
		.source = early->source,
		.start = early->start,
	};

	stream->early = early->next;
	stream->early_count--;
	stream->early_bytes -= early->data_len;
	order->counters->byte_queued -= early->payload_len;
	order->counters->seg_queued -= early->counts;
	order->counters->seg_ahead += early->counts;
	deliver(order, flow, dir, &piece);
	if (early->hold && can_hold(stream, early->data_len))
		hold_link(stream, early);
	else
		yg_pool_give(order->pool, early);
}

static void drain(const struct yg_order *order, struct yg_flow *flow, unsigned dir)
{
	struct yg_stream *stream = &flow->streams[dir];

	while (stream->early && stream->early->offset == stream->next)
		deliver_early(order, flow, dir);
}

/* --- holes ---------------------------------------------------------------------------------- */

/* The bytes from next to @offset will not come. */
static void give_up(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		    uint64_t offset, uint64_t time_ns, enum reason reason)
{
	uint64_t len = offset - flow->streams[dir].next;

	order->counters->gap++;
	order->counters->byte_gap += len;
	order->counters->gap_timeout += reason == REASON_TIMEOUT;
	order->counters->gap_acked += reason == REASON_ACKED;
	order->counters->gap_budget += reason == REASON_BUDGET;
	skip(order, flow, dir, len, time_ns, false);
}

/* Give up holes until nothing that starts before @offset waits. */
static void flush_before(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
			 uint64_t offset, enum reason reason)
{
	struct yg_stream *stream = &flow->streams[dir];

	while (stream->early && stream->early->offset < offset) {
		if (stream->early->offset > stream->next)
			give_up(order, flow, dir, stream->early->offset, stream->early->time_ns,
				reason);
		drain(order, flow, dir);
	}
}

/* What waits is ahead of all that this host has: nobody has read it. */
static void forget_early(const struct yg_order *order, struct yg_stream *stream)
{
	while (stream->early) {
		struct yg_early *early = stream->early;

		stream->early = early->next;
		order->counters->byte_queued -= early->payload_len;
		order->counters->byte_late += early->payload_len;
		order->counters->seg_queued -= early->counts;
		order->counters->seg_late += early->counts;
		yg_pool_give(order->pool, early);
	}
	stream->early_count = stream->early_bytes = 0;
}

/* Count what @piece says about bytes that @early already holds. */
static void count_overlap(const struct yg_order *order, struct yg_stream *stream,
			  const struct yg_early *early, const struct yg_piece *piece, uint64_t to)
{
	uint64_t len = to - piece->offset;

	if (!contradicts(early, piece)) {
		order->counters->byte_duplicate += len;
		return;
	}
	order->counters->byte_conflict += len;
	if (piece->hold)
		yg_stream_contest(order, stream);
}

/* Copy @piece into the queue after *@link. False: no memory. */
static bool enqueue(const struct yg_order *order, struct yg_stream *stream, struct yg_early **link,
		    const struct yg_piece *piece, bool counts)
{
	struct yg_early *early;
	size_t cap;

	early = yg_pool_take(order->pool, sizeof(*early) + piece->data_len, &cap);
	if (!early)
		return false;
	*early = (struct yg_early){
		.next = *link,
		.offset = piece->offset,
		.time_ns = piece->time_ns,
		.data_len = piece->data_len,
		.payload_len = piece->payload_len,
		.lost = piece->lost,
		.begun = piece->begun,
		.source = piece->source,
		.start = piece->start,
		.hold = piece->hold,
		.counts = counts,
	};
	if (piece->data_len)
		memcpy(early->data, piece->data, piece->data_len);
	*link = early;
	stream->early_count++;
	stream->early_bytes += piece->data_len;
	order->counters->byte_queued += piece->payload_len;
	return true;
}

/* Does @second continue @first, in few bytes, with nothing to tell them apart but its start? */
static bool can_join(const struct yg_early *first, const struct yg_early *second)
{
	return second && early_end(first) == second->offset &&
	       first->data_len == first->payload_len &&
	       first->data_len + second->data_len <= YG_EARLY_JOIN_MAX &&
	       first->lost == second->lost && first->begun == second->begun &&
	       first->source == second->source && first->hold == second->hold;
}

/* Small neighbours become one, to make room. */
static void join_early(const struct yg_order *order, struct yg_stream *stream)
{
	struct yg_early **link = &stream->early;

	while (*link) {
		struct yg_early *first = *link, *second = first->next, *both = NULL;
		size_t cap;

		if (can_join(first, second))
			both = yg_pool_take(order->pool,
					    sizeof(*both) + first->data_len + second->data_len,
					    &cap);
		if (!both) {
			link = &first->next;
			continue;
		}
		*both = *first;
		both->next = second->next;
		both->data_len += second->data_len;
		both->payload_len += second->payload_len;
		both->counts += second->counts;
		if (second->time_ns > both->time_ns)
			both->time_ns = second->time_ns;
		memcpy(both->data, first->data, first->data_len);
		memcpy(both->data + first->data_len, second->data, second->data_len);
		*link = both;
		stream->early_count--;
		yg_pool_give(order->pool, first);
		yg_pool_give(order->pool, second);
	}
}

/*
 * Put the parts of @piece that nothing holds yet into the queue.
 * @ret_count: parts that were put there. False: no memory; @piece is what is left.
 */
static bool insert(const struct yg_order *order, struct yg_stream *stream, struct yg_piece *piece,
		   uint32_t *ret_count)
{
	struct yg_early **link = &stream->early;

	while (piece->payload_len) {
		struct yg_early *early = *link;
		uint64_t end = piece_end(piece);

		if (early && early_end(early) <= piece->offset) {
			link = &early->next;
			continue;
		}
		if (!early || piece->offset < early->offset) {
			bool past = early && end > early->offset;
			uint64_t len = (past ? early->offset : end) - piece->offset;
			struct yg_piece front = front_of(piece, len);

			if (!enqueue(order, stream, link, &front, *ret_count == 0))
				return false;
			++*ret_count;
			link = &(*link)->next;
			trim_front(piece, len);
			continue;
		}
		if (end > early_end(early))
			end = early_end(early);
		count_overlap(order, stream, early, piece, end);
		trim_front(piece, end - piece->offset);
	}
	return true;
}

/* Room is gone: holes are given up instead of bytes, then @piece is read in place. */
static void force(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		  struct yg_piece *piece)
{
	struct yg_stream *stream = &flow->streams[dir];

	flush_before(order, flow, dir, piece_end(piece), REASON_BUDGET);
	if (piece->offset > stream->next)
		give_up(order, flow, dir, piece->offset, piece->time_ns, REASON_BUDGET);
	if (piece->offset < stream->next) {
		uint64_t seen = stream->next - piece->offset;

		if (seen > piece->payload_len)
			seen = piece->payload_len;
		order->counters->byte_duplicate += seen;
		trim_front(piece, seen);
	}
	if (piece->payload_len)
		deliver(order, flow, dir, piece);
	drain(order, flow, dir);
}

static bool is_full(const struct yg_stream *stream, const struct yg_piece *piece)
{
	return stream->early_count + 2 > YG_EARLY_MAX || /* a segment may become pieces */
	       stream->early_bytes + piece->data_len > YG_EARLY_BYTES_MAX;
}

/* After a hole, or with others waiting behind one. */
static void add_early(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		      struct yg_piece *piece)
{
	struct yg_stream *stream = &flow->streams[dir];
	uint32_t count = 0;

	if (is_full(stream, piece))
		join_early(order, stream);
	if (is_full(stream, piece) && yg_witness_vouches(flow, dir))
		forget_early(order, stream);
	if (!stream->early)
		stream->hole_ns = piece->time_ns;
	if (is_full(stream, piece) || !insert(order, stream, piece, &count)) {
		order->counters->seg_ordered += count == 0;
		order->counters->seg_queued += count != 0; /* its first piece is in the queue */
		force(order, flow, dir, piece);
		return;
	}
	order->counters->seg_queued += count != 0;
	order->counters->seg_duplicate += count == 0;
	drain(order, flow, dir);
}

void yg_stream_add(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		   const struct yg_piece *piece, bool ordered)
{
	struct yg_stream *stream = &flow->streams[dir];
	struct yg_stream_counters *counters = order->counters;
	struct yg_piece rest = *piece;
	bool overlap = false;

	assert(stream->started && piece->payload_len > 0);

	if (piece_end(piece) <= stream->next) {
		counters->seg_duplicate++;
		count_again(order, stream, piece, piece->payload_len);
		return;
	}
	if (piece->offset < stream->next) {
		count_again(order, stream, piece, stream->next - piece->offset);
		trim_front(&rest, stream->next - piece->offset);
		overlap = true;
	}
	if (rest.offset > stream->next && !stream->early &&
	    (ordered || rest.offset - stream->next <= stream->unwanted))
		give_up(order, flow, dir, rest.offset, rest.time_ns, REASON_OTHER);
	if (rest.offset == stream->next && !stream->early) {
		counters->seg_ordered += !overlap;
		counters->seg_overlap += overlap;
		deliver(order, flow, dir, &rest);
	} else {
		add_early(order, flow, dir, &rest);
	}
	check_fin(order, flow, dir, piece->time_ns);
}

void yg_stream_fin(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		   uint64_t offset, uint64_t time_ns, bool doubted)
{
	struct yg_stream *stream = &flow->streams[dir];

	if (stream->ended || offset < stream->next || (stream->has_fin && offset >= stream->fin_at))
		return;
	stream->has_fin = true;
	stream->fin_at = offset;
	stream->fin_doubted = doubted;
	stream->fin_heard = false;
	if (!stream->early && offset > stream->next && offset - stream->next <= stream->unwanted)
		give_up(order, flow, dir, offset, time_ns, REASON_OTHER);
	check_fin(order, flow, dir, time_ns);
}

void yg_stream_acked(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		     uint64_t offset, uint64_t time_ns, bool ahead)
{
	struct yg_stream *stream = &flow->streams[dir];

	release_before(order, stream, offset);
	stream->fin_heard |= stream->has_fin && offset > stream->fin_at;
	if (!stream->started || stream->ended || offset <= stream->next ||
	    offset - stream->next > YG_WINDOW_BYTES)
		return;
	if (stream->early) /* a hole is acknowledged when what waits behind it starts there */
		flush_before(order, flow, dir, offset + 1, REASON_ACKED);
	if (ahead && !stream->early && offset > stream->next &&
	    (!stream->has_fin || offset <= stream->fin_at))
		give_up(order, flow, dir, offset, time_ns, REASON_ACKED);
	check_fin(order, flow, dir, time_ns);
}

void yg_stream_expire(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		      uint64_t now_ns)
{
	struct yg_stream *stream = &flow->streams[dir];

	if (!stream->early || now_ns < stream->hole_ns + order->gap_ns)
		return;
	if (yg_witness_vouches(flow, dir) && stream->early->offset > stream->acked) {
		forget_early(order, stream);
		return;
	}
	give_up(order, flow, dir, stream->early->offset, stream->early->time_ns, REASON_TIMEOUT);
	drain(order, flow, dir);
	stream->hole_ns = now_ns;
	check_fin(order, flow, dir, now_ns);
}

void yg_stream_end(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		   uint64_t time_ns)
{
	struct yg_stream *stream = &flow->streams[dir];

	if (yg_witness_vouches(flow, dir))
		forget_early(order, stream);
	flush_before(order, flow, dir, UINT64_MAX, REASON_OTHER);
	release_before(order, stream, UINT64_MAX);
	if (stream->ended)
		return;
	if (stream->has_fin && stream->fin_at > stream->next)
		give_up(order, flow, dir, stream->fin_at, time_ns, REASON_OTHER);
	stream->ended = true;
	order->sink.on_end(order->sink.ctx, flow, dir, time_ns);
}

void yg_stream_clean(const struct yg_order *order, struct yg_stream *stream)
{
	release_before(order, stream, UINT64_MAX);
	while (stream->early) {
		struct yg_early *early = stream->early;

		stream->early = early->next;
		yg_pool_give(order->pool, early);
	}
}

uint64_t yg_stream_unwrap(const struct yg_stream *stream, uint32_t sequence)
{
	uint64_t end = stream->next + stream->unwanted;

	if (stream->unwanted != YG_UNWANTED_ALL && sequence == (uint32_t)end)
		return end;
	return stream->next + (uint64_t)(int64_t)(int32_t)(sequence - (uint32_t)stream->next);
}
