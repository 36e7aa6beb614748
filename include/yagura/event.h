/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ring-buffer records: bpf/ writes them, user/capture reads them.
 *
 * Rules of this file: fixed-width types only, padding named, byte order in the type
 * (__be16) or in a comment, and every size pinned below. Bump YG_EVENT_ABI whenever
 * a pinned number changes.
 */
#pragma once

#include <linux/types.h>

#include "yagura/limits.h"

#define YG_EVENT_ABI 5

/* Where a segment was taken. The two TLS values say the direction as the process sees it. */
enum yg_source {
	YG_SOURCE_INGRESS = 1, /* TC ingress: the frame came in */
	YG_SOURCE_EGRESS,      /* TC egress: the frame goes out */
	YG_SOURCE_XDP,	       /* XDP ingress, with --capture xdp */
	YG_SOURCE_TLS_READ,    /* the process read it: sender is the remote side */
	YG_SOURCE_TLS_WRITE,   /* the process wrote it: sender is the local side */
	YG_SOURCE_TLS_CLOSE,   /* SSL_free: the TLS object is gone; no data */
	YG_SOURCE_TLS_REST,    /* probes rested: what follows of it is joined anew; no data */
	YG_SOURCE_FILE,	       /* a capture file */
	YG_SOURCE_MAX
};

/* How far the addresses of a TLS segment can be trusted. Nobody is blocked on less than SOCKET. */
enum yg_bind {
	YG_BIND_UNKNOWN = 0, /* addresses are zero */
	YG_BIND_THREAD,	     /* the last receive of this thread; a guess until confirmed */
	YG_BIND_SOCKET,	     /* socket activity inside the TLS call, or the frame itself */
	YG_BIND_MAX
};

/* Why a flow is sampled, see bpf/sampling.bpf.h. */
enum yg_chosen {
	YG_CHOSEN_ALL = 0, /* everything is */
	YG_CHOSEN_NOT,	   /* never in a record */
	YG_CHOSEN_CLIENT,  /* all flows of this client are, until the next epoch */
	YG_CHOSEN_FLOW,	   /* this flow was drawn */
	YG_CHOSEN_ALWAYS,  /* a suspect, or what was hardly seen yet */
	YG_CHOSEN_MAX
};

/* Directed: sender to receiver. Client to server and server to client are two keys. */
struct yg_flow_key {
	__u8 saddr[16]; /* IPv4 as ::ffff:a.b.c.d, RFC 4291 section 2.5.5.2 */
	__u8 daddr[16];
	__be16 sport;
	__be16 dport;
	__u32 ifindex; /* wire: where it was seen; TLS: 0 */
} __attribute__((aligned(8)));

_Static_assert(sizeof(struct yg_flow_key) == 40, "flow key layout is ABI");

/*
 * One TCP payload or one TLS plaintext chunk. Only the first data_len bytes of data[] are
 * valid; payload_len - data_len bytes after them were not sampled (an explicit gap).
 */
struct yg_segment {
	__u64 time_ns; /* CLOCK_MONOTONIC; capture file: ns since the epoch */
	__u64 offset; /* of data[0]: wire: TCP sequence number; TLS: byte offset in its direction */
	__u64 object; /* TLS: address of the SSL object in its process; wire: 0 */
	struct yg_flow_key key;
	__u32 tgid;	   /* TLS: process, in the initial pid namespace; wire: 0 */
	__u32 generation;  /* TLS: counts reuses of the same object address */
	__u32 payload_len; /* bytes on the wire or in the TLS call */
	__u32 data_len;	   /* bytes in data[], <= payload_len, <= YG_SEGMENT_MAX */
	__u32 sampled;	   /* probability that this flow was chosen, in 2^-32; 0 means 1 */
	__u8 source;	   /* enum yg_source */
	__u8 bind;	   /* enum yg_bind */
	__u8 tcp_flags;	   /* byte 13 of the TCP header; TLS: 0 */
	__u8 chosen;	   /* enum yg_chosen */
	__u32 ack;     /* TCP acknowledgement number, host order; 0 unknown (no ACK flag, TLS) */
	__u32 clients; /* share of clients that is sampled whole, in 2^-32; 0 means all */
	__u32 lost;    /* HTTP/2: requests of the connection before it whose records were lost */
	__u32 starts;  /* HTTP/2: requests that start in data[] */
	__u8 data[YG_SEGMENT_MAX];
};

_Static_assert(__builtin_offsetof(struct yg_segment, data) == 104, "segment layout is ABI");

#define YG_SEGMENT_HEAD __builtin_offsetof(struct yg_segment, data) /* bytes before data[] */

/* A process started a program: the warden looks at its mappings again. Ring yg_procs. */
struct yg_proc {
	__u32 tgid; /* in the initial pid namespace */
};
