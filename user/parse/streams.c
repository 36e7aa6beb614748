/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/streams.h"

#include <errno.h>

#include "core/heap.h"
#include "core/pool.h"
#include "parse/pairing.h"
#include "parse/prelude.h"
#include "stream/flow.h"
#include "yagura/limits.h"

#define POOL_DEFAULT_BYTES (64u << 20)
#define HEAP_SHARE	   4u	  /* of the pool: header tables of HTTP/2 */
#define BODY_CAP_MAX	   16384u /* with a head of YG_HEAD_MAX it still fits the largest block */

_Static_assert(sizeof(struct yg_draft) + YG_HEADERS_MAX * sizeof(struct yg_field) + YG_HEAD_MAX +
			       BODY_CAP_MAX <=
		       YG_POOL_BLOCK_MAX,
	       "the largest message fits a block");

struct yg_streams {
	struct yg_stream_counters counters;
	struct yg_pool *pool;
	struct yg_flows *flows;
	struct yg_pairer pairer;
	struct yg_preludes preludes;
	const struct yg_prelude *prelude; /* of the flow at hand */
	yg_exchange_fn fn;
	yg_websocket_fn websocket_fn; /* may be NULL */
	void *ctx;
};

/* The part of struct yg_flow that is ours. */
struct state {
	struct yg_pairing pairing; /* first: the pairer takes yg_flow.state for it */
	struct yg_prelude prelude;
};

static struct yg_prelude *prelude_of(struct yg_flow *flow)
{
	return &((struct state *)(void *)flow->state)->prelude;
}

/* Few exchanges have a prelude: the others are handed on as they are. */
static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	struct yg_streams *streams = ctx;
	struct yg_exchange more;

	if (!exchange->tls && yg_address_is_unknown(&streams->prelude->proxied.addr)) {
		streams->fn(streams->ctx, exchange);
		return;
	}
	more = *exchange;
	yg_prelude_add(&streams->preludes, streams->prelude, &more);
	streams->fn(streams->ctx, &more);
}

static void on_websocket(void *ctx, const struct yg_websocket *websocket)
{
	struct yg_streams *streams = ctx;

	streams->websocket_fn(streams->ctx, websocket);
}

/* What was taken for a prelude and is none, then the rest of the run. */
static void read_rest(struct yg_streams *streams, struct yg_flow *flow, const struct yg_run *run,
		      const struct yg_prelude_rest *rest)
{
	struct yg_run tail = *run;

	if (rest->held.len) {
		yg_pairing_run(&streams->pairer, flow, &rest->held);
		yg_prelude_release(&streams->preludes, prelude_of(flow));
	}
	if (run->data) {
		tail.data += rest->used;
		tail.len -= rest->used;
	}
	if (tail.len)
		yg_pairing_run(&streams->pairer, flow, &tail);
}

static void on_run(void *ctx, struct yg_flow *flow, const struct yg_run *run)
{
	struct yg_streams *streams = ctx;
	struct yg_prelude *prelude = prelude_of(flow);
	struct yg_prelude_rest rest;

	streams->prelude = prelude;
	if (prelude->phase[run->dir] == YG_PRELUDE_DONE) {
		yg_pairing_run(&streams->pairer, flow, run);
		return;
	}
	rest = yg_prelude_run(&streams->preludes, prelude, flow, run);
	read_rest(streams, flow, run, &rest);
	for (unsigned dir = 0; dir < 2; dir++) {
		if (yg_prelude_wants(prelude, dir))
			flow->streams[dir].unwanted = 0;
	}
}

static void on_end(void *ctx, struct yg_flow *flow, unsigned dir, uint64_t time_ns)
{
	struct yg_streams *streams = ctx;
	struct yg_prelude *prelude = prelude_of(flow);
	struct yg_prelude_rest rest;

	streams->prelude = prelude;
	if (prelude->phase[dir] != YG_PRELUDE_DONE) {
		rest = yg_prelude_end(&streams->preludes, prelude, flow, dir);
		if (rest.held.len) {
			yg_pairing_run(&streams->pairer, flow, &rest.held);
			yg_prelude_release(&streams->preludes, prelude);
		}
	}
	yg_pairing_end(&streams->pairer, flow, dir, time_ns);
}

static void on_due(void *ctx, struct yg_flow *flow, uint64_t now_ns)
{
	struct yg_streams *streams = ctx;

	streams->prelude = prelude_of(flow);
	yg_pairing_due(&streams->pairer, flow, now_ns);
}

static void on_close(void *ctx, struct yg_flow *flow)
{
	struct yg_streams *streams = ctx;

	streams->prelude = prelude_of(flow);
	yg_pairing_close(&streams->pairer, flow);
	yg_prelude_close(&streams->preludes, prelude_of(flow), flow);
}

static int init_preludes(struct yg_streams *streams, const struct yg_streams_options *options)
{
	streams->preludes.key = options->key;
	streams->preludes.pool = streams->pool;
	streams->preludes.counters = &streams->counters;
	streams->preludes.fn = options->on_handshake;
	streams->preludes.ctx = streams->ctx;
	return yg_preludes_init(&streams->preludes, options->preludes_max);
}

static int init(struct yg_streams *streams, const struct yg_streams_options *options)
{
	struct yg_flow_sink sink = { streams, on_run, on_end, on_due, on_close };
	struct yg_flows_options flows = {
		.key = options->key,
		.flows_max = options->flows_max,
		.state_bytes = sizeof(struct state),
		.idle_ns = options->idle_ns,
		.gap_ns = options->gap_ns,
		.due_ns = options->due_ns,
	};
	struct yg_reading *reading = &streams->pairer.reading;
	int r;

	r = yg_pool_new(options->pool_bytes ? options->pool_bytes : POOL_DEFAULT_BYTES,
			&streams->pool);
	if (r == 0)
		r = init_preludes(streams, options);
	if (r)
		return r;
	r = yg_heap_new(streams->pool, yg_pool_bytes(streams->pool) / HEAP_SHARE,
			&streams->pairer.heap);
	if (r)
		return r;
	reading->body_cap = options->body_cap ? options->body_cap : YG_BODY_BUDGET_BYTES;
	reading->pool = streams->pool;
	reading->counters = &streams->counters;
	if (reading->body_cap > BODY_CAP_MAX)
		return -EINVAL;
	reading->body = malloc(reading->body_cap);
	if (!reading->body)
		return -ENOMEM;
	return yg_flows_new(&flows, &sink, streams->pool, &streams->counters, &streams->flows);
}

int yg_streams_new(const struct yg_streams_options *options, yg_exchange_fn fn, void *ctx,
		   struct yg_streams **ret)
{
	struct yg_streams *streams = calloc(1, sizeof(*streams));
	int r;

	if (!streams)
		return -ENOMEM;
	streams->fn = fn;
	streams->ctx = ctx;
	yg_header_index_init(&streams->pairer.header_index);
	streams->pairer.fn = on_exchange;
	streams->pairer.ctx = streams;
	streams->websocket_fn = options->on_websocket;
	streams->pairer.websocket_fn = options->on_websocket ? on_websocket : NULL;
	r = init(streams, options);
	if (r) {
		yg_streams_free(&streams);
		return r;
	}
	*ret = streams;
	return 0;
}

void yg_streams_free(struct yg_streams **streams)
{
	if (*streams) {
		yg_flows_free(&(*streams)->flows);
		yg_heap_free(&(*streams)->pairer.heap);
		yg_preludes_clean(&(*streams)->preludes);
		yg_pool_free(&(*streams)->pool);
		free((*streams)->pairer.reading.body);
		free(*streams);
	}
	*streams = NULL;
}

void yg_streams_segment(struct yg_streams *streams, const struct yg_segment *segment)
{
	struct yg_segment_view view = { segment, segment->data };

	yg_flows_segment(streams->flows, &view);
}

void yg_streams_view(struct yg_streams *streams, const struct yg_segment_view *view)
{
	yg_flows_segment(streams->flows, view);
}

void yg_streams_tick(struct yg_streams *streams, uint64_t now_ns)
{
	yg_flows_tick(streams->flows, now_ns);
	if (yg_pool_is_scarce(streams->pool) || yg_heap_is_scarce(streams->pairer.heap))
		yg_flows_relieve(streams->flows);
}

void yg_streams_finish(struct yg_streams *streams)
{
	yg_flows_finish(streams->flows);
}

const struct yg_stream_counters *yg_streams_counters(const struct yg_streams *streams)
{
	return &streams->counters;
}

size_t yg_streams_bytes(const struct yg_streams *streams)
{
	return sizeof(*streams) + yg_pool_bytes(streams->pool) + yg_flows_bytes(streams->flows) +
	       yg_lru_bytes(streams->preludes.table) + streams->pairer.reading.body_cap;
}

uint32_t yg_streams_flows(const struct yg_streams *streams)
{
	return yg_flows_count(streams->flows);
}

size_t yg_streams_held(const struct yg_streams *streams)
{
	return yg_pool_used(streams->pool);
}
