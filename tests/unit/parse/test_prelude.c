/* SPDX-License-Identifier: GPL-2.0-only */
/* What a connection begins with, and the exchanges that learn it: through the whole of stage 3. */
#include "parse/prelude.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "core/macros.h"
#include "hello.h"
#include "laws.h"
#include "parse/streams.h"
#include "test.h"
#include "yagura/limits.h"

#define REQUEST	 "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define RESPONSE "HTTP/1.1 204 No\r\n\r\n"
#define PROXY	 "PROXY TCP4 192.0.2.7 192.0.2.9 56324 443\r\n"

struct seen {
	unsigned handshakes, exchanges;
	char sni[64], ja4[64];		 /* of the last handshake */
	struct yg_handshake handshake;	 /* likewise; its slices are gone */
	uint16_t version, cipher;	 /* of the last exchange */
	char proxied[64];		 /* of the last of both */
	char linked_sni[64], linked[64]; /* of the last exchange */
	bool denied;
	char alpn[64], chosen[64]; /* likewise; a length byte is a comma */
};

struct net {
	struct yg_streams *streams;
	struct seen seen;
	uint32_t sequence, answered;
};

static void copy(char *to, struct yg_slice text)
{
	(void)snprintf(to, 64, "%.*s", (int)text.len, text.ptr ? text.ptr : "");
}

static void copy_names(char *to, struct yg_slice list)
{
	struct yg_slice name;
	size_t len = 0;

	to[0] = '\0';
	while ((name = yg_hello_alpn_next(&list)).ptr)
		len += (size_t)snprintf(to + len, 64 - len, "%.*s ", (int)name.len, name.ptr);
}

static void take_handshake(void *ctx, const struct yg_handshake *handshake)
{
	struct net *net = ctx;

	net->seen.handshakes++;
	net->seen.handshake = *handshake;
	copy(net->seen.sni, handshake->sni);
	copy(net->seen.ja4, handshake->ja4);
	(void)yg_endpoint_format(&handshake->proxied.addr, handshake->proxied.port,
				 net->seen.proxied);
}

static void take_exchange(void *ctx, const struct yg_exchange *exchange)
{
	struct net *net = ctx;

	net->seen.exchanges++;
	net->seen.version = exchange->tls_version;
	net->seen.cipher = exchange->tls_cipher;
	net->seen.denied = exchange->sni_denied;
	copy(net->seen.linked_sni, exchange->sni);
	copy(net->seen.chosen, exchange->chosen_alpn);
	copy_names(net->seen.alpn, exchange->alpn);
	copy(net->seen.linked, exchange->ja4);
	(void)yg_endpoint_format(&exchange->proxied.addr, exchange->proxied.port,
				 net->seen.proxied);
}

static int setup(void **state)
{
	static struct net net;
	const struct yg_streams_options options = {
		.flows_max = 16,
		.pool_bytes = 1 << 20,
		.preludes_max = 4,
		.on_handshake = take_handshake,
	};

	net = (struct net){ .sequence = 5000 };
	assert_int_equal(yg_streams_new(&options, take_exchange, &net, &net.streams), 0);
	*state = &net;
	return 0;
}

static int teardown(void **state)
{
	struct net *net = *state;

	yg_streams_finish(net->streams);
	assert_null(broken_law(yg_streams_counters(net->streams), true));
	yg_streams_free(&net->streams);
	return 0;
}

/* A segment between client port @port and the server. */
static struct yg_segment segment(uint8_t source, uint16_t port, bool from_server, size_t len)
{
	struct yg_segment meta = {
		.time_ns = 1000,
		.source = source,
		.bind = YG_BIND_SOCKET,
		.payload_len = (uint32_t)len,
		.data_len = (uint32_t)len,
	};

	meta.key.saddr[15] = from_server ? 2 : 1;
	meta.key.daddr[15] = from_server ? 1 : 2;
	meta.key.sport = htons(from_server ? 443 : port);
	meta.key.dport = htons(from_server ? port : 443);
	return meta;
}

static void send_wire(struct net *net, uint8_t source, uint16_t port, const void *data, size_t len)
{
	GUARD_CLEANUP struct guard in = guard_copy(data, len);
	static struct yg_segment meta;
	const struct yg_segment_view view = { &meta, (const uint8_t *)in.ptr };

	meta = segment(source, port, false, len);
	meta.offset = net->sequence;
	net->sequence += (uint32_t)len;
	yg_streams_view(net->streams, &view);
	assert_null(broken_law(yg_streams_counters(net->streams), false));
}

static void answer(struct net *net, uint8_t source, uint16_t port, const void *data, size_t len)
{
	GUARD_CLEANUP struct guard in = guard_copy(data, len);
	static struct yg_segment meta;
	const struct yg_segment_view view = { &meta, (const uint8_t *)in.ptr };

	meta = segment(source, port, true, len);
	meta.offset = net->answered;
	net->answered += (uint32_t)len;
	yg_streams_view(net->streams, &view);
	assert_null(broken_law(yg_streams_counters(net->streams), false));
}

static void send_hello_of(struct net *net, uint8_t source, uint16_t port, const char *sni,
			  const char *alpn)
{
	const struct hello_spec spec = { .sni = sni, .alpn = alpn };
	uint8_t message[HELLO_BYTES_CAP], bytes[HELLO_BYTES_CAP];
	size_t len = hello_records(message, hello_message(&spec, message), 16384, bytes);

	send_wire(net, source, port, bytes, len);
}

static void send_hello(struct net *net, uint8_t source, uint16_t port, const char *sni)
{
	send_hello_of(net, source, port, sni, "\x02h2\x08http/1.1");
}

/* As the sampler passes it, live: the ServerHello and the header of the record behind it. */
static void answer_hello(struct net *net, uint16_t port)
{
	const struct answer_spec spec = { .version = 0x0304, .cipher = 0x1302 };
	uint8_t bytes[HELLO_BYTES_CAP];

	answer(net, YG_SOURCE_EGRESS, port, bytes, hello_answer(&spec, 16384, bytes));
}

/* One exchange as a uprobe sees it; @object names the TLS object. */
static void exchange_tls(struct net *net, uint16_t port, uint64_t object, bool close)
{
	static const char *const texts[] = { REQUEST, RESPONSE, "" };

	for (unsigned i = 0; i < 2u + close; i++) {
		static const uint8_t sources[] = { YG_SOURCE_TLS_READ, YG_SOURCE_TLS_WRITE,
						   YG_SOURCE_TLS_CLOSE };
		static struct yg_segment meta;
		const struct yg_segment_view view = { &meta, (const uint8_t *)texts[i] };

		meta = segment(sources[i], port, i == 1, strlen(texts[i]));
		meta.tgid = 7;
		meta.object = object;
		yg_streams_view(net->streams, &view);
	}
}

static void links_the_hello_to_the_plaintext(void **state)
{
	struct net *net = *state;

	send_hello(net, YG_SOURCE_INGRESS, 4000, "api.example");
	answer_hello(net, 4000);
	assert_int_equal(net->seen.handshakes, 1);
	assert_string_equal(net->seen.sni, "api.example");
	assert_string_equal(net->seen.ja4, HELLO_CHROME);
	exchange_tls(net, 4000, 0x10, false);
	assert_int_equal(net->seen.exchanges, 1);
	assert_int_equal(net->seen.version, 0x0304);
	assert_int_equal(net->seen.cipher, 0x1302);
	assert_string_equal(net->seen.linked_sni, "api.example");
	assert_string_equal(net->seen.linked, HELLO_CHROME);
}

/* Once a request asks for another host, the handshake does not tell whom the others ask. */
static void a_request_for_another_host_denies_the_handshake(void **state)
{
	static const struct {
		const char *sni;
		bool denied;
	} rows[] = { { "h", false }, { "H", false }, { "h.example", true } };
	struct net *net = *state;

	for (uint16_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		send_hello(net, YG_SOURCE_INGRESS, (uint16_t)(4000 + i), rows[i].sni);
		exchange_tls(net, (uint16_t)(4000 + i), 0x10u + i, false);
		assert_string_equal(net->seen.linked_sni, rows[i].sni);
		assert_int_equal(net->seen.denied, rows[i].denied);
	}
	assert_int_equal(net->seen.exchanges, YG_ARRAY_SIZE(rows));
}

static void leaves_other_connections_unknown(void **state)
{
	struct net *net = *state;

	send_hello(net, YG_SOURCE_INGRESS, 4000, "api.example");
	exchange_tls(net, 4001, 0x10, false);
	assert_int_equal(net->seen.exchanges, 1);
	assert_string_equal(net->seen.linked, "");
}

/* A rest of the probes ends what was heard of an object, and not its connection. */
static void remembers_over_a_rest_of_the_probes(void **state)
{
	struct net *net = *state;
	struct yg_segment meta;
	const struct yg_segment_view view = { &meta, (const uint8_t *)"" };

	send_hello(net, YG_SOURCE_INGRESS, 4000, "api.example");
	exchange_tls(net, 4000, 0x10, false);
	meta = segment(YG_SOURCE_TLS_REST, 4000, false, 0);
	meta.tgid = 7;
	meta.object = 0x10;
	yg_streams_view(net->streams, &view);
	assert_int_equal(yg_streams_counters(net->streams)->flow_closed, 1);
	exchange_tls(net, 4000, 0x20, true);
	assert_int_equal(net->seen.exchanges, 2);
	assert_string_equal(net->seen.linked_sni, "api.example");
}

static void forgets_when_the_tls_object_ends(void **state)
{
	struct net *net = *state;

	send_hello(net, YG_SOURCE_INGRESS, 4000, "api.example");
	exchange_tls(net, 4000, 0x10, true);
	assert_string_equal(net->seen.linked, HELLO_CHROME);
	exchange_tls(net, 4000, 0x20, false);
	assert_int_equal(net->seen.exchanges, 2);
	assert_string_equal(net->seen.linked, "");
}

/* Live, the sampler passes neither the rest of a TLS connection nor its end. */
static void sees_the_next_connection_of_the_same_port(void **state)
{
	struct net *net = *state;

	send_hello(net, YG_SOURCE_INGRESS, 4000, "one.example");
	answer_hello(net, 4000);
	net->sequence += 0x40000000;
	net->answered += 0x30000000;
	send_hello(net, YG_SOURCE_INGRESS, 4000, "two.example");
	answer_hello(net, 4000);
	assert_int_equal(net->seen.handshakes, 2);
	assert_string_equal(net->seen.sni, "two.example");
	exchange_tls(net, 4000, 0x10, false);
	assert_string_equal(net->seen.linked_sni, "two.example");
}

static void makes_room_for_new_connections(void **state)
{
	struct net *net = *state;

	for (uint16_t port = 4000; port < 4005; port++)
		send_hello(net, YG_SOURCE_INGRESS, port, "api.example");
	assert_int_equal(yg_streams_counters(net->streams)->prelude_evicted, 1);
	exchange_tls(net, 4000, 0x10, false);
	assert_string_equal(net->seen.linked, "");
	exchange_tls(net, 4004, 0x20, true);
	assert_string_equal(net->seen.linked, HELLO_CHROME);
	for (uint16_t port = 4001; port < 4004; port++)
		exchange_tls(net, port, port, true);
	send_hello(net, YG_SOURCE_INGRESS, 4005, "api.example");
	assert_int_equal(yg_streams_counters(net->streams)->prelude_evicted, 1); /* all used up */
}

static void links_the_client_of_a_proxy_header(void **state)
{
	struct net *net = *state;

	send_wire(net, YG_SOURCE_INGRESS, 4000, PROXY, sizeof(PROXY) - 1);
	send_hello(net, YG_SOURCE_INGRESS, 4000, "api.example");
	answer_hello(net, 4000);
	assert_int_equal(net->seen.handshakes, 1);
	assert_string_equal(net->seen.proxied, "192.0.2.7:56324");
	net->seen.proxied[0] = '\0';
	exchange_tls(net, 4000, 0x10, false);
	assert_string_equal(net->seen.proxied, "192.0.2.7:56324");
	assert_string_equal(net->seen.linked, HELLO_CHROME);
}

static void reads_a_hello_in_pieces(void **state)
{
	const struct hello_spec spec = { .sni = "a.example", .padding = 1700 };
	struct net *net = *state;
	uint8_t message[HELLO_BYTES_CAP], bytes[HELLO_BYTES_CAP];
	size_t len = hello_records(message, hello_message(&spec, message), 900, bytes);

	for (size_t at = 0; at < len; at += 7)
		send_wire(net, YG_SOURCE_FILE, 4000, bytes + at, len - at < 7 ? len - at : 7);
	assert_int_equal(net->seen.handshakes, 0); /* the server may answer */
	yg_streams_finish(net->streams);
	assert_int_equal(net->seen.handshakes, 1);
	assert_string_equal(net->seen.sni, "a.example");
}

static void tells_what_the_server_chose(void **state)
{
	static const struct {
		const char *what;
		struct answer_spec spec;
		bool is_answered, is_refused, is_resumed;
		uint16_t version, cipher;
	} cases[] = {
		{ "lower than offered",
		  { .version = 0x0301, .cipher = 0x000a, .done = 1 },
		  true,
		  false,
		  false,
		  0x0301,
		  0x000a },
		{ "TLS 1.3",
		  { .version = 0x0304, .cipher = 0x1302 },
		  true,
		  false,
		  false,
		  0x0304,
		  0x1302 },
		{ "resumed",
		  { .version = 0x0303, .cipher = 0xc02f, .ciphers_change = 1 },
		  true,
		  false,
		  true,
		  0x0303,
		  0xc02f },
		{ "refused", { .alert = 40 }, true, true, false, 0x0304, 0 },
	};
	struct net *net = *state;
	static uint8_t bytes[4096];

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		uint16_t port = (uint16_t)(5000 + i);
		size_t len = hello_answer(&cases[i].spec, 16384, bytes);
		const struct yg_handshake *got = &net->seen.handshake;

		print_message("  %s\n", cases[i].what);
		send_hello(net, YG_SOURCE_FILE, port, "api.example");
		answer(net, YG_SOURCE_FILE, port, bytes, len / 2);
		assert_int_equal(net->seen.handshakes, i);
		answer(net, YG_SOURCE_FILE, port, bytes + len / 2, len - len / 2);
		assert_int_equal(net->seen.handshakes, i + 1);
		assert_int_equal(got->is_answered, cases[i].is_answered);
		assert_int_equal(got->is_refused, cases[i].is_refused);
		assert_int_equal(got->is_resumed, cases[i].is_resumed);
		assert_int_equal(got->version, cases[i].version);
		assert_int_equal(got->cipher, cases[i].cipher);
		assert_int_equal(got->offered_count, 2);
		assert_int_equal(got->offered[0], 0x0304);
		assert_false(got->has_certificate);
	}
	exchange_tls(net, 5000, 0x10, false);
	assert_int_equal(net->seen.version, 0x0301);
	assert_int_equal(net->seen.cipher, 0x000a);
}

#define LONG_NAME \
	"\x28"    \
	"0123456789012345678901234567890123456789"

/* RFC 7301: offered by the client, chosen by the server; what is spoken is HTTP/1.1. */
static void tells_what_was_offered_and_chosen(void **state)
{
	static const struct {
		const char *what, *offered;
		uint16_t version; /* of the answer; 0: none is seen */
		const char *answer;
		const char *names, *chosen;
	} cases[] = {
		{ "TLS 1.2 says it",
		  "\x02h2\x03"
		  "foo",
		  0x0303, "foo", "h2 foo ", "foo" },
		{ "TLS 1.2 without one", "\x02h2\x08http/1.1", 0x0303, NULL, "h2 http/1.1 ", "" },
		{ "TLS 1.3 encrypts it", "\x02h2\x08http/1.1", 0x0304, NULL, "h2 http/1.1 ",
		  "http/1.1" },
		{ "what is spoken was not offered", "\x02h2", 0x0304, NULL, "h2 ", "" },
		{ "no answer is seen", "\x08http/1.1", 0, NULL, "http/1.1 ", "http/1.1" },
		{ "nothing is offered", NULL, 0x0304, NULL, "", "" },
		{ "what was not offered is not chosen", "\x02h2", 0x0303, "foo", "h2 ", "" },
		{ "names that do not fit", "\x02h2" LONG_NAME LONG_NAME, 0x0303, "h2",
		  "h2 0123456789012345678901234567890123456789 ", "h2" },
	};
	struct net *net = *state;
	static uint8_t bytes[4096];

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct answer_spec spec = { .version = cases[i].version,
						  .cipher = 0xc02f,
						  .alpn = cases[i].answer,
						  .done = 1 };
		uint16_t port = (uint16_t)(6000 + i);

		print_message("  %s\n", cases[i].what);
		send_hello_of(net, YG_SOURCE_FILE, port, "a.example", cases[i].offered);
		if (cases[i].version)
			answer(net, YG_SOURCE_FILE, port, bytes, hello_answer(&spec, 16384, bytes));
		exchange_tls(net, port, 0x10 + i, true);
		assert_string_equal(net->seen.alpn, cases[i].names);
		assert_string_equal(net->seen.chosen, cases[i].chosen);
	}
}

/* What is no answer, or none at all, leaves what the client offered. */
static void tells_the_offer_when_no_answer_is_seen(void **state)
{
	struct net *net = *state;

	send_hello(net, YG_SOURCE_FILE, 6000, "api.example");
	answer(net, YG_SOURCE_FILE, 6000, "220 mail\r\n", 10);
	assert_int_equal(net->seen.handshakes, 1);
	assert_false(net->seen.handshake.is_answered);
	assert_int_equal(net->seen.handshake.version, 0x0304);

	send_hello(net, YG_SOURCE_FILE, 6001, "api.example");
	net->answered += 100; /* lost */
	answer(net, YG_SOURCE_FILE, 6001, "\x16\x03\x03", 3);
	yg_streams_finish(net->streams);
	assert_int_equal(net->seen.handshakes, 2);
	assert_int_equal(yg_streams_counters(net->streams)->hello_unanswered, 2);
}

/* Live no more than YG_PRELUDE_BYTES of an answer come, and no end of the connection. */
static void tells_what_came_of_an_answer_that_is_too_long(void **state)
{
	const struct answer_spec spec = {
		.version = 0x0303,
		.cipher = 0xc02f,
		.certificate_len = 2 * YG_PRELUDE_BYTES,
	};
	static uint8_t bytes[4 * YG_PRELUDE_BYTES];
	struct net *net = *state;

	assert_true(hello_answer(&spec, 16384, bytes) > YG_PRELUDE_BYTES);
	send_hello(net, YG_SOURCE_INGRESS, 4000, "api.example");
	answer(net, YG_SOURCE_EGRESS, 4000, bytes, 1400);
	answer(net, YG_SOURCE_EGRESS, 4000, bytes + 1400, 1400);
	assert_int_equal(net->seen.handshakes, 0);
	answer(net, YG_SOURCE_EGRESS, 4000, bytes + 2800, YG_PRELUDE_BYTES - 2800);
	assert_int_equal(net->seen.handshakes, 1);
	assert_int_equal(net->seen.handshake.version, 0x0303);
	assert_int_equal(net->seen.handshake.cipher, 0xc02f);
	assert_false(net->seen.handshake.has_certificate);
}

static void counts_a_hello_that_is_cut(void **state)
{
	struct net *net = *state;

	send_wire(net, YG_SOURCE_FILE, 4000, "\x16\x03\x01\x02\x00\x01\x00\x01", 8);
	yg_streams_finish(net->streams);
	assert_int_equal(net->seen.handshakes, 0);
	assert_int_equal(yg_streams_counters(net->streams)->hello_refused, 1);
}

#define claim(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		claim(links_the_hello_to_the_plaintext),
		claim(a_request_for_another_host_denies_the_handshake),
		claim(leaves_other_connections_unknown),
		claim(remembers_over_a_rest_of_the_probes),
		claim(forgets_when_the_tls_object_ends),
		claim(sees_the_next_connection_of_the_same_port),
		claim(makes_room_for_new_connections),
		claim(links_the_client_of_a_proxy_header),
		claim(reads_a_hello_in_pieces),
		claim(tells_what_was_offered_and_chosen),
		claim(tells_what_the_server_chose),
		claim(tells_the_offer_when_no_answer_is_seen),
		claim(tells_what_came_of_an_answer_that_is_too_long),
		claim(counts_a_hello_that_is_cut),
	};

	return cmocka_run_group_tests_name("parse/prelude", tests, NULL, NULL);
}
