/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/ws.h"

#include <string.h>

#include "core/macros.h"
#include "guard.h"
#include "test.h"

struct ws_case {
	const char *name;
	const char *bytes;
	size_t len;
	uint64_t frames, messages, lost;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct ws_case cases[] = {
	{ "a text message", BYTES("\x81\x02hi"), 1, 1, 0 },
	{ "a masked one", BYTES("\x81\x82kkkk\x03\x02"), 1, 1, 0 },
	{ "a message in fragments", BYTES("\x01\x01h\x80\x01i"), 2, 1, 0 },
	{ "a ping between fragments", BYTES("\x02\x01h\x89\x00\x80\x01i"), 3, 1, 0 },
	{ "16 bits of length",
	  BYTES("\x82\x7e\x00\x03"
		"abc\x88\x00"),
	  2, 1, 0 },
	{ "64 bits of length", BYTES("\x82\x7f\0\0\0\0\0\0\0\x01z\x8a\x00"), 2, 1, 0 },
	{ "a compressed message", BYTES("\xc1\x01z"), 1, 1, 0 },
	{ "an undefined opcode", BYTES("\x83\x00\x81\x00"), 0, 0, 1 },
	{ "a large ping", BYTES("\x89\x7e\x00\x80"), 0, 0, 1 },
	{ "a header cut short", BYTES("\x81\x00\x82\x7e\x01"), 1, 1, 0 },
};

static void counts_frames_however_they_are_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct ws_case *c = &cases[i];

		print_message("  %s\n", c->name);
		for (size_t step = 1; step <= c->len; step++) {
			struct yg_stream_counters counters = { 0 };
			struct yg_ws ws = { .is_open = true };

			for (size_t at = 0; at < c->len; at += step) {
				size_t n = c->len - at < step ? c->len - at : step;
				GUARD_CLEANUP struct guard g = guard_copy(c->bytes + at, n);

				yg_ws_read(&ws, (const uint8_t *)g.ptr, n, &counters);
			}
			assert_int_equal(counters.ws_frame, c->frames);
			assert_int_equal(counters.ws_message, c->messages);
			assert_int_equal(counters.ws_lost, c->lost);
		}
	}
}

static void goes_on_behind_a_hole_in_a_payload(void **state)
{
	struct yg_stream_counters counters = { 0 };
	struct yg_ws ws = { .is_open = true };

	(void)state;
	yg_ws_read(&ws, (const uint8_t *)"\x82\x7e\x10\x00", 4, &counters);
	yg_ws_gap(&ws, 0x1000, &counters);
	yg_ws_read(&ws, (const uint8_t *)"\x81\x00", 2, &counters);
	assert_int_equal(counters.ws_frame, 2);
	assert_int_equal(counters.ws_lost, 0);
}

static void gives_up_behind_a_hole_that_may_hide_a_frame(void **state)
{
	struct yg_stream_counters counters = { 0 };
	struct yg_ws ws = { .is_open = true };

	(void)state;
	yg_ws_gap(&ws, 1, &counters);
	yg_ws_read(&ws, (const uint8_t *)"\x81\x00", 2, &counters);
	assert_int_equal(counters.ws_frame, 0);
	assert_int_equal(counters.ws_lost, 1);
}

static const struct {
	const char *name;
	const char *bytes;
	size_t len;
	struct yg_ws_said want; /* sample as text */
} said_cases[] = {
	{ "text in fragments, masked, with a ping between",
	  BYTES("\x01\x82kkkk\x03\x02\x89\x01p\x80\x81kkkk\x4a"),
	  { .frames = 3,
	    .control = 1,
	    .messages = 1,
	    .text = 1,
	    .bytes = 3,
	    .largest = 3,
	    .sample_len = 3,
	    .sample = "hi!" } },
	{ "the first text alone is kept",
	  BYTES("\x82\x01"
		"b\x81\x01x\x81\x02yz"),
	  { .frames = 3,
	    .messages = 3,
	    .text = 2,
	    .binary = 1,
	    .bytes = 4,
	    .largest = 2,
	    .sample_len = 1,
	    .sample = "x" } },
	{ "an empty text",
	  BYTES("\x81\x00\x81\x01y"),
	  { .frames = 2, .messages = 2, .text = 2, .bytes = 1, .largest = 1 } },
	{ "a masked close",
	  BYTES("\x88\x85kkkk\x68\x82"
		"bye"),
	  { .frames = 1, .control = 1, .close_code = 1001 } },
	{ "a close without a code", BYTES("\x88\x00"), { .frames = 1, .control = 1 } },
	{ "a message that does not end",
	  BYTES("\x01\x02hi"),
	  { .frames = 1, .text = 1, .bytes = 2, .largest = 2, .sample_len = 2, .sample = "hi" } },
	{ "what no frame is",
	  BYTES("\x81\x01x\xb1\x01y"),
	  { .frames = 1,
	    .messages = 1,
	    .text = 1,
	    .bytes = 1,
	    .largest = 1,
	    .sample_len = 1,
	    .sample = "x",
	    .is_lost = true } },
};

static void knows_what_a_side_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(said_cases); i++) {
		size_t len = said_cases[i].len;

		print_message("  %s\n", said_cases[i].name);
		for (size_t step = 1; step <= len; step++) {
			struct yg_stream_counters counters = { 0 };
			struct yg_ws ws = { .is_open = true };

			for (size_t at = 0; at < len; at += step) {
				size_t n = len - at < step ? len - at : step;
				GUARD_CLEANUP struct guard g =
					guard_copy(said_cases[i].bytes + at, n);

				yg_ws_read(&ws, (const uint8_t *)g.ptr, n, &counters);
			}
			assert_memory_equal(&ws.said, &said_cases[i].want, sizeof(ws.said));
		}
	}
}

static void keeps_the_beginning_of_a_long_text(void **state)
{
	static const uint8_t head[] = { 0x81, 0x7e, 0x08, 0x00 };
	static uint8_t payload[2048];
	struct yg_stream_counters counters = { 0 };
	struct yg_ws ws = { .is_open = true };

	(void)state;
	memset(payload, 'a', sizeof(payload));
	yg_ws_read(&ws, head, sizeof(head), &counters);
	assert_int_equal(yg_ws_unwanted(&ws), 0);
	yg_ws_read(&ws, payload, 1000, &counters);
	assert_int_equal(yg_ws_unwanted(&ws), 0);
	yg_ws_read(&ws, payload, 48, &counters);
	assert_int_equal(ws.said.sample_len, YG_WS_SAMPLE_MAX);
	assert_true(ws.said.is_sample_cut);
	assert_int_equal(yg_ws_unwanted(&ws), 1000);
	yg_ws_gap(&ws, 1000, &counters);
	assert_true(ws.is_open);
	yg_ws_gap(&ws, 1, &counters);
	assert_false(ws.is_open);
	assert_true(ws.said.is_lost);
}

static void marks_a_sample_with_a_hole(void **state)
{
	struct yg_stream_counters counters = { 0 };
	struct yg_ws ws = { .is_open = true };

	(void)state;
	yg_ws_read(&ws,
		   (const uint8_t *)"\x81\x04"
				    "ab",
		   4, &counters);
	yg_ws_gap(&ws, 1, &counters);
	yg_ws_read(&ws, (const uint8_t *)"d", 1, &counters);
	assert_int_equal(ws.said.sample_len, 2);
	assert_true(ws.said.is_sample_cut);
	assert_int_equal(ws.said.messages, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_frames_however_they_are_split),
		cmocka_unit_test(goes_on_behind_a_hole_in_a_payload),
		cmocka_unit_test(gives_up_behind_a_hole_that_may_hide_a_frame),
		cmocka_unit_test(knows_what_a_side_said),
		cmocka_unit_test(keeps_the_beginning_of_a_long_text),
		cmocka_unit_test(marks_a_sample_with_a_hole),
	};

	return cmocka_run_group_tests_name("parse/ws", tests, NULL, NULL);
}
