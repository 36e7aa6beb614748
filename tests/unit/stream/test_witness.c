/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames that the server's stack does not take (a wrong checksum, outside of its window), sent by
 * the client itself so that the sensor reads them instead of the requests: what this host
 * acknowledges decides.
 */
#include "stream/witness.h"

#include <arpa/inet.h>
#include <string.h>

#include "laws.h"
#include "stream/flow.h"
#include "test.h"

#define FIN    0x01u
#define SYN    0x02u
#define RST    0x04u
#define CLIENT 1000u /* first sequence numbers */
#define SERVER 5000u
#define FAR    9000000u
#define S_NS   1000000000ull
#define GOT    800u
#define PAUSE  "pause"
#define LINGER "linger"

struct frame {
	bool server;
	uint8_t flags;
	uint32_t at, ack;
	const char *text; /* PAUSE, LINGER: time passes for a hole, for a flow; NULL: the end */
};

struct world {
	struct yg_flows *flows;
	struct yg_pool *pool;
	struct yg_stream_counters counters;
	uint64_t now_ns;
	char got[GOT]; /* of the client; '?' lost, '|' another connection */
	size_t len;
	uint32_t ends;
};

static void put(struct world *world, char c)
{
	assert_true(world->len < GOT - 1);
	world->got[world->len++] = c;
}

static void on_run(void *ctx, struct yg_flow *flow, const struct yg_run *run)
{
	struct world *world = ctx;
	unsigned client = flow->ends[0].port == 80;

	flow->server_dir = (uint8_t)!client; /* as stage 3 would */
	world->counters.read_other += run->data ? run->len : 0;
	for (uint64_t i = 0; run->dir == client && i < run->len && i < GOT / 4; i++)
		put(world, run->data ? (char)run->data[i] : '?');
}

static void on_end(void *ctx, struct yg_flow *flow, unsigned dir, uint64_t time_ns)
{
	(void)flow;
	(void)dir;
	(void)time_ns;
	((struct world *)ctx)->ends++;
}

static void on_close(void *ctx, struct yg_flow *flow)
{
	(void)flow;
	put(ctx, '|');
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
		.source = frame->server ? YG_SOURCE_EGRESS : YG_SOURCE_INGRESS,
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

#define FRAMES_MAX 8

static const struct {
	const char *name;
	struct frame frames[FRAMES_MAX];
	const char *want;
	uint32_t opened, ends, contested, ignored;
} cases[] = {
	{ "one after the other",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, 0, CLIENT + 4, SERVER + 3, "GET2" } },
	  "GET1GET2",
	  1,
	  0,
	  0,
	  0 },
	{ "a FIN that nobody heeds does not end what the client says",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { false, FIN, CLIENT + 4, SERVER, "" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, 0, CLIENT + 4, SERVER + 3, "GET2" } },
	  "GET1GET2",
	  1,
	  0,
	  0,
	  0 },
	{ "nor does one far ahead keep the true one out",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { false, FIN, CLIENT + 400, SERVER, "" },
	    { false, FIN, CLIENT + 4, SERVER, "" },
	    { true, 0, SERVER, CLIENT + 5, "OK1" } },
	  "GET1",
	  1,
	  1,
	  0,
	  0 },
	{ "a FIN is true when it is acknowledged",
	  { { false, FIN, CLIENT, SERVER, "GET1" }, { true, 0, SERVER, CLIENT + 5, "OK1" } },
	  "GET1",
	  1,
	  1,
	  0,
	  0 },
	{ "or when the server has ended, too",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { true, FIN, SERVER, CLIENT + 4, "OK1" },
	    { false, FIN, CLIENT + 4, SERVER + 4, "" } },
	  "GET1|",
	  1,
	  2,
	  0,
	  0 },
	{ "in whatever order",
	  { { false, FIN, CLIENT, SERVER, "GET1" }, { true, FIN, SERVER, CLIENT + 4, "OK1" } },
	  "GET1|",
	  1,
	  2,
	  0,
	  0 },
	{ "a SYN with data is no new connection while this one goes on",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, SYN, FAR, 0, "GETX" },
	    { false, 0, CLIENT + 4, SERVER + 3, "GET2" },
	    { true, 0, SERVER + 3, CLIENT + 8, "OK2" },
	    { false, 0, CLIENT + 8, SERVER + 6, "GET3" } },
	  "GET1GET2GET3",
	  1,
	  0,
	  0,
	  0 },
	{ "it is when this host acknowledges it",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, SYN, FAR, 0, "GETX" },
	    { true, 0, 70000, FAR + 5, "OKX" },
	    { false, 0, FAR + 5, 70003, "GETY" },
	    { .text = PAUSE } },
	  "GET1|????GETY",
	  2,
	  2,
	  0,
	  0 },
	{ "or at once when this host answers it with its own, near as the numbers may be",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { true, SYN, SERVER + 100, CLIENT + 51, "" },
	    { false, 0, CLIENT + 51, SERVER + 101, "GET2" },
	    { true, SYN, SERVER + 100, CLIENT + 51, "" },
	    { true, 0, SERVER + 101, CLIENT + 55, "OK2" },
	    { false, 0, CLIENT + 55, SERVER + 104, "GET3" } },
	  "GET1|GET2GET3",
	  2,
	  2,
	  0,
	  0 },
	{ "its SYN that began this one begins no other",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { true, SYN, SERVER - 1, CLIENT, "" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, 0, CLIENT + 4, SERVER + 3, "GET2" } },
	  "GET1GET2",
	  1,
	  0,
	  0,
	  0 },
	{ "what is far ahead does not take the place of what comes",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, 0, CLIENT + 4000, SERVER + 3, "DECOY" },
	    { .text = PAUSE },
	    { false, 0, CLIENT + 4, SERVER + 3, "GET2" },
	    { true, 0, SERVER + 3, CLIENT + 8, "OK2" } },
	  "GET1GET2",
	  1,
	  0,
	  0,
	  0 },
	{ "what we missed and this host has is a gap",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, 0, CLIENT + 8, SERVER + 3, "GET3" },
	    { true, 0, SERVER + 3, CLIENT + 12, "OK2" } },
	  "GET1????GET3",
	  1,
	  0,
	  0,
	  0 },
	{ "after a while with all that came behind it",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, 0, CLIENT + 8, SERVER + 3, "GET3" },
	    { .text = PAUSE },
	    { true, 0, SERVER + 3, CLIENT + 12, "OK2" },
	    { false, 0, CLIENT + 12, SERVER + 6, "GET4" } },
	  "GET1????????GET4",
	  1,
	  0,
	  0,
	  0 },
	{ "a connection does not begin where its first frame says",
	  { { false, 0, CLIENT + 4000, SERVER, "DECOY" },
	    { false, 0, CLIENT, SERVER, "GET1" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, 0, CLIENT + 4, SERVER + 3, "GET2" } },
	  "DECOY|GET2",
	  2,
	  2,
	  0,
	  0 },
	{ "nor where a second one does; that is told when nothing else explains it",
	  { { false, 0, CLIENT + 4000, SERVER, "DECOY" },
	    { .text = PAUSE },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, 0, CLIENT + 0x300000, SERVER, "DECOY" },
	    { false, 0, CLIENT + 4, SERVER + 3, "GET2" } },
	  "DECOY|GET2",
	  2,
	  2,
	  1,
	  0 },
	{ "a RST that nobody heeds does not end what both say",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { false, RST, CLIENT + 4, 0, "" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, 0, CLIENT + 4, SERVER + 3, "GET2" },
	    { true, 0, SERVER + 3, CLIENT + 8, "OK2" },
	    { .text = LINGER } },
	  "GET1GET2",
	  1,
	  0,
	  0,
	  1 },
	{ "nor does one that the answer follows late",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { false, RST, CLIENT + 4, 0, "" },
	    { .text = PAUSE },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { .text = LINGER },
	    { false, 0, CLIENT + 4, SERVER + 3, "GET2" } },
	  "GET1GET2",
	  1,
	  0,
	  0,
	  1 },
	{ "a RST is true when nothing follows it",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { false, RST, CLIENT + 4, 0, "" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" }, /* was under way */
	    { .text = LINGER } },
	  "GET1|",
	  1,
	  2,
	  0,
	  0 },
	{ "or when this host answers it with one, or sent it",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { false, RST, CLIENT + 4, 0, "" },
	    { true, RST, SERVER, CLIENT + 4, "" },
	    { false, 0, CLIENT + 4, SERVER, "GET2" } },
	  "GET1|GET2",
	  2,
	  2,
	  0,
	  0 },
	{ "behind one the next connection of the same ports begins",
	  { { false, 0, CLIENT, SERVER, "GET1" },
	    { true, 0, SERVER, CLIENT + 4, "OK1" },
	    { false, RST, CLIENT + 4, 0, "" },
	    { false, 0, FAR, SERVER + 0x1000000, "GETA" },
	    { true, 0, SERVER + 0x1000000, FAR + 4, "OKA" },
	    { false, 0, FAR + 4, SERVER + 0x1000003, "GETB" } },
	  "GET1|GETAGETB",
	  2,
	  2,
	  0,
	  0 },
};

static void world_init(struct world *world)
{
	const struct yg_flow_sink sink = { world, on_run, on_end, NULL, on_close };
	const struct yg_flows_options options = { .flows_max = 4 };

	*world = (struct world){ .now_ns = S_NS };
	assert_int_equal(yg_pool_new(1 << 20, &world->pool), 0);
	assert_int_equal(
		yg_flows_new(&options, &sink, world->pool, &world->counters, &world->flows), 0);
}

static void world_clean(struct world *world)
{
	yg_flows_finish(world->flows);
	assert_null(broken_law(&world->counters, true));
	yg_flows_free(&world->flows);
	assert_int_equal(yg_pool_used(world->pool), 0);
	yg_pool_free(&world->pool);
}

static void reads_what_this_host_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct world world;

		print_message("  %s\n", cases[i].name);
		world_init(&world);
		for (size_t k = 0; k < FRAMES_MAX; k++) {
			const struct frame *frame = &cases[i].frames[k];

			if (frame->text && strcmp(frame->text, PAUSE) == 0)
				yg_flows_tick(world.flows, world.now_ns += 2 * YG_FLOW_GAP_NS);
			else if (frame->text && strcmp(frame->text, LINGER) == 0)
				yg_flows_tick(world.flows, world.now_ns += YG_FLOW_LINGER_NS);
			else if (frame->text)
				give(&world, frame);
		}
		world.got[world.len] = '\0';
		assert_string_equal(world.got, cases[i].want);
		assert_int_equal(world.counters.flow_opened, cases[i].opened);
		assert_int_equal(world.ends, cases[i].ends);
		assert_int_equal(world.counters.contested, cases[i].contested);
		assert_int_equal(world.counters.reset_ignored, cases[i].ignored);
		world_clean(&world);
	}
}

/* More than waits at once: none of it is what comes next. */
static void decoys_do_not_push_out_what_comes(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	give(&world, &(struct frame){ false, 0, CLIENT, SERVER, "GET1" });
	give(&world, &(struct frame){ true, 0, SERVER, CLIENT + 4, "OK1" });
	for (uint32_t i = 0; i < 3 * YG_EARLY_MAX; i++)
		give(&world, &(struct frame){ false, 0, CLIENT + 100 + 2 * i, SERVER, "x" });
	give(&world, &(struct frame){ false, 0, CLIENT + 4, SERVER + 3, "GET2" });
	world.got[world.len] = '\0';
	assert_string_equal(world.got, "GET1GET2");
	world_clean(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_this_host_reads),
		cmocka_unit_test(decoys_do_not_push_out_what_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
