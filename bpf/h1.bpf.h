/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HTTP/1 requests that are sent one behind the other, without waiting: how many start in a segment,
 * and where. Shared by the wire and TLS.
 *
 *	| head | head, Content-Length: 9 | body | he		a segment
 *	                             ad | head, chunked | size | ...	the next
 *
 * Framing as RFC 9112 section 6 has it for requests, by Content-Length and chunks, so that nothing
 * in a body is taken for a request; what is open at the end of a segment goes on in the next, at
 * whatever byte that is cut. What is sent again is not counted again. Where bytes are missing, and
 * behind what no request is made of, a segment is judged by its first bytes, see budget.bpf.h.
 *
 * Nearly all clients wait for the answer before they ask again, and that must stay cheap: a segment
 * of less than two of the shortest heads seen on its connection holds one request, and no walk is
 * needed. Who first sends a long request and then, in one segment, several of less than half of it
 * is so counted short until one of those comes alone; and of a body behind what was not walked, in
 * segments of its own, those that begin like a request are judged by that.
 *
 * What is copied is judged by the first bytes of each segment, whatever the framing says of them: a
 * length may be a lie, or of a frame that the stack of the server drops.
 */
#pragma once

#include "budget.bpf.h"
#include "outline.bpf.h"

#define H1_STEPS      24u    /* per call of the walker, each at most 8 bytes */
#define H1_ROUNDS_MAX 2048u  /* calls per segment: 64 KiB of requests of 30 bytes */
#define H1_QUIET_MAX  256u   /* calls without a request or chunk: 8 KiB of a head, then given up */
#define H1_HEAD_MAX   65536u /* bytes of a head, over all segments; the same beyond */
#define H1_CHUNKS_MAX 1024u  /* of a body; the same beyond */
#define H1_BODY_MAX   (1u << 31) /* bytes of a body or chunk; the same beyond */
#define H1_AGAIN_MAX  (1u << 20) /* bytes behind: a segment that is sent again */
#define H1_LENGTHS    15u	 /* bytes of "content-length:", and of as much of the other name */

#define LOWER EACH(0x20ull) /* letters become small */

/* Where the walk is. All but the first three may wait for the next segment. */
enum h1_state {
	H1_IDLE,  /* nothing is open */
	H1_START, /* a request may start */
	H1_TOKEN, /* one does, behind blank lines: the first bytes of the segment said so */
	H1_REST,  /* in a line of a head that says nothing */
	H1_LINE,  /* at the first byte of a line */
	H1_CR,	  /* behind a CR there */
	H1_LENGTH,
	H1_CODING, /* in the name of a field, .matched bytes are right */
	H1_VALUE,  /* of Content-Length */
	H1_SIZE,   /* of a chunk */
	H1_SIZE_END,
	H1_BODY, /* .left bytes of a body or a chunk to come */
};

/* A request starts here. */
static __always_inline void h1_note(struct yg_h1 *h, struct yg_h2_cut *cut)
{
	__u32 piece;

	if (cut->first == cut->last)
		cut->first = cut->pos;
	if (!cut->request_count++)
		cut->begin = cut->pos;
	cut->last = cut->pos + yg_config.body_budget;
	piece = (cut->pos - cut->first) / YG_SEGMENT_MAX;
	if (piece < H2_PIECES_MAX)
		cut->requests[piece & (H2_PIECES_MAX - 1)]++;
	cut->head = cut->pos;
	cut->quiet = 0;
	h->head_len = 0;
	h->left = 0;
	h->chunks = 0;
	h->is_chunked = 0;
	h->is_trailer = 0;
	h->state = H1_REST;
}

/* Behind the empty line of a head, or of a trailer. */
static __always_inline void h1_head_end(struct yg_h1 *h, const struct yg_h2_cut *cut)
{
	__u32 len = h->head_len + cut->pos - cut->head;

	if (h->is_trailer) {
		h->state = H1_START;
		return;
	}
	if (len > 0xffff)
		len = 0xffff;
	if (!h->shortest || len < h->shortest)
		h->shortest = len;
	if (h->is_chunked)
		h->left = 0;
	if (h->left >= H1_BODY_MAX)
		h->state = H1_IDLE;
	else if (h->is_chunked)
		h->state = H1_SIZE;
	else
		h->state = h->left ? H1_BODY : H1_START;
}

/* Behind the line of a chunk's size. */
static __always_inline void h1_size_end(struct yg_h1 *h, struct yg_h2_cut *cut)
{
	cut->quiet = 0;
	if (++h->chunks > H1_CHUNKS_MAX || h->left >= H1_BODY_MAX) {
		h->state = H1_IDLE;
		return;
	}
	h->is_trailer = h->left == 0;
	h->state = h->left ? H1_BODY : H1_LINE;
	h->left += 2; /* CR and LF behind it */
}

/* To behind the next LF in the word @w; false: it is not there, and pos behind the word. */
static __always_inline bool h1_skip_line(struct yg_h2_cut *cut, __u64 w)
{
	__u64 ends = tops_equal(w, '\n');
	__u64 mine = ((ends & -ends) >> 7) - 1; /* the bytes before the first; without one, all */

	cut->pos += ((mine & EACH(1)) * EACH(1) >> 56) + (ends != 0);
	if (cut->pos > cut->end)
		cut->pos = cut->end;
	return ends != 0;
}

/* The first byte of a line of a head. */
static __always_inline void h1_line(struct yg_h1 *h, struct yg_h2_cut *cut, __u64 w)
{
	__u32 c = w & 0xff;

	if (c == '\n') {
		cut->pos++;
		h1_head_end(h, cut);
	} else if (c == '\r') {
		cut->pos++;
		h->state = H1_CR;
	} else if (!h->is_trailer && (c | 0x20) == 'c') {
		h->matched = 0;
		h->state = H1_LENGTH;
	} else if (!h->is_trailer && (c | 0x20) == 't') {
		h->matched = 0;
		h->state = H1_CODING;
	} else {
		h->state = H1_REST;
	}
}

/* In the name of a field: a word at once where it is whole, else byte by byte. */
static __always_inline void h1_name(struct yg_h1 *h, struct yg_h2_cut *cut, __u64 w)
{
	bool is_length = h->state == H1_LENGTH;
	const struct yg_words name = {
		.first = is_length ? word_of("content-", 8) : word_of("transfer", 8),
		.second = is_length ? word_of("length:", 7) : word_of("-encodi", 7),
	};

	if (h->matched == 0 && (w | LOWER) == name.first) {
		h->matched = 8;
		cut->pos += 8;
		return;
	}
	if (((w & 0xff) | 0x20) != byte_at(&name, h->matched)) {
		h->state = H1_REST;
		return;
	}
	cut->pos++;
	if (++h->matched < H1_LENGTHS)
		return;
	h->left = 0;
	h->is_chunked |= !is_length;
	h->state = is_length ? H1_VALUE : H1_REST;
}

/* Digits of Content-Length. */
static __always_inline void h1_value(struct yg_h1 *h, struct yg_h2_cut *cut, __u64 w)
{
	__u32 c = w & 0xff;

	if (c >= '0' && c <= '9')
		h->left = h->left < H1_BODY_MAX / 10 ? h->left * 10 + c - '0' : H1_BODY_MAX;
	else if (c != ' ' && c != '\t')
		h->state = H1_REST;
	if (h->state == H1_VALUE)
		cut->pos++;
}

/* Digits of the size of a chunk. */
static __always_inline void h1_size(struct yg_h1 *h, struct yg_h2_cut *cut, __u64 w)
{
	__u32 c = w & 0xff, digit = 16;

	if (c >= '0' && c <= '9')
		digit = c - '0';
	else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		digit = (c | 0x20) - 'a' + 10;
	if (digit == 16) {
		h->state = H1_SIZE_END;
		return;
	}
	h->left = h->left < H1_BODY_MAX / 16 ? h->left * 16 + digit : H1_BODY_MAX;
	cut->pos++;
}

static __always_inline void h1_body(struct yg_h1 *h, struct yg_h2_cut *cut)
{
	__u32 rest = cut->len - cut->pos, n = h->left < rest ? h->left : rest;

	cut->pos += n;
	h->left -= n;
	if (!h->left)
		h->state = h->is_chunked ? H1_SIZE : H1_START;
}

/* Where a request may start: blank lines, or a request line, or nothing that is known. */
static __always_inline void h1_start(struct yg_h1 *h, struct yg_h2_cut *cut,
				     const struct yg_words *words)
{
	__u32 c = words->first & 0xff, rest = cut->end - cut->pos;
	enum message message;

	if (c == '\r' || c == '\n') {
		cut->pos++;
		return;
	}
	message = message_usual(words);
	if (message == MESSAGE_NONE)
		message = yg_message(words->first, words->second, rest < HEAD_LEN ? rest : HEAD_LEN,
				     false);
	if (message == MESSAGE_REQUEST || message == MESSAGE_PARTIAL ||
	    method_end(words) == HEAD_LEN) /* long; nothing else is there behind a request */
		h1_note(h, cut);
	else
		h->state = H1_IDLE;
}

/* Up to a word on. False: the block is over, as far as it can be read, or the way is lost. */
static __always_inline bool h1_step(struct yg_h1 *h, struct yg_h2_cut *cut)
{
	__u32 p = cut->pos - cut->base;
	struct yg_words words;

	if (cut->pos >= cut->end || (cut->end < cut->len && cut->pos + HEAD_LEN > cut->end))
		return false;
	p &= H1_BLOCK - 1;
	words.first = *(const volatile __u64 *)(const void *)(cut->text + p);
	words.second = *(const volatile __u64 *)(const void *)(cut->text + p + 8);
	switch (h->state) {
	case H1_START:
		h1_start(h, cut, &words);
		break;
	case H1_TOKEN:
		if ((words.first & 0xff) == '\r' || (words.first & 0xff) == '\n')
			cut->pos++;
		else
			h1_note(h, cut);
		break;
	case H1_REST:
		if (h1_skip_line(cut, words.first))
			h->state = H1_LINE;
		break;
	case H1_LINE:
		h1_line(h, cut, words.first);
		break;
	case H1_CR:
		if ((words.first & 0xff) == '\n') {
			cut->pos++;
			h1_head_end(h, cut);
		} else {
			h->state = H1_REST;
		}
		break;
	case H1_LENGTH:
	case H1_CODING:
		h1_name(h, cut, words.first);
		break;
	case H1_VALUE:
		h1_value(h, cut, words.first);
		break;
	case H1_SIZE:
		h1_size(h, cut, words.first);
		break;
	case H1_SIZE_END:
		if (h1_skip_line(cut, words.first))
			h1_size_end(h, cut);
		break;
	case H1_BODY:
		h1_body(h, cut);
		break;
	default:
		return false;
	}
	return true;
}

/* A block of a segment. Return: is there more? Called from a global function, as h2_walk() is. */
static __always_inline bool h1_walk(struct yg_budget *b, struct yg_h2_cut *cut,
				    const struct bytes *from, enum bytes_from kind)
{
	__u32 n = BOUND(cut->len - cut->pos, H1_BLOCK);
	struct bytes at = { .ctx = from->ctx, .at = from->at + cut->pos };
	struct yg_h1 *h = &b->h1;

	if (cut->pos >= cut->len || ++cut->quiet > H1_QUIET_MAX)
		return false;
	if (bytes_read(&at, kind, cut->text, n))
		return false;
	*(volatile __u64 *)(void *)(cut->text + n) = 0;
	*(volatile __u64 *)(void *)(cut->text + n + 8) = 0;
	cut->base = cut->pos;
	cut->end = cut->pos + n;
	for (__u32 i = 0; i < H1_STEPS; i++) {
		asm volatile("" ::: "memory"); /* state is in the map, not in registers */
		if (!h1_step(h, cut))
			break;
	}
	return h->state != H1_IDLE;
}

/* How a segment stands to what was seen of its direction. */
enum h1_place {
	H1_ELSEWHERE, /* it is judged by its first bytes */
	H1_ON,	      /* something is open at its first byte, or further on */
	H1_AGAIN,     /* all of it was seen */
};

/*
 * Where does a segment of @len bytes at @offset stand? What was sent again starts nothing, unless
 * bytes were missing: then it may be those. (As many behind as a connection never is: another one.)
 */
static __always_inline enum h1_place h1_place(struct yg_budget *b, __u32 offset, __u32 len)
{
	struct yg_h1 *h = &b->h1;
	__u32 seen = h->next - offset;

	if (b->h2_kind != H2_NONE || !h->has_next)
		return H1_ELSEWHERE;
	if (seen == 0)
		return h->state == H1_IDLE ? H1_ELSEWHERE : H1_ON;
	if (seen < H1_AGAIN_MAX && !h->has_hole)
		return seen < len ? H1_ON : H1_AGAIN;
	h->has_hole = 1;
	h->state = H1_IDLE;
	return H1_ELSEWHERE;
}

/* Does a segment that starts a request hold no other? */
static __always_inline bool h1_is_single(const struct yg_h1 *h, __u32 len)
{
	return !h->pipelines && len - h->shortest < h->shortest;
}

/* A segment that goes on. */
static __always_inline enum message h1_go_on(struct yg_h1 *h, __u32 offset, __u32 len)
{
	__u32 fresh = offset + len - h->next;

	if (h->state == H1_IDLE) {
		h->state = H1_START;
		return MESSAGE_SOME;
	}
	if (h->state != H1_BODY || h->left <= fresh)
		return MESSAGE_SOME;
	h->left -= fresh;
	h->next += fresh;
	return MESSAGE_NONE;
}

/**
 * h1_admit() - budget_admit(), but for requests that may be several, go on, or are sent again.
 * @place: as h1_place() says.
 *
 * Return: what the segment starts; MESSAGE_SOME: only a walk can tell.
 */
static __always_inline enum message h1_admit(struct yg_budget *b, const struct yg_head *head,
					     __u32 offset, __u32 len, enum h1_place place,
					     __u32 *ret_take)
{
	enum message message;

	message = budget_admit(b, head, len, ret_take);
	if (place == H1_ON) {
		b->is_tentative = 0;
		return h1_go_on(&b->h1, offset, len);
	}
	if (place == H1_AGAIN) /* user space compares it */
		return message == MESSAGE_REQUEST ? MESSAGE_NONE : message;
	if (message == MESSAGE_REQUEST && !h1_is_single(&b->h1, len)) {
		b->h1.state = H1_TOKEN;
		b->h1.has_next = 0;
		return MESSAGE_SOME;
	}
	if (message == MESSAGE_REQUEST || b->h1.has_next) {
		b->h1.has_next = 1;
		b->h1.next = offset + len;
	}
	return message;
}

/* Before the walk: @cut has len and offset. @take: as h1_admit() has it. */
static __always_inline void h1_begin(const struct yg_h1 *h, struct yg_h2_cut *cut, __u32 take)
{
	cut->pos = cut->head = h->has_next ? h->next - cut->offset : 0;
	cut->first = cut->request_count = cut->begin = cut->quiet = 0;
	cut->last = take;
	cut->untold = 1;
#pragma unroll
	for (int i = 0; i < H2_PIECES_MAX; i++)
		cut->requests[i] = 0;
}

/* The walk is over: what stays open, and what is copied. */
static __always_inline void h1_end(struct yg_budget *b, struct yg_h2_cut *cut)
{
	struct yg_h1 *h = &b->h1;

	if (cut->request_count)
		b->left = cut->last > cut->len ? cut->last - cut->len : 0;
	if (cut->last > cut->len)
		cut->last = cut->len;
	h->next = cut->offset + cut->len;
	h->has_next = 1;
	h->pipelines |= cut->request_count > 1;
	if (h->state < H1_SIZE)
		h->head_len += cut->len - cut->head;
	if (cut->pos < cut->len || h->state <= H1_TOKEN || h->head_len > H1_HEAD_MAX)
		h->state = H1_IDLE;
}
