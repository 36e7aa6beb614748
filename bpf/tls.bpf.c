/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uprobes on TLS libraries with OpenSSL's API: the plaintext of each read and write.
 *
 *	entry: yg_ssl_read ...	open the thread's call	(sock.bpf.c notes sockets used inside)
 *	return: yg_ssl_ret	bind the object to its socket, then budget, then ring
 *	yg_ssl_free		the object's address may be used again
 *
 * Entry programs by signature, for the loader to place:
 *	yg_ssl_read	 SSL_read(ssl, buf, num)
 *	yg_ssl_read_ex	 SSL_read_ex, SSL_read_early_data, ssl_read_internal(ssl, buf, num, *count)
 *	yg_ssl_write	 SSL_write(ssl, buf, num)
 *	yg_ssl_write_ex	 SSL_write_ex, SSL_write_early_data, ssl_write_internal(ssl, buf, num, *n)
 *	yg_ssl_writeex2	 SSL_write_ex2, ssl_write_internal(ssl, buf, num, flags, *n) since 3.3
 *	yg_ssl_ret	 the return of any of them: a uretprobe, or a uprobe on each RET
 *
 * Calls nest (SSL_read_early_data calls SSL_read_ex); the outermost counts. Inner and outer are
 * told apart by the stack pointer, so a return that is missed once does no lasting harm.
 */
#include "call.bpf.h"

#include <linux/ptrace.h>

#include <bpf/bpf_tracing.h>

/* Bytes that the call moved into out.payload_len, 0 if none. Return: 0, or not if unreadable. */
static __always_inline long len_read(struct yg_thread *t, long result)
{
	__u64 n = 0;

	t->out.payload_len = 0;
	if ((int)result <= 0) /* SSL_read returns int: the upper half is whatever it is */
		return 0;
	if (t->kind == CALL_READ || t->kind == CALL_WRITE)
		n = (__u32)result;
	else if (bpf_probe_read_user(&n, sizeof(n), (const void *)(long)t->count))
		return -1;
	if (n > CALL_LEN_MAX)
		return -1;
	t->out.payload_len = n;
	return 0;
}

/* Open the thread's call, unless it is inside one. */
static __always_inline int enter(struct pt_regs *ctx, enum call_kind kind, __u64 count)
{
	struct yg_thread *t;

	if (!is_task_in_scope())
		return 0;
	t = thread_find(true);
	if (!t || (t->kind != CALL_NONE && PT_REGS_SP(ctx) < t->stack))
		return 0;
	t->object = PT_REGS_PARM1(ctx);
	t->buffer = PT_REGS_PARM2(ctx);
	t->count = count;
	t->stack = PT_REGS_SP(ctx);
	t->touched = TOUCHED_NONE;
	t->kind = kind;
	return 0;
}

SEC("uprobe")
int yg_ssl_read(struct pt_regs *ctx)
{
	return enter(ctx, CALL_READ, 0);
}

SEC("uprobe")
int yg_ssl_read_ex(struct pt_regs *ctx)
{
	return enter(ctx, CALL_READ_EX, PT_REGS_PARM4(ctx));
}

SEC("uprobe")
int yg_ssl_write(struct pt_regs *ctx)
{
	return enter(ctx, CALL_WRITE, 0);
}

SEC("uprobe")
int yg_ssl_write_ex(struct pt_regs *ctx)
{
	return enter(ctx, CALL_WRITE_EX, PT_REGS_PARM4(ctx));
}

SEC("uprobe")
int yg_ssl_writeex2(struct pt_regs *ctx)
{
	return enter(ctx, CALL_WRITE_EX, PT_REGS_PARM5(ctx));
}

/* At a RET the stack pointer is that of the entry; in a uretprobe one word above it. */
SEC("uprobe")
int yg_ssl_ret(struct pt_regs *ctx)
{
	struct yg_counters *c = counters();
	struct yg_thread *t = thread_find(false);
	__u64 stack = PT_REGS_SP(ctx);
	enum tls_row row;

	if (t && t->kind != CALL_NONE && stack < t->stack)
		return 0; /* of an inner call */
	if (t && t->kind == CALL_NONE && stack == t->done_stack)
		return 0; /* two probes on one return */
	count_tls(c, TLS_rx);
	if (t && t->kind != CALL_NONE) {
		row = len_read(t, PT_REGS_RC(ctx)) ? TLS_lost_copy
						   : call_return(c, t, bpf_get_current_pid_tgid());
		t->kind = CALL_NONE;
		t->done_stack = stack;
	} else {
		row = is_task_in_scope() ? TLS_lost_call : TLS_skip_scope;
	}
	count_tls(c, row);
	return 0;
}

/* SSL_free(ssl) */
SEC("uprobe")
int yg_ssl_free(struct pt_regs *ctx)
{
	object_end(PT_REGS_PARM1(ctx));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
