/* SPDX-License-Identifier: GPL-2.0-only */
/* A record in the making: what decides over it, and what goes into it. */
#pragma once

#include "control.bpf.h"

#define HEAD_LEN      16 /* bytes looked at at first: most methods and what follows */
#define H2_HEADS_MAX  4	 /* requests of a segment whose outline is looked at */
#define H2_PIECES_MAX 4	 /* records per segment that is walked: one super-packet of 64 KiB */
#define H1_BLOCK      64 /* bytes of HTTP/1 that are looked at at once; two words more are read */

/* The first bytes of a payload. */
struct yg_head {
	__u8 bytes[HEAD_LEN]; /* zero beyond len */
	__u32 len;
};

/* Requests of HTTP/1 of one direction, see h1.bpf.h. */
struct yg_h1 {
	__u32 next;	/* low bits of the offset expected next */
	__u32 left;	/* bytes of the body or chunk to come; in a head, what it says */
	__u32 head_len; /* bytes of the head at work in segments before */
	__u16 shortest; /* head so far; 0: none */
	__u16 chunks;	/* of the body */
	__u8 state;	/* enum h1_state */
	__u8 matched;	/* bytes of a name */
	__u8 is_chunked;
	__u8 is_trailer; /* in the lines behind the last chunk */
	__u8 has_next;
	__u8 has_hole;	/* bytes were not seen in their order: what comes late may be new */
	__u8 pipelines; /* two requests came in one segment */
	__u8 pad;
};

/* State of one direction, see budget.bpf.h. */
struct yg_budget {
	__u32 left;	   /* bytes of the current message that may still be copied */
	__u8 is_http;	   /* a message started in this direction */
	__u8 is_tentative; /* the last segment may have been the first bytes of a method */
	__u8 h2_kind;	   /* enum h2_kind; the rest is of h2.bpf.h */
	__u8 header_len;   /* of a frame header in pieces */
	__u32 next;	   /* low bits of the offset expected next */
	__u32 frame_left;  /* bytes of the frame's payload still to come */
	__u32 stream;	   /* highest that a header block came for */
	__u8 data;	   /* enum frame_data */
	__u8 is_lost;	   /* where frames begin is not known */
	__u8 has_next;
	__u8 pad;
	__u32 lost; /* requests whose records were lost */
	union {
		__u8 header[24]; /* [header_len]; of HTTP/2 and WebSockets */
		struct yg_h1 h1; /* of H2_NONE */
	};
} __attribute__((aligned(8)));

/*
 * Everything of a record but its bytes. Kept in a map and not on the stack: the verifier forgets
 * what it knew of the values, and walks the rest of the program once and not once per way there.
 */
struct yg_emission {
	struct yg_flow_key key;
	__u64 offset;
	__u64 object;
	__u64 outline; /* of the request that starts, see outline.bpf.h; 0: none */
	__u32 tgid;
	__u32 generation;
	__u32 payload_len;
	__u32 data_len;
	__u32 sampled;
	__u32 ring;
	__u32 ack;
	__u32 clients;
	__u32 lost;   /* as struct yg_segment.lost */
	__u32 starts; /* requests that start in the segment; kept until it is sampled */
	__u32 begun;  /* HTTP/2: of them, in the bytes of this record */
	__u8 source;
	__u8 bind;
	__u8 tcp_flags;
	__u8 chosen;
	__u8 turns; /* the flow may be decided anew here, see sampling.bpf.h */
};

/* One segment that is walked, see h2.bpf.h and h1.bpf.h. In a map, as struct yg_emission is. */
struct yg_h2_cut {
	__u32 len;    /* in: of the segment */
	__u32 offset; /* in: low bits of its offset in the direction */
	__u32 pos;    /* walked so far */
	__u32 first;  /* out: [first, last) is to be copied; first == last: nothing */
	__u32 last;
	__u32 requests[H2_PIECES_MAX]; /* out: starts, by piece of the range */
	__u32 request_count;
	__u32 untold; /* records do not say how many start in them: HTTP/1 */
	union {
		struct {			       /* HTTP/2 */
			__u32 heads[H2_HEADS_MAX];     /* out: header blocks of the first ones */
			__u32 head_lens[H2_HEADS_MAX]; /* bytes in the segment; 0: none */
		};
		struct {		 /* HTTP/1 */
			__u32 begin;	 /* out: of the first request */
			__u32 head;	 /* of the last one; 0: it began before the segment */
			__u32 quiet;	 /* calls since then */
			__u32 base, end; /* of the block at work */
			__u8 text[H1_BLOCK + HEAD_LEN] __attribute__((aligned(8)));
		};
	};
};
