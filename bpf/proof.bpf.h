/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proof that a TLS object is the end of a connection, whoever moves its ciphertext and when:
 *
 *	ClientHello, ServerHello on the wire  ──► their randoms, in the row of the connection
 *	the object in its process's memory    ──► holds both, for libraries keep what they sent
 *
 * Each end draws its random anew for each connection (RFC 8446 section 4.1.2). Of the two, one was
 * drawn by this host and seen as it left: a peer may choose its own, and forge frames that come in,
 * but not that. No offset is known: of a process's first object both are looked for in its first
 * bytes (OpenSSL since 3.0), and behind the pointers that it begins with (OpenSSL 1.1.1,
 * BoringSSL). Where they were found the next object has them, too, and that of another process with
 * the same library: what stands there leads to the connection, although its thread received for
 * others since.
 */
#pragma once

#include "ssl.bpf.h"

#define RANDOM_WORDS 8u /* of memory in one look: nested frames must fit 512 bytes */
#define RANDOM_LOOK  (RANDOM_WORDS * 8u)
#define RANDOM_LOOKS 16u /* at an object: 1024 bytes; OpenSSL 3.0 has them at 312 */
#define RANDOM_LINKS 32u /* words of an object that may be pointers; OpenSSL 1.1.1: the 22nd */
#define LINKED_LOOKS 4u	 /* behind each of these */

/*
 * Where objects of a process have their randoms: the word of each in bits 0 and 8, that of the
 * pointer to them in bit 16, all from 1; no pointer: 0. As a whole 0: nowhere.
 */
#define PLACE_WORD(place, bit) ((__u32)(place) >> (bit)&0xff)

#define PROVER_ANY 0u /* whoever was the last: most processes of a host use one library */

/* Processes of which an object was proven; in their libraries, randoms are in one place. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_PROVERS_MAX);
	__type(key, __u32); /* tgid, or PROVER_ANY */
	__type(value, __u32);
} yg_provers SEC(".maps");

/*
 * yg_random_find() - the word at @at where a random begins with @w0, @w1, from 1; 0: none of these.
 * A global function, as those below: the verifier walks it once, and its words are on a stack of
 * its own.
 */
__noinline int yg_random_find(__u64 at, __u64 w0, __u64 w1)
{
	__u64 words[RANDOM_WORDS + 1];

	if (bpf_probe_read_user(words, sizeof(words), (const void *)(long)at))
		return 0;
#pragma unroll
	for (__u32 i = 0; i < RANDOM_WORDS; i++) {
		if (words[i] == w0 && words[i + 1] == w1)
			return i + 1;
	}
	return 0;
}

/* yg_random_seek() - the same in @looks of them. */
__noinline int yg_random_seek(__u64 at, __u64 w0, __u64 w1, __u32 looks)
{
	for (__u32 i = 0; i < RANDOM_LOOKS && i < looks; i++) {
		int word = yg_random_find(at + i * RANDOM_LOOK, w0, w1);

		if (word)
			return i * RANDOM_WORDS + word;
	}
	return 0;
}

/* yg_random_linked() - the place of two randoms behind one of the pointers at @object. */
__noinline int yg_random_linked(__u64 object, __u64 a0, __u64 a1, __u64 b0, __u64 b1)
{
	for (__u32 i = 0; i < RANDOM_LINKS; i++) {
		__u64 link;
		int a, b;

		if (bpf_probe_read_user(&link, sizeof(link), (void *)(long)(object + i * 8)) ||
		    !link || link % sizeof(link))
			continue;
		a = yg_random_seek(link, a0, a1, LINKED_LOOKS);
		b = a ? yg_random_seek(link, b0, b1, LINKED_LOOKS) : 0;
		if (b)
			return a | b << 8 | (i + 1) << 16;
	}
	return 0;
}

/* Where @object, or what its first words point to, holds both randoms of @conn. */
static __always_inline __u32 place_find(__u64 object, const struct yg_tls_conn *conn)
{
	__u64 a0 = conn->random[0][0], a1 = conn->random[0][1];
	__u64 b0 = conn->random[1][0], b1 = conn->random[1][1];
	int a = yg_random_seek(object, a0, a1, RANDOM_LOOKS);
	int b = yg_random_seek(object, b0, b1, RANDOM_LOOKS);

	return a && b ? (__u32)(a | b << 8) : (__u32)yg_random_linked(object, a0, a1, b0, b1);
}

/* The randoms that @object has at @place. Return: 0, or not if it cannot be read. */
static __always_inline long place_read(__u64 object, __u32 place, struct yg_tls_draw *ret)
{
	__u64 at = object, pair[2][2], link = PLACE_WORD(place, 16);

	if (link && bpf_probe_read_user(&at, sizeof(at), (void *)(long)(object + (link - 1) * 8)))
		return -1;
	if (bpf_probe_read_user(pair[0], sizeof(pair[0]),
				(void *)(long)(at + (PLACE_WORD(place, 0) - 1) * 8)) ||
	    bpf_probe_read_user(pair[1], sizeof(pair[1]),
				(void *)(long)(at + (PLACE_WORD(place, 8) - 1) * 8)))
		return -1;
	*ret = draw_of(pair);
	return 0;
}

/* Were both hellos seen, that of the end @local as it left this host? */
static __always_inline bool is_provable(const struct yg_tls_conn *conn, __u32 local)
{
	return (conn->random[0][0] || conn->random[0][1]) &&
	       (conn->random[1][0] || conn->random[1][1]) && conn->sent & (1u << local);
}

static __always_inline bool is_same_draw(const struct yg_tls_draw *a, const struct yg_tls_draw *b)
{
	return a->low[0] == b->low[0] && a->low[1] == b->low[1] && a->high[0] == b->high[0] &&
	       a->high[1] == b->high[1];
}

/* This host is the end @local, 0 or 1: a constant, for the verifier. */
static __always_inline void socket_fill(struct yg_socket *socket, const struct yg_tls_ends *ends,
					__u32 local)
{
	__builtin_memcpy(socket->local, ends->addr[local], sizeof(socket->local));
	__builtin_memcpy(socket->remote, ends->addr[!local], sizeof(socket->remote));
	socket->local_port = ends->port[local];
	socket->remote_port = ends->port[!local];
}

static __always_inline bool is_address(const __u8 *a, const __u8 *b)
{
	const __u32 *x = (const void *)a, *y = (const void *)b;

	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]));
}

/*
 * Does the thread of @t receive at this end of @socket, as far as it shows? A host passes on what
 * its containers say: of their connections it may have seen no hello leave but that of the other
 * end.
 */
static __always_inline bool is_own_end(const struct yg_thread *t, const struct yg_socket *socket)
{
	return t->received_count && (is_address(t->received.local, socket->local) ||
				     !is_address(t->received.local, socket->remote));
}

/*
 * Tie @ssl, the object of the call @t, to the connection whose randoms it has at @place. Not where
 * both ends are of this host, and both objects have the same. False: no such connection was seen.
 */
static __always_inline bool ssl_identify(struct yg_ssl *ssl, const struct yg_thread *t, __u32 place)
{
	struct yg_tls_draw draw, now;
	struct yg_socket socket;
	struct yg_tls_ends *ends;
	struct yg_tls_conn *conn;

	if (place_read(t->object, place, &draw))
		return false;
	ends = bpf_map_lookup_elem(&yg_tls_draws, &draw);
	conn = ends ? bpf_map_lookup_elem(&yg_tls_conns, ends) : NULL;
	if (!conn)
		return false;
	now = draw_of(conn->random);
	if (!is_same_draw(&draw, &now))
		return false;
	if (conn->sent == 1)
		socket_fill(&socket, ends, 0);
	else if (conn->sent == 2)
		socket_fill(&socket, ends, 1);
	else
		return false;
	if (!is_own_end(t, &socket))
		return false;
	conn->read = 1;
	ssl->socket = socket;
	ssl->bind = YG_BIND_SOCKET;
	ssl->is_proven = 1;
	ssl->is_memory = 1;
	ssl->is_doubted = 0;
	return true;
}
