/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/forwarded.h"

#include <stdio.h>
#include <string.h>

#include "core/macros.h"
#include "test.h"

#define XFF  "X-Forwarded-For"
#define XRI  "X-Real-IP"
#define FWD  "Forwarded"
#define PEER "10.0.0.1" /* trusted: 10.0.0.0/8 and 2001:db8:1::/48 */

static const struct {
	const char *name, *peer;
	const char *headers[6]; /* name, value, ... */
	const char *want;
	bool forwarded;
} cases[] = {
	{ "an untrusted peer is the client", "192.0.2.1", { XFF, "1.2.3.4" }, "192.0.2.1", false },
	{ "a proxy without headers is the client", PEER, { NULL }, PEER, false },
	{ "one hop", PEER, { XFF, "1.2.3.4" }, "1.2.3.4", true },
	{ "what the client claims is left of it",
	  PEER,
	  { XFF, "9.9.9.9, 1.2.3.4" },
	  "1.2.3.4",
	  true },
	{ "trusted hops are passed", PEER, { XFF, "9.9.9.9, 1.2.3.4,10.0.0.9" }, "1.2.3.4", true },
	{ "all hops trusted: the first", PEER, { XFF, "10.0.0.8, 10.0.0.9" }, "10.0.0.8", true },
	{ "two fields are one list", PEER, { XFF, "9.9.9.9", XFF, "1.2.3.4" }, "1.2.3.4", true },
	{ "second field trusted", PEER, { XFF, "1.2.3.4", XFF, "10.0.0.9" }, "1.2.3.4", true },
	{ "a port is dropped", PEER, { XFF, "1.2.3.4:5678" }, "1.2.3.4", true },
	{ "IPv6", PEER, { XFF, "2001:db8::7" }, "2001:db8::7", true },
	{ "IPv6 in brackets with a port", PEER, { XFF, "[2001:db8::7]:99" }, "2001:db8::7", true },
	{ "IPv6 bracket not closed", PEER, { XFF, "[2001:db8::7" }, "unknown", true },
	{ "IPv6 proxy", "2001:db8:1::5", { XFF, "2001:db8::7" }, "2001:db8::7", true },
	{ "empty elements do not count", PEER, { XFF, "1.2.3.4, , " }, "1.2.3.4", true },
	{ "an empty field says nothing", PEER, { XFF, "" }, "unknown", true },
	{ "unknown is unknown", PEER, { XFF, "1.2.3.4, unknown" }, "unknown", true },
	{ "garbage is unknown", PEER, { XFF, "1.2.3.4, 1.2.3.4.5" }, "unknown", true },
	{ "Forwarded", PEER, { FWD, "for=1.2.3.4" }, "1.2.3.4", true },
	{ "Forwarded from the right", PEER, { FWD, "for=9.9.9.9, for=1.2.3.4" }, "1.2.3.4", true },
	{ "Forwarded, pairs in any order and case",
	  PEER,
	  { FWD, "proto=https;FOR=1.2.3.4;by=10.1.1.1" },
	  "1.2.3.4",
	  true },
	{ "Forwarded, quoted IPv6",
	  PEER,
	  { FWD, "For=\"[2001:db8::7]:4711\"" },
	  "2001:db8::7",
	  true },
	{ "Forwarded, obfuscated", PEER, { FWD, "for=_hidden" }, "unknown", true },
	{ "Forwarded without for", PEER, { FWD, "proto=https" }, "unknown", true },
	{ "X-Real-IP alone", PEER, { XRI, "1.2.3.4" }, "1.2.3.4", true },
	{ "both lists agree", PEER, { XFF, "1.2.3.4", FWD, "for=1.2.3.4" }, "1.2.3.4", true },
	{ "both lists disagree", PEER, { XFF, "1.2.3.4", FWD, "for=9.9.9.9" }, "unknown", true },
	{ "X-Real-IP is the client",
	  PEER,
	  { XFF, "1.2.3.4, 10.0.0.9", XRI, "1.2.3.4" },
	  "1.2.3.4",
	  true },
	{ "X-Real-IP is a hop",
	  PEER,
	  { XFF, "1.2.3.4, 10.0.0.9", XRI, "10.0.0.9" },
	  "1.2.3.4",
	  true },
	{ "X-Real-IP contradicts", PEER, { XFF, "1.2.3.4", XRI, "9.9.9.9" }, "unknown", true },
	{ "X-Real-IP contradicts Forwarded",
	  PEER,
	  { FWD, "for=1.2.3.4", XRI, "9.9.9.9" },
	  "unknown",
	  true },
};

static struct yg_address address(const char *text)
{
	struct yg_address addr;

	assert_int_equal(yg_address_from_text(yg_slice_from_str(text), &addr), 0);
	return addr;
}

static void ask(const char *peer, const struct yg_message *request, const char *want,
		bool forwarded)
{
	struct yg_prefix trusted[2];
	const struct yg_trust trust = { .prefixes = trusted, .count = YG_ARRAY_SIZE(trusted) };
	struct yg_address peer_addr = address(peer);
	char text[YG_ADDRESS_TEXT_CAP];
	struct yg_forwarded got;

	assert_int_equal(yg_prefix_from_text(YG_SLICE("10.0.0.0/8"), &trusted[0]), 0);
	assert_int_equal(yg_prefix_from_text(YG_SLICE("2001:db8:1::/48"), &trusted[1]), 0);
	got = yg_forwarded_client(request, &peer_addr, &trust);
	assert_string_equal(yg_address_format(&got.client, text), want);
	assert_int_equal(got.source != YG_FORWARDED_PEER, forwarded);
}

static void finds_the_client(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_header headers[3];
		struct yg_message request = { .present = true, .headers = headers };
		struct guard values[3];

		print_message("  %s\n", cases[i].name);
		for (size_t h = 0; h < 3 && cases[i].headers[2 * h]; h++) {
			const char *value = cases[i].headers[2 * h + 1];

			values[h] = guard_copy(value, strlen(value));
			headers[h].name = yg_slice_from_str(cases[i].headers[2 * h]);
			headers[h].value = (struct yg_slice){ values[h].ptr, values[h].len };
			request.header_count++;
		}
		ask(cases[i].peer, &request, cases[i].want, cases[i].forwarded);
		for (size_t h = 0; h < request.header_count; h++)
			guard_clean(&values[h]);
	}
}

/* YG_FORWARDED_MAX trusted hops are walked; with one more the client is unknown. */
static void bounds_the_walk(void **state)
{
	(void)state;

	for (uint32_t hops = YG_FORWARDED_MAX - 1; hops <= YG_FORWARDED_MAX + 1; hops++) {
		char text[1024] = "1.2.3.4";
		struct yg_header header = { .name = YG_SLICE("x-forwarded-for") };
		struct yg_message request = { .headers = &header, .header_count = 1 };

		for (uint32_t i = 1; i < hops; i++)
			(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), ",%s",
				       "10.0.0.2");
		header.value = yg_slice_from_str(text);
		ask(PEER, &request, hops <= YG_FORWARDED_MAX ? "1.2.3.4" : "unknown", true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_client),
		cmocka_unit_test(bounds_the_walk),
	};

	return cmocka_run_group_tests_name("parse/forwarded", tests, NULL, NULL);
}
