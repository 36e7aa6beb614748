/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/flow.h"

#include <arpa/inet.h>
#include <string.h>

#include "stream/begin.h"
#include "stream/flow_inside.h"
#include "stream/turn.h"
#include "stream/witness.h"

#define TCP_FIN 0x01u
#define TCP_SYN 0x02u
#define TCP_RST 0x04u
#define TCP_ACK 0x10u

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

/* Take out what waits, see yg_turn_take(): it has another outcome now. */
static struct yg_turn *take_turn(struct yg_flows *flows, struct yg_flow *flow, bool any,
				 struct yg_segment_view *ret, unsigned *ret_dir)
{
	struct yg_turn *turn = yg_turn_take(flow, any, ret, ret_dir);

	if (turn) {
		flows->order.counters->seg_queued--;
		flows->order.counters->byte_queued -= ret->meta->payload_len;
	}
	return turn;
}

/* Nothing comes any more that they could be the answer to. */
static void drop_turns(struct yg_flows *flows, struct yg_flow *flow)
{
	struct yg_segment_view view;
	struct yg_turn *turn;
	unsigned dir;

	while ((turn = take_turn(flows, flow, true, &view, &dir))) {
		flows->order.counters->seg_late++;
		flows->order.counters->byte_late += view.meta->payload_len;
		yg_pool_give(flows->order.pool, turn);
	}
}

/* Both directions end; what waited is handed on; the flow stays in the table. */
static void flow_end(struct yg_flows *flows, struct yg_flow *flow)
{
	if (flow->closed)
		return;
	flow->dropped |= flow->doubted; /* nobody went on: the RST was true */
	drop_turns(flows, flow);
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
			YG_BEGIN_WIRE + old.streams[dir].syn_new + 1;
	}
}

static void settle_turns(struct yg_flows *flows, struct yg_flow *flow);

static struct yg_flow *slot_take(struct yg_flows *flows)
{
	struct yg_flow *flow;

	if (flows->count == flows->cap) {
		flow = flows->uses.lists[YG_USE_CLOSED].oldest;
		if (!flow) {
			flow = yg_use_victim(&flows->uses, flows->cap);
			settle_turns(flows, flow);
			flows->order.counters->flow_evicted += !flow->closed && !flow->doubted;
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
	if (flows->turn_ns)
		return flows->turn_ns;
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

/* Inlined, though what waited is a second caller: 0.3 % of the instructions of a whole analysis. */
static inline __attribute__((always_inline)) void take_wire(struct yg_flows *flows,
							    struct yg_flow *flow, unsigned dir,
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
		yg_begin_syn(flows->order.counters, flow, dir, meta);
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
		yg_begin_at(flows->order.counters, flow, dir, YG_BEGIN_WIRE + sequence);
	if (meta->ack && peer->started && !flow->closed)
		yg_stream_acked(&flows->order, flow, !dir, yg_stream_unwrap(peer, meta->ack),
				flows->now_ns, meta->payload_len && flow->server_dir == dir);
	if (meta->ack && (!peer->started || peer->guessed) && !flow->closed)
		yg_begin_guess(flows->order.counters, flow, !dir, meta);
	yg_witness_note(stream, peer, meta);
	offset = yg_stream_unwrap(stream, sequence);
	if (meta->payload_len) {
		yg_begin_confirm(stream, offset);
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

/* --- turns -------------------------------------------------------------------------------- */

/* One whose turn has come; or just the first, if @any. Return: false: there is none. */
static bool run_turn(struct yg_flows *flows, struct yg_flow *flow, bool any)
{
	struct yg_segment_view view;
	unsigned dir;
	struct yg_turn *turn = take_turn(flows, flow, any, &view, &dir);

	if (!turn)
		return false;
	flow->turn_ns = flows->now_ns;
	flows->turn_ns = view.meta->time_ns;
	take_wire(flows, flow, dir, &view);
	flows->turn_ns = 0;
	yg_pool_give(flows->order.pool, turn);
	end_if_over(flows, flow);
	return true;
}

static void run_turns(struct yg_flows *flows, struct yg_flow *flow)
{
	while (run_turn(flows, flow, false))
		continue;
}

/* What the first waits for will not come: it tells of the loss, and so others need not wait. */
static void give_up_turn(struct yg_flows *flows, struct yg_flow *flow)
{
	if (flow->gather == YG_GATHER_ON) {
		flow->gather = YG_GATHER_OVER;
	} else {
		flows->order.counters->turn_vain++;
		flow->vain |= (uint8_t)(1u << yg_turn_first(flow));
		(void)run_turn(flows, flow, true);
	}
	run_turns(flows, flow);
}

/* No more segments will come: what waits is the last. */
static void settle_turns(struct yg_flows *flows, struct yg_flow *flow)
{
	while (flow->turns)
		give_up_turn(flows, flow);
	yg_wait_update(&flows->waits, flow);
}

/* False: there is no room to wait. */
static bool put_turn(struct yg_flows *flows, struct yg_flow *flow, unsigned dir,
		     const struct yg_segment_view *view)
{
	const struct yg_segment *meta = view->meta;
	struct yg_stream *stream = &flow->streams[dir];

	if (!yg_turn_put(flows->order.pool, flow, dir, view, time_of(flows, meta)))
		return false;
	if (flow->turn_count == 1)
		flow->turn_ns = flows->now_ns;
	flows->order.counters->turn_ahead++;
	flows->order.counters->seg_queued++;
	flows->order.counters->byte_queued += meta->payload_len;
	if (flow->gather == YG_GATHER_NONE && !flow->streams[!dir].started)
		flow->gather = YG_GATHER_ON;
	if (stream->started) {
		yg_begin_earlier(stream, (uint32_t)meta->offset);
	} else {
		yg_begin_at(flows->order.counters, flow, dir,
			    YG_BEGIN_WIRE + (uint32_t)meta->offset);
		stream->guessed = true;
	}
	return true;
}

/* It is not the turn of a segment. Return: it waits, as long as that may help. */
static bool wait_turn(struct yg_flows *flows, struct yg_flow *flow, unsigned dir,
		      const struct yg_segment_view *view)
{
	while (yg_turn_is_ahead(flow, dir, view->meta)) {
		if (!flow->turns && (flow->vain & 1u << dir))
			return false;
		if (put_turn(flows, flow, dir, view))
			return true;
		if (flow->turns) {
			give_up_turn(flows, flow);
		} else {
			flows->order.counters->turn_vain++;
			return false;
		}
	}
	return false;
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
		yg_begin_at(flows->order.counters, flow, dir, view->meta->offset);
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
	if (flow->vain && meta->payload_len)
		flow->vain &= (uint8_t) ~(1u << !dir);
	if (tls)
		take_tls(flows, flow, dir, view);
	else if (!yg_turn_is_ahead(flow, dir, meta) || !wait_turn(flows, flow, dir, view))
		take_wire(flows, flow, dir, view);
	if (flow->turns)
		run_turns(flows, flow);
	if (!flow->proven && !flow->closed)
		prove(flows, flow, meta->source);

	if (!flow->closed && (yg_segment_view_ends(meta) || flow->over)) {
		flows->order.counters->flow_closed++;
		flow->rests = meta->source == YG_SOURCE_TLS_REST;
		flow->dropped = meta->source == YG_SOURCE_TLS_CLOSE;
		flow_end(flows, flow);
	}
	end_if_over(flows, flow);
	if (yg_wait_concerns(flow))
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

static void expire_turns(struct yg_flows *flows)
{
	struct yg_flow *flow;

	while (flows->now_ns >= YG_TURN_NS &&
	       (flow = yg_wait_due(&flows->waits, YG_WAIT_TURN, flows->now_ns - YG_TURN_NS))) {
		flow->turn_ns = flows->now_ns;
		give_up_turn(flows, flow);
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
	expire_turns(flows);
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

	while ((flow = yg_wait_due(&flows->waits, YG_WAIT_TURN, UINT64_MAX)))
		settle_turns(flows, flow);
	while ((flow = flows->uses.lists[YG_USE_CLOSED].oldest))
		flow_remove(flows, flow);
	while ((flow = yg_use_oldest(&flows->uses))) {
		flows->order.counters->flow_finished++;
		flow_remove(flows, flow);
	}
}
