/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/har.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "test.h"

struct log {
	char text[4096];
	size_t used;
};

static void keep(void *ctx, const struct yg_exchange *exchange)
{
	const struct yg_message *request = &exchange->request, *response = &exchange->response;
	struct yg_slice host = yg_message_find(request, YG_HEADER_HOST);
	struct yg_slice coding = yg_message_find(response, YG_HEADER_CONTENT_ENCODING);
	char server[YG_ADDRESS_TEXT_CAP];
	struct log *log = ctx;

	log->used += (size_t)snprintf(
		log->text + log->used, sizeof(log->text) - log->used,
		"%llu+%llu %.*s %.*s %.*s %s %s %s %u [%.*s] [%.*s]%s%s\n",
		(unsigned long long)(request->start_ns / 1000000),
		(unsigned long long)(response->present
					     ? (response->start_ns - request->start_ns) / 1000
					     : 0),
		(int)request->method.len, request->method.ptr, (int)host.len, host.ptr,
		(int)request->target.len, request->target.ptr,
		yg_endpoint_format(&exchange->server.addr, exchange->server.port, server),
		exchange->tls ? "tls" : "clear", exchange->protocol == YG_PROTOCOL_H2 ? "h2" : "h1",
		response->present ? response->status : 0, (int)request->body.len,
		request->body.len ? request->body.ptr : "", (int)response->body.len,
		response->body.len ? response->body.ptr : "", coding.ptr ? " coded" : "",
		response->body_gap ? " cut" : "");
}

/* Fields of an answer whose body is cut. */
static void count_fields(void *ctx, const struct yg_exchange *exchange)
{
	const struct yg_message *response = &exchange->response;

	*(uint32_t *)ctx += response->body_gap && !response->body.len ? response->header_count : 0;
}

static void show_request(void *ctx, const struct yg_exchange *exchange)
{
	const struct yg_message *request = &exchange->request;

	(void)snprintf(ctx, 256, "%.*s %.*s", (int)request->target.len, request->target.ptr,
		       (int)request->body.len, request->body.ptr ? request->body.ptr : "");
}

static const char archive[] =
	"{\"log\":{\"version\":\"1.2\",\"pages\":[{\"request\":{\"method\":\"NO\"}}],\"entries\":["
	"{\"startedDateTime\":\"2026-01-02T03:04:05.678+09:00\",\"time\":12.5,"
	"\"serverIPAddress\":\"203.0.113.9\",\"request\":{\"method\":\"POST\","
	"\"url\":\"https://api.example.com:8443/v1/me?x=1#frag\",\"httpVersion\":\"HTTP/2\","
	"\"headers\":[{\"name\":\":method\",\"value\":\"POST\"}],"
	"\"cookies\":[{\"name\":\"host\",\"value\":\"no\"}],"
	"\"postData\":{\"mimeType\":\"text/plain\",\"params\":[],\"text\":\"a\\u0041b\"}},"
	"\"response\":{\"status\":200,\"headers\":[{\"name\":\"content-encoding\",\"value\":\"gzip\"}],"
	"\"content\":{\"size\":3,\"text\":\"eHl6\",\"encoding\":\"base64\"}},\"timings\":{\"wait\":9}},"
	"{\"startedDateTime\":\"yesterday\",\"request\":{\"method\":\"GET\",\"url\":\"http://a/\"}},"
	"{\"startedDateTime\":\"2026-01-02T03:04:06Z\",\"time\":-1,\"request\":{\"method\":\"GET\","
	"\"url\":\"http://b.example.com\",\"headers\":[{\"name\":\"Host\",\"value\":\"c\"}]},"
	"\"response\":{\"status\":0}},"
	"{\"startedDateTime\":\"2026-01-02T03:04:07\",\"request\":{\"method\":\"GET\","
	"\"url\":\"http://d/x\"},\"response\":{\"status\":204,\"content\":{\"encoding\":\"base64\","
	"\"text\":\"not base64!\"}}}]}}";

static const char want[] =
	"1767290645678+12500 POST api.example.com:8443 /v1/me?x=1 203.0.113.9:8443 tls h2 200 [aAb] "
	"[xyz]\n"
	"1767323046000+0 GET c / unknown:0 clear h1 0 [] []\n"
	"1767323047000+0 GET d /x unknown:0 clear h1 204 [] [not base64!]\n";

/* @split: the archive comes in two parts; 0: byte by byte. */
static void feed(size_t split, struct log *log)
{
	YG_CLEANUP(yg_har_free) struct yg_har *har = NULL;
	size_t len = sizeof(archive) - 1;

	*log = (struct log){ .used = 0 };
	assert_int_equal(yg_har_new(keep, log, &har), 0);
	for (size_t at = 0; at < len;) {
		size_t part = split == 0 ? 1 : at == 0 ? split : len - split;
		GUARD_CLEANUP struct guard in = guard_copy(archive + at, part);

		assert_int_equal(yg_har_feed(har, (const char *)in.ptr, part), 0);
		at += part;
	}
	assert_int_equal(yg_har_finish(har), 0);
	assert_int_equal(yg_har_entries(har), 3);
	assert_int_equal(yg_har_skipped(har), 1);
}

static void reads_entries_however_they_are_split(void **state)
{
	struct log log;

	(void)state;

	feed(0, &log);
	for (size_t split = 1; split < sizeof(archive) - 1; split += 7) {
		struct log other;

		feed(split, &other);
		assert_string_equal(other.text, log.text);
	}
}

static void entries_become_exchanges(void **state)
{
	struct log log;

	(void)state;

	feed(sizeof(archive) - 1, &log);
	assert_string_equal(log.text, want);
}

/* What some programs leave to lists: a query beside the URL, a form beside its text. */
static void lists_complete_what_is_left_to_them(void **state)
{
	static const struct {
		const char *name, *request, *want;
	} cases[] = {
		{ "a query beside the URL",
		  "\"url\":\"http://h/a\",\"queryString\":[{\"name\":\"q\",\"value\":\"a b\"},"
		  "{\"name\":\"p\",\"value\":\"%41\"}]",
		  "/a?q=a%20b&p=%41 " },
		{ "a query in both",
		  "\"url\":\"http://h/a?q=1\",\"queryString\":[{\"name\":\"q\","
		  "\"value\":\"1\"}]",
		  "/a?q=1 " },
		{ "a form without text",
		  "\"url\":\"http://h/a\",\"postData\":{\"params\":[{\"name\":\"user\",\"value\":"
		  "\"a&b\"},{\"name\":\"x\",\"value\":\"\"}],\"text\":\"\"}",
		  "/a user=a%26b&x=" },
		{ "a form with text",
		  "\"url\":\"http://h/a\",\"postData\":{\"params\":[{\"name\":\"user\",\"value\":"
		  "\"a\"}],\"text\":\"user=b\"}",
		  "/a user=b" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		YG_CLEANUP(yg_har_free) struct yg_har *har = NULL;
		char text[1024], seen[256] = "";

		print_message("%s\n", cases[i].name);
		(void)snprintf(
			text, sizeof(text),
			"{\"log\":{\"entries\":[{\"startedDateTime\":\"2024-01-02T03:04:05Z\","
			"\"request\":{\"method\":\"POST\",%s}}]}}",
			cases[i].request);
		assert_int_equal(yg_har_new(show_request, seen, &har), 0);
		assert_int_equal(yg_har_feed(har, text, strlen(text)), 0);
		assert_int_equal(yg_har_finish(har), 0);
		assert_string_equal(seen, cases[i].want);
	}
}

static void refuses_what_is_none(void **state)
{
	static const char *const cases[] = { "{\"log\":{\"entries\":[", "{}", "[1]", "nonsense",
					     "{\"log\":{}}}",		"" };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		YG_CLEANUP(yg_har_free) struct yg_har *har = NULL;
		struct log log = { .used = 0 };

		assert_int_equal(yg_har_new(keep, &log, &har), 0);
		(void)!yg_har_feed(har, cases[i], strlen(cases[i]));
		assert_int_equal(yg_har_finish(har), -EINVAL);
		assert_int_equal(yg_har_feed(har, "x", 1), -EINVAL);
	}
}

static void depth_is_bounded(void **state)
{
	YG_CLEANUP(yg_har_free) struct yg_har *har = NULL;
	struct log log = { .used = 0 };

	(void)state;

	assert_int_equal(yg_har_new(keep, &log, &har), 0);
	for (unsigned int i = 0; i < YG_HAR_DEPTH_MAX; i++)
		assert_int_equal(yg_har_feed(har, "[", 1), 0);
	assert_int_equal(yg_har_feed(har, "[", 1), -EINVAL);
}

static void a_body_without_room_is_cut(void **state)
{
	static const char head[] =
		"{\"log\":{\"entries\":[{\"startedDateTime\":\"2026-01-02T03:04:05Z\",\"request\":"
		"{\"method\":\"GET\",\"url\":\"http://d/x\"},\"response\":{\"status\":200,\"content\":"
		"{\"text\":\"";
	YG_CLEANUP(yg_har_free) struct yg_har *har = NULL;
	YG_CLEANUP_FREE char *body = malloc(YG_HAR_ENTRY_MAX);
	struct log log = { .used = 0 };

	(void)state;

	assert_non_null(body);
	memset(body, 'x', YG_HAR_ENTRY_MAX);
	assert_int_equal(yg_har_new(keep, &log, &har), 0);
	assert_int_equal(yg_har_feed(har, head, sizeof(head) - 1), 0);
	assert_int_equal(yg_har_feed(har, body, YG_HAR_ENTRY_MAX), 0);
	assert_int_equal(yg_har_feed(har, "\"}}}]}}", 7), 0);
	assert_int_equal(yg_har_finish(har), 0);
	assert_non_null(strstr(log.text, "200 [] [] cut"));
}

/* Undone, base64 needs room of its own; the fields of the answer stay. */
static void a_coded_body_without_room_leaves_the_fields(void **state)
{
	static const char head[] =
		"{\"log\":{\"entries\":[{\"startedDateTime\":\"2026-01-02T03:04:05Z\",\"request\":"
		"{\"method\":\"GET\",\"url\":\"http://d/x\"},\"response\":{\"status\":200,\"headers\":"
		"[{\"name\":\"Content-Type\",\"value\":\"image/png\"}],\"content\":"
		"{\"encoding\":\"base64\",\"text\":\"";
	const size_t len = YG_HAR_ENTRY_MAX / 4 * 3;
	YG_CLEANUP(yg_har_free) struct yg_har *har = NULL;
	YG_CLEANUP_FREE char *body = malloc(len);
	uint32_t fields = 0;

	(void)state;

	assert_non_null(body);
	memset(body, 'A', len);
	assert_int_equal(yg_har_new(count_fields, &fields, &har), 0);
	assert_int_equal(yg_har_feed(har, head, sizeof(head) - 1), 0);
	assert_int_equal(yg_har_feed(har, body, len), 0);
	assert_int_equal(yg_har_feed(har, "\"}}}]}}", 7), 0);
	assert_int_equal(yg_har_finish(har), 0);
	assert_int_equal(fields, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_entries_however_they_are_split),
		cmocka_unit_test(entries_become_exchanges),
		cmocka_unit_test(lists_complete_what_is_left_to_them),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(a_body_without_room_is_cut),
		cmocka_unit_test(a_coded_body_without_room_leaves_the_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
