/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * h2.bpf.h through sample.bpf.c: the requests of a connection are counted, and each of its records
 * tells what user space needs to count them, too: those that start in it, and those that were lost.
 */
#include <string.h>

#include "bpf/sample.skel.h"
#include "core/macros.h"
#include "packet.h"
#include "rig.h"
#include "test.h"

#define RING_LEN    4096u
#define SYN_ACK	    0x12
#define PREFACE	    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
#define SETTINGS    "\0\0\0\4\0\0\0\0\0"
#define REQUEST(id) "\0\0\3\1\5\0\0\0" id "\x82\x86\x84"
#define ANSWER(id)  "\0\0\1\1\5\0\0\0" id "\x88"
#define TEXT(text)  text, sizeof(text) - 1

struct bench {
	struct sample_bpf *skel;
	struct rig rig;
	uint32_t next[2]; /* sequence numbers of the client, of the server */
};

static int set_up(void **state)
{
	static struct bench bench;

	bench = (struct bench){ .skel = sample_bpf__open_and_load(), .next = { 1000, 5000 } };
	assert_non_null(bench.skel);
	rig_init(&bench.rig, bench.skel->obj, RING_LEN);
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	rig_clean(&b->rig);
	sample_bpf__destroy(b->skel);
	return 0;
}

static void send_frame(struct bench *b, bool server, uint8_t flags, const char *payload, size_t len)
{
	struct packet_spec spec = {
		.payload = payload,
		.payload_len = len,
		.src = server ? "192.0.2.1" : "10.7.0.1",
		.dst = server ? "10.7.0.1" : "192.0.2.1",
		.sport = server ? 80 : 20000,
		.dport = server ? 20000 : 80,
		.seq = b->next[server],
		.tcp_flags = flags,
	};
	uint8_t frame[PACKET_CAP];
	size_t frame_len = packet_build(&spec, frame);

	(void)rig_run(server ? b->skel->progs.yg_tc_egress : b->skel->progs.yg_tc_ingress, frame,
		      frame_len);
	b->next[server] += (uint32_t)len;
}

static void send_segment(struct bench *b, bool server, const char *payload, size_t len)
{
	send_frame(b, server, 0, payload, len);
}

/* The only record since the last time. */
static const struct yg_segment *record_of(struct bench *b)
{
	assert_int_equal(rig_read(&b->rig), 1);
	return &b->rig.records[0];
}

static void open_connection(struct bench *b)
{
	send_segment(b, false, TEXT(PREFACE REQUEST("\1") REQUEST("\3") REQUEST("\5")));
	assert_int_equal(record_of(b)->starts, 3);
	send_segment(b, true, TEXT(SETTINGS ANSWER("\1")));
	assert_int_equal(record_of(b)->starts, 0);
}

/* Requests of others, until the ring has no room. */
static void fill_ring(struct bench *b)
{
	struct packet_spec spec = { .payload = "GET / HTTP/1.1\r\n\r\n", .src = "10.9.0.1" };
	uint64_t lost = rig_counters(&b->rig).sample.lost_ring;
	uint8_t frame[PACKET_CAP];

	for (spec.sport = 30000; rig_counters(&b->rig).sample.lost_ring == lost; spec.sport++)
		(void)rig_run(b->skel->progs.yg_tc_ingress, frame, packet_build(&spec, frame));
}

static void a_record_says_how_many_requests_start_in_it(void **state)
{
	struct bench *b = *state;

	open_connection(b);
	send_segment(b, false, TEXT(REQUEST("\7")));
	assert_int_equal(record_of(b)->starts, 1);
	send_segment(b, false, TEXT(REQUEST("\7"))); /* trailers of the same */
	assert_int_equal(record_of(b)->starts, 0);
	assert_int_equal(rig_counters(&b->rig).sample.request, 4);
}

static void what_was_lost_is_told_by_the_next_record_of_either_direction(void **state)
{
	struct bench *b = *state;
	uint64_t others;

	open_connection(b);
	fill_ring(b);
	others = rig_counters(&b->rig).sample.lost_request;
	send_segment(b, false, TEXT(REQUEST("\7") REQUEST("\x9")));
	assert_int_equal(rig_counters(&b->rig).sample.lost_request, others + 2);
	(void)rig_read(&b->rig);
	send_segment(b, true, TEXT(ANSWER("\7")));
	assert_int_equal(record_of(b)->lost, 2);
	send_segment(b, false, TEXT(REQUEST("\xb")));
	assert_int_equal(record_of(b)->lost, 2);
	assert_int_equal(b->rig.records[0].starts, 1);
}

/* It starts where its frame header is complete. */
static void a_frame_header_in_two_segments_is_not_lost(void **state)
{
	struct bench *b = *state;

	open_connection(b);
	send_segment(b, false, "\0\0\3\1", 4);
	assert_int_equal(record_of(b)->starts, 0);
	send_segment(b, false, "\5\0\0\0\7\x82\x86\x84", 8);
	assert_int_equal(record_of(b)->starts, 1);
	assert_int_equal(rig_counters(&b->rig).sample.request, 4);
	assert_int_equal(rig_counters(&b->rig).sample.lost_request, 0);
}

static void a_new_connection_between_the_same_ends_counts_anew(void **state)
{
	struct bench *b = *state;

	open_connection(b);
	b->next[0] = 1000; /* sent again */
	send_segment(b, false, TEXT(PREFACE REQUEST("\1") REQUEST("\3") REQUEST("\5")));
	assert_int_equal(record_of(b)->starts, 0);
	b->next[0] = 3000000000u;
	send_segment(b, false, TEXT(PREFACE REQUEST("\1")));
	assert_int_equal(record_of(b)->starts, 1);
	assert_int_equal(rig_counters(&b->rig).sample.request, 4);
}

/* Its numbers may be near: nothing of the old one is left, be it half a frame header. */
static void one_that_this_host_answers_by_a_syn_does_so_too(void **state)
{
	struct bench *b = *state;

	open_connection(b);
	send_segment(b, false, "\0\0\3\1", 4);
	assert_int_equal(record_of(b)->starts, 0);
	send_frame(b, true, SYN_ACK, "", 0);
	assert_int_equal(record_of(b)->tcp_flags, SYN_ACK);
	send_segment(b, false, TEXT(PREFACE REQUEST("\1") REQUEST("\3")));
	assert_int_equal(record_of(b)->starts, 2);
	assert_int_equal(rig_counters(&b->rig).sample.request, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_record_says_how_many_requests_start_in_it, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			what_was_lost_is_told_by_the_next_record_of_either_direction, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_frame_header_in_two_segments_is_not_lost, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_new_connection_between_the_same_ends_counts_anew,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_that_this_host_answers_by_a_syn_does_so_too,
						set_up, tear_down),
	};

	return cmocka_run_group_tests_name("bpf/h2", tests, NULL, NULL);
}
