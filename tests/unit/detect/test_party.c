/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/party.h"

#include <errno.h>
#include <stdio.h>

#include "parse/handshake.h"
#include "test.h"

static const struct yg_hash_key key = { 1, 2 };

static struct yg_exchange exchange_of(const char *server, const struct yg_header *headers,
				      uint32_t header_count)
{
	struct yg_exchange exchange = {
		.request = { .present = true, .start_ns = 1000000, .body_bytes = 7 },
		.response = { .present = true,
			      .status = 200,
			      .start_ns = 3000000,
			      .headers = headers,
			      .header_count = header_count },
		.outbound = true,
		.tls = true,
		.tls_version = 0x0304,
		.tgid = 42,
	};

	assert_int_equal(yg_address_from_text(yg_slice_from_str(server), &exchange.server.addr), 0);
	return exchange;
}

static void only_what_goes_out_to_public_addresses_is_asked(void **state)
{
	struct yg_exchange far = exchange_of("203.0.113.9", NULL, 0);
	struct yg_exchange near = exchange_of("10.0.0.9", NULL, 0);

	(void)state;

	assert_true(yg_party_is_asked(&far));
	assert_false(yg_party_is_asked(&near));
	far.outbound = false;
	assert_false(yg_party_is_asked(&far));
}

static void counts_a_host_whatever_its_port(void **state)
{
	static const struct yg_header json[] = { { { "Content-Type", 12 },
						   { "application/json; charset=utf-8", 31 } } };
	static const struct yg_header away[] = {
		{ { "Location", 8 }, { "https://evil.example/x", 22 } },
		{ { "Content-Type", 12 }, { "text/html", 9 } },
	};
	YG_CLEANUP(yg_parties_free) struct yg_parties *parties = NULL;
	struct yg_exchange exchange = exchange_of("203.0.113.9", json, 1);
	const struct yg_party *party;

	(void)state;

	assert_int_equal(yg_parties_new(&key, &parties), 0);
	yg_parties_observe(parties, YG_SLICE("API.example.com"), &exchange, 1);
	exchange = exchange_of("203.0.113.9", away, 2);
	exchange.response.status = 307;
	exchange.tls = false;
	exchange.tls_version = 0x0303;
	yg_parties_observe(parties, YG_SLICE("api.example.com:8443"), &exchange, 8);
	exchange = exchange_of("203.0.113.9", NULL, 0);
	exchange.response.present = false;
	yg_parties_observe(parties, YG_SLICE("api.example.com"), &exchange, 1);

	assert_int_equal(yg_parties_count(parties), 1);
	party = yg_parties_find(parties, YG_SLICE("api.example.com"));
	assert_non_null(party);
	assert_int_equal(party->requests, 10);
	assert_int_equal(party->clear, 8);
	assert_int_equal(party->failed, 1);
	assert_int_equal(party->request_bytes, 70);
	assert_int_equal(party->latency_max_us, 2000);
	assert_int_equal(party->redirects, 1);
	assert_string_equal(party->redirect, "evil.example");
	assert_string_equal(party->content_type, "application/json");
	assert_int_equal(party->other_types, 1);
	assert_int_equal(party->tls_version, 0x0303);
	assert_int_equal(party->process_count, 1);
}

static struct yg_handshake handshake_of(const char *issuer)
{
	return (struct yg_handshake){
		.time_ns = 9,
		.version = 0x0303,
		.sni = YG_SLICE("api.example.com"),
		.is_answered = true,
		.has_certificate = true,
		.certificate = { .issuer = yg_slice_from_str(issuer) },
	};
}

static void tells_a_new_issuer_once_the_former_is_known(void **state)
{
	YG_CLEANUP(yg_parties_free) struct yg_parties *parties = NULL;
	struct yg_exchange exchange = exchange_of("203.0.113.9", NULL, 0);
	struct yg_handshake old = handshake_of("Old CA"), other = handshake_of("Other CA");
	const struct yg_party *party;

	(void)state;

	assert_int_equal(yg_parties_new(&key, &parties), 0);
	assert_false(yg_parties_handshake(parties, &old)); /* nobody asks it yet */
	yg_parties_observe(parties, YG_SLICE("api.example.com"), &exchange, 1);
	assert_false(yg_parties_handshake(parties, &old));
	assert_false(yg_parties_handshake(parties, &other)); /* too early to tell */
	for (unsigned int i = 0; i < YG_PARTY_ISSUER_MIN; i++)
		assert_false(yg_parties_handshake(parties, &old));
	other = handshake_of("Rogue CA");
	assert_true(yg_parties_handshake(parties, &other));
	assert_false(yg_parties_handshake(parties, &other));
	party = yg_parties_find(parties, YG_SLICE("api.example.com"));
	assert_int_equal(party->issuer_count, 3);
	assert_int_equal(party->issuer_changed_ns, 9);
	other = handshake_of("Fourth CA");
	assert_true(yg_parties_handshake(parties, &other));
	other = handshake_of("Fifth CA");
	assert_true(yg_parties_handshake(parties, &other));
	assert_int_equal(party->issuer_count, YG_PARTY_ISSUERS_MAX);
	assert_string_equal(party->issuers[0], "Other CA");
	assert_string_equal(party->issuers[3], "Fifth CA");
}

static void keep_blob(void *ctx, uint32_t place, const uint8_t *data, size_t len)
{
	struct yg_writer *writer = ctx;

	assert_true(place > 0);
	yg_put_bytes(writer, data, len);
}

static void a_row_outlives_a_restart(void **state)
{
	YG_CLEANUP(yg_parties_free) struct yg_parties *parties = NULL, *other = NULL;
	struct yg_exchange exchange = exchange_of("203.0.113.9", NULL, 0);
	struct yg_handshake old = handshake_of("Old CA");
	uint8_t buffer[4096], kept[4096];
	struct yg_writer writer = { .ptr = kept, .cap = sizeof(kept) };
	struct yg_reader reader;
	const struct yg_party *party;

	(void)state;

	assert_int_equal(yg_parties_new(&key, &parties), 0);
	yg_parties_observe(parties, YG_SLICE("api.example.com"), &exchange, 5);
	for (unsigned int i = 0; i <= YG_PARTY_ISSUER_MIN; i++)
		assert_false(yg_parties_handshake(parties, &old));
	yg_parties_pack(parties, true, buffer, sizeof(buffer), keep_blob, &writer);
	assert_true(writer.len > 0);

	/* Requests that came before what was kept arrived are not lost. */
	assert_int_equal(yg_parties_new(&key, &other), 0);
	yg_parties_observe(other, YG_SLICE("api.example.com"), &exchange, 2);
	for (size_t len = 0; len < writer.len; len++) {
		reader = (struct yg_reader){ .ptr = kept, .len = len };
		assert_int_equal(yg_parties_unpack(other, &reader), -EINVAL);
	}
	reader = (struct yg_reader){ .ptr = kept, .len = writer.len };
	assert_int_equal(yg_parties_unpack(other, &reader), 0);
	party = yg_parties_find(other, YG_SLICE("api.example.com"));
	assert_int_equal(party->requests, 7);
	assert_int_equal(party->handshakes, YG_PARTY_ISSUER_MIN + 1);
	assert_string_equal(party->issuers[0], "Old CA");
	old = handshake_of("Rogue CA");
	assert_true(yg_parties_handshake(other, &old));
	/* Nothing has changed in the first table since. */
	writer.len = 0;
	yg_parties_pack(parties, true, buffer, sizeof(buffer), keep_blob, &writer);
	assert_int_equal(writer.len, 0);
}

static void honours_its_capacity(void **state)
{
	YG_CLEANUP(yg_parties_free) struct yg_parties *parties = NULL;
	struct yg_exchange exchange = exchange_of("203.0.113.9", NULL, 0);

	(void)state;

	assert_int_equal(yg_parties_new(&key, &parties), 0);
	for (unsigned int i = 0; i < YG_PARTIES_MAX + 3; i++) {
		char host[32];

		(void)snprintf(host, sizeof(host), "h%u.example.com", i);
		yg_parties_observe(parties, yg_slice_from_str(host), &exchange, 1);
	}
	assert_int_equal(yg_parties_count(parties), YG_PARTIES_MAX);
	assert_int_equal(yg_parties_evicted(parties), 3);
	assert_null(yg_parties_find(parties, YG_SLICE("h0.example.com")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_goes_out_to_public_addresses_is_asked),
		cmocka_unit_test(counts_a_host_whatever_its_port),
		cmocka_unit_test(tells_a_new_issuer_once_the_former_is_known),
		cmocka_unit_test(a_row_outlives_a_restart),
		cmocka_unit_test(honours_its_capacity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
