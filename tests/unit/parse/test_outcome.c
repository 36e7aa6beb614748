/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/outcome.h"

#include "core/macros.h"
#include "test.h"

static const char json[] = "application/json";
static const char events[] = "text/event-stream";

#define GRAPHQL "{\"query\":\"query A{a}\"}"
#define RPC	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\"}"
#define MODEL	"{\"model\":\"m-1\",\"messages\":[]}"
#define SOAP	"<e:Envelope><e:Body><u:Get/></e:Body></e:Envelope>"

/* One request, and what is told of its answer. */
struct outcome_case {
	const char *name, *target, *request_type, *request;
	const char *type, *body;
	enum yg_outcome_kind kind;
	const char *code; /* NULL: absent */
	int64_t in, out;  /* tokens; -1: not told */
};

static const struct outcome_case cases[] = {
	{ "GraphQL that gives data", "/g", json, GRAPHQL, json, "{\"data\":{\"a\":{\"b\":1}}}",
	  YG_OUTCOME_OK, NULL, -1, -1 },
	{ "GraphQL that says no", "/g", json, GRAPHQL, json,
	  "{\"errors\":[{\"message\":\"x\",\"path\":[\"a\"],\"extensions\":{\"code\":\"FORBIDDEN\","
	  "\"trace\":{\"code\":\"X\"}}},{\"extensions\":{\"code\":\"Y\"}}],\"data\":null}",
	  YG_OUTCOME_FORBIDDEN, "FORBIDDEN", -1, -1 },
	{ "GraphQL whose only field is null", "/g", json, GRAPHQL, json,
	  "{\"data\":{\"a\":null},\"errors\":[{\"extensions\":{\"code\":\"UNAUTHENTICATED\"}}]}",
	  YG_OUTCOME_UNAUTHENTICATED, "UNAUTHENTICATED", -1, -1 },
	{ "GraphQL with data and errors", "/g", json, GRAPHQL, json,
	  "{\"data\":{\"a\":null,\"b\":1},\"errors\":[{\"message\":\"x\"}]}", YG_OUTCOME_PARTIAL,
	  NULL, -1, -1 },
	{ "GraphQL with an error that has no code", "/g", json, GRAPHQL, json,
	  "{\"errors\":[{\"message\":\"code\"}]}", YG_OUTCOME_REFUSED, NULL, -1, -1 },
	{ "GraphQL with no errors in the list of them", "/g", json, GRAPHQL, json,
	  "{\"errors\":[],\"data\":{\"a\":1}}", YG_OUTCOME_OK, NULL, -1, -1 },
	{ "GraphQL in a batch that fails", "/g", json, GRAPHQL, json,
	  "[{\"data\":null,\"errors\":[{\"extensions\":{\"code\":\"BAD_USER_INPUT\"}}]},"
	  "{\"data\":null}]",
	  YG_OUTCOME_INVALID, "BAD_USER_INPUT", -1, -1 },
	{ "GraphQL in events", "/g", json, GRAPHQL, events,
	  "event: next\ndata: {\"data\":{\"a\":1}}\n\nevent: complete\ndata:\n\n", YG_OUTCOME_OK,
	  NULL, -1, -1 },
	{ "a code that is no name", "/g", json, GRAPHQL, json,
	  "{\"errors\":[{\"extensions\":{\"code\":\"NOT_FOUND <b>\"}}]}", YG_OUTCOME_MISSING, NULL,
	  -1, -1 },
	{ "JSON-RPC with a result", "/r", json, RPC, json, "{\"result\":null,\"id\":1}",
	  YG_OUTCOME_OK, NULL, -1, -1 },
	{ "JSON-RPC, a result and no error", "/r", json, RPC, json,
	  "{\"result\":1,\"error\":null,\"id\":1}", YG_OUTCOME_OK, NULL, -1, -1 },
	{ "JSON-RPC without such a method", "/r", json, RPC, json,
	  "{\"error\":{\"code\":-32601,\"message\":\"m\",\"data\":{\"code\":1}},\"id\":1}",
	  YG_OUTCOME_MISSING, "-32601", -1, -1 },
	{ "JSON-RPC, a batch of which one fails", "/r", json, RPC, json,
	  "[{\"result\":1},{\"error\":{\"code\":-32001}}]", YG_OUTCOME_PARTIAL, "-32001", -1, -1 },
	{ "JSON-RPC 1 with an error", "/r", json, RPC, json,
	  "{\"result\":null,\"error\":{\"code\":-32001},\"id\":1}", YG_OUTCOME_REFUSED, "-32001",
	  -1, -1 },
	{ "MCP, a tool that fails beside one that does not", "/r", json, RPC, json,
	  "[{\"result\":{\"isError\":true}},{\"result\":{}}]", YG_OUTCOME_PARTIAL, "isError", -1,
	  -1 },
	{ "JSON-RPC with a code of HTTP", "/r", json, RPC, json, "{\"error\":{\"code\":401}}",
	  YG_OUTCOME_UNAUTHENTICATED, "401", -1, -1 },
	{ "a result that holds an error", "/r", json, RPC, json,
	  "{\"result\":{\"error\":{\"code\":404},\"a\":{\"isError\":true}}}", YG_OUTCOME_OK, NULL,
	  -1, -1 },
	{ "MCP, a tool that fails", "/r", json, RPC, events,
	  "event: message\ndata: {\"result\":{\"content\":[{\"isError\":false}],\"isError\":true},"
	  "\"jsonrpc\":\"2.0\",\"id\":1}\n\n",
	  YG_OUTCOME_REFUSED, "isError", -1, -1 },
	{ "JSON-RPC without an answer", "/r", json, RPC, NULL, "", YG_OUTCOME_NONE, NULL, -1, -1 },
	{ "SOAP", "/s", "text/xml", SOAP, "text/xml",
	  "<e:Envelope><e:Body><GetResponse/></e:Body></e:Envelope>", YG_OUTCOME_OK, NULL, -1, -1 },
	{ "SOAP 1.1 that fails", "/s", "text/xml", SOAP, "text/xml",
	  "<e:Envelope><e:Body><e:Fault><faultcode>e:Client</faultcode></e:Fault></e:Body>",
	  YG_OUTCOME_REFUSED, "Client", -1, -1 },
	{ "SOAP 1.2 that fails", "/s", "application/soap+xml", SOAP, "application/soap+xml",
	  "<e:Envelope><e:Body><e:Fault><e:Code><e:Value>e:Receiver</e:Value></e:Code>",
	  YG_OUTCOME_FAILED, "Receiver", -1, -1 },
	{ "a language model", "/v1/chat/completions", json, MODEL, json,
	  "{\"choices\":[{\"message\":{\"usage\":{\"prompt_tokens\":99}}}],\"usage\":"
	  "{\"prompt_tokens\":12,\"completion_tokens\":7,\"prompt_tokens_details\":"
	  "{\"input_tokens\":50}}}",
	  YG_OUTCOME_NONE, NULL, 12, 7 },
	{ "a language model, streaming", "/v1/messages", json, MODEL, events,
	  "event: message_start\ndata: {\"message\":{\"usage\":{\"input_tokens\":9,"
	  "\"output_tokens\":1}}}\n\ndata: {\"delta\":{\"text\":\"\\\"usage\"}}\n\n"
	  "data: {\"usage\":{\"output_tokens\":5}}\n\ndata: [DONE]\n\n",
	  YG_OUTCOME_NONE, NULL, 9, 5 },
	{ "a language model, in lines", "/api/chat", json, MODEL, "application/x-ndjson",
	  "{\"done\":false}\n{\"done\":true,\"prompt_eval_count\":6,\"eval_count\":4}\n",
	  YG_OUTCOME_NONE, NULL, 6, 4 },
	{ "a language model that fails in its stream", "/v1/messages", json, MODEL, events,
	  "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n",
	  YG_OUTCOME_FAILED, "overloaded_error", -1, -1 },
	{ "no count of tokens", "/v1/messages", json, MODEL, json,
	  "{\"usage\":{\"input_tokens\":99999999999999999999,\"output_tokens\":-1}}",
	  YG_OUTCOME_NONE, NULL, -1, -1 },
	{ "another request", "/v1/users", json, "{\"a\":1}", json,
	  "{\"errors\":[1],\"error\":{\"code\":401},\"usage\":{\"input_tokens\":1}}",
	  YG_OUTCOME_NONE, NULL, -1, -1 },
};

static void expect_text(struct yg_slice got, const char *want)
{
	assert_int_equal(got.ptr != NULL, want != NULL);
	if (want)
		assert_true(yg_slice_equal(got, yg_slice_from_str(want)));
}

/* @type may be NULL: none. */
static struct yg_message message(struct yg_header *header, const char *type, struct yg_slice body)
{
	*header = (struct yg_header){ YG_SLICE("Content-Type"), yg_slice_from_str(type) };
	return (struct yg_message){
		.present = true,
		.complete = true,
		.headers = header,
		.header_count = type ? 1 : 0,
		.body = body,
		.body_bytes = body.len,
	};
}

static void judge(struct yg_exchange *exchange, struct yg_outcome *ret)
{
	YG_CLEANUP(yg_bodies_free) struct yg_bodies *bodies = NULL;
	static struct yg_operation operation;

	assert_int_equal(yg_bodies_new(&bodies), 0);
	yg_bodies_begin(bodies, exchange);
	yg_operation_from_exchange(bodies, exchange, &operation);
	yg_outcome_read(bodies, exchange, &operation, ret);
}

static void reads_every_case_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct outcome_case *c = &cases[i];
		GUARD_CLEANUP struct guard in = guard_copy(c->body, strlen(c->body));
		struct yg_header headers[2];
		struct yg_exchange exchange = {
			.request = message(&headers[0], c->request_type,
					   yg_slice_from_str(c->request)),
			.response =
				message(&headers[1], c->type, (struct yg_slice){ in.ptr, in.len }),
			.grpc_status = YG_GRPC_STATUS_NONE,
		};
		struct yg_outcome outcome;

		print_message("  %s\n", c->name);
		exchange.request.target = yg_slice_from_str(c->target);
		judge(&exchange, &outcome);
		assert_string_equal(yg_outcome_name((enum yg_outcome_kind)outcome.kind),
				    yg_outcome_name(c->kind));
		expect_text(outcome.code, c->code);
		assert_int_equal(outcome.metered, c->in >= 0);
		if (c->in < 0)
			continue;
		assert_int_equal(outcome.tokens_in, c->in);
		assert_int_equal(outcome.tokens_out, c->out);
	}
}

/* Errors may be in what was not kept: it is not said that all went well. */
static void does_not_trust_half_an_answer(void **state)
{
	struct yg_header headers[2];
	struct yg_exchange exchange = {
		.request = message(&headers[0], json, YG_SLICE(GRAPHQL)),
		.response = message(&headers[1], json, YG_SLICE("{\"data\":{\"a\":1")),
	};
	struct yg_outcome outcome;

	(void)state;
	exchange.request.target = YG_SLICE("/g");
	exchange.response.body_bytes = 9000;
	judge(&exchange, &outcome);
	assert_int_equal(outcome.kind, YG_OUTCOME_NONE);
	exchange.response.present = false;
	judge(&exchange, &outcome);
	assert_int_equal(outcome.kind, YG_OUTCOME_NONE);
}

static void names_what_a_call_came_to(void **state)
{
	static const struct {
		int32_t status;
		enum yg_outcome_kind kind;
		const char *code;
	} rows[] = {
		{ 0, YG_OUTCOME_OK, "OK" },
		{ 5, YG_OUTCOME_MISSING, "NOT_FOUND" },
		{ 7, YG_OUTCOME_FORBIDDEN, "PERMISSION_DENIED" },
		{ 12, YG_OUTCOME_MISSING, "UNIMPLEMENTED" },
		{ 14, YG_OUTCOME_FAILED, "UNAVAILABLE" },
		{ 16, YG_OUTCOME_UNAUTHENTICATED, "UNAUTHENTICATED" },
		{ 17, YG_OUTCOME_FAILED, NULL },
		{ INT32_MAX, YG_OUTCOME_FAILED, NULL },
		{ YG_GRPC_STATUS_NONE, YG_OUTCOME_NONE, NULL },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		struct yg_exchange exchange = {
			.response = { .present = true },
			.protocol = YG_PROTOCOL_GRPC,
			.grpc_status = rows[i].status,
		};
		struct yg_outcome outcome;

		judge(&exchange, &outcome);
		assert_int_equal(outcome.kind, rows[i].kind);
		expect_text(outcome.code, rows[i].code);
	}
}

/* Streams of the Connect protocol: the last frame says how it went; cut, packed, or lying. */
static void reads_the_last_frame_of_a_stream(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		enum yg_outcome_kind kind;
	} rows[] = {
#define FRAMES(text) text, sizeof(text) - 1
		{ "a message and the end", FRAMES("\0\0\0\0\1x\2\0\0\0\2{}"), YG_OUTCOME_OK },
		{ "an error", FRAMES("\2\0\0\0\44{\"error\":{\"code\":\"not_found\",\"a\":1}}"),
		  YG_OUTCOME_MISSING },
		{ "packed", FRAMES("\3\0\0\0\2{}"), YG_OUTCOME_NONE },
		{ "no end", FRAMES("\0\0\0\0\1x"), YG_OUTCOME_NONE },
		{ "a length beyond the end", FRAMES("\2\377\377\377\377{}"), YG_OUTCOME_NONE },
		{ "half a head", FRAMES("\2\0\0"), YG_OUTCOME_NONE },
	};
	static const char type[] = "application/connect+json";

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(rows[i].bytes, rows[i].len);
		struct yg_header headers[2];
		struct yg_exchange exchange = {
			.request = message(&headers[0], type, YG_SLICE("\0\0\0\0\2{}")),
			.response = message(&headers[1], type, (struct yg_slice){ in.ptr, in.len }),
			.grpc_status = YG_GRPC_STATUS_NONE,
		};
		struct yg_outcome outcome;

		print_message("  %s\n", rows[i].name);
		exchange.request.target = YG_SLICE("/a.B/C");
		judge(&exchange, &outcome);
		assert_int_equal(outcome.kind, rows[i].kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_case_of_the_table),
		cmocka_unit_test(does_not_trust_half_an_answer),
		cmocka_unit_test(names_what_a_call_came_to),
		cmocka_unit_test(reads_the_last_frame_of_a_stream),
	};

	return cmocka_run_group_tests_name("parse/outcome", tests, NULL, NULL);
}
