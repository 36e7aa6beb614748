/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection with any run of its records missing: each request that was sent is an exchange, or
 * is counted as missed; in clear and under TLS. And what is told of streams that go on for long.
 */
#include "parse/h2stream.h"

#include "h2_talk.h"

#define REQUESTS 24u
#define SEED	 20261122u
#define ROUNDS	 3000

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

/* A file has nobody to tell what was before its first record, and after its last. */
static bool is_told(const struct talk *talk, enum way way, const bool *is_missing)
{
	bool begins = false, ends = false;

	for (size_t i = 0; i < talk->count; i++) {
		const struct record *record = &talk->records[i];

		begins |= !is_missing[i] && record->preface;
		if (record->starts)
			ends = !is_missing[i];
	}
	return way != WAY_FILE || (begins && ends);
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
	holds = accounted(c) + untold(&feed) == talk->asked;
	if (!holds)
		print_error(
			"  way %d: parsed %lu, answers alone %lu, missed %lu, lost %lu, untold %lu of %u\n",
			way, c->request_parsed, c->exchange_no_request, c->h2_request_missed,
			c->lost_request, untold(&feed), talk->asked);
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

/* --- answers that do not come -------------------------------------------------------------- */

enum piece { NOTHING, RESET, HALF, WHOLE, LOSS, UNREAD, END, REST };

struct ending {
	const char *name;
	bool by_client; /* who resets, or ends */
	enum piece pieces[3];
	uint32_t broken;
};

static const struct ending endings[] = {
	{ "the server resets instead of an answer", false, { RESET }, 1 },
	{ "the server resets within the answer", false, { HALF, RESET }, 1 },
	{ "the client no longer waits", true, { RESET }, 0 },
	{ "the server has answered, and wants no more", false, { WHOLE, RESET }, 0 },
	{ "a reset behind a loss", false, { LOSS, RESET }, 0 },
	{ "a reset behind an answer that cannot be read", false, { UNREAD, RESET }, 0 },
	{ "the server ends the connection", false, { END }, 1 },
	{ "the server ends the connection within the answer", false, { HALF, END }, 1 },
	{ "the probes rest, if there are any", false, { REST }, 0 },
	{ "the connection is left open", false, { NOTHING }, 0 },
};

static void feed_rest(struct feed *feed)
{
	const struct yg_segment meta = {
		.time_ns = feed->time_ns,
		.source = YG_SOURCE_TLS_REST,
		.tgid = 1,
		.object = CLIENT_PORT,
	};

	if (feed->way == WAY_TLS)
		yg_streams_view(feed->streams, &(struct yg_segment_view){ .meta = &meta });
}

static void feed_piece(struct talk *talk, struct feed *feed, const struct ending *ending, size_t i)
{
	struct record record = { .server = !ending->by_client };

	switch (ending->pieces[i]) {
	case RESET:
		put_frame(&record, YG_H2_RST_STREAM, 0, 1, "\0\0\0\2", 4);
		break;
	case HALF:
		answer(talk, 1);
		record = talk->records[talk->count - 1];
		record.len -= YG_H2_HEADER + 2;
		break;
	case WHOLE:
		answer(talk, 1);
		record = talk->records[talk->count - 1];
		break;
	case LOSS:
		feed->offsets[record.server] += 100;
		put_frame(&record, YG_H2_PING, 0, 0, "12345678", 8);
		break;
	case UNREAD: /* index 0 is none */
		put_frame(&record, YG_H2_HEADERS, YG_H2_END_HEADERS, 1, "\x80", 1);
		break;
	case END:
		for (int side = 0; side < 2; side++)
			feed_record(feed, &(struct record){ .server = side, .close = true });
		return;
	case REST:
		feed_rest(feed);
		return;
	case NOTHING:
		return;
	}
	feed_record(feed, &record);
}

static void an_answer_that_never_ends_is_told_from_one_that_was_lost(void **state)
{
	static struct talk talk;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(endings) * WAY_MAX; i++) {
		const struct ending *ending = &endings[i / WAY_MAX];
		struct feed feed;

		print_message("%s, way %zu\n", ending->name, i % WAY_MAX);
		open_feed(&feed, (enum way)(i % WAY_MAX), 0);
		feed_syn(&feed);
		ask(&talk, open_talk(&talk));
		for (size_t k = 0; k < talk.count; k++)
			feed_record(&feed, &talk.records[k]);
		for (size_t k = 0; k < YG_ARRAY_SIZE(ending->pieces); k++) {
			feed.time_ns += SECOND_NS;
			feed_piece(&talk, &feed, ending, k);
		}
		close_feed(&feed);
		assert_int_equal(feed.seen.exchanges, 1);
		assert_int_equal(feed.seen.broken, ending->broken);
		close_talk(&talk);
		yg_streams_free(&feed.streams);
	}
}

/* --- whom requests ask --------------------------------------------------------------------- */

/* Two requests with a loss between: the second names its host by an entry of before. */
static void what_a_request_names_is_told_by_those_before_it(void **state)
{
	static const struct {
		const char *name;
		size_t from, lost; /* records that are missing; 0: none */
		const char *want;
	} rows[] = {
		{ "nothing is lost", 0, 0, "" },
		{ "a loss between the two", 3, 1, "api.example.com" },
		{ "joined late: nothing else is known", 0, 3, "" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows) * WAY_MAX; i++) {
		static struct talk talk;
		bool is_missing[RECORDS_MAX] = { false };
		struct record *lost;
		struct feed feed;

		print_message("%s, way %zu\n", rows[i / WAY_MAX].name, i % WAY_MAX);
		ask(&talk, open_talk(&talk)); /* records 0 and 1 */
		answer(&talk, 1);
		lost = next_record(&talk, false);
		put_frame(lost, YG_H2_PING, 0, 0, "12345678", 8);
		ask(&talk, next_record(&talk, false));
		answer(&talk, 3);
		close_talk(&talk);
		for (size_t k = 0; k < rows[i / WAY_MAX].lost; k++)
			is_missing[rows[i / WAY_MAX].from + k] = true;
		open_feed(&feed, (enum way)(i % WAY_MAX), 0);
		feed_without(&feed, &talk, is_missing);
		close_feed(&feed);
		assert_int_equal(feed.seen.status, 404); /* of stream 3 */
		assert_string_equal(feed.seen.named, rows[i / WAY_MAX].want);
		yg_streams_free(&feed.streams);
	}
}

/* @first: bytes of it that come alone; 0: none. */
static void feed_in_pieces(struct feed *feed, const struct record *record, size_t first)
{
	struct record head = { .server = record->server }, rest = { .server = record->server };

	put(&head, record->bytes, first);
	put(&rest, record->bytes + first, record->len - first);
	if (first)
		feed_record(feed, &head);
	feed_record(feed, &rest);
}

/*
 * What a TLS object moved before its first call under a probe is not known, so what is heard first
 * has offset 0. Some read the header of a frame alone, then its payload; some a part of that.
 */
static void a_tls_connection_that_was_there_before_the_probes_is_read(void **state)
{
	static const size_t firsts[] = { 0, YG_H2_HEADER, YG_H2_HEADER + 1 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(firsts) * 2; i++) {
		static struct talk talk;
		struct feed feed;

		ask(&talk, open_talk(&talk));
		answer(&talk, 1);
		open_feed(&feed, WAY_TLS, 0);
		for (uint32_t stream = 3; stream < 7; stream += 2) {
			ask(&talk, next_record(&talk, false));
			feed_in_pieces(&feed, &talk.records[talk.count - 1], firsts[i / 2]);
			answer(&talk, stream);
			feed_in_pieces(&feed, &talk.records[talk.count - 1],
				       i % 2 ? firsts[i / 2] : 0);
		}
		close_talk(&talk);
		close_feed(&feed);
		assert_int_equal(feed.seen.exchanges, 2);
		assert_int_equal(feed.seen.requests, 2);
		assert_int_equal(yg_streams_counters(feed.streams)->stream_other, 0);
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
		cmocka_unit_test(an_answer_that_never_ends_is_told_from_one_that_was_lost),
		cmocka_unit_test(what_a_request_names_is_told_by_those_before_it),
		cmocka_unit_test(a_tls_connection_that_was_there_before_the_probes_is_read),
	};

	return cmocka_run_group_tests_name("parse/h2stream", tests, NULL, NULL);
}
