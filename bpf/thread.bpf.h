/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a thread is doing: the TLS call it is in, and the TCP sockets it touched. tls.bpf.c opens
 * and closes calls; sock.bpf.c notes sockets. Both objects share the map by name.
 */
#pragma once

#include "emission.bpf.h"
#include "scope.bpf.h"

/* A connection as its process sees it. */
struct yg_socket {
	__u8 local[16]; /* IPv4 as v4-mapped */
	__u8 remote[16];
	__be16 local_port;
	__be16 remote_port;
} __attribute__((aligned(4)));

enum call_kind {
	CALL_NONE,
	CALL_READ,    /* result: bytes, or <= 0 */
	CALL_READ_EX, /* result: > 0, and bytes at *count */
	CALL_WRITE,
	CALL_WRITE_EX,
	CALL_SHAKE, /* a handshake: moves nothing, but tells the socket */
	CALL_TOLD,  /* a write whose record went out when it began */
	CALL_FILE,  /* bytes of a file, which the kernel encrypts: the process does not have them */
};

enum mixed { MIXED_NOT, MIXED, MIXED_UNKNOWN /* nor is yg_thread.received the last of them */ };
enum touched { TOUCHED_NONE, TOUCHED_ONE, TOUCHED_SEVERAL };

#define WROTE_MANY (~0ull)

struct yg_thread {
	__u64 object; /* SSL object of the call */
	__u64 buffer; /* plaintext, in the process */
	__u64 count;  /* _ex forms: address of the call's size_t; a write: bytes at buffer, 0 all */
	__u64 stack;  /* stack pointer at entry: tells the outermost call from inner ones */
	__u64 done_stack;	   /* stack pointer at the last return that was taken */
	__u32 kind;		   /* enum call_kind; CALL_NONE: not in a call */
	__u32 touched;		   /* enum touched: sockets used inside the call */
	struct yg_socket socket;   /* the one touched */
	struct yg_socket received; /* last receive of this thread, in a call or not */
	__u32 received_count;	   /* receives so far, ... */
	__u32 claimed_count;	   /* ... and those up to here belong to some TLS object */
	__u32 mixed;		   /* enum mixed: those since then are of several sockets */
	__u32 epoch;		   /* of the probes when the last call was opened */
	__u64 wrote; /* object of a write that used no socket, until the next send; or WROTE_MANY */
	struct yg_head head;	 /* tls.bpf.c at work on the call's return */
	struct yg_budget budget; /* of the direction: a copy */
	struct yg_emission out;
	struct yg_h2_cut cut;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_CALLS_MAX);
	__type(key, __u64); /* bpf_get_current_pid_tgid() */
	__type(value, struct yg_thread);
} yg_threads SEC(".maps");

/* A thread that does nothing: the stack has no room for it below the calls that lead here. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct yg_thread);
} yg_no_thread SEC(".maps");

static __always_inline const struct yg_thread *no_thread(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&yg_no_thread, &zero);
}

static __always_inline bool is_same_socket(const struct yg_socket *a, const struct yg_socket *b)
{
	const __u32 *x = (const void *)a, *y = (const void *)b;
	__u32 differ = 0;

#pragma unroll
	for (__u32 i = 0; i < sizeof(*a) / sizeof(*x); i++)
		differ |= x[i] ^ y[i];
	return differ == 0;
}

/* A socket was used inside the call of @t: one is an answer, several are none. */
static __always_inline void touch(struct yg_thread *t, const struct yg_socket *socket)
{
	if (t->kind == CALL_NONE)
		return;
	if (t->touched == TOUCHED_NONE) {
		t->socket = *socket;
		t->touched = TOUCHED_ONE;
	} else if (!is_same_socket(&t->socket, socket)) {
		t->touched = TOUCHED_SEVERAL;
	}
}

static __always_inline __u32 probes_epoch(void)
{
	struct yg_control *knobs = control();

	return knobs ? knobs->epoch : 0;
}

/* Are the probes of TLS on their way off or on again? Then nothing is noted. */
static __always_inline bool is_resting(const struct yg_control *knobs)
{
	return !knobs || knobs->resting;
}

/*
 * Has @t no call that the probes saw the beginning of? True too of a call that was opened before
 * they rested: whether it is the one that returns now, nobody knows.
 */
static __always_inline bool is_rested(const struct yg_control *knobs, const struct yg_thread *t)
{
	return is_resting(knobs) || (t && t->epoch != knobs->epoch);
}

/* The first call since the probes rested: what @t received, and for whom it wrote, is not known. */
static __always_inline void thread_wake(const struct yg_control *knobs, struct yg_thread *t)
{
	if (t->epoch == knobs->epoch)
		return;
	t->epoch = knobs->epoch;
	t->kind = CALL_NONE;
	t->done_stack = 0;
	t->claimed_count = t->received_count;
	t->wrote = 0;
}

/* The thread's own row; made if @make and it is in scope. NULL: out of scope or no room. */
static __always_inline struct yg_thread *thread_find(bool make)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct yg_thread *t = bpf_map_lookup_elem(&yg_threads, &id);
	const struct yg_thread *none;

	if (t || !make || !is_task_in_scope())
		return t;
	none = no_thread();
	if (none)
		(void)bpf_map_update_elem(&yg_threads, &id, none, BPF_NOEXIST);
	t = bpf_map_lookup_elem(&yg_threads, &id);
	if (t)
		t->epoch = probes_epoch();
	return t;
}
