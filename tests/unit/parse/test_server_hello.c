/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/server_hello.h"

#include <stdio.h>

#include "hello.h"
#include "test.h"

#define ROOM 40000u

static int setup(void **state)
{
	return yg_pool_new(1 << 20, (struct yg_pool **)state);
}

static int teardown(void **state)
{
	yg_pool_free((struct yg_pool **)state);
	return 0;
}

/* "version cipher alpn certificate bytes flags", after feeding in pieces of @step. */
static enum yg_parse feed(struct yg_pool *pool, const uint8_t *data, size_t len, size_t step,
			  char *ret)
{
	GUARD_CLEANUP struct guard in = guard_copy(data, len);
	struct yg_flight flight = { .len = 0 };
	struct yg_server_hello got;
	enum yg_parse r = YG_PARSE_MORE;

	for (size_t at = 0; at < len && r == YG_PARSE_MORE; at += step) {
		size_t n = len - at < step ? len - at : step;

		r = yg_flight_take(&flight, pool, (const uint8_t *)in.ptr + at, n);
	}
	yg_flight_read(&flight, &got);
	(void)snprintf(ret, 128, "%04x %04x %.*s %zu%s%s %u", got.version, got.cipher,
		       (int)got.alpn.len, got.alpn.ptr ? got.alpn.ptr : "", got.certificate.len,
		       got.is_resumed ? " resumed" : "", got.is_refused ? " refused" : "",
		       got.alert);
	yg_flight_drop(&flight, pool);
	return r;
}

static const struct {
	const char *what;
	struct answer_spec spec;
	size_t record;
	const char *want;
	enum yg_parse result;
} cases[] = {
	{ "TLS 1.3",
	  { .version = 0x0304, .cipher = 0x1301, .ciphers_change = 1 },
	  16384,
	  "0304 1301  0 0",
	  YG_PARSE_DONE },
	{ "TLS 1.2 with certificate",
	  { .version = 0x0303, .cipher = 0xc02f, .alpn = "h2", .certificate_len = 900, .done = 1 },
	  16384,
	  "0303 c02f h2 900 0",
	  YG_PARSE_DONE },
	{ "TLS 1.0 over small records",
	  { .version = 0x0301, .cipher = 0x000a, .certificate_len = 3000, .done = 1 },
	  100,
	  "0301 000a  3000 0",
	  YG_PARSE_DONE },
	{ "TLS 1.2 resumed",
	  { .version = 0x0303, .cipher = 0xc02f, .ciphers_change = 1 },
	  16384,
	  "0303 c02f  0 resumed 0",
	  YG_PARSE_DONE },
	{ "TLS 1.2 without certificate",
	  { .version = 0x0303, .cipher = 0x0034, .done = 1 },
	  16384,
	  "0303 0034  0 0",
	  YG_PARSE_DONE },
	{ "alert at once", { .alert = 70 }, 16384, "0000 0000  0 refused 70", YG_PARSE_DONE },
	{ "certificate beyond the limit",
	  { .version = 0x0303, .cipher = 0xc02f, .certificate_len = 20000, .done = 1 },
	  16384,
	  "0303 c02f  0 0",
	  YG_PARSE_DONE },
	{ "nothing more yet",
	  { .version = 0x0303, .cipher = 0xc02f },
	  16384,
	  "0303 c02f  0 0",
	  YG_PARSE_MORE },
};

static void reads_what_the_server_chose(void **state)
{
	static uint8_t bytes[ROOM];
	static const size_t steps[] = { SIZE_MAX / 2, 1, 7, 1400 };
	char got[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = hello_answer(&cases[i].spec, cases[i].record, bytes);

		print_message("  %s\n", cases[i].what);
		for (size_t step = 0; step < 4; step++) {
			assert_int_equal(feed(*state, bytes, len, steps[step], got),
					 cases[i].result);
			assert_string_equal(got, cases[i].want);
		}
	}
}

static void reads_group_compression_and_wish_for_a_certificate(void **state)
{
	static const struct {
		struct answer_spec spec;
		uint16_t dh_bits;
		bool is_compressed, asks, is_whole;
	} rows[] = {
		{ { .cipher = 0x009e, .dh_bits = 1024, .asks = 1, .done = 1 }, 1024, 0, 1, 1 },
		{ { .cipher = 0x009e, .dh_bits = 2047, .done = 1 }, 2047, 0, 0, 1 },
		{ { .cipher = 0xc02f, .dh_bits = 1024, .done = 1 }, 0, 0, 0, 1 },
		{ { .cipher = 0x009e, .dh_bits = 3072, .compression = 1 }, 3072, 1, 0, 0 },
		{ { .cipher = 0x009e, .asks = 1 }, 0, 0, 1, 0 },
	};
	static uint8_t bytes[ROOM];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 3; i++) {
		struct answer_spec spec = rows[i / 3].spec;
		struct yg_flight flight = { .len = 0 };
		struct yg_server_hello got;
		size_t len, step = i % 3 == 0 ? 1 : i % 3 == 1 ? 100 : ROOM;

		spec.version = 0x0303;
		spec.certificate_len = 700;
		len = hello_answer(&spec, 500, bytes);
		for (size_t at = 0; at < len; at += step)
			(void)yg_flight_take(&flight, *state, bytes + at,
					     len - at < step ? len - at : step);
		yg_flight_read(&flight, &got);
		assert_int_equal(got.dh_bits, rows[i / 3].dh_bits);
		assert_int_equal(got.is_compressed, rows[i / 3].is_compressed);
		assert_int_equal(got.asks_certificate, rows[i / 3].asks);
		assert_int_equal(got.is_whole, rows[i / 3].is_whole);
		assert_int_equal(got.certificate.len, 700);
		yg_flight_drop(&flight, *state);
	}
}

static void refuses_what_is_no_tls(void **state)
{
	static const char *const texts[] = {
		"HTTP/1.1 200 OK\r\n\r\n", "\x16\x02\x01",
		"\x16\x03\x03\x00\x04\x01\x00\x00\x00",		/* a ClientHello */
		"\x16\x03\x03\x00\x06\x02\x00\x00\x02\x03\x03", /* a ServerHello of two bytes */
	};
	static const size_t lens[] = { 19, 3, 9, 11 };
	char got[128];

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		assert_int_equal(feed(*state, (const uint8_t *)texts[i], lens[i], 100, got),
				 YG_PARSE_BAD);
		assert_string_equal(got, "0000 0000  0 0");
	}
}

/* Whatever is cut off: what is said is what the whole says. */
static void is_sure_of_what_a_prefix_tells(void **state)
{
	static const struct answer_spec spec = {
		.version = 0x0303, .cipher = 0xc02f, .alpn = "h2", .certificate_len = 300, .done = 1
	};
	static uint8_t bytes[ROOM];
	size_t len = hello_answer(&spec, 64, bytes);
	char got[128];

	for (size_t at = 0; at < len; at++) {
		(void)feed(*state, bytes, at, 50, got);
		assert_true(strcmp(got, "0000 0000  0 0") == 0 ||
			    strcmp(got, "0303 c02f h2 0 0") == 0 ||
			    strcmp(got, "0303 c02f h2 300 0") == 0);
	}
}

/* Messages without content, byte by byte: none is walked over twice. */
static void looks_at_each_message_once(void **state)
{
	static const struct answer_spec spec = { .version = 0x0303, .cipher = 0xc02f };
	static uint8_t bytes[ROOM];
	struct yg_flight flight = { .len = 0 };
	struct yg_server_hello got;
	size_t len = hello_answer(&spec, 16384, bytes), hello = len - 5;

	memcpy(bytes + len, "\x16\x03\x03\x20\x00", 5);
	memset(bytes + len + 5, 0, 0x2000);
	len += 5 + 0x2000;
	for (size_t at = 0; at < len; at++)
		assert_int_equal(yg_flight_take(&flight, *state, bytes + at, 1), YG_PARSE_MORE);
	assert_int_equal(flight.walked, hello + 0x2000);
	yg_flight_read(&flight, &got);
	assert_int_equal(got.cipher, 0xc02f);
	yg_flight_drop(&flight, *state);
}

static void does_without_memory(void **state)
{
	static const struct answer_spec spec = { .version = 0x0303, .cipher = 0xc02f, .done = 1 };
	static uint8_t bytes[ROOM];
	size_t len = hello_answer(&spec, 16384, bytes), cap;
	char got[128];

	while (yg_pool_take(*state, 4096, &cap))
		;
	assert_int_equal(feed(*state, bytes, len, len, got), YG_PARSE_DONE);
	assert_string_equal(got, "0000 0000  0 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_what_the_server_chose, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_group_compression_and_wish_for_a_certificate,
						setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_tls, setup, teardown),
		cmocka_unit_test_setup_teardown(is_sure_of_what_a_prefix_tells, setup, teardown),
		cmocka_unit_test_setup_teardown(looks_at_each_message_once, setup, teardown),
		cmocka_unit_test_setup_teardown(does_without_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
