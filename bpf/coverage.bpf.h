/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TLS connections as the wire shows them: how much they carry, whose they are, and whether some
 * probe saw their plaintext. What nobody saw is a gap in coverage, and user space adds it up.
 *
 *	sample, guard	a hello or a record of data begins a row; payload of both directions
 *	tls, gotls	plaintext was seen on this connection
 *	sock		the process that receives from it, or closed it
 *
 * One row for both directions, by addresses alone: the wire counts in softirq, and the process may
 * live behind another interface, in another network namespace.
 */
#pragma once

#include "emission.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_TLS_CONNS_MAX);
	__type(key, struct yg_tls_ends);
	__type(value, struct yg_tls_conn);
} yg_tls_conns SEC(".maps");

/* Their randoms, in an order of their own, so that nobody has to know whose is which. */
struct yg_tls_draw {
	__u64 low[2];
	__u64 high[2];
};

/*
 * Which connection has these randoms, see proof.bpf.h; zeroes: several claim them. A row may be
 * there when its connection's is no more.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_TLS_CONNS_MAX);
	__type(key, struct yg_tls_draw);
	__type(value, struct yg_tls_ends);
} yg_tls_draws SEC(".maps");

static __always_inline struct yg_tls_draw draw_of(const __u64 random[2][2])
{
	const __u64 *a = random[0], *b = random[1];

	if (a[0] > b[0])
		return (struct yg_tls_draw){ { b[0], b[1] }, { a[0], a[1] } };
	return (struct yg_tls_draw){ { a[0], a[1] }, { b[0], b[1] } };
}

/* Does the first end stand second? Any order will do that both directions agree on. */
static __always_inline bool ends_turn(const __u8 *a, __be16 a_port, const __u8 *b, __be16 b_port)
{
	__u64 x[2], y[2];

	__builtin_memcpy(x, a, sizeof(x));
	__builtin_memcpy(y, b, sizeof(y));
	if (x[1] != y[1])
		return x[1] > y[1];
	if (x[0] != y[0])
		return x[0] > y[0];
	return a_port > b_port;
}

static __always_inline void ends_put(struct yg_tls_ends *ends, const __u8 *a, __be16 a_port,
				     const __u8 *b, __be16 b_port)
{
	__builtin_memcpy(ends->addr[0], a, sizeof(ends->addr[0]));
	__builtin_memcpy(ends->addr[1], b, sizeof(ends->addr[1]));
	ends->port[0] = a_port;
	ends->port[1] = b_port;
}

/* Return: the end that @a is, 0 or 1. */
static __always_inline __u32 ends_make(struct yg_tls_ends *ends, const __u8 *a, __be16 a_port,
				       const __u8 *b, __be16 b_port)
{
	if (ends_turn(a, a_port, b, b_port)) {
		ends_put(ends, b, b_port, a, a_port);
		return 1;
	}
	ends_put(ends, a, a_port, b, b_port);
	return 0;
}
