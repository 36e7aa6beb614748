/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Proof that a TLS object is the end of a connection, whoever moves its ciphertext and when:
 *
 *	ClientHello, ServerHello on the wire  ──► their randoms, in the row of the connection
 *	the object in its process's memory    ──► holds both, for libraries keep what they sent
 *
 * Each end draws its random anew for each connection (RFC 8446 section 4.1.2). Of the two, one was
 * drawn by this host and seen as it left: a peer may choose its own, and forge frames that come in,
 * but not that. No offset is known: both are looked for in the first bytes of the object (OpenSSL
 * since 3.0), and behind the pointers that it begins with (OpenSSL 1.1.1, BoringSSL).
 */
#pragma once

#include "ssl.bpf.h"

#define RANDOM_WORDS 16u /* of memory in one look */
#define RANDOM_LOOK  (RANDOM_WORDS * 8u)
#define RANDOM_LOOKS 8u	 /* at an object: 1024 bytes; OpenSSL 3.0 has them at 312 */
#define RANDOM_LINKS 32u /* words of an object that may be pointers; OpenSSL 1.1.1: the 22nd */
#define RANDOM_BOTH  3

/* Processes of which an object was proven: in their libraries, randoms are where we look. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_PROVERS_MAX);
	__type(key, __u32); /* tgid */
	__type(value, __u8);
} yg_provers SEC(".maps");

/*
 * 1 if @a is @b, without a branch: on Linux 6.1 the verifier walks what follows for each outcome.
 * Hidden from clang, which would make a branch of it.
 */
static __always_inline __u64 is_equal(const __u64 *a, __u64 b0, __u64 b1)
{
	__u64 differ = (a[0] ^ b0) | (a[1] ^ b1), negative = -differ;

	asm volatile("" : "+r"(negative));
	return ((differ | negative) >> 63) ^ 1;
}

/*
 * yg_random_find() - which of two randoms, 16 bytes each, begin in the words at @at: a bit each.
 * A global function: the verifier walks it once, and its words are on a stack of its own.
 */
__noinline int yg_random_find(__u64 at, __u64 a0, __u64 a1, __u64 b0, __u64 b1)
{
	__u64 words[RANDOM_WORDS + 1];
	__u64 found = 0;

	if (bpf_probe_read_user(words, sizeof(words), (const void *)(long)at))
		return 0;
#pragma unroll
	for (__u32 i = 0; i < RANDOM_WORDS; i++)
		found |= is_equal(words + i, a0, a1) | is_equal(words + i, b0, b1) << 1;
	return found;
}

/* yg_random_linked() - the same behind the pointer at @at, if it is one. */
__noinline int yg_random_linked(__u64 at, __u64 a0, __u64 a1, __u64 b0, __u64 b1)
{
	__u64 link;
	int found;

	if (bpf_probe_read_user(&link, sizeof(link), (const void *)(long)at) || !link ||
	    link % sizeof(link))
		return 0;
	found = yg_random_find(link, a0, a1, b0, b1);
	return found | yg_random_find(link + RANDOM_LOOK, a0, a1, b0, b1);
}

/* Does the object at @object, or what its first words point to, hold both randoms of @conn? */
static __always_inline bool has_randoms(__u64 object, const struct yg_tls_conn *conn)
{
	__u64 a0 = conn->random[0][0], a1 = conn->random[0][1];
	__u64 b0 = conn->random[1][0], b1 = conn->random[1][1];
	int found = 0;

	for (__u32 i = 0; i < RANDOM_LOOKS; i++)
		found |= yg_random_find(object + i * RANDOM_LOOK, a0, a1, b0, b1);
	for (__u32 i = 0; i < RANDOM_LINKS && found != RANDOM_BOTH; i++)
		found = yg_random_linked(object + i * sizeof(object), a0, a1, b0, b1);
	return found == RANDOM_BOTH;
}

/* Were both hellos seen, that of the end @local as it left this host? */
static __always_inline bool is_provable(const struct yg_tls_conn *conn, __u32 local)
{
	return (conn->random[0][0] || conn->random[0][1]) &&
	       (conn->random[1][0] || conn->random[1][1]) && conn->sent & (1u << local);
}
