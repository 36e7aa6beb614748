/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TLS objects and the sockets they are tied to, whatever library made them.
 *
 *	a call used one socket		that one	(SOCKET)
 *	a read used none, and the thread just received	that one, a guess	(THREAD)
 *	the object holds the randoms of that one's handshake	that one	(SOCKET)
 *	the same again and again, and sends after writes agree	that one	(SOCKET)
 *	a call used another socket than known	nothing until a second call agrees
 */
#pragma once

#include "budget.bpf.h"
#include "coverage.bpf.h"
#include "sampling.bpf.h"
#include "thread.bpf.h"

#define COVER_TRIES 4 /* looks for the connection of an object: its interface may not be ours */
#define AGREE_MIN   3 /* times each way before an object of memory BIOs is tied to its socket */

struct yg_ssl_key {
	__u64 object; /* address of the SSL object */
	__u32 tgid;
	__u32 pad;
};

/* One TLS object, from its first call until SSL_free, and then the next one at its address. */
struct yg_ssl {
	__u64 read_offset; /* bytes so far, sampled or not */
	__u64 write_offset;
	struct yg_budget read_budget;
	struct yg_budget write_budget;
	struct yg_choice choice;    /* of the sampler */
	struct yg_socket socket;    /* valid by bind */
	struct yg_socket candidate; /* valid if is_doubted */
	__u32 generation;
	__u32 ring;	   /* stays, so that records of an object stay in order */
	__u8 has_ring;	   /* a record was sent */
	__u8 bind;	   /* enum yg_bind */
	__u8 is_doubted;   /* a call used another socket than the one known */
	__u8 is_memory;	   /* bound by receives before reads, see ssl_agree() */
	__u8 is_disputed;  /* evidence contradicted itself: never more than a guess */
	__u8 agreed_reads; /* in a row, up to AGREE_MIN */
	__u8 agreed_writes;
	__u8 covered;	/* times its connection was looked for, to mark it as read */
	__u32 epoch;	/* of the probes at its first call: of another, bytes were missed since */
	__u8 is_proven; /* see proof.bpf.h: evidence against it only asks for another proof */
	__u8 pad[7];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_SSLS_MAX);
	__type(key, struct yg_ssl_key);
	__type(value, struct yg_ssl);
} yg_ssls SEC(".maps");

static __always_inline bool is_read(const struct yg_thread *t)
{
	return t->kind == CALL_READ || t->kind == CALL_READ_EX;
}

static __always_inline struct yg_ssl_key key_of(__u64 object)
{
	return (struct yg_ssl_key){ .object = object, .tgid = bpf_get_current_pid_tgid() >> 32 };
}

/*
 * What @ssl moved before is not known once the probes have rested: it may have begun in between. A
 * direction of which user space first hears beyond offset 0 is one that was joined late.
 */
static __always_inline void ssl_begin(struct yg_ssl *ssl)
{
	ssl->epoch = probes_epoch();
	ssl->read_offset = ssl->write_offset = ssl->epoch > YG_EPOCH_FIRST;
}

/*
 * A first generation from the clock: an object whose row was evicted never comes back with a number
 * that it had before. A function of its own, for the row is on its stack: those of nested calls
 * must fit 512 bytes.
 */
static __noinline int ssl_make(const struct yg_ssl_key *key)
{
	struct yg_ssl fresh = {};

	fresh.generation = bpf_ktime_get_ns() >> 20;
	ssl_begin(&fresh);
	return bpf_map_update_elem(&yg_ssls, key, &fresh, BPF_NOEXIST);
}

/* The state of an object, made at its first call. */
static __always_inline struct yg_ssl *ssl_find(const struct yg_ssl_key *key)
{
	struct yg_ssl *ssl = bpf_map_lookup_elem(&yg_ssls, key);

	if (ssl)
		return ssl;
	(void)ssl_make(key);
	return bpf_map_lookup_elem(&yg_ssls, key);
}

/* The object begins anew: another connection at the same address. */
static __always_inline void ssl_renew(struct yg_ssl *ssl)
{
	__u32 generation = ssl->generation + 1, epoch = ssl->epoch;

	__builtin_memset(ssl, 0, sizeof(*ssl));
	ssl->generation = generation;
	ssl->epoch = epoch;
}

/*
 * A call used exactly one socket, and it is not the known one. Either the object serves another
 * connection (SSL_clear, or an SSL_free that was not seen) or a callback used a socket of its own.
 * Say "unknown" until a second call agrees; never give one client's address to another's request.
 */
static __always_inline void ssl_doubt(struct yg_ssl *ssl, const struct yg_socket *socket)
{
	if (ssl->is_doubted && is_same_socket(&ssl->candidate, socket)) {
		ssl->socket = *socket;
		ssl->bind = YG_BIND_SOCKET;
		ssl->is_doubted = 0;
		return;
	}
	if (!ssl->is_doubted)
		ssl_renew(ssl);
	ssl->candidate = *socket;
	ssl->is_doubted = 1;
}

/* Bind to the socket that the call used. */
static __always_inline void bind_nested(struct yg_ssl *ssl, const struct yg_thread *t)
{
	if (ssl->is_doubted ||
	    (ssl->bind == YG_BIND_SOCKET && !is_same_socket(&ssl->socket, &t->socket))) {
		ssl_doubt(ssl, &t->socket);
		return;
	}
	ssl->socket = t->socket;
	ssl->bind = YG_BIND_SOCKET;
	ssl->is_memory = 0;
}

/*
 * An object of memory BIOs: its process moves the ciphertext itself, before reads and after writes.
 *
 *	receive(S), read(A)	A reads what came from S	} by two ways that do not know each
 *	write(A), send(S)	what A wrote goes to S		} other; all of AGREE_MIN in a row
 *
 * Evidence is a read that returned data when everything the thread received since the last TLS call
 * came from one socket, or the first send after writes of one object. Where that points to another
 * socket than before, the object is disputed: a guess, and never more, until it is freed. A process
 * that handles one connection late is wrong in one of the two ways, so it never gets there. Where
 * the handshake was seen none of this has to be waited for: call.bpf.h proves the first guess.
 */
static __always_inline void ssl_agree(struct yg_ssl *ssl, __u8 *count)
{
	if (*count < AGREE_MIN)
		(*count)++;
	if (ssl->agreed_reads >= AGREE_MIN && ssl->agreed_writes >= AGREE_MIN && !ssl->is_disputed)
		ssl->bind = YG_BIND_SOCKET;
}

static __always_inline void ssl_dispute(struct yg_ssl *ssl)
{
	bool had_support = ssl->agreed_reads || ssl->agreed_writes || ssl->is_disputed;

	if (ssl->is_proven) {
		ssl->covered = 0;
		return;
	}
	ssl_renew(ssl);
	ssl->is_disputed = had_support;
}

/* A first guess: the socket that the thread received from last. */
static __always_inline void ssl_guess(struct yg_ssl *ssl, const struct yg_thread *t)
{
	ssl->socket = t->received;
	ssl->bind = YG_BIND_THREAD;
	ssl->is_memory = 1;
	ssl->agreed_reads = t->mixed == MIXED_NOT;
}

/*
 * A read that used no socket. Each receive is claimed by one call at most. Never a guess for a
 * write: the thread may serve others.
 */
static __always_inline void bind_received(struct yg_ssl *ssl, struct yg_thread *t, bool has_data)
{
	bool is_fresh = t->received_count != t->claimed_count;

	t->claimed_count = t->received_count;
	if (!is_fresh || !has_data || ssl->is_doubted)
		return;
	if (ssl->is_memory && t->mixed == MIXED_NOT) {
		if (is_same_socket(&ssl->socket, &t->received)) {
			ssl_agree(ssl, &ssl->agreed_reads);
			return;
		}
		ssl_dispute(ssl);
	}
	if (ssl->bind == YG_BIND_UNKNOWN && t->mixed != MIXED_UNKNOWN)
		ssl_guess(ssl, t);
}

/* A write that used no socket: its ciphertext is sent later. */
static __always_inline void note_write(struct yg_thread *t, bool has_data)
{
	t->claimed_count = t->received_count; /* what came before was for another purpose */
	if (has_data)
		t->wrote = t->wrote && t->wrote != t->object ? WROTE_MANY : t->object;
}

/*
 * The first send after writes that used no socket, of one object that has none yet: HTTP/2 servers
 * write before they read, and what they read then may have come with the end of the handshake.
 */
static __always_inline void ssl_guess_sent(struct yg_ssl *ssl, const struct yg_socket *socket)
{
	if (ssl->bind != YG_BIND_UNKNOWN || ssl->is_doubted || ssl->is_disputed)
		return;
	ssl->socket = *socket;
	ssl->bind = YG_BIND_THREAD;
	ssl->is_memory = 1;
	ssl->agreed_writes = 1;
}

/* The first send after writes that used no socket. */
static __always_inline void ssl_sent(struct yg_thread *t, const struct yg_socket *socket)
{
	struct yg_ssl_key key = key_of(t->wrote);
	struct yg_ssl *ssl = NULL;

	if (t->wrote != WROTE_MANY)
		ssl = bpf_map_lookup_elem(&yg_ssls, &key);
	t->wrote = 0;
	if (!ssl)
		return;
	if (!ssl->is_memory)
		ssl_guess_sent(ssl, socket);
	else if (is_same_socket(&ssl->socket, socket))
		ssl_agree(ssl, &ssl->agreed_writes);
	else
		ssl_dispute(ssl);
}

static __always_inline void ssl_bind(struct yg_ssl *ssl, struct yg_thread *t)
{
	if (t->touched == TOUCHED_ONE)
		bind_nested(ssl, t);
	if (t->touched != TOUCHED_NONE)
		t->claimed_count = t->received_count;
	else if (is_read(t))
		bind_received(ssl, t, t->out.payload_len != 0);
	else
		note_write(t, t->out.payload_len != 0);
}
