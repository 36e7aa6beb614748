/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/begin.h"

#include "stream/turn.h"
#include "test.h"

#define SYN 0x02u

struct world {
	struct yg_stream_counters counters;
	struct yg_flow flow; /* its size is open: last */
};

static uint64_t first_of(const struct world *world)
{
	return world->flow.streams[0].first - YG_BEGIN_WIRE;
}

static void a_flow_is_joined_where_no_syn_begins_it(void **state)
{
	struct world with = { .counters = { 0 } }, without = { .counters = { 0 } };
	static struct yg_segment meta = { .offset = 999, .tcp_flags = SYN };

	(void)state;
	yg_begin_syn(&with.counters, &with.flow, 0, &meta);
	yg_begin_at(&without.counters, &without.flow, 0, YG_BEGIN_WIRE + 1000);
	yg_begin_at(&without.counters, &without.flow, 1, YG_BEGIN_WIRE + 5000);
	assert_int_equal(first_of(&with), 1000);
	assert_int_equal(first_of(&without), 1000);
	assert_int_equal(with.counters.flow_joined, 0);
	assert_int_equal(without.counters.flow_joined, 1);
}

/* What says where a direction begins, and where a guess at 1000 stands then. */
static const struct {
	const char *name;
	uint8_t source, flags;
	uint32_t at, ack;
	uint64_t syn, peer; /* first byte behind the SYN at @at; behind the peer's @ack */
} cases[] = {
	{ "in a file: before", YG_SOURCE_FILE, SYN, 899, 900, 900, 900 },
	{ "in a file: behind", YG_SOURCE_FILE, SYN, 1099, 1100, 1000, 1000 },
	{ "in a file: far away", YG_SOURCE_FILE, SYN, 5000000, 5000001, 1000, 1000 },
	{ "on the wire: anybody can say so", YG_SOURCE_INGRESS, SYN, 899, 900, 1000, 1000 },
};

static void a_guess_is_corrected_where_nobody_can_lie(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct world syn = { .counters = { 0 } }, peer = { .counters = { 0 } };
		static struct yg_segment meta;

		print_message("%s\n", cases[i].name);
		meta = (struct yg_segment){ .source = cases[i].source,
					    .tcp_flags = cases[i].flags,
					    .offset = cases[i].at,
					    .ack = cases[i].ack };
		yg_begin_at(&syn.counters, &syn.flow, 0, YG_BEGIN_WIRE + 1000);
		yg_begin_at(&peer.counters, &peer.flow, 0, YG_BEGIN_WIRE + 1000);
		syn.flow.streams[0].guessed = peer.flow.streams[0].guessed = true;
		yg_begin_syn(&syn.counters, &syn.flow, 0, &meta);
		yg_begin_guess(&peer.counters, &peer.flow, 0, &meta);
		assert_int_equal(first_of(&syn), cases[i].syn);
		assert_int_equal(first_of(&peer), cases[i].peer);
		assert_int_equal(syn.flow.streams[0].has_syn_new, cases[i].syn == 1000);
	}
}

/* The first byte is the judge; a hole before it is believed, if it is not too large. */
static void the_first_byte_confirms_a_guess(void **state)
{
	static const struct {
		uint64_t at, first;
	} rows[] = { { 1000, 1000 },
		     { 900, 900 },
		     { 1100, 1000 },
		     { 1000 + 2 * YG_FLOW_GUESS_BYTES, 1000 + 2 * YG_FLOW_GUESS_BYTES } };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		struct world world = { .counters = { 0 } };

		yg_begin_at(&world.counters, &world.flow, 0, YG_BEGIN_WIRE + 1000);
		world.flow.streams[0].guessed = true;
		yg_begin_confirm(&world.flow.streams[0], YG_BEGIN_WIRE + rows[i].at);
		assert_int_equal(first_of(&world), rows[i].first);
		assert_false(world.flow.streams[0].guessed);
		yg_begin_earlier(&world.flow.streams[0], 10); /* too late */
		assert_int_equal(first_of(&world), rows[i].first);
	}
}

/* The answer to a SYN tells where both directions begin. */
static void an_answered_syn_ends_the_gathering(void **state)
{
	struct world world = { .counters = { 0 } };
	static struct yg_segment meta = { .source = YG_SOURCE_FILE, .tcp_flags = SYN };

	(void)state;
	yg_begin_syn(&world.counters, &world.flow, 0, &meta);
	assert_int_equal(world.flow.gather, YG_GATHER_NONE);
	meta.ack = 1;
	yg_begin_syn(&world.counters, &world.flow, 1, &meta);
	assert_int_equal(world.flow.gather, YG_GATHER_OVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_is_joined_where_no_syn_begins_it),
		cmocka_unit_test(a_guess_is_corrected_where_nobody_can_lie),
		cmocka_unit_test(the_first_byte_confirms_a_guess),
		cmocka_unit_test(an_answered_syn_ends_the_gathering),
	};

	return cmocka_run_group_tests_name("stream/begin", tests, NULL, NULL);
}
