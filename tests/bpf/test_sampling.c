/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sampling.bpf.h through sample.bpf.c: who is chosen, alike in both directions and for as long as a
 * flow lasts; that each address has the same chance, and its turn; that what was not chosen counts.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sample_bench.h"

#define SHARE(n) ((uint32_t)(0x100000000ull / (n)))
#define SERVER	 "192.0.2.1"

static int set_up_seeded(void **state)
{
	struct bench *b = bench_open();

	b->skel->rodata->yg_config.hash_seed = 0x5eed;
	bench_load(b, RING_LEN);
	*state = b;
	return 0;
}

/* Another round: flows by 1/@flows, whole clients by 1/@clients; 0 for none of them. */
static void turn(struct bench *b, uint32_t flows, uint32_t clients, uint32_t epoch)
{
	uint32_t zero = 0;

	b->knobs.heartbeat_ns = rig_now_ns();
	b->knobs.heartbeat_limit_ns = 600 * SECOND_NS;
	b->knobs.sampled = flows > 1 ? SHARE(flows) : flows;
	b->knobs.clients = clients > 1 ? SHARE(clients) : clients ? UINT32_MAX : 0;
	b->knobs.client_epoch = epoch;
	b->knobs.flow_epoch = epoch;
	b->knobs.round++;
	assert_int_equal(bpf_map_update_elem(b->rig.control_fd, &zero, &b->knobs, BPF_ANY), 0);
}

/* The record of one segment, NULL if it was not chosen. */
static const struct yg_segment *send_segment(struct bench *b, const struct packet_spec *spec)
{
	uint8_t frame[PACKET_CAP];
	size_t len = build_next(b, spec, frame);

	(void)rig_run(b->skel->progs.yg_tc_ingress, frame, len);
	return rig_read(&b->rig) ? &b->rig.records[0] : NULL;
}

static const struct yg_segment *request(struct bench *b, const char *client, uint16_t port)
{
	const struct packet_spec spec = { .payload = REQUEST, .src = client, .sport = port };

	return send_segment(b, &spec);
}

static const struct yg_segment *response(struct bench *b, const char *client, uint16_t port)
{
	const struct packet_spec spec = {
		.payload = RESPONSE, .src = SERVER, .dst = client, .sport = 80, .dport = port
	};

	return send_segment(b, &spec);
}

static const char *address(uint32_t i)
{
	static char text[32];

	(void)snprintf(text, sizeof(text), "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
	return text;
}

static void add_always(struct bench *b, const char *client, uint32_t why, uint64_t expires_ns)
{
	struct yg_always row = { .expires_ns = expires_ns, .why = why };
	struct yg_addr6 key = { { [10] = 0xff, [11] = 0xff } };
	unsigned int byte[4];

	assert_int_equal(sscanf(client, "%u.%u.%u.%u", &byte[0], &byte[1], &byte[2], &byte[3]), 4);
	for (int i = 0; i < 4; i++)
		key.addr[12 + i] = (uint8_t)byte[i];
	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(b->skel->maps.yg_always), &key, &row, BPF_ANY), 0);
}

static void everything_is_sampled_by_default(void **state)
{
	struct bench *b = *state;
	const struct yg_segment *seg;

	rig_reset(&b->rig);
	turn(b, 0, 0, 1);
	for (uint16_t i = 0; i < 200; i++) {
		seg = request(b, address(i), (uint16_t)(20000 + i));
		assert_non_null(seg);
		assert_int_equal(seg->sampled, 0);
		assert_int_equal(seg->chosen, YG_CHOSEN_ALL);
	}
}

/* Flows of 200 clients: both directions agree, also when another epoch has come in between. */
static void both_directions_agree(void **state)
{
	struct bench *b = *state;
	uint32_t chosen = 0;

	rig_reset(&b->rig);
	for (uint32_t i = 0; i < 200; i++) {
		uint16_t port = (uint16_t)(30000 + i);
		bool there, back, later;

		turn(b, 4, 8, 2 * i);
		there = request(b, address(i), port);
		back = response(b, address(i), port);
		assert_int_equal(there, back);
		(void)request(b, address(i), port);
		turn(b, 4, 8, 2 * i + 1);
		later = response(b, address(i), port);
		assert_int_equal(there, later);
		chosen += there;
	}
	assert_in_range(chosen, 200 / 8, 200 / 2);
}

/* A server on a high port: the client is who starts the request. */
static void a_high_port_hides_no_client(void **state)
{
	struct bench *b = *state;
	const struct yg_segment *seg;
	uint32_t whole = 0;

	rig_reset(&b->rig);
	turn(b, 64, 2, 7);
	for (uint32_t i = 0; i < 400; i++) {
		const struct packet_spec spec = {
			.payload = REQUEST, .src = address(i), .sport = 33000, .dport = 50051
		};

		seg = send_segment(b, &spec);
		whole += seg && seg->chosen == YG_CHOSEN_CLIENT;
	}
	assert_in_range(whole, 150, 250); /* 200 expected, 5 sigma */
}

/* Whose client is chosen has all its flows chosen, with certainty; others by flow, and say so. */
static void a_chosen_client_is_seen_whole(void **state)
{
	struct bench *b = *state;
	const struct yg_segment *seg;
	uint32_t clients = 0, flows = 0;

	rig_reset(&b->rig);
	turn(b, 8, 4, 1);
	for (uint32_t i = 0; i < 200; i++) {
		uint32_t whole = 0, drawn = 0;

		for (uint16_t j = 0; j < 10; j++) {
			seg = request(b, address(i), (uint16_t)(40000 + j));
			if (!seg)
				continue;
			assert_int_equal(seg->clients, SHARE(4));
			assert_int_equal(seg->sampled,
					 seg->chosen == YG_CHOSEN_FLOW ? SHARE(8) : 0);
			whole += seg->chosen == YG_CHOSEN_CLIENT;
			drawn += seg->chosen == YG_CHOSEN_FLOW;
		}
		assert_true(whole == 0 || whole == 10);
		clients += whole == 10;
		flows += drawn;
	}
	assert_in_range(clients, 20, 80); /* 50 expected, 6.1 the deviation */
	assert_in_range(flows, 130, 250); /* 188 expected, 12.8 the deviation */
}

/* Chosen addresses fall evenly on 64 classes of neighbours: chi-square, 63 degrees. */
static void addresses_are_chosen_evenly(void **state)
{
	struct bench *b = *state;
	double counts[64] = { 0 }, sum = 0, chi = 0;

	rig_reset(&b->rig);
	turn(b, 1u << 20, 4, 3);
	for (uint32_t i = 0; i < 16384; i++) {
		bool is_chosen = request(b, address(i), 41000) != NULL;

		counts[i % 64] += is_chosen;
		sum += is_chosen;
	}
	for (size_t i = 0; i < 64; i++) {
		double expected = sum / 64;

		chi += (counts[i] - expected) * (counts[i] - expected) / (expected * 0.75);
	}
	print_message("  %.0f of 16384 chosen, chi-square %.1f\n", sum, chi);
	assert_true(fabs(sum - 4096) < 5 * sqrt(16384 * 0.25 * 0.75));
	assert_true(chi < 110.0); /* p = 0.0002 */
	assert_true(chi > 30.0);  /* too even would be a pattern */
}

static void epochs_let_every_client_have_its_turn(void **state)
{
	static bool seen[256];
	struct bench *b = *state;
	uint32_t left = 256, epochs = 0;

	rig_reset(&b->rig);
	while (left > 0 && epochs < 400) {
		turn(b, 1u << 20, 16, ++epochs);
		for (uint32_t i = 0; i < 256; i++) {
			if (seen[i] || !request(b, address(i), 42000))
				continue;
			seen[i] = true;
			left--;
		}
	}
	print_message("  256 clients at 1/16: all seen whole after %u epochs\n", epochs);
	assert_int_equal(left, 0);
	assert_in_range(epochs, 40, 250); /* 16 * ln(256) = 89 expected */
}

/* What a larger share chooses contains what a smaller one does. */
static void shares_are_nested(void **state)
{
	struct bench *b = *state;

	rig_reset(&b->rig);
	for (uint32_t i = 0; i < 200; i++) {
		uint16_t port = (uint16_t)(43000 + i);
		bool small, large;

		turn(b, 8, 16, 5);
		small = request(b, address(i), port);
		turn(b, 2, 4, 5);
		large = request(b, address(i), port);
		assert_true(!small || large);
	}
}

static void a_suspect_is_always_chosen(void **state)
{
	const char *suspect = "10.200.0.1";
	struct bench *b = *state;
	const struct yg_segment *seg;
	uint32_t others = 0;

	rig_reset(&b->rig);
	turn(b, 1u << 20, 1u << 20, 1);
	add_always(b, suspect, YG_ALWAYS_SUSPECT, rig_now_ns() + 600 * SECOND_NS);
	/* A flood of strangers, more than any LRU of flows holds, takes nothing away from it. */
	for (uint32_t i = 0; i < YG_STREAMS_MAX + 4000; i++) {
		others += request(b, address(i), 44000) != NULL;
		if (i % 1000)
			continue;
		seg = request(b, suspect, (uint16_t)(1024 + i / 1000));
		assert_non_null(seg);
		assert_int_equal(seg->chosen, YG_CHOSEN_ALWAYS);
		assert_int_equal(seg->sampled, 0);
		assert_non_null(response(b, suspect, (uint16_t)(1024 + i / 1000)));
	}
	assert_true(others < 5);
	add_always(b, suspect, YG_ALWAYS_SUSPECT, rig_now_ns() - 1);
	turn(b, 1u << 20, 1u << 20, 1);
	assert_null(request(b, suspect, 2000));
}

/* Behind a proxy are many: its flows are drawn one by one, whatever its own hash says. */
static void a_crowd_is_never_one_client(void **state)
{
	const char *proxy = "10.201.0.1";
	struct bench *b = *state;
	const struct yg_segment *seg;

	rig_reset(&b->rig);
	turn(b, 4, 1, 1);
	add_always(b, proxy, YG_ALWAYS_CROWD, UINT64_MAX);
	for (uint16_t i = 0; i < 100; i++) {
		seg = request(b, proxy, (uint16_t)(10000 + i));
		assert_true(!seg || seg->chosen == YG_CHOSEN_FLOW);
	}
}

/* Seen and chosen, by service: exact, whatever became of the flows. */
static void requests_are_counted_by_service(void **state)
{
	const struct yg_tally_key key = { .ifindex = 1,
					  .port = 8123 }; /* a test run is on loopback */
	struct yg_tally tally;
	struct bench *b = *state;
	uint64_t seen = 0, chosen = 0, got = 0;

	rig_reset(&b->rig);
	turn(b, 8, 16, 9);
	for (uint32_t i = 0; i < 300; i++) {
		const struct packet_spec spec = {
			.payload = REQUEST, .src = address(i), .sport = 45000, .dport = 8123
		};

		got += send_segment(b, &spec) != NULL;
	}
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(b->skel->maps.yg_tallies), &key, &tally),
			 0);
	for (size_t i = 0; i < YG_TALLY_CLASSES; i++) {
		assert_in_range(tally.seen[i], 10, 70);
		seen += tally.seen[i];
		chosen += tally.chosen[i];
	}
	assert_int_equal(seen, 300);
	assert_int_equal(chosen, got);
	assert_in_range(got, 20, 110);
}

/* Under full sampling a message began; it is heard to its end though less is sampled now. */
static void what_began_whole_ends_whole(void **state)
{
	struct bench *b = *state;
	uint32_t ends = 0, cut = 0;

	rig_reset(&b->rig);
	for (uint16_t i = 0; i < 50; i++) {
		uint16_t port = (uint16_t)(46000 + i);

		b->knobs.whole_until_ns = 0;
		turn(b, 0, 0, 1);
		assert_non_null(request(b, address(i), port));
		b->knobs.whole_until_ns = rig_now_ns() + 600 * SECOND_NS;
		turn(b, 1u << 20, 1u << 20, 1);
		ends += response(b, address(i), port) != NULL;
		cut += request(b, address(i), port) == NULL;
	}
	b->knobs.whole_until_ns = 0;
	assert_int_equal(ends, 50);
	assert_int_equal(cut, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_sampled_by_default),
		cmocka_unit_test(both_directions_agree),
		cmocka_unit_test(a_high_port_hides_no_client),
		cmocka_unit_test(a_chosen_client_is_seen_whole),
		cmocka_unit_test(addresses_are_chosen_evenly),
		cmocka_unit_test(epochs_let_every_client_have_its_turn),
		cmocka_unit_test(shares_are_nested),
		cmocka_unit_test(a_suspect_is_always_chosen),
		cmocka_unit_test(a_crowd_is_never_one_client),
		cmocka_unit_test(requests_are_counted_by_service),
		cmocka_unit_test(what_began_whole_ends_whole),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/sampling", tests, set_up_seeded, tear_down);
}
