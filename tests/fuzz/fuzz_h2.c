/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Both directions of an HTTP/2 connection, cut and torn as the input chooses. No law of the
 * counters may break, and pieces alone, without a hole, may not change what is read.
 *
 *	byte 0		bit 0: joined late, else the preface comes first
 *	then pieces:	| flags | length | bytes |
 *			bit 0 of flags: the server sends; bit 1: a hole of that length, no bytes
 */
#include <stdint.h>
#include <stdlib.h>

#include "core/hash.h"
#include "laws.h"
#include "parse/h2frame.h"
#include "parse/streams.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct feed {
	struct yg_streams *streams;
	struct yg_segment meta;
	uint64_t offsets[2];
	uint64_t log;
};

static void add(uint64_t *log, struct yg_slice slice)
{
	const struct yg_hash_key key = { *log, slice.len };

	*log = yg_hash(&key, slice.ptr ? slice.ptr : "", slice.len);
}

static void add_message(uint64_t *log, const struct yg_message *message)
{
	*log = yg_hash_mix(*log ^ message->body_bytes ^ message->status ^ message->anomalies ^
			   (uint64_t)message->complete << 40 ^ (uint64_t)message->present << 41);
	add(log, message->method);
	add(log, message->target);
	add(log, message->body);
	for (uint32_t i = 0; i < message->header_count; i++) {
		add(log, message->headers[i].name);
		add(log, message->headers[i].value);
	}
}

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	add_message(ctx, &exchange->request);
	add_message(ctx, &exchange->response);
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

static uint64_t run(const uint8_t *data, size_t size, size_t step, bool *ret_is_exact)
{
	struct yg_streams_options options = { .flows_max = 1, .pool_bytes = 1u << 21 };
	static struct feed feed;
	const struct yg_stream_counters *counters;
	bool is_joined = data[0] & 1;

	feed = (struct feed){ .meta = { .tgid = 1, .time_ns = 1 } };
	if (yg_streams_new(&options, on_exchange, &feed.log, &feed.streams))
		abort();
	feed.offsets[0] = feed.offsets[1] = is_joined;
	if (!is_joined)
		feed_piece(&feed, false, (const uint8_t *)yg_h2_preface, YG_H2_PREFACE, step);
	for (size_t at = 1; at + 2 <= size;) {
		bool server = data[at] & 1, hole = data[at] & 2;
		size_t len = data[at + 1];

		at += 2;
		if (hole) {
			feed.offsets[server] += len;
			continue;
		}
		if (len > size - at)
			len = size - at;
		feed_piece(&feed, server, data + at, len, step);
		at += len;
	}
	yg_streams_finish(feed.streams);
	counters = yg_streams_counters(feed.streams);
	if (broken_law(counters, true))
		abort();
	*ret_is_exact = !is_joined && !counters->gap && !counters->h2_invalid &&
			!counters->read_resync && !counters->h2_refused;
	yg_streams_free(&feed.streams);
	return feed.log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole, pieces;
	bool is_exact;

	if (size < 1)
		return 0;
	whole = run(data, size, SIZE_MAX, &is_exact);
	pieces = run(data, size, 1, &is_exact);
	if (is_exact && whole != pieces)
		abort();
	return 0;
}
