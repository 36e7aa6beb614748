/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Keys and values of the maps that operators and the daemon read and write.
 *
 * map		type		key			value		writer
 * yg_block4	hash		struct yg_addr4		yg_block	enforcer
 * yg_block6	hash		struct yg_addr6		yg_block	enforcer
 * yg_block_nets	LPM trie	struct yg_net		yg_block	enforcer
 * yg_allow_nets	LPM trie	struct yg_net		yg_allow	warden
 * yg_control	array[1] mmap	u32			yg_control	warden
 * yg_counters	array mmap	u32 CPU			yg_counters	the programs
 * yg_rings	array of maps	u32			ring buffer	the programs
 * yg_procs	ring buffer	-			yg_proc		proc.bpf.c
 * yg_scope_nets	hash		u32 netns inode		u32 1		warden
 * yg_scope_cgroups hash	u64 cgroup id		u32 1		warden
 * yg_scope_comms	hash		struct yg_comm		u32 1		warden
 * yg_always	hash		struct yg_addr6		yg_always	enforcer
 * yg_tallies	hash		struct yg_tally_key	yg_tally	the programs
 * yg_tls_conns	LRU hash	struct yg_tls_ends	yg_tls_conn	the programs; warden deletes
 * yg_quic_conns	LRU hash	struct yg_tls_ends	yg_tls_conn	the same
 * Tables private to the programs (yg_streams, yg_preludes, yg_threads, yg_ssls, yg_tls_draws,
 * yg_provers, yg_outlines) are declared beside them. yg_threads is shared by tls and sock,
 * yg_streams by sample and guard: one map each.
 *
 * All are pinned by name under the bpffs directory of the daemon, /sys/fs/bpf/yagura.
 */
#pragma once

#include <linux/types.h>

#include "yagura/limits.h"

#define YG_MAP_ABI 7 /* a pinned map of another ABI is removed and made anew */

struct yg_addr4 {
	__u8 addr[4]; /* network order, so that bpftool prints it as people write it */
};

struct yg_addr6 {
	__u8 addr[16];
};

/* IPv4 prefixes are stored v4-mapped: 10.0.0.0/8 has prefix_len 104. */
struct yg_net {
	__u32 prefix_len; /* bits, 0..128 */
	__u8 addr[16];	  /* bits beyond prefix_len are zero */
};

enum yg_verdict {
	YG_VERDICT_BLOCK = 1,
	YG_VERDICT_LIMIT, /* reserved: token bucket; treated as BLOCK by nobody */
	YG_VERDICT_MAX
};

struct yg_block {
	__u64 expires_ns; /* CLOCK_MONOTONIC; at or after it the entry no longer drops */
	__u64 placed_ns;  /* CLOCK_MONOTONIC */
	__u64 drops;	  /* frames this entry dropped; the programs add to it */
	__u64 finding;	  /* id of the finding or of the operator's request */
	__u32 verdict;	  /* enum yg_verdict */
	__u32 reason;	  /* enum yg_reason, user/priv/request.h */
};

_Static_assert(sizeof(struct yg_block) == 40, "block layout is ABI");

struct yg_allow {
	__u32 why; /* enum yg_allow_why */
	__u32 pad;
};

enum yg_allow_why {
	YG_ALLOW_CONFIG = 1, /* the operator's allow list */
	YG_ALLOW_OWN,	     /* an address of this host */
	YG_ALLOW_PROXY,	     /* a trusted proxy */
	YG_ALLOW_ROUTE,	     /* a gateway of the default route */
	YG_ALLOW_RESOLVER,   /* a name server of /etc/resolv.conf */
	YG_ALLOW_MAX
};

struct yg_comm {
	__u8 comm[YG_COMM_LEN]; /* NUL padded */
};

/* Bits of yg_control.flags. */
#define YG_CONTROL_FAIL_CLOSED 1u /* keep dropping though the heartbeat is old */

/* Run-time knobs, one page shared by mmap: changing one costs no system call. */
struct yg_control {
	__u64 heartbeat_ns;	  /* CLOCK_MONOTONIC of the warden's last beat */
	__u64 heartbeat_limit_ns; /* older than this: guard fails open, sampler idles */
	__u32 flags;
	__u32 sampled;	      /* flows chosen, in 2^-32; 0 means all */
	__u32 clients;	      /* clients of which every flow is, in 2^-32 */
	__u32 client_epoch;   /* other clients are chosen in each */
	__u32 flow_epoch;     /* other flows are chosen in each */
	__u32 round;	      /* not 0; counts changes of the four above: decide anew */
	__u64 whole_until_ns; /* CLOCK_MONOTONIC; messages that began in full go on until then */
	__u32 epoch;   /* of the TLS probes, from 1: counts the times that they were not there */
	__u32 resting; /* 1: they are on their way off or on again: what they see is not taken */
	__u32 awake;   /* share of time that they are there, in 2^-32; 0 means all */
	__u32 pad;
};

_Static_assert(sizeof(struct yg_control) == 64, "control layout is ABI");

/* Bits of yg_always.why. */
#define YG_ALWAYS_SUSPECT 1u /* every flow is sampled */
#define YG_ALWAYS_CROWD	  2u /* a proxy: many clients behind it, so never "one client, whole" */

#define YG_COOKIE_STEPPED 1u /* attach cookie of a probe whose instruction is single-stepped */

#define YG_EPOCH_FIRST 1u /* yg_control.epoch before the probes were ever away */

struct yg_always {
	__u64 expires_ns; /* CLOCK_MONOTONIC */
	__u32 why;	  /* YG_ALWAYS_* */
	__u32 pad;
};

_Static_assert(sizeof(struct yg_always) == 16, "row of yg_always is ABI");

/* One service, as the kernel can tell it. All zero: those beyond YG_TALLIES_MAX, together. */
struct yg_tally_key {
	__u32 ifindex; /* wire: where requests were seen; TLS: 0 */
	__u16 port;    /* of the server, host order; 0 unknown */
	__u8 tls;      /* 1: seen at a TLS library */
	__u8 pad;
};

/* Request starts, exact; by class of the client's hash, so that the classes show the error. */
struct yg_tally {
	__u64 seen[YG_TALLY_CLASSES];
	__u64 chosen[YG_TALLY_CLASSES]; /* of seen: of sampled flows */
};

_Static_assert(sizeof(struct yg_tally) == 128, "tally layout is ABI");

/* The decision over one flow. */
struct yg_choice {
	__u32 round;   /* of the control that it was taken under; 0: none was */
	__u32 sampled; /* as in the control then */
	__u32 clients;
	__u8 why;   /* enum yg_chosen */
	__u8 known; /* the addresses were known */
	__u8 pad[2];
};

_Static_assert(sizeof(struct yg_choice) == 16, "choice layout is ABI");

/* Both ends of a connection, in an order that both directions agree on. */
struct yg_tls_ends {
	__u8 addr[2][16]; /* IPv4 as v4-mapped */
	__be16 port[2];
};

_Static_assert(sizeof(struct yg_tls_ends) == 36, "key of yg_tls_conns is ABI");

/* Bits of yg_tls_conn.begun. */
#define YG_TLS_HELLO	1u /* its ClientHello was seen; else it was joined later */
#define YG_TLS_SERVER_1 2u /* its server is the second end; without HELLO nobody knows */
#define YG_TLS_QUIC	4u /* a row of yg_quic_conns */

/* Bits of yg_tls_conn.sent of QUIC, for the first end; for the second one place further. */
#define YG_QUIC_SENT_0 1u /* it sent something */
#define YG_QUIC_LEFT_0 4u /* and that left this host */

/* One TLS connection of the wire. Bytes of one flag each: several programs write. */
struct yg_tls_conn {
	__u64 first_ns; /* CLOCK_MONOTONIC; with the ends it names the connection */
	__u64 last_ns;
	__u64 bytes;   /* TCP or UDP payload of both directions, on ifindex */
	__u32 ifindex; /* where it was seen first; on others it is not counted again */
	__u32 pid;     /* who used it last, as the warden numbers processes; 0: not known */
	__u8 comm[YG_COMM_LEN];
	__u8 begun; /* YG_TLS_HELLO ... */
	__u8 read;  /* plaintext was seen */
	__u8 ended; /* FIN or RST */
	__u8 sent;  /* ends whose hello was seen as it left this host; QUIC: as above */
	__u8 pad[4];
	__u64 random[2][2]; /* of the hello of each end, its first 16 bytes; 0: not seen */
};

_Static_assert(sizeof(struct yg_tls_conn) == 88, "row of yg_tls_conns is ABI");
