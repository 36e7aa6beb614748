/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every number that bounds something, in one place, for both sides of the ring.
 *
 * Each row: unit, why this value, what happens beyond it. bpf/ and user/ compile this
 * file; nothing here depends on a header.
 */
#pragma once

/* Records. */
#define YG_SEGMENT_MAX	   16384u /* payload bytes of one record: a whole TLS record; more is cut */
#define YG_SEGMENT_CLASS_0 256u	  /* bytes; records are reserved by size class, see ring.bpf.h */
#define YG_SEGMENT_CLASS_1 1024u
#define YG_SEGMENT_CLASS_2 4096u
#define YG_SEGMENT_CLASS_3 YG_SEGMENT_MAX
#define YG_BODY_BUDGET_BYTES \
	8192u /* default bytes sampled per message, head included; rest is counted */

/* Bytes of a method and the SP behind it: any token is one; what is longer begins no request. */
#define YG_METHOD_MAX 64u

/* Rings. A power of two, at least twice the CPUs (house rule); the kernel wants constants. */
#define YG_RINGS_MAX	   128u		/* inner rings of yg_rings */
#define YG_RING_BYTES	   (8u << 20)	/* per ring, default; a power of two of pages */
#define YG_PROC_RING_BYTES (256u << 10) /* process events; one exec is 32 bytes */

/* Kernel tables: LRU or hash, entries. Beyond: LRU evicts, hash counts a lost_* row. */
#define YG_CPUS_MAX	  512u	 /* rows of yg_counters */
#define YG_STREAMS_MAX	  65536u /* plaintext connections of the wire; LRU, 15 MB */
#define YG_PRELUDES_MAX	  16384u /* TLS hellos and PROXY headers that are not whole; LRU */
#define YG_TLS_CONNS_MAX  65536u /* TLS connections of the wire, for coverage; LRU, 12 MB */
#define YG_QUIC_CONNS_MAX 16384u /* QUIC connections of the wire, for coverage; LRU, 3 MB */
#define YG_SSLS_MAX	  65536u /* TLS objects; LRU */
#define YG_PROVERS_MAX	  1024u	 /* processes whose TLS objects can be proven; LRU */
#define YG_CALLS_MAX	  16384u /* threads inside SSL_read or SSL_write at once; LRU */
#define YG_GOCALLS_MAX	  32768u /* goroutines inside Conn.Read or Write at once; LRU, 16 MB */
#define YG_ALWAYS_MAX	  4096u	 /* addresses sampled always; who stays is the enforcer's to say */
#define YG_TALLIES_MAX	  4096u	 /* services counted apart; more are counted together */
#define YG_TALLY_CLASSES  8u	 /* of clients, by hash; a power of two */
#define YG_TALLY_YOUNG	  256u	 /* requests of a service that are sampled in any case */
#define YG_OUTLINES_MAX	  16384u /* kinds of requests seen; 256 KB; beyond: another goes */
#define YG_OUTLINE_FRESH  16u	 /* requests of a kind that are sampled in any case */
#define YG_FRESH_PER_S	  128u	 /* such requests per CPU; beyond: as any other request */
#define YG_BLOCKS_MAX	  1048576u /* exact addresses per family */
#define YG_BLOCK_NETS_MAX 10240u   /* prefixes: longest-prefix tries are slow, keep them small */
#define YG_ALLOW_NETS_MAX 4096u	   /* prefixes that can never be blocked */
#define YG_SCOPE_MAX	  1024u	   /* rows per scope table */

/* Packets. */
#define YG_VLAN_MAX    2u /* tags: 802.1Q inside 802.1ad; a third is skip_proto */
#define YG_IP6_EXT_MAX 6u /* extension headers walked; a seventh is skip_proto */

/* Bytes of a direction's TLS hello or PROXY header; beyond, a hello or certificate is not read. */
#define YG_PRELUDE_BYTES 4096u

/* Knowledge, user space; rows. Beyond: the least recently used row goes, and is counted. */
#define YG_SERVICES_MAX	 256u	/* one trie each, up to 1.6 MB when full of paths */
#define YG_ENDPOINTS_MAX 4096u	/* about 20 KB each with profile and current minute */
#define YG_CALLERS_MAX	 65536u /* about 300 bytes each */
#define YG_PAIRS_MAX	 32768u /* (endpoint, caller) states of detectors, about 900 bytes each */
#define YG_FINDINGS_MAX	 1024u	/* about 4 KB each; the store keeps what is older */

/* Names. */
#define YG_COMM_LEN 16u /* TASK_COMM_LEN, NUL included */
