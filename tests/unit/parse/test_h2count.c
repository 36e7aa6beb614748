/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections of thousands of requests with a ring that is full most of the time: whole runs of
 * records of both directions are lost, and each request is counted once all the same.
 */
#include "parse/h2count.h"

#include "h2_talk.h"

#define SEED	    20261123u
#define CONNECTIONS 8u
#define STREAMS	    100u  /* open per connection */
#define ASKED	    2500u /* per connection */
#define RUN_LOST    140u  /* records in a row, at most */
#define RUN_TAKEN   60u

/* --- the law itself -------------------------------------------------------------------------- */

static uint64_t missed_of(struct yg_h2_count *count, bool is_coming)
{
	struct yg_stream_counters counters = { .h2_request_missed = count->missed };

	yg_h2_count_settle(count, &counters, is_coming);
	return counters.h2_request_missed;
}

static void misses_what_the_kernel_counted_and_nobody_told_of(void **state)
{
	struct yg_stream_counters counters = { .seg_rx = 0 };
	struct yg_h2_count count = { .lost = 0 };

	(void)state;
	assert_false(yg_h2_count_is_kernel(&count));
	yg_h2_count_record(&count, &counters, 0, 3, 4);
	yg_h2_count_record(&count, &counters, 1, 2, 0); /* told late */
	assert_true(yg_h2_count_is_kernel(&count));
	assert_int_equal(counters.h2_lost_told, 3);
	assert_int_equal(missed_of(&count, false), 7);
	assert_int_equal(missed_of(&count, true), 6);
	for (uint32_t id = 1; id < 7; id += 2) {
		yg_h2_count_read(&count, id > 1 ? id - 2 : 0, id, 0, true);
		yg_h2_count_show(&count, id, false);
	}
	assert_int_equal(missed_of(&count, false), 4);
	count.bare = 3; /* three more are answered just now */
	assert_int_equal(missed_of(&count, false), 1);
}

static void counts_by_identifiers_where_the_kernel_does_not(void **state)
{
	struct yg_h2_count count = { .lost = 0 };

	(void)state;
	yg_h2_count_read(&count, 0, 7, 0, true); /* 1, 3 and 5 in a hole */
	yg_h2_count_show(&count, 7, false);
	assert_int_equal(missed_of(&count, false), 3);
	yg_h2_count_show(&count, 3, false); /* answered after all */
	assert_int_equal(missed_of(&count, false), 2);
	yg_h2_count_show(&count, 11, true); /* answered before the client's bytes */
	assert_int_equal(missed_of(&count, false), 2);
	yg_h2_count_read(&count, 7, 13, 0, true); /* 9 and 11 in a hole */
	yg_h2_count_show(&count, 13, false);
	assert_int_equal(missed_of(&count, false), 3);
	yg_h2_count_read(&count, 13, 14, 0, true); /* no client's */
	assert_int_equal(count.read, 8);
}

/* --- long connections ------------------------------------------------------------------------ */

struct load {
	struct talk talk;
	struct feed feed;
	uint32_t open[STREAMS]; /* asked and not answered */
	uint32_t open_count;
	uint32_t interfaces; /* that see it */
};

/* What room there is for the next records, of all connections alike. */
struct ring {
	uint32_t left;
	bool is_full;
};

static bool ring_takes(struct ring *ring)
{
	if (ring->left-- == 0) {
		ring->is_full = !ring->is_full;
		ring->left = (uint32_t)rand() % (ring->is_full ? RUN_LOST : RUN_TAKEN);
	}
	return !ring->is_full;
}

/* The kernel counts at each: a bridge and its port. */
static void feed_at_interfaces(struct feed *feed, const struct record *record, uint32_t count)
{
	for (feed->ifindex = 1; feed->ifindex <= count; feed->ifindex++)
		feed_segment(feed, record->server, record, record->close ? 0x11 : 0x18);
}

/* Hand on what was said since the last time, as far as the ring takes it. */
static void feed_said(struct load *load, struct ring *ring)
{
	struct feed *feed = &load->feed;

	for (size_t i = 0; i < load->talk.count; i++) {
		const struct record *record = &load->talk.records[i];

		if (!ring_takes(ring))
			feed->lost += record->starts;
		else
			feed_at_interfaces(feed, record, load->interfaces);
		feed->offsets[record->server] += record->len;
	}
	load->talk.count = 0;
}

static void say_some(struct load *load)
{
	uint32_t asked = (uint32_t)rand() % 30, answered = (uint32_t)rand() % 30;
	struct record *record = next_record(&load->talk, false);

	put_frame(record, YG_H2_WINDOW_UPDATE, 0, 0, "\0\0\1\0", 4);
	for (; asked && load->open_count < STREAMS && load->talk.asked < ASKED; asked--) {
		ask(&load->talk, record);
		record = &load->talk.records[load->talk.count - 1];
		load->open[load->open_count++] = 2 * load->talk.asked - 1;
	}
	for (; answered && load->open_count; answered--) {
		uint32_t *stream = &load->open[(uint32_t)rand() % load->open_count];

		answer(&load->talk, *stream);
		*stream = load->open[--load->open_count];
	}
}

static bool is_over(const struct load *load)
{
	return load->talk.asked == ASKED && load->open_count == 0;
}

/* All connections in turns, until each has said all. */
static void run_loads(struct load *loads, struct ring *ring)
{
	uint32_t over = 0;

	for (uint32_t i = 0; i < CONNECTIONS; i++) {
		(void)open_talk(&loads[i].talk);
		feed_said(&loads[i], ring);
	}
	while (over < CONNECTIONS) {
		over = 0;
		for (uint32_t i = 0; i < CONNECTIONS; i++) {
			for (uint32_t k = 0; k < CONNECTIONS; k++)
				loads[k].feed.time_ns += 100000;
			if (is_over(&loads[i]))
				over++;
			else
				say_some(&loads[i]);
			feed_said(&loads[i], ring);
		}
	}
	for (uint32_t i = 0; i < CONNECTIONS; i++) {
		close_talk(&loads[i].talk);
		feed_said(&loads[i], ring);
	}
}

/* Return: requests with no outcome, or with two. */
static int64_t run_ring(enum way way, size_t pool_bytes, uint32_t interfaces)
{
	static struct load loads[CONNECTIONS];
	const struct yg_streams_options options = {
		.flows_max = 16, .pool_bytes = pool_bytes, .preludes_max = 4, .due_ns = SECOND_NS
	};
	const struct yg_stream_counters *c;
	struct ring ring = { .left = 30 };
	int64_t rest = (int64_t)ASKED * CONNECTIONS;

	for (uint32_t i = 0; i < CONNECTIONS; i++) {
		loads[i].open_count = 0;
		loads[i].interfaces = interfaces;
		loads[i].feed = (struct feed){ .way = way,
					       .offsets = { 1000, 1000 },
					       .time_ns = SECOND_NS,
					       .port = (uint16_t)(CLIENT_PORT + i) };
		if (way == WAY_TLS)
			loads[i].feed.offsets[0] = loads[i].feed.offsets[1] = 0;
	}
	assert_int_equal(
		yg_streams_new(&options, on_exchange, &loads[0].feed.seen, &loads[0].feed.streams),
		0);
	for (uint32_t i = 1; i < CONNECTIONS; i++)
		loads[i].feed.streams = loads[0].feed.streams;
	run_loads(loads, &ring);
	close_feed(&loads[0].feed);
	c = yg_streams_counters(loads[0].feed.streams);
	for (uint32_t i = 0; i < CONNECTIONS; i++)
		rest -= loads[i].feed.lost;
	rest += (int64_t)c->h2_lost_told - (int64_t)accounted(c);
	print_message("  way %d: read %lu, answers alone %lu, missed %lu, lost %lu, evicted %lu: "
		      "%ld left\n",
		      way, c->request_parsed, c->exchange_no_request, c->h2_request_missed,
		      c->lost_request, c->h2_evicted, rest);
	yg_streams_free(&loads[0].feed.streams);
	return rest;
}

static void counts_every_request_of_long_connections(void **state)
{
	(void)state;
	srand(SEED);
	for (int way = WAY_TLS; way <= WAY_WIRE; way++)
		assert_int_equal(run_ring((enum way)way, 16u << 20, 1), 0);
}

static void counts_once_what_two_interfaces_show(void **state)
{
	(void)state;
	srand(SEED);
	assert_int_equal(run_ring(WAY_WIRE, 16u << 20, 2), 0);
}

/* Requests and answers are given up, and lost, for want of memory. */
static void counts_every_request_when_memory_is_scarce(void **state)
{
	(void)state;
	srand(SEED);
	for (int way = WAY_TLS; way <= WAY_WIRE; way++) {
		for (uint32_t slabs = 4; slabs <= 32; slabs *= 2)
			assert_int_equal(run_ring((enum way)way, slabs << 16, 1), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(misses_what_the_kernel_counted_and_nobody_told_of),
		cmocka_unit_test(counts_by_identifiers_where_the_kernel_does_not),
		cmocka_unit_test(counts_every_request_of_long_connections),
		cmocka_unit_test(counts_once_what_two_interfaces_show),
		cmocka_unit_test(counts_every_request_when_memory_is_scarce),
	};

	return cmocka_run_group_tests_name("parse/h2count", tests, NULL, NULL);
}
