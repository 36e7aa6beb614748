/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/exposure.h"

#include <stdio.h>

#include "core/macros.h"
#include "guard.h"
#include "test.h"

#define FIELDS_MAX 4u

static struct yg_address address(const char *text)
{
	struct yg_address addr;

	assert_int_equal(yg_address_from_text(yg_slice_from_str(text), &addr), 0);
	return addr;
}

/* A request for /v1/users/42 of a backend at 10.0.0.5:9000, that was accepted. */
static struct yg_exchange request(const struct yg_header *headers, uint32_t count)
{
	return (struct yg_exchange){
		.request = { .present = true,
			     .method = YG_SLICE("GET"),
			     .target = YG_SLICE("/v1/users/42?x=1"),
			     .headers = headers,
			     .header_count = count,
			     .start_ns = 5 },
		.response = { .present = true, .status = 200 },
		.client = { address("10.0.0.1"), 40000 },
		.server = { address("10.0.0.5"), 9000 },
	};
}

static const struct {
	const char *name; /* of the case */
	const char *fields[FIELDS_MAX][2];
	const char *want; /* "" none */
} hops[] = {
	{ "a host", { { "X-Forwarded-Host", "API.Bank.example" } }, "api.bank.example" },
	{ "with a scheme",
	  { { "X-Forwarded-Host", "api.bank.example" }, { "X-Forwarded-Proto", "HTTPS" } },
	  "https://api.bank.example" },
	{ "with the usual port",
	  { { "X-Forwarded-Host", "api.bank.example:443" }, { "X-Forwarded-Proto", "https" } },
	  "https://api.bank.example" },
	{ "with a port of its own",
	  { { "X-Forwarded-Host", "api.bank.example" },
	    { "X-Forwarded-Proto", "https" },
	    { "X-Forwarded-Port", "8443" } },
	  "https://api.bank.example:8443" },
	{ "the nearest hop's, not the client's invention",
	  { { "X-Forwarded-Host", "evil.example, api.bank.example" },
	    { "X-Forwarded-Proto", "http,https" } },
	  "https://api.bank.example" },
	{ "the nearest hop's, who wrote a field of its own",
	  { { "X-Forwarded-Host", "evil.example" },
	    { "X-Forwarded-Host", "api.bank.example" },
	    { "X-Forwarded-Proto", "http" },
	    { "X-Forwarded-Proto", "https" } },
	  "https://api.bank.example" },
	{ "with a prefix",
	  { { "X-Forwarded-Host", "api.bank.example" }, { "X-Forwarded-Prefix", "/retail/" } },
	  "api.bank.example/retail" },
	{ "with the path that the hop was asked for",
	  { { "X-Forwarded-Host", "api.bank.example" },
	    { "X-Envoy-Original-Path", "/retail/api/v1/users/42?x=1" } },
	  "api.bank.example/retail/api" },
	{ "with a path that is no longer",
	  { { "X-Forwarded-Host", "api.bank.example" }, { "X-Original-URI", "/v1/users/42" } },
	  "api.bank.example" },
	{ "with a path that ends otherwise",
	  { { "X-Forwarded-Host", "api.bank.example" }, { "X-Original-URL", "/retail/users/42" } },
	  "api.bank.example" },
	{ "a prefix that may be somebody's number is not kept",
	  { { "X-Forwarded-Host", "api.bank.example" },
	    { "X-Forwarded-Prefix", "/customers/4711001" } },
	  "api.bank.example" },
	{ "nor one that may open something",
	  { { "X-Forwarded-Host", "api.bank.example" },
	    { "X-Forwarded-Prefix", "/magic/kqXvbTzWmPqLrNdGhYcF" } },
	  "api.bank.example" },
	{ "a small number is a version",
	  { { "X-Forwarded-Host", "api.bank.example" }, { "X-Forwarded-Prefix", "/api/2//x" } },
	  "api.bank.example/api/2//x" },
	{ "RFC 7239",
	  { { "Forwarded", "for=1.2.3.4;host=evil.example, "
			   "for=10.0.0.9;Host=\"api.bank.example:8443\";proto=https" } },
	  "https://api.bank.example:8443" },
	{ "no host in it", { { "Forwarded", "for=1.2.3.4;proto=https" } }, "" },
	{ "an address", { { "X-Forwarded-Host", "[2001:DB8::1]:8080" } }, "[2001:db8::1]:8080" },
	{ "not a name", { { "X-Forwarded-Host", "a b\"c" } }, "" },
	{ "markup", { { "X-Forwarded-Host", "<script>" } }, "" },
	{ "empty", { { "X-Forwarded-Host", "" } }, "" },
	{ "nothing", { { NULL, NULL } }, "" },
	{ "the service itself", { { "X-Forwarded-Host", "Backend:9000" } }, "" },
};

static void hops_name_the_outside_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(hops); i++) {
		struct yg_header headers[FIELDS_MAX];
		struct guard values[FIELDS_MAX];
		struct yg_exposure exposure = { 0 };
		struct yg_exchange exchange;
		uint32_t count = 0;

		print_message("%s\n", hops[i].name);
		for (; count < FIELDS_MAX && hops[i].fields[count][0]; count++) {
			const char *value = hops[i].fields[count][1];

			values[count] = guard_copy(value, strlen(value));
			headers[count].name = yg_slice_from_str(hops[i].fields[count][0]);
			headers[count].value =
				(struct yg_slice){ values[count].ptr, values[count].len };
		}
		exchange = request(headers, count);
		assert_int_equal(
			yg_exposure_add(&exposure, &exchange, YG_SLICE("backend:9000"), true), 0);
		assert_string_equal(exposure.names[0].text, hops[i].want);
		assert_string_equal(exposure.names[1].text, "");
		assert_int_equal(exposure.servers[0].peer.port, 9000);
		while (count > 0)
			guard_clean(&values[--count]);
	}
}

static void believes_trusted_proxies_alone(void **state)
{
	static const struct yg_header host = { YG_SLICE("X-Forwarded-Host"),
					       YG_SLICE("api.bank.example") };
	static const struct {
		const char *client;
		bool trusted;
		uint16_t status;
		const char *want;
	} cases[] = {
		{ "10.0.0.1", true, 200, "api.bank.example" },
		{ "10.0.0.1", false, 200, "" }, /* it may pass on what the client wrote */
		{ "127.0.0.1", false, 200, "" },
		{ "203.0.113.9", false, 200, "" },
		{ "203.0.113.9", true, 200, "api.bank.example" },
		{ "10.0.0.1", true, 304, "api.bank.example" },
		{ "10.0.0.1", true, 404, "" },
		{ "10.0.0.1", true, 502, "" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_exchange exchange = request(&host, 1);
		struct yg_exposure exposure = { 0 };

		print_message("%s %u\n", cases[i].client, cases[i].status);
		exchange.client.addr = address(cases[i].client);
		exchange.response.status = cases[i].status;
		(void)yg_exposure_add(&exposure, &exchange, YG_SLICE("backend:9000"),
				      cases[i].trusted);
		assert_string_equal(exposure.names[0].text, cases[i].want);
	}
}

static void sni_names_what_the_request_does_not(void **state)
{
	static const struct {
		const char *service, *want;
	} cases[] = {
		{ "10.0.0.5:8443", "https://api.bank.example" },
		{ "backend", "https://api.bank.example" },
		{ "www.bank.example", "" }, /* one connection may serve several hosts */
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_exchange exchange = request(NULL, 0);
		struct yg_exposure exposure = { 0 };

		exchange.sni = YG_SLICE("api.bank.example");
		exchange.tls = true;
		(void)yg_exposure_add(&exposure, &exchange, yg_slice_from_str(cases[i].service),
				      true);
		assert_string_equal(exposure.names[0].text, cases[i].want);
	}
}

static void the_oldest_makes_room(void **state)
{
	struct yg_exposure exposure = { 0 };
	uint32_t evicted = 0;

	(void)state;
	for (uint32_t i = 0; i <= YG_EXPOSURE_NAMES; i++) {
		char name[32];
		struct yg_header host = { YG_SLICE("X-Forwarded-Host"), { name, 0 } };
		struct yg_exchange exchange = request(&host, 1);

		host.value.len = (size_t)snprintf(name, sizeof(name), "api%u.example", i);
		exchange.request.start_ns = 100 + i;
		evicted += yg_exposure_add(&exposure, &exchange, YG_SLICE("b"), true);
	}
	assert_int_equal(evicted, 1);
	assert_string_equal(exposure.names[0].text, "api3.example");
	assert_string_equal(exposure.names[1].text, "api1.example");
	assert_int_equal(exposure.servers[0].last_ns, 100 + YG_EXPOSURE_NAMES);
	for (uint32_t i = 0; i < YG_EXPOSURE_SERVERS; i++) {
		struct yg_exchange exchange = request(NULL, 0);

		exchange.server.port = (uint16_t)(9001 + i);
		exchange.request.start_ns = 200 + i;
		evicted += yg_exposure_add(&exposure, &exchange, YG_SLICE("b"), true);
	}
	assert_int_equal(evicted, 2);
}

static void a_fold_keeps_both(void **state)
{
	struct yg_exposure into = { .names = { { "https://a.example", 5 } } };
	struct yg_exposure from = { .names = { { "https://b.example", 7 },
					       { "https://a.example", 9 } },
				    .servers = { { { address("10.0.0.5"), 80 }, 3 } } };

	(void)state;
	assert_int_equal(yg_exposure_fold(&into, &from), 0);
	assert_string_equal(into.names[0].text, "https://a.example");
	assert_int_equal(into.names[0].last_ns, 9);
	assert_string_equal(into.names[1].text, "https://b.example");
	assert_int_equal(into.servers[0].peer.port, 80);
}

static void comes_back_from_bytes(void **state)
{
	struct yg_exposure exposure = { .names = { { "https://a.example/retail", 5 } },
					.servers = { { { address("10.0.0.5"), 80 }, 3 } } };
	struct yg_exposure back = { 0 };
	uint8_t bytes[512];
	struct yg_writer writer = { .ptr = bytes, .cap = sizeof(bytes) };
	struct yg_reader reader;

	(void)state;
	yg_exposure_pack(&exposure, &writer);
	assert_false(writer.overflow);
	reader = (struct yg_reader){ .ptr = bytes, .len = writer.len };
	yg_exposure_unpack(&back, &reader);
	assert_false(reader.bad);
	assert_int_equal(reader.used, writer.len);
	assert_memory_equal(&back, &exposure, sizeof(back));
	for (size_t len = 0; len < writer.len; len++) {
		reader = (struct yg_reader){ .ptr = bytes, .len = len };
		yg_exposure_unpack(&back, &reader);
		assert_true(reader.bad);
	}
	bytes[0] = 99;
	reader = (struct yg_reader){ .ptr = bytes, .len = writer.len };
	yg_exposure_unpack(&back, &reader);
	assert_true(reader.bad);
}

static void looks_at_the_first_ones_and_some_of_the_rest(void **state)
{
	uint32_t looked = 0;

	(void)state;
	for (uint64_t requests = 1; requests <= 64 + 16 * 10; requests++)
		looked += yg_exposure_wants(requests);
	assert_int_equal(looked, 64 + 10);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hops_name_the_outside_address),
		cmocka_unit_test(believes_trusted_proxies_alone),
		cmocka_unit_test(sni_names_what_the_request_does_not),
		cmocka_unit_test(the_oldest_makes_room),
		cmocka_unit_test(a_fold_keeps_both),
		cmocka_unit_test(comes_back_from_bytes),
		cmocka_unit_test(looks_at_the_first_ones_and_some_of_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
