/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/streams.h"

#include <errno.h>

#include "core/heap.h"
#include "core/pool.h"
#include "parse/pairing.h"
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
};

static void on_run(void *ctx, struct yg_flow *flow, const struct yg_run *run)
{
	yg_pairing_run(ctx, flow, run);
}

static void on_end(void *ctx, struct yg_flow *flow, unsigned dir, uint64_t time_ns)
{
	yg_pairing_end(ctx, flow, dir, time_ns);
}

static void on_close(void *ctx, struct yg_flow *flow)
{
	yg_pairing_close(ctx, flow);
}

static int init(struct yg_streams *streams, const struct yg_streams_options *options)
{
	struct yg_flow_sink sink = { &streams->pairer, on_run, on_end, on_close };
	struct yg_flows_options flows = {
		.key = options->key,
		.flows_max = options->flows_max,
		.state_bytes = sizeof(struct yg_pairing),
		.idle_ns = options->idle_ns,
		.gap_ns = options->gap_ns,
	};
	struct yg_reading *reading = &streams->pairer.reading;
	int r;

	r = yg_pool_new(options->pool_bytes ? options->pool_bytes : POOL_DEFAULT_BYTES,
			&streams->pool);
	if (r)
		return r;
	r = yg_heap_new(streams->pool, yg_pool_bytes(streams->pool) / HEAP_SHARE,
			&streams->pairer.heap);
	if (r)
		return r;
	reading->body_cap = options->body_cap ? options->body_cap : YG_BODY_BUDGET_BYTES;
	reading->lenient = options->lenient;
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
	streams->pairer.fn = fn;
	streams->pairer.ctx = ctx;
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
	       streams->pairer.reading.body_cap;
}

uint32_t yg_streams_flows(const struct yg_streams *streams)
{
	return yg_flows_count(streams->flows);
}
