/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bpf/ws.bpf.h through sample.bpf.c: of a WebSocket little is copied, and from that little user
 * space counts every frame, however the stream is cut into segments.
 */
#include "sample_bench.h"

#include <stdlib.h>

#include "parse/ws.h"

#define SEED	   20261122u
#define ROUNDS	   40
#define STREAM_CAP (1u << 20)
#define SEGMENT	   1400u
#define FRAMES	   60u
#define UPGRADE                                                           \
	"HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\n"      \
	"Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGz=" \
	"\r\n\r\n"
#define HANDSHAKE                                                 \
	"GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n" \
	"Connection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n"

/* One direction of a connection, as its records tell it to user space. */
struct side {
	uint16_t sport, dport;
	uint32_t sent;	  /* sequence number of the next segment */
	uint64_t seen_to; /* of what records told */
	uint64_t copied;
	struct yg_ws ws;
	struct yg_stream_counters counters;
};

/* Truth. */
struct said {
	uint64_t frames, messages, bytes;
};

/* Run one segment and hand what was copied of it to the reader, holes as holes. */
static void transmit(struct bench *b, struct side *side, const uint8_t *data, size_t len)
{
	struct packet_spec spec = { .src = side->sport == 80 ? "192.0.2.1" : NULL,
				    .dst = side->sport == 80 ? "192.0.2.10" : NULL,
				    .sport = side->sport,
				    .dport = side->dport,
				    .seq = side->sent,
				    .payload = (const char *)data,
				    .payload_len = len };
	uint8_t frame[PACKET_CAP];
	size_t count;

	rig_reset(&b->rig);
	assert_int_equal(rig_run(b->skel->progs.yg_tc_ingress, frame, packet_build(&spec, frame)),
			 TC_NEXT);
	side->sent += (uint32_t)len;
	count = rig_read(&b->rig);
	for (size_t i = 0; i < count; i++) {
		const struct yg_segment *seg = &b->rig.records[i];

		assert_true(seg->offset >= side->seen_to);
		if (side->ws.is_open && seg->offset > side->seen_to)
			yg_ws_gap(&side->ws, seg->offset - side->seen_to, &side->counters);
		if (side->ws.is_open) {
			yg_ws_read(&side->ws, seg->data, seg->data_len, &side->counters);
			side->copied += seg->data_len;
		}
		side->seen_to = seg->offset + seg->data_len;
	}
}

/* Open a WebSocket; @with: bytes that come in one segment with the answer. */
static void open_socket(struct bench *b, struct side sides[2], const uint8_t *with, size_t len)
{
	uint8_t answer[SEGMENT];
	size_t head = strlen(UPGRADE);

	b->sport++;
	sides[0] = (struct side){ .sport = b->sport, .dport = 80, .sent = 1000 };
	sides[1] = (struct side){ .sport = 80, .dport = b->sport, .sent = 5000 };
	transmit(b, &sides[0], (const uint8_t *)HANDSHAKE, strlen(HANDSHAKE));
	sides[0].ws.is_open = true;
	memcpy(answer, UPGRADE, head);
	if (len)
		memcpy(answer + head, with, len);
	transmit(b, &sides[1], answer, head + len);
	assert_int_equal(b->rig.records[0].data_len, head + len);
	sides[1].ws.is_open = true;
	yg_ws_read(&sides[1].ws, answer + head, len, &sides[1].counters);
}

static size_t put_frame(uint8_t *to, uint8_t first, bool masked, size_t len)
{
	size_t used = 2;

	to[0] = first;
	to[1] = masked ? 0x80 : 0;
	if (len < 126) {
		to[1] |= (uint8_t)len;
	} else if (len < 65536) {
		to[1] |= 126;
		to[2] = (uint8_t)(len >> 8);
		to[3] = (uint8_t)len;
		used = 4;
	} else {
		to[1] |= 127;
		memset(to + 2, 0, 8);
		to[7] = (uint8_t)(len >> 16);
		to[8] = (uint8_t)(len >> 8);
		to[9] = (uint8_t)len;
		used = 10;
	}
	if (masked) {
		memcpy(to + used, "mask", 4);
		used += 4;
	}
	memset(to + used, 'G', len); /* what a walker that is lost would take for a method */
	return used + len;
}

/* Frames of many sizes. Return: bytes. */
static size_t make_stream(uint8_t *to, bool masked, struct said *said)
{
	static const size_t sizes[] = { 0,    1,    5,	  125,	 126,	300,
					1399, 1400, 5000, 65535, 65536, 70000 };
	size_t used = 0;

	for (unsigned i = 0; i < FRAMES; i++) {
		bool control = rand() % 5 == 0;
		size_t len = control ? (size_t)(rand() % 126)
				     : sizes[(size_t)rand() % YG_ARRAY_SIZE(sizes)];

		if (used + len + 14 > STREAM_CAP)
			break;
		used += put_frame(to + used,
				  control      ? 0x89
				  : rand() % 2 ? 0x81
					       : 0x82,
				  masked, len);
		said->frames++;
		said->messages += !control;
		said->bytes += control ? 0 : len;
	}
	return used;
}

static void every_frame_is_counted_of_what_little_is_copied(void **state)
{
	uint8_t *stream = malloc(STREAM_CAP);
	struct bench *b = *state;

	assert_non_null(stream);
	print_message("  seed %u\n", SEED);
	srand(SEED);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct side sides[2];
		bool server = round % 2;
		struct said said = { 0 };
		size_t len = make_stream(stream, !server, &said), at = 0;
		struct side *side = &sides[server];

		/* Sometimes the first frames come with the answer. */
		if (server && round % 4 == 3)
			at = (size_t)(rand() % 300);
		open_socket(b, sides, stream, at);
		while (at < len) {
			size_t n = 1 + (size_t)rand() % (rand() % 3 ? SEGMENT : 20);

			if (n > len - at)
				n = len - at;
			transmit(b, side, stream + at, n);
			at += n;
		}
		assert_int_equal(side->counters.ws_lost, 0);
		assert_int_equal(side->counters.ws_frame, said.frames);
		assert_int_equal(side->counters.ws_message, said.messages);
		assert_int_equal(side->ws.said.bytes, said.bytes);
		if (len > 100000)
			assert_true(side->copied < len / 2);
	}
	free(stream);
}

/* A chat of many words in one segment: within what is walked. */
static void many_small_frames_in_a_segment(void **state)
{
	uint8_t stream[SEGMENT];
	struct side sides[2];
	struct bench *b = *state;
	size_t used = 0;

	for (unsigned i = 0; i < 60; i++)
		used += put_frame(stream + used, 0x81, true, 10);
	open_socket(b, sides, NULL, 0);
	for (unsigned i = 0; i < 20; i++)
		transmit(b, &sides[0], stream, used);
	assert_int_equal(sides[0].counters.ws_frame, 20 * 60);
	assert_int_equal(sides[0].counters.ws_lost, 0);
}

/* More frames than are walked: everything is copied from there on, so none is missed. */
static void more_frames_than_are_walked_are_copied(void **state)
{
	uint8_t stream[SEGMENT];
	struct side sides[2];
	struct bench *b = *state;
	size_t used = 0;

	while (used + 3 <= SEGMENT)
		used += put_frame(stream + used, 0x81, false, 1);
	open_socket(b, sides, NULL, 0);
	for (unsigned i = 0; i < 20; i++)
		transmit(b, &sides[1], stream, used);
	assert_int_equal(sides[1].counters.ws_frame, 20 * (used / 3));
	assert_int_equal(sides[1].counters.ws_lost, 0);
}

/* A segment in the middle never came by here. */
static void a_hole_ends_the_counting_and_never_makes_it_wrong(void **state)
{
	uint8_t stream[SEGMENT];
	struct side sides[2];
	struct bench *b = *state;
	size_t used = put_frame(stream, 0x81, true, 700);

	open_socket(b, sides, NULL, 0);
	for (unsigned i = 0; i < 4; i++)
		transmit(b, &sides[0], stream, used);
	sides[0].sent += (uint32_t)used;
	transmit(b, &sides[0], stream, used);
	assert_int_equal(sides[0].counters.ws_frame, 4);
	assert_int_equal(sides[0].counters.ws_lost, 1);
}

/* The upgrade was to something else: nothing of a tunnel is copied beyond the usual budget. */
static void other_tunnels_are_left_alone(void **state)
{
	static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: tcp\r\n\r\n";
	struct side sides[2];
	uint8_t stream[SEGMENT];
	struct bench *b = *state;
	uint64_t copied = 0;

	memset(stream, 0x81, sizeof(stream));
	b->sport++;
	sides[1] = (struct side){ .sport = 80, .dport = b->sport, .sent = 5000 };
	transmit(b, &sides[1], (const uint8_t *)answer, strlen(answer));
	sides[1].ws.is_open = true;
	for (unsigned i = 0; i < 20; i++)
		transmit(b, &sides[1], stream, sizeof(stream));
	copied = sides[1].copied;
	assert_true(copied <= BUDGET);
}

/* What no frame begins with ends the copying. */
static void what_is_no_frame_is_not_copied(void **state)
{
	struct side sides[2];
	uint8_t stream[SEGMENT];
	struct bench *b = *state;

	memset(stream, 0x33, sizeof(stream));
	open_socket(b, sides, NULL, 0);
	for (unsigned i = 0; i < 20; i++)
		transmit(b, &sides[0], stream, sizeof(stream));
	assert_true(sides[0].copied <= 14);
}

/* The same ports again, after the WebSocket is over: requests are requests. */
static void a_later_connection_is_read_as_http(void **state)
{
	struct packet_spec spec = { .payload = REQUEST, .seq = 99 };
	struct side sides[2];
	uint8_t stream[SEGMENT];
	struct bench *b = *state;

	open_socket(b, sides, NULL, 0);
	transmit(b, &sides[0], stream, put_frame(stream, 0x81, true, 5));
	spec.sport = b->sport;
	assert_int_equal(check_run(b, &spec, ROW(segment)).sample.request, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_frame_is_counted_of_what_little_is_copied),
		cmocka_unit_test(many_small_frames_in_a_segment),
		cmocka_unit_test(more_frames_than_are_walked_are_copied),
		cmocka_unit_test(a_hole_ends_the_counting_and_never_makes_it_wrong),
		cmocka_unit_test(other_tunnels_are_left_alone),
		cmocka_unit_test(what_is_no_frame_is_not_copied),
		cmocka_unit_test(a_later_connection_is_read_as_http),
	};

	return cmocka_run_group_tests_name("bpf/ws", tests, set_up, tear_down);
}
