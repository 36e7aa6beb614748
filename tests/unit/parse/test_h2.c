/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2.h"

#include <arpa/inet.h>
#include <string.h>

#include "laws.h"
#include "parse/streams.h"
#include "test.h"

#define HEADERS	 1u
#define PING	 6u /* of one byte: against RFC 9113 section 6.7 */
#define SETTINGS "\0\0\0\4\0\0\0\0\0"

struct world {
	struct yg_streams *streams;
	uint64_t requests;
	uint32_t at; /* sequence number */
	uint32_t id; /* of the next stream */
	uint64_t time_ns;
	uint16_t port;	/* of the client */
	uint16_t asker; /* port of who asked last */
};

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	struct world *world = ctx;

	world->requests += exchange->request.present;
	world->asker = exchange->client.port;
}

static void give(struct world *world, const void *data, size_t len)
{
	struct yg_segment meta = {
		.time_ns = world->time_ns,
		.offset = world->at,
		.payload_len = (uint32_t)len,
		.data_len = (uint32_t)len,
		.source = YG_SOURCE_FILE,
		.bind = YG_BIND_SOCKET,
	};
	GUARD_CLEANUP struct guard copy = guard_copy(data, len);
	const struct yg_segment_view view = { &meta, (const uint8_t *)copy.ptr };

	meta.key.saddr[15] = 1;
	meta.key.daddr[15] = 2;
	meta.key.sport = world->port;
	world->at += (uint32_t)len;
	yg_streams_view(world->streams, &view);
	assert_null(broken_law(yg_streams_counters(world->streams), false));
}

/* A segment of its own: a frame of @type, and of a block the three fields of "GET /". */
static void give_frame(struct world *world, uint8_t type)
{
	uint8_t bytes[12] = { 0, 0, type == HEADERS ? 3 : 1, type, type == HEADERS ? 5 : 0 };

	if (type == HEADERS) {
		bytes[7] = (uint8_t)(world->id >> 8);
		bytes[8] = (uint8_t)world->id;
		memcpy(bytes + 9, "\x82\x86\x84", 3);
		world->id += 2;
	}
	give(world, bytes, type == HEADERS ? 12 : 10);
}

static void give_preface(struct world *world)
{
	give(world, yg_h2_preface, YG_H2_PREFACE);
	give(world, SETTINGS, YG_H2_HEADER);
}

static void world_init_late(struct world *world)
{
	const struct yg_streams_options options = { .flows_max = 64, .pool_bytes = 8 << 20 };

	*world = (struct world){ .at = 1, .id = 1, .time_ns = 1 };
	assert_int_equal(yg_streams_new(&options, on_exchange, world, &world->streams), 0);
}

static void world_init(struct world *world)
{
	world_init_late(world);
	give_preface(world);
}

static void world_clean(struct world *world)
{
	yg_streams_finish(world->streams);
	assert_null(broken_law(yg_streams_counters(world->streams), true));
	yg_streams_free(&world->streams);
}

/*
 * RFC 9113 section 5.4.1: a peer that breaks the rules is hung up on. To find its frames and learn
 * its table anew each time costs far more than to send what breaks them.
 */
static void gives_a_direction_up_that_goes_on_against_the_rules(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	for (uint32_t i = 0; i < 2 * YG_H2_REFUSALS_MAX; i++) {
		give_frame(&world, HEADERS);
		give_frame(&world, PING);
	}
	assert_in_range(yg_streams_counters(world.streams)->h2_invalid, YG_H2_REFUSALS_MAX,
			YG_H2_REFUSALS_MAX + 2);
	assert_true(yg_streams_counters(world.streams)->read_refused > 0);
	world_clean(&world);
	assert_in_range(world.requests, YG_H2_REFUSALS_MAX, YG_H2_REFUSALS_MAX + 2);
}

/* Where frames begin is a guess at times: a wrong one now and then ends nothing. */
static void reads_on_behind_a_frame_now_and_then(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	for (uint32_t i = 0; i < 2 * YG_H2_REFUSALS_MAX; i++) {
		for (uint32_t k = 0; k < YG_H2_REFUSAL_BLOCKS; k++)
			give_frame(&world, HEADERS);
		give_frame(&world, PING);
	}
	assert_int_equal(yg_streams_counters(world.streams)->h2_invalid, 2 * YG_H2_REFUSALS_MAX);
	world_clean(&world);
	assert_int_equal(world.requests, 2 * YG_H2_REFUSALS_MAX * YG_H2_REFUSAL_BLOCKS);
}

/* A server begins with SETTINGS, and so does a client behind its preface. */
static void settings_behind_what_was_missed_are_anybodys(void **state)
{
	struct world world;

	(void)state;
	world_init_late(&world);
	world.port = htons(40000);
	give(&world, SETTINGS, YG_H2_HEADER);
	for (uint32_t i = 0; i < 3; i++)
		give_frame(&world, HEADERS);
	world_clean(&world);
	assert_int_equal(world.requests, 3);
	assert_int_equal(world.asker, 40000);
}

#define FIELD 3000u /* bytes of a value that the table holds; each mention of it is one byte */

/* Fills the header table with one large field, then mentions it ten times in each request. */
static void give_mentions(struct world *world, uint32_t requests)
{
	uint8_t bytes[FIELD + 64] = { 0, 0, 0, HEADERS, 5, 0, 0, 0, 1 };
	static const uint8_t mentions[] = { 0,	  0,	13,   HEADERS, 4,    0,	   0,	 0,
					    0,	  0x82, 0x86, 0x84,    0xbe, 0xbe, 0xbe, 0xbe,
					    0xbe, 0xbe, 0xbe, 0xbe,    0xbe, 0xbe };
	const size_t len = 3 + 3 + 3 + FIELD; /* three fields, a name of one byte, the length */
	uint8_t *p = bytes + YG_H2_HEADER;

	bytes[1] = (uint8_t)(len >> 8);
	bytes[2] = (uint8_t)len;
	memcpy(p, "\x82\x86\x84\x40\x01x\x7f", 7);
	p[7] = (uint8_t)(0x80 | (FIELD - 127) % 128);
	p[8] = (uint8_t)((FIELD - 127) / 128);
	memset(p + 9, 'a', FIELD);
	give(world, bytes, YG_H2_HEADER + len);
	for (world->id = 3; requests > 0; requests--, world->id += 2) {
		memcpy(bytes, mentions, sizeof(mentions));
		bytes[7] = (uint8_t)(world->id >> 8);
		bytes[8] = (uint8_t)world->id;
		give(world, bytes, sizeof(mentions));
	}
}

/* 22 bytes that become 30 KB: no connection holds more than its share. */
static void a_connection_holds_no_more_than_its_share(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	give_mentions(&world, 500);
	assert_int_equal(yg_streams_counters(world.streams)->h2_block, 501);
	assert_true(yg_streams_counters(world.streams)->h2_evicted > 0);
	assert_int_equal(yg_streams_counters(world.streams)->lost_request, 0);
	world_clean(&world);
	assert_int_equal(world.requests, 501);
}

/* Many connections hold their share and say no more: others are read again after a while. */
static void idle_flows_make_room_when_memory_is_scarce(void **state)
{
	static const char get[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	const struct yg_stream_counters *c;
	struct world world;
	uint64_t lost;

	(void)state;
	world_init(&world);
	c = yg_streams_counters(world.streams);
	for (world.port = 1; world.port <= 2 * YG_H2_SHARE; world.port++) {
		world.at = 1;
		give_preface(&world);
		give_mentions(&world, 100);
	}
	assert_true(c->lost_request > 0);
	yg_streams_tick(world.streams, world.time_ns + YG_FLOW_SCARCE_NS - 1);
	assert_int_equal(c->flow_evicted, 0);
	for (uint64_t i = 0; i < 10; i++)
		yg_streams_tick(world.streams, world.time_ns + YG_FLOW_SCARCE_NS + i);
	assert_in_range(c->flow_evicted, 1, world.port);
	lost = c->lost_request;
	world.time_ns += YG_FLOW_SCARCE_NS + 10;
	world.at = 1;
	give(&world, get, sizeof(get) - 1);
	assert_int_equal(c->lost_request, lost);
	world_clean(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_a_direction_up_that_goes_on_against_the_rules),
		cmocka_unit_test(reads_on_behind_a_frame_now_and_then),
		cmocka_unit_test(settings_behind_what_was_missed_are_anybodys),
		cmocka_unit_test(a_connection_holds_no_more_than_its_share),
		cmocka_unit_test(idle_flows_make_room_when_memory_is_scarce),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
