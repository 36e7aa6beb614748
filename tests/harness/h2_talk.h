/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection of HTTP/2 made by hand, record by record, and what comes of it through the streams
 * if some records do not. `lost` and `starts` are told as the kernel does.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include <arpa/inet.h>

#include <nghttp2/nghttp2.h>

#include "laws.h"
#include "parse/h2frame.h"
#include "parse/streams.h"
#include "test.h"

#define RECORDS_MAX 128u
#define RECORD_CAP  2048u
#define SECOND_NS   1000000000ull
#define CLIENT_PORT 40000u

struct record {
	bool server, preface, close;
	size_t len;
	uint8_t bytes[RECORD_CAP];
	uint32_t starts; /* requests that begin in it */
};

struct talk {
	struct record records[RECORDS_MAX];
	size_t count;
	uint32_t asked;
	nghttp2_hd_deflater *deflaters[2];
};

static inline void put(struct record *record, const void *data, size_t len)
{
	assert_true(record->len + len <= RECORD_CAP);
	memcpy(record->bytes + record->len, data, len);
	record->len += len;
}

static inline void put_frame(struct record *record, uint8_t type, uint8_t flags, uint32_t stream,
			     const void *payload, size_t len)
{
	const uint8_t header[YG_H2_HEADER] = {
		(uint8_t)(len >> 16),
		(uint8_t)(len >> 8),
		(uint8_t)len,
		type,
		flags,
		(uint8_t)(stream >> 24),
		(uint8_t)(stream >> 16),
		(uint8_t)(stream >> 8),
		(uint8_t)stream,
	};

	put(record, header, sizeof(header));
	put(record, payload, len);
}

static inline struct record *next_record(struct talk *talk, bool server)
{
	struct record *record = &talk->records[talk->count++];

	assert_true(talk->count <= RECORDS_MAX);
	*record = (struct record){ .server = server };
	return record;
}

static inline size_t deflate(struct talk *talk, bool server, const char *(*fields)[2], size_t count,
			     uint8_t *ret)
{
	nghttp2_nv pairs[8];
	ssize_t len;

	for (size_t i = 0; i < count; i++)
		pairs[i] = (nghttp2_nv){ (uint8_t *)fields[i][0], (uint8_t *)fields[i][1],
					 strlen(fields[i][0]), strlen(fields[i][1]), 0 };
	len = nghttp2_hd_deflate_hd(talk->deflaters[server], ret, RECORD_CAP, pairs, count);
	assert_true(len > 0);
	return (size_t)len;
}

static inline size_t deflate_request(struct talk *talk, uint32_t stream, uint8_t *ret)
{
	static const char *const methods[] = { "GET", "POST", "PUT" };
	char path[64], cookie[32];
	const char *fields[][2] = { { ":method", methods[stream / 2 % 3] },
				    { ":scheme", "https" },
				    { ":path", path },
				    { ":authority", "api.example.com" },
				    { "cookie", cookie } };

	(void)snprintf(path, sizeof(path), "/v1/items/%u", stream / 6);
	(void)snprintf(cookie, sizeof(cookie), "session=%u", stream / 4);
	return deflate(talk, false, fields, YG_ARRAY_SIZE(fields), ret);
}

/* One more request into @record; every fifth in two frames, the second in a record of its own. */
static inline void ask(struct talk *talk, struct record *record)
{
	uint32_t stream = 2 * talk->asked++ + 1;
	uint8_t block[RECORD_CAP];
	size_t len = deflate_request(talk, stream, block);

	record->starts++;
	if (talk->asked % 5 == 0) {
		put_frame(record, YG_H2_HEADERS, YG_H2_END_STREAM, stream, block, len / 2);
		record = next_record(talk, false);
		put_frame(record, YG_H2_CONTINUATION, YG_H2_END_HEADERS, stream, block + len / 2,
			  len - len / 2);
		return;
	}
	put_frame(record, YG_H2_HEADERS, YG_H2_END_STREAM | YG_H2_END_HEADERS, stream, block, len);
}

static inline void answer(struct talk *talk, uint32_t stream)
{
	char etag[16];
	const char *fields[][2] = { { ":status", stream % 3 ? "200" : "404" }, { "etag", etag } };
	struct record *record = next_record(talk, true);
	uint8_t block[RECORD_CAP];
	size_t len;

	(void)snprintf(etag, sizeof(etag), "%u", stream);
	len = deflate(talk, true, fields, YG_ARRAY_SIZE(fields), block);
	put_frame(record, YG_H2_HEADERS, YG_H2_END_HEADERS, stream, block, len);
	put_frame(record, YG_H2_DATA, YG_H2_END_STREAM, stream, "{}", 2);
}

static inline struct record *open_talk(struct talk *talk)
{
	struct record *record;

	*talk = (struct talk){ .count = 0 };
	for (int side = 0; side < 2; side++)
		assert_int_equal(nghttp2_hd_deflate_new(&talk->deflaters[side], 4096), 0);
	record = next_record(talk, false);
	record->preface = true;
	put(record, yg_h2_preface, YG_H2_PREFACE);
	put_frame(record, YG_H2_SETTINGS, 0, 0, "", 0);
	put_frame(next_record(talk, true), YG_H2_SETTINGS, 0, 0, "", 0);
	return record;
}

static inline void close_talk(struct talk *talk)
{
	next_record(talk, false)->close = true;
	next_record(talk, true)->close = true;
	nghttp2_hd_deflate_del(talk->deflaters[0]);
	nghttp2_hd_deflate_del(talk->deflaters[1]);
}

/* --- feeding ------------------------------------------------------------------------------- */

struct seen {
	uint32_t exchanges, requests, opens, rests, broken;
	uint64_t bytes;
	uint16_t status;
	int32_t grpc_status;
	char named[64]; /* what other requests of the connection name, where that is asked for */
};

static inline void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	struct seen *seen = ctx;

	seen->exchanges += !exchange->rest;
	seen->requests += !exchange->rest && exchange->request.present;
	seen->opens += exchange->open;
	seen->rests += exchange->rest;
	seen->broken += exchange->broken;
	seen->bytes += exchange->response.body_bytes;
	seen->status = exchange->response.status;
	seen->grpc_status = exchange->grpc_status;
	(void)snprintf(seen->named, sizeof(seen->named), "%.*s", (int)exchange->named.len,
		       exchange->named.ptr ? exchange->named.ptr : "");
}

/* How records come to the analyzer: TLS plaintext, frames that the kernel sampled, a capture. */
enum way { WAY_TLS, WAY_WIRE, WAY_FILE, WAY_MAX };

struct feed {
	struct yg_streams *streams;
	uint64_t offsets[2];
	uint64_t time_ns;
	enum way way;
	uint32_t lost;	  /* request starts of the client's records that are missing */
	uint16_t port;	  /* of the client; 0: CLIENT_PORT */
	uint32_t ifindex; /* where it is seen */
	struct seen seen;
};

static inline void open_feed(struct feed *feed, enum way way, uint64_t due_ns)
{
	const struct yg_streams_options options = {
		.flows_max = 4, .pool_bytes = 1u << 22, .preludes_max = 4, .due_ns = due_ns
	};

	*feed = (struct feed){ .way = way, .time_ns = SECOND_NS };
	if (way != WAY_TLS)
		feed->offsets[0] = feed->offsets[1] = 1000;
	assert_int_equal(yg_streams_new(&options, on_exchange, &feed->seen, &feed->streams), 0);
}

static inline void close_feed(struct feed *feed)
{
	yg_streams_finish(feed->streams);
	assert_null(broken_law(yg_streams_counters(feed->streams), true));
}

static inline void feed_segment(struct feed *feed, bool server, const struct record *record,
				uint8_t tcp_flags)
{
	static const uint8_t sources[WAY_MAX][2] = {
		[WAY_TLS] = { YG_SOURCE_TLS_READ, YG_SOURCE_TLS_WRITE },
		[WAY_WIRE] = { YG_SOURCE_INGRESS, YG_SOURCE_EGRESS },
		[WAY_FILE] = { YG_SOURCE_FILE, YG_SOURCE_FILE },
	};
	uint16_t port = feed->port ? feed->port : CLIENT_PORT;
	struct yg_segment meta = {
		.time_ns = feed->time_ns,
		.offset = feed->offsets[server],
		.payload_len = (uint32_t)record->len,
		.data_len = (uint32_t)record->len,
		.source = sources[feed->way][server],
		.tcp_flags = feed->way == WAY_TLS ? 0 : tcp_flags,
		.tgid = feed->way == WAY_TLS,
		.ack = feed->way == WAY_TLS ? 0 : (uint32_t)feed->offsets[!server],
		.lost = feed->way == WAY_FILE ? 0 : feed->lost,
		.starts = feed->way == WAY_FILE ? 0 : record->starts,
	};
	struct yg_segment_view view = { &meta, record->bytes };

	meta.key.ifindex = feed->ifindex;
	meta.key.saddr[15] = server ? 2 : 1;
	meta.key.daddr[15] = server ? 1 : 2;
	meta.object = port;
	meta.key.sport = htons(server ? 80 : port);
	meta.key.dport = htons(server ? port : 80);
	if (feed->way == WAY_TLS && record->close)
		meta.source = YG_SOURCE_TLS_CLOSE;
	yg_streams_view(feed->streams, &view);
}

/* The handshake of TCP. */
static inline void feed_syn(struct feed *feed)
{
	const struct record nothing = { .len = 0 };

	if (feed->way != WAY_FILE) /* the sampler takes no SYN */
		return;
	for (int server = 0; server < 2; server++) {
		feed->offsets[server]--;
		feed_segment(feed, server, &nothing, 0x02);
		feed->offsets[server]++;
	}
}

static inline uint64_t accounted(const struct yg_stream_counters *c)
{
	return c->request_parsed + c->exchange_no_request + c->h2_request_missed + c->lost_request;
}

/* Of one connection: what the kernel lost, and nothing of it came after that to say so. */
static inline uint64_t untold(const struct feed *feed)
{
	if (feed->way == WAY_FILE)
		return 0;
	return feed->lost - yg_streams_counters(feed->streams)->h2_lost_told;
}
