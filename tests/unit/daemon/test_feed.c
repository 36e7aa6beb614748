/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/feed.h"

#include "priv/link.h"
#include "test.h"

static struct yg_feed_message counter(uint64_t value)
{
	return (struct yg_feed_message){
		.kind = YG_FEED_KIND_COUNTER,
		.counter = { .table = YG_SLICE("guard"), .name = YG_SLICE("rx"), .value = value }
	};
}

/* Messages that wait at @fd, of all packets. */
static uint64_t drain(int fd)
{
	static uint8_t packet[YG_FEED_PACKET_MAX];
	uint64_t messages = 0;
	ssize_t len;

	while ((len = yg_link_receive(fd, packet, sizeof(packet))) > 0) {
		struct yg_feed_reader reader = { packet, packet + len, false };
		struct yg_feed_message message;
		enum yg_feed_outcome outcome;

		while ((outcome = yg_feed_next(&reader, &message)) == YG_FEED_MESSAGE)
			messages++;
		assert_int_equal(outcome, YG_FEED_END);
	}
	return messages;
}

static void gathers_messages_into_packets(void **state)
{
	static struct yg_feed_out out;
	int fds[2];

	(void)state;

	assert_int_equal(yg_link_pair(0, fds), 0);
	yg_feed_out_init(&out, fds[0]);
	yg_feed_out_flush(&out);
	assert_int_equal(drain(fds[1]), 0);
	for (uint64_t i = 0; i < 100; i++) {
		struct yg_feed_message message = counter(i);

		yg_feed_out_put(&out, &message);
	}
	assert_int_equal(drain(fds[1]), 0);
	yg_feed_out_flush(&out);
	assert_int_equal(drain(fds[1]), 100);
	assert_int_equal(out.stats.sent, 100);
	yg_closep(&fds[0]);
	yg_closep(&fds[1]);
}

static void counts_every_message_as_sent_or_lost(void **state)
{
	static struct yg_feed_out out;
	const uint64_t total = 200000;
	int fds[2];

	(void)state;

	assert_int_equal(yg_link_pair(1u << 16, fds), 0);
	yg_feed_out_init(&out, fds[0]);
	for (uint64_t i = 0; i < total; i++) {
		struct yg_feed_message message = counter(i);

		yg_feed_out_put(&out, &message);
	}
	yg_feed_out_flush(&out);
	assert_true(out.stats.lost > 0);
	assert_int_equal(out.stats.sent + out.stats.lost, total);
	assert_int_equal(out.stats.refused, 0);
	assert_int_equal(drain(fds[1]), out.stats.sent);
	yg_closep(&fds[0]);
	yg_closep(&fds[1]);
}

static void counts_what_no_packet_can_hold(void **state)
{
	static struct yg_feed_out out;
	static char blob[YG_FEED_BLOB_MAX + 1];
	struct yg_feed_message message = {
		.kind = YG_FEED_KIND_STATE, .state = { .parts = 1, .data = { blob, sizeof(blob) } }
	};
	int fds[2];

	(void)state;

	assert_int_equal(yg_link_pair(0, fds), 0);
	yg_feed_out_init(&out, fds[0]);
	yg_feed_out_put(&out, &message);
	assert_int_equal(out.stats.refused, 1);
	yg_closep(&fds[0]);
	yg_closep(&fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gathers_messages_into_packets),
		cmocka_unit_test(counts_every_message_as_sent_or_lost),
		cmocka_unit_test(counts_what_no_packet_can_hold),
	};

	return cmocka_run_group_tests_name("daemon/feed", tests, NULL, NULL);
}
