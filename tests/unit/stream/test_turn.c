/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Segments of a file in an order that they cannot have had on the wire. The client speaks in
 * capitals, the server does not; what they say is read in the order in which they acknowledge it.
 */
#include "stream/turn.h"

#include <arpa/inet.h>
#include <string.h>

#include "guard.h"
#include "laws.h"
#include "test.h"

#define FIN   0x01u
#define SYN   0x02u
#define RST   0x04u
#define C     1000u /* first sequence numbers */
#define S     5000u
#define GOT   800u
#define PAUSE "pause"
#define END   "end"

struct frame {
	bool server;
	uint8_t flags;
	uint32_t at, ack;
	const char *text; /* PAUSE: time passes; END: of the file; NULL: of the case */
};

struct world {
	struct yg_flows *flows;
	struct yg_pool *pool;
	struct yg_stream_counters counters;
	uint64_t now_ns, last_ns;
	uint8_t source;
	char got[GOT]; /* '?' lost, '|' another connection */
	size_t len;
};

static void put(struct world *world, char c)
{
	assert_true(world->len < GOT - 1);
	world->got[world->len++] = c;
}

static void on_run(void *ctx, struct yg_flow *flow, const struct yg_run *run)
{
	struct world *world = ctx;

	flow->server_dir = flow->ends[1].port == 80; /* as stage 3 would */
	world->counters.read_other += run->data ? run->len : 0;
	world->last_ns = run->time_ns;
	for (uint64_t i = 0; i < run->len && i < GOT / 4; i++)
		put(world, run->data ? (char)run->data[i] : '?');
}

static void on_end(void *ctx, struct yg_flow *flow, unsigned dir, uint64_t time_ns)
{
	(void)ctx;
	(void)flow;
	(void)dir;
	(void)time_ns;
}

static void on_close(void *ctx, struct yg_flow *flow)
{
	(void)flow;
	put(ctx, '|');
}

static void open_world(struct world *world, uint8_t source, size_t pool_bytes)
{
	const struct yg_flows_options options = { .flows_max = 2 };
	const struct yg_flow_sink sink = { world, on_run, on_end, NULL, on_close };

	*world = (struct world){ .now_ns = 1000 * YG_TURN_NS, .source = source };
	assert_int_equal(yg_pool_new(pool_bytes, &world->pool), 0);
	assert_int_equal(
		yg_flows_new(&options, &sink, world->pool, &world->counters, &world->flows), 0);
}

static void close_world(struct world *world)
{
	yg_flows_finish(world->flows);
	assert_null(broken_law(&world->counters, true));
	assert_int_equal(yg_pool_used(world->pool), 0);
	yg_flows_free(&world->flows);
	yg_pool_free(&world->pool);
}

static void give(struct world *world, const struct frame *frame)
{
	const uint32_t len = (uint32_t)strlen(frame->text);
	struct yg_segment meta = {
		.time_ns = ++world->now_ns,
		.offset = frame->at,
		.ack = frame->ack,
		.payload_len = len,
		.data_len = len,
		.tcp_flags = frame->flags,
		.source = world->source,
		.bind = YG_BIND_SOCKET,
	};
	GUARD_CLEANUP struct guard copy = guard_copy(frame->text, len);
	const struct yg_segment_view view = { &meta, (const uint8_t *)copy.ptr };

	meta.key.saddr[15] = frame->server ? 2 : 1;
	meta.key.daddr[15] = frame->server ? 1 : 2;
	meta.key.sport = htons(frame->server ? 80 : 1000);
	meta.key.dport = htons(frame->server ? 1000 : 80);
	yg_flows_segment(world->flows, &view);
	assert_null(broken_law(&world->counters, false));
}

static void pass(struct world *world)
{
	world->now_ns += YG_TURN_NS;
	yg_flows_tick(world->flows, world->now_ns);
}

static void play(struct world *world, const struct frame *frames, size_t count)
{
	for (size_t i = 0; i < count && frames[i].text; i++) {
		if (strcmp(frames[i].text, PAUSE) == 0)
			pass(world);
		else if (strcmp(frames[i].text, END) == 0)
			yg_flows_finish(world->flows);
		else
			give(world, &frames[i]);
	}
}

#define FRAMES_MAX 10
#define OPEN                            \
	{ false, SYN, C - 1, 0, "" },   \
	{                               \
		true, SYN, S - 1, C, "" \
	}

static const struct {
	const char *name;
	struct frame frames[FRAMES_MAX];
	const char *want;
	uint32_t ahead, vain;
} cases[] = {
	{ "as they were sent",
	  { OPEN,
	    { false, 0, C, S, "GET1" },
	    { true, 0, S, C + 4, "ok1" },
	    { false, 0, C + 4, S + 3, "GET2" } },
	  "GET1ok1GET2",
	  0,
	  0 },
	{ "each answer before its request",
	  { OPEN,
	    { true, 0, S, C + 4, "ok1" },
	    { false, 0, C, S, "GET1" },
	    { true, 0, S + 3, C + 8, "ok2" },
	    { false, 0, C + 4, S + 3, "GET2" } },
	  "GET1ok1GET2ok2",
	  2,
	  0 },
	{ "an answer before a part of its request",
	  { OPEN,
	    { false, 0, C + 2, S, "ST" },
	    { true, 0, S, C + 4, "ok1" },
	    { false, 0, C, S, "PO" } },
	  "POSTok1",
	  1,
	  0 },
	{ "a whole talk before what began it",
	  { OPEN,
	    { true, 0, S + 3, C + 8, "ok2" },
	    { false, 0, C + 4, S + 3, "GET2" },
	    { true, 0, S, C + 4, "ok1" },
	    { false, 0, C, S, "GET1" } },
	  "GET1ok1GET2ok2",
	  3,
	  0 },
	{ "a connection whose SYN and answer come last",
	  { { true, 0, S + 2, C + 4, "1" },
	    { false, 0, C + 2, S, "ST" },
	    { true, 0, S, C + 4, "ok" },
	    { true, SYN, S - 1, C, "" },
	    { false, 0, C, S, "PO" },
	    { false, SYN, C - 1, 0, "" } },
	  "POSTok1",
	  3,
	  0 },
	{ "one that was there before: nothing is read until the first are gathered",
	  { { true, 0, S, C + 4, "ok1" }, { false, 0, C + 2, S, "ST" }, { false, 0, C, S, "PO" } },
	  "",
	  3,
	  0 },
	{ "and then the lowest is the first",
	  { { true, 0, S, C + 4, "ok1" },
	    { false, 0, C + 2, S, "ST" },
	    { false, 0, C, S, "PO" },
	    { .text = PAUSE } },
	  "POSTok1",
	  3,
	  0 },
	{ "or when the file ends",
	  { { true, 0, S, C + 4, "ok1" }, { false, 0, C, S, "POST" }, { .text = END } },
	  "POSTok1|",
	  2,
	  0 },
	{ "an answer to what was lost waits for a while, then it tells of the loss",
	  { OPEN,
	    { false, 0, C, S, "GET1" },
	    { true, 0, S, C + 4, "ok1" },
	    { true, 0, S + 3, C + 8, "ok2" },
	    { .text = PAUSE },
	    { false, 0, C + 8, S + 6, "GET3" },
	    { true, 0, S + 6, C + 12, "ok3" } },
	  "GET1ok1????ok2GET3ok3",
	  1,
	  1 },
	{ "while the client is not heard, its answers wait no more",
	  { OPEN,
	    { false, 0, C, S, "GET1" },
	    { true, 0, S, C + 8, "ok2" },
	    { .text = PAUSE },
	    { true, 0, S + 3, C + 12, "ok3" },
	    { true, 0, S + 6, C + 16, "ok4" } },
	  "GET1????ok2????ok3????ok4",
	  1,
	  1 },
	{ "when it is, they do again",
	  { OPEN,
	    { false, 0, C, S, "GET1" },
	    { true, 0, S, C + 8, "ok2" },
	    { .text = PAUSE },
	    { false, 0, C + 8, S + 3, "GET3" },
	    { true, 0, S + 3, C + 16, "ok4" },
	    { false, 0, C + 12, S + 3, "GET4" } },
	  "GET1????ok2GET3GET4ok4",
	  2,
	  1 },
	{ "a loss is told of once, though an answer from before it comes again",
	  { { true, 0, S, C, "ok1" },
	    { .text = PAUSE },
	    { true, 0, S + 3, C + 4, "ok2" },
	    { .text = PAUSE },
	    { true, 0, S, C, "ok1" },
	    { true, 0, S + 6, C + 4, "ok3" } },
	  "ok1????ok2ok3",
	  2,
	  1 },
	{ "a FIN takes a number, and is no byte",
	  { OPEN,
	    { false, FIN, C, S, "GET1" },
	    { true, FIN, S, C + 5, "ok1" },
	    { false, 0, C + 5, S + 4, "" } },
	  "GET1ok1|",
	  0,
	  0 },
	{ "a FIN before what it ends, and what answers it",
	  { OPEN,
	    { true, FIN, S, C + 5, "ok1" },
	    { false, FIN, C + 4, S, "" },
	    { false, 0, C, S, "GET1" } },
	  "GET1ok1|",
	  1,
	  0 },
	{ "what is far ahead is of another connection",
	  { OPEN, { true, 0, S, C + YG_TURN_FAR_BYTES + 1, "ok1" } },
	  "ok1",
	  0,
	  0 },
	{ "another connection on the same ports ends the wait",
	  { OPEN,
	    { false, 0, C, S, "GET1" },
	    { true, 0, S, C + 8, "ok2" },
	    { false, SYN, 9000000, 0, "" },
	    { true, SYN, 90000, 9000001, "" },
	    { false, 0, 9000001, 90001, "GETX" },
	    { true, 0, 90001, 9000005, "okx" } },
	  "GET1????ok2|GETXokx",
	  1,
	  0 },
};

static void bytes_are_read_before_what_acknowledges_them(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct world world;

		print_message("%s\n", cases[i].name);
		open_world(&world, YG_SOURCE_FILE, 1u << 20);
		play(&world, cases[i].frames, FRAMES_MAX);
		world.got[world.len] = '\0';
		assert_string_equal(world.got, cases[i].want);
		assert_int_equal(world.counters.turn_ahead, cases[i].ahead);
		assert_int_equal(world.counters.turn_vain, cases[i].vain);
		close_world(&world);
	}
}

/* All of a connection are in one ring, in their order: an answer to what was lost tells of it. */
static void what_the_kernel_tells_never_waits(void **state)
{
	static const struct frame frames[] = {
		OPEN,
		{ false, 0, C, S, "GET1" },
		{ true, 0, S, C + 8, "ok2" },
	};
	struct world world;

	(void)state;

	open_world(&world, YG_SOURCE_INGRESS, 1u << 20);
	play(&world, frames, YG_ARRAY_SIZE(frames));
	world.got[world.len] = '\0';
	assert_string_equal(world.got, "GET1????ok2");
	assert_int_equal(world.counters.turn_ahead, 0);
	close_world(&world);
}

/* Nobody waited for the wait: the time is that of the segment. */
static void what_waited_has_its_own_time(void **state)
{
	static const struct frame frames[] = { OPEN, { true, 0, S, C + 8, "ok2" } };
	struct world world;
	uint64_t sent_ns;

	(void)state;

	open_world(&world, YG_SOURCE_FILE, 1u << 20);
	play(&world, frames, YG_ARRAY_SIZE(frames));
	sent_ns = world.now_ns;
	for (unsigned i = 0; i < 20; i++)
		pass(&world);
	assert_int_equal(world.last_ns, sent_ns);
	close_world(&world);
}

/* Captures merged by clocks that differ: there is always somebody who waits, and none in vain. */
static void a_wait_begins_anew_with_each_turn(void **state)
{
	struct world world;

	(void)state;

	open_world(&world, YG_SOURCE_FILE, 1u << 20);
	play(&world, (struct frame[]){ OPEN, { true, 0, S, C + 1, "a" } }, 3);
	for (uint32_t n = 0; n < 20; n++) {
		give(&world, &(struct frame){ true, 0, S + n + 1, C + n + 2, "a" });
		world.now_ns += YG_TURN_NS / 4;
		give(&world, &(struct frame){ false, 0, C + n, S + n, "G" });
	}
	assert_int_equal(world.counters.turn_ahead, 20 + 1);
	assert_int_equal(world.counters.turn_vain, 0);
	assert_int_equal(world.counters.gap, 0);
	close_world(&world);
}

static void no_more_wait_than_there_is_room_for(void **state)
{
	static const struct {
		const char *name;
		bool is_scarce;
		uint32_t room, read;
	} rows[] = {
		{ "as many as may", false, YG_TURN_MAX,
		  4 + 4 + YG_TURN_MAX + 1 }, /* and the loss */
		{ "none in a pool that is scarce", true, 0, 4 + 4 + 1 },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		void *blocks[64];
		struct world world;
		size_t taken = 0, cap;

		print_message("%s\n", rows[i].name);
		open_world(&world, YG_SOURCE_FILE, 1u << 21);
		while (rows[i].is_scarce && !yg_pool_is_scarce(world.pool))
			blocks[taken++] = yg_pool_take(world.pool, YG_POOL_BLOCK_MAX, &cap);
		play(&world, (struct frame[]){ OPEN, { false, 0, C, S, "GET1" } }, 3);
		for (uint32_t n = 0; n <= rows[i].room; n++) {
			assert_int_equal(world.counters.seg_queued, n);
			give(&world, &(struct frame){ true, 0, S + n, C + 8, "o" });
		}
		/* The first tells of the loss, for all. */
		assert_int_equal(world.counters.seg_queued, 0);
		assert_int_equal(world.counters.turn_vain, 1);
		assert_int_equal(world.len, rows[i].read);
		while (taken)
			yg_pool_give(world.pool, blocks[--taken]);
		close_world(&world);
	}
}

static void a_flow_that_makes_room_hands_on_what_waits(void **state)
{
	struct world world;

	(void)state;

	open_world(&world, YG_SOURCE_FILE, 1u << 20);
	give(&world, &(struct frame){ true, 0, S, C + 3, "ok" });
	for (uint8_t i = 3; i < 6; i++) {
		struct yg_segment meta = { .time_ns = ++world.now_ns,
					   .source = YG_SOURCE_FILE,
					   .tcp_flags = SYN,
					   .key = { .saddr = { [15] = i },
						    .daddr = { [15] = 9 } } };

		yg_flows_segment(world.flows, &(struct yg_segment_view){ &meta, NULL });
		assert_null(broken_law(&world.counters, false));
	}
	world.got[world.len] = '\0';
	assert_string_equal(world.got, "ok||");
	assert_int_equal(world.counters.flow_evicted, 2);
	close_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_read_before_what_acknowledges_them),
		cmocka_unit_test(what_the_kernel_tells_never_waits),
		cmocka_unit_test(what_waited_has_its_own_time),
		cmocka_unit_test(a_wait_begins_anew_with_each_turn),
		cmocka_unit_test(no_more_wait_than_there_is_room_for),
		cmocka_unit_test(a_flow_that_makes_room_hands_on_what_waits),
	};

	return cmocka_run_group_tests_name("stream/turn", tests, NULL, NULL);
}
