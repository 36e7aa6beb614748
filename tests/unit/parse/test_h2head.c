/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2head.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define PAIRS_MAX 8

static struct yg_h2_head head;

struct pair {
	const char *name, *value; /* name "": not known; NULL: no more */
};

static void take(const struct pair *pairs)
{
	yg_h2_head_begin(&head);
	for (size_t i = 0; i < PAIRS_MAX && pairs[i].name; i++)
		yg_h2_head_field(&head, yg_slice_from_str(pairs[i].name),
				 yg_slice_from_str(pairs[i].value));
	yg_h2_head_end(&head);
}

/* "method target status | name: value | ..." */
static const char *shown(void)
{
	static char text[512];
	const struct yg_http1 *http = &head.draft.head;
	struct yg_slice method = yg_draft_slice(&head.draft, http->method);
	struct yg_slice target = yg_draft_slice(&head.draft, http->target);
	int at = snprintf(text, sizeof(text), "%.*s %.*s %u", (int)method.len, method.ptr,
			  (int)target.len, target.ptr, http->status);

	for (uint32_t i = 0; i < http->field_count; i++) {
		struct yg_slice name = yg_draft_slice(&head.draft, head.fields[i].name);
		struct yg_slice value = yg_draft_slice(&head.draft, head.fields[i].value);

		at += snprintf(text + at, sizeof(text) - (size_t)at, " | %.*s: %.*s", (int)name.len,
			       name.ptr, (int)value.len, value.ptr);
	}
	return text;
}

static const struct {
	const char *what;
	struct pair pairs[PAIRS_MAX];
	const char *want;
	uint32_t unknown;
	bool is_request, is_response;
} cases[] = {
	{ "a request",
	  { { ":method", "GET" },
	    { ":scheme", "https" },
	    { ":path", "/a" },
	    { ":authority", "h" },
	    { "x", "y" } },
	  "GET /a 0 | host: h | x: y",
	  0,
	  true,
	  false },
	{ "a tunnel",
	  { { ":method", "CONNECT" }, { ":authority", "db:5432" } },
	  "CONNECT db:5432 0 | host: db:5432",
	  0,
	  true,
	  false },
	{ "what may be a tunnel",
	  { { ":method", "CONNECT" }, { ":authority", "h" }, { "", "" } },
	  "CONNECT  0 | host: h",
	  1,
	  true,
	  false },
	{ "a WebSocket without a path",
	  { { ":method", "CONNECT" }, { ":protocol", "websocket" }, { ":authority", "h" } },
	  "CONNECT  0 | host: h",
	  0,
	  true,
	  false },
	{ "a response",
	  { { ":status", "204" }, { "server", "s" } },
	  "  204 | server: s",
	  0,
	  false,
	  true },
	{ "cookies in a row",
	  { { ":path", "/" },
	    { "cookie", "a=1" },
	    { "cookie", "b=2" },
	    { "x", "y" },
	    { "cookie", "c=3" } },
	  " / 0 | cookie: a=1; b=2 | x: y | cookie: c=3",
	  0,
	  true,
	  false },
	{ "an unknown field between cookies",
	  { { ":path", "/" }, { "cookie", "a=1" }, { "", "" }, { "cookie", "b=2" } },
	  " / 0 | cookie: a=1 | cookie: b=2",
	  1,
	  true,
	  false },
	{ "a status that is none", { { ":status", "2000" } }, "  0", 0, false, false },
	{ "trailers", { { "grpc-status", "5" } }, "  0 | grpc-status: 5", 0, false, false },
};

static void makes_a_head_of_a_block(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("  %s\n", cases[i].what);
		take(cases[i].pairs);
		assert_string_equal(shown(), cases[i].want);
		assert_int_equal(head.draft.unknown, cases[i].unknown);
		assert_int_equal(yg_h2_head_is_request(&head), cases[i].is_request);
		assert_int_equal(yg_h2_head_is_response(&head), cases[i].is_response);
	}
}

static void reads_fields_that_matter(void **state)
{
	static const struct pair pairs[] = { { ":method", "CONNECT" },
					     { ":protocol", "WebSocket" },
					     { "content-type", "application/grpc-web+proto" },
					     { "content-length", "42" },
					     { "grpc-status", "7" },
					     { NULL, NULL } };
	static const struct pair odd[] = { { "content-length", "4 2" },
					   { "grpc-status", "-1" },
					   { ":protocol", "other" },
					   { NULL, NULL } };

	(void)state;
	take(pairs);
	assert_true(head.has_protocol);
	assert_int_equal(head.content, YG_H2_CONTENT_GRPC_WEB);
	assert_true(head.draft.head.has_length);
	assert_int_equal(head.draft.head.length, 42);
	assert_int_equal(head.grpc_status, 7);
	take(odd);
	assert_false(head.has_protocol);
	assert_false(head.draft.head.has_length);
	assert_int_equal(head.grpc_status, YG_GRPC_STATUS_NONE);
}

static void drops_what_does_not_fit(void **state)
{
	static char large[YG_H2_HEAD_MAX];

	(void)state;
	memset(large, 'x', sizeof(large));
	yg_h2_head_begin(&head);
	yg_h2_head_field(&head, YG_SLICE("a"), (struct yg_slice){ large, sizeof(large) });
	assert_int_equal(head.draft.head.field_dropped, 1);
	for (unsigned i = 0; i < YG_HEADERS_MAX + 5; i++)
		yg_h2_head_field(&head, YG_SLICE("b"), YG_SLICE("c"));
	assert_int_equal(head.draft.head.field_count, YG_HEADERS_MAX);
	assert_int_equal(head.draft.head.field_dropped, 6);
}

/* A cookie that found no room is no part of the field before it. */
static void joins_no_cookie_to_another_field(void **state)
{
	const struct yg_span *last = &head.fields[YG_HEADERS_MAX - 1].value;

	(void)state;
	yg_h2_head_begin(&head);
	for (unsigned i = 0; i < YG_HEADERS_MAX; i++)
		yg_h2_head_field(&head, YG_SLICE("b"), YG_SLICE("c"));
	yg_h2_head_field(&head, YG_SLICE("cookie"), YG_SLICE("sid=1"));
	yg_h2_head_field(&head, YG_SLICE("cookie"), YG_SLICE("sid=2"));
	assert_int_equal(last->len, 1);
	assert_int_equal(head.draft.head.field_dropped, 2);
}

static void knows_media_types_and_numbers(void **state)
{
	(void)state;
	assert_int_equal(yg_h2_content_of(YG_SLICE("application/GRPC+json")), YG_H2_CONTENT_GRPC);
	assert_int_equal(yg_h2_content_of(YG_SLICE("application/json")), YG_H2_CONTENT_OTHER);
	assert_int_equal(yg_grpc_status_from(YG_SLICE("16")), 16);
	assert_int_equal(yg_grpc_status_from(YG_SLICE("")), YG_GRPC_STATUS_NONE);
	assert_int_equal(yg_grpc_status_from(YG_SLICE("99999999999")), YG_GRPC_STATUS_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_a_head_of_a_block),
		cmocka_unit_test(reads_fields_that_matter),
		cmocka_unit_test(drops_what_does_not_fit),
		cmocka_unit_test(joins_no_cookie_to_another_field),
		cmocka_unit_test(knows_media_types_and_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
