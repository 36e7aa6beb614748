/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/service.h"

#include <errno.h>

#include "core/macros.h"
#include "test.h"

struct service_case {
	const char *name;
	const char *target;
	const char *host; /* NULL: no field */
	bool tls;
	bool no_server;
	const char *want;
};

/* clang-format off */
static struct service_case cases[] = {
	{ "is the host, lower case", "/", "API.Example.COM", false, false, "api.example.com" },
	{ "drops the default port", "/", "a.example:80", false, false, "a.example" },
	{ "drops the default port of TLS", "/", "a.example:443", true, false, "a.example" },
	{ "keeps another port", "/", "a.example:8443", true, false, "a.example:8443" },
	{ "keeps the default port of the other scheme", "/", "a.example:80", true, false,
	  "a.example:80" },
	{ "puts the brackets back", "/", "[2001:DB8::1]:443", true, false, "[2001:db8::1]" },
	{ "prefers an absolute target", "http://b.example/x", "a.example", false, false,
	  "b.example" },
	{ "is the server without a host", "/", NULL, true, false, "192.0.2.10:8080" },
	{ "is the server when the host is no name", "/", "a b", true, false, "192.0.2.10:8080" },
	{ "is the server when the host is empty", "/", "", true, false, "192.0.2.10:8080" },
	{ "is unknown when nothing is", "/", NULL, true, true, "unknown" },
};
/* clang-format on */

static void check_case(void **state)
{
	const struct service_case *c = *state;
	struct yg_header header = { YG_SLICE("Host"), yg_slice_from_str(c->host) };
	struct yg_exchange exchange = {
		.request = { .present = true,
			     .method = YG_SLICE("GET"),
			     .target = yg_slice_from_str(c->target),
			     .headers = &header,
			     .header_count = c->host ? 1 : 0 },
		.server = { { { [10] = 0xff, 0xff, 192, 0, 2, 10 } }, 8080 },
		.tls = c->tls,
	};
	enum yg_service_source source;
	char text[YG_SERVICE_CAP];

	if (c->no_server)
		exchange.server = (struct yg_peer){ 0 };
	assert_int_equal(yg_service_from_exchange(&exchange, &source, text).len, strlen(c->want));
	assert_string_equal(text, c->want);
	assert_int_equal(source == YG_SERVICE_ADDRESS,
			 strcmp(c->want, "192.0.2.10:8080") == 0 || c->no_server);
	assert_int_equal(yg_service_is_said(&exchange), c->host || c->target[0] != '/');
}

static void a_long_host_is_not_believed(void **state)
{
	char host[1024];
	struct yg_header header = { YG_SLICE("Host"), { host, sizeof(host) } };
	struct yg_exchange exchange = { .request = { .headers = &header, .header_count = 1 } };
	enum yg_service_source source;
	char text[YG_SERVICE_CAP];

	(void)state;

	memset(host, 'a', sizeof(host));
	(void)yg_service_from_exchange(&exchange, &source, text);
	assert_string_equal(text, "unknown");
}

static void the_name_of_a_server_reads_back_as_the_server(void **state)
{
	static const struct {
		const char *address;
		uint16_t port;
		bool tls;
		const char *want;
	} rows[] = {
		{ "192.0.2.10", 8080, false, "192.0.2.10:8080" },
		{ "192.0.2.10", 443, true, "192.0.2.10" },
		{ "192.0.2.10", 80, false, "192.0.2.10" },
		{ "192.0.2.10", 80, true, "192.0.2.10:80" },
		{ "2001:db8::1", 443, true, "2001:db8::1" },
		{ "2001:db8::1", 65535, true, "[2001:db8::1]:65535" },
	};
	static const char *const none[] = { "",
					    "unknown",
					    "api.example",
					    "api.example:80",
					    "192.0.2.10:65536",
					    "192.0.2.10:999999",
					    "192.0.2" };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		struct yg_peer server = { .port = rows[i].port }, back;
		char text[YG_SERVICE_CAP];

		assert_int_equal(
			yg_address_from_text(yg_slice_from_str(rows[i].address), &server.addr), 0);
		server.port = yg_service_port(&server, rows[i].tls);
		(void)yg_service_from_server(&server, text);
		assert_string_equal(text, rows[i].want);
		assert_int_equal(yg_service_to_server(yg_slice_from_str(text), &back), 0);
		assert_memory_equal(&back, &server, sizeof(back));
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(none); i++) {
		struct yg_peer back;

		assert_int_equal(yg_service_to_server(yg_slice_from_str(none[i]), &back), -EINVAL);
	}
}

static void a_handshake_names_a_service_if_it_names_a_host(void **state)
{
	static const struct {
		const char *name, *sni;
		bool denied, with_port;
		uint16_t port;
		const char *want;
	} rows[] = {
		{ "the host, lower case", "API.example", false, false, 8443, "api.example" },
		{ "with the port that was asked", "api.example", false, true, 8443,
		  "api.example:8443" },
		{ "without the usual port", "api.example", false, true, 443, "api.example" },
		{ "no handshake was seen", NULL, false, false, 443, "" },
		{ "another host was asked", "api.example", true, false, 443, "" },
		{ "a wildcard", "*.example", false, false, 443, "" },
		{ "an address", "192.0.2.10", false, false, 443, "" },
		{ "an address of IPv6", "2001:db8::1", false, false, 443, "" },
		{ "a port of its own", "api.example:1", false, false, 443, "" },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		const struct yg_exchange exchange = {
			.sni = yg_slice_from_str(rows[i].sni),
			.sni_denied = rows[i].denied,
			.server.port = rows[i].port,
			.tls = true,
		};
		char text[YG_SERVICE_CAP];

		print_message("%s\n", rows[i].name);
		assert_int_equal(yg_service_from_sni(&exchange, rows[i].with_port, text).len,
				 strlen(rows[i].want));
		assert_string_equal(text, rows[i].want);
	}
}

static void every_source_has_a_name(void **state)
{
	(void)state;

	for (int i = 0; i < YG_SERVICE_SOURCE_MAX; i++)
		assert_true(strlen(yg_service_source_name((enum yg_service_source)i)) > 2);
}

int main(void)
{
	struct CMUnitTest tests[YG_ARRAY_SIZE(cases) + 4] = {
		cmocka_unit_test(a_long_host_is_not_believed),
		cmocka_unit_test(the_name_of_a_server_reads_back_as_the_server),
		cmocka_unit_test(a_handshake_names_a_service_if_it_names_a_host),
		cmocka_unit_test(every_source_has_a_name),
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++)
		tests[i + 4] = (struct CMUnitTest){
			.name = cases[i].name,
			.test_func = check_case,
			.initial_state = &cases[i],
		};
	return cmocka_run_group_tests_name("endpoint/service", tests, NULL, NULL);
}
