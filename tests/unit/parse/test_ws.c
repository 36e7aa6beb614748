/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/ws.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_frames_however_they_are_split),
		cmocka_unit_test(goes_on_behind_a_hole_in_a_payload),
		cmocka_unit_test(gives_up_behind_a_hole_that_may_hide_a_frame),
	};

	return cmocka_run_group_tests_name("parse/ws", tests, NULL, NULL);
}
