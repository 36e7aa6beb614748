/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/pipeline.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "daemon/relay.h"
#include "endpoint/hop.h"
#include "endpoint/twin.h"
#include "parse/certificate.h"
#include "parse/credential.h"
#include "parse/forwarded.h"
#include "parse/prelude.h"
#include "parse/streams.h"
#include "stream/flow.h"

#define STREAM_TICK_NS	  10000000ull	 /* holes are given up this often, see parse/streams.h */
#define KNOWLEDGE_TICK_NS 1000000000ull	 /* minutes end and states expire */
#define MEMORY_DEFAULT	  (256ull << 20) /* bytes; what the caps of limits.h need together */
#define POOL_SHARE	  4u		 /* of the memory: bytes that wait in streams */
#define ROWS_MIN	  64u		 /* of a table, however small the budget is */

struct yg_pipeline {
	struct yg_pipeline_sink sink;
	struct yg_prefix *trusted; /* [trust.count] */
	struct yg_trust trust;
	struct yg_own own;
	struct yg_twins *twins; /* the thread that feeds */
	struct yg_reading_options read_as;
	struct yg_charsets charsets; /* of read_as: the thread that feeds */
	struct yg_streams *streams;
	struct yg_knowledge *knowledge;
	struct yg_relay *relay; /* NULL: all stages run in the thread that feeds */
	uint64_t now_ns;	/* latest time seen; never goes back */
	uint64_t stream_due_ns, knowledge_due_ns;
};

/* The client that a PROXY header names, if its writer may speak for others. */
static const struct yg_peer *trusted_client(const struct yg_pipeline *pipeline,
					    const struct yg_peer *peer,
					    const struct yg_peer *proxied)
{
	if (yg_address_is_unknown(&proxied->addr) || !yg_trust_has(&pipeline->trust, &peer->addr))
		return peer;
	return proxied;
}

static void show_handshake(void *ctx, const struct yg_handshake *handshake)
{
	struct yg_pipeline *pipeline = ctx;

	yg_knowledge_handshake(pipeline->knowledge, handshake);
	if (pipeline->sink.on_handshake)
		pipeline->sink.on_handshake(
			pipeline->sink.ctx, handshake,
			trusted_client(pipeline, &handshake->client, &handshake->proxied));
}

static void show_websocket(void *ctx, const struct yg_websocket *websocket)
{
	struct yg_pipeline *pipeline = ctx;

	yg_knowledge_websocket(pipeline->knowledge, websocket);
	if (pipeline->sink.on_websocket)
		pipeline->sink.on_websocket(pipeline->sink.ctx, websocket);
}

/* An exchange as it is handed to those who learn. */
struct prepared {
	struct yg_subject subject;
	struct yg_reading reading;
};

static struct yg_subject ask_who(const struct yg_pipeline *pipeline,
				 const struct yg_exchange *exchange)
{
	const struct yg_peer *peer =
		trusted_client(pipeline, &exchange->client, &exchange->proxied);
	struct yg_forwarded forwarded =
		yg_forwarded_client(&exchange->request, &peer->addr, &pipeline->trust);
	struct yg_subject subject = {
		.exchange = exchange,
		.client = forwarded.client,
		.client_forwarded =
			forwarded.source != YG_FORWARDED_PEER || peer != &exchange->client,
		.peer_is_proxy = yg_trust_has(&pipeline->trust, &exchange->client.addr),
	};

	if (subject.peer_is_proxy)
		subject.certificate = yg_certificate_from_request(&exchange->request);
	return subject;
}

/* In the thread that feeds. */
static void prepare_exchange(void *ctx, struct yg_exchange *exchange, void *room)
{
	const struct yg_pipeline *pipeline = ctx;
	struct prepared *prepared = room;

	yg_own_place(&pipeline->own, exchange);
	prepared->subject = ask_who(pipeline, exchange);
	if (!exchange->request.present)
		return;
	yg_reading_take(&pipeline->read_as, &prepared->subject, &prepared->reading);
	yg_reading_take_handed(&pipeline->read_as, exchange, &prepared->reading);
	prepared->subject.reading = &prepared->reading;
}

/* Does the other end tell all of it, for its addresses say that this host asked? */
static bool is_told(const struct yg_pipeline *pipeline, const struct yg_exchange *exchange)
{
	return exchange->twin &&
	       (exchange->rest || (yg_own_has(&pipeline->own, &exchange->client.addr) &&
				   yg_hop_side_of(exchange) != YG_HOP_SIDE_LOCAL));
}

/* Stages 4 to 7: from one exchange to what is known of it. */
static void judge(const struct yg_pipeline *pipeline, const struct yg_subject *subject,
		  uint64_t now_ns)
{
	struct yg_observation observation;

	if (is_told(pipeline, subject->exchange))
		return;
	if (subject->exchange->rest) {
		yg_knowledge_rest(pipeline->knowledge, subject->exchange);
		return;
	}
	if (subject->exchange->twin) {
		yg_knowledge_twin(pipeline->knowledge, subject);
		return;
	}
	yg_knowledge_observe(pipeline->knowledge, subject, now_ns, &observation);
	if (pipeline->sink.on_exchange)
		pipeline->sink.on_exchange(pipeline->sink.ctx, subject, &observation);
}

static void judge_exchange(void *ctx, const struct yg_exchange *exchange, void *room,
			   uint64_t now_ns)
{
	const struct yg_pipeline *pipeline = ctx;
	const struct prepared *prepared = room;
	struct yg_subject subject;
	struct yg_exchange placed;

	if (prepared) {
		judge(pipeline, &prepared->subject, now_ns);
		return;
	}
	placed = *exchange;
	yg_own_place(&pipeline->own, &placed);
	subject = ask_who(pipeline, &placed);
	judge(pipeline, &subject, now_ns);
}

static void pass_tick(void *ctx, uint64_t now_ns)
{
	const struct yg_pipeline *pipeline = ctx;

	yg_knowledge_tick(pipeline->knowledge, now_ns);
}

static void take_handshake(void *ctx, const struct yg_handshake *handshake)
{
	struct yg_pipeline *pipeline = ctx;

	if (pipeline->relay)
		yg_relay_handshake(pipeline->relay, handshake);
	else
		show_handshake(pipeline, handshake);
}

static void take_websocket(void *ctx, const struct yg_websocket *websocket)
{
	struct yg_pipeline *pipeline = ctx;

	if (pipeline->relay)
		yg_relay_websocket(pipeline->relay, websocket);
	else
		show_websocket(pipeline, websocket);
}

static void take_exchange(void *ctx, const struct yg_exchange *exchange)
{
	struct yg_pipeline *pipeline = ctx;
	struct yg_exchange twin;

	if (yg_twins_take(pipeline->twins, exchange)) {
		twin = *exchange;
		twin.twin = true;
		exchange = &twin;
	}
	if (pipeline->relay)
		yg_relay_exchange(pipeline->relay, exchange, pipeline->now_ns);
	else
		judge_exchange(pipeline, exchange, NULL, pipeline->now_ns);
}

static int copy_trusted(struct yg_pipeline *pipeline, const struct yg_pipeline_options *options)
{
	size_t count = options->trusted_proxies_count;

	if (count == 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (options->trusted_proxies[i].len > 128)
			return -EINVAL;
	}
	pipeline->trusted = calloc(count, sizeof(*pipeline->trusted));
	if (!pipeline->trusted)
		return -ENOMEM;
	memcpy(pipeline->trusted, options->trusted_proxies, count * sizeof(*pipeline->trusted));
	pipeline->trust = (struct yg_trust){ .prefixes = pipeline->trusted, .count = count };
	return 0;
}

static void copy_own(struct yg_pipeline *pipeline, const struct yg_pipeline_options *options)
{
	for (uint32_t i = 0; i < options->own_count; i++)
		yg_own_add(&pipeline->own, i, &options->own_prefixes[i]);
	yg_own_end(&pipeline->own, options->own_count);
}

/* A table gets the share of the memory that it has in the default. */
static uint32_t scale_rows(uint32_t rows, uint64_t memory_bytes)
{
	uint64_t scaled = rows * (memory_bytes >> 10) / (MEMORY_DEFAULT >> 10);

	if (scaled > rows)
		return rows;
	return scaled < ROWS_MIN ? ROWS_MIN : (uint32_t)scaled;
}

static int build_stages(struct yg_pipeline *pipeline, const struct yg_pipeline_options *options)
{
	uint64_t memory = options->memory_bytes ? options->memory_bytes : MEMORY_DEFAULT;
	const struct yg_streams_options streams = {
		.key = options->table_key,
		.pool_bytes = memory / POOL_SHARE,
		.flows_max = scale_rows(YG_FLOWS_DEFAULT, memory),
		.preludes_max = scale_rows(YG_PRELUDES_DEFAULT, memory),
		.due_ns = options->look_ns,
		.on_handshake = take_handshake,
		.on_websocket = take_websocket,
	};
	const struct yg_knowledge_options knowledge = {
		.identity_key = options->identity_key,
		.table_key = options->table_key,
		.mode = options->mode,
		.names = options->names,
		.data = options->data,
		.data_each = options->data_each,
		.error = options->error,
		.error_cap = options->error_cap,
		.templates = options->templates,
		.specs = options->specs,
		.protected_prefixes = options->protected_prefixes,
		.protected_count = options->protected_count,
		.block_ttl_ns = options->block_ttl_ns,
		.endpoints_max = scale_rows(YG_ENDPOINTS_MAX, memory),
		.callers_max = scale_rows(YG_CALLERS_MAX, memory),
		.pairs_max = scale_rows(YG_PAIRS_MAX, memory),
		.findings_max = scale_rows(YG_FINDINGS_MAX, memory),
		.postures_max = scale_rows(YG_POSTURES_MAX, memory),
		.fapi = options->fapi,
		.jwks = options->jwks,
	};
	const struct yg_knowledge_sink sink = {
		.ctx = pipeline->sink.ctx,
		.on_finding = pipeline->sink.on_finding,
		.on_request = pipeline->sink.on_request,
		.on_suspect = pipeline->sink.on_suspect,
		.on_cell = pipeline->sink.on_cell,
		.on_fold = pipeline->sink.on_fold,
		.on_forget = pipeline->sink.on_forget,
		.on_link = pipeline->sink.on_link,
	};
	int r = copy_trusted(pipeline, options);

	copy_own(pipeline, options);
	if (r == 0)
		r = yg_twins_new(&options->table_key, &pipeline->twins);
	if (r == 0)
		r = yg_knowledge_new(&knowledge, &sink, &pipeline->knowledge);
	if (r == 0)
		r = yg_streams_new(&streams, take_exchange, pipeline, &pipeline->streams);
	return r;
}

/* Without a second thread it is slower, and the same. */
static int start_relay(struct yg_pipeline *pipeline)
{
	const struct yg_relay_sink sink = {
		.ctx = pipeline,
		.prepare = prepare_exchange,
		.room = sizeof(struct prepared),
		.on_exchange = judge_exchange,
		.on_handshake = show_handshake,
		.on_websocket = show_websocket,
		.on_tick = pass_tick,
	};
	int r = yg_relay_new(&sink, &pipeline->relay);

	return r == -EAGAIN ? 0 : r;
}

int yg_pipeline_new(const struct yg_pipeline_options *options, const struct yg_pipeline_sink *sink,
		    struct yg_pipeline **ret)
{
	struct yg_pipeline *pipeline;
	int r;

	assert(options && sink && ret);

	pipeline = calloc(1, sizeof(*pipeline));
	if (!pipeline)
		return -ENOMEM;
	pipeline->sink = *sink;
	pipeline->read_as = (struct yg_reading_options){ options->identity_key, options->names,
							 &pipeline->charsets };
	yg_charsets_open(&pipeline->charsets);
	r = build_stages(pipeline, options);
	if (r == 0 && options->threaded)
		r = start_relay(pipeline);
	if (r)
		yg_pipeline_free(&pipeline);
	else
		*ret = pipeline;
	return r;
}

void yg_pipeline_free(struct yg_pipeline **pipeline)
{
	struct yg_pipeline *p = *pipeline;

	if (!p)
		return;
	yg_relay_free(&p->relay);
	yg_streams_free(&p->streams);
	yg_knowledge_free(&p->knowledge);
	yg_twins_free(&p->twins);
	free(p->trusted);
	yg_own_clean(&p->own);
	yg_charsets_close(&p->charsets);
	yg_freep(pipeline);
}

void yg_pipeline_tick(struct yg_pipeline *pipeline, uint64_t now_ns)
{
	if (now_ns <= pipeline->now_ns)
		return;
	pipeline->now_ns = now_ns;
	if (now_ns >= pipeline->stream_due_ns) {
		pipeline->stream_due_ns = now_ns + STREAM_TICK_NS;
		yg_streams_tick(pipeline->streams, now_ns);
	}
	if (now_ns >= pipeline->knowledge_due_ns) {
		pipeline->knowledge_due_ns = now_ns + KNOWLEDGE_TICK_NS;
		if (pipeline->relay)
			yg_relay_tick(pipeline->relay, now_ns);
		else
			yg_knowledge_tick(pipeline->knowledge, now_ns);
	}
}

void yg_pipeline_segment(struct yg_pipeline *pipeline, const struct yg_segment *meta,
			 const uint8_t *data)
{
	const struct yg_segment_view view = { .meta = meta, .data = data };

	yg_pipeline_tick(pipeline, meta->time_ns);
	yg_streams_view(pipeline->streams, &view);
}

void yg_pipeline_exchange(struct yg_pipeline *pipeline, const struct yg_exchange *exchange)
{
	yg_pipeline_tick(pipeline, exchange->request.start_ns);
	take_exchange(pipeline, exchange);
}

void yg_pipeline_finish(struct yg_pipeline *pipeline)
{
	yg_streams_finish(pipeline->streams);
	if (pipeline->relay)
		yg_relay_drain(pipeline->relay);
	yg_knowledge_finish(pipeline->knowledge);
}

void yg_pipeline_reply(struct yg_pipeline *pipeline, const struct yg_reply *reply)
{
	yg_knowledge_reply(pipeline->knowledge, reply);
}

struct yg_own *yg_pipeline_own(struct yg_pipeline *pipeline)
{
	return &pipeline->own;
}

struct yg_knowledge *yg_pipeline_knowledge(struct yg_pipeline *pipeline)
{
	return pipeline->knowledge;
}

void yg_pipeline_counters(const struct yg_pipeline *pipeline, yg_counter_fn fn, void *ctx)
{
	const struct yg_stream_counters *counters = yg_streams_counters(pipeline->streams);

#define VISIT_ROW(name, help) fn(ctx, "stream." #name, counters->name);
	YG_STREAM_COUNTERS(VISIT_ROW)
#undef VISIT_ROW
	yg_knowledge_counters(pipeline->knowledge, fn, ctx);
	fn(ctx, "hop.told_twice", yg_twins_count(pipeline->twins));
	fn(ctx, "hop.twins_evicted", yg_twins_evicted(pipeline->twins));
	fn(ctx, "own.addresses", pipeline->own.current.count);
	fn(ctx, "own.left_out", pipeline->own.left_out);
}
