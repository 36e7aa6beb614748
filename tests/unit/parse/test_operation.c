/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/operation.h"

#include "core/macros.h"
#include "test.h"

#define HASH "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"

static const char json[] = "application/json";

/* What is told of one request; texts NULL: absent. */
struct operation_case {
	const char *name, *target, *type, *body;
	const char *text, *model;
	enum yg_protocol protocol;
	uint32_t calls;
};

static const struct operation_case cases[] = {
	{ "GraphQL with a name", "/graphql", json,
	  "{\"operationName\":\"GetUser\",\"query\":\"query GetUser {\\n user { id }\\n}\"}",
	  "query GetUser", NULL, YG_PROTOCOL_GRAPHQL, 1 },
	{ "GraphQL without one", "/graphql", json, "{\"query\":\"{ user { id } }\"}", "query user",
	  NULL, YG_PROTOCOL_GRAPHQL, 1 },
	{ "GraphQL, the operation that is asked for", "/graphql", json,
	  "{\"query\":\"query A{a} mutation B{b}\",\"operationName\":\"B\"}", "mutation B", NULL,
	  YG_PROTOCOL_GRAPHQL, 1 },
	{ "GraphQL whose extensions hold another document", "/graphql", json,
	  "{\"query\":\"mutation Pay{pay}\",\"extensions\":{\"query\":\"{a}\",\"operationName\":\"A\","
	  "\"documentId\":\"7\",\"persistedQuery\":{\"query\":\"{a}\"}}}",
	  "mutation Pay", NULL, YG_PROTOCOL_GRAPHQL, 1 },
	{ "GraphQL in a batch", "/graphql", json,
	  "[{\"query\":\"mutation Login{login}\"},{\"query\":\"mutation Login{login}\"},"
	  "{\"query\":\"{x}\"}]",
	  "mutation Login", NULL, YG_PROTOCOL_GRAPHQL, 3 },
	{ "GraphQL, persisted", "/graphql", json,
	  "{\"operationName\":\"GetUser\",\"extensions\":{\"persistedQuery\":{\"version\":1}}}",
	  "persisted GetUser", NULL, YG_PROTOCOL_GRAPHQL, 1 },
	{ "GraphQL, persisted, by its hash alone", "/graphql", json,
	  "{\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"" HASH "\"}}}",
	  "persisted ecf4edb46db40b51", NULL, YG_PROTOCOL_GRAPHQL, 1 },
	{ "GraphQL, a document by its id", "/graphql", json, "{\"documentId\":\"sha256:" HASH "\"}",
	  "persisted ecf4edb46db40b51", NULL, YG_PROTOCOL_GRAPHQL, 1 },
	{ "an id of a document elsewhere", "/v1/documents", json, "{\"documentId\":\"7\"}", NULL,
	  NULL, YG_PROTOCOL_H1, 0 },
	{ "GraphQL in a GET, persisted",
	  "/graphql?operationName=GetUser&extensions=%7B%22persistedQuery%22%3A%7B%22version%22"
	  "%3A1%2C%22sha256Hash%22%3A%22" HASH "%22%7D%7D",
	  NULL, "", "persisted GetUser", NULL, YG_PROTOCOL_GRAPHQL, 1 },
	{ "GraphQL in a GET, persisted, by its hash alone",
	  "/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22sha256Hash%22%3A%22" HASH
	  "%22%7D%7D",
	  NULL, "", "persisted ecf4edb46db40b51", NULL, YG_PROTOCOL_GRAPHQL, 1 },
	{ "GraphQL in a form", "/graphql", "application/x-www-form-urlencoded",
	  "query=mutation+Pay+%7Bpay%7D&variables=%7B%7D", "mutation Pay", NULL,
	  YG_PROTOCOL_GRAPHQL, 1 },
	{ "GraphQL beside its files", "/graphql", "multipart/form-data; boundary=b",
	  "--b\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n"
	  "{\"query\":\"mutation Up($f:Upload!){up(f:$f)}\",\"variables\":{\"f\":null}}\r\n--b\r\n"
	  "Content-Disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--b--\r\n",
	  "mutation Up", NULL, YG_PROTOCOL_GRAPHQL, 1 },
	{ "GraphQL as a document", "/graphql", "application/graphql", "mutation Pay { pay }",
	  "mutation Pay", NULL, YG_PROTOCOL_GRAPHQL, 1 },
	{ "GraphQL in a GET", "/graphql?query=query%20A%7Ba%7D+query+B%7Bb%7D&operationName=B",
	  NULL, "", "query B", NULL, YG_PROTOCOL_GRAPHQL, 1 },
	{ "a search for words", "/search", json, "{\"query\":\"query for red shoes\"}", NULL, NULL,
	  YG_PROTOCOL_H1, 0 },
	{ "a search by an object", "/search", json, "{\"query\":{\"match\":{\"a\":1}}}", NULL, NULL,
	  YG_PROTOCOL_H1, 0 },
	{ "a search in a GET", "/search?query=shoes", NULL, "", NULL, NULL, YG_PROTOCOL_H1, 0 },
	{ "JSON-RPC", "/rpc", json, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_call\"}",
	  "eth_call", NULL, YG_PROTOCOL_JSONRPC, 1 },
	{ "JSON-RPC with a method that is no name", "/rpc", json,
	  "{\"jsonrpc\":\"2.0\",\"method\":\"a b\"}", "*", NULL, YG_PROTOCOL_JSONRPC, 1 },
	{ "MCP", "/mcp", json,
	  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"get\"}}",
	  "tools/call get", NULL, YG_PROTOCOL_JSONRPC, 1 },
	{ "SOAP", "/ws", "text/xml", "<e:Envelope><e:Body><u:GetUser/></e:Body></e:Envelope>",
	  "GetUser", NULL, YG_PROTOCOL_H1, 1 },
	{ "SOAP that says what it does beside its body", "/ws",
	  "application/soap+xml; action=\"http://x.test/users/GetUser\"", "<e:Envelope><e:Bo",
	  "GetUser", NULL, YG_PROTOCOL_H1, 1 },
	{ "SOAP with attachments", "/ws",
	  "multipart/related; type=\"application/xop+xml\"; boundary=b",
	  "--b\r\nContent-Type: application/xop+xml\r\n\r\n<e:Envelope><e:Body><u:Put/></e:Body>"
	  "</e:Envelope>\r\n--b--\r\n",
	  "Put", NULL, YG_PROTOCOL_H1, 1 },
	{ "a form with a file", "/up", "multipart/form-data; boundary=b",
	  "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n\"operations\"\r\n--b--\r\n",
	  NULL, NULL, YG_PROTOCOL_H1, 0 },
	{ "XML that is no SOAP", "/ws", "text/xml", "<order/>", NULL, NULL, YG_PROTOCOL_H1, 0 },
	{ "a language model", "/v1/chat/completions", json,
	  "{\"model\":\"m-1\",\"messages\":[{\"content\":\"hi\"}]}", NULL, "m-1", YG_PROTOCOL_H1,
	  0 },
	{ "a language model that the path names", "/openai/deployments/m-1/chat/completions", json,
	  "{\"messages\":[{\"content\":\"hi\"}]}", NULL, "m-1", YG_PROTOCOL_H1, 0 },
	{ "a language model whose name is encoded", "/model/a.m-1%3A0/converse", json,
	  "{\"messages\":[]}", NULL, "a.m-1:0", YG_PROTOCOL_H1, 0 },
	{ "a path of a language model that asks nothing", "/model/42/invoke", json, "{\"a\":1}",
	  NULL, NULL, YG_PROTOCOL_H1, 0 },
	{ "a form", "/login", "application/x-www-form-urlencoded", "query=%7Ba%7D", NULL, NULL,
	  YG_PROTOCOL_H1, 0 },
	{ "other JSON", "/v1/users", json, "{\"name\":\"x\"}", NULL, NULL, YG_PROTOCOL_H1, 0 },
};

static void expect_text(struct yg_slice got, const char *want)
{
	assert_int_equal(got.ptr != NULL, want != NULL);
	if (want)
		assert_true(yg_slice_equal(got, yg_slice_from_str(want)));
}

static void names_what_a_request_does(void **state)
{
	YG_CLEANUP(yg_bodies_free) struct yg_bodies *bodies = NULL;
	static struct yg_operation operation;

	(void)state;
	assert_int_equal(yg_bodies_new(&bodies), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct operation_case *c = &cases[i];
		GUARD_CLEANUP struct guard in = guard_copy(c->body, strlen(c->body));
		struct yg_header header = { YG_SLICE("Content-Type"), yg_slice_from_str(c->type) };
		struct yg_exchange exchange = {
			.request = { .present = true,
				     .complete = true,
				     .target = yg_slice_from_str(c->target),
				     .headers = &header,
				     .header_count = c->type ? 1 : 0,
				     .body = { in.ptr, in.len },
				     .body_bytes = in.len },
		};

		print_message("  %s\n", c->name);
		yg_bodies_begin(bodies, &exchange);
		yg_operation_from_exchange(bodies, &exchange, &operation);
		expect_text(operation.text, c->text);
		expect_text(operation.model, c->model);
		assert_int_equal(operation.protocol, c->protocol);
		assert_int_equal(operation.calls, c->calls);
	}
}

/* A document of 40 KB, of which a prefix is unescaped, and a body cut inside its query. */
static void reads_documents_that_are_cut(void **state)
{
	YG_CLEANUP(yg_bodies_free) struct yg_bodies *bodies = NULL;
	static struct yg_operation operation;
	static char body[40000] = "{\"query\":\"query Long { a";
	struct yg_header header = { YG_SLICE("Content-Type"), YG_SLICE("application/json") };
	struct yg_exchange exchange = {
		.request = { .present = true,
			     .target = YG_SLICE("/graphql"),
			     .headers = &header,
			     .header_count = 1,
			     .body = { body, sizeof(body) } },
	};

	(void)state;
	assert_int_equal(yg_bodies_new(&bodies), 0);
	for (size_t i = strlen(body); i + 1 < sizeof(body); i += 2)
		memcpy(body + i, "\\n", 2);
	yg_bodies_begin(bodies, &exchange);
	yg_operation_from_exchange(bodies, &exchange, &operation);
	expect_text(operation.text, "query Long");
	exchange.request.refused = true;
	yg_operation_from_exchange(bodies, &exchange, &operation);
	expect_text(operation.text, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_what_a_request_does),
		cmocka_unit_test(reads_documents_that_are_cut),
	};

	return cmocka_run_group_tests_name("parse/operation", tests, NULL, NULL);
}
