/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Both directions of an HTTP/2 connection, cut and torn as the input chooses. No law of the
 * counters may break, no memory may stay held, and how the same bytes are cut into segments may not
 * change what is read: every exchange that ends before a search for the next frame begins is the
 * same. (The search believes the start of a segment more than its middle, so what it finds may
 * differ.)
 *
 *	byte 0		bit 0: joined late; bit 1: no preface (else it comes first)
 *	then pieces:	| flags | length | bytes |
 *			bit 0 of flags: the server sends; bit 1: a hole of that length, no bytes;
 *			bits 4 to 7: the length is that many times 256 bytes more
 */
#include <stdint.h>
#include <stdlib.h>

#include "exchange_log.h"
#include "laws.h"
#include "parse/h2frame.h"
#include "parse/streams.h"

#define KEPT_MAX 4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What one run read. */
struct outcome {
	uint64_t logs[KEPT_MAX]; /* of the first exchanges */
	size_t count;		 /* of them; without those after a search */
	bool is_searching;	 /* a search began */
};

struct feed {
	struct yg_streams *streams;
	struct yg_stream_counters before;
	struct yg_segment meta;
	uint64_t offsets[2];
	struct outcome *outcome;
};

/* The frames of a direction were lost, or never found. */
static bool is_searching(const struct feed *feed)
{
	const struct yg_stream_counters *now = yg_streams_counters(feed->streams);

	return now->gap != feed->before.gap || now->h2_invalid != feed->before.h2_invalid ||
	       now->read_resync != feed->before.read_resync ||
	       now->read_other != feed->before.read_other ||
	       now->flow_joined != feed->before.flow_joined ||
	       now->h2_joined != feed->before.h2_joined ||
	       now->h2_refused != feed->before.h2_refused ||
	       now->request_refused != feed->before.request_refused ||
	       now->response_refused != feed->before.response_refused;
}

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	struct feed *feed = ctx;
	struct outcome *outcome = feed->outcome;
	uint64_t log = 0;

	outcome->is_searching |= is_searching(feed);
	if (outcome->is_searching || outcome->count == KEPT_MAX)
		return;
	log_exchange(&log, exchange);
	outcome->logs[outcome->count++] = log;
}

/* Told at the end of its stream: among the exchanges, in their order. */
static void on_websocket(void *ctx, const struct yg_websocket *websocket)
{
	struct feed *feed = ctx;
	struct outcome *outcome = feed->outcome;
	uint64_t log = websocket->stream;

	outcome->is_searching |= is_searching(feed);
	if (outcome->is_searching || outcome->count == KEPT_MAX)
		return;
	for (unsigned side = 0; side < 2; side++) {
		log_number(&log, websocket->said[side]->frames);
		log_number(&log, websocket->said[side]->bytes);
		log_number(&log, websocket->said[side]->close_code);
		log_slice(&log, websocket->text[side]);
	}
	outcome->logs[outcome->count++] = log;
}

static void feed_piece(struct feed *feed, bool server, const uint8_t *data, size_t len, size_t step)
{
	for (size_t at = 0; at < len;) {
		size_t n = len - at < step ? len - at : step;
		struct yg_segment_view view = { &feed->meta, data + at };

		feed->meta.source = server ? YG_SOURCE_TLS_WRITE : YG_SOURCE_TLS_READ;
		feed->meta.offset = feed->offsets[server];
		feed->meta.payload_len = feed->meta.data_len = (uint32_t)n;
		yg_streams_view(feed->streams, &view);
		feed->offsets[server] += n;
		at += n;
	}
}

/* The pieces of the input, each in segments of @step bytes. */
static void feed_all(struct feed *feed, const uint8_t *data, size_t size, size_t step)
{
	if (!(data[0] & 3))
		feed_piece(feed, false, (const uint8_t *)yg_h2_preface, YG_H2_PREFACE, step);
	for (size_t at = 1; at + 2 <= size;) {
		bool server = data[at] & 1, hole = data[at] & 2;
		size_t len = data[at + 1] + (data[at] >> 4) * (size_t)256;

		at += 2;
		if (hole) {
			feed->offsets[server] += len;
			continue;
		}
		if (len > size - at)
			len = size - at;
		feed_piece(feed, server, data + at, len, step);
		at += len;
	}
}

static void run(struct feed *feed, const uint8_t *data, size_t size, size_t step,
		struct outcome *ret)
{
	ret->count = 0;
	ret->is_searching = false;
	feed->outcome = ret;
	feed->before = *yg_streams_counters(feed->streams);
	feed->meta = (struct yg_segment){ .tgid = 1, .time_ns = 1 };
	feed->offsets[0] = feed->offsets[1] = data[0] & 1;
	feed_all(feed, data, size, step);
	yg_streams_finish(feed->streams);
	if (broken_law(yg_streams_counters(feed->streams), true) || yg_streams_held(feed->streams))
		abort();
	ret->is_searching |= is_searching(feed) || (data[0] & 1);
}

/* Exchanges before a search are the same; all are if there was none. */
static void compare(const struct outcome *a, const struct outcome *b)
{
	size_t count = a->count < b->count ? a->count : b->count;

	for (size_t i = 0; i < count; i++) {
		if (a->logs[i] != b->logs[i])
			abort();
	}
	if (a->is_searching != b->is_searching)
		abort();
	if (!a->is_searching && a->count != b->count)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct yg_streams_options options = { .flows_max = 1,
							   .pool_bytes = 1u << 21,
							   .preludes_max = 1,
							   .on_websocket = on_websocket };
	static struct feed feed;
	static struct outcome whole, pieces;

	if (size < 1)
		return 0;
	/* One object for all inputs: making it costs more than reading one. */
	if (!feed.streams && yg_streams_new(&options, on_exchange, &feed, &feed.streams))
		return 0;
	run(&feed, data, size, SIZE_MAX, &whole);
	run(&feed, data, size, 1, &pieces);
	if (!(data[0] & 1))
		compare(&whole, &pieces);
	run(&feed, data, size, 7, &pieces);
	if (!(data[0] & 1))
		compare(&whole, &pieces);
	return 0;
}
