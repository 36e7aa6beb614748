/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose address is certain: a frame names any sender, so this host's stack testifies. */
#include "parse/pairing.h"

#include <stdio.h>
#include <string.h>

#include "laws.h"
#include "parse/streams.h"
#include "test.h"

#define REQUEST "GET /v1/accounts/1 HTTP/1.1\r\nHost: a\r\n\r\n"
#define ANSWER	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define MB	(1u << 20)
#define CLIENT	1000u /* first sequence numbers */
#define SERVER	5000u
#define SENT	((uint32_t)strlen(REQUEST))

struct frame {
	bool server;	/* says that the server sends it */
	uint8_t source; /* enum yg_source */
	uint32_t at;	/* sequence number */
	uint32_t ack;
};

#define FIN 0x01
#define RST 0x04
#define SYN 0x02

struct seen {
	uint32_t broken;
	uint32_t asked;	   /* exchanges with a request */
	uint32_t answered; /* exchanges with both sides */
	uint32_t certain;  /* of them */
	uint32_t contested;
};

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	struct seen *seen = ctx;

	seen->asked += exchange->request.present;
	seen->answered += exchange->request.present && exchange->response.present;
	seen->broken += exchange->broken;
	seen->certain += exchange->addresses_certain;
	seen->contested += (exchange->request.anomalies & YG_ANOMALY_CONTESTED) != 0;
}

/* Of the connection whose client has this port. */
static void send_of(struct yg_streams *streams, uint16_t port, const struct frame *frame,
		    uint64_t time_ns, const char *text)
{
	struct yg_segment meta = {
		.time_ns = time_ns,
		.offset = frame->at,
		.ack = frame->ack,
		.payload_len = (uint32_t)strlen(text),
		.data_len = (uint32_t)strlen(text),
		.source = frame->source,
		.bind = YG_BIND_SOCKET,
	};
	GUARD_CLEANUP struct guard copy = guard_copy(text, meta.data_len);
	struct yg_segment_view view = { &meta, (const uint8_t *)copy.ptr };

	meta.key.saddr[15] = frame->server ? 2 : 1;
	meta.key.daddr[15] = frame->server ? 1 : 2;
	meta.key.sport = frame->server ? 80 : port;
	meta.key.dport = frame->server ? port : 80;
	yg_streams_view(streams, &view);
	assert_null(broken_law(yg_streams_counters(streams), false));
}

static void send_text(struct yg_streams *streams, const struct frame *frame, uint64_t time_ns,
		      const char *text)
{
	send_of(streams, 1000, frame, time_ns, text);
}

static void send(struct yg_streams *streams, const struct frame *frame, uint64_t time_ns)
{
	send_text(streams, frame, time_ns, frame->server ? ANSWER : REQUEST);
}

static struct seen run(const struct frame *frames, size_t count, struct yg_stream_counters *ret)
{
	const struct yg_streams_options options = { .flows_max = 4, .pool_bytes = 1 << 20 };
	struct yg_streams *streams;
	struct seen seen = { 0 };

	assert_int_equal(yg_streams_new(&options, on_exchange, &seen, &streams), 0);
	for (size_t i = 0; i < count; i++)
		send(streams, &frames[i], 1 + i);
	yg_streams_finish(streams);
	assert_null(broken_law(yg_streams_counters(streams), true));
	*ret = *yg_streams_counters(streams);
	yg_streams_free(&streams);
	return seen;
}

static const struct {
	const char *name;
	struct frame frames[2];
	uint32_t answered, certain;
} cases[] = {
	{ "an answer that left, and acknowledged the request, makes the client certain",
	  { { false, YG_SOURCE_INGRESS, CLIENT, SERVER },
	    { true, YG_SOURCE_EGRESS, SERVER, CLIENT + SENT } },
	  1,
	  1 },
	{ "so it does for requests taken at XDP",
	  { { false, YG_SOURCE_XDP, CLIENT, SERVER },
	    { true, YG_SOURCE_EGRESS, SERVER, CLIENT + SENT } },
	  1,
	  1 },
	{ "a capture file has no host to testify",
	  { { false, YG_SOURCE_FILE, CLIENT, 0 }, { true, YG_SOURCE_FILE, SERVER, 0 } },
	  1,
	  1 },
	{ "an answer that came in testifies nothing",
	  { { false, YG_SOURCE_INGRESS, CLIENT, SERVER },
	    { true, YG_SOURCE_INGRESS, SERVER, CLIENT + SENT } },
	  1,
	  0 },
	{ "an answer that does not acknowledge is not to this request",
	  { { false, YG_SOURCE_INGRESS, CLIENT, SERVER },
	    { true, YG_SOURCE_EGRESS, SERVER, CLIENT } },
	  1,
	  0 },
	{ "nor is one whose acknowledgement lies elsewhere",
	  { { false, YG_SOURCE_INGRESS, CLIENT, SERVER },
	    { true, YG_SOURCE_EGRESS, SERVER, CLIENT + SENT + 2 * MB } },
	  1,
	  0 },
	{ "a request alone testifies nothing",
	  { { false, YG_SOURCE_INGRESS, CLIENT, SERVER },
	    { false, YG_SOURCE_INGRESS, CLIENT, SERVER } },
	  0,
	  0 },
};

static void believes_only_what_the_stack_testifies(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_stream_counters counters;
		struct seen seen;

		print_message("  %s\n", cases[i].name);
		seen = run(cases[i].frames, YG_ARRAY_SIZE(cases[i].frames), &counters);
		assert_int_equal(seen.answered, cases[i].answered);
		assert_int_equal(seen.certain, cases[i].certain);
	}
}

/* A connection that runs, and an answer in the server's name from outside. */
static void refuses_the_hosts_own_name_from_outside(void **state)
{
	const uint32_t answer = (uint32_t)strlen(ANSWER);
	const struct frame frames[] = {
		{ false, YG_SOURCE_INGRESS, CLIENT, SERVER },
		{ true, YG_SOURCE_EGRESS, SERVER, CLIENT + SENT },
		{ true, YG_SOURCE_INGRESS, SERVER + answer, CLIENT + SENT },
		{ false, YG_SOURCE_INGRESS, CLIENT + SENT, SERVER + answer },
		{ true, YG_SOURCE_EGRESS, SERVER + answer, CLIENT + 2 * SENT },
	};
	struct yg_stream_counters counters;
	struct seen seen = run(frames, YG_ARRAY_SIZE(frames), &counters);

	(void)state;
	assert_int_equal(counters.seg_forged, 1);
	assert_int_equal(seen.answered, 2);
	assert_int_equal(seen.certain, 2);
}

/* A router's interfaces show each frame coming in and going out. */
static void reads_frames_that_pass_through(void **state)
{
	const struct frame frames[] = {
		{ false, YG_SOURCE_INGRESS, CLIENT, SERVER },
		{ false, YG_SOURCE_EGRESS, CLIENT, SERVER },
		{ true, YG_SOURCE_INGRESS, SERVER, CLIENT + SENT },
		{ true, YG_SOURCE_EGRESS, SERVER, CLIENT + SENT },
	};
	struct yg_stream_counters counters;
	struct seen seen = run(frames, YG_ARRAY_SIZE(frames), &counters);

	(void)state;
	assert_int_equal(seen.answered, 1);
	assert_int_equal(counters.seg_duplicate, 2);
	assert_int_equal(counters.seg_forged, 0);
}

/*
 * A decoy that the server's stack drops (its checksum is wrong) and the request itself, in one
 * place: the sensor reads the first, and says so. The next request is its own again.
 */
static void a_decoy_is_told_with_its_request(void **state)
{
	const struct yg_streams_options options = { .flows_max = 4, .pool_bytes = 1 << 20 };
	const uint32_t answer = (uint32_t)strlen(ANSWER);
	const struct frame request = { false, YG_SOURCE_INGRESS, CLIENT, SERVER };
	const struct frame reply = { true, YG_SOURCE_EGRESS, SERVER, CLIENT + SENT };
	const struct frame next = { false, YG_SOURCE_INGRESS, CLIENT + SENT, SERVER + answer };
	const struct frame last = { true, YG_SOURCE_EGRESS, SERVER + answer, CLIENT + 2 * SENT };
	char decoy[] = REQUEST;
	struct yg_streams *streams;
	struct seen seen = { 0 };

	(void)state;
	decoy[5] ^= 1;
	assert_int_equal(yg_streams_new(&options, on_exchange, &seen, &streams), 0);
	send_text(streams, &request, 1, decoy);
	send(streams, &request, 2);
	send(streams, &reply, 3);
	assert_int_equal(seen.answered, 1);
	assert_int_equal(seen.contested, 1);
	send(streams, &next, 4);
	send(streams, &last, 5);
	assert_int_equal(seen.answered, 2);
	assert_int_equal(seen.contested, 1);
	yg_streams_free(&streams);
}

/* Each request begins with a line end that is none: each is evidence, with its answer. */
static void odd_line_ends_hide_no_request(void **state)
{
	const struct yg_streams_options options = { .flows_max = 4, .pool_bytes = 1 << 20 };
	const uint32_t ask = 1 + SENT, answer = (uint32_t)strlen(ANSWER);
	struct yg_streams *streams;
	struct seen seen = { 0 };

	(void)state;
	assert_int_equal(yg_streams_new(&options, on_exchange, &seen, &streams), 0);
	for (uint32_t i = 0; i < 3; i++) {
		const struct frame request = { false, YG_SOURCE_FILE, CLIENT + i * ask, 0 };
		const struct frame reply = { true, YG_SOURCE_FILE, SERVER + i * answer, 0 };

		send_text(streams, &request, 2 * i + 1, "\n" REQUEST);
		send(streams, &reply, 2 * i + 2);
	}
	assert_int_equal(seen.answered, 3);
	assert_int_equal(yg_streams_counters(streams)->request_refused, 3);
	yg_streams_free(&streams);
}

#define UPGRADE(name) \
	"GET /up HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: " name "\r\n\r\n"
#define SWITCHING "HTTP/1.1 101 Switching Protocols\r\n\r\n"

static const struct {
	const char *name, *request, *answer;
} tunnels[] = {
	{ "WebSocket", UPGRADE("websocket"), SWITCHING },
	{ "HTTP/2", UPGRADE("h2c"), SWITCHING },
	{ "another protocol", UPGRADE("other"), SWITCHING },
	{ "CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n" },
};

/* What the client sent before the answer, and began like a head, is nobody's then. */
static void a_tunnel_gives_back_the_head_that_was_begun(void **state)
{
	const struct yg_streams_options options = { .flows_max = 4, .pool_bytes = 4 * 65536 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(tunnels); i++) {
		const uint32_t len = (uint32_t)strlen(tunnels[i].request);
		struct yg_streams *streams;
		struct seen seen = { 0 };

		print_message("  %s\n", tunnels[i].name);
		assert_int_equal(yg_streams_new(&options, on_exchange, &seen, &streams), 0);
		for (uint16_t port = 1; port <= 500; port++) {
			const struct frame request = { false, YG_SOURCE_FILE, CLIENT, 0 };
			const struct frame begun = { false, YG_SOURCE_FILE, CLIENT + len, 0 };
			const struct frame answer = { true, YG_SOURCE_FILE, SERVER, CLIENT + len };

			send_of(streams, port, &request, port, tunnels[i].request);
			send_of(streams, port, &begun, port, "GE");
			send_of(streams, port, &answer, port, tunnels[i].answer);
		}
		yg_streams_finish(streams);
		assert_null(broken_law(yg_streams_counters(streams), true));
		assert_int_equal(yg_streams_counters(streams)->lost_request, 0);
		assert_int_equal(seen.asked, 500);
		yg_streams_free(&streams);
	}
}

/* However little memory there is, a request is told of or counted as lost. */
static void an_upgrade_without_memory_loses_nothing_in_silence(void **state)
{
	const char *request = tunnels[1].request;
	const uint32_t len = (uint32_t)strlen(request);
	const struct frame ask = { false, YG_SOURCE_FILE, CLIENT, 0 };
	const struct frame answer = { true, YG_SOURCE_FILE, SERVER, CLIENT + len };

	(void)state;
	for (size_t slabs = 1; slabs <= 4; slabs++) {
		const struct yg_streams_options options = { .flows_max = 4,
							    .pool_bytes = slabs * 65536 };
		struct yg_streams *streams;
		struct seen seen = { 0 };

		assert_int_equal(yg_streams_new(&options, on_exchange, &seen, &streams), 0);
		send_text(streams, &ask, 1, request);
		send_text(streams, &answer, 2, SWITCHING);
		yg_streams_finish(streams);
		assert_null(broken_law(yg_streams_counters(streams), true));
		assert_int_equal(seen.asked + yg_streams_counters(streams)->lost_request, 1);
		yg_streams_free(&streams);
	}
}

/* One segment of a capture file; @flags of TCP. */
struct piece {
	bool server;
	uint8_t flags;
	uint32_t at, ack;
	const char *text;
};

static void put(struct yg_streams *streams, const struct piece *piece, uint64_t time_ns)
{
	struct yg_segment meta = {
		.time_ns = time_ns,
		.offset = piece->at,
		.ack = piece->ack,
		.tcp_flags = piece->flags,
		.payload_len = (uint32_t)strlen(piece->text),
		.data_len = (uint32_t)strlen(piece->text),
		.source = YG_SOURCE_FILE,
		.bind = YG_BIND_SOCKET,
	};
	const struct yg_segment_view view = { &meta, (const uint8_t *)piece->text };

	meta.key.saddr[15] = piece->server ? 2 : 1;
	meta.key.daddr[15] = piece->server ? 1 : 2;
	meta.key.sport = piece->server ? 80 : 1000;
	meta.key.dport = piece->server ? 1000 : 80;
	yg_streams_view(streams, &view);
}

#define OPEN                                      \
	{ false, SYN, CLIENT - 1, 0, "" },        \
	{                                         \
		true, SYN, SERVER - 1, CLIENT, "" \
	}
#define ASK                                       \
	{                                         \
		false, 0, CLIENT, SERVER, REQUEST \
	}
#define FAR  0x1000000u
#define HALF "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"

static const struct {
	const char *name;
	struct piece pieces[6];
	size_t count;
	uint32_t broken;
} endings[] = {
	{ "reset instead of an answer",
	  { OPEN, ASK, { true, RST, SERVER, CLIENT + 1, "" } },
	  4,
	  1 },
	{ "an end instead of an answer",
	  { OPEN,
	    ASK,
	    { true, FIN, SERVER, CLIENT + 1, "" },
	    { false, FIN, CLIENT + sizeof(REQUEST) - 1, SERVER + 1, "" } },
	  5,
	  1 },
	{ "an end within the answer",
	  { OPEN,
	    ASK,
	    { true, 0, SERVER, CLIENT + 1, HALF },
	    { true, FIN, SERVER + sizeof(HALF) - 1, CLIENT + 1, "" } },
	  5,
	  1 },
	{ "the client no longer waits",
	  { OPEN, ASK, { false, RST, CLIENT + sizeof(REQUEST) - 1, SERVER, "" } },
	  4,
	  1 },
	{ "nor does it when the same port asks for another connection",
	  { OPEN,
	    ASK,
	    { false, RST, CLIENT + sizeof(REQUEST) - 1, SERVER, "" },
	    { false, 0, CLIENT + FAR, SERVER + FAR, "X" } },
	  5,
	  1 },
	{ "a whole answer",
	  { OPEN,
	    ASK,
	    { true, 0, SERVER, CLIENT + 1, ANSWER },
	    { true, RST, SERVER + sizeof(ANSWER) - 1, CLIENT + 1, "" } },
	  5,
	  0 },
	{ "an answer of which a part was lost",
	  { OPEN,
	    ASK,
	    { true, 0, SERVER, CLIENT + 1, HALF },
	    { true, FIN, SERVER + sizeof(HALF) + 40, CLIENT + 1, "" },
	    { false, FIN, CLIENT + sizeof(REQUEST) - 1, SERVER + sizeof(HALF) + 41, "" } },
	  6,
	  0 },
	{ "the capture ends", { OPEN, ASK }, 3, 0 },
	{ "a server that is not heard",
	  { { false, SYN, CLIENT - 1, 0, "" },
	    ASK,
	    { false, RST, CLIENT + sizeof(REQUEST) - 1, SERVER, "" } },
	  3,
	  0 },
};

static void an_answer_that_never_ends_is_told_from_one_that_was_lost(void **state)
{
	const struct yg_streams_options options = { .flows_max = 4, .pool_bytes = 1 << 20 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(endings); i++) {
		struct yg_streams *streams;
		struct seen seen = { 0 };

		print_message("%s\n", endings[i].name);
		assert_int_equal(yg_streams_new(&options, on_exchange, &seen, &streams), 0);
		for (size_t k = 0; k < endings[i].count; k++)
			put(streams, &endings[i].pieces[k], 1 + k);
		yg_streams_finish(streams);
		yg_streams_free(&streams);
		assert_int_equal(seen.asked, 1);
		assert_int_equal(seen.broken, endings[i].broken);
	}
}

#define ANSWERED ((uint32_t)strlen(ANSWER))
#define SECOND	 1000000000ull

static void pass_seconds(struct yg_streams *streams, uint64_t *now_ns, int count)
{
	for (; count > 0; count--) {
		*now_ns += SECOND;
		yg_streams_tick(streams, *now_ns);
	}
}

/* Three requests; the first answer may be lost, the last one never comes. */
static void a_request_waits_for_its_answer_unless_that_was_lost(void **state)
{
	const struct yg_streams_options options = { .flows_max = 4,
						    .pool_bytes = 1 << 20,
						    .due_ns = 5 * SECOND };

	(void)state;
	for (uint32_t lost = 0; lost < 2; lost++) {
		struct frame ask = { false, YG_SOURCE_INGRESS, CLIENT, SERVER };
		struct frame answer = { true, YG_SOURCE_EGRESS, SERVER, CLIENT + SENT };
		struct yg_streams *streams;
		struct seen seen = { 0 };
		uint64_t now_ns = SECOND;

		assert_int_equal(yg_streams_new(&options, on_exchange, &seen, &streams), 0);
		for (uint32_t i = 0; i < 3; i++) {
			send(streams, &ask, now_ns);
			if (i == 1 || (i == 0 && !lost))
				send(streams, &answer, now_ns);
			pass_seconds(streams, &now_ns, 2);
			ask.at += SENT;
			ask.ack += ANSWERED;
			answer.at += ANSWERED;
			answer.ack += SENT;
		}
		assert_int_equal(seen.asked, 2);
		assert_int_equal(seen.answered, 2 - lost);
		pass_seconds(streams, &now_ns, 20);
		assert_int_equal(seen.asked, 2 + lost);
		yg_streams_finish(streams);
		assert_int_equal(seen.asked, 3);
		yg_streams_free(&streams);
	}
}

#define TOLD_CAP 128
#define ASK_A	 "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
#define ASK_B	 "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
#define SAY_200	 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define SAY_201	 "HTTP/1.1 201 OK\r\nContent-Length: 2\r\n\r\nok"
#define BODY_LEN 2

static void tell_pair(void *ctx, const struct yg_exchange *exchange)
{
	const struct yg_slice target = exchange->request.target;
	char *told = ctx;
	size_t len = strlen(told);

	(void)snprintf(told + len, TOLD_CAP - len, "%.*s-%u ", (int)target.len,
		       target.ptr ? target.ptr : "", exchange->response.status);
}

struct said {
	bool answer;
	const char *text;
	size_t lost; /* bytes before it */
	size_t cut;  /* bytes of its end that are lost */
};

/* The process reads requests, and writes answers. @at: bytes so far of both. */
static void say(struct yg_streams *streams, const struct said *said, uint64_t time_ns,
		uint64_t at[2])
{
	static struct yg_segment meta;
	const struct yg_segment_view view = { &meta, (const uint8_t *)said->text };
	size_t len = strlen(said->text) - said->cut;

	at[said->answer] += said->lost;
	meta = (struct yg_segment){
		.time_ns = time_ns,
		.offset = at[said->answer],
		.payload_len = (uint32_t)len,
		.data_len = (uint32_t)len,
		.source = said->answer ? YG_SOURCE_TLS_WRITE : YG_SOURCE_TLS_READ,
		.tgid = 7,
		.object = 0x10,
	};
	at[said->answer] += len;
	yg_streams_view(streams, &view);
}

/* What is lost is a hole before the next piece. */
static void under_tls_an_answer_behind_a_loss_is_nobodys(void **state)
{
	static const struct {
		const char *name;
		struct said said[5];
		const char *want;
	} rows[] = {
		{ "nothing is lost",
		  { { false, ASK_A, 0, 0 },
		    { true, SAY_200, 0, 0 },
		    { false, ASK_B, 0, 0 },
		    { true, SAY_201, 0, 0 } },
		  "/a-200 /b-201 " },
		{ "an answer and the next request, of which nobody has heard yet",
		  { { false, ASK_A, 0, 0 },
		    { true, SAY_200, 0, 0 },
		    { false, ASK_B, 0, 0 },
		    { true, SAY_201, sizeof(SAY_200) - 1, 0 } },
		  "/a-200 /b-0 -201 " },
		{ "an answer, when the next request is there",
		  { { false, ASK_A, 0, 0 },
		    { true, SAY_200, 0, 0 },
		    { false, ASK_B, 0, 0 },
		    { false, ASK_A, 0, 0 },
		    { true, SAY_201, sizeof(SAY_200) - 1, 0 } },
		  "/a-200 /b-0 /a-0 -201 " },
		{ "a body whose length is known",
		  { { false, ASK_A, 0, 0 },
		    { true, SAY_200, 0, BODY_LEN },
		    { false, ASK_B, 0, 0 },
		    { true, SAY_201, BODY_LEN, 0 } },
		  "/a-200 /b-201 " },
	};
	const struct yg_streams_options options = { .flows_max = 4, .pool_bytes = 1 << 20 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		struct yg_streams *streams;
		char told[TOLD_CAP] = "";
		uint64_t at[2] = { 0, 0 };

		print_message("%s\n", rows[i].name);
		assert_int_equal(yg_streams_new(&options, tell_pair, told, &streams), 0);
		for (size_t k = 0; k < 5 && rows[i].said[k].text; k++)
			say(streams, &rows[i].said[k], 1 + k, at);
		yg_streams_finish(streams);
		yg_streams_free(&streams);
		assert_string_equal(told, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_that_never_ends_is_told_from_one_that_was_lost),
		cmocka_unit_test(under_tls_an_answer_behind_a_loss_is_nobodys),
		cmocka_unit_test(believes_only_what_the_stack_testifies),
		cmocka_unit_test(refuses_the_hosts_own_name_from_outside),
		cmocka_unit_test(reads_frames_that_pass_through),
		cmocka_unit_test(a_decoy_is_told_with_its_request),
		cmocka_unit_test(odd_line_ends_hide_no_request),
		cmocka_unit_test(a_tunnel_gives_back_the_head_that_was_begun),
		cmocka_unit_test(an_upgrade_without_memory_loses_nothing_in_silence),
		cmocka_unit_test(a_request_waits_for_its_answer_unless_that_was_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
