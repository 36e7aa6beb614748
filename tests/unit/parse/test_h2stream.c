/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection with any run of its records missing: each request that was sent is an exchange, or
 * is counted as missed; in clear and under TLS. And what is told of streams that go on for long.
 */
#include "parse/h2stream.h"

#include <stdio.h>
#include <stdlib.h>

#include <arpa/inet.h>

#include <nghttp2/nghttp2.h>

#include "laws.h"
#include "parse/streams.h"
#include "test.h"

#define RECORDS_MAX 128u
#define RECORD_CAP  2048u
#define REQUESTS    24u
#define SEED	    20261122u
#define ROUNDS	    3000
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

static void put(struct record *record, const void *data, size_t len)
{
	assert_true(record->len + len <= RECORD_CAP);
	memcpy(record->bytes + record->len, data, len);
	record->len += len;
}

static void put_frame(struct record *record, uint8_t type, uint8_t flags, uint32_t stream,
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

static struct record *next_record(struct talk *talk, bool server)
{
	struct record *record = &talk->records[talk->count++];

	assert_true(talk->count <= RECORDS_MAX);
	*record = (struct record){ .server = server };
	return record;
}

static size_t deflate(struct talk *talk, bool server, const char *(*fields)[2], size_t count,
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

static size_t deflate_request(struct talk *talk, uint32_t stream, uint8_t *ret)
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
static void ask(struct talk *talk, struct record *record)
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

static void answer(struct talk *talk, uint32_t stream)
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

static struct record *open_talk(struct talk *talk)
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

static void close_talk(struct talk *talk)
{
	next_record(talk, false)->close = true;
	next_record(talk, true)->close = true;
	nghttp2_hd_deflate_del(talk->deflaters[0]);
	nghttp2_hd_deflate_del(talk->deflaters[1]);
}

/* Requests alone and in groups, answered late and out of order. */
static void make_talk(struct talk *talk)
{
	uint32_t answered = 0;

	(void)open_talk(talk);
	while (talk->asked < REQUESTS) {
		struct record *record = next_record(talk, false);
		uint32_t group = 1 + talk->asked % 4;

		for (uint32_t i = 0; i < group && talk->asked < REQUESTS; i++) {
			ask(talk, record);
			record = &talk->records[talk->count - 1];
		}
		while (answered + 3 < talk->asked) {
			answer(talk, 2 * (answered ^ 1) + 1);
			answered++;
		}
	}
	for (; answered < talk->asked; answered++)
		answer(talk, 2 * (answered ^ 1) + 1);
	close_talk(talk);
}

/* --- feeding ------------------------------------------------------------------------------- */

struct seen {
	uint32_t exchanges, requests, opens, rests;
	uint64_t bytes;
	uint16_t status;
	int32_t grpc_status;
};

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	struct seen *seen = ctx;

	seen->exchanges += !exchange->rest;
	seen->requests += !exchange->rest && exchange->request.present;
	seen->opens += exchange->open;
	seen->rests += exchange->rest;
	seen->bytes += exchange->response.body_bytes;
	seen->status = exchange->response.status;
	seen->grpc_status = exchange->grpc_status;
}

/* How records come to the analyzer: TLS plaintext, frames that the kernel sampled, a capture. */
enum way { WAY_TLS, WAY_WIRE, WAY_FILE, WAY_MAX };

struct feed {
	struct yg_streams *streams;
	uint64_t offsets[2];
	uint64_t time_ns;
	enum way way;
	uint32_t lost; /* request starts of the client's records that are missing */
	struct seen seen;
};

static void open_feed(struct feed *feed, enum way way, uint64_t due_ns)
{
	const struct yg_streams_options options = {
		.flows_max = 4, .pool_bytes = 1u << 22, .preludes_max = 4, .due_ns = due_ns
	};

	*feed = (struct feed){ .way = way, .time_ns = SECOND_NS };
	if (way != WAY_TLS)
		feed->offsets[0] = feed->offsets[1] = 1000;
	assert_int_equal(yg_streams_new(&options, on_exchange, &feed->seen, &feed->streams), 0);
}

static void close_feed(struct feed *feed)
{
	yg_streams_finish(feed->streams);
	assert_null(broken_law(yg_streams_counters(feed->streams), true));
}

static void feed_segment(struct feed *feed, bool server, const struct record *record,
			 uint8_t tcp_flags)
{
	static const uint8_t sources[WAY_MAX][2] = {
		[WAY_TLS] = { YG_SOURCE_TLS_READ, YG_SOURCE_TLS_WRITE },
		[WAY_WIRE] = { YG_SOURCE_INGRESS, YG_SOURCE_EGRESS },
		[WAY_FILE] = { YG_SOURCE_FILE, YG_SOURCE_FILE },
	};
	struct yg_segment meta = {
		.time_ns = feed->time_ns,
		.offset = feed->offsets[server],
		.payload_len = (uint32_t)record->len,
		.data_len = (uint32_t)record->len,
		.source = sources[feed->way][server],
		.tcp_flags = feed->way == WAY_TLS ? 0 : tcp_flags,
		.tgid = feed->way == WAY_TLS,
		.ack = feed->way == WAY_TLS ? 0 : (uint32_t)feed->offsets[!server],
		.lost = feed->way == WAY_FILE || server ? 0 : feed->lost,
	};
	struct yg_segment_view view = { &meta, record->bytes };

	meta.key.saddr[15] = server ? 2 : 1;
	meta.key.daddr[15] = server ? 1 : 2;
	meta.key.sport = htons(server ? 80 : CLIENT_PORT);
	meta.key.dport = htons(server ? CLIENT_PORT : 80);
	if (feed->way == WAY_TLS && record->close)
		meta.source = YG_SOURCE_TLS_CLOSE;
	yg_streams_view(feed->streams, &view);
}

/* The handshake of TCP. */
static void feed_syn(struct feed *feed)
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

/* All records that @is_missing does not name. */
static void feed_without(struct feed *feed, const struct talk *talk, const bool *is_missing)
{
	feed_syn(feed);
	for (size_t i = 0; i < talk->count; i++) {
		const struct record *record = &talk->records[i];

		feed->time_ns += 1000000;
		if (!is_missing[i])
			feed_segment(feed, record->server, record, record->close ? 0x11 : 0x18);
		else
			feed->lost += record->starts;
		feed->offsets[record->server] += record->len;
	}
}

static uint64_t accounted(const struct yg_stream_counters *c)
{
	return c->request_parsed + c->exchange_no_request + c->h2_request_missed + c->lost_request;
}

/*
 * Does anybody know of all that was asked? The kernel does, and tells with the next record, or at
 * the end. A file has nobody to tell what was before its first record, and after its last.
 */
static bool is_told(const struct talk *talk, enum way way, const bool *is_missing)
{
	bool begins = false, ends = false, closes = false;

	for (size_t i = 0; i < talk->count; i++) {
		const struct record *record = &talk->records[i];

		if (record->server)
			continue;
		begins |= !is_missing[i] && record->preface;
		if (record->starts)
			ends = !is_missing[i];
		closes |= !is_missing[i] && record->close;
	}
	return way == WAY_FILE ? begins && ends : ends || closes;
}

/* How many rounds break the law. */
static uint32_t check_law(const struct talk *talk, enum way way, const bool *is_missing)
{
	const struct yg_stream_counters *c;
	struct feed feed;
	bool holds;

	if (!is_told(talk, way, is_missing))
		return 0;
	open_feed(&feed, way, 0);
	feed_without(&feed, talk, is_missing);
	close_feed(&feed);
	c = yg_streams_counters(feed.streams);
	/* What this host did not acknowledge may be a stranger's: counted as late, and not read. */
	holds = accounted(c) == talk->asked || (c->byte_late && accounted(c) < talk->asked);
	if (!holds)
		print_error("  way %d: parsed %lu, answers alone %lu, missed %lu, lost %lu of %u\n",
			    way, c->request_parsed, c->exchange_no_request, c->h2_request_missed,
			    c->lost_request, talk->asked);
	yg_streams_free(&feed.streams);
	return !holds;
}

static void counts_every_request_whatever_run_of_records_is_lost(void **state)
{
	static struct talk talk;
	uint32_t broken = 0;

	(void)state;
	make_talk(&talk);
	for (int way = 0; way < WAY_MAX; way++) {
		for (size_t from = 0; from < talk.count; from++) {
			bool is_missing[RECORDS_MAX] = { false };

			for (size_t to = from; to < talk.count; to++) {
				is_missing[to] = true;
				broken += check_law(&talk, (enum way)way, is_missing);
			}
		}
	}
	assert_int_equal(broken, 0);
}

/* Many holes in one connection, from a few records to most of them. */
static void counts_every_request_whatever_holes_there_are(void **state)
{
	static struct talk talk;
	uint32_t broken = 0;

	(void)state;
	make_talk(&talk);
	srand(SEED);
	for (int round = 0; round < ROUNDS; round++) {
		bool is_missing[RECORDS_MAX];

		for (size_t i = 0; i < talk.count; i++)
			is_missing[i] = rand() % 16 < round % 14;
		for (int way = 0; way < WAY_MAX; way++)
			broken += check_law(&talk, (enum way)way, is_missing);
	}
	assert_int_equal(broken, 0);
}

/* --- what goes on for long ------------------------------------------------------------------ */

#define DUE_NS	(5 * SECOND_NS)
#define TOLD_NS (15 * SECOND_NS) /* by then at the latest */

static void feed_record(struct feed *feed, const struct record *record)
{
	feed_segment(feed, record->server, record, record->close ? 0x11 : 0x18);
	feed->offsets[record->server] += record->len;
}

static void pass_time(struct feed *feed, uint64_t ns)
{
	for (uint64_t end_ns = feed->time_ns + ns; feed->time_ns < end_ns;) {
		feed->time_ns += SECOND_NS;
		yg_streams_tick(feed->streams, feed->time_ns);
	}
}

static struct record body_of(const char *text, uint8_t flags)
{
	struct record record = { .server = true };

	put_frame(&record, YG_H2_DATA, flags, 1, text, strlen(text));
	return record;
}

/* One request, and the head of its answer. */
static void begin_stream(struct talk *talk, struct feed *feed)
{
	const char *fields[][2] = { { ":status", "200" }, { "content-type", "text/event-stream" } };
	uint8_t block[RECORD_CAP];
	struct record *record = open_talk(talk);
	size_t len;

	ask(talk, record);
	record = next_record(talk, true);
	len = deflate(talk, true, fields, YG_ARRAY_SIZE(fields), block);
	put_frame(record, YG_H2_HEADERS, YG_H2_END_HEADERS, 1, block, len);
	for (size_t i = 0; i < talk->count; i++)
		feed_record(feed, &talk->records[i]);
}

static void a_stream_that_goes_on_is_told_once_and_its_rest_at_the_end(void **state)
{
	static struct talk talk;
	struct record one = body_of("one", 0), two = body_of("three", YG_H2_END_STREAM);
	struct feed feed;

	(void)state;
	open_feed(&feed, WAY_TLS, DUE_NS);
	begin_stream(&talk, &feed);
	feed_record(&feed, &one);
	pass_time(&feed, DUE_NS);
	assert_int_equal(feed.seen.exchanges, 0);
	pass_time(&feed, TOLD_NS - DUE_NS);
	assert_int_equal(feed.seen.exchanges, 1);
	assert_int_equal(feed.seen.opens, 1);
	assert_int_equal(feed.seen.status, 200);
	assert_int_equal(feed.seen.bytes, 3);
	pass_time(&feed, 10 * TOLD_NS);
	assert_int_equal(feed.seen.exchanges, 1);
	feed_record(&feed, &two);
	assert_int_equal(feed.seen.exchanges, 1);
	assert_int_equal(feed.seen.rests, 1);
	assert_int_equal(feed.seen.bytes, 8);
	close_talk(&talk);
	close_feed(&feed);
	assert_int_equal(yg_streams_counters(feed.streams)->exchanges, 1);
	yg_streams_free(&feed.streams);
}

static void without_time_nothing_is_told_before_its_end(void **state)
{
	static struct talk talk;
	struct feed feed;

	(void)state;
	open_feed(&feed, WAY_TLS, 0);
	begin_stream(&talk, &feed);
	pass_time(&feed, 10 * TOLD_NS);
	assert_int_equal(feed.seen.exchanges, 0);
	close_talk(&talk);
	close_feed(&feed);
	assert_int_equal(feed.seen.exchanges, 1);
	assert_int_equal(feed.seen.opens, 0);
	yg_streams_free(&feed.streams);
}

/* A slow answer is waited for; one that was lost is not. */
static void a_request_waits_for_its_answer_unless_that_was_lost(void **state)
{
	static struct talk talk;

	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		struct record more = body_of("", 0);
		struct feed feed;

		open_feed(&feed, WAY_TLS, DUE_NS);
		ask(&talk, open_talk(&talk));
		for (size_t i = 0; i < talk.count; i++)
			feed_record(&feed, &talk.records[i]);
		feed.offsets[1] += lost ? 100 : 0;
		feed.time_ns += SECOND_NS;
		feed_record(&feed, &more);
		pass_time(&feed, 4 * TOLD_NS);
		assert_int_equal(feed.seen.exchanges, lost);
		close_talk(&talk);
		close_feed(&feed);
		assert_int_equal(feed.seen.exchanges, 1);
		yg_streams_free(&feed.streams);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_every_request_whatever_run_of_records_is_lost),
		cmocka_unit_test(counts_every_request_whatever_holes_there_are),
		cmocka_unit_test(a_stream_that_goes_on_is_told_once_and_its_rest_at_the_end),
		cmocka_unit_test(without_time_nothing_is_told_before_its_end),
		cmocka_unit_test(a_request_waits_for_its_answer_unless_that_was_lost),
	};

	return cmocka_run_group_tests_name("parse/h2stream", tests, NULL, NULL);
}
