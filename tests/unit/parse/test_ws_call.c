/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/ws_call.h"

#include <string.h>

#include "guard.h"
#include "parse/outcome.h"
#include "test.h"

struct call_case {
	const char *name, *text;
	bool server, cut;
	enum yg_ws_tongue tongue;
	enum yg_ws_act act;
	enum yg_outcome_kind outcome;
	const char *want; /* name of an operation; NULL none */
};

#define GRAPHQL	 YG_WS_TONGUE_GRAPHQL
#define JSONRPC	 YG_WS_TONGUE_JSONRPC
#define SOCKETIO YG_WS_TONGUE_SOCKETIO
#define STOMP	 YG_WS_TONGUE_STOMP
#define SIGNALR	 YG_WS_TONGUE_SIGNALR
#define JSON	 YG_WS_TONGUE_JSON
#define ASK	 YG_WS_ACT_ASK
#define ANSWER	 YG_WS_ACT_ANSWER
#define NOTHING	 YG_WS_TONGUE_NONE, YG_WS_ACT_NONE, YG_OUTCOME_NONE, NULL
#define CLIENT	 false, false
#define SERVER	 true, false

/* clang-format off */
static const struct call_case cases[] = {
	{ "graphql-transport-ws",
	  "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"subscription OnTick { tick }\"}}",
	  CLIENT, GRAPHQL, ASK, YG_OUTCOME_NONE, "subscription OnTick" },
	{ "graphql-ws, the older", "{\"type\":\"start\",\"id\":\"1\",\"payload\":{\"variables\":{\"a\":\"{\"},"
	  "\"query\":\"mutation{pay(a:1)}\",\"operationName\":null}}",
	  CLIENT, GRAPHQL, ASK, YG_OUTCOME_NONE, "mutation pay" },
	{ "a document by its hash", "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"extensions\":"
	  "{\"persistedQuery\":{\"sha256Hash\":\"ecf4edb46db40b5132295c0291d62fb6\"}}}}",
	  CLIENT, GRAPHQL, ASK, YG_OUTCOME_NONE, "persisted ecf4edb46db40b51" },
	{ "a document cut in its name",
	  "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"subscription On",
	  false, true, GRAPHQL, ASK, YG_OUTCOME_NONE, "subscription On" },
	{ "a payload cut before its document",
	  "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"variables\":{\"a\":\"bbbb",
	  false, true, GRAPHQL, ASK, YG_OUTCOME_NONE, "*" },
	{ "subscribe of another application", "{\"type\":\"subscribe\",\"channel\":\"prices\"}",
	  CLIENT, JSON, ASK, YG_OUTCOME_NONE, "subscribe" },
	{ "and with a payload that is no document",
	  "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"topic\":\"prices\"}}",
	  CLIENT, JSON, ASK, YG_OUTCOME_NONE, "subscribe" },
	{ "data", "{\"id\":\"1\",\"type\":\"next\",\"payload\":{\"data\":{\"tick\":1}}}",
	  SERVER, GRAPHQL, ANSWER, YG_OUTCOME_OK, NULL },
	{ "no data and an error", "{\"id\":\"1\",\"type\":\"data\",\"payload\":{\"data\":null,\"errors\":"
	  "[{\"message\":\"no\",\"extensions\":{\"code\":\"FORBIDDEN\"}}]}}",
	  SERVER, GRAPHQL, ANSWER, YG_OUTCOME_FORBIDDEN, NULL },
	{ "data of another application", "{\"id\":\"1\",\"type\":\"data\",\"value\":7}",
	  SERVER, JSON, ASK, YG_OUTCOME_NONE, "data" },
	{ "data, and errors may follow", "{\"id\":\"1\",\"type\":\"next\",\"payload\":{\"data\":{\"tick\":1",
	  true, true, GRAPHQL, ANSWER, YG_OUTCOME_NONE, NULL },
	{ "errors instead of data", "{\"id\":\"1\",\"type\":\"error\",\"payload\":[{\"message\":\"x\",\"locations\":"
	  "[{\"line\":1}],\"extensions\":{\"code\":\"GRAPHQL_VALIDATION_FAILED\"}}]}",
	  SERVER, GRAPHQL, ANSWER, YG_OUTCOME_INVALID, NULL },
	{ "the end", "{\"id\":\"1\",\"type\":\"complete\"}",
	  SERVER, GRAPHQL, YG_WS_ACT_END, YG_OUTCOME_NONE, NULL },
	{ "a connection", "{\"type\":\"connection_init\",\"payload\":{\"token\":\"x\"}}",
	  CLIENT, GRAPHQL, ASK, YG_OUTCOME_NONE, "connect" },
	{ "refused", "{\"type\":\"connection_error\",\"payload\":{\"code\":\"UNAUTHENTICATED\"}}",
	  SERVER, GRAPHQL, ANSWER, YG_OUTCOME_UNAUTHENTICATED, NULL },
	{ "what keeps it alive", "{\"type\":\"ka\"}", SERVER, NOTHING },

	{ "JSON-RPC", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"eth_call\",\"params\":[]}",
	  CLIENT, JSONRPC, ASK, YG_OUTCOME_NONE, "eth_call" },
	{ "a tool of MCP", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"get_weather\"}}",
	  CLIENT, JSONRPC, ASK, YG_OUTCOME_NONE, "tools/call get_weather" },
	{ "the first of a batch", " [ {\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"a\"},{\"jsonrpc\":\"2.0\",\"method\":\"b\"}]",
	  CLIENT, JSONRPC, ASK, YG_OUTCOME_NONE, "a" },
	{ "without its version, beside parameters and an id",
	  "{\"method\":\"SUBSCRIBE\",\"params\":[\"btc@trade\"],\"id\":1}",
	  CLIENT, JSONRPC, ASK, YG_OUTCOME_NONE, "SUBSCRIBE" },
	{ "a method without a name", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\"}",
	  CLIENT, JSONRPC, ASK, YG_OUTCOME_NONE, "*" },
	{ "a result", "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":null}",
	  SERVER, JSONRPC, ANSWER, YG_OUTCOME_OK, NULL },
	{ "an error", "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32602,\"message\":\"x\"},\"id\":7}",
	  SERVER, JSONRPC, ANSWER, YG_OUTCOME_INVALID, NULL },
	{ "an error of a tool", "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"content\":[{\"isError\":false}],\"isError\":true}}",
	  SERVER, JSONRPC, ANSWER, YG_OUTCOME_REFUSED, NULL },

	{ "an event of Socket.IO", "42[\"chat\",{\"text\":\"hi\"}]",
	  CLIENT, SOCKETIO, ASK, YG_OUTCOME_NONE, "chat" },
	{ "with namespace and acknowledgement", "42/admin,12[\"kick\"]",
	  CLIENT, SOCKETIO, ASK, YG_OUTCOME_NONE, "/admin kick" },
	{ "with attachments", "451-/files,[\"upload\",{\"_placeholder\":true,\"num\":0}]",
	  CLIENT, SOCKETIO, ASK, YG_OUTCOME_NONE, "/files upload" },
	{ "named for somebody", "42[\"room:4711:u1234\",1]",
	  CLIENT, SOCKETIO, ASK, YG_OUTCOME_NONE, "room:*:*" },
	{ "an acknowledgement", "4312[\"ok\"]", SERVER, SOCKETIO, ANSWER, YG_OUTCOME_NONE, NULL },
	{ "a client that connects", "40/admin,{\"token\":\"x\"}",
	  CLIENT, SOCKETIO, ASK, YG_OUTCOME_NONE, "connect /admin" },
	{ "a server that lets it", "40{\"sid\":\"x\"}", SERVER, SOCKETIO, ANSWER, YG_OUTCOME_OK, NULL },
	{ "or not", "44/admin,{\"message\":\"Not authorized\"}",
	  SERVER, SOCKETIO, ANSWER, YG_OUTCOME_REFUSED, NULL },
	{ "an event cut in its name", "42[\"cha", false, true, NOTHING },
	{ "a number", "42", CLIENT, NOTHING },
	{ "a longer one", "4210", CLIENT, NOTHING },
	{ "a number and words", "42 is the answer", CLIENT, NOTHING },

	{ "STOMP", "SEND\r\ndestination:/app/room.4711\r\ncontent-type:application/json\r\n\r\n{}",
	  CLIENT, STOMP, ASK, YG_OUTCOME_NONE, "SEND /app/room.*" },
	{ "of a user", "SUBSCRIBE\nid:0\ndestination:/user/ann@example.jp/queue\n\n",
	  CLIENT, STOMP, ASK, YG_OUTCOME_NONE, "SUBSCRIBE /user/*/queue" },
	{ "in SockJS", "[\"SEND\\ndestination:/app/hello\\n\\n{}\\u0000\"]",
	  CLIENT, STOMP, ASK, YG_OUTCOME_NONE, "SEND /app/hello" },
	{ "and from its server", "a[\"MESSAGE\\ndestination:/topic/prices\\n\\n{}\\u0000\"]",
	  SERVER, STOMP, ASK, YG_OUTCOME_NONE, "MESSAGE /topic/prices" },
	{ "without a destination", "SEND\nreceipt:1\n\n", CLIENT, NOTHING },
	{ "cut in its destination", "SEND\ndestination:/app/ro", false, true, NOTHING },
	{ "connecting", "CONNECT\naccept-version:1.2\n\n", CLIENT, STOMP, ASK, YG_OUTCOME_NONE, "connect" },
	{ "connected", "CONNECTED\nversion:1.2\n\n", SERVER, STOMP, ANSWER, YG_OUTCOME_OK, NULL },
	{ "a receipt", "RECEIPT\nreceipt-id:7\n\n", SERVER, STOMP, ANSWER, YG_OUTCOME_OK, NULL },
	{ "an error", "ERROR\nmessage:Access denied\n\n", SERVER, STOMP, ASK, YG_OUTCOME_FORBIDDEN, "ERROR" },
	{ "an error that answers", "ERROR\nreceipt-id:7\nmessage:Access denied\n\n",
	  SERVER, STOMP, ANSWER, YG_OUTCOME_FORBIDDEN, NULL },
	{ "another command", "NACK\nid:1\n\n", CLIENT, NOTHING },
	{ "words", "SENDING you\nlove\n", CLIENT, NOTHING },

	{ "SignalR", "{\"type\":1,\"invocationId\":\"0\",\"target\":\"Send\",\"arguments\":[1]}\x1e",
	  CLIENT, SIGNALR, ASK, YG_OUTCOME_NONE, "Send" },
	{ "completed", "{\"type\":3,\"invocationId\":\"0\",\"result\":1}\x1e",
	  SERVER, SIGNALR, ANSWER, YG_OUTCOME_OK, NULL },
	{ "not there", "{\"type\":3,\"invocationId\":\"0\",\"error\":\"Unknown hub method 'X'\"}\x1e",
	  SERVER, SIGNALR, ANSWER, YG_OUTCOME_MISSING, NULL },
	{ "not allowed",
	  "{\"type\":3,\"invocationId\":\"0\",\"error\":\"Failed to invoke 'X' because user is unauthorized\"}\x1e",
	  SERVER, SIGNALR, ANSWER, YG_OUTCOME_FORBIDDEN, NULL },
	{ "failed", "{\"type\":3,\"invocationId\":\"0\",\"error\":\"oops\"}\x1e",
	  SERVER, SIGNALR, ANSWER, YG_OUTCOME_FAILED, NULL },
	{ "its ping", "{\"type\":6}\x1e", SERVER, NOTHING },

	{ "realtime of a language model", "{\"type\":\"session.update\",\"session\":{}}",
	  CLIENT, JSON, ASK, YG_OUTCOME_NONE, "session.update" },
	{ "its error", "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"code\":\"odd\"}}",
	  SERVER, JSON, ASK, YG_OUTCOME_INVALID, "error" },
	{ "a route of a gateway", "{\"action\":\"sendmessage\",\"data\":\"x\"}",
	  CLIENT, JSON, ASK, YG_OUTCOME_NONE, "sendmessage" },
	{ "the route before the kind", "{\"type\":\"text\",\"action\":\"sendmessage\"}",
	  CLIENT, JSON, ASK, YG_OUTCOME_NONE, "sendmessage" },
	{ "refused by a gateway", "{\"message\": \"Forbidden\",\"connectionId\":\"a=\",\"requestId\":\"b=\"}",
	  SERVER, JSON, ASK, YG_OUTCOME_FORBIDDEN, "error" },
	{ "an event of a channel", "{\"event\":\"pusher:subscribe\",\"data\":{\"channel\":\"x\"}}",
	  CLIENT, JSON, ASK, YG_OUTCOME_NONE, "pusher:subscribe" },
	{ "a word that is a sentence", "{\"type\":\"I do what I want\"}", CLIENT, NOTHING },
	{ "an address", "{\"type\":\"ann@example.jp\"}", CLIENT, NOTHING },
	{ "a number of somebody", "{\"action\":\"u83727\"}", CLIENT, JSON, ASK, YG_OUTCOME_NONE, "*" },
	{ "deeper down", "{\"data\":{\"action\":\"x\"}}", CLIENT, NOTHING },
	{ "cut within the word", "{\"action\":\"sendmess", false, true, NOTHING },
	{ "no object", "hello", CLIENT, NOTHING },
	{ "nothing", "", CLIENT, NOTHING },
};
/* clang-format on */

static void check(const struct call_case *c, const struct yg_ws_call *call)
{
	assert_int_equal(call->tongue, c->tongue);
	assert_int_equal(call->act, c->act);
	assert_int_equal(call->outcome, c->outcome);
	assert_int_equal(call->name.len, c->want ? strlen(c->want) : 0);
	if (c->want)
		assert_memory_equal(call->name.ptr, c->want, call->name.len);
	if (call->act == YG_WS_ACT_ANSWER)
		assert_true(call->id);
}

static void reads_what_is_known_and_nothing_else(void **state)
{
	char room[YG_WS_UNPACK_MAX];

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct call_case *c = &cases[i];
		size_t len = strlen(c->text);
		GUARD_CLEANUP struct guard g = guard_copy(c->text, len);
		struct yg_ws_call call;

		print_message("  %s\n", c->name);
		yg_ws_call_read((struct yg_slice){ (const char *)g.ptr, len }, c->cut, c->server,
				room, &call);
		check(c, &call);
	}
}

/* At every cut: no byte behind it is read, and a name that comes out is plain. */
static void may_be_cut_anywhere(void **state)
{
	char room[YG_WS_UNPACK_MAX];

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		for (size_t len = 0; len < strlen(cases[i].text); len++) {
			GUARD_CLEANUP struct guard g = guard_copy(cases[i].text, len);
			struct yg_ws_call call;

			yg_ws_call_read((struct yg_slice){ (const char *)g.ptr, len }, true,
					cases[i].server, room, &call);
			assert_true(call.name.len <= YG_WS_NAME_CAP);
			assert_true((call.act == YG_WS_ACT_ASK) == (call.name.len > 0));
		}
	}
}

static uint64_t id_of(const char *text, bool server)
{
	char room[YG_WS_UNPACK_MAX];
	struct yg_ws_call call;

	yg_ws_call_read(yg_slice_from_str(text), false, server, room, &call);
	return call.id;
}

static void questions_and_answers_meet_by_their_ids(void **state)
{
	static const char *const pairs[][2] = {
		{ "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"{a}\"}}",
		  "{\"id\":\"1\",\"type\":\"next\",\"payload\":{\"data\":{}}}" },
		{ "{\"type\":\"connection_init\"}", "{\"type\":\"connection_ack\"}" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"a\"}",
		  "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":1}" },
		{ "42/a,7[\"x\"]", "43/a,7[]" },
		{ "42/b,7[\"x\"]", "461-/b,7[]" },
		{ "427[\"x\"]", "437[]" },
		{ "40/a,", "44/a,{\"message\":\"no\"}" },
		{ "SEND\ndestination:/a\nreceipt:r\n\n", "RECEIPT\nreceipt-id:r\n\n" },
		{ "{\"type\":1,\"invocationId\":\"9\",\"target\":\"a\"}",
		  "{\"type\":3,\"invocationId\":\"9\"}" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(pairs); i++) {
		assert_true(id_of(pairs[i][0], false));
		assert_true(id_of(pairs[i][0], false) == id_of(pairs[i][1], true));
		for (size_t j = 0; j < YG_ARRAY_SIZE(pairs); j++)
			assert_true(i == j ||
				    id_of(pairs[i][0], false) != id_of(pairs[j][1], true));
	}
	assert_false(id_of("{\"jsonrpc\":\"2.0\",\"method\":\"a\"}", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_known_and_nothing_else),
		cmocka_unit_test(may_be_cut_anywhere),
		cmocka_unit_test(questions_and_answers_meet_by_their_ids),
	};

	return cmocka_run_group_tests_name("parse/ws_call", tests, NULL, NULL);
}
