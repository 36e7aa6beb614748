/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/flow.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "stream/due.h"
#include "stream/flow_id.h"
#include "stream/use.h"
#include "stream/wait.h"
#include "stream/witness.h"

#define TCP_FIN 0x01u
#define TCP_SYN 0x02u
#define TCP_RST 0x04u
#define TCP_ACK 0x10u

/* Offsets of TCP start above 2^32, so that bytes before the first one seen have an offset too. */
#define WIRE_BASE (1ull << 32)

struct yg_flows {
	struct yg_order order;
	struct yg_hash_key key;
	struct yg_flow **buckets; /* [bucket_mask + 1] */
	uint32_t bucket_mask;
	uint32_t count, cap;
	size_t stride; /* bytes of a slot */
	size_t state_bytes;
	char *slots;	      /* [cap] */
	uint32_t fresh;	      /* slots never used start here */
	struct yg_flow *free; /* linked by bucket_next */
	struct yg_flow
		*recent[YG_FLOW_RECENT]; /* by yg_flow_id_row(); spares most segments the hash */
	struct yg_uses uses;
	struct yg_waits waits;
	struct yg_dues dues;
	uint64_t idle_ns;
	uint64_t now_ns, ticked_ns;
};

static uint32_t round_up(uint32_t n)
{
	return n <= 1 ? 1 : 1u << (32 - __builtin_clz(n - 1));
}

static void clean_flows(struct yg_flows *flows)
{
	for (int list = 0; list < YG_USE_MAX; list++) {
		for (struct yg_flow *flow = flows->uses.lists[list].newest; flow;
		     flow = flow->older) {
			yg_stream_clean(&flows->order, &flow->streams[0]);
			yg_stream_clean(&flows->order, &flow->streams[1]);
		}
	}
}

int yg_flows_new(const struct yg_flows_options *options, const struct yg_flow_sink *sink,
		 struct yg_pool *pool, struct yg_stream_counters *counters, struct yg_flows **ret)
{
	uint32_t cap = options->flows_max ? options->flows_max : YG_FLOWS_DEFAULT;
	struct yg_flows *flows;

	if (cap > YG_FLOWS_LIMIT)
		return -EINVAL;
	flows = calloc(1, sizeof(*flows));
	if (!flows)
		return -ENOMEM;
	flows->order.sink = *sink;
	flows->order.counters = counters;
	flows->order.pool = pool;
	flows->order.gap_ns = options->gap_ns ? options->gap_ns : YG_FLOW_GAP_NS;
	flows->dues.wait_ns = options->due_ns;
	flows->idle_ns = options->idle_ns ? options->idle_ns : YG_FLOW_IDLE_NS;
	flows->key = options->key;
	flows->cap = cap;
	flows->bucket_mask = round_up(cap) - 1;
	flows->state_bytes = options->state_bytes;
	flows->stride = (sizeof(struct yg_flow) + options->state_bytes + 63) / 64 * 64;
	flows->buckets = calloc(flows->bucket_mask + 1, sizeof(struct yg_flow *));
	flows->slots = aligned_alloc(64, cap * flows->stride);
	if (!flows->buckets || !flows->slots) {
		yg_flows_free(&flows);
		return -ENOMEM;
	}
	*ret = flows;
	return 0;
}

void yg_flows_free(struct yg_flows **flows)
{
	if (*flows) {
		clean_flows(*flows);
		free((*flows)->slots);
		free((*flows)->buckets);
		free(*flows);
	}
	*flows = NULL;
}

size_t yg_flows_bytes(const struct yg_flows *flows)
{
	return sizeof(*flows) + flows->cap * flows->stride +
	       (flows->bucket_mask + 1) * sizeof(struct yg_flow *);
}

uint32_t yg_flows_count(const struct yg_flows *flows)
{
	return flows->count;
}

/* --- order of use ------------------------------------------------------------------------- */

/*
 * Anybody can make up a flow with one frame. Proven is one of TLS, one of which this host
 * acknowledged bytes or sent some, or, in a capture, one in which both sides speak.
 */
static void prove(struct yg_flows *flows, struct yg_flow *flow, uint8_t source)
{
	const struct yg_stream *a = &flow->streams[0], *b = &flow->streams[1];
	bool both = source == YG_SOURCE_FILE && a->started && b->started;

	if (!flow->tls && !a->outgoing && !b->outgoing && !both)
		return;
	yg_use_unlink(&flows->uses, flow);
	flow->proven = true;
	yg_use_link(&flows->uses, flow, flows->now_ns);
}

/* Moving a flow to the front for each segment would cost six cache lines: now and then will do. */
static void touch(struct yg_flows *flows, struct yg_flow *flow)
{
	flow->last_ns = flows->now_ns;
	if (flows->now_ns - flow->touched_ns < YG_FLOW_TOUCH_NS || flow->closed)
		return;
	yg_use_unlink(&flows->uses, flow);
	yg_use_link(&flows->uses, flow, flows->now_ns);
}

/* --- begin and end ------------------------------------------------------------------------ */

static void flow_init(struct yg_flows *flows, struct yg_flow *flow, const struct yg_flow_id *id,
		      uint32_t hash)
{
	/* Only the head: clearing the whole slot by an initialiser would not reach the state. */
	*flow = (struct yg_flow){
		.id = *id,
		.hash = hash,
		.opened_ns = flows->now_ns,
		.last_ns = flows->now_ns,
		.server_dir = YG_FLOW_DIR_NONE,
	};
	memset(flow->state, 0, flows->state_bytes);
	flows->order.counters->flow_opened++;
	yg_use_link(&flows->uses, flow, flows->now_ns);
}

/* Both directions end; what waited is handed on; the flow stays in the table. */
static void flow_end(struct yg_flows *flows, struct yg_flow *flow)
{
	if (flow->closed)
		return;
	flow->dropped |= flow->doubted; /* nobody went on: the RST was true */
	yg_stream_end(&flows->order, flow, 0, flow->last_ns);
	yg_stream_end(&flows->order, flow, 1, flow->last_ns);
	flows->order.sink.on_close(flows->order.sink.ctx, flow);
	yg_wait_update(&flows->waits, flow);
	yg_due_unlink(&flows->dues, flow);
	yg_use_unlink(&flows->uses, flow);
	flow->closed = true;
	yg_use_link(&flows->uses, flow, flows->now_ns);
}

/* Both directions have ended, each in its way. */
static void end_if_over(struct yg_flows *flows, struct yg_flow *flow)
{
	if (flow->closed || !flow->streams[0].ended || !flow->streams[1].ended)
		return;
	flows->order.counters->flow_closed++;
	flow_end(flows, flow);
}

static void flow_remove(struct yg_flows *flows, struct yg_flow *flow)
{
	struct yg_flow **link = &flows->buckets[flow->hash & flows->bucket_mask];

	flows->order.counters->flow_closed += flow->doubted && !flow->closed;
	flow_end(flows, flow);
	while (*link != flow)
		link = &(*link)->bucket_next;
	*link = flow->bucket_next;
	yg_use_unlink(&flows->uses, flow);
	if (flows->recent[yg_flow_id_row(&flow->id)] == flow)
		flows->recent[yg_flow_id_row(&flow->id)] = NULL;
	flow->bucket_next = flows->free;
	flows->free = flow;
	flows->count--;
}

/* A new connection took the key over; who speaks is in the key, so it stays known. */
static void flow_restart(struct yg_flows *flows, struct yg_flow *flow)
{
	const struct yg_flow old = *flow;

	if (!flow->closed)
		flows->order.counters->flow_closed++;
	flow_end(flows, flow);
	yg_use_unlink(&flows->uses, flow);
	flow_init(flows, flow, &old.id, old.hash);
	flow->bucket_next = old.bucket_next;
	memcpy(flow->ends, old.ends, sizeof(flow->ends));
	flow->bind = old.bind;
	flow->sampled = old.sampled;
	for (unsigned dir = 0; dir < 2; dir++) {
		if (!old.streams[dir].has_syn_new)
			continue;
		flow->streams[dir].has_syn = flow->streams[dir].started = true;
		flow->streams[dir].next = flow->streams[dir].first =
			WIRE_BASE + old.streams[dir].syn_new + 1;
	}
}

static struct yg_flow *slot_take(struct yg_flows *flows)
{
	struct yg_flow *flow;

	if (flows->count == flows->cap) {
		flow = flows->uses.lists[YG_USE_CLOSED].oldest;
		if (!flow) {
			flow = yg_use_victim(&flows->uses, flows->cap);
			flows->order.counters->flow_evicted++;
		}
		flow_remove(flows, flow);
	}
	flows->count++;
	flow = flows->free;
	if (flow) {
		flows->free = flow->bucket_next;
		return flow;
	}
	return (struct yg_flow *)(void *)(flows->slots + flows->fresh++ * flows->stride);
}

/* --- lookup ------------------------------------------------------------------------------- */

static struct yg_flow *flow_find(struct yg_flows *flows, const struct yg_flow_id *id)
{
	struct yg_flow **recent = &flows->recent[yg_flow_id_row(id)], *flow = *recent;
	uint32_t hash;

	if (flow && yg_flow_id_equal(&flow->id, id))
		return flow;
	hash = (uint32_t)yg_hash(&flows->key, id, sizeof(*id));
	flow = flows->buckets[hash & flows->bucket_mask];
	while (flow && (flow->hash != hash || !yg_flow_id_equal(&flow->id, id)))
		flow = flow->bucket_next;
	if (!flow) {
		flow = slot_take(flows);
		flow_init(flows, flow, id, hash);
		flow->bucket_next = flows->buckets[hash & flows->bucket_mask];
		flows->buckets[hash & flows->bucket_mask] = flow;
	}
	*recent = flow;
	return flow;
}

/* Addresses may come late for TLS, and a better binding corrects a worse one. */
static void learn(struct yg_flow *flow, const struct yg_segment *meta, unsigned dir, bool tls)
{
	const struct yg_flow_key *key = &meta->key;

	if (flow->bind >= meta->bind && flow->bind != YG_BIND_UNKNOWN)
		return;
	flow->tls = tls;
	flow->tgid = meta->tgid;
	flow->bind = tls ? meta->bind : YG_BIND_SOCKET;
	memcpy(flow->ends[dir].addr, key->saddr, sizeof(key->saddr));
	memcpy(flow->ends[!dir].addr, key->daddr, sizeof(key->daddr));
	flow->ends[dir].port = ntohs(key->sport);
	flow->ends[!dir].port = ntohs(key->dport);
}

/* --- segments ----------------------------------------------------------------------------- */

static void start_stream(struct yg_flows *flows, struct yg_flow *flow, unsigned dir, uint64_t next)
{
	struct yg_stream *stream = &flow->streams[dir];

	if (!flow->joined && !stream->has_syn && !flow->tls) {
		flow->joined = true;
		flows->order.counters->flow_joined++;
	}
	stream->started = true;
	stream->next = stream->first = next;
}

/*
 * A flow joined late: the first acknowledgement says where the peer's next byte is, so a loss
 * before its first segment shows as a hole. Anybody but this host can write any number there, so
 * the first byte itself corrects it.
 */
static void guess_start(struct yg_flows *flows, struct yg_flow *flow, unsigned dir,
			const struct yg_segment *meta)
{
	start_stream(flows, flow, dir, WIRE_BASE + meta->ack);
	flow->streams[dir].guessed = meta->source != YG_SOURCE_EGRESS;
}

static void confirm_start(struct yg_stream *stream, uint64_t offset)
{
	if (stream->guessed && offset - stream->next > YG_FLOW_GUESS_BYTES)
		stream->next = stream->first = offset; /* before it, or far away */
	stream->guessed = false;
}

/*
 * SYN: where a direction starts. On a flow that runs it is believed only when the peer acknowledged
 * it, or where nobody can, when data follow it: one forged frame does not end our view of a
 * connection that goes on.
 */
static void take_syn(struct yg_flows *flows, struct yg_flow *flow, unsigned dir, uint32_t sequence)
{
	struct yg_stream *stream = &flow->streams[dir];

	if (stream->started && (uint32_t)stream->first == sequence + 1)
		return;
	if (!flow->closed && !stream->started) {
		stream->has_syn = true;
		start_stream(flows, flow, dir, WIRE_BASE + sequence + 1);
		return;
	}
	stream->has_syn_new = true;
	stream->syn_new = sequence;
}

/* @doubted: others may have sent it, or its receiver may not have taken it. */
static void take_reset(struct yg_flows *flows, struct yg_flow *flow, unsigned dir, uint64_t offset,
		       bool doubted)
{
	if (!yg_witness_may_reset(&flow->streams[dir], offset) || flow->closed ||
	    (doubted && flow->doubted))
		return;
	if (!doubted) {
		flows->order.counters->flow_closed++;
		flow->dropped = true;
		flow_end(flows, flow);
		return;
	}
	flow->reset_dir = (uint8_t)dir;
	flow->reset_ns = flows->now_ns;
	flow->reset_at = offset;
	yg_use_doubt(&flows->uses, flow, true, flows->now_ns);
}

/* Its own time, unless the clock was set back. */
static uint64_t time_of(const struct yg_flows *flows, const struct yg_segment *meta)
{
	return flows->now_ns - meta->time_ns < YG_FLOW_TURN_NS ? meta->time_ns : flows->now_ns;
}

/* What the kernel counted; of a bridge and its port, the first. Behind a flow's end: missed. */
static void take_counts(struct yg_flows *flows, struct yg_flow *flow, unsigned dir,
			const struct yg_segment *meta)
{
	if (flow->counted_at == 0 && (meta->starts || meta->lost))
		flow->counted_at = meta->key.ifindex;
	if (meta->key.ifindex != flow->counted_at)
		return;
	if (flow->closed) {
		flows->order.counters->h2_request_missed += meta->starts;
		return;
	}
	flow->streams[dir].begun += meta->starts;
	if (meta->lost > flow->lost)
		flow->lost = meta->lost;
}

static void take_payload(struct yg_flows *flows, struct yg_flow *flow, unsigned dir,
			 const struct yg_segment_view *view, uint64_t offset)
{
	const struct yg_segment *meta = view->meta;
	struct yg_stream *stream = &flow->streams[dir];
	struct yg_piece piece = {
		.offset = offset,
		.time_ns = time_of(flows, meta),
		.data = view->data,
		.data_len = meta->data_len,
		.payload_len = meta->payload_len,
		.lost = flow->lost,
		.begun = stream->begun,
		.source = meta->source,
		.start = true,
		.hold = yg_witness_doubts(flow, dir, meta->source),
	};

	if (!flow->tls && meta->payload_len <= 1 && offset + 1 == stream->next) {
		flows->order.counters->seg_probe++;
		flows->order.counters->byte_duplicate += meta->payload_len;
		return;
	}
	if (stream->ended && offset + meta->payload_len > stream->next) {
		flows->order.counters->seg_late++;
		flows->order.counters->byte_late += meta->payload_len;
		return;
	}
	yg_stream_add(&flows->order, flow, dir, &piece, flow->tls);
}

static void take_wire(struct yg_flows *flows, struct yg_flow *flow, unsigned dir,
		      const struct yg_segment_view *view)
{
	const struct yg_segment *meta = view->meta;
	uint32_t sequence = (uint32_t)meta->offset + !!(meta->tcp_flags & TCP_SYN);
	struct yg_stream *stream = &flow->streams[dir], *peer = &flow->streams[!dir];
	uint64_t offset;

	if (yg_witness_is_forged(stream, peer, meta)) {
		flows->order.counters->seg_forged++;
		flows->order.counters->byte_late += meta->payload_len;
		return;
	}
	if (meta->tcp_flags & TCP_SYN)
		take_syn(flows, flow, dir, sequence - 1);
	if ((meta->payload_len && yg_witness_is_new(flow, dir, meta, sequence)) ||
	    yg_witness_begins(stream, peer, meta) || yg_witness_renews(peer, meta) ||
	    yg_witness_denies(&flows->order, flow, dir, meta))
		flow_restart(flows, flow);
	take_counts(flows, flow, dir, meta);
	if (flow->doubted && !flow->closed && yg_witness_outlives(flow, dir, meta)) {
		flows->order.counters->reset_ignored++;
		yg_use_doubt(&flows->uses, flow, false, flows->now_ns);
	}
	if (!stream->started && (meta->payload_len || (meta->tcp_flags & TCP_FIN)))
		start_stream(flows, flow, dir, WIRE_BASE + sequence);
	if (meta->ack && peer->started && !flow->closed)
		yg_stream_acked(&flows->order, flow, !dir, yg_stream_unwrap(peer, meta->ack),
				flows->now_ns, meta->payload_len && flow->server_dir == dir);

	if (meta->ack && !peer->started && !flow->closed && meta->payload_len)
		guess_start(flows, flow, !dir, meta);
	yg_witness_note(stream, peer, meta);
	offset = yg_stream_unwrap(stream, sequence);
	if (meta->payload_len) {
		confirm_start(stream, offset);
		take_payload(flows, flow, dir, view, offset);
	} else {
		flows->order.counters->seg_empty++;
	}
	if (meta->tcp_flags & TCP_RST)
		take_reset(flows, flow, dir, offset + meta->payload_len,
			   yg_witness_doubts(flow, dir, meta->source));
	else if ((meta->tcp_flags & TCP_FIN) && stream->started)
		yg_stream_fin(&flows->order, flow, dir, offset + meta->payload_len, flows->now_ns,
			      yg_witness_doubts(flow, dir, meta->source));
}

static void take_tls(struct yg_flows *flows, struct yg_flow *flow, unsigned dir,
		     const struct yg_segment_view *view)
{
	take_counts(flows, flow, dir, view->meta);
	if (view->meta->payload_len == 0) {
		flows->order.counters->seg_empty++;
		return;
	}
	if (!flow->streams[dir].started) {
		if (view->meta->offset && !flow->joined) {
			flow->joined = true;
			flows->order.counters->flow_joined++;
		}
		start_stream(flows, flow, dir, view->meta->offset);
	}
	take_payload(flows, flow, dir, view, view->meta->offset);
}

void yg_flows_segment(struct yg_flows *flows, const struct yg_segment_view *view)
{
	const struct yg_segment *meta = view->meta;
	bool tls = meta->source >= YG_SOURCE_TLS_READ && meta->source <= YG_SOURCE_TLS_REST;
	struct yg_flow_id id;
	struct yg_flow *flow;
	unsigned dir;

	flows->order.counters->seg_rx++;
	flows->order.counters->byte_rx += meta->payload_len;
	if (!yg_segment_view_is_valid(meta)) {
		flows->order.counters->seg_invalid++;
		flows->order.counters->byte_late += meta->payload_len;
		return;
	}
	if (meta->time_ns > flows->now_ns)
		flows->now_ns = meta->time_ns;
	if (flows->now_ns - flows->ticked_ns >= YG_FLOW_TICK_NS)
		yg_flows_tick(flows, flows->now_ns);

	dir = yg_flow_id_from_segment(meta, tls, &id);
	flow = flow_find(flows, &id);
	touch(flows, flow);
	learn(flow, meta, dir, tls);
	flow->sampled = meta->sampled; /* decided anew with each request */
	flow->clients = meta->clients;
	flow->chosen = meta->chosen;
	if (tls)
		take_tls(flows, flow, dir, view);
	else
		take_wire(flows, flow, dir, view);
	if (!flow->proven && !flow->closed)
		prove(flows, flow, meta->source);

	if (!flow->closed && (yg_segment_view_ends(meta) || flow->over)) {
		flows->order.counters->flow_closed++;
		flow->rests = meta->source == YG_SOURCE_TLS_REST;
		flow->dropped = meta->source == YG_SOURCE_TLS_CLOSE;
		flow_end(flows, flow);
	}
	end_if_over(flows, flow);
	yg_wait_update(&flows->waits, flow);
	if (flow->asks && !flow->closed)
		yg_due_link(&flows->dues, flow, flows->now_ns);
}

/* --- time --------------------------------------------------------------------------------- */

static void expire_holes(struct yg_flows *flows, unsigned dir)
{
	uint64_t gap_ns = flows->order.gap_ns, before_ns = flows->now_ns - gap_ns;
	struct yg_flow *flow;

	while (flows->now_ns >= gap_ns && (flow = yg_wait_due(&flows->waits, dir, before_ns))) {
		yg_stream_expire(&flows->order, flow, dir, flows->now_ns);
		end_if_over(flows, flow);
		yg_wait_update(&flows->waits, flow);
	}
}

/* What is idle for @after_ns, @most of it. @counter: of those that had not ended. */
static void expire_list(struct yg_flows *flows, enum yg_use list, uint64_t after_ns, uint32_t most,
			uint64_t *counter)
{
	for (; most > 0; most--) {
		struct yg_flow *flow = flows->uses.lists[list].oldest;

		if (!flow || flows->now_ns - flow->touched_ns < after_ns)
			return;
		if (list != YG_USE_CLOSED && flows->now_ns - flow->last_ns < after_ns) {
			yg_use_unlink(&flows->uses, flow); /* used since it was moved last */
			yg_use_link(&flows->uses, flow, flows->now_ns);
			flow->touched_ns = flow->last_ns;
			continue;
		}
		*counter += list != YG_USE_CLOSED;
		flow_remove(flows, flow);
	}
}

static void show_due(struct yg_flows *flows)
{
	struct yg_flow *flow;

	while ((flow = yg_due_take(&flows->dues, flows->now_ns))) {
		flows->order.sink.on_due(flows->order.sink.ctx, flow, flows->now_ns);
		if (flow->asks)
			yg_due_link(&flows->dues, flow, flows->now_ns);
	}
}

void yg_flows_tick(struct yg_flows *flows, uint64_t now_ns)
{
	uint64_t *idle = &flows->order.counters->flow_idle;

	if (now_ns > flows->now_ns)
		flows->now_ns = now_ns;
	flows->ticked_ns = flows->now_ns;
	expire_holes(flows, 0);
	expire_holes(flows, 1);
	show_due(flows);
	expire_list(flows, YG_USE_CLOSED, YG_FLOW_LINGER_NS, UINT32_MAX, idle);
	expire_list(flows, YG_USE_STRANGER, flows->idle_ns, UINT32_MAX, idle);
	expire_list(flows, YG_USE_OPEN, flows->idle_ns, UINT32_MAX, idle);
}

void yg_flows_relieve(struct yg_flows *flows)
{
	uint64_t *evicted = &flows->order.counters->flow_evicted;

	expire_list(flows, YG_USE_STRANGER, YG_FLOW_SCARCE_NS, YG_FLOW_RELIEF / 2, evicted);
	expire_list(flows, YG_USE_OPEN, YG_FLOW_SCARCE_NS, YG_FLOW_RELIEF / 2, evicted);
}

void yg_flows_finish(struct yg_flows *flows)
{
	struct yg_flow *flow;

	while ((flow = flows->uses.lists[YG_USE_CLOSED].oldest))
		flow_remove(flows, flow);
	while ((flow = yg_use_oldest(&flows->uses))) {
		flows->order.counters->flow_finished++;
		flow_remove(flows, flow);
	}
}
