/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/proxy.h"

#include <string.h>

#include "core/macros.h"
#include "test.h"

#define SIGN "\r\n\r\n\0\r\nQUIT\n"

/* "-": unknown. */
static const struct {
	const char *name, *bytes;
	size_t len;
	enum yg_parse want;
	const char *client, *server;
	uint32_t header;
} cases[] = {
#define TEXT(text) text, sizeof(text) - 1
	{ "v1 IPv4", TEXT("PROXY TCP4 192.0.2.1 192.0.2.9 56324 443\r\nGET"), YG_PARSE_DONE,
	  "192.0.2.1:56324", "192.0.2.9:443", 42 },
	{ "v1 IPv6", TEXT("PROXY TCP6 2001:db8::1 2001:db8::9 1 65535\r\n"), YG_PARSE_DONE,
	  "[2001:db8::1]:1", "[2001:db8::9]:65535", 44 },
	{ "v1 UNKNOWN", TEXT("PROXY UNKNOWN\r\n"), YG_PARSE_DONE, "-", "-", 15 },
	{ "v1 UNKNOWN with more", TEXT("PROXY UNKNOWN a b c d\r\n"), YG_PARSE_DONE, "-", "-", 23 },
	{ "v1 begun", TEXT("PROXY TCP4 192."), YG_PARSE_MORE, NULL, NULL, 0 },
	{ "the first byte", TEXT("P"), YG_PARSE_MORE, NULL, NULL, 0 },
	{ "nothing", TEXT(""), YG_PARSE_MORE, NULL, NULL, 0 },
	{ "another method", TEXT("PUT / HTTP/1.1\r\n"), YG_PARSE_BAD, NULL, NULL, 0 },
	{ "bare LF", TEXT("PROXY UNKNOWN\n"), YG_PARSE_BAD, NULL, NULL, 0 },
	{ "a port too large", TEXT("PROXY TCP4 1.2.3.4 1.2.3.5 65536 1\r\n"), YG_PARSE_BAD, NULL,
	  NULL, 0 },
	{ "a port with a zero in front", TEXT("PROXY TCP4 1.2.3.4 1.2.3.5 01 1\r\n"), YG_PARSE_BAD,
	  NULL, NULL, 0 },
	{ "one word too many", TEXT("PROXY TCP4 1.2.3.4 1.2.3.5 1 1 1\r\n"), YG_PARSE_BAD, NULL,
	  NULL, 0 },
	{ "one word too few", TEXT("PROXY TCP4 1.2.3.4 1.2.3.5 1\r\n"), YG_PARSE_BAD, NULL, NULL,
	  0 },
	{ "an IPv6 address as IPv4", TEXT("PROXY TCP4 ::1 1.2.3.5 1 1\r\n"), YG_PARSE_BAD, NULL,
	  NULL, 0 },
	{ "a family that is not known", TEXT("PROXY UDP4 1.2.3.4 1.2.3.5 1 1\r\n"), YG_PARSE_BAD,
	  NULL, NULL, 0 },
	{ "v2 IPv4", TEXT(SIGN "\x21\x11\x00\x0c\xc0\x00\x02\x01\xc0\x00\x02\x09\xdc\x04\x01\xbb"),
	  YG_PARSE_DONE, "192.0.2.1:56324", "192.0.2.9:443", 28 },
	{ "v2 IPv4 with TLVs that are not there yet",
	  TEXT(SIGN "\x21\x11\x10\x00\xc0\x00\x02\x01\xc0\x00\x02\x09\xdc\x04\x01\xbb"),
	  YG_PARSE_DONE, "192.0.2.1:56324", "192.0.2.9:443", 4112 },
	{ "v2 LOCAL", TEXT(SIGN "\x20\x11\x00\x00"), YG_PARSE_DONE, "-", "-", 16 },
	{ "v2 Unix socket", TEXT(SIGN "\x21\x31\x00\xd8"), YG_PARSE_DONE, "-", "-", 232 },
	{ "v2 begun", TEXT(SIGN "\x21\x11\x00\x0c\xc0"), YG_PARSE_MORE, NULL, NULL, 0 },
	{ "v2 too short for its family", TEXT(SIGN "\x21\x21\x00\x0c\xc0"), YG_PARSE_BAD, NULL,
	  NULL, 0 },
	{ "v2 another version", TEXT(SIGN "\x31\x11\x00\x0c"), YG_PARSE_BAD, NULL, NULL, 0 },
	{ "empty lines", TEXT("\r\n\r\nGET"), YG_PARSE_BAD, NULL, NULL, 0 },
#undef TEXT
};

static void expect_peer(const struct yg_peer *peer, const char *want)
{
	char text[YG_ADDRESS_TEXT_CAP];

	if (strcmp(want, "-") == 0)
		assert_true(yg_address_is_unknown(&peer->addr));
	else
		assert_string_equal(yg_endpoint_format(&peer->addr, peer->port, text), want);
}

static void reads_both_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(cases[i].bytes, cases[i].len);
		struct yg_proxy proxy;

		print_message("  %s\n", cases[i].name);
		assert_int_equal(yg_proxy_parse((uint8_t *)in.ptr, in.len, &proxy), cases[i].want);
		if (cases[i].want != YG_PARSE_DONE)
			continue;
		expect_peer(&proxy.client, cases[i].client);
		expect_peer(&proxy.server, cases[i].server);
		assert_int_equal(proxy.len, cases[i].header);
	}
}

static void decides_within_the_limit(void **state)
{
	static const char *const prefixes[] = { "PROXY TCP4 ", "PROXY UNKNOWN " };
	struct yg_proxy proxy;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(prefixes); i++) {
		uint8_t bytes[YG_PROXY_MAX];

		memset(bytes, '1', sizeof(bytes));
		memcpy(bytes, prefixes[i], strlen(prefixes[i]));
		assert_int_equal(yg_proxy_parse(bytes, sizeof(bytes), &proxy), YG_PARSE_BAD);
		assert_int_equal(yg_proxy_parse(bytes, 106, &proxy), YG_PARSE_MORE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_versions),
		cmocka_unit_test(decides_within_the_limit),
	};

	return cmocka_run_group_tests_name("parse/proxy", tests, NULL, NULL);
}
