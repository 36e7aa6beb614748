/* SPDX-License-Identifier: GPL-2.0-only */
/* A record in the making: what decides over it, and what goes into it. */
#pragma once

#include "control.bpf.h"

#define HEAD_LEN      16 /* bytes looked at: longer than any registered method */
#define H2_PIECES_MAX 4	 /* records per segment of HTTP/2: one super-packet of 64 KiB */

/* The first bytes of a payload. */
struct yg_head {
	__u8 bytes[HEAD_LEN]; /* zero beyond len */
	__u32 len;
};

/*
 * Everything of a record but its bytes. Kept in a map and not on the stack: the verifier forgets
 * what it knew of the values, and walks the rest of the program once and not once per way there.
 */
struct yg_emission {
	struct yg_flow_key key;
	__u64 offset;
	__u64 object;
	__u32 tgid;
	__u32 generation;
	__u32 payload_len;
	__u32 data_len;
	__u32 sampled;
	__u32 ring;
	__u32 ack;
	__u8 source;
	__u8 bind;
	__u8 tcp_flags;
};

/* One segment of HTTP/2 at work, see h2.bpf.h. In a map, as struct yg_emission is. */
struct yg_h2_cut {
	__u32 len;    /* in: of the segment */
	__u32 offset; /* in: low bits of its offset in the direction */
	__u32 pos;    /* walked so far */
	__u32 first;  /* out: [first, last) is to be copied; first == last: nothing */
	__u32 last;
	__u32 requests[H2_PIECES_MAX]; /* out: starts, by piece of the range */
	__u32 request_count;
};
