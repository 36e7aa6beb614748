/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/tunnel.h"

#include <stdio.h>
#include <string.h>

#include "guard.h"
#include "parse/streams.h"
#include "test.h"

#define SECOND_NS 1000000000ull

struct talk {
	struct yg_streams *streams;
	uint32_t sequence[2];
	uint64_t time_ns;
	uint32_t told, first, ended;
	struct yg_ws_tally sum[2];
	char text[2][64];
	char host[64], target[64];
	uint32_t looked, unread, asked; /* of what is done inside */
	uint32_t samples, cut;
	char operation[YG_WS_NAME_CAP + 1];
};

static void keep(char *ret, size_t cap, struct yg_slice text)
{
	(void)snprintf(ret, cap, "%.*s", (int)text.len, text.ptr ? text.ptr : "");
}

static void on_exchange(void *ctx, const struct yg_exchange *exchange)
{
	(void)ctx;
	assert_true(exchange->upgraded);
}

static void on_websocket(void *ctx, const struct yg_websocket *websocket)
{
	struct talk *talk = ctx;

	talk->told++;
	talk->first += websocket->is_first;
	talk->ended += websocket->is_ended;
	assert_int_equal(websocket->sampled, 1u << 31);
	for (unsigned side = 0; side < 2; side++) {
		talk->sum[side].messages += websocket->news[side].messages;
		talk->sum[side].bytes += websocket->news[side].bytes;
		talk->sum[side].control += websocket->news[side].control;
		assert_int_equal(talk->sum[side].messages, websocket->said[side]->messages);
		keep(talk->text[side], sizeof(talk->text[side]), websocket->text[side]);
	}
	for (unsigned i = 0; websocket->calls && i < YG_WS_ROWS_MAX; i++) {
		const struct yg_ws_row *row = &websocket->calls->rows[i];

		talk->asked += row->asked;
		if (row->asked)
			keep(talk->operation, sizeof(talk->operation),
			     (struct yg_slice){ row->name, row->name_len });
	}
	for (unsigned i = 0; websocket->calls && i < websocket->calls->sample_count; i++) {
		talk->samples++;
		talk->cut += websocket->calls->samples[i].cut;
	}
	if (websocket->calls) {
		talk->looked += websocket->calls->looked[0] + websocket->calls->looked[1];
		talk->unread += websocket->calls->unread[0] + websocket->calls->unread[1];
	}
	keep(talk->host, sizeof(talk->host), websocket->host);
	keep(talk->target, sizeof(talk->target), websocket->target);
}

static void send(struct talk *talk, bool server, const char *data, size_t len, uint8_t flags)
{
	static struct yg_segment meta;
	GUARD_CLEANUP struct guard copy = guard_copy(data, len);
	struct yg_segment_view view = { &meta, (const uint8_t *)copy.ptr };

	meta = (struct yg_segment){
		.time_ns = talk->time_ns,
		.offset = talk->sequence[server],
		.payload_len = (uint32_t)len,
		.data_len = (uint32_t)len,
		.sampled = 1u << 31,
		.source = YG_SOURCE_FILE,
		.tcp_flags = flags,
	};
	meta.key.saddr[15] = server ? 2 : 1;
	meta.key.daddr[15] = server ? 1 : 2;
	meta.key.sport = server ? 80 : 1000;
	meta.key.dport = server ? 1000 : 80;
	yg_streams_view(talk->streams, &view);
	talk->sequence[server] += (uint32_t)len + ((flags & 3) != 0);
}

static void say(struct talk *talk, bool server, const char *text)
{
	send(talk, server, text, strlen(text), 0);
}

static void upgrade(struct talk *talk, uint64_t due_ns)
{
	const struct yg_streams_options options = { .flows_max = 4,
						    .pool_bytes = 1 << 20,
						    .due_ns = due_ns,
						    .on_websocket = on_websocket };

	*talk = (struct talk){ .time_ns = SECOND_NS };
	assert_int_equal(yg_streams_new(&options, on_exchange, talk, &talk->streams), 0);
	send(talk, false, "", 0, 2);
	send(talk, true, "", 0, 2);
	say(talk, false,
	    "GET /chat HTTP/1.1\r\nHost: ws.test\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n");
	say(talk, true,
	    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
}

static void is_told_of_while_it_lasts_and_at_its_end(void **state)
{
	struct talk talk;

	(void)state;
	upgrade(&talk, 0);
	for (unsigned i = 0; i < 12; i++) { /* one a second, for twelve seconds */
		say(&talk, false, "\x81\x82kkkk\x03\x02");
		say(&talk, true, "\x81\x05there");
		talk.time_ns += SECOND_NS;
	}
	assert_int_equal(talk.told, 2); /* after five and after ten */
	assert_int_equal(talk.ended, 0);
	assert_int_equal(talk.sum[0].messages, 11); /* the last ones are not told yet */
	send(&talk, false, "", 0, 1);
	send(&talk, true, "", 0, 1);
	yg_streams_finish(talk.streams);
	assert_int_equal(talk.told, 3);
	assert_int_equal(talk.first, 1);
	assert_int_equal(talk.ended, 1);
	assert_int_equal(talk.sum[0].messages, 12);
	assert_int_equal(talk.sum[0].bytes, 24);
	assert_int_equal(talk.sum[1].bytes, 60);
	assert_string_equal(talk.text[0], "hi");
	assert_string_equal(talk.text[1], "there");
	assert_string_equal(talk.host, "ws.test");
	assert_string_equal(talk.target, "/chat");
	yg_streams_free(&talk.streams);
}

static void a_short_one_is_told_of_once(void **state)
{
	struct talk talk;

	(void)state;
	upgrade(&talk, 0);
	say(&talk, true, "\x81\x05there");
	yg_streams_finish(talk.streams);
	assert_int_equal(talk.told, 1);
	assert_int_equal(talk.first, 1);
	assert_int_equal(talk.ended, 1);
	assert_int_equal(talk.sum[1].messages, 1);
	yg_streams_free(&talk.streams);
}

static void wait_s(struct talk *talk, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		talk->time_ns += SECOND_NS;
		yg_streams_tick(talk->streams, talk->time_ns);
	}
}

/* It shows while it is open, is not told again for nothing, and each message is told once. */
static void a_silent_one_is_told_of_in_time(void **state)
{
	struct talk talk;

	(void)state;
	upgrade(&talk, 5 * SECOND_NS);
	say(&talk, true, "\x81\x05there");
	wait_s(&talk, 10);
	assert_int_equal(talk.told, 1);
	assert_int_equal(talk.first, 1);
	assert_int_equal(talk.sum[1].messages, 1);
	wait_s(&talk, 60);
	assert_int_equal(talk.told, 1);
	say(&talk, false, "\x81\x82kkkk\x03\x02");
	wait_s(&talk, 10);
	assert_int_equal(talk.told, 2);
	assert_int_equal(talk.sum[0].messages, 1);
	yg_streams_finish(talk.streams);
	assert_int_equal(talk.told, 3);
	assert_int_equal(talk.first, 1);
	assert_int_equal(talk.ended, 1);
	assert_int_equal(talk.sum[0].messages, 1);
	assert_int_equal(talk.sum[1].messages, 1);
	yg_streams_free(&talk.streams);
}

/* A text of the client, in one frame whose mask is "kkkk". */
static void say_masked(struct talk *talk, const char *text)
{
	char frame[256] = { (char)0x81, 0, 'k', 'k', 'k', 'k' };
	size_t len = strlen(text);

	assert_true(len < 126);
	frame[1] = (char)(0x80 | len);
	for (size_t i = 0; i < len; i++)
		frame[6 + i] = (char)(text[i] ^ 'k');
	send(talk, false, frame, 6 + len, 0);
}

static void what_is_done_inside_is_told_once(void **state)
{
	struct talk talk;

	(void)state;
	upgrade(&talk, 5 * SECOND_NS);
	say_masked(&talk, "{\"action\":\"buy\"}");
	say_masked(&talk, "{\"action\":\"buy\"}");
	wait_s(&talk, 10);
	assert_int_equal(talk.asked, 2);
	assert_string_equal(talk.operation, "buy");
	say_masked(&talk, "{\"action\":\"sell\"}");
	yg_streams_finish(talk.streams);
	assert_int_equal(talk.asked, 3);
	assert_string_equal(talk.operation, "sell");
	assert_int_equal(talk.looked, 3);
	yg_streams_free(&talk.streams);
}

/* In two frames and a ping between them; then one whose text never came. */
static void a_message_in_pieces_is_one(void **state)
{
	struct talk talk;

	(void)state;
	upgrade(&talk, 0);
	say(&talk, true, "\x01\x08{\"action");
	say(&talk, true, "\x89\x01!\x80\x08\":\"buy\"}");
	say(&talk, true, "\x81\x10");
	talk.sequence[1] += 16;
	say(&talk, true, "\x81\x05there");
	yg_streams_finish(talk.streams);
	assert_int_equal(talk.asked, 1);
	assert_string_equal(talk.operation, "buy");
	assert_int_equal(talk.looked, 2);
	assert_int_equal(talk.unread, 1);
	assert_int_equal(talk.sum[1].messages, 3);
	yg_streams_free(&talk.streams);
}

/* Each from a window of its own; noise is not read. */
static void compressed_messages_are_undone(void **state)
{
	static const char first[] = /* {"action":"buy"} */
		"\xc1\x12\xaa\x56\x4a\x4c\x2e\xc9\xcc\xcf\x53\xb2\x52\x4a\x2a\xad\x54\xaa\x05\x00";
	struct talk talk;

	(void)state;
	upgrade(&talk, 0);
	send(&talk, true, first, sizeof(first) - 1, 0);
	send(&talk, true, first, sizeof(first) - 1, 0);
	send(&talk, true, "\xc1\x03\xff\xff\xff", 5, 0);
	yg_streams_finish(talk.streams);
	assert_int_equal(talk.asked, 2);
	assert_string_equal(talk.operation, "buy");
	assert_int_equal(talk.unread, 1);
	yg_streams_free(&talk.streams);
}

/* The second refers to the window of the first, where it names its action. */
static void what_is_undone_in_part_is_cut(void **state)
{
	static const char first[] = /* {"action":"buy"} */
		"\xc1\x12\xaa\x56\x4a\x4c\x2e\xc9\xcc\xcf\x53\xb2\x52\x4a\x2a\xad\x54\xaa\x05\x00";
	static const char second[] = /* {"note":1,"action":"buy"} */
		"\xc1\x0e\xaa\x56\xca\xcb\x2f\x49\x55\xb2\x32\xd4\x41\x93\x00\x00";
	struct talk talk;

	(void)state;
	upgrade(&talk, 0);
	send(&talk, true, first, sizeof(first) - 1, 0);
	send(&talk, true, second, sizeof(second) - 1, 0);
	yg_streams_finish(talk.streams);
	assert_int_equal(talk.asked, 1);
	assert_int_equal(talk.looked, 2);
	assert_int_equal(talk.samples, 2);
	assert_int_equal(talk.cut, 1);
	yg_streams_free(&talk.streams);
}

/* Nobody listens to a stranger for ever. */
static void what_is_never_understood_is_let_be(void **state)
{
	struct talk talk;

	(void)state;
	upgrade(&talk, 5 * SECOND_NS);
	for (unsigned i = 0; i < YG_TUNNEL_HEAR_MAX; i++)
		say(&talk, true, "\x81\x05there");
	wait_s(&talk, 10);
	assert_int_equal(talk.looked, YG_TUNNEL_HEAR_MAX);
	say_masked(&talk, "{\"action\":\"buy\"}");
	yg_streams_finish(talk.streams);
	assert_int_equal(talk.looked, YG_TUNNEL_HEAR_MAX);
	assert_int_equal(talk.sum[0].messages, 1);
	yg_streams_free(&talk.streams);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_told_of_while_it_lasts_and_at_its_end),
		cmocka_unit_test(a_short_one_is_told_of_once),
		cmocka_unit_test(a_silent_one_is_told_of_in_time),
		cmocka_unit_test(what_is_done_inside_is_told_once),
		cmocka_unit_test(a_message_in_pieces_is_one),
		cmocka_unit_test(compressed_messages_are_undone),
		cmocka_unit_test(what_is_undone_in_part_is_cut),
		cmocka_unit_test(what_is_never_understood_is_let_be),
	};

	return cmocka_run_group_tests_name("parse/tunnel", tests, NULL, NULL);
}
