/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * WebSocket directions: which bytes are worth copying. Shared by the wire and TLS; the walker and
 * the records are those of HTTP/2, see h2.bpf.h, with another frame header (RFC 6455 section 5.2):
 *
 *	| head 101 | frame | payload ............ | frame | ping | frame | payload ...
 *	           |<--------- within the budget ---------------------->|	copied
 *
 * Both directions become WebSockets with the answer that says so: HTTP/1.1 101 with a field that
 * names "websocket", its end within WS_HEAD_MAX bytes. Headers and control frames are copied,
 * payloads as far as one budget of the direction goes. A header that no frame can have ends the
 * copying; after a hole in which a header may be, everything is copied, within WS_LOST_MAX.
 */
#pragma once

#include "budget.bpf.h"

#define WS_HEADER_MIN 2
#define WS_PIECE      8		 /* bytes of a header that are read at once */
#define WS_HEAD_MAX   1024	 /* bytes of the answer that are searched for its end */
#define WS_SCAN	      64	 /* bytes searched per call of the searcher */
#define WS_SCAN_NAMED (1u << 31) /* the name is in these bytes */
#define WS_LOST_MAX   (1u << 20) /* bytes copied of a direction in which frames are lost */
#define WS_ROUNDS_MAX 64	 /* of the walker: four steps each, a frame takes two or three */

#define WS_FIN	    0x80
#define WS_RESERVED 0x30 /* RSV1 is compression */
#define WS_MASK	    0x80
#define WS_CONTROL  0x08

/* "HTTP/1.1 101" */
static __always_inline bool is_switching(const struct yg_head *head)
{
	const __u8 *b = head->bytes;

	return is_response(head) && b[9] == '1' && b[10] == '0' && b[11] == '1';
}

/* Bytes of the header of which @have are there. */
static __always_inline __u32 ws_need(const __u8 *h, __u32 have)
{
	__u32 length = h[1] & 0x7f, need = WS_HEADER_MIN;

	if (have < WS_HEADER_MIN)
		return need;
	if (length == 126)
		need += 2;
	else if (length == 127)
		need += 8;
	return need + (h[1] & WS_MASK ? 4 : 0);
}

/* Bytes of payload by a whole header. Not 0: no frame has such a header, or it is too long. */
static __always_inline int ws_length(const __u8 *h, __u32 *ret)
{
	__u32 length = h[1] & 0x7f, opcode = h[0] & 0x0f;

	if (h[0] & WS_RESERVED)
		return -1;
	if (opcode & WS_CONTROL) {
		*ret = length;
		return opcode > 10 || length > 125 || !(h[0] & WS_FIN);
	}
	if (length == 126) {
		length = (__u32)h[2] << 8 | h[3];
	} else if (length == 127) {
		if (h[2] | h[3] | h[4] | h[5])
			return -1;
		length = (__u32)h[6] << 24 | (__u32)h[7] << 16 | (__u32)h[8] << 8 | h[9];
	}
	*ret = length;
	return opcode > 2;
}

/* A header is whole: what follows it. Not 0: it is none. */
static __noinline int ws_frame(struct yg_budget *b)
{
	__u32 length = 0;

	b->header_len = 0;
	if (ws_length(b->header, &length)) {
		b->is_lost = 1;
		b->left = 0;
		return 1;
	}
	b->frame_left = length;
	b->data = b->header[0] & WS_CONTROL ? DATA_NOT : DATA_GOES_ON;
	return 0;
}

/* The direction is a WebSocket from @next on, or from its next segment if that is not known. */
static __always_inline void ws_become(struct yg_budget *b, bool has_next, __u32 next)
{
	b->h2_kind = H2_WS;
	b->left = yg_config.body_budget;
	b->frame_left = 0;
	b->header_len = 0;
	b->data = DATA_NOT;
	b->is_lost = 0;
	b->is_tentative = 0;
	b->is_http = 1;
	b->has_next = has_next;
	b->next = next;
}

/* Where frames begin is lost. */
static __always_inline void ws_lose(struct yg_budget *b)
{
	if (b->is_lost)
		return;
	b->is_lost = 1;
	b->left = WS_LOST_MAX;
}

/* Eight bytes from the @i-th of two words on, i in 0..7. */
static __always_inline __u64 window(const struct yg_words *words, __u32 i)
{
	return i ? words->first >> 8 * i | words->second << (64 - 8 * i) : words->first;
}

/*
 * ws_scan() - the next WS_SCAN of @rest bytes of an answer.
 * Return: WS_SCAN_NAMED or not, with where the head ends in them (behind its empty line), or 0.
 */
static __always_inline __u32 ws_scan(const struct bytes *from, enum bytes_from kind, __u32 rest)
{
	const __u64 lower = 0x2020202020202020ull, name = 0x656b636f73626577ull; /* "websocke" */
	__u32 named = 0;

	for (__u32 at = 0; at < WS_SCAN; at += 8) {
		struct bytes here = { .ctx = from->ctx, .at = from->at + at };
		struct yg_words words = {};

		if (at >= rest || bytes_read(&here, kind, &words, BOUND(rest - at, HEAD_LEN)))
			return named;
#pragma unroll
		for (__u32 i = 0; i < 8; i++) {
			__u64 eight = window(&words, i);

			if ((eight | lower) == name)
				named = WS_SCAN_NAMED;
			if ((__u32)eight == 0x0a0d0a0d)
				return named | (at + i + 4);
		}
	}
	return named;
}
