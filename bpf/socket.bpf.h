/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's sockets, the few fields that are read (CO-RE). */
#pragma once

#include <linux/in.h>
#include <linux/in6.h>

#include <bpf/bpf_endian.h>

#include "thread.bpf.h"

enum socket_family { SOCKET_INET = 2, SOCKET_INET6 = 10 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct socket_lock {
	int owned;
};

struct sock {
	struct sock_common __sk_common;
	struct socket_lock sk_lock;
	__u16 sk_protocol;
};

struct inet_sock {
	__be16 inet_sport; /* stays when skc_num is given back */
};

#pragma clang attribute pop

/* The TCP socket of a sock_send_length or sock_recv_length event that moved bytes; or NULL. */
static __always_inline struct sock *socket_moved(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];

	return (int)ctx[1] > 0 && sk->sk_protocol == IPPROTO_TCP ? sk : NULL;
}

/*
 * Both ends of @sk. IPv4 inside an IPv6 socket is v4-mapped already. By plain loads: the verifier
 * knows the type of what tracepoints and iterators hand over, and a helper for each field would
 * cost more than all the rest of a tracepoint.
 * Return: 0, or not if the socket is of another family.
 */
static __always_inline int socket_read(struct sock_common *sk, struct yg_socket *ret)
{
	__u32 mapped = bpf_htonl(0xffff);
	__be32 local, remote;

	*ret = (struct yg_socket){};
	if (sk->skc_family == SOCKET_INET6) {
		__builtin_memcpy(ret->local, &sk->skc_v6_rcv_saddr, sizeof(ret->local));
		__builtin_memcpy(ret->remote, &sk->skc_v6_daddr, sizeof(ret->remote));
	} else if (sk->skc_family == SOCKET_INET) {
		local = sk->skc_rcv_saddr;
		remote = sk->skc_daddr;
		__builtin_memcpy(ret->local + 8, &mapped, sizeof(mapped));
		__builtin_memcpy(ret->local + 12, &local, sizeof(local));
		__builtin_memcpy(ret->remote + 8, &mapped, sizeof(mapped));
		__builtin_memcpy(ret->remote + 12, &remote, sizeof(remote));
	} else {
		return -1;
	}
	ret->local_port = bpf_htons(sk->skc_num);
	ret->remote_port = sk->skc_dport;
	return 0;
}
