/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bpf/h1.bpf.h through sample.bpf.c: requests that are sent one behind the other are counted one by
 * one, in whatever segments they come, and nothing else is. Bundles larger than a test run takes:
 * tests/bpf/test_live.c.
 */
#include "sample_bench.h"

#define GET  "GET /a?b=1 HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST "POST /b HTTP/1.1\r\nHost: a\r\nContent-Type: x/y\r\n"
#define ODD  "a!#$%&'*+-.^_`|~9 /a HTTP/1.1\r\nHost: a\r\n\r\n"
#define LONG "A-METHOD-OF-MORE-THAN-THIRTY-TWO-CHARACTERS /a HTTP/1.1\r\nHost: a\r\n\r\n"
#define TEN  "Content-Length: 10\r\n\r\n0123456789"
#define OTHERS \
	"Cookie: a=b\r\nConnection: keep-alive\r\nTE: trailers\r\nCache-Control: no-cache\r\n"

static const struct {
	const char *name, *text;
	uint32_t requests;
} cases[] = {
	{ "one", GET, 1 },
	{ "three", GET GET GET, 3 },
	{ "other methods",
	  GET "HEAD /a/b/c HTTP/1.1\r\nHost: a\r\n\r\n"
	      "DELETE /a HTTP/1.1\r\nHost: a\r\n\r\nget /a/b/c/d HTTP/1.1\r\nHost: a\r\n\r\n",
	  4 },
	{ "odd methods", ODD GET ODD LONG GET LONG, 6 },
	{ "odd methods behind blank lines", GET "\r\n\r\n" LONG "\r\n" ODD, 3 },
	{ "blank lines between", GET "\r\n\r\n" GET "\n" GET, 3 },
	{ "bare LF", "GET / HTTP/1.1\nHost: a\n\nGET / HTTP/1.1\nHost: a\n\n", 2 },
	{ "a body between", POST TEN GET POST TEN POST TEN GET, 5 },
	{ "other fields", POST OTHERS TEN GET, 2 },
	{ "a field with a longer name",
	  "GET / HTTP/1.1\r\nX-Content-Length: 99\r\nContent-Lengths: 9\r\n\r\n" GET, 2 },
	{ "names and blanks of every kind", POST "cONTENT-LENGTH:\t 10 \r\n\r\n0123456789" GET, 2 },
	{ "no body said", POST "Content-Length: 0\r\n\r\n" GET, 2 },
	{ "a body full of requests", POST "Content-Length: 64\r\n\r\n" GET GET GET, 2 },
	{ "a body that begins with a head's end",
	  POST "Content-Length: 37\r\n\r\n\r\n\r\n" GET "\r\n" GET, 2 },
	{ "chunks", POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" GET, 2 },
	{ "chunks full of requests",
	  POST "transfer-encoding: chunked\r\n\r\n20;a=b\r\n" GET "\r\n20\r\n" GET
	       "\r\n0\r\nA: b\r\n\r\n" GET,
	  2 },
	{ "chunks in spite of a length",
	  POST
	  "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n000\r\n\r\n" GET,
	  2 },
	{ "a length in spite of chunks",
	  POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\na\r\n0\r\n\r\n" GET,
	  2 },
	{ "a body of which the most is to come", POST "Content-Length: 9999\r\n\r\n" GET GET, 1 },
	{ "a long head",
	  "GET /a HTTP/1.1\r\nX: " OTHERS OTHERS OTHERS OTHERS OTHERS OTHERS OTHERS "\r\n" GET, 2 },
};

/* Send @text in pieces that end at @cuts; all of it is copied. Return: request starts. */
static uint64_t send_cut(struct bench *b, const char *text, const size_t *cuts, size_t count)
{
	struct packet_spec spec = { .sport = b->sport++ };
	uint64_t requests = 0, copied = 0;
	size_t at = 0;

	for (size_t i = 0; i <= count; i++) {
		size_t end = i < count ? cuts[i] : strlen(text);

		spec.payload = text + at;
		spec.payload_len = end - at;
		requests += check_run(b, &spec, ROW(segment)).sample.request;
		copied += check_record(b)->data_len;
		at = end;
	}
	assert_int_equal(copied, strlen(text));
	return requests;
}

static void every_request_of_a_segment_counts(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].name);
		assert_int_equal(send_cut(b, cases[i].text, NULL, 0), cases[i].requests);
	}
}

static void the_same_in_two_segments_cut_anywhere(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].name);
		for (size_t cut = 1; cut < strlen(cases[i].text); cut++)
			assert_int_equal(send_cut(b, cases[i].text, &cut, 1), cases[i].requests);
	}
}

static void the_same_byte_by_byte(void **state)
{
	struct bench *b = *state;
	size_t cuts[1000];

	for (size_t i = 0; i < YG_ARRAY_SIZE(cuts); i++)
		cuts[i] = i + 1;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		size_t len = strlen(cases[i].text);

		print_message("  %s\n", cases[i].name);
		assert_in_range(len, 1, YG_ARRAY_SIZE(cuts));
		assert_int_equal(send_cut(b, cases[i].text, cuts, len - 1), cases[i].requests);
	}
}

/* Who once sends two at a time is looked at from there on: a request and a half is two. */
static void a_request_and_a_half_are_two(void **state)
{
	const size_t cuts[] = { strlen(GET GET), strlen(GET GET GET) + 7, strlen(GET GET GET GET) };
	struct bench *b = *state;

	assert_int_equal(send_cut(b, GET GET GET GET GET, cuts, YG_ARRAY_SIZE(cuts)), 5);
}

/* Each segment of a body begins like a request. */
static void segments_of_a_body_are_no_requests(void **state)
{
	const char *head = POST "Content-Length: 320\r\n\r\n";
	struct bench *b = *state;
	char text[1000];
	size_t cuts[12];

	(void)snprintf(text, sizeof(text), "%s%s%s", head, GET GET GET GET GET,
		       GET GET GET GET GET GET);
	for (size_t i = 0; i < 11; i++)
		cuts[i] = strlen(head) + i * strlen(GET);
	assert_int_equal(strlen(GET) * 10, 320);
	assert_int_equal(send_cut(b, text, cuts, 11), 2);
}

/* Then the next segment is judged by its first bytes. */
static void what_is_no_request_ends_the_walk(void **state)
{
	const char *const texts[] = { GET "\x16\x03\x01 " GET, GET "{\"a\": 1}\r\n\r\n" GET };
	struct bench *b = *state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(texts); i++) {
		char text[1000];
		size_t cut = strlen(texts[i]);

		assert_int_equal(send_cut(b, texts[i], NULL, 0), 1);
		(void)snprintf(text, sizeof(text), "%s%s", texts[i], GET GET);
		assert_int_equal(send_cut(b, text, &cut, 1), 3);
	}
}

/* Send @text at @seq of a connection. Return: request starts. */
static uint64_t send_at(struct bench *b, uint16_t port, uint32_t seq, const char *text)
{
	struct packet_spec spec = { .sport = port, .seq = seq, .payload = text };
	uint64_t requests = check_run(b, &spec, ROW(segment)).sample.request;

	assert_int_equal(check_record(b)->data_len, strlen(text)); /* user space compares */
	return requests;
}

static void what_is_sent_again_is_not_counted_again(void **state)
{
	const uint32_t one = strlen(GET), at = 0xfffffff0u;
	struct bench *b = *state;
	uint16_t port = b->sport++;

	assert_int_equal(send_at(b, port, at, GET), 1);
	assert_int_equal(send_at(b, port, at, GET), 0);
	assert_int_equal(send_at(b, port, at, GET GET), 1); /* with what comes next */
	assert_int_equal(send_at(b, port, at + one, GET), 0);
	assert_int_equal(send_at(b, port, at + 2 * one, GET GET "GET /h"), 3);
	assert_int_equal(send_at(b, port, at + 4 * one, "GET /half HTTP/1.1\r\n\r\n" GET), 1);
	assert_int_equal(send_at(b, port, at + 4 * one, "GET"), 0);
}

/* What comes late fills a hole, so it may be new. */
static void what_was_missing_counts_when_it_comes(void **state)
{
	const uint32_t one = strlen(GET);
	struct bench *b = *state;
	uint16_t port = b->sport++;

	assert_int_equal(send_at(b, port, 1000, GET), 1);
	assert_int_equal(send_at(b, port, 1000 + 2 * one, GET GET), 2);
	assert_int_equal(send_at(b, port, 1000 + one, GET), 1);
	assert_int_equal(send_at(b, port, 1000 + 4 * one, GET GET), 2);
}

/* Another connection between the same ends, whose beginning was not seen. */
static void another_connection_is_not_the_old_one_again(void **state)
{
	struct bench *b = *state;
	uint16_t port = b->sport++;

	assert_int_equal(send_at(b, port, 0x70000000u, GET), 1);
	assert_int_equal(send_at(b, port, 0x10000000u, GET), 1);
}

/* What is not sampled, and what finds no room, says how many requests it was. */
static void requests_that_are_not_read_are_counted_one_by_one(void **state)
{
	struct packet_spec spec = { .payload = GET GET POST TEN };
	struct bench *b = *state;
	uint8_t frame[PACKET_CAP];
	struct yg_counters c;

	spec.sport = b->sport++;
	rig_reset(&b->rig);
	rig_control(&b->rig, 0, 60 * SECOND_NS, 0, 1); /* none is chosen */
	(void)rig_run(b->skel->progs.yg_tc_ingress, frame, build_next(b, &spec, frame));
	c = rig_counters(&b->rig);
	assert_int_equal(c.sample.skip_sampled, 1);
	assert_int_equal(c.sample.request, 3);
	assert_int_equal(c.sample.skip_request, 3);
}

static void a_full_ring_loses_all_requests_of_a_segment(void **state)
{
	struct packet_spec spec = { .payload = GET GET GET };
	struct bench *b = bench_open();
	struct yg_counters c;
	uint64_t lost = 0;

	(void)state;
	b->skel->rodata->yg_config.body_budget = BUDGET;
	bench_load(b, 4096);
	spec.sport = b->sport++;
	rig_reset(&b->rig);
	for (int i = 0; i < 20; i++) {
		uint8_t frame[PACKET_CAP];

		(void)rig_run(b->skel->progs.yg_tc_ingress, frame, build_next(b, &spec, frame));
	}
	c = rig_counters(&b->rig);
	lost = c.sample.lost_ring;
	assert_true(lost > 0);
	assert_int_equal(c.sample.request, 60);
	assert_int_equal(c.sample.lost_request, 3 * lost);
	bench_close(b);
}

/* Each request brings a budget, and none is left out between. */
static void each_request_has_its_budget(void **state)
{
	static const char heads[] = GET GET POST "Content-Length: 2500\r\n\r\n";
	char text[sizeof(heads) - 1 + 2500];
	struct packet_spec spec = { .sport = 9, .payload = text, .payload_len = sizeof(text) };
	struct bench *b = *state;
	const struct yg_segment *seg;

	memset(text, 'b', sizeof(text));
	memcpy(text, heads, sizeof(heads) - 1);
	(void)check_run(b, &spec, ROW(segment));
	seg = check_record(b);
	assert_int_equal(seg->data_len, strlen(GET GET) + BUDGET);
	assert_int_equal(seg->payload_len, sizeof(text));
	assert_int_equal(seg->starts, 0); /* that is of HTTP/2 */
}

/*
 * A length may be a lie, or of a frame that the stack of the server dropped: what looks like a
 * request is none there, but it is copied, for user space to judge.
 */
static void a_body_hides_nothing(void **state)
{
	char text[BUDGET + 100] = POST "Content-Length: 1000000\r\n\r\n";
	struct packet_spec spec = { .payload = text, .payload_len = sizeof(text) };
	struct bench *b = *state;

	spec.sport = b->sport++;
	memset(text + strlen(text), 'b', sizeof(text) - strlen(text));
	assert_int_equal(check_run(b, &spec, ROW(segment)).sample.request, 1);
	spec.payload = GET GET;
	spec.payload_len = 0;
	assert_int_equal(check_run(b, &spec, ROW(segment)).sample.request, 0);
	assert_int_equal(check_record(b)->data_len, strlen(GET GET));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_request_of_a_segment_counts),
		cmocka_unit_test(the_same_in_two_segments_cut_anywhere),
		cmocka_unit_test(the_same_byte_by_byte),
		cmocka_unit_test(a_request_and_a_half_are_two),
		cmocka_unit_test(segments_of_a_body_are_no_requests),
		cmocka_unit_test(what_is_no_request_ends_the_walk),
		cmocka_unit_test(what_is_sent_again_is_not_counted_again),
		cmocka_unit_test(what_was_missing_counts_when_it_comes),
		cmocka_unit_test(another_connection_is_not_the_old_one_again),
		cmocka_unit_test(requests_that_are_not_read_are_counted_one_by_one),
		cmocka_unit_test(each_request_has_its_budget),
		cmocka_unit_test(a_body_hides_nothing),
	};
	const struct CMUnitTest own[] = {
		cmocka_unit_test(a_full_ring_loses_all_requests_of_a_segment),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/h1", tests, set_up, tear_down) +
	       cmocka_run_group_tests_name("bpf/h1, rings of its own", own, NULL, NULL);
}
