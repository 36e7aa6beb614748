/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/talk.h"

#include <errno.h>
#include <string.h>

#include "guard.h"
#include "test.h"

static const struct yg_hash_key key = { 1, 2 };

struct mask_case {
	const char *name, *text, *want;
};

static const struct mask_case mask_cases[] = {
	{ "names of an object", "{\"type\":\"quote\",\"price\" : 12.50}",
	  "{\"type\":\"aaaaa\",\"price\" : 00.00}" },
	{ "literals", "{\"a\":true,\"b\":null,\"c\":[false,1]}",
	  "{\"a\":true,\"b\":null,\"c\":[false,0]}" },
	{ "literals only where they stand alone", "{\"a\":\"true\",\"b\":\"untrue\"} nullify",
	  "{\"a\":\"aaaa\",\"b\":\"aaaaaa\"} aaaaaaa" },
	{ "a card number under a name", "{\"card\":\"4111111111111111\"}",
	  "{\"card\":\"00000000\"}" },
	{ "a name that is a number of somebody", "{\"user_83727\":1}", "{\"aaaa_00000\":0}" },
	{ "a name that is an address", "{\"a@b.example\":1}", "{\"a@a.aaaaaaa\":0}" },
	{ "a name too long to be one", "{\"abcdefghijklmnopqrstuvwxyzabcdefghijklm\":1}",
	  "{\"aaaaaaaa\":0}" },
	{ "a value that looks like a name", "[\"secret\",\"word\"]", "[\"aaaaaa\",\"aaaa\"]" },
	{ "not JSON", "SUBSCRIBE ticks.7 token=hunter2", "aaaaaaaa aaaaa.0 aaaaa=aaaaaa0" },
	{ "control characters", "a\r\n\tb\x01", "a   a*" },
	{ "not ASCII", "\xe6\x9d\xb1\xe4\xba\xac", "******" },
	{ "a mark that does not end", "{\"name", "{\"aaaa" },
	{ "a name and nothing", "\"name\"", "\"aaaa\"" },
	{ "nothing", "", "" },
};

static void shows_names_and_hides_values(void **state)
{
	char text[YG_TALK_SAMPLE_CAP];

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(mask_cases); i++) {
		const struct mask_case *c = &mask_cases[i];
		GUARD_CLEANUP struct guard g = guard_copy(c->text, strlen(c->text));

		print_message("  %s\n", c->name);
		yg_talk_mask((struct yg_slice){ (const char *)g.ptr, strlen(c->text) }, text,
			     sizeof(text));
		assert_string_equal(text, c->want);
	}
}

static void a_mask_stays_within_its_room(void **state)
{
	const char *text = "{\"name\":\"a\",\"other\":\"a\"}";
	char ret[64];

	(void)state;
	for (size_t cap = 1; cap < sizeof(ret); cap++) {
		memset(ret, '#', sizeof(ret));
		yg_talk_mask(yg_slice_from_str(text), ret, cap);
		assert_true(strlen(ret) < cap);
		assert_memory_equal(ret, text, strlen(ret)); /* never half a name */
		assert_int_equal(ret[cap], '#');
	}
}

/* One WebSocket as it was told in two pieces. */
static struct yg_websocket piece(const struct yg_ws_said *said, bool is_ended)
{
	return (struct yg_websocket){
		.start_ns = 1000000000,
		.end_ns = is_ended ? 8000000000 : 6000000000,
		.is_first = !is_ended,
		.is_ended = is_ended,
		.said = { &said[0], &said[1] },
		.news = { { .messages = 2, .text = 1, .binary = 1, .control = 1, .bytes = 30 },
			  { .messages = 1, .text = 1, .compressed = 1, .bytes = 7 } },
		.text = { YG_SLICE("{\"to\":\"Ann\"}"), YG_SLICE("hi") },
	};
}

static const struct yg_ws_said said[2] = { { .largest = 20 }, { .largest = 7, .is_lost = true } };

static void assert_row(const struct yg_talk *talk, uint64_t weight)
{
	assert_non_null(talk);
	assert_int_equal(talk->sockets, weight);
	assert_int_equal(talk->ended, weight);
	assert_int_equal(talk->lost, weight);
	assert_int_equal(talk->seconds, 7 * weight);
	assert_int_equal(talk->first_ns, 1000000000);
	assert_int_equal(talk->last_ns, 8000000000);
	assert_int_equal(talk->sides[0].said.messages, 4 * weight);
	assert_int_equal(talk->sides[0].said.bytes, 60 * weight);
	assert_int_equal(talk->sides[0].said.control, 2 * weight);
	assert_int_equal(talk->sides[0].largest, 20);
	assert_int_equal(talk->sides[1].said.compressed, 2 * weight);
	assert_string_equal(talk->sides[0].sample, "{\"to\":\"aaa\"}");
	assert_string_equal(talk->sides[1].sample, "aa");
}

static void add_one(struct yg_talks *talks, uint64_t endpoint, uint32_t weight)
{
	struct yg_websocket first = piece(said, false), last = piece(said, true);

	yg_talks_add(talks, endpoint, &first, weight);
	assert_int_equal(yg_talks_find(talks, endpoint)->ended, 0);
	yg_talks_add(talks, endpoint, &last, weight);
}

static void adds_up_what_is_new_of_each(void **state)
{
	struct yg_talks *talks = NULL;

	(void)state;
	assert_int_equal(yg_talks_new(&key, &talks), 0);
	assert_null(yg_talks_find(talks, 7));
	add_one(talks, 7, 0);
	assert_row(yg_talks_find(talks, 7), 1);
	add_one(talks, 8, 4); /* one of four is sampled */
	assert_row(yg_talks_find(talks, 8), 4);
	yg_talks_free(&talks);
	yg_talks_free(&talks);
}

static void count_row(void *ctx, const struct yg_talk *talk)
{
	uint64_t *sum = ctx;

	*sum += talk->sockets;
}

static void follows_its_endpoint(void **state)
{
	struct yg_talks *talks = NULL;
	uint64_t sum = 0;

	(void)state;
	assert_int_equal(yg_talks_new(&key, &talks), 0);
	add_one(talks, 7, 1);
	add_one(talks, 8, 1);
	yg_talks_fold(talks, 7, 8);
	yg_talks_fold(talks, 9, 8); /* it has none */
	assert_null(yg_talks_find(talks, 7));
	assert_int_equal(yg_talks_find(talks, 8)->sockets, 2);
	assert_int_equal(yg_talks_find(talks, 8)->sides[0].said.bytes, 120);
	yg_talks_each(talks, count_row, &sum);
	assert_int_equal(sum, 2);
	yg_talks_drop(talks, 8);
	yg_talks_drop(talks, 8);
	assert_null(yg_talks_find(talks, 8));
	yg_talks_free(&talks);
}

static void comes_back_from_its_bytes(void **state)
{
	struct yg_talks *talks = NULL, *others = NULL;
	uint8_t bytes[1024];
	struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };

	(void)state;
	assert_int_equal(yg_talks_new(&key, &talks), 0);
	assert_int_equal(yg_talks_new(&key, &others), 0);
	assert_false(yg_talks_pack(talks, 7, false, &writer));
	add_one(talks, 7, 1);
	assert_true(yg_talks_pack(talks, 7, true, &writer));
	assert_false(writer.overflow);
	assert_false(yg_talks_pack(talks, 7, true, &(struct yg_writer){ 0 })); /* nothing new */
	for (size_t cut = 0; cut < writer.len; cut++) {
		struct yg_reader reader = { .ptr = bytes, .len = cut };

		assert_int_equal(yg_talks_unpack(others, &reader), -EINVAL);
		assert_null(yg_talks_find(others, 7));
	}
	assert_int_equal(
		yg_talks_unpack(others, &(struct yg_reader){ .ptr = bytes, .len = writer.len }), 0);
	assert_row(yg_talks_find(others, 7), 1);
	bytes[0] = 1; /* before operations were counted: three empty sums are not there */
	assert_int_equal(
		yg_talks_unpack(others, &(struct yg_reader){ .ptr = bytes, .len = writer.len - 3 }),
		0);
	assert_row(yg_talks_find(others, 7), 1);
	bytes[0] = 99;
	assert_int_equal(
		yg_talks_unpack(others, &(struct yg_reader){ .ptr = bytes, .len = writer.len }),
		-EINVAL);
	yg_talks_free(&talks);
	yg_talks_free(&others);
}

static void the_least_used_goes_when_it_is_full(void **state)
{
	struct yg_talks *talks = NULL;

	(void)state;
	assert_int_equal(yg_talks_new(&key, &talks), 0);
	for (uint64_t id = 1; id <= YG_TALKS_MAX + 3; id++)
		add_one(talks, id, 1);
	assert_int_equal(yg_talks_count(talks), YG_TALKS_MAX);
	assert_int_equal(yg_talks_evicted(talks), 3);
	assert_null(yg_talks_find(talks, 3));
	assert_non_null(yg_talks_find(talks, 4));
	yg_talks_free(&talks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_names_and_hides_values),
		cmocka_unit_test(a_mask_stays_within_its_room),
		cmocka_unit_test(adds_up_what_is_new_of_each),
		cmocka_unit_test(follows_its_endpoint),
		cmocka_unit_test(comes_back_from_its_bytes),
		cmocka_unit_test(the_least_used_goes_when_it_is_full),
	};

	return cmocka_run_group_tests_name("endpoint/talk", tests, NULL, NULL);
}
