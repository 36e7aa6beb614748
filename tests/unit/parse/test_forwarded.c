/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/forwarded.h"

#include "test.h"

#define FIELDS 3

static const struct {
	const char *name, *peer;
	const char *fields[FIELDS][2];
	const char *client;
	enum yg_forwarded_source source;
} cases[] = {
	{ "no field", "10.0.0.1", { { 0 } }, "10.0.0.1", YG_FORWARDED_PEER },
	{ "a stranger may say what it likes",
	  "192.0.2.9",
	  { { "X-Forwarded-For", "1.2.3.4" } },
	  "192.0.2.9",
	  YG_FORWARDED_PEER },
	{ "one proxy",
	  "10.0.0.1",
	  { { "X-Forwarded-For", "1.2.3.4" } },
	  "1.2.3.4",
	  YG_FORWARDED_XFF },
	{ "the client's own invention stands left",
	  "10.0.0.1",
	  { { "x-forwarded-for", "8.8.8.8, 1.2.3.4 , 10.0.0.2" } },
	  "1.2.3.4",
	  YG_FORWARDED_XFF },
	{ "fields are one list",
	  "10.0.0.1",
	  { { "X-Forwarded-For", "8.8.8.8" },
	    { "X-Forwarded-For", "1.2.3.4" },
	    { "X-Forwarded-For", "10.0.0.2" } },
	  "1.2.3.4",
	  YG_FORWARDED_XFF },
	{ "all trusted: the leftmost",
	  "10.0.0.1",
	  { { "X-Forwarded-For", "10.0.0.3, 10.0.0.2" } },
	  "10.0.0.3",
	  YG_FORWARDED_XFF },
	{ "with a port",
	  "10.0.0.1",
	  { { "X-Forwarded-For", "1.2.3.4:80" } },
	  "1.2.3.4",
	  YG_FORWARDED_XFF },
	{ "IPv6 with and without brackets",
	  "10.0.0.1",
	  { { "X-Forwarded-For", "2001:db8::1" } },
	  "2001:db8::1",
	  YG_FORWARDED_XFF },
	{ "empty entries are none",
	  "10.0.0.1",
	  { { "X-Forwarded-For", ",1.2.3.4,, ," } },
	  "1.2.3.4",
	  YG_FORWARDED_XFF },
	{ "unknown",
	  "10.0.0.1",
	  { { "X-Forwarded-For", "1.2.3.4, unknown" } },
	  "unknown",
	  YG_FORWARDED_XFF },
	{ "garbage is not guessed at",
	  "10.0.0.1",
	  { { "X-Forwarded-For", "1.2.3.4, <script>" } },
	  "unknown",
	  YG_FORWARDED_XFF },
	{ "nothing in the field",
	  "10.0.0.1",
	  { { "X-Forwarded-For", "" } },
	  "unknown",
	  YG_FORWARDED_XFF },
	{ "Forwarded",
	  "10.0.0.1",
	  { { "Forwarded", "for=1.2.3.4;proto=http;by=10.0.0.1" } },
	  "1.2.3.4",
	  YG_FORWARDED_RFC7239 },
	{ "fields that agree",
	  "10.0.0.1",
	  { { "X-Forwarded-For", "8.8.8.8, 1.2.3.4" },
	    { "Forwarded", "For=1.2.3.4" },
	    { "X-Real-IP", "1.2.3.4" } },
	  "1.2.3.4",
	  YG_FORWARDED_RFC7239 },
	{ "a client's own Forwarded contradicts what the proxy appended",
	  "10.0.0.1",
	  { { "X-Forwarded-For", "1.2.3.4" }, { "Forwarded", "For=8.8.8.8" } },
	  "unknown",
	  YG_FORWARDED_RFC7239 },
	{ "a client's own X-Real-IP contradicts what the proxy appended",
	  "10.0.0.1",
	  { { "X-Forwarded-For", "1.2.3.4" }, { "X-Real-IP", "8.8.8.8" } },
	  "unknown",
	  YG_FORWARDED_XFF },
	{ "quoted IPv6 with a port",
	  "10.0.0.1",
	  { { "Forwarded", "for=8.8.8.8, for=\"[2001:db8:cafe::17]:4711\", for=10.0.0.2" } },
	  "2001:db8:cafe::17",
	  YG_FORWARDED_RFC7239 },
	{ "a comma inside quotes separates nothing",
	  "10.0.0.1",
	  { { "Forwarded", "for=1.2.3.4;ext=\"a, for=8.8.8.8\"" } },
	  "1.2.3.4",
	  YG_FORWARDED_RFC7239 },
	{ "a quote left open by the client changes nothing",
	  "10.0.0.1",
	  { { "Forwarded", "for=\"8.8.8.8, for=1.2.3.4" } },
	  "1.2.3.4",
	  YG_FORWARDED_RFC7239 },
	{ "an obfuscated identifier",
	  "10.0.0.1",
	  { { "Forwarded", "for=_hidden" } },
	  "unknown",
	  YG_FORWARDED_RFC7239 },
	{ "an element without for",
	  "10.0.0.1",
	  { { "Forwarded", "for=1.2.3.4, proto=https" } },
	  "unknown",
	  YG_FORWARDED_RFC7239 },
	{ "an element with two",
	  "10.0.0.1",
	  { { "Forwarded", "for=1.2.3.4;for=8.8.8.8" } },
	  "unknown",
	  YG_FORWARDED_RFC7239 },
	{ "X-Real-IP",
	  "10.0.0.1",
	  { { "X-Real-IP", "1.2.3.4" } },
	  "1.2.3.4",
	  YG_FORWARDED_REAL_IP },
	{ "X-Real-IP twice",
	  "10.0.0.1",
	  { { "X-Real-IP", "1.2.3.4" }, { "X-Real-IP", "8.8.8.8" } },
	  "unknown",
	  YG_FORWARDED_REAL_IP },
};

static void names_the_client(void **state)
{
	struct yg_prefix ten;
	const struct yg_trust trust = { &ten, 1 };

	(void)state;
	assert_int_equal(yg_prefix_from_text(YG_SLICE("10.0.0.0/8"), &ten), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_header headers[FIELDS];
		struct yg_message request = { .present = true, .headers = headers };
		struct yg_forwarded got;
		struct yg_address peer;
		char text[YG_ADDRESS_TEXT_CAP];

		print_message("  %s\n", cases[i].name);
		for (size_t f = 0; f < FIELDS && cases[i].fields[f][0]; f++) {
			headers[f].name = yg_slice_from_str(cases[i].fields[f][0]);
			headers[f].value = yg_slice_from_str(cases[i].fields[f][1]);
			request.header_count++;
		}
		assert_int_equal(yg_address_from_text(yg_slice_from_str(cases[i].peer), &peer), 0);
		got = yg_forwarded_client(&request, &peer, &trust);
		assert_string_equal(yg_address_format(&got.client, text), cases[i].client);
		assert_int_equal(got.source, cases[i].source);
	}
}

static void gives_up_on_a_list_without_end(void **state)
{
	static char list[10 * (YG_FORWARDED_MAX + 2)];
	struct yg_prefix all;
	const struct yg_trust trust = { &all, 1 };
	struct yg_header header = { YG_SLICE("X-Forwarded-For"), { list, 0 } };
	struct yg_message request = { .present = true, .headers = &header, .header_count = 1 };
	struct yg_address peer = { { 0 } };
	struct yg_forwarded got;

	(void)state;
	assert_int_equal(yg_prefix_from_text(YG_SLICE("::/0"), &all), 0);
	for (unsigned i = 0; i <= YG_FORWARDED_MAX; i++) {
		memcpy(list + header.value.len, "10.0.0.1, ", 10);
		header.value.len += 10;
	}
	got = yg_forwarded_client(&request, &peer, &trust);
	assert_true(yg_address_is_unknown(&got.client));
	header.value.len -= 10;
	got = yg_forwarded_client(&request, &peer, &trust);
	assert_false(yg_address_is_unknown(&got.client));
}

static void expect_text(struct yg_slice got, const char *want)
{
	assert_int_equal(got.ptr != NULL, want != NULL);
	assert_true(yg_slice_equal(got, want ? yg_slice_from_str(want) : got));
}

static void the_nearest_hop_writes_the_last_entry(void **state)
{
	static const struct yg_header headers[] = {
		{ YG_SLICE("X-Forwarded-Host"), YG_SLICE("b.example") },
		{ YG_SLICE("X-Forwarded-Host"), YG_SLICE("evil.example, a.example ") },
		{ YG_SLICE("X-Forwarded-Port"), YG_SLICE(" ,") },
		{ YG_SLICE("Forwarded"), YG_SLICE("for=x, for=y;host=\"a,b\"") },
	};
	const struct yg_message message = { .present = true,
					    .headers = headers,
					    .header_count = YG_ARRAY_SIZE(headers) };

	(void)state;
	expect_text(yg_forwarded_last(&message, YG_HEADER_X_FORWARDED_HOST), "a.example");
	expect_text(yg_forwarded_last(&message, YG_HEADER_X_FORWARDED_PORT), NULL);
	expect_text(yg_forwarded_last(&message, YG_HEADER_X_FORWARDED_PROTO), NULL);
	expect_text(yg_forwarded_last(&message, YG_HEADER_FORWARDED), "for=y;host=\"a,b\"");
}

static void elements_have_parameters(void **state)
{
	static const struct yg_slice element =
		YG_SLICE("for=10.0.0.9; Host=\"a.example:8443\";proto;by=1;by=2");

	(void)state;
	expect_text(yg_forwarded_parameter(element, YG_SLICE("host")), "a.example:8443");
	expect_text(yg_forwarded_parameter(element, YG_SLICE("proto")), NULL);
	expect_text(yg_forwarded_parameter(element, YG_SLICE("by")), NULL);
	expect_text(yg_forwarded_parameter((struct yg_slice){ NULL, 0 }, YG_SLICE("by")), NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_client),
		cmocka_unit_test(gives_up_on_a_list_without_end),
		cmocka_unit_test(the_nearest_hop_writes_the_last_entry),
		cmocka_unit_test(elements_have_parameters),
	};

	return cmocka_run_group_tests_name("parse/forwarded", tests, NULL, NULL);
}
