/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uprobes on Go's crypto/tls: the plaintext of each Conn.Read and Conn.Write.
 *
 *	yg_go_read, yg_go_write	after the stack check of the function	open the goroutine's call
 *	yg_go_ret		on each RET of both			bind, budget, ring
 *	yg_go_shake, _shaken	the same of the two handshakes		a new connection, its socket
 *	yg_go_close		Conn.Close				the object ends
 *	yg_go_recv, yg_go_send	a socket used while a call is open	which goroutine, by its g
 *
 * A goroutine may return on another thread than it entered on, so calls are kept by (tgid, g) and
 * the sockets of a call are found by the g that the thread runs when it receives or sends. That
 * needs no field of any Go struct: connections wrapped by proxies and listeners bind the same way.
 * A write is told when it begins, once its socket is known: while it returns, another goroutine may
 * have read the answer already, which would then stand before its request.
 *
 * No uretprobe: Go moves stacks, and a return address of ours would be lost with the old one.
 *
 * Register ABI since Go 1.17 (src/cmd/compile/abi-internal.md): arguments and results in AX, BX,
 * CX; g in R14, also while in a system call. On arm64 R0, R1, R2 and R28.
 */
#include "socket.bpf.h"
#include "ssl.bpf.h"

#include <linux/ptrace.h>

#ifdef __TARGET_ARCH_arm64
#define GO_REGS	   user_pt_regs
#define GO_ARG1(c) ((c)->regs[0])
#define GO_ARG2(c) ((c)->regs[1])
#define GO_ARG3(c) ((c)->regs[2])
#define GO_G	   regs[28]
#else
#define GO_REGS	   pt_regs
#define GO_ARG1(c) ((c)->rax)
#define GO_ARG2(c) ((c)->rbx)
#define GO_ARG3(c) ((c)->rcx)
#define GO_G	   r14
#endif

struct yg_gocall_key {
	__u64 g; /* address of the goroutine's descriptor */
	__u32 tgid;
	__u32 pad;
};

/* One per goroutine that was ever in a call; idle connections wait inside Read. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_GOCALLS_MAX);
	__type(key, struct yg_gocall_key);
	__type(value, struct yg_thread);
} yg_gocalls SEC(".maps");

static __always_inline struct yg_gocall_key gocall_key(__u64 g)
{
	return (struct yg_gocall_key){ .g = g, .tgid = bpf_get_current_pid_tgid() >> 32 };
}

static __always_inline struct yg_thread *gocall_find(__u64 g)
{
	struct yg_gocall_key key = gocall_key(g);

	return bpf_map_lookup_elem(&yg_gocalls, &key);
}

/* What call.bpf.h knows a call by: its goroutine. */
#define CALL_FIND gocall_find
#include "call.bpf.h"

static __always_inline struct yg_thread *gocall_make(__u64 g)
{
	struct yg_gocall_key key = gocall_key(g);
	struct yg_thread *t = bpf_map_lookup_elem(&yg_gocalls, &key);
	const struct yg_thread *none;

	if (t)
		return t;
	none = no_thread();
	if (none)
		(void)bpf_map_update_elem(&yg_gocalls, &key, none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&yg_gocalls, &key);
}

/* Top of the goroutine's stack if @at is on it, else 0. Its bounds are the first words of g. */
static __always_inline __u64 stack_top(__u64 g, __u64 at)
{
	__u64 bounds[2];

	if (bpf_probe_read_user(bounds, sizeof(bounds), (const void *)(long)g))
		return 0;
	return at >= bounds[0] && at < bounds[1] ? bounds[1] : 0;
}

/* Open a call. A call left open by a panic is overwritten: Read and Write do not nest. */
static __always_inline int go_enter(struct GO_REGS *ctx, enum call_kind kind)
{
	struct yg_control *knobs = control();
	struct yg_thread *t;

	if (!knobs || is_resting(knobs) || !is_task_in_scope())
		return 0;
	t = gocall_make(ctx->GO_G);
	if (!t)
		return 0;
	t->epoch = knobs->epoch;
	t->object = GO_ARG1(ctx);
	t->buffer = GO_ARG2(ctx);
	t->stack = stack_top(ctx->GO_G, t->buffer);
	t->touched = TOUCHED_NONE;
	t->kind = kind;
	return 0;
}

/* A buffer on the goroutine's stack went with it if the stack moved: same distance from the top. */
static __always_inline void buffer_follow(struct yg_thread *t, __u64 g)
{
	__u64 bounds[2];

	if (t->stack && !bpf_probe_read_user(bounds, sizeof(bounds), (const void *)(long)g))
		t->buffer += bounds[1] - t->stack;
}

static __always_inline enum tls_row go_return(struct yg_counters *c, struct yg_thread *t,
					      struct GO_REGS *ctx)
{
	__s64 result = GO_ARG1(ctx);

	if (result > (__s64)CALL_LEN_MAX)
		return TLS_lost_copy;
	t->out.payload_len = result > 0 ? result : 0;
	buffer_follow(t, ctx->GO_G);
	return call_return(c, t, ctx->GO_G);
}

/* func (c *Conn) Read(b []byte) (int, error) */
SEC("uprobe")
int yg_go_read(struct GO_REGS *ctx)
{
	return go_enter(ctx, CALL_READ);
}

/* Tell of the write that begins, if it is known where to; a failed one ends the connection. */
static __always_inline void go_tell(struct GO_REGS *ctx)
{
	struct yg_thread *t = gocall_find(ctx->GO_G);
	__u64 len = GO_ARG3(ctx);
	struct yg_counters *c;
	struct yg_ssl_key key;
	struct yg_ssl *ssl;

	if (!t || t->kind != CALL_WRITE || len == 0 || len > CALL_LEN_MAX ||
	    is_rested(control(), t))
		return;
	key = key_of(t->object);
	ssl = bpf_map_lookup_elem(&yg_ssls, &key);
	if (!ssl || ssl->bind != YG_BIND_SOCKET || ssl->epoch != t->epoch)
		return;
	c = counters();
	t->out.payload_len = len;
	count_tls(c, TLS_rx);
	count_tls(c, call_emit(c, ssl, t, ctx->GO_G));
	t->kind = CALL_TOLD;
}

/* func (c *Conn) Write(b []byte) (int, error) */
SEC("uprobe")
int yg_go_write(struct GO_REGS *ctx)
{
	(void)go_enter(ctx, CALL_WRITE);
	go_tell(ctx);
	return 0;
}

/* A write that was told of returns: what sockets it used may still correct the object. */
static __always_inline void go_told(struct yg_thread *t)
{
	struct yg_ssl_key key = key_of(t->object);
	struct yg_ssl *ssl = bpf_map_lookup_elem(&yg_ssls, &key);

	t->kind = CALL_WRITE;
	if (ssl)
		ssl_bind(ssl, t);
	t->kind = CALL_NONE;
}

SEC("uprobe")
int yg_go_ret(struct GO_REGS *ctx)
{
	struct yg_thread *t = gocall_find(ctx->GO_G);
	struct yg_counters *c = counters();
	enum tls_row row;

	if (is_stepped(ctx))
		count_tls(c, TLS_stepped);
	if (is_rested(control(), t)) {
		if (t)
			t->kind = CALL_NONE;
		count_tls(c, TLS_rx);
		count_tls(c, is_task_in_scope() ? TLS_skip_rest : TLS_skip_scope);
		return 0;
	}
	if (t && t->kind == CALL_TOLD) {
		go_told(t);
		return 0;
	}
	count_tls(c, TLS_rx);
	if (t && (t->kind == CALL_READ || t->kind == CALL_WRITE)) {
		row = go_return(c, t, ctx);
		t->kind = CALL_NONE;
	} else {
		row = is_task_in_scope() ? TLS_lost_call : TLS_skip_scope;
	}
	count_tls(c, row);
	return 0;
}

/*
 * func (c *Conn) serverHandshake(ctx) error, clientHandshake: once per connection. What was at this
 * address before is garbage that was collected. Inside Read or Write their call notes the sockets.
 */
SEC("uprobe")
int yg_go_shake(struct GO_REGS *ctx)
{
	struct yg_thread *t;

	if (!is_task_in_scope())
		return 0;
	(void)object_end(GO_ARG1(ctx), YG_SOURCE_TLS_CLOSE);
	t = gocall_find(ctx->GO_G);
	if (t && !is_rested(control(), t) && (t->kind == CALL_READ || t->kind == CALL_WRITE) &&
	    t->object == GO_ARG1(ctx))
		return 0;
	return go_enter(ctx, CALL_SHAKE);
}

SEC("uprobe")
int yg_go_shaken(struct GO_REGS *ctx)
{
	struct yg_thread *t = gocall_find(ctx->GO_G);
	struct yg_ssl_key key;
	struct yg_ssl *ssl;

	if (!t || t->kind != CALL_SHAKE || is_rested(control(), t))
		return 0;
	t->kind = CALL_NONE;
	key = key_of(t->object);
	ssl = ssl_find(&key);
	if (ssl)
		ssl_bind(ssl, t);
	return 0;
}

/* func (c *Conn) Close() error */
SEC("uprobe")
int yg_go_close(struct GO_REGS *ctx)
{
	(void)object_end(GO_ARG1(ctx), YG_SOURCE_TLS_CLOSE);
	return 0;
}

/* The current thread, in a system call, uses @sk: for the goroutine that it runs. */
static __always_inline int go_touch(struct sock *sk)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct GO_REGS *regs = (void *)bpf_task_pt_regs((void *)task);
	struct yg_socket socket;
	struct yg_thread *t;
	__u64 g = 0;

	if (is_resting(control()) || bpf_probe_read_kernel(&g, sizeof(g), &regs->GO_G))
		return 0;
	t = gocall_find(g);
	if (t && t->kind != CALL_NONE && !socket_read(&sk->__sk_common, &socket))
		touch(t, &socket);
	return 0;
}

SEC("tp_btf/tcp_rcv_space_adjust")
int yg_go_recv(__u64 *ctx)
{
	return go_touch((void *)ctx[0]);
}

SEC("?tp_btf/sock_send_length")
int yg_go_send(__u64 *ctx)
{
	struct sock *sk = socket_moved(ctx);

	return sk ? go_touch(sk) : 0;
}

char LICENSE[] SEC("license") = "GPL";
