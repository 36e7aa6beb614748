/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which TCP socket a thread uses: noted in its row of yg_threads, so that the TLS call it is in can
 * be tied to its connection. No kprobes: these tracepoints fire in the thread itself, after bytes
 * were copied, and are there on kernels where kprobes and fentry are not.
 *
 *	yg_sk_rcvspace	tcp_rcv_space_adjust	5.10 and later	a receive that took bytes
 *	yg_sk_recv	sock_recv_length	6.3 and later	the same (without the former)
 *	yg_sk_send	sock_send_length	6.3 and later	a send
 */
#include "socket.bpf.h"
#include "ssl.bpf.h"

/* Receives are noted outside of calls too: memory BIOs are filled before SSL_read is called. */
static __always_inline int note_receive(struct sock *sk)
{
	struct yg_thread *t = thread_find(true);
	struct yg_socket socket;

	if (!t || socket_read(&sk->__sk_common, &socket))
		return 0;
	if (t->received_count == t->claimed_count)
		t->is_mixed = 0;
	else if (!is_same_socket(&t->received, &socket))
		t->is_mixed = 1;
	t->received = socket;
	t->received_count++;
	touch(t, &socket);
	return 0;
}

/* A send outside of calls: the ciphertext of the write before it, if there was one. */
static __always_inline int note_send(struct sock *sk)
{
	struct yg_thread *t = thread_find(false);
	struct yg_socket socket;

	if (!t || (t->kind == CALL_NONE && !t->wrote) || socket_read(&sk->__sk_common, &socket))
		return 0;
	if (t->kind != CALL_NONE)
		touch(t, &socket);
	else
		ssl_sent(t, &socket);
	return 0;
}

SEC("tp_btf/tcp_rcv_space_adjust")
int yg_sk_rcvspace(__u64 *ctx)
{
	return note_receive((void *)ctx[0]);
}

SEC("?tp_btf/sock_recv_length")
int yg_sk_recv(__u64 *ctx)
{
	struct sock *sk = socket_moved(ctx);

	return sk ? note_receive(sk) : 0;
}

SEC("?tp_btf/sock_send_length")
int yg_sk_send(__u64 *ctx)
{
	struct sock *sk = socket_moved(ctx);

	return sk ? note_send(sk) : 0;
}

char LICENSE[] SEC("license") = "GPL";
