/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2frame.h"

#include <string.h>

#include "test.h"

static void reads_the_nine_bytes(void **state)
{
	static const uint8_t header[YG_H2_HEADER] = { 0x01, 0x02, 0x03, 0x09, 0x04,
						      0x80, 0x00, 0x01, 0x05 };
	struct yg_h2_frame frame = yg_h2_frame_read(header);

	(void)state;
	assert_int_equal(frame.length, 0x010203);
	assert_int_equal(frame.type, YG_H2_CONTINUATION);
	assert_int_equal(frame.flags, YG_H2_END_HEADERS);
	assert_int_equal(frame.stream, 0x105); /* without the reserved bit */
}

static const struct {
	const char *what;
	struct yg_h2_frame frame;
	bool is_valid, is_likely;
} cases[] = {
	{ "DATA", { 100, 1, YG_H2_DATA, 0x09 }, true, true },
	{ "DATA of the connection", { 100, 0, YG_H2_DATA, 0 }, false, false },
	{ "DATA with a flag of another type", { 100, 1, YG_H2_DATA, 0x04 }, true, false },
	{ "HEADERS with every flag of it", { 50, 1, YG_H2_HEADERS, 0x2d }, true, true },
	{ "PRIORITY of four bytes", { 4, 1, YG_H2_PRIORITY, 0 }, false, false },
	{ "RST_STREAM", { 4, 3, YG_H2_RST_STREAM, 0 }, true, true },
	{ "RST_STREAM of the connection", { 4, 0, YG_H2_RST_STREAM, 0 }, false, false },
	{ "SETTINGS", { 12, 0, YG_H2_SETTINGS, 0 }, true, true },
	{ "SETTINGS of seven bytes", { 7, 0, YG_H2_SETTINGS, 0 }, false, false },
	{ "SETTINGS that acknowledges with content", { 6, 0, YG_H2_SETTINGS, 1 }, false, false },
	{ "PUSH_PROMISE of three bytes", { 3, 2, YG_H2_PUSH_PROMISE, 4 }, false, false },
	{ "PING", { 8, 0, YG_H2_PING, 1 }, true, true },
	{ "PING of a stream", { 8, 1, YG_H2_PING, 0 }, false, false },
	{ "GOAWAY", { 8, 0, YG_H2_GOAWAY, 0 }, true, true },
	{ "WINDOW_UPDATE of five bytes", { 5, 1, YG_H2_WINDOW_UPDATE, 0 }, false, false },
	{ "CONTINUATION", { 16385, 1, YG_H2_CONTINUATION, 4 }, true, false },
	{ "an extension", { 16, 0, 0x20, 0xff }, true, false },
};

static void judges_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("  %s\n", cases[i].what);
		assert_int_equal(yg_h2_frame_is_valid(&cases[i].frame), cases[i].is_valid);
		assert_int_equal(yg_h2_frame_is_likely(&cases[i].frame), cases[i].is_likely);
	}
}

static void knows_the_opening_of_a_server(void **state)
{
	static const char settings[] = "\x00\x00\x06\x04\x00\x00\x00\x00\x00";

	(void)state;
	for (size_t len = 0; len < YG_H2_HEADER; len++) {
		GUARD_CLEANUP struct guard in = guard_copy(settings, len);

		assert_int_equal(yg_h2_opening((const uint8_t *)in.ptr, len), YG_PARSE_MORE);
	}
	assert_int_equal(yg_h2_opening((const uint8_t *)settings, YG_H2_HEADER), YG_PARSE_DONE);
	assert_int_equal(yg_h2_opening((const uint8_t *)"\x00\x00\x07\x04\x00\x00\x00\x00\x00", 9),
			 YG_PARSE_BAD);
	assert_int_equal(yg_h2_opening((const uint8_t *)"HTTP/1.1", 8), YG_PARSE_BAD);
	assert_int_equal(yg_h2_opening((const uint8_t *)"\x00\x00\x06\x05", 4), YG_PARSE_BAD);
}

static void follows_a_row_of_frames(void **state)
{
	static const char row[] = "\x00\x00\x01\x00\x01\x00\x00\x00\x01z"
				  "\x00\x00\x04\x08\x00\x00\x00\x00\x00\x00\x01\x00\x00"
				  "\x00\x00\x08\x06\x00\x00\x00\x00\x00 12345";
	GUARD_CLEANUP struct guard in = guard_copy(row, sizeof(row) - 1);
	const uint8_t *data = (const uint8_t *)in.ptr;
	bool ends;

	(void)state;
	assert_int_equal(yg_h2_frame_chain(data, in.len, 9, &ends), 3);
	assert_false(ends);
	assert_int_equal(yg_h2_frame_chain(data, in.len, 2, &ends), 2);
	assert_int_equal(yg_h2_frame_chain(data, 10, 9, &ends), 1);
	assert_true(ends);
	assert_int_equal(yg_h2_frame_chain(data, 8, 9, &ends), 0);
	assert_int_equal(yg_h2_frame_chain((const uint8_t *)"GET / HTTP/1.1", 14, 9, &ends), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_nine_bytes),
		cmocka_unit_test(judges_frames),
		cmocka_unit_test(knows_the_opening_of_a_server),
		cmocka_unit_test(follows_a_row_of_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
