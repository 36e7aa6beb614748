/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/service.h"

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
	char text[YG_SERVICE_CAP];

	if (c->no_server)
		exchange.server = (struct yg_peer){ 0 };
	assert_int_equal(yg_service_from_exchange(&exchange, text).len, strlen(c->want));
	assert_string_equal(text, c->want);
}

static void a_long_host_is_not_believed(void **state)
{
	char host[1024];
	struct yg_header header = { YG_SLICE("Host"), { host, sizeof(host) } };
	struct yg_exchange exchange = { .request = { .headers = &header, .header_count = 1 } };
	char text[YG_SERVICE_CAP];

	(void)state;

	memset(host, 'a', sizeof(host));
	(void)yg_service_from_exchange(&exchange, text);
	assert_string_equal(text, "unknown");
}

int main(void)
{
	struct CMUnitTest tests[YG_ARRAY_SIZE(cases) + 1] = {
		cmocka_unit_test(a_long_host_is_not_believed),
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++)
		tests[i + 1] = (struct CMUnitTest){
			.name = cases[i].name,
			.test_func = check_case,
			.initial_state = &cases[i],
		};
	return cmocka_run_group_tests_name("endpoint/service", tests, NULL, NULL);
}
