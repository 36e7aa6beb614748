/* SPDX-License-Identifier: GPL-2.0-only */
/* What a finished TLS call moved: bind, advance, budget, ring. Shared by all libraries. */
#pragma once

#include "h1.bpf.h"
#include "h2.bpf.h"
#include "hpack.bpf.h"
#include "proof.bpf.h"

#define CALL_LEN_MAX 0x7fffffffu /* bytes: the APIs count in int; more is not a length */

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

/* Is the probe on an instruction that is stepped over, which costs ten times as much? */
static __always_inline bool is_stepped(void *ctx)
{
	return HAS_HELPER(get_attach_cookie) && bpf_get_attach_cookie(ctx) == YG_COOKIE_STEPPED;
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

/*
 * The call at work, found anew inside global functions: they take no pointers before Linux 5.13.
 * @id: what the program knows it by: its thread, or what CALL_FIND, defined before, looks for.
 */
static __always_inline struct yg_thread *call_find(__u64 id)
{
#ifdef CALL_FIND
	return CALL_FIND(id);
#else
	return bpf_map_lookup_elem(&yg_threads, &id);
#endif
}

/*
 * yg_emit_user() - put t->out of the call @id on its ring; its bytes are at @at of the process.
 * A global function, as all that are named yg_ here: the verifier walks it once and not once per
 * way to it, and it has a stack of its own.
 */
__noinline int yg_emit_user(__u64 id, __u64 at)
{
	const struct bytes from = { .at = at };
	struct yg_thread *t = call_find(id);

	return t ? emit(&t->out, &from, BYTES_USER) : EMITTED_COPY_FAILED;
}

static __always_inline enum emitted put_user(void *ctx, __u64 id, __u64 at)
{
	(void)ctx;
	return yg_emit_user(id, at);
}

/* yg_choose_tls() - sampling_tls() for the call @id, its record's key set. */
__noinline int yg_choose_tls(__u64 id, __u64 hash)
{
	struct yg_thread *t = call_find(id);
	struct yg_control *knobs = control();
	struct yg_ssl_key key;
	struct yg_ssl *ssl;

	if (!t || !knobs)
		return 0;
	key = key_of(t->object);
	ssl = bpf_map_lookup_elem(&yg_ssls, &key);
	return ssl && sampling_tls(knobs, &t->out, &ssl->choice, hash);
}

/* What the record of the call @id lacks and @ssl knows. False: the flow is not chosen. */
static __always_inline bool tls_prepare(struct yg_ssl *ssl, struct yg_emission *e, __u64 id)
{
	__u64 hash;

	e->generation = ssl->generation;
	e->bind = ssl->bind;
	e->tcp_flags = 0;
	e->ack = 0;
	e->begun = 0;
	key_fill(e, ssl);
	hash = hash_ssl(e);
	if (!yg_choose_tls(id, hash_flow(&e->key, hash)))
		return false;
	ring_choose(ssl, e, hash);
	return true;
}

static __always_inline struct yg_budget *budget_of(struct yg_ssl *ssl, const struct yg_thread *t)
{
	return is_read(t) ? &ssl->read_budget : &ssl->write_budget;
}

/* yg_h2_user() - h2_walk() over the plaintext of the call @id. Return: is there more? */
__noinline int yg_h2_user(__u64 id)
{
	struct yg_thread *t = call_find(id);
	struct bytes from = {};

	if (!t)
		return 0;
	from.at = t->buffer;
	return h2_walk(&t->budget, &t->cut, &from, BYTES_USER);
}

static __always_inline void tls_rounds(const struct yg_thread *t, __u64 id)
{
	int rounds = t->budget.h2_kind == H2_WS ? WS_ROUNDS_MAX : H2_ROUNDS_MAX;

	for (int i = 0; i < WS_ROUNDS_MAX && i < rounds; i++) {
		if (!yg_h2_user(id))
			break;
	}
}

static __always_inline void tls_walk_h2(struct yg_thread *t, __u64 id)
{
	t->cut.len = t->out.payload_len;
	t->cut.offset = t->out.offset;
	if (h2_begin(&t->budget, &t->head, &t->cut))
		tls_rounds(t, id);
	(void)h2_end(&t->budget, &t->head, &t->cut);
}

/* yg_h1_user() - h1_walk() over the plaintext of the call @id. Return: is there more? */
__noinline int yg_h1_user(__u64 id)
{
	struct yg_thread *t = call_find(id);
	struct bytes from = {};

	if (!t)
		return 0;
	from.at = t->buffer;
	return h1_walk(&t->budget, &t->cut, &from, BYTES_USER);
}

static __always_inline void tls_walk_h1(struct yg_thread *t, __u64 id)
{
	t->cut.len = t->out.payload_len;
	t->cut.offset = t->out.offset;
	h1_begin(&t->budget.h1, &t->cut, t->out.data_len);
	for (__u32 i = 0; i < H1_ROUNDS_MAX; i++) {
		if (!yg_h1_user(id))
			break;
	}
	h1_end(&t->budget, &t->cut);
}

/* yg_ws_scan_user() - ws_scan() over what is @at of the process. */
__noinline int yg_ws_scan_user(__u64 at, __u64 rest)
{
	const struct bytes from = { .at = at };

	return ws_scan(&from, BYTES_USER, rest);
}

/* Where the head of the call at work ends, if it opens a WebSocket; else 0. */
static __always_inline __u32 tls_upgrade_end(const struct yg_thread *t)
{
	__u32 named = 0, len = t->out.payload_len;

	for (__u32 at = 0; at < WS_HEAD_MAX && at < len; at += WS_SCAN) {
		__u32 seen = yg_ws_scan_user(t->buffer + at, len - at);

		named |= seen & WS_SCAN_NAMED;
		seen &= ~WS_SCAN_NAMED;
		if (seen)
			return named ? at + seen : 0;
	}
	return 0;
}

/* yg_ws_open_tls() - the call @id moves an answer 101: both directions may be WebSockets now. */
__noinline int yg_ws_open_tls(__u64 id)
{
	struct yg_thread *t = call_find(id);
	struct yg_ssl_key key;
	struct yg_ssl *ssl;
	__u32 end;

	if (!t)
		return 0;
	key = key_of(t->object);
	ssl = bpf_map_lookup_elem(&yg_ssls, &key);
	end = tls_upgrade_end(t);
	if (!ssl || !end)
		return 0;
	ws_become(&ssl->read_budget, false, 0);
	ws_become(&ssl->write_budget, false, 0);
	/* Frames that came with the answer are copied with it. */
	t->budget = *budget_of(ssl, t);
	t->budget.has_next = 1;
	t->budget.next = t->out.offset + t->out.payload_len;
	t->cut.len = t->out.payload_len;
	t->cut.pos = t->cut.first = t->cut.last = end;
	tls_rounds(t, id);
	*budget_of(ssl, t) = t->budget;
	return 0;
}

/* The probes rested: HTTP/2 goes on for hours, and would not be counted any more. */
static __always_inline void h2_rejoin(const struct yg_ssl *ssl, struct yg_thread *t)
{
	struct yg_budget *b = &t->budget;

	if (!is_read(t) || ssl->epoch == YG_EPOCH_FIRST)
		return;
	if (b->h2_kind == H2_JOINED)
		b->h2_kind = H2_READER;
	if (b->h2_kind == H2_READER && b->stream < ssl->write_budget.stream)
		b->stream = ssl->write_budget.stream;
}

/* yg_outline_h2_user() - set the outline of a request that starts in the chunk of the call @id. */
__noinline int yg_outline_h2_user(__u64 id)
{
	struct yg_thread *t = call_find(id);
	struct bytes from = {};
	struct yg_ssl_key key;
	struct yg_ssl *ssl;

	if (!t)
		return 0;
	key = key_of(t->object);
	ssl = bpf_map_lookup_elem(&yg_ssls, &key);
	if (!ssl)
		return 0;
	from.at = t->buffer;
	t->out.bind = ssl->bind;
	key_fill(&t->out, ssl);
	t->out.outline = outline_choose(&t->cut, &from, BYTES_USER, service_of(&t->out.key));
	return 0;
}

/* yg_outline_user() - set the outline of the request that the chunk of the call @id starts with. */
__noinline int yg_outline_user(__u64 id)
{
	struct yg_thread *t = call_find(id);
	struct bytes from = {};

	if (!t)
		return 0;
	from.at = t->buffer;
	t->out.outline = outline_read(&from, BYTES_USER, t->out.payload_len);
	return 0;
}

/* The kind of the first request that starts in the chunk of the call @id, which was walked. */
static __always_inline void tls_outline_walked(const struct yg_thread *t, __u64 id)
{
	if (!t->cut.untold)
		(void)yg_outline_h2_user(id);
	else if (t->cut.begin == 0)
		(void)yg_outline_user(id);
}

/* yg_walk_tls() - tls_sample() for a chunk of the call @id that has to be walked. */
__noinline int yg_walk_tls(__u64 id)
{
	struct yg_counters *c = counters();
	struct yg_thread *t = call_find(id);
	struct yg_control *knobs = control();
	const struct yg_budget *other;
	struct bytes from = {};
	struct yg_ssl_key key;
	enum emitted emitted;
	struct yg_ssl *ssl;
	__u32 lost;

	if (!t)
		return TLS_lost_call;
	key = key_of(t->object);
	ssl = bpf_map_lookup_elem(&yg_ssls, &key);
	if (!ssl)
		return TLS_lost_table;
	t->budget = *budget_of(ssl, t);
	if (t->budget.h2_kind == H2_NONE) {
		tls_walk_h1(t, id);
	} else {
		h2_rejoin(ssl, t);
		tls_walk_h2(t, id);
	}
	*budget_of(ssl, t) = t->budget;
	count_tls_by(c, TLS_request, t->cut.request_count);
	t->out.starts = t->cut.request_count;
	t->out.outline = 0;
	other = is_read(t) ? &ssl->write_budget : &ssl->read_budget;
	t->out.turns = (t->budget.h2_kind == H2_JOINED && other->h2_kind != H2_CLIENT &&
			other->h2_kind != H2_READER) ||
		       t->budget.h2_kind == H2_READER;
	t->out.lost = ssl->read_budget.lost + ssl->write_budget.lost; /* one of them asks */
	if (t->cut.request_count && knobs && knobs->sampled && yg_config.fresh)
		tls_outline_walked(t, id);
	if (t->cut.first == t->cut.last)
		return TLS_skip_budget;
	if (!tls_prepare(ssl, &t->out, id)) {
		count_tls_by(c, TLS_skip_request, t->cut.request_count);
		return TLS_skip_sampled;
	}
	from.at = t->buffer;
	emitted = h2_emit(&t->out, &t->cut, &from, id, put_user, &lost);
	count_tls_by(c, TLS_lost_request, lost);
	if (!t->cut.untold)
		budget_of(ssl, t)->lost += lost;
	if (emitted == EMITTED && ssl->bind == YG_BIND_UNKNOWN)
		count_tls(c, TLS_unbound);
	return row_of_emitted(emitted);
}

/* Budget, then ring, for a call that moved out.payload_len > 0 bytes. @id: see call_find(). */
static __always_inline enum tls_row tls_sample(struct yg_counters *c, struct yg_ssl *ssl,
					       struct yg_thread *t, __u64 id)
{
	struct yg_budget *b = budget_of(ssl, t);
	struct bytes from = { .at = t->buffer };
	struct yg_control *knobs = control();
	enum message message;
	enum tls_row row;
	enum h1_place place;

	if (!knobs || is_silent(knobs, bpf_ktime_get_ns()))
		return TLS_skip_idle;
	if (head_read(&from, BYTES_USER, t->out.payload_len, &t->head))
		return TLS_lost_copy;
	place = h1_place(b, t->out.offset, t->out.payload_len);
	if (place == H1_ELSEWHERE && h2_admits(b, &t->head))
		return yg_walk_tls(id);
	message = h1_admit(b, &t->head, t->out.offset, t->out.payload_len, place, &t->out.data_len);
	if (message == MESSAGE_SOME)
		return yg_walk_tls(id);
	if (!b->is_http && !b->is_tentative)
		return TLS_skip_other;
	count_start(c, message, TLS_request, TLS_response);
	if (message == MESSAGE_RESPONSE && is_switching(&t->head))
		(void)yg_ws_open_tls(id);
	t->out.starts = message == MESSAGE_REQUEST;
	t->out.turns = 0;
	t->out.lost = 0;
	t->out.outline = 0;
	if (message == MESSAGE_REQUEST && knobs->sampled && yg_config.fresh)
		(void)yg_outline_user(id);
	if (t->out.data_len == 0)
		return TLS_skip_budget;
	if (sampling_passes(knobs, &t->out, &ssl->choice))
		return TLS_skip_sampled;
	if (tls_prepare(ssl, &t->out, id))
		row = row_of_emitted(yg_emit_user(id, t->buffer));
	else
		row = TLS_skip_sampled;
	if (row == TLS_lost_ring || row == TLS_lost_copy)
		count_start(c, message, TLS_lost_request, TLS_lost_response);
	if (row == TLS_skip_sampled)
		count_start(c, message, TLS_skip_request, TLS_MAX);
	if (row == TLS_segment && ssl->bind == YG_BIND_UNKNOWN)
		count_tls(c, TLS_unbound);
	return row;
}

/* Where the call's bytes stand in their direction; all of them pass, sampled or not. */
static __always_inline void offset_advance(struct yg_ssl *ssl, struct yg_thread *t)
{
	__u64 *offset = is_read(t) ? &ssl->read_offset : &ssl->write_offset;

	t->out.offset = *offset;
	*offset += t->out.payload_len;
}

/*
 * A guess is proven or refuted: unknown again, where other objects of the process were proven, or
 * where its thread received of several.
 * What was proven once and is doubted has to be proven again. @conn: NULL if it is gone.
 */
static __always_inline void ssl_prove(struct yg_ssl *ssl, __u64 object,
				      const struct yg_tls_conn *conn, bool has_place)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	__u32 place = conn ? place_find(object, conn) : 0;

	if (place) {
		ssl->bind = YG_BIND_SOCKET;
		ssl->is_proven = 1;
		(void)bpf_map_update_elem(&yg_provers, &tgid, &place, BPF_ANY);
		tgid = PROVER_ANY;
		(void)bpf_map_update_elem(&yg_provers, &tgid, &place, BPF_ANY);
	} else if (ssl->is_proven || has_place || !(ssl->agreed_reads | ssl->agreed_writes)) {
		ssl_renew(ssl);
	}
}

/* Is the connection of @ssl known by nothing but a guess, or doubted since it was proven? */
static __always_inline bool is_unproven(const struct yg_ssl *ssl)
{
	return ssl->bind != YG_BIND_SOCKET || ssl->is_proven;
}

/* The connection that is guessed: mark it as read, and ask for a proof. True: nothing is open. */
static __always_inline bool ssl_cover(struct yg_ssl *ssl, __u64 object, bool has_place)
{
	struct yg_tls_conn *conn;
	struct yg_tls_ends ends;
	__u32 local;

	local = ends_make(&ends, ssl->socket.local, ssl->socket.local_port, ssl->socket.remote,
			  ssl->socket.remote_port);
	conn = bpf_map_lookup_elem(&yg_tls_conns, &ends);
	if (conn)
		conn->read = 1;
	if (ssl->is_proven || (conn && ssl->bind == YG_BIND_THREAD && is_provable(conn, local)))
		ssl_prove(ssl, object, conn, has_place);
	return conn && ssl->bind == YG_BIND_SOCKET;
}

/*
 * yg_cover() - plaintext of the connection of the call @id was seen. Once for an object, mostly;
 * again while what would prove whose connection it is was not found.
 */
__noinline int yg_cover(__u64 id)
{
	struct yg_thread *t = call_find(id);
	__u32 any = PROVER_ANY, *place, *other;
	struct yg_ssl_key key;
	struct yg_ssl *ssl;
	__u8 tries;

	if (!t)
		return 0;
	key = key_of(t->object);
	ssl = bpf_map_lookup_elem(&yg_ssls, &key);
	if (!ssl)
		return 0;
	tries = ssl->covered + 1;
	place = is_unproven(ssl) ? bpf_map_lookup_elem(&yg_provers, &key.tgid) : NULL;
	other = is_unproven(ssl) && !place ? bpf_map_lookup_elem(&yg_provers, &any) : place;
	if (other && ssl_identify(ssl, t, *other))
		tries = COVER_TRIES;
	else if (ssl->bind != YG_BIND_UNKNOWN && ssl_cover(ssl, t->object, place))
		tries = COVER_TRIES;
	ssl->covered = tries;
	return 0;
}

/* A call of @t moves out.payload_len bytes. @id: see call_find(). */
static __always_inline enum tls_row call_emit(struct yg_counters *c, struct yg_ssl *ssl,
					      struct yg_thread *t, __u64 id)
{
	if (ssl->covered < COVER_TRIES)
		(void)yg_cover(id);
	t->out.object = t->object;
	t->out.tgid = bpf_get_current_pid_tgid() >> 32;
	t->out.source = is_read(t) ? YG_SOURCE_TLS_READ : YG_SOURCE_TLS_WRITE;
	offset_advance(ssl, t);
	return tls_sample(c, ssl, t, id);
}

/* Who heard of the object hears of its end, whatever is chosen now. */
static __always_inline enum tls_row close_emit(const struct yg_ssl *ssl, struct yg_emission *e)
{
	struct bytes from = {};

	e->generation = ssl->generation;
	e->bind = ssl->bind;
	e->ring = ssl->ring;
	e->lost = ssl->read_budget.lost + ssl->write_budget.lost; /* one of them asks */
	key_fill(e, ssl);
	(void)choice_apply(&ssl->choice, e);
	sampling_weigh(control(), e);
	return row_of_emitted(emit(e, &from, BYTES_USER));
}

/*
 * The object at @address ends, as @source says: tell user space if it heard of it, and forget it. A
 * function of its own: its record must not add to the stack of other calls.
 */
static __noinline int object_end(__u64 address, __u8 source)
{
	struct yg_ssl_key key = key_of(address);
	struct yg_ssl *ssl = bpf_map_lookup_elem(&yg_ssls, &key);
	struct yg_counters *c = counters();
	struct yg_emission e = {};

	if (!ssl)
		return 0;
	if (ssl->has_ring) {
		e.object = key.object;
		e.tgid = key.tgid;
		e.offset = ssl->read_offset;
		e.source = source;
		count_tls(c, TLS_rx);
		count_tls(c, close_emit(ssl, &e));
	}
	ssl_renew(ssl);
	ssl->epoch = probes_epoch();
	return 0;
}

/*
 * The probes rested since the last call of the object: what it was then ends here, with a request
 * that has no answer yet, and what it is now is joined in the middle, with nothing known of it.
 */
static __always_inline void object_join(struct yg_ssl *ssl, __u64 address)
{
	(void)object_end(address, YG_SOURCE_TLS_REST);
	ssl_begin(ssl);
}

/* A call of @t returned and moved out.payload_len bytes, 0 for none. @id: see call_find(). */
static __always_inline enum tls_row call_return(struct yg_counters *c, struct yg_thread *t,
						__u64 id)
{
	struct yg_ssl_key key;
	struct yg_ssl *ssl;

	/* Half of all reads would block: they tell nothing that the object's row is needed for. */
	if (t->out.payload_len == 0 && t->touched == TOUCHED_NONE) {
		t->claimed_count = t->received_count;
		return TLS_skip_empty;
	}
	key = key_of(t->object);
	ssl = ssl_find(&key);
	if (!ssl)
		return TLS_lost_table;
	if (ssl->epoch != t->epoch)
		object_join(ssl, t->object);
	ssl_bind(ssl, t);
	if (t->out.payload_len == 0)
		return TLS_skip_empty;
	return call_emit(c, ssl, t, id);
}
