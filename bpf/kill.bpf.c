/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * End established connections of blocked clients, instead of leaving them to hang until a timeout:
 * both ends get ECONNABORTED or a reset at once. One pass of the iterator is one sweep of the TCP
 * sockets of the network namespace of whoever opened it. 6.5 and later (bpf_sock_destroy).
 */
#include "block.bpf.h"
#include "socket.bpf.h"

enum tcp_state { TCP_STATE_LISTEN = 10 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct bpf_iter__tcp {
	struct sock_common *sk_common;
};

#pragma clang attribute pop

extern int bpf_sock_destroy(struct sock_common *sk) __ksym;

SEC("iter/tcp")
int yg_sk_kill(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;
	struct yg_socket socket;
	enum guard_row row;

	if (!sk || sk->skc_state == TCP_STATE_LISTEN || socket_read(sk, &socket))
		return 0;
	row = block_judge(socket.remote, is_mapped(socket.remote), false);
	if (row == GUARD_drop_exact || row == GUARD_drop_net)
		(void)bpf_sock_destroy(sk); /* one that is closing already refuses: as good */
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
