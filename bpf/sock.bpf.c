/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which TCP socket a thread uses: noted in its row of yg_threads, so that the TLS call it is in can
 * be tied to its connection. No kprobes: these tracepoints fire in the thread itself, after bytes
 * were copied, and are there on kernels where kprobes and fentry are not.
 *
 *	yg_sk_rcvspace	tcp_rcv_space_adjust	5.10 and later	a receive that took bytes; now and
 *							then whose connection it was.
 *							Kernel TLS and parsers of sockets
 *							take bytes as they arrive, too, of
 *							a socket that nobody has locked, in
 *							whatever task they interrupt
 *	yg_sk_recv	sock_recv_length	6.3 and later	the same (without the former)
 *	yg_sk_send	sock_send_length	6.3 and later	a send
 *	yg_sk_state	inet_sock_set_state	5.10 and later	close(2): whose connection it was
 */
#include "coverage.bpf.h"
#include "pid.bpf.h"
#include "socket.bpf.h"
#include "ssl.bpf.h"

#define OWN_EVERY \
	8 /* receives of a thread: each costs a look, and one is enough for a connection */
#define QUIET_AFTER 64 /* receives that no TLS call asked about: the thread serves plain sockets */

/* The connection of @socket is used by this process, if it is one of TLS and nobody's yet. */
static __always_inline void own(const struct yg_socket *socket)
{
	struct yg_tls_conn *conn;
	struct yg_tls_ends ends;

	(void)ends_make(&ends, socket->local, socket->local_port, socket->remote,
			socket->remote_port);
	conn = bpf_map_lookup_elem(&yg_tls_conns, &ends);
	if (!conn || conn->pid)
		return;
	(void)comm_read(conn->comm);
	conn->pid = pid_shown();
}

/* Is nothing noted, of nobody or of this task? Asked first: every task of the host passes here. */
static __always_inline bool is_deaf(void)
{
	return is_task_foreign() || is_resting(control());
}

/*
 * A thread whose receives no TLS call claims: most of them are counted only. What it received last
 * is not known then, and no TLS object is tied to it, until a call has claimed.
 */
static __always_inline bool is_quiet(struct yg_thread *t)
{
	if (t->kind != CALL_NONE || t->received_count - t->claimed_count < QUIET_AFTER ||
	    t->received_count % OWN_EVERY == 0)
		return false;
	t->mixed = MIXED_UNKNOWN;
	t->received_count++;
	return true;
}

/* Receives are noted outside of calls too: memory BIOs are filled before SSL_read is called. */
static __always_inline int note_receive(struct sock *sk)
{
	struct yg_thread *t = is_deaf() ? NULL : thread_find(true);
	struct yg_socket socket;

	if (!t || is_quiet(t) || socket_read(&sk->__sk_common, &socket))
		return 0;
	if (t->received_count % OWN_EVERY == 0)
		own(&socket);
	if (t->received_count == t->claimed_count)
		t->mixed = MIXED_NOT;
	else if (t->mixed || !is_same_socket(&t->received, &socket))
		t->mixed = MIXED;
	t->received = socket;
	t->received_count++;
	touch(t, &socket);
	return 0;
}

/* A send outside of calls: the ciphertext of the write before it, if there was one. */
static __always_inline int note_send(struct sock *sk)
{
	struct yg_thread *t = is_deaf() ? NULL : thread_find(false);
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
	struct sock *sk = (void *)ctx[0];

	return sk->sk_lock.owned ? note_receive(sk) : 0;
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

/*
 * inet_sock_set_state(sk, old, new). While a process holds the lock of a socket, only what that
 * process does changes it: its own close, or a packet that had to wait for it. A change without the
 * lock is made by whoever the packet interrupted.
 */
SEC("?tp_btf/inet_sock_set_state")
int yg_sk_state(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	struct yg_socket socket;

	if (!BPF_CORE_READ(sk, sk_lock.owned) || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP ||
	    !is_task_in_scope() || socket_read(&sk->__sk_common, &socket))
		return 0;
	socket.local_port = BPF_CORE_READ((struct inet_sock *)sk, inet_sport);
	own(&socket);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
