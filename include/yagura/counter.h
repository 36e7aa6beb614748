/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why each frame, call and message did or did not become an event.
 *
 * One row per outcome, one table per hook. The rows are members of struct yg_counters, one
 * struct per CPU in the map yg_counters: `bpftool map dump` prints the names, the analyzer
 * reads it by mmap without any bpf() call, and tests check the conservation laws. A new
 * outcome is a new row here and nothing else.
 *
 * Conservation, per table: rx == every other row that is not marked (of) below.
 *	guard	rx == pass + allow + drop_* + fail_open + skip_proto + lost_header
 *	sample	rx == segment + skip_* + lost_*			(rows before `request`)
 *	tls	rx == segment + skip_* + lost_*			(rows before `request`)
 * The rows from `request` on count messages, not frames: a request start that was seen is
 * either on a ring, in lost_request, or in skip_request, so
 * `requests served == parsed + lost_request + skip_request`. HTTP/2 counts so for connections that
 * are seen from their preface on; it has no row of responses, for a header block may be trailers.
 */
#pragma once

#include <linux/types.h>

/* XDP and its TC stand-in: yg_xdp_guard, yg_tc_guard, yg_tc_cut. */
#define YG_GUARD_COUNTERS(X)                                                          \
	X(rx, "frames seen by the guard")                                             \
	X(pass, "no entry matched")                                                   \
	X(allow, "a block matched but an allow entry overruled it: passed")           \
	X(drop_exact, "dropped: the address is blocked")                              \
	X(drop_net, "dropped: a blocked prefix covers the address")                   \
	X(drop_answer, "dropped: answer on its way to a blocked address")             \
	X(drop_inner, "dropped: a blocked address inside a tunnel that ends here")    \
	X(fail_open, "a block matched but the daemon's heartbeat is too old: passed") \
	X(skip_proto, "not IPv4 or IPv6")                                             \
	X(lost_header, "header cut short or out of range")

/* TC ingress and egress (or XDP with --capture xdp): yg_tc_ingress, yg_tc_egress. */
#define YG_SAMPLE_COUNTERS(X)                                                           \
	X(rx, "frames seen by the sampler")                                             \
	X(segment, "TCP payloads handed to user space")                                 \
	X(skip_proto, "not TCP over IPv4 or IPv6")                                      \
	X(skip_fragment, "IP fragment")                                                 \
	X(skip_empty, "TCP without payload and without news")                           \
	X(skip_scope, "outside the configured scope")                                   \
	X(skip_idle, "no daemon is listening: heartbeat too old")                       \
	X(skip_other, "payload is not plaintext HTTP, nor a TLS hello or PROXY header") \
	X(skip_budget, "body beyond the budget of its message")                         \
	X(skip_sampled, "flow not chosen by sampling")                                  \
	X(lost_header, "header cut short or out of range")                              \
	X(lost_ring, "ring buffer full")                                                \
	X(lost_copy, "payload could not be read from the frame")                        \
	X(request, "request starts seen")                                               \
	X(response, "response starts seen")                                             \
	X(lost_request, "request starts lost in lost_ring or lost_copy")                \
	X(lost_response, "response starts lost in lost_ring or lost_copy")              \
	X(skip_request, "request starts in flows not chosen by sampling")               \
	X(hello, "TLS ClientHello starts seen")                                         \
	X(tunnel, "frames of tunnels whose inner packet was looked at")                 \
	X(answer, "TLS ServerHello starts seen")                                        \
	X(tls_record, "frames that begin with a record of TLS data")                    \
	X(tls_byte, "bytes of TLS connections")

/* uprobes on TLS libraries; rx counts returns of SSL_read and SSL_write, and SSL_free of objects
 * that had sent records. */
#define YG_TLS_COUNTERS(X)                                                    \
	X(rx, "TLS reads and writes that returned, and closes")               \
	X(segment, "plaintext chunks handed to user space")                   \
	X(skip_scope, "outside the configured scope")                         \
	X(skip_idle, "no daemon is listening: heartbeat too old")             \
	X(skip_empty, "returned no data: would block, closed or failed")      \
	X(skip_other, "plaintext is not HTTP")                                \
	X(skip_budget, "body beyond the budget of its message")               \
	X(skip_sampled, "flow not chosen by sampling")                        \
	X(skip_rest, "the probes rested, or did when the call began")         \
	X(skip_file, "a file that the kernel encrypts, by SSL_sendfile")      \
	X(lost_ring, "ring buffer full")                                      \
	X(lost_copy, "plaintext could not be read from the process")          \
	X(lost_call, "return without a known entry")                          \
	X(lost_table, "the table of TLS objects refused a new entry")         \
	X(request, "request starts seen")                                     \
	X(response, "response starts seen")                                   \
	X(lost_request, "request starts lost")                                \
	X(lost_response, "response starts lost")                              \
	X(unbound, "chunks whose socket was not known")                       \
	X(skip_request, "request starts in flows not chosen by sampling")     \
	X(stepped, "of rx, at instructions that the kernel has to step over") \
	X(file_byte, "bytes of files that the kernel encrypted")

/* Programs that start, on the ring yg_procs: yg_proc_exec. rx == event + lost_ring. */
#define YG_PROC_COUNTERS(X)            \
	X(rx, "programs started")      \
	X(event, "told to the warden") \
	X(lost_ring, "ring buffer full: found by the next sweep of /proc")

#define YG_COUNTER_MEMBER(name, help) __u64 name;

struct yg_guard_counters {
	YG_GUARD_COUNTERS(YG_COUNTER_MEMBER)
};

struct yg_sample_counters {
	YG_SAMPLE_COUNTERS(YG_COUNTER_MEMBER)
};

struct yg_tls_counters {
	YG_TLS_COUNTERS(YG_COUNTER_MEMBER)
};

struct yg_proc_counters {
	YG_PROC_COUNTERS(YG_COUNTER_MEMBER)
};

/* One per CPU, written by that CPU only; padded so that CPUs do not share a cache line. */
struct yg_counters {
	struct yg_guard_counters guard;	  /* 80 bytes */
	struct yg_sample_counters sample; /* 184 bytes */
	struct yg_tls_counters tls;	  /* 176 bytes */
	struct yg_proc_counters proc;	  /* 24 bytes */
	__u64 pad[6];
};

_Static_assert(sizeof(struct yg_counters) == 512, "counter layout is ABI");
