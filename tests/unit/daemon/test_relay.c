/* SPDX-License-Identifier: GPL-2.0-only */
/* What arrives is what was sent, also when the sender's memory is something else by then. */
#include "daemon/relay.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

/* The head of the request, and where its parts are. */
static const char head[] = "GET /v1/a?b=c HTTP/1.1\r\nHost: api.test\r\nX-Empty:\r\n\r\n";

struct seen {
	uint32_t exchanges, trailers, handshakes, websockets, ticks;
	uint32_t wrong;
	size_t body_len;
	uint64_t now_ns;
};

static bool is_text(struct yg_slice slice, const char *text)
{
	return slice.ptr && yg_slice_equal(slice, yg_slice_from_str(text));
}

/* Of what is prepared: a slice of the copy, not of what was sent. */
struct room {
	struct yg_slice target;
	char text[13];
};

static void prepare(void *ctx, struct yg_exchange *exchange, void *room)
{
	struct room *r = room;

	(void)ctx;
	r->target = exchange->request.target;
	memcpy(r->text, "as it was put", sizeof(r->text));
}

static void on_exchange(void *ctx, const struct yg_exchange *exchange, void *room, uint64_t now_ns)
{
	const struct yg_message *request = &exchange->request, *response = &exchange->response;
	const struct room *prepared = room;
	struct seen *seen = ctx;

	seen->wrong += (prepared == NULL) != (seen->body_len >= YG_RELAY_BYTES);
	if (prepared)
		seen->wrong += !is_text(prepared->target, "/v1/a?b=c") ||
			       memcmp(prepared->text, "as it was put", sizeof(prepared->text)) != 0;
	seen->exchanges++;
	seen->wrong += now_ns < seen->now_ns;
	seen->now_ns = now_ns;
	seen->wrong += !is_text(request->method, "GET") || !is_text(request->target, "/v1/a?b=c");
	seen->wrong += !is_text(request->headers[0].name, "Host") ||
		       !is_text(request->headers[0].value, "api.test") ||
		       !is_text(request->headers[1].name, "X-Empty") ||
		       !is_text(request->headers[1].value, "");
	seen->wrong +=
		request->header_count + request->trailer_count != (request->head_whole ? 2 : 3);
	seen->trailers += request->trailer_count;
	if (!request->head_whole)
		seen->wrong += !is_text(request->headers[2].name, "elsewhere") ||
			       !is_text(request->headers[2].value, "too") ||
			       request->header_ids[2] != 3;
	seen->wrong += request->body.len != seen->body_len;
	for (size_t i = 0; i < request->body.len; i++)
		seen->wrong += request->body.ptr[i] != 'b';
	seen->wrong += response->present || response->method.ptr || response->body.ptr;
	seen->wrong += !is_text(exchange->ja4, "t13") || exchange->sni.ptr != NULL ||
		       !is_text(exchange->named, "b.test");
	seen->wrong += !is_text(exchange->alpn, "\x02h2") || !is_text(exchange->chosen_alpn, "h2");
	seen->wrong += exchange->client.port != 4711;
}

static void on_handshake(void *ctx, const struct yg_handshake *handshake)
{
	struct seen *seen = ctx;

	seen->handshakes++;
	seen->wrong += !is_text(handshake->sni, "api.test") || !is_text(handshake->ja4, "t13") ||
		       handshake->alpn.ptr || handshake->version != 0x0304;
}

static void on_websocket(void *ctx, const struct yg_websocket *websocket)
{
	struct seen *seen = ctx;

	seen->websockets++;
	seen->wrong += !is_text(websocket->host, "api.test") ||
		       !is_text(websocket->target, "/chat") || !is_text(websocket->text[0], "hi") ||
		       websocket->text[1].ptr || websocket->said[0]->largest != 2 ||
		       websocket->said[1]->largest != 5 || websocket->news[1].bytes != 3 ||
		       websocket->calls->rows[3].asked != 7 || websocket->calls->others != 2;
}

static void on_tick(void *ctx, uint64_t now_ns)
{
	struct seen *seen = ctx;

	seen->ticks++;
	seen->wrong += now_ns < seen->now_ns;
}

static struct yg_slice part(const char *text, size_t at, size_t len)
{
	return (struct yg_slice){ text + at, len };
}

/*
 * Send one exchange out of memory that is overwritten before this returns; every second one has a
 * field that stands outside of its head, a header or a trailer.
 */
static void send_exchange(struct yg_relay *relay, size_t body_len, uint64_t now_ns)
{
	char text[sizeof(head)], name[] = "elsewhere", value[] = "too", ja4[] = "t13";
	char alpn[] = "\x02h2", named[] = "b.test";
	uint8_t ids[] = { 1, 2, 3 };
	char *body = malloc(body_len + 1);
	bool whole = now_ns % 2 == 0, trailer = now_ns % 4 == 1;
	struct yg_header headers[] = {
		{ part(text, 24, 4), part(text, 30, 8) },
		{ part(text, 40, 7), part(text, 48, 0) },
		{ yg_slice_from_str(name), yg_slice_from_str(value) },
	};
	const struct yg_exchange exchange = {
		.request = { .present = true,
			     .head = { text, sizeof(head) - 1 },
			     .method = part(text, 0, 3),
			     .target = part(text, 4, 9),
			     .head_whole = whole,
			     .headers = headers,
			     .header_ids = ids,
			     .header_count = whole || trailer ? 2 : 3,
			     .trailer_count = trailer,
			     .body = { body, body_len } },
		.client.port = 4711,
		.ja4 = yg_slice_from_str(ja4),
		.named = yg_slice_from_str(named),
		.alpn = yg_slice_from_str(alpn),
		.chosen_alpn = part(alpn, 1, 2),
	};

	assert_non_null(body);
	memset(body, 'b', body_len);
	memcpy(text, head, sizeof(head));
	yg_relay_exchange(relay, &exchange, now_ns);
	memset(body, '!', body_len);
	memset(text, '!', sizeof(text));
	memset(name, '!', sizeof(name));
	memset(value, '!', sizeof(value));
	memset(ja4, '!', sizeof(ja4));
	memset(alpn, '!', sizeof(alpn));
	memset(named, '!', sizeof(named));
	memset(ids, 0xff, sizeof(ids));
	memset(headers, 0xff, sizeof(headers));
	free(body);
}

static void open_relay(struct seen *seen, struct yg_relay **relay)
{
	const struct yg_relay_sink sink = { seen,	 prepare,      sizeof(struct room),
					    on_exchange, on_handshake, on_websocket,
					    on_tick };

	assert_int_equal(yg_relay_new(&sink, relay), 0);
}

static void everything_arrives_in_order_by_copy(void **state)
{
	struct seen seen = { .body_len = 700 };
	struct yg_relay *relay = NULL;

	(void)state;
	open_relay(&seen, &relay);
	for (uint64_t i = 0; i < 20000; i++) {
		send_exchange(relay, 700, i);
		if (i % 100 == 0)
			yg_relay_tick(relay, i);
	}
	yg_relay_drain(relay);
	assert_int_equal(seen.exchanges, 20000);
	assert_int_equal(seen.trailers, 5000);
	assert_int_equal(seen.ticks, 200);
	assert_int_equal(seen.wrong, 0);
	yg_relay_free(&relay);
	yg_relay_free(&relay);
}

static void what_is_too_large_goes_around_in_order(void **state)
{
	struct seen seen = { .body_len = YG_RELAY_BYTES };
	struct yg_relay *relay = NULL;

	(void)state;
	open_relay(&seen, &relay);
	for (uint64_t i = 0; i < 8; i++) {
		yg_relay_tick(relay, i);
		send_exchange(relay, YG_RELAY_BYTES, i);
		assert_int_equal(seen.exchanges, i + 1);
		assert_int_equal(seen.ticks, i + 1);
	}
	assert_int_equal(seen.wrong, 0);
	yg_relay_free(&relay);
}

static void a_handshake_arrives_by_copy(void **state)
{
	char sni[] = "api.test", ja4[] = "t13";
	const struct yg_handshake handshake = {
		.version = 0x0304,
		.sni = yg_slice_from_str(sni),
		.ja4 = yg_slice_from_str(ja4),
	};
	struct seen seen = { 0 };
	struct yg_relay *relay = NULL;

	(void)state;
	open_relay(&seen, &relay);
	yg_relay_handshake(relay, &handshake);
	memset(sni, '!', sizeof(sni));
	memset(ja4, '!', sizeof(ja4));
	yg_relay_free(&relay); /* hands over what is left */
	assert_int_equal(seen.handshakes, 1);
	assert_int_equal(seen.wrong, 0);
}

static void a_websocket_arrives_by_copy(void **state)
{
	char host[] = "api.test", target[] = "/chat", text[] = "hi";
	struct yg_ws_said said[2] = { { .largest = 2 }, { .largest = 5 } };
	struct yg_ws_calls calls = { .others = 2, .rows[3].asked = 7 };
	const struct yg_websocket websocket = {
		.host = yg_slice_from_str(host),
		.target = yg_slice_from_str(target),
		.said = { &said[0], &said[1] },
		.news[1].bytes = 3,
		.text = { yg_slice_from_str(text) },
		.calls = &calls,
	};
	struct seen seen = { 0 };
	struct yg_relay *relay = NULL;

	(void)state;
	open_relay(&seen, &relay);
	yg_relay_websocket(relay, &websocket);
	memset(host, '!', sizeof(host));
	memset(target, '!', sizeof(target));
	memset(text, '!', sizeof(text));
	memset(said, 0xff, sizeof(said));
	memset(&calls, 0xff, sizeof(calls));
	yg_relay_free(&relay);
	assert_int_equal(seen.websockets, 1);
	assert_int_equal(seen.wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_arrives_in_order_by_copy),
		cmocka_unit_test(what_is_too_large_goes_around_in_order),
		cmocka_unit_test(a_handshake_arrives_by_copy),
		cmocka_unit_test(a_websocket_arrives_by_copy),
	};

	return cmocka_run_group_tests_name("daemon/relay", tests, NULL, NULL);
}
