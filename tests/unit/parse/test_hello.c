/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/hello.h"

#include <string.h>

#include "core/macros.h"
#include "hello.h"
#include "test.h"

static const struct {
	const char *name;
	struct hello_spec spec;
	uint16_t version;
	const char *ja4;
} cases[] = {
	{ "as Chrome offers it",
	  { .sni = "api.example.com", .alpn = "\x02h2\x08http/1.1" },
	  0x0304,
	  HELLO_CHROME },
	{ "without server name: i, and one extension less",
	  { .alpn = "\x02h2" },
	  0x0304,
	  "t13i1515h2_8daaf6152771_e5627efa2ab1" },
	{ "without ALPN: 00", { .sni = "a" }, 0x0304, "t13d151500_8daaf6152771_e5627efa2ab1" },
	{ "one character counts twice",
	  { .sni = "a", .alpn = "\x01x" },
	  0x0304,
	  "t13d1516xx_8daaf6152771_e5627efa2ab1" },
	{ "a protocol that cannot be printed, one byte",
	  { .sni = "a", .alpn = "\x01\xab" },
	  0x0304,
	  "t13d1516ab_8daaf6152771_e5627efa2ab1" },
	{ "a protocol whose first byte can be printed",
	  { .sni = "a", .alpn = "\x02\x30\xab" },
	  0x0304,
	  "t13d15163b_8daaf6152771_e5627efa2ab1" },
	{ "a protocol that ends with a blank",
	  { .sni = "a", .alpn = "\x02\x61 " },
	  0x0304,
	  "t13d151660_8daaf6152771_e5627efa2ab1" },
	{ "without signature algorithms: no underscore in what is hashed",
	  { .sni = "a", .alpn = "\x02h2", .no_signatures = 1 },
	  0x0304,
	  NULL },
	{ "without supported_versions: the old field",
	  { .sni = "a", .alpn = "\x02h2", .no_versions = 1 },
	  0x0303,
	  NULL },
	{ "with a key share that fills two segments",
	  { .sni = "a", .alpn = "\x02h2", .padding = 1700 },
	  0x0304,
	  HELLO_CHROME },
};

static void prints_the_fingerprint_of_the_document(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		uint8_t bytes[HELLO_BYTES_CAP];
		size_t len = hello_message(&cases[i].spec, bytes);
		GUARD_CLEANUP struct guard in = guard_copy(bytes, len);
		struct yg_hello hello;

		print_message("  %s\n", cases[i].name);
		assert_int_equal(yg_hello_parse((uint8_t *)in.ptr, in.len, &hello), YG_PARSE_DONE);
		assert_int_equal(hello.version, cases[i].version);
		if (cases[i].ja4)
			assert_string_equal(hello.ja4, cases[i].ja4);
		assert_true(yg_slice_equal(hello.sni, yg_slice_from_str(cases[i].spec.sni)));
		assert_true(yg_slice_equal(hello.alpn, yg_slice_from_str(cases[i].spec.alpn)));
	}
}

static void hashes_nothing_as_zeros(void **state)
{
	static const uint8_t bare[] = { 1, 0, 0, 38, 3, 0, [38] = 0, 0, 0, 0 };
	struct yg_hello hello;

	(void)state;
	assert_int_equal(sizeof(bare), 42);
	assert_int_equal(yg_hello_parse(bare, sizeof(bare), &hello), YG_PARSE_DONE);
	assert_string_equal(hello.ja4, "ts3i000000_000000000000_000000000000");
	assert_string_equal(yg_hello_version_name(hello.version), "ssl3");
	assert_null(hello.sni.ptr);
}

/* A cut message is refused or, where only extensions are cut off, never read beyond its end. */
static void refuses_every_cut(void **state)
{
	const struct hello_spec spec = { .sni = "api.example.com", .alpn = "\x02h2" };
	uint8_t bytes[HELLO_BYTES_CAP];
	size_t len = hello_message(&spec, bytes);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		GUARD_CLEANUP struct guard in = guard_copy(bytes, cut);
		struct yg_hello hello;

		assert_int_equal(yg_hello_parse((uint8_t *)in.ptr, in.len, &hello), YG_PARSE_BAD);
	}
}

/* Each byte set to each of a few values: nothing to assert but that nothing is overrun. */
static void survives_wrong_lengths(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0xff };
	const struct hello_spec spec = { .sni = "api.example.com", .alpn = "\x02h2" };
	uint8_t bytes[HELLO_BYTES_CAP];
	size_t len = hello_message(&spec, bytes);
	GUARD_CLEANUP struct guard in = guard_copy(bytes, len);
	struct yg_hello hello;

	(void)state;
	for (size_t i = 0; i < len * YG_ARRAY_SIZE(values); i++) {
		size_t at = i / YG_ARRAY_SIZE(values);

		in.ptr[at] = (char)values[i % YG_ARRAY_SIZE(values)];
		if (yg_hello_parse((uint8_t *)in.ptr, in.len, &hello) == YG_PARSE_DONE) {
			assert_int_equal(strlen(hello.ja4), YG_JA4_CAP - 1);
			while (yg_hello_alpn_next(&hello.alpn).ptr)
				;
		}
		in.ptr[at] = (char)bytes[at];
	}
}

static void gathers_over_records_and_pieces(void **state)
{
	static const size_t records[] = { 16384, 700, 100, 7, 1 };
	const struct hello_spec spec = { .sni = "a.example", .alpn = "\x02h2", .padding = 100 };
	uint8_t message[HELLO_BYTES_CAP], bytes[HELLO_BYTES_CAP];
	size_t len = hello_message(&spec, message);
	struct yg_pool *pool = NULL;

	(void)state;
	assert_int_equal(yg_pool_new(1 << 20, &pool), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(records); i++) {
		size_t all = hello_records(message, len, records[i], bytes);

		for (size_t piece = 1; piece <= all; piece = piece * 3 / 2 + 1) {
			struct yg_hello_gather gather = { .len = 0 };
			enum yg_parse r = YG_PARSE_MORE;

			for (size_t at = 0; at < all; at += piece) {
				size_t take = all - at < piece ? all - at : piece;
				GUARD_CLEANUP struct guard in = guard_copy(bytes + at, take);

				assert_int_equal(r, YG_PARSE_MORE);
				r = yg_hello_gather(&gather, pool, (uint8_t *)in.ptr, take);
			}
			assert_int_equal(r, YG_PARSE_DONE);
			assert_int_equal(gather.len, len);
			assert_memory_equal(gather.bytes, message, len);
			yg_hello_drop(&gather, pool);
		}
	}
	assert_int_equal(yg_pool_used(pool), 0);
	yg_pool_free(&pool);
}

static const struct {
	const char *name, *bytes;
	size_t len;
	enum yg_parse want;
} starts[] = {
	{ "a hello", "\x16\x03\x01\x02\x00\x01\x00", 7, YG_PARSE_DONE },
	{ "six bytes of one", "\x16\x03\x01\x02\x00\x01", 6, YG_PARSE_DONE },
	{ "one byte of one", "\x16", 1, YG_PARSE_MORE },
	{ "nothing", "", 0, YG_PARSE_MORE },
	{ "a ServerHello", "\x16\x03\x03\x00\x7a\x02", 6, YG_PARSE_BAD },
	{ "an alert", "\x15\x03\x03\x00\x02\x02", 6, YG_PARSE_BAD },
	{ "a version of tomorrow", "\x16\x04\x01", 3, YG_PARSE_BAD },
	{ "HTTP", "GET / ", 6, YG_PARSE_BAD },
};

static void knows_where_one_starts(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(starts); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(starts[i].bytes, starts[i].len);

		print_message("  %s\n", starts[i].name);
		assert_int_equal(yg_hello_is_start((uint8_t *)in.ptr, in.len), starts[i].want);
	}
}

static const struct {
	const char *name, *bytes;
	size_t len;
} refused[] = {
	{ "longer than the limit", "\x16\x03\x01\x40\x00\x01\x00\x40\x01", 9 },
	{ "an empty record", "\x16\x03\x01\x00\x00", 5 },
	{ "application data inside", "\x16\x03\x01\x00\x01\x01\x17\x03\x03\x00\x05", 11 },
	{ "another message", "\x16\x03\x01\x00\x05\x02", 6 },
};

static void gives_up_and_gives_back(void **state)
{
	struct yg_pool *pool = NULL;

	(void)state;
	assert_int_equal(yg_pool_new(1 << 20, &pool), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(refused); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(refused[i].bytes, refused[i].len);
		struct yg_hello_gather gather = { .len = 0 };

		print_message("  %s\n", refused[i].name);
		assert_int_equal(yg_hello_gather(&gather, pool, (uint8_t *)in.ptr, in.len),
				 YG_PARSE_BAD);
		assert_int_equal(yg_pool_used(pool), 0);
	}
	yg_pool_free(&pool);
}

static void names_versions(void **state)
{
	(void)state;
	assert_string_equal(yg_hello_version_name(0x0304), "1.3");
	assert_string_equal(yg_hello_version_name(0x0301), "1.0");
	assert_string_equal(yg_hello_version_name(0x0305), "unknown");
	assert_string_equal(yg_hello_version_name(0x0002), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_the_fingerprint_of_the_document),
		cmocka_unit_test(hashes_nothing_as_zeros),
		cmocka_unit_test(refuses_every_cut),
		cmocka_unit_test(survives_wrong_lengths),
		cmocka_unit_test(gathers_over_records_and_pieces),
		cmocka_unit_test(knows_where_one_starts),
		cmocka_unit_test(gives_up_and_gives_back),
		cmocka_unit_test(names_versions),
	};

	return cmocka_run_group_tests_name("parse/hello", tests, NULL, NULL);
}
