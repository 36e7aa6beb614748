/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/bytes.h"

#include "test.h"

static void reads_back_what_was_written(void **state)
{
	const uint64_t values[] = { 0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX };
	uint8_t buf[256];
	struct yg_writer writer = { .ptr = buf, .cap = sizeof(buf) };
	struct yg_reader reader;

	(void)state;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		yg_put_varint(&writer, values[i]);
		yg_put_u64(&writer, values[i]);
	}
	yg_put_text(&writer, YG_SLICE("櫓"));
	assert_false(writer.overflow);

	reader = (struct yg_reader){ .ptr = buf, .len = writer.len };
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		assert_true(yg_get_varint(&reader) == values[i]);
		assert_true(yg_get_u64(&reader) == values[i]);
	}
	assert_true(yg_slice_equal(yg_get_text(&reader), YG_SLICE("櫓")));
	assert_false(reader.bad);
	assert_int_equal(reader.used, writer.len);
}

static void refuses_every_truncation(void **state)
{
	uint8_t buf[32];
	struct yg_writer writer = { .ptr = buf, .cap = sizeof(buf) };

	(void)state;

	yg_put_varint(&writer, 1u << 20);
	yg_put_text(&writer, YG_SLICE("abc"));
	for (size_t len = 0; len < writer.len; len++) {
		GUARD_CLEANUP struct guard g = guard_copy(buf, len);
		struct yg_reader reader = { .ptr = (const uint8_t *)g.ptr, .len = len };

		(void)yg_get_varint(&reader);
		(void)yg_get_text(&reader);
		assert_true(reader.bad);
	}
}

static void copies_a_text_that_fits_and_holds_no_nul(void **state)
{
	static const struct {
		struct yg_slice text;
		bool good;
	} cases[] = {
		{ YG_SLICE("abc"), true },
		{ YG_SLICE(""), true },
		{ YG_SLICE("abcd"), false },
		{ YG_SLICE("a\0b"), false },
	};

	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t buf[16];
		struct yg_writer writer = { .ptr = buf, .cap = sizeof(buf) };
		struct yg_reader reader = { .ptr = buf };
		char text[4] = "???";

		yg_put_text(&writer, cases[i].text);
		reader.len = writer.len;
		yg_get_string(&reader, text, sizeof(text));
		assert_int_equal(reader.bad, !cases[i].good);
		assert_string_equal(text, cases[i].good ? cases[i].text.ptr : "");
	}
}

static void never_writes_beyond_the_cap(void **state)
{
	uint8_t buf[9] = { [8] = 0x55 };
	struct yg_writer writer = { .ptr = buf, .cap = 8 };

	(void)state;

	yg_put_varint(&writer, 1);
	yg_put_u64(&writer, UINT64_MAX);
	assert_true(writer.overflow);
	assert_int_equal(writer.len, 1);
	assert_int_equal(buf[8], 0x55);
}

static void refuses_a_varint_beyond_64_bits(void **state)
{
	const uint8_t wide[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02 };
	struct yg_reader reader = { .ptr = wide, .len = sizeof(wide) };

	(void)state;

	assert_true(yg_get_varint(&reader) == 0);
	assert_true(reader.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back_what_was_written),
		cmocka_unit_test(refuses_every_truncation),
		cmocka_unit_test(copies_a_text_that_fits_and_holds_no_nul),
		cmocka_unit_test(never_writes_beyond_the_cap),
		cmocka_unit_test(refuses_a_varint_beyond_64_bits),
	};

	return cmocka_run_group_tests_name("core/bytes", tests, NULL, NULL);
}
