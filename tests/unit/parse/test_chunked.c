/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/chunked.h"

#include <string.h>

#include "core/macros.h"
#include "test.h"

#define BODY_CAP 256

static const struct {
	const char *name, *text, *body;
	enum yg_parse want;
} cases[] = {
	{ "nothing", "0\r\n\r\n", "", YG_PARSE_DONE },
	{ "two chunks, either case", "a\r\n0123456789\r\nB\r\nabcdefghijk\r\n0\r\n\r\n",
	  "0123456789abcdefghijk", YG_PARSE_DONE },
	{ "leading zeros", "0003\r\nabc\r\n000\r\n\r\n", "abc", YG_PARSE_DONE },
	{ "extensions", "3;a;b=c;d=\"e\\\"; f\" ;g\r\nabc\r\n0;x\r\n\r\n", "abc", YG_PARSE_DONE },
	{ "white space before an extension", "3 \t; a = b\r\nabc\r\n0\r\n\r\n", "abc",
	  YG_PARSE_DONE },
	{ "trailers", "0\r\nA: b\r\nC:\r\n\r\n", "", YG_PARSE_DONE },
	{ "the last line is missing", "0\r\n", "", YG_PARSE_MORE },
	{ "white space after the size", "3 \r\nabc\r\n0\r\n\r\n", "", YG_PARSE_BAD },
	{ "no size", "\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "not hex", "g\r\n", "", YG_PARSE_BAD },
	{ "0x", "0x3\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "a sign", "-3\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "a size beyond 2^63", "ffffffffffffffff\r\n", "", YG_PARSE_BAD },
	{ "a size that wraps around", "10000000000000003\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "seventeen zeros", "00000000000000000\r\n\r\n", "", YG_PARSE_BAD },
	{ "bare LF after the size", "3\nabc\r\n", "", YG_PARSE_BAD },
	{ "bare CR after the size", "3\rabc\r\n", "", YG_PARSE_BAD },
	{ "data longer than its size", "3\r\nabcd\r\n0\r\n\r\n", "abc", YG_PARSE_BAD },
	{ "LF alone after data", "3\r\nabc\n0\r\n\r\n", "abc", YG_PARSE_BAD },
	{ "an extension without a name", "3;\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "a quote left open", "3;a=\"b\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "a trailer without a colon", "0\r\nabc\r\n\r\n", "", YG_PARSE_BAD },
	{ "a folded trailer", "0\r\nA: b\r\n c\r\n\r\n", "", YG_PARSE_BAD },
};

/* What lenient readers take besides, and what they do not either. */
static const struct {
	const char *name, *text, *body;
	enum yg_parse want;
} bent[] = {
	{ "white space after the size", "3 \t\r\nabc\r\n0 \r\n\r\n", "abc", YG_PARSE_DONE },
	{ "LF alone", "3\nabc\n0\nA: b\n\n", "abc", YG_PARSE_DONE },
	{ "CR alone after the size", "3\rabc\r\n0\r\n\r\n", "abc", YG_PARSE_DONE },
	{ "CR alone after data", "3\r\nabc\r0\r\n\r\n", "abc", YG_PARSE_DONE },
	{ "CR alone after a trailer", "0\r\nA: b\rC: d\r\n\r\n", "", YG_PARSE_DONE },
	{ "CR alone at the end", "0\r\n\rGET", "", YG_PARSE_DONE },
	{ "seventeen zeros", "00000000000000000\r\n\r\n", "", YG_PARSE_DONE },
	{ "a size behind seventeen zeros", "000000000000000003\r\nabc\r\n0\r\n\r\n", "abc",
	  YG_PARSE_DONE },
	{ "an extension without a name", "3;\r\nabc\r\n0\r\n\r\n", "abc", YG_PARSE_DONE },
	{ "a quote left open", "3;a=\"b\r\nabc\r\n0\r\n\r\n", "abc", YG_PARSE_DONE },
	{ "LF in quotes", "3;a=\"b\nabc\r\n0\r\n\r\n", "abc", YG_PARSE_DONE },
	{ "anything behind a semicolon", "3;\x01{}\r\nabc\r\n0\r\n\r\n", "abc", YG_PARSE_DONE },
	{ "no semicolon", "3 abc\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "no size", "\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "a sign", "+3\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "0x", "0x3\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "an underscore", "0_3\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "a size beyond 2^63", "ffffffffffffffff\r\n", "", YG_PARSE_BAD },
	{ "a size that wraps around", "10000000000000003\r\nabc\r\n", "", YG_PARSE_BAD },
	{ "data longer than its size", "3\r\nabcd\r\n0\r\n\r\n", "abc", YG_PARSE_BAD },
	{ "a folded trailer", "0\r\nA: b\r\n c\r\n\r\n", "", YG_PARSE_BAD },
};

static enum yg_parse read_all(struct yg_chunked *chunked, const char *text, size_t len, size_t step,
			      char *ret_body)
{
	enum yg_parse r = YG_PARSE_MORE;
	size_t body = 0;

	for (size_t at = 0; at < len && r == YG_PARSE_MORE; at += step) {
		size_t piece = len - at < step ? len - at : step;
		GUARD_CLEANUP struct guard in = guard_copy(text + at, piece);

		for (size_t used = 0; used < piece && r == YG_PARSE_MORE;) {
			struct yg_slice data;
			size_t n;

			r = yg_chunked_next(chunked, (uint8_t *)in.ptr + used, piece - used, &n,
					    &data);
			assert_true(body + data.len < BODY_CAP);
			if (data.len)
				memcpy(ret_body + body, data.ptr, data.len);
			body += data.len;
			used += n;
		}
	}
	ret_body[body] = '\0';
	return r;
}

static enum yg_parse run(const char *text, size_t len, size_t step, char *ret_body)
{
	struct yg_chunked chunked = { 0 };
	enum yg_parse r = read_all(&chunked, text, len, step, ret_body);

	assert_false(chunked.is_odd);
	return r;
}

static void decodes_and_refuses_the_same_in_pieces_of_any_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		size_t len = strlen(cases[i].text);

		print_message("  %s\n", cases[i].name);
		for (size_t step = 1; step <= len; step++) {
			char body[BODY_CAP];

			assert_int_equal(run(cases[i].text, len, step, body), cases[i].want);
			assert_string_equal(body, cases[i].body);
		}
	}
}

static void reads_on_where_lenient_readers_do_and_tells(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(bent); i++) {
		size_t len = strlen(bent[i].text);

		print_message("  %s\n", bent[i].name);
		for (size_t step = 1; step <= len; step++) {
			struct yg_chunked chunked = { .is_lenient = true };
			char body[BODY_CAP];

			assert_int_equal(read_all(&chunked, bent[i].text, len, step, body),
					 bent[i].want);
			assert_string_equal(body, bent[i].body);
			assert_true(chunked.is_odd || bent[i].want == YG_PARSE_BAD);
		}
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_chunked chunked = { .is_lenient = true };
		size_t len = strlen(cases[i].text);
		char body[BODY_CAP];

		if (cases[i].want == YG_PARSE_BAD)
			continue;
		assert_int_equal(read_all(&chunked, cases[i].text, len, len, body), cases[i].want);
		assert_string_equal(body, cases[i].body);
		assert_false(chunked.is_odd);
	}
}

static void bounds_extensions_and_trailers(void **state)
{
	static char text[YG_CHUNK_EXTENSION_MAX + YG_CHUNK_TRAILER_MAX];
	char body[BODY_CAP];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "3;", 2);
	assert_int_equal(run(text, YG_CHUNK_EXTENSION_MAX + 2, 4096, body), YG_PARSE_MORE);
	assert_int_equal(run(text, YG_CHUNK_EXTENSION_MAX + 3, 4096, body), YG_PARSE_BAD);
	memcpy(text, "0\r\nA:", 5);
	assert_int_equal(run(text, YG_CHUNK_TRAILER_MAX + 3, 4096, body), YG_PARSE_MORE);
	assert_int_equal(run(text, YG_CHUNK_TRAILER_MAX + 4, 4096, body), YG_PARSE_BAD);
}

static void skips_only_data_of_the_current_chunk(void **state)
{
	struct yg_chunked chunked = { 0 };
	struct yg_slice data;
	size_t used;

	(void)state;
	assert_false(yg_chunked_skip(&chunked, 1));
	assert_int_equal(yg_chunked_next(&chunked, (const uint8_t *)"a\r\nbc", 5, &used, &data),
			 YG_PARSE_MORE);
	assert_int_equal(yg_chunked_data_left(&chunked), 8);
	assert_false(yg_chunked_skip(&chunked, 9));
	assert_true(yg_chunked_skip(&chunked, 0));
	assert_true(yg_chunked_skip(&chunked, 8));
	assert_int_equal(yg_chunked_data_left(&chunked), 0);
	assert_int_equal(
		yg_chunked_next(&chunked, (const uint8_t *)"\r\n0\r\n\r\n", 7, &used, &data),
		YG_PARSE_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_and_refuses_the_same_in_pieces_of_any_size),
		cmocka_unit_test(reads_on_where_lenient_readers_do_and_tells),
		cmocka_unit_test(bounds_extensions_and_trailers),
		cmocka_unit_test(skips_only_data_of_the_current_chunk),
	};

	return cmocka_run_group_tests_name("parse/chunked", tests, NULL, NULL);
}
