/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reassembly against a naive one: an array with one cell per byte, first writer wins. The order,
 * the overlaps and the conflicts are random; the seed is printed.
 */
#include "stream/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "laws.h"
#include "stream/flow.h"
#include "test.h"

#define BYTES	 600u
#define SEGMENTS 50u /* fewer than wait at once: nothing is given up for want of room */
#define ROUNDS	 2000u
#define UNSEEN	 0x100 /* cell values beyond a byte */
#define UNSENT	 0x101

struct world {
	struct yg_flows *flows;
	struct yg_pool *pool;
	struct yg_stream_counters counters;
	uint16_t naive[BYTES]; /* what was received first for each offset */
	uint16_t got[BYTES];   /* what was handed on */
	uint32_t got_len;
	uint32_t ends, closes;
	uint64_t seed;
};

static uint32_t random_below(struct world *world, uint32_t bound)
{
	world->seed++;
	return (uint32_t)(yg_hash_mix(world->seed * 0x9e3779b97f4a7c15u) % bound);
}

static void on_run(void *ctx, struct yg_flow *flow, const struct yg_run *run)
{
	struct world *world = ctx;

	(void)flow;
	world->counters.read_other += run->data ? run->len : 0; /* as stage 3 would */
	for (uint64_t i = 0; i < run->len; i++) {
		assert_true(world->got_len < BYTES);
		world->got[world->got_len++] =
			run->data ? run->data[i] : (uint16_t)(run->cut ? UNSENT : UNSEEN);
	}
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
	((struct world *)ctx)->closes++;
}

static void world_init(struct world *world, uint64_t seed)
{
	const struct yg_flow_sink sink = { world, on_run, on_end, NULL, on_close };
	const struct yg_flows_options options = { .flows_max = 4, .gap_ns = 100 };

	*world = (struct world){ .seed = seed };
	assert_int_equal(yg_pool_new(1 << 20, &world->pool), 0);
	assert_int_equal(
		yg_flows_new(&options, &sink, world->pool, &world->counters, &world->flows), 0);
}

static void world_clean(struct world *world)
{
	assert_null(broken_law(&world->counters, false));
	yg_flows_free(&world->flows);
	assert_int_equal(yg_pool_used(world->pool), 0);
	yg_pool_free(&world->pool);
}

struct sent {
	uint32_t at, len, have;
	uint8_t flags;
	uint32_t ack;
	uint64_t time_ns;
	bool server;
	uint32_t base;
	uint8_t source; /* 0: a file */
};

static void add(struct world *world, const struct sent *sent, const uint8_t *data)
{
	static struct yg_segment meta;
	GUARD_CLEANUP struct guard copy = guard_copy(data, sent->have);
	const struct yg_segment_view view = { &meta, (const uint8_t *)copy.ptr };

	meta = (struct yg_segment){
		.time_ns = sent->time_ns,
		.offset = (uint32_t)(sent->base + sent->at),
		.payload_len = sent->len,
		.data_len = sent->have,
		.source = sent->source ? sent->source : (uint8_t)YG_SOURCE_FILE,
		.tcp_flags = sent->flags,
		.ack = sent->ack,
	};
	meta.key.saddr[0] = sent->server ? 2 : 1;
	meta.key.daddr[0] = sent->server ? 1 : 2;
	yg_flows_segment(world->flows, &view);
	assert_null(broken_law(&world->counters, false));
}

static void add_text(struct world *world, struct sent sent, const char *text)
{
	sent.len = sent.have = (uint32_t)strlen(text);
	add(world, &sent, (const uint8_t *)text);
}

static void add_random(struct world *world, uint32_t base)
{
	uint32_t at = random_below(world, BYTES);
	uint32_t len = 1 + random_below(world, BYTES - at < 60 ? BYTES - at : 60);
	uint32_t have = random_below(world, 8) ? len : random_below(world, len);
	const struct sent sent = { .at = at, .len = len, .have = have, .base = base };
	uint8_t data[BYTES];

	for (uint32_t i = 0; i < len; i++) {
		uint16_t *cell = &world->naive[at + i];

		data[i] = (uint8_t)(at + i + (random_below(world, 10) == 0));
		if (*cell == UNSEEN)
			*cell = i < have ? data[i] : UNSENT;
	}
	if (len == 1 && at + 1 <= world->got_len)
		return; /* a keep-alive probe: nothing new, another row */
	add(world, &sent, data);
}

static void random_round(uint64_t seed)
{
	struct world world;
	uint32_t last = BYTES;

	world_init(&world, seed);
	for (uint32_t i = 0; i < BYTES; i++)
		world.naive[i] = UNSEEN;
	add(&world, &(struct sent){ .base = 0xffffff00u - 1, .flags = 2 }, (const uint8_t *)"");
	for (uint32_t i = 0; i < SEGMENTS; i++)
		add_random(&world, 0xffffff00u);
	yg_flows_finish(world.flows);
	while (last > 0 && world.naive[last - 1] == UNSEEN)
		last--;
	assert_int_equal(world.got_len, last);
	assert_memory_equal(world.got, world.naive, last * sizeof(world.got[0]));
	assert_null(broken_law(&world.counters, true));
	assert_int_equal(world.counters.gap_budget, 0);
	world_clean(&world);
}

static void equals_the_naive_reassembly(void **state)
{
	uint64_t seed = (uint64_t)(uintptr_t)&random_round ^ 0x5eed;
	const char *given = getenv("YG_TEST_SEED");

	(void)state;
	if (given)
		seed = strtoull(given, NULL, 0);
	print_message("  YG_TEST_SEED=%#lx\n", (unsigned long)seed);
	for (uint32_t i = 0; i < ROUNDS; i++)
		random_round(seed + i * 1000003ull);
}

static void expect(const struct world *world, const char *want)
{
	assert_int_equal(world->got_len, strlen(want));
	for (uint32_t i = 0; i < world->got_len; i++)
		assert_int_equal(world->got[i], want[i] == '?'	 ? UNSEEN
						: want[i] == '!' ? UNSENT
								 : (unsigned char)want[i]);
}

static void gives_a_hole_up_after_a_while(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_text(&world, (struct sent){ .at = 0, .time_ns = 1000 }, "ab");
	add_text(&world, (struct sent){ .at = 4, .time_ns = 1010 }, "ef");
	expect(&world, "ab");
	yg_flows_tick(world.flows, 1109);
	expect(&world, "ab");
	yg_flows_tick(world.flows, 1110);
	expect(&world, "ab??ef");
	assert_int_equal(world.counters.gap_timeout, 1);
	add_text(&world, (struct sent){ .at = 2, .time_ns = 1200 }, "cd");
	assert_int_equal(world.counters.seg_duplicate, 1);
	world_clean(&world);
}

static void gives_a_hole_up_when_the_peer_has_it(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_text(&world, (struct sent){ .source = YG_SOURCE_INGRESS, .at = 0, .base = 100 }, "ab");
	add_text(&world, (struct sent){ .source = YG_SOURCE_INGRESS, .at = 4, .base = 100 }, "ef");
	add_text(&world, (struct sent){ .source = YG_SOURCE_INGRESS, .server = true, .ack = 103 },
		 "");
	expect(&world, "ab");
	add_text(&world, (struct sent){ .source = YG_SOURCE_INGRESS, .server = true, .ack = 104 },
		 "");
	expect(&world, "ab??ef");
	assert_int_equal(world.counters.gap_acked, 1);
	world_clean(&world);
}

static void gives_a_hole_up_when_too_much_waits(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_text(&world, (struct sent){ .at = 0 }, "a");
	for (uint32_t i = 0; i < YG_EARLY_MAX; i++)
		add_text(&world, (struct sent){ .at = 2 + 2 * i }, "b");
	assert_int_equal(world.counters.seg_queued, 0);
	assert_int_equal(world.counters.gap_budget, YG_EARLY_MAX);
	assert_int_equal(world.got_len, 1 + 2 * YG_EARLY_MAX);
	world_clean(&world);
}

static void reads_single_bytes_last_first(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_text(&world, (struct sent){ .at = 0 }, "a");
	for (uint32_t i = 3 * YG_EARLY_MAX; i > 0; i--) /* of some their length alone */
		add(&world, &(struct sent){ .at = i, .len = 1, .have = i % 6 > 0 }, (void *)"x");
	for (uint32_t i = 1; i <= 3 * YG_EARLY_MAX; i++)
		assert_int_equal(world.got[i], i % 6 ? 'x' : UNSENT);
	assert_int_equal(world.counters.seg_ahead, world.got_len - 1); /* each once; none waits */
	world_clean(&world);
}

static void counts_what_it_has_seen_before(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_text(&world, (struct sent){ .at = 0 }, "abcd");
	add_text(&world, (struct sent){ .at = 0 }, "abcd");
	add_text(&world, (struct sent){ .at = 2 }, "cdef");
	add_text(&world, (struct sent){ .at = 5 }, "f"); /* a keep-alive probe with its byte */
	assert_int_equal(world.counters.seg_duplicate, 1);
	assert_int_equal(world.counters.seg_overlap, 1);
	assert_int_equal(world.counters.seg_probe, 1);
	add_text(&world, (struct sent){ .at = 8 }, "ij");
	add_text(&world, (struct sent){ .at = 8 }, "iX");
	assert_int_equal(world.counters.byte_conflict, 2);
	add_text(&world, (struct sent){ .at = 6 }, "gh");
	expect(&world, "abcdefghij");
	world_clean(&world);
}

static void joins_in_the_middle(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_text(&world, (struct sent){ .at = 10 }, "kl");
	add_text(&world, (struct sent){ .at = 8 }, "ij");
	expect(&world, "kl");
	assert_int_equal(world.counters.flow_joined, 1);
	assert_int_equal(world.counters.seg_duplicate, 1);
	world_clean(&world);
}

/* The first acknowledgement says where the peer was: what it sent since then is missing. */
static void sees_a_loss_before_the_first_byte_of_a_direction(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_text(&world, (struct sent){ .source = YG_SOURCE_INGRESS, .at = 0, .ack = 500 }, "ab");
	add_text(&world, (struct sent){ .source = YG_SOURCE_INGRESS, .server = true, .at = 503 },
		 "XY");
	expect(&world, "ab");
	yg_flows_finish(world.flows);
	expect(&world, "ab???XY");
	world_clean(&world);
}

static void lets_the_first_byte_correct_a_forged_acknowledgement(void **state)
{
	static const uint32_t starts[] = { 7, 0x7000000, 0xff000000 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(starts); i++) {
		struct world world;

		world_init(&world, 1);
		add_text(&world, (struct sent){ .source = YG_SOURCE_INGRESS, .at = 0, .ack = 500 },
			 "ab");
		add_text(&world,
			 (struct sent){
				 .source = YG_SOURCE_INGRESS, .server = true, .at = starts[i] },
			 "XY");
		expect(&world, "abXY");
		world_clean(&world);
	}
}

static void ends_by_fin_of_both_and_keeps_retransmissions_out(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_text(&world, (struct sent){ .at = 0, .flags = 1 }, "ab");
	assert_int_equal(world.ends, 0); /* anybody can say so: the peer has not heard it yet */
	add_text(&world, (struct sent){ .server = true, .flags = 1 }, "");
	assert_int_equal(world.ends, 2);
	assert_int_equal(world.closes, 1);
	add_text(&world, (struct sent){ .at = 0, .flags = 1 }, "ab");
	assert_int_equal(world.counters.flow_opened, 1);
	assert_int_equal(world.counters.seg_duplicate, 1);
	add_text(&world, (struct sent){ .at = 0x1000000, .flags = 0 }, "xy");
	assert_int_equal(world.counters.flow_opened, 2);
	expect(&world, "abxy");
	world_clean(&world);
}

static void ignores_a_reset_out_of_place(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_text(&world, (struct sent){ .at = 0 }, "ab");
	add_text(&world, (struct sent){ .at = 50, .flags = 4 }, "");
	assert_int_equal(world.closes, 0);
	add_text(&world, (struct sent){ .at = 2, .flags = 4 }, "");
	assert_int_equal(world.closes, 0); /* anybody can say so */
	yg_flows_tick(world.flows, YG_FLOW_LINGER_NS);
	assert_int_equal(world.closes, 1);
	assert_int_equal(world.counters.flow_closed, 1);
	world_clean(&world);
}

/*
 * A segment that the receiver drops (a wrong checksum, outside of its window) is seen here all the
 * same: read first, it would be taken for what the server read.
 */
static void tells_when_two_contents_come_for_one_place(void **state)
{
	static const struct {
		const char *name, *first, *second;
		uint32_t at; /* of the second */
		uint32_t acked;
		bool contested;
	} cases[] = {
		{ "the same again", "GET /aaa", "GET /aaa", 0, 0, false },
		{ "other bytes", "GET /aaa", "GET /bbb", 0, 0, true },
		{ "one byte, in a longer segment", "GET /aaa", "GET /aab HTTP/1.1", 0, 0, true },
		{ "in a shorter segment with other bounds", "GET /aaa", "bb", 6, 0, true },
		{ "behind, and the same where they meet", "GET /aaa", "aa HTTP/1.1", 6, 0, false },
		{ "after it was acknowledged", "GET /aaa", "GET /bbb", 0, 8, false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct world world;

		print_message("  %s\n", cases[i].name);
		world_init(&world, 0);
		add_text(&world, (struct sent){ .base = 1000 }, cases[i].first);
		if (cases[i].acked)
			add(&world,
			    &(struct sent){
				    .base = 1, .server = true, .ack = 1000 + cases[i].acked },
			    NULL);
		add_text(&world, (struct sent){ .base = 1000, .at = cases[i].at }, cases[i].second);
		assert_int_equal(world.counters.contested, cases[i].contested);
		assert_int_equal(world.counters.byte_conflict != 0, cases[i].contested);
		assert_memory_equal(&world.got[0], &(uint16_t){ 'G' }, sizeof(uint16_t));
		world_clean(&world);
	}
}

/* A decoy behind a hole: the true bytes come before the hole is filled. */
static void tells_of_a_decoy_that_waits(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 0);
	add_text(&world, (struct sent){ .base = 1000 }, "GET ");
	add_text(&world, (struct sent){ .base = 1000, .at = 6 }, "decoy");
	add_text(&world, (struct sent){ .base = 1000, .at = 4 }, "/1truth");
	assert_int_equal(world.counters.contested, 1);
	world_clean(&world);
}

static void holds_no_more_than_its_budget(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 0);
	for (uint32_t i = 0; i < 2 * YG_HELD_MAX; i++)
		add_text(&world, (struct sent){ .base = 1000, .at = i * 8 }, "GET /aaa");
	assert_int_equal(world.counters.hold_lost, YG_HELD_MAX);
	world_clean(&world);
}

/* One forged SYN must not end our view of a connection; data behind it prove that it is new. */
static void believes_a_syn_only_with_data(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_text(&world, (struct sent){ .at = 0, .flags = 2 }, "");
	add_text(&world, (struct sent){ .at = 1 }, "ab");
	add_text(&world, (struct sent){ .at = 5000, .flags = 2 }, "");
	add_text(&world, (struct sent){ .at = 3 }, "cd");
	expect(&world, "abcd");
	assert_int_equal(world.counters.flow_opened, 1);
	add_text(&world, (struct sent){ .at = 5001 }, "ef");
	assert_int_equal(world.counters.flow_opened, 2);
	expect(&world, "abcdef");
	world_clean(&world);
}

static void ends_idle_flows_by_time(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_text(&world, (struct sent){ .at = 0, .time_ns = 1 }, "ab");
	yg_flows_tick(world.flows, YG_FLOW_IDLE_NS);
	assert_int_equal(yg_flows_count(world.flows), 1);
	yg_flows_tick(world.flows, 1 + YG_FLOW_IDLE_NS);
	assert_int_equal(yg_flows_count(world.flows), 0);
	assert_int_equal(world.counters.flow_idle, 1);
	assert_int_equal(world.closes, 1);
	world_clean(&world);
}

static void makes_room_for_the_newest(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	for (uint32_t i = 0; i < 10; i++) {
		static struct yg_segment meta;
		const struct yg_segment_view view = { &meta, (const uint8_t *)"a" };

		meta = (struct yg_segment){ .time_ns = i, .payload_len = 1, .data_len = 1 };
		meta.source = YG_SOURCE_TLS_READ;
		meta.tgid = 1 + i;
		yg_flows_segment(world.flows, &view);
	}
	assert_int_equal(yg_flows_count(world.flows), 4);
	assert_int_equal(world.counters.flow_evicted, 6);
	yg_flows_finish(world.flows);
	assert_int_equal(world.closes, 10);
	world_clean(&world);
}

/* A frame of the wire: of connection @port, and from which side. */
static void add_frame(struct world *world, uint16_t port, bool server, uint64_t time_ns)
{
	static struct yg_segment meta;
	const struct yg_segment_view view = { &meta, (const uint8_t *)"a" };

	meta = (struct yg_segment){ .time_ns = time_ns, .payload_len = 1, .data_len = 1 };
	meta.source = server ? YG_SOURCE_EGRESS : YG_SOURCE_INGRESS;
	meta.ack = 2;
	meta.tcp_flags = 0x10;
	meta.key.saddr[0] = server ? 2 : 1;
	meta.key.daddr[0] = server ? 1 : 2;
	meta.key.sport = server ? 80 : port;
	meta.key.dport = server ? port : 80;
	yg_flows_segment(world->flows, &view);
}

/* Frames without a connection, each in a name of its own, while one connection is served. */
static void made_up_flows_push_out_only_each_other(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add_frame(&world, 1, false, 1);
	add_frame(&world, 1, true, 2);
	for (uint16_t i = 0; i < 100; i++)
		add_frame(&world, (uint16_t)(100 + i), false, 3u + i);
	assert_int_equal(world.counters.flow_evicted, 97);
	add_frame(&world, 1, true, 200); /* sent again: the flow is there, and knows it */
	assert_int_equal(world.counters.flow_opened, 101);
	assert_int_equal(world.counters.seg_probe, 1);
	world_clean(&world);
}

/* A table full of true flows has room for the next one to be proven in. */
static void true_flows_leave_room_for_new_ones(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	for (uint16_t i = 0; i < 8; i++) {
		add_frame(&world, (uint16_t)(1 + i), false, i);
		add_frame(&world, (uint16_t)(1 + i), true, i);
	}
	add_frame(&world, 8, true, 100);
	assert_int_equal(world.counters.flow_opened, 8);
	assert_int_equal(world.counters.seg_probe, 1);
	world_clean(&world);
}

static void refuses_lengths_that_cannot_be(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, 1);
	add(&world, &(struct sent){ .len = 1, .have = 2 }, (const uint8_t *)"ab");
	assert_int_equal(world.counters.seg_invalid, 1);
	assert_int_equal(yg_flows_count(world.flows), 0);
	world_clean(&world);
}

/* 3 GB of a body are not sampled: more than half the number space lies between two segments. */
static void finds_the_message_behind_a_huge_unread_body(void **state)
{
	struct yg_stream stream = { .next = 1ull << 32, .started = true };

	(void)state;
	assert_true(yg_stream_unwrap(&stream, 0xffffffff) == (1ull << 32) - 1);
	assert_true(yg_stream_unwrap(&stream, 3000000000u) < stream.next);
	stream.unwanted = 3000000000u;
	assert_true(yg_stream_unwrap(&stream, 3000000000u) == stream.next + 3000000000u);
}

static void new_table_refuses_a_cap_beyond_the_limit(void **state)
{
	const struct yg_flows_options options = { .flows_max = YG_FLOWS_LIMIT + 1 };
	const struct yg_flow_sink sink = { NULL, on_run, on_end, NULL, on_close };
	struct yg_stream_counters counters;
	struct yg_flows *flows = NULL;

	(void)state;
	assert_int_equal(yg_flows_new(&options, &sink, NULL, &counters, &flows), -EINVAL);
	assert_null(flows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_the_naive_reassembly),
		cmocka_unit_test(gives_a_hole_up_after_a_while),
		cmocka_unit_test(gives_a_hole_up_when_the_peer_has_it),
		cmocka_unit_test(gives_a_hole_up_when_too_much_waits),
		cmocka_unit_test(reads_single_bytes_last_first),
		cmocka_unit_test(counts_what_it_has_seen_before),
		cmocka_unit_test(joins_in_the_middle),
		cmocka_unit_test(sees_a_loss_before_the_first_byte_of_a_direction),
		cmocka_unit_test(lets_the_first_byte_correct_a_forged_acknowledgement),
		cmocka_unit_test(ends_by_fin_of_both_and_keeps_retransmissions_out),
		cmocka_unit_test(ignores_a_reset_out_of_place),
		cmocka_unit_test(tells_when_two_contents_come_for_one_place),
		cmocka_unit_test(tells_of_a_decoy_that_waits),
		cmocka_unit_test(holds_no_more_than_its_budget),
		cmocka_unit_test(believes_a_syn_only_with_data),
		cmocka_unit_test(ends_idle_flows_by_time),
		cmocka_unit_test(makes_room_for_the_newest),
		cmocka_unit_test(made_up_flows_push_out_only_each_other),
		cmocka_unit_test(true_flows_leave_room_for_new_ones),
		cmocka_unit_test(refuses_lengths_that_cannot_be),
		cmocka_unit_test(finds_the_message_behind_a_huge_unread_body),
		cmocka_unit_test(new_table_refuses_a_cap_beyond_the_limit),
	};

	return cmocka_run_group_tests_name("stream/stream", tests, NULL, NULL);
}
