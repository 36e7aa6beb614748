/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/decoder.h"

#include <string.h>

#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include "test.h"

#define PLAIN_LEN 6000u
#define GZIP	  31 /* window bits of zlib */
#define ZLIB	  15
#define RAW	  (-15)

/* What brotli -q 5 makes of brotli_item, forty times. */
static const uint8_t brotli[] = {
	0xb1, 0x38, 0x38, 0x00, 0x20, 0xf0, 0x9f, 0xb7, 0xd4, 0x5f, 0x36, 0xeb, 0x97, 0xa4,
	0xfa, 0x37, 0x8a, 0xed, 0x4c, 0x35, 0x53, 0x9a, 0x14, 0xa8, 0xc1, 0x64, 0x2f, 0x14,
	0xb9, 0x56, 0x57, 0x17, 0x26, 0x4d, 0x5e, 0x30, 0xde, 0xbd, 0x7f, 0x1f, 0x02, 0x49,
	0x1a, 0x43, 0xae, 0xac, 0xb4, 0x7e, 0xa5, 0xb1, 0x76, 0x16, 0x00,
};
static const char brotli_item[] =
	"{\"name\":\"\xe5\xb1\xb1\xe7\x94\xb0\",\"email\":\"yamada@example.jp\"}";

/* Words that repeat, but not all the time: a ratio that people's text has. */
static void write_plain(char *plain)
{
	uint32_t seed = 1;

	for (size_t i = 0; i < PLAIN_LEN; i++) {
		seed = seed * 1664525u + 1013904223u;
		plain[i] = (char)('a' + (seed >> 24) % 20);
	}
}

static size_t deflate_as(int bits, const char *plain, size_t len, uint8_t *ret, size_t cap)
{
	z_stream stream = { 0 };

	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in = (const Bytef *)plain;
	stream.avail_in = (uInt)len;
	stream.next_out = ret;
	stream.avail_out = (uInt)cap;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(deflateEnd(&stream), Z_OK);
	return cap - stream.avail_out;
}

struct coded {
	const char *name;
	enum yg_decoder_coding coding;
	int bits; /* 0: zstd */
};

static const struct coded codings[] = {
	{ "gzip", YG_DECODER_GZIP, GZIP },
	{ "deflate as zlib", YG_DECODER_DEFLATE, ZLIB },
	{ "deflate raw", YG_DECODER_DEFLATE, RAW },
	{ "zstd", YG_DECODER_ZSTD, 0 },
};

static size_t encode(const struct coded *coded, const char *plain, size_t len, uint8_t *ret,
		     size_t cap)
{
	size_t n;

	if (coded->bits)
		return deflate_as(coded->bits, plain, len, ret, cap);
	n = ZSTD_compress(ret, cap, plain, len, 3);
	assert_false(ZSTD_isError(n));
	return n;
}

static enum yg_decoded run(struct yg_decoder *decoder, enum yg_decoder_coding coding,
			   const uint8_t *data, size_t len, char *out, size_t cap, size_t *ret_len)
{
	GUARD_CLEANUP struct guard in = guard_copy(data, len);

	return yg_decoder_run(decoder, coding, (struct yg_slice){ in.ptr, in.len }, out, cap,
			      ret_len);
}

static void decodes_what_was_encoded(void **state)
{
	YG_CLEANUP(yg_decoder_free) struct yg_decoder *decoder = NULL;
	char plain[PLAIN_LEN], out[PLAIN_LEN + 1];
	uint8_t data[2 * PLAIN_LEN];

	(void)state;
	assert_int_equal(yg_decoder_new(&decoder), 0);
	write_plain(plain);
	for (size_t i = 0; i < YG_ARRAY_SIZE(codings); i++) {
		size_t got, len = encode(&codings[i], plain, PLAIN_LEN, data, sizeof(data));

		print_message("  %s\n", codings[i].name);
		/* Twice: a run leaves nothing behind. */
		for (int turn = 0; turn < 2; turn++) {
			assert_int_equal(
				run(decoder, codings[i].coding, data, len, out, sizeof(out), &got),
				YG_DECODED_WHOLE);
			assert_int_equal(got, PLAIN_LEN);
			assert_memory_equal(out, plain, PLAIN_LEN);
		}
	}
}

static void decodes_brotli(void **state)
{
	YG_CLEANUP(yg_decoder_free) struct yg_decoder *decoder = NULL;
	size_t item = strlen(brotli_item), got;
	char out[PLAIN_LEN];

	(void)state;
	assert_int_equal(yg_decoder_new(&decoder), 0);
	assert_int_equal(
		run(decoder, YG_DECODER_BR, brotli, sizeof(brotli), out, sizeof(out), &got),
		YG_DECODED_WHOLE);
	assert_int_equal(got, 40 * item);
	for (size_t i = 0; i < 40; i++)
		assert_memory_equal(out + i * item, brotli_item, item);
	assert_int_equal(
		run(decoder, YG_DECODER_BR, brotli, sizeof(brotli) - 9, out, sizeof(out), &got),
		YG_DECODED_CUT);
	assert_memory_equal(out, brotli_item, got < item ? got : item);
	assert_int_equal(run(decoder, YG_DECODER_BR, brotli, sizeof(brotli), out, 100, &got),
			 YG_DECODED_FULL);
	assert_int_equal(got, 100);
}

/* Every prefix gives a prefix of the text, and a longer one no less. */
static void decodes_prefixes(void **state)
{
	YG_CLEANUP(yg_decoder_free) struct yg_decoder *decoder = NULL;
	char plain[PLAIN_LEN], out[PLAIN_LEN + 1];
	uint8_t data[2 * PLAIN_LEN];

	(void)state;
	assert_int_equal(yg_decoder_new(&decoder), 0);
	write_plain(plain);
	for (size_t i = 0; i < YG_ARRAY_SIZE(codings); i++) {
		size_t len = encode(&codings[i], plain, PLAIN_LEN, data, sizeof(data)), before = 0;

		print_message("  %s\n", codings[i].name);
		for (size_t cut = 0; cut < len; cut += 97) {
			size_t got;

			assert_int_equal(
				run(decoder, codings[i].coding, data, cut, out, sizeof(out), &got),
				YG_DECODED_CUT);
			assert_true(got >= before && got <= PLAIN_LEN);
			assert_memory_equal(out, plain, got);
			before = got;
		}
		/* zstd has one block here, which is nothing before it is whole. */
		assert_true(before > PLAIN_LEN / 2 || codings[i].bits == 0);
	}
}

/* RFC 1952 section 2.2: members follow each other, and readers put them together. */
static void decodes_every_member(void **state)
{
	struct yg_decoder *decoder;
	uint8_t coded[256];
	size_t len = 0, got;
	char out[64];

	(void)state;
	assert_int_equal(yg_decoder_new(&decoder), 0);
	len += deflate_as(GZIP, "", 0, coded, sizeof(coded));
	len += deflate_as(GZIP, "{\"a\":", 5, coded + len, sizeof(coded) - len);
	len += deflate_as(GZIP, "1}", 2, coded + len, sizeof(coded) - len);
	for (size_t cut = 0; cut < 2; cut++) {
		GUARD_CLEANUP struct guard in = guard_copy(coded, len - cut);

		assert_int_equal(yg_decoder_run(decoder, YG_DECODER_GZIP,
						(struct yg_slice){ in.ptr, in.len }, out,
						sizeof(out), &got),
				 cut ? YG_DECODED_CUT : YG_DECODED_WHOLE);
		assert_int_equal(got, 7);
		assert_memory_equal(out, "{\"a\":1}", 7);
	}
	/* What follows and is no member is nobody's. */
	coded[len++] = 'x';
	assert_int_equal(yg_decoder_run(decoder, YG_DECODER_GZIP,
					(struct yg_slice){ (char *)coded, len }, out, sizeof(out),
					&got),
			 YG_DECODED_WHOLE);
	assert_int_equal(got, 7);
	yg_decoder_free(&decoder);
}

static void stops_at_the_cap(void **state)
{
	YG_CLEANUP(yg_decoder_free) struct yg_decoder *decoder = NULL;
	char plain[PLAIN_LEN], out[100];
	uint8_t data[2 * PLAIN_LEN];

	(void)state;
	assert_int_equal(yg_decoder_new(&decoder), 0);
	write_plain(plain);
	for (size_t i = 0; i < YG_ARRAY_SIZE(codings); i++) {
		size_t got, len = encode(&codings[i], plain, PLAIN_LEN, data, sizeof(data));

		print_message("  %s\n", codings[i].name);
		assert_int_equal(run(decoder, codings[i].coding, data, len, out, sizeof(out), &got),
				 YG_DECODED_FULL);
		assert_int_equal(got, sizeof(out));
		assert_memory_equal(out, plain, sizeof(out));
	}
}

static void refuses_what_blows_up(void **state)
{
	YG_CLEANUP(yg_decoder_free) struct yg_decoder *decoder = NULL;
	static char zeros[1u << 20], out[32768];
	uint8_t data[8192];

	(void)state;
	assert_int_equal(yg_decoder_new(&decoder), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(codings); i++) {
		size_t got, len = encode(&codings[i], zeros, sizeof(zeros), data, sizeof(data));

		print_message("  %s\n", codings[i].name);
		assert_int_equal(run(decoder, codings[i].coding, data, len, out, sizeof(out), &got),
				 YG_DECODED_BOMB);
	}
}

static void tells_what_is_not_of_the_coding(void **state)
{
	YG_CLEANUP(yg_decoder_free) struct yg_decoder *decoder = NULL;
	static const uint8_t text[] = "no compressed stream of any kind";
	char out[256];
	size_t got;

	(void)state;
	assert_int_equal(yg_decoder_new(&decoder), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(codings); i++) {
		print_message("  %s\n", codings[i].name);
		assert_int_equal(
			run(decoder, codings[i].coding, text, sizeof(text), out, sizeof(out), &got),
			YG_DECODED_CORRUPT);
		assert_int_equal(got, 0);
	}
}

/* A frame header that asks for 64 MB, and one raw block. RFC 8878 section 3.1.1. */
static void refuses_a_window_beyond_its_memory(void **state)
{
	static const uint8_t huge[] = {
		0x28, 0xb5, 0x2f, 0xfd, 0x00, 16 << 3, 0x09, 0x00, 0x00, 'x'
	};
	YG_CLEANUP(yg_decoder_free) struct yg_decoder *decoder = NULL;
	char out[16];
	size_t got;

	(void)state;
	assert_int_equal(yg_decoder_new(&decoder), 0);
	assert_int_equal(run(decoder, YG_DECODER_ZSTD, huge, sizeof(huge), out, sizeof(out), &got),
			 YG_DECODED_WINDOW);
}

static void names_codings(void **state)
{
	static const struct {
		const char *value;
		enum yg_decoder_coding want;
	} cases[] = {
		{ "gzip", YG_DECODER_GZIP },
		{ " GZip ", YG_DECODER_GZIP },
		{ "x-gzip", YG_DECODER_GZIP },
		{ "deflate", YG_DECODER_DEFLATE },
		{ "br", YG_DECODER_BR },
		{ "zstd", YG_DECODER_ZSTD },
		{ "identity", YG_DECODER_IDENTITY },
		{ "none", YG_DECODER_IDENTITY },
		{ "UTF-8", YG_DECODER_IDENTITY },
		{ "", YG_DECODER_IDENTITY },
		{ NULL, YG_DECODER_IDENTITY },
		{ "gzip, br", YG_DECODER_UNKNOWN },
		{ "aes128gcm", YG_DECODER_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++)
		assert_int_equal(yg_decoder_coding_of(yg_slice_from_str(cases[i].value)),
				 cases[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_what_was_encoded),
		cmocka_unit_test(decodes_brotli),
		cmocka_unit_test(decodes_prefixes),
		cmocka_unit_test(decodes_every_member),
		cmocka_unit_test(stops_at_the_cap),
		cmocka_unit_test(refuses_what_blows_up),
		cmocka_unit_test(tells_what_is_not_of_the_coding),
		cmocka_unit_test(refuses_a_window_beyond_its_memory),
		cmocka_unit_test(names_codings),
	};

	return cmocka_run_group_tests_name("parse/decoder", tests, NULL, NULL);
}
