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
 *	yg_ssl_file	 SSL_sendfile: its bytes are a gap, counted
 *	yg_ssl_ret	 the return of any of them: a uretprobe, or a uprobe on each RET
 *	yg_pr_*		 NSPR's PR_Read, PR_Recv, PR_Write, PR_Send, PR_Writev, for NSS
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
	if (t->kind == CALL_READ || t->kind == CALL_WRITE || t->kind == CALL_FILE)
		n = (__u32)result;
	else if (bpf_probe_read_user(&n, sizeof(n), (const void *)(long)t->count))
		return -1;
	if (n > CALL_LEN_MAX)
		return -1;
	t->out.payload_len = n;
	return 0;
}

/* Open the thread's call, unless it is inside one. @count: see struct yg_thread. */
static __always_inline int enter_at(struct pt_regs *ctx, enum call_kind kind, __u64 buffer,
				    __u64 count)
{
	struct yg_control *knobs = control();
	struct yg_thread *t;

	if (!knobs || is_resting(knobs) || !is_task_in_scope())
		return 0;
	t = thread_find(true);
	if (!t)
		return 0;
	thread_wake(knobs, t);
	if (t->kind != CALL_NONE && PT_REGS_SP(ctx) < t->stack)
		return 0;
	t->object = PT_REGS_PARM1(ctx);
	t->buffer = buffer;
	t->count = count;
	t->stack = PT_REGS_SP(ctx);
	t->touched = TOUCHED_NONE;
	t->kind = kind;
	return 0;
}

static __always_inline int enter(struct pt_regs *ctx, enum call_kind kind, __u64 count)
{
	return enter_at(ctx, kind, PT_REGS_PARM2(ctx), count);
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

/* SSL_sendfile(ssl, fd, offset, size, flags), with kernel TLS */
SEC("uprobe")
int yg_ssl_file(struct pt_regs *ctx)
{
	return enter(ctx, CALL_FILE, 0);
}

/* Of a call with several buffers: out.payload_len for the first. Return: bytes of the rest. */
static __always_inline __u32 rest_cut(struct yg_thread *t)
{
	__u32 len = t->out.payload_len;

	if (t->kind == CALL_FILE) {
		t->out.payload_len = 0;
		return len;
	}
	if (t->kind != CALL_WRITE || !t->count || len <= t->count)
		return 0;
	t->out.payload_len = t->count;
	return len - t->out.payload_len;
}

/* Bytes that were written and are not looked at: a gap before the next chunk. */
static __always_inline void rest_skip(const struct yg_thread *t, __u32 len)
{
	struct yg_ssl_key key = key_of(t->object);
	struct yg_ssl *ssl = bpf_map_lookup_elem(&yg_ssls, &key);

	if (ssl)
		ssl->write_offset += len;
}

/* What the thread's call came to. */
static __always_inline enum tls_row call_end(struct pt_regs *ctx, struct yg_counters *c,
					     struct yg_thread *t)
{
	enum tls_row row;
	__u32 rest;

	if (len_read(t, PT_REGS_RC(ctx)))
		return TLS_lost_copy;
	rest = rest_cut(t);
	row = call_return(c, t, bpf_get_current_pid_tgid());
	if (!rest)
		return row;
	rest_skip(t, rest);
	if (t->kind != CALL_FILE)
		return row;
	count_tls_by(c, TLS_file_byte, rest);
	return TLS_skip_file;
}

/* A return that says nothing: of a call that began while the probes rested, or returns into it. */
static __always_inline int pass_rest(struct yg_counters *c, struct yg_thread *t)
{
	if (t)
		t->kind = CALL_NONE;
	count_tls(c, TLS_rx);
	count_tls(c, is_task_in_scope() ? TLS_skip_rest : TLS_skip_scope);
	return 0;
}

/* At a RET the stack pointer is that of the entry; in a uretprobe one word above it. */
SEC("uprobe")
int yg_ssl_ret(struct pt_regs *ctx)
{
	struct yg_counters *c = counters();
	struct yg_thread *t = thread_find(false);
	__u64 stack = PT_REGS_SP(ctx);
	enum tls_row row;

	if (is_stepped(ctx))
		count_tls(c, TLS_stepped);
	if (is_rested(control(), t))
		return pass_rest(c, t);
	if (t && t->kind != CALL_NONE && stack < t->stack)
		return 0; /* of an inner call */
	if (t && t->kind == CALL_NONE && stack == t->done_stack)
		return 0; /* two probes on one return */
	count_tls(c, TLS_rx);
	if (t && t->kind != CALL_NONE) {
		row = call_end(ctx, c, t);
		t->kind = CALL_NONE;
		t->done_stack = stack;
	} else {
		row = is_task_in_scope() ? TLS_lost_call : TLS_skip_scope;
	}
	count_tls(c, row);
	return 0;
}

/*
 * NSPR: one function for all files. A descriptor of NSS is a layer above that of the socket; the
 * descriptor and its table of methods begin the same in all of NSPR 4.
 * Source: prio.h: struct PRFileDesc, struct PRIOMethods, PR_DESC_LAYERED, PR_MSG_PEEK.
 */
struct nspr_file {
	__u64 methods; /* address of their table, which begins with the kind of file */
	__u64 secret;
	__u64 lower; /* the layer below, 0 for none */
};

#ifdef __TARGET_ARCH_arm64
#define RETURN_ADDRESS 0 /* bytes that a call puts on the stack */
#else
#define RETURN_ADDRESS 8
#endif
#define NSPR_LAYERED 4
#define NSPR_PEEK    2 /* the bytes are read again later */

struct nspr_vector {
	__u64 at;
	__u32 len;
	__u32 pad;
};

static __always_inline bool is_layered(struct pt_regs *ctx)
{
	struct nspr_file file;
	__u32 what;

	return !bpf_probe_read_user(&file, sizeof(file), (void *)PT_REGS_PARM1(ctx)) &&
	       file.lower &&
	       !bpf_probe_read_user(&what, sizeof(what), (void *)(long)file.methods) &&
	       what == NSPR_LAYERED;
}

/* A call that is none of TLS: its return, where a uretprobe sees the stack, is nobody's loss. */
static __always_inline int pass_over(struct pt_regs *ctx)
{
	struct yg_control *knobs = control();
	struct yg_thread *t = is_task_in_scope() ? thread_find(true) : NULL;

	if (knobs && t)
		thread_wake(knobs, t);
	if (t && t->kind == CALL_NONE)
		t->done_stack = PT_REGS_SP(ctx) + RETURN_ADDRESS;
	return 0;
}

static __always_inline int enter_nspr(struct pt_regs *ctx, enum call_kind kind)
{
	return is_layered(ctx) ? enter(ctx, kind, 0) : pass_over(ctx);
}

SEC("uprobe")
int yg_pr_read(struct pt_regs *ctx)
{
	return enter_nspr(ctx, CALL_READ);
}

SEC("uprobe")
int yg_pr_recv(struct pt_regs *ctx)
{
	return PT_REGS_PARM4(ctx) & NSPR_PEEK ? pass_over(ctx) : enter_nspr(ctx, CALL_READ);
}

SEC("uprobe")
int yg_pr_write(struct pt_regs *ctx)
{
	return enter_nspr(ctx, CALL_WRITE);
}

/* PR_Writev(fd, vectors, count, timeout): the first vector, which has the head of a message. */
SEC("uprobe")
int yg_pr_writev(struct pt_regs *ctx)
{
	struct nspr_vector first;

	if (!is_layered(ctx) ||
	    bpf_probe_read_user(&first, sizeof(first), (void *)PT_REGS_PARM2(ctx)) || !first.len)
		return pass_over(ctx);
	return enter_at(ctx, CALL_WRITE, first.at, first.len);
}

/* SSL_free(ssl) */
SEC("uprobe")
int yg_ssl_free(struct pt_regs *ctx)
{
	(void)object_end(PT_REGS_PARM1(ctx), YG_SOURCE_TLS_CLOSE);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
