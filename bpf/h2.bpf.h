/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HTTP/2 directions: which bytes of a segment are worth copying. Shared by the wire and TLS.
 *
 *	| DATA | HEADERS | DATA ........... | HEADERS | DATA ........ |	frames
 *	     |<------------- copied ------------------->|		of one segment
 *
 * Frame headers are walked, at most H2_FRAMES_MAX per segment: header blocks and everything that is
 * not DATA are copied whole, DATA within the budget that each header block renews; beyond it, the
 * first bytes of each DATA frame: a WebSocket's frame (RFC 8441) or a message of gRPC mostly begins
 * there. What is copied is one range; what lies before and behind it is an explicit gap.
 *
 * A direction is recognised by the preface, by a server's first SETTINGS, or, joined late, by a
 * frame header at the start of a segment that only HTTP/2 has. Where frames begin is not known
 * after a hole, or after more frames than are walked: then whole segments are copied until one
 * starts with a frame.
 *
 * Requests are counted where the preface was seen: a HEADERS frame of a stream higher than all
 * before it. Exact as long as frames are walked; in connections joined late, and in segments that
 * are copied without walking, requests are found by user space alone. But for TLS that was joined
 * after its probes rested (H2_READER): what a process reads are requests, or answers to streams
 * that it wrote the highest of.
 */
#pragma once

#include "ws.bpf.h"

#define TCP_LAST_FLAGS 0x05 /* FIN and RST: of the last byte of a segment */

#define H2_HEADER      9
#define H2_PREFACE     24
#define H2_PADDED      0x08
#define H2_PRIORITISED 0x20
#define H2_FRAMES_MAX  104 /* per segment: clients send up to 100 requests in one */
#define H2_ROUND       4   /* frames per call of the walker */
#define H2_ROUNDS_MAX  (H2_FRAMES_MAX / H2_ROUND)
#define H2_DATA_HEAD   96	  /* bytes of each DATA frame: records stay the smallest ones */
#define H2_AGAIN       (1u << 20) /* bytes behind: a segment that is sent again */
#define H2_LENGTH_MAX  16384 /* of a frame that is believed without knowing where frames begin */

enum h2_type {
	H2_DATA,
	H2_HEADERS,
	H2_PRIORITY,
	H2_RST_STREAM,
	H2_SETTINGS,
	H2_PUSH_PROMISE,
	H2_PING,
	H2_GOAWAY,
	H2_WINDOW_UPDATE,
	H2_CONTINUATION,
	H2_TYPES
};

static __always_inline __u32 h2_length(const __u8 *h)
{
	return (__u32)h[0] << 16 | (__u32)h[1] << 8 | h[2];
}

static __always_inline __u32 h2_stream(const __u8 *h)
{
	return ((__u32)h[5] << 24 | (__u32)h[6] << 16 | (__u32)h[7] << 8 | h[8]) & 0x7fffffff;
}

/* A frame header by which a direction is told: each has at least five bytes that must be right. */
static __always_inline bool h2_is_telling(const __u8 *h)
{
	__u32 length = h2_length(h), stream = h2_stream(h);

	if (length > H2_LENGTH_MAX || (h[5] & 0x80))
		return false;
	switch (h[3]) {
	case H2_HEADERS:
		return stream && (h[4] & 0x04) && !(h[4] & ~0x2d);
	case H2_SETTINGS:
		return !stream && length % 6 == 0 && !(h[4] & ~0x01) && !(h[4] && length);
	case H2_RST_STREAM:
		return stream && length == 4 && !h[4];
	case H2_WINDOW_UPDATE:
		return length == 4 && !h[4];
	case H2_PING:
		return !stream && length == 8 && !(h[4] & ~0x01);
	case H2_GOAWAY:
		return !stream && length >= 8 && !h[4];
	default:
		return false;
	}
}

/* May frames go on like this? Where it is known that a frame begins. */
static __always_inline bool h2_is_valid(const __u8 *h)
{
	if (h[3] == H2_SETTINGS || h[3] == H2_PING || h[3] == H2_GOAWAY)
		return h2_stream(h) == 0;
	if (h[3] == H2_WINDOW_UPDATE || h[3] >= H2_TYPES)
		return true;
	return h2_stream(h) != 0;
}

static __always_inline bool is_h2_preface(const struct yg_head *head)
{
	return is_preface(head) && head->len > 14 && head->bytes[6] == 'H' &&
	       head->bytes[11] == '2';
}

/*
 * Another connection between the same ends begins: its streams count from 1. Not the first segment
 * sent again, which lies just behind.
 */
static __always_inline void h2_renew(struct yg_budget *b, const struct yg_head *head, __u32 offset)
{
	if (b->h2_kind != H2_NONE && b->has_next && b->next - offset > H2_AGAIN &&
	    is_h2_preface(head))
		__builtin_memset(b, 0, sizeof(*b));
}

/* Is the direction HTTP/2, from this segment on at the latest? */
static __always_inline bool h2_admits(struct yg_budget *b, const struct yg_head *head)
{
	/* No frame begins like a message: the connection is another one now. */
	if (b->h2_kind == H2_WS && !b->frame_left && !b->header_len &&
	    message_of(head, false) > MESSAGE_NONE && message_of(head, false) < MESSAGE_PARTIAL) {
		b->h2_kind = H2_NONE;
		b->h1 = (struct yg_h1){};
	}
	if (b->h2_kind != H2_NONE)
		return true;
	if (is_h2_preface(head)) {
		b->h2_kind = H2_CLIENT;
		b->frame_left = H2_PREFACE;
		b->data = DATA_NOT;
	} else if (head->len >= H2_HEADER && head->bytes[0] == 0 && h2_is_telling(head->bytes) &&
		   (!b->is_http || head->bytes[3] == H2_SETTINGS || head->bytes[3] == H2_HEADERS)) {
		b->h2_kind = H2_JOINED;
	} else {
		return false;
	}
	b->is_http = 1;
	b->is_tentative = 0;
	b->has_next = 0;
	b->left = yg_config.body_budget;
	return true;
}

static __always_inline void h2_want(struct yg_h2_cut *cut, __u32 at, __u32 len)
{
	if (len == 0)
		return;
	if (cut->first == cut->last)
		cut->first = at;
	cut->last = at + len;
}

static __always_inline void h2_want_all(struct yg_budget *b, struct yg_h2_cut *cut)
{
	__u32 want = cut->len - cut->pos;

	if (b->h2_kind == H2_WS) {
		ws_lose(b);
		if (want > b->left)
			want = b->left;
		b->left -= want;
	}
	b->is_lost = 1;
	h2_want(cut, cut->pos, want);
}

/* Where this segment stands in the direction. False: there is nothing to walk. */
static __noinline bool h2_align(struct yg_budget *b, struct yg_h2_cut *cut,
				const struct yg_head *head)
{
	__s32 ahead = b->has_next ? (__s32)(cut->offset - b->next) : 0;

	if (ahead < 0) { /* sent again: user space knows what it has */
		cut->pos = -ahead;
		if (cut->pos >= cut->len)
			cut->pos = cut->len;
		h2_want(cut, 0, cut->pos);
		return cut->pos < cut->len;
	}
	b->has_next = 1;
	if (b->h2_kind == H2_WS && ahead > 0 && (b->header_len || (__u32)ahead > b->frame_left))
		ws_lose(b);
	else if (ahead > 0 && (b->header_len || (__u32)ahead > b->frame_left))
		b->is_lost = 1;
	else
		b->frame_left -= ahead;
	if (b->h2_kind == H2_WS)
		return true;
	if (b->is_lost && head->len >= H2_HEADER && h2_is_telling(head->bytes)) {
		b->is_lost = 0;
		b->header_len = 0;
		b->frame_left = 0;
	}
	return true;
}

/* A request starts: remember where its header block is, behind pad length and priority. */
static __always_inline void h2_note_head(struct yg_h2_cut *cut, const __u8 *h)
{
	__u32 skip = (h[4] & H2_PADDED ? 1 : 0) + (h[4] & H2_PRIORITISED ? 5 : 0);
	__u32 rest = cut->len - cut->pos, len = h2_length(h), i = cut->request_count;

	if (len > rest)
		len = rest;
	if (i >= H2_HEADS_MAX)
		return;
	cut->heads[i & (H2_HEADS_MAX - 1)] = cut->pos + skip;
	cut->head_lens[i & (H2_HEADS_MAX - 1)] = len > skip ? len - skip : 0;
}

/* @n bytes more of a frame header are there. Not 0: the segment is over, or the way is lost. */
static __noinline int h2_frame(struct yg_budget *b, struct yg_h2_cut *cut, __u32 n)
{
	const __u8 *h = b->header;
	__u32 stream, piece;

	h2_want(cut, cut->pos, n);
	cut->pos += n;
	if (b->header_len < H2_HEADER)
		return 1;
	b->header_len = 0;
	b->frame_left = h2_length(h);
	b->data = h[3] == H2_DATA ? DATA_BEGINS : DATA_NOT;
	if (!h2_is_valid(h)) {
		h2_want_all(b, cut);
		return 1;
	}
	if (h[3] != H2_HEADERS)
		return 0;
	b->left = yg_config.body_budget;
	stream = h2_stream(h);
	if (stream <= b->stream)
		return 0;
	b->stream = stream;
	if (b->h2_kind != H2_CLIENT && b->h2_kind != H2_READER)
		return 0;
	h2_note_head(cut, h);
	cut->request_count++;
	/* By the last byte of the frame header: it may have begun in the segment before. */
	piece = (cut->pos - 1 - cut->first) / YG_SEGMENT_MAX;
	if (piece < H2_PIECES_MAX)
		cut->requests[piece & (H2_PIECES_MAX - 1)]++;
	return 0;
}

/* The payload that is left of the frame, or what the segment has of it. */
static __noinline int h2_payload(struct yg_budget *b, struct yg_h2_cut *cut)
{
	__u32 rest = cut->len - cut->pos, n = b->frame_left < rest ? b->frame_left : rest;
	__u32 want = n;

	if (b->data != DATA_NOT && want > b->left)
		want = b->left;
	if (b->data != DATA_NOT)
		b->left -= want;
	if (b->data == DATA_BEGINS && n) {
		b->data = DATA_GOES_ON;
		if (want < H2_DATA_HEAD)
			want = n < H2_DATA_HEAD ? n : H2_DATA_HEAD;
	}
	h2_want(cut, cut->pos, want);
	cut->pos += n;
	b->frame_left -= n;
	return 0;
}

/* One frame on, or what the segment has of it. False: the segment is over, or the way is lost. */
static __always_inline bool h2_step(struct yg_budget *b, struct yg_h2_cut *cut,
				    const struct bytes *from, enum bytes_from kind)
{
	struct bytes at = *from;
	__u32 have, n, rest;

	h2_payload(b, cut);
	rest = cut->len - cut->pos;
	have = b->header_len;
	if (rest == 0 || have >= H2_HEADER)
		return false;
	n = H2_HEADER - have;
	if (n > rest)
		n = rest;
	at.at += cut->pos;
	if (bytes_read(&at, kind, &b->header[have & 15], BOUND(n, H2_HEADER))) {
		h2_want_all(b, cut);
		return false;
	}
	b->header_len = have + n;
	return h2_frame(b, cut, n) == 0;
}

/* The same in a WebSocket, where a header is read in up to three steps. */
static __always_inline bool ws_step(struct yg_budget *b, struct yg_h2_cut *cut,
				    const struct bytes *from, enum bytes_from kind)
{
	struct bytes at = *from;
	__u32 have, n, rest;

	h2_payload(b, cut);
	rest = cut->len - cut->pos;
	have = b->header_len;
	n = ws_need(b->header, have);
	if (rest == 0 || have >= n)
		return false;
	n -= have;
	if (n > WS_PIECE)
		n = WS_PIECE;
	if (n > rest)
		n = rest;
	at.at += cut->pos;
	if (bytes_read(&at, kind, &b->header[have & 15], BOUND(n, WS_PIECE))) {
		h2_want_all(b, cut);
		return false;
	}
	h2_want(cut, cut->pos, n);
	cut->pos += n;
	b->header_len = have + n;
	if (b->header_len < ws_need(b->header, b->header_len))
		return true;
	return ws_frame(b) == 0;
}

/*
 * h2_walk() - H2_ROUND frames on. Return: is there more?
 * Called from a global function: the verifier walks that once, and not once per frame.
 */
static __always_inline bool h2_walk(struct yg_budget *b, struct yg_h2_cut *cut,
				    const struct bytes *from, enum bytes_from kind)
{
	for (int i = 0; i < H2_ROUND; i++) {
		if (!(b->h2_kind == H2_WS ? ws_step(b, cut, from, kind)
					  : h2_step(b, cut, from, kind)))
			return false;
	}
	return true;
}

/**
 * h2_begin() - where a segment of an HTTP/2 direction stands.
 * @cut: len and offset set.
 *
 * Return: are there frames to walk? Then call h2_walk() up to H2_ROUNDS_MAX times, and h2_end().
 */
static __always_inline bool h2_begin(struct yg_budget *b, const struct yg_head *head,
				     struct yg_h2_cut *cut)
{
	cut->pos = cut->first = cut->last = cut->request_count = cut->untold = 0;
#pragma unroll
	for (int i = 0; i < H2_PIECES_MAX; i++)
		cut->requests[i] = 0;
	if (!h2_align(b, cut, head))
		return false;
	b->next = cut->offset + cut->len;
	if (b->is_lost)
		h2_want_all(b, cut);
	return !b->is_lost;
}

/**
 * h2_end() - the walk is over; decide over what it did not reach.
 * Return: MESSAGE_REQUEST if requests start in the segment, else MESSAGE_NONE.
 */
static __always_inline enum message h2_end(struct yg_budget *b, const struct yg_head *head,
					   struct yg_h2_cut *cut)
{
	enum message begins = message_of(head, false);
	__u32 all = cut->len;

	/* More frames than are walked. */
	if (b->h2_kind == H2_WS) {
		if (!b->is_lost && cut->pos < cut->len)
			h2_want_all(b, cut);
		return MESSAGE_NONE;
	}
	if (!b->is_lost && cut->pos < cut->len && b->frame_left < cut->len - cut->pos)
		h2_want_all(b, cut);
	/* HTTP/1 in what was taken for HTTP/2 must not hide behind a frame that never ends. */
	if (begins == MESSAGE_REQUEST || begins == MESSAGE_RESPONSE) {
		if (all > yg_config.body_budget)
			all = yg_config.body_budget;
		cut->first = 0;
		if (cut->last < all)
			cut->last = all;
	}
	return cut->request_count ? MESSAGE_REQUEST : MESSAGE_NONE;
}

/*
 * How a program puts @e of its work at hand on the ring, with bytes from @at on. Known where it is
 * used: a call, not a jump to somewhere.
 */
typedef enum emitted emit_fn(void *ctx, __u64 id, __u64 at);

/*
 * Records for the range of @cut: one that is nothing but a gap if the range does not begin with the
 * segment, then pieces of YG_SEGMENT_MAX. @e is complete but for lengths.
 *
 * @from: of the payload. @ret_lost: requests that start in no record.
 * Return: the first failure.
 */
static __always_inline enum emitted h2_emit(struct yg_emission *e, struct yg_h2_cut *cut,
					    const struct bytes *from, __u64 id, emit_fn *put,
					    __u32 *ret_lost)
{
	__u32 len = cut->len, done = 0, lost = cut->request_count;
	enum emitted emitted = EMITTED;
	__u64 offset = e->offset;
	__u8 flags = e->tcp_flags;

	cut->pos = 0; /* bytes told so far */
	for (int i = 0; i < H2_PIECES_MAX + 1 && emitted == EMITTED; i++) {
		__u32 end = len, take = 0;

		if (i == 0 && cut->first) {
			end = cut->first;
		} else if (cut->pos < cut->last) {
			take = cut->last - cut->pos;
			if (take > YG_SEGMENT_MAX)
				take = YG_SEGMENT_MAX;
			if (cut->pos + take < cut->last && done < H2_PIECES_MAX - 1)
				end = cut->pos + take;
		}
		e->offset = offset + cut->pos;
		e->payload_len = end - cut->pos;
		e->data_len = take;
		e->begun = take && !cut->untold ? cut->requests[done & (H2_PIECES_MAX - 1)] : 0;
		e->tcp_flags = end < len ? flags & ~TCP_LAST_FLAGS : flags;
		emitted = put(from->ctx, id, from->at + cut->pos);
		if (emitted == EMITTED && take) {
			lost -= cut->requests[done & (H2_PIECES_MAX - 1)];
			done++;
		}
		cut->pos = end;
		if (end >= len)
			break;
	}
	*ret_lost = lost;
	return emitted;
}
