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
 *	yg_ssl_ret	 the return of any of them: a uretprobe, or a uprobe on each RET
 *
 * Calls nest (SSL_read_early_data calls SSL_read_ex); the outermost counts. Inner and outer are
 * told apart by the stack pointer, so a return that is missed once does no lasting harm.
 */
#include "budget.bpf.h"
#include "thread.bpf.h"

#include <linux/ptrace.h>

#include <bpf/bpf_tracing.h>

#define CALL_LEN_MAX 0x7fffffffu /* bytes: the API counts in int; more is not a length */

struct yg_ssl_key {
	__u64 object; /* address of the SSL object */
	__u32 tgid;
	__u32 pad;
};

/* One TLS object, from its first call until SSL_free, and then the next one at its address. */
struct yg_ssl {
	__u64 read_offset; /* bytes so far, sampled or not */
	__u64 write_offset;
	struct yg_budget read_budget;
	struct yg_budget write_budget;
	struct yg_socket socket;    /* valid by bind */
	struct yg_socket candidate; /* valid if is_doubted */
	__u32 generation;
	__u32 ring;	 /* stays, so that records of an object stay in order */
	__u8 has_ring;	 /* a record was sent */
	__u8 bind;	 /* enum yg_bind */
	__u8 is_doubted; /* a call used another socket than the one known */
	__u8 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, YG_SSLS_MAX);
	__type(key, struct yg_ssl_key);
	__type(value, struct yg_ssl);
} yg_ssls SEC(".maps");

static __always_inline bool is_read(const struct yg_thread *t)
{
	return t->kind == CALL_READ || t->kind == CALL_READ_EX;
}

static __always_inline struct yg_ssl_key key_of(__u64 object)
{
	return (struct yg_ssl_key){ .object = object, .tgid = bpf_get_current_pid_tgid() >> 32 };
}

/*
 * The state of an object, made at its first call. A first generation from the clock: an object
 * whose row was evicted never comes back with a number that it had before.
 */
static __always_inline struct yg_ssl *ssl_find(const struct yg_ssl_key *key)
{
	struct yg_ssl *ssl = bpf_map_lookup_elem(&yg_ssls, key);
	struct yg_ssl fresh = {};

	if (ssl)
		return ssl;
	fresh.generation = bpf_ktime_get_ns() >> 20;
	(void)bpf_map_update_elem(&yg_ssls, key, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&yg_ssls, key);
}

/* The object begins anew: another connection at the same address. */
static __always_inline void ssl_renew(struct yg_ssl *ssl)
{
	__u32 generation = ssl->generation + 1;

	__builtin_memset(ssl, 0, sizeof(*ssl));
	ssl->generation = generation;
}

/*
 * A call used exactly one socket, and it is not the known one. Either the object serves another
 * connection (SSL_clear, or an SSL_free that was not seen) or a callback used a socket of its own.
 * Say "unknown" until a second call agrees; never give one client's address to another's request.
 */
static __always_inline void ssl_doubt(struct yg_ssl *ssl, const struct yg_socket *socket)
{
	if (ssl->is_doubted && is_same_socket(&ssl->candidate, socket)) {
		ssl->socket = *socket;
		ssl->bind = YG_BIND_SOCKET;
		ssl->is_doubted = 0;
		return;
	}
	if (!ssl->is_doubted)
		ssl_renew(ssl);
	ssl->candidate = *socket;
	ssl->is_doubted = 1;
}

/* Bind to the socket that the call used. */
static __always_inline void bind_nested(struct yg_ssl *ssl, const struct yg_thread *t)
{
	if (ssl->is_doubted ||
	    (ssl->bind == YG_BIND_SOCKET && !is_same_socket(&ssl->socket, &t->socket))) {
		ssl_doubt(ssl, &t->socket);
		return;
	}
	ssl->socket = t->socket;
	ssl->bind = YG_BIND_SOCKET;
}

/*
 * A read that used no socket: a memory BIO, filled by the receive before it. Each receive is
 * claimed by one read at most, and only for an object of which nothing is known. Never for a
 * write: the thread may serve others.
 */
static __always_inline void bind_received(struct yg_ssl *ssl, struct yg_thread *t, bool has_data)
{
	bool is_fresh = t->received_count != t->claimed_count;

	t->claimed_count = t->received_count;
	if (!is_fresh || !has_data || ssl->bind != YG_BIND_UNKNOWN || ssl->is_doubted)
		return;
	ssl->socket = t->received;
	ssl->bind = YG_BIND_THREAD;
}

static __always_inline void ssl_bind(struct yg_ssl *ssl, struct yg_thread *t)
{
	if (t->touched == TOUCHED_ONE)
		bind_nested(ssl, t);
	if (t->touched != TOUCHED_NONE)
		t->claimed_count = t->received_count;
	else if (is_read(t))
		bind_received(ssl, t, t->out.payload_len != 0);
}

/* Sender to receiver, as on the wire. Zeroes while the socket is not known. */
static __always_inline void key_fill(struct yg_emission *e, const struct yg_ssl *ssl)
{
	bool is_outward = e->source == YG_SOURCE_TLS_WRITE;
	const struct yg_socket *s = &ssl->socket;
	struct yg_flow_key *key = &e->key;

	*key = (struct yg_flow_key){};
	if (ssl->bind == YG_BIND_UNKNOWN)
		return;
	__builtin_memcpy(key->saddr, is_outward ? s->local : s->remote, sizeof(key->saddr));
	__builtin_memcpy(key->daddr, is_outward ? s->remote : s->local, sizeof(key->daddr));
	key->sport = is_outward ? s->local_port : s->remote_port;
	key->dport = is_outward ? s->remote_port : s->local_port;
}

/* The object's hash: of its addresses, or of itself while they are not known. */
static __always_inline __u64 hash_ssl(const struct yg_emission *e)
{
	if (e->bind == YG_BIND_UNKNOWN)
		return mix64(e->object ^ ((__u64)e->tgid << 48) ^ yg_config.hash_seed);
	return hash_addresses(&e->key);
}

static __always_inline void ring_choose(struct yg_ssl *ssl, struct yg_emission *e, __u64 hash)
{
	if (!ssl->has_ring) {
		ssl->ring = ring_of(hash);
		ssl->has_ring = 1;
	}
	e->ring = ssl->ring;
}

static __always_inline enum tls_row row_of_emitted(enum emitted emitted)
{
	if (emitted == EMITTED)
		return TLS_segment;
	return emitted == EMITTED_RING_FULL ? TLS_lost_ring : TLS_lost_copy;
}

static __always_inline void count_start(struct yg_counters *c, enum message message,
					enum tls_row request, enum tls_row response)
{
	if (message == MESSAGE_REQUEST)
		count_tls(c, request);
	else if (message == MESSAGE_RESPONSE)
		count_tls(c, response);
}

/* Send @e, complete but for what @ssl knows, if its flow is chosen. */
static __always_inline enum tls_row tls_emit(struct yg_ssl *ssl, struct yg_emission *e,
					     __u64 buffer)
{
	struct yg_control *knobs = control();
	struct bytes from = { .at = buffer };
	__u64 hash;

	e->generation = ssl->generation;
	e->bind = ssl->bind;
	e->tcp_flags = 0;
	e->ack = 0;
	key_fill(e, ssl);
	hash = hash_ssl(e);
	if (!knobs || !is_chosen(knobs, hash_flow(&e->key, hash)))
		return TLS_skip_sampled;
	e->sampled = knobs->sampled;
	ring_choose(ssl, e, hash);
	return row_of_emitted(emit(e, &from, BYTES_USER));
}

/* Budget, then ring, for a call that moved out.payload_len > 0 bytes. */
static __always_inline enum tls_row tls_sample(struct yg_counters *c, struct yg_ssl *ssl,
					       struct yg_thread *t)
{
	struct yg_budget *b = is_read(t) ? &ssl->read_budget : &ssl->write_budget;
	struct bytes from = { .at = t->buffer };
	struct yg_control *knobs = control();
	enum message message;
	enum tls_row row;

	if (!knobs || is_silent(knobs, bpf_ktime_get_ns()))
		return TLS_skip_idle;
	if (head_read(&from, BYTES_USER, t->out.payload_len, &t->head))
		return TLS_lost_copy;
	message = budget_admit(b, &t->head, t->out.payload_len, &t->out.data_len);
	if (!b->is_http && !b->is_tentative)
		return TLS_skip_other;
	count_start(c, message, TLS_request, TLS_response);
	if (t->out.data_len == 0)
		return TLS_skip_budget;
	row = tls_emit(ssl, &t->out, t->buffer);
	if (row == TLS_lost_ring || row == TLS_lost_copy)
		count_start(c, message, TLS_lost_request, TLS_lost_response);
	if (row == TLS_skip_sampled)
		count_start(c, message, TLS_skip_request, TLS_MAX);
	if (row == TLS_segment && ssl->bind == YG_BIND_UNKNOWN)
		count_tls(c, TLS_unbound);
	return row;
}

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

/* Where the call's bytes stand in their direction; all of them pass, sampled or not. */
static __always_inline void offset_advance(struct yg_ssl *ssl, struct yg_thread *t)
{
	__u64 *offset = is_read(t) ? &ssl->read_offset : &ssl->write_offset;

	t->out.offset = *offset;
	*offset += t->out.payload_len;
}

/* The outermost call of the thread returned. */
static __always_inline enum tls_row tls_return(struct yg_counters *c, struct yg_thread *t,
					       long result)
{
	struct yg_ssl_key key = key_of(t->object);
	struct yg_ssl *ssl = ssl_find(&key);

	if (!ssl)
		return TLS_lost_table;
	if (len_read(t, result))
		return TLS_lost_copy;
	ssl_bind(ssl, t);
	if (t->out.payload_len == 0)
		return TLS_skip_empty;
	t->out.object = key.object;
	t->out.tgid = key.tgid;
	t->out.source = is_read(t) ? YG_SOURCE_TLS_READ : YG_SOURCE_TLS_WRITE;
	offset_advance(ssl, t);
	return tls_sample(c, ssl, t);
}

/* Open the thread's call, unless it is inside one. */
static __always_inline int enter(struct pt_regs *ctx, enum call_kind kind)
{
	struct yg_thread *t;

	if (!is_task_in_scope())
		return 0;
	t = thread_find(true);
	if (!t || (t->kind != CALL_NONE && PT_REGS_SP(ctx) < t->stack))
		return 0;
	t->object = PT_REGS_PARM1(ctx);
	t->buffer = PT_REGS_PARM2(ctx);
	t->count = PT_REGS_PARM4(ctx);
	t->stack = PT_REGS_SP(ctx);
	t->touched = TOUCHED_NONE;
	t->kind = kind;
	return 0;
}

SEC("uprobe")
int yg_ssl_read(struct pt_regs *ctx)
{
	return enter(ctx, CALL_READ);
}

SEC("uprobe")
int yg_ssl_read_ex(struct pt_regs *ctx)
{
	return enter(ctx, CALL_READ_EX);
}

SEC("uprobe")
int yg_ssl_write(struct pt_regs *ctx)
{
	return enter(ctx, CALL_WRITE);
}

SEC("uprobe")
int yg_ssl_write_ex(struct pt_regs *ctx)
{
	return enter(ctx, CALL_WRITE_EX);
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
		row = tls_return(c, t, PT_REGS_RC(ctx));
		t->kind = CALL_NONE;
		t->done_stack = stack;
	} else {
		row = is_task_in_scope() ? TLS_lost_call : TLS_skip_scope;
	}
	count_tls(c, row);
	return 0;
}

/* SSL_free(ssl): tell user space if it heard of the object, and forget it. */
SEC("uprobe")
int yg_ssl_free(struct pt_regs *ctx)
{
	struct yg_ssl_key key = key_of(PT_REGS_PARM1(ctx));
	struct yg_ssl *ssl = bpf_map_lookup_elem(&yg_ssls, &key);
	struct yg_counters *c = counters();
	struct yg_emission e = {};

	if (!ssl)
		return 0;
	if (ssl->has_ring) {
		e.object = key.object;
		e.tgid = key.tgid;
		e.offset = ssl->read_offset;
		e.source = YG_SOURCE_TLS_CLOSE;
		count_tls(c, TLS_rx);
		count_tls(c, tls_emit(ssl, &e, 0));
	}
	ssl_renew(ssl);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
