/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/body.h"

#define ZLIB_CONST
#include <zlib.h>

#include "test.h"

#define ROOM 65536u

struct sent {
	const char *name, *type, *coding;
	struct yg_slice body;
	uint64_t missing; /* bytes of the body that were not kept */
};

struct told {
	enum yg_body_kind kind;
	const char *text; /* NULL: absent */
	bool cut;
	size_t row; /* offset in the counters */
};

#define ROW(name) offsetof(struct yg_body_counters, name)
#define BYTES(literal)                       \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static const struct {
	struct sent sent;
	struct told told;
} cases[] = {
	{ { "no body", "application/json", NULL, { NULL, 0 }, 0 },
	  { YG_BODY_KIND_NONE, NULL, false, ROW(asked) } },
	{ { "JSON", "application/json", NULL, BYTES("{\"a\":1}"), 0 },
	  { YG_BODY_KIND_JSON, "{\"a\":1}", false, ROW(plain) } },
	{ { "JSON, a prefix", "application/problem+json", NULL, BYTES("{\"a\":"), 7 },
	  { YG_BODY_KIND_JSON, "{\"a\":", true, ROW(plain) } },
	{ { "JSON with a mark of UTF-8", "text/json", NULL, BYTES("\xef\xbb\xbf{}"), 0 },
	  { YG_BODY_KIND_JSON, "{}", false, ROW(plain) } },
	{ { "JSON without a type", NULL, NULL, BYTES("\r\n [1]"), 0 },
	  { YG_BODY_KIND_JSON, "\r\n [1]", false, ROW(plain) } },
	{ { "XML without a type", NULL, NULL, BYTES("<a/>"), 0 },
	  { YG_BODY_KIND_XML, "<a/>", false, ROW(plain) } },
	{ { "text without a type", "", "identity", BYTES("hello"), 0 },
	  { YG_BODY_KIND_TEXT, "hello", false, ROW(plain) } },
	{ { "bytes without a type", NULL, NULL, BYTES("\x01\x02"), 0 },
	  { YG_BODY_KIND_BINARY, NULL, false, ROW(skip_binary) } },
	{ { "lines of JSON", "application/x-ndjson", NULL, BYTES("{}\n{}"), 0 },
	  { YG_BODY_KIND_NDJSON, "{}\n{}", false, ROW(plain) } },
	{ { "a stream of events", "text/event-stream; charset=utf-8", NULL, BYTES("data: 1"), 0 },
	  { YG_BODY_KIND_EVENTS, "data: 1", false, ROW(plain) } },
	{ { "a form", "application/x-www-form-urlencoded", NULL, BYTES("a=b"), 0 },
	  { YG_BODY_KIND_FORM, "a=b", false, ROW(plain) } },
	{ { "parts", "multipart/form-data; boundary=x", NULL, BYTES("--x--"), 0 },
	  { YG_BODY_KIND_MULTIPART, "--x--", false, ROW(plain) } },
	{ { "XML", "application/soap+xml", NULL, BYTES("<e/>"), 0 },
	  { YG_BODY_KIND_XML, "<e/>", false, ROW(plain) } },
	{ { "a picture in XML", "image/svg+xml", NULL, BYTES("<svg/>"), 0 },
	  { YG_BODY_KIND_BINARY, NULL, false, ROW(skip_binary) } },
	{ { "a document", "application/graphql", NULL, BYTES("{a}"), 0 },
	  { YG_BODY_KIND_GRAPHQL, "{a}", false, ROW(plain) } },
	{ { "Shift_JIS", "application/json;charset=shift_jis", NULL, BYTES("\"\x8e\x52\""), 0 },
	  { YG_BODY_KIND_JSON, "\"\xe5\xb1\xb1\"", false, ROW(decoded) } },
	{ { "UTF-16", "application/json;charset=utf-16", NULL, BYTES("\xff\xfe{\0}\0"), 0 },
	  { YG_BODY_KIND_JSON, "{}", false, ROW(decoded) } },
	{ { "UTF-16 that does not say so", "application/json", NULL, BYTES("\0{\0}"), 0 },
	  { YG_BODY_KIND_JSON, "{}", false, ROW(decoded) } },
	{ { "messages of JSON behind their lengths", "application/connect+json", NULL,
	    BYTES("\0\0\0\0\2{}"), 0 },
	  { YG_BODY_KIND_RPC, NULL, false, ROW(plain) } },
	{ { "gRPC", "application/grpc", NULL, BYTES("\0\0\0\0\2\x08\1"), 0 },
	  { YG_BODY_KIND_RPC, NULL, false, ROW(plain) } },
	{ { "gRPC that is none", "application/grpc+proto", NULL, BYTES("\0\0\0\0\2\x0e\1"), 0 },
	  { YG_BODY_KIND_RPC, NULL, false, ROW(skip_format) } },
	{ { "gRPC of messages that nobody knows", "application/grpc+thrift", NULL, BYTES("\0"), 0 },
	  { YG_BODY_KIND_BINARY, NULL, false, ROW(skip_binary) } },
	{ { "gRPC, compressed by what it does not say", "application/grpc", NULL,
	    BYTES("\1\0\0\0\2\x08\1"), 0 },
	  { YG_BODY_KIND_RPC, NULL, false, ROW(skip_coding) } },
	{ { "gRPC-Web in base64", "application/grpc-web-text", NULL, BYTES("AAAAAAIIAQ=="), 0 },
	  { YG_BODY_KIND_RPC, NULL, false, ROW(decoded) } },
	{ { "protobuf", "application/x-protobuf; proto=a.B", NULL, BYTES("\x08\1"), 0 },
	  { YG_BODY_KIND_PROTOBUF, NULL, false, ROW(plain) } },
	{ { "protobuf, a prefix", "application/proto", NULL, BYTES("\x0a\4a"), 3 },
	  { YG_BODY_KIND_PROTOBUF, NULL, true, ROW(plain) } },
	{ { "protobuf, a prefix of too little", "application/protobuf", NULL, BYTES("\x0a\6a"), 3 },
	  { YG_BODY_KIND_PROTOBUF, NULL, true, ROW(skip_format) } },
	{ { "protobuf that is none", "application/vnd.a+protobuf", NULL, BYTES("\x0a\4a"), 0 },
	  { YG_BODY_KIND_PROTOBUF, NULL, false, ROW(skip_format) } },
	{ { "CBOR", "application/senml+cbor", NULL, BYTES("\xa1\x61\x61\1"), 0 },
	  { YG_BODY_KIND_CBOR, NULL, false, ROW(plain) } },
	{ { "MessagePack", "application/x-msgpack", NULL, BYTES("\x81\xa1\x61\1"), 0 },
	  { YG_BODY_KIND_MSGPACK, NULL, false, ROW(plain) } },
	{ { "a picture", "image/x+cbor", NULL, BYTES("\xa0"), 0 },
	  { YG_BODY_KIND_BINARY, NULL, false, ROW(skip_binary) } },
	{ { "a charset nobody knows", "text/plain; charset=ebcdic", NULL, BYTES("x"), 0 },
	  { YG_BODY_KIND_TEXT, NULL, false, ROW(skip_charset) } },
	{ { "a coding nobody knows", "application/json", "aes128gcm", BYTES("x"), 0 },
	  { YG_BODY_KIND_JSON, NULL, false, ROW(skip_coding) } },
	{ { "no gzip, though it says so", "application/json", "gzip", BYTES("{\"a\":1}"), 0 },
	  { YG_BODY_KIND_JSON, NULL, true, ROW(skip_corrupt) } },
	{ { "nothing kept", "application/json", NULL, { NULL, 0 }, 900 },
	  { YG_BODY_KIND_NONE, NULL, false, ROW(skip_unsampled) } },
	{ { "too little to begin", "application/json", "gzip", BYTES("\x1f\x8b\x08"), 900 },
	  { YG_BODY_KIND_JSON, NULL, true, ROW(skip_unsampled) } },
};

/* The rows of @counters but asked must be zero, and @row @count. */
static void expect_row(const struct yg_body_counters *counters, size_t row, uint64_t count)
{
	const uint64_t *rows = (const uint64_t *)counters;
	uint64_t sum = 0;

	for (size_t i = 1; i < sizeof(*counters) / sizeof(*rows); i++)
		sum += rows[i];
	assert_int_equal(counters->asked, sum);
	assert_int_equal(rows[row / sizeof(*rows)], count);
}

static struct yg_message message_of(const struct sent *sent, struct yg_slice body,
				    struct yg_header headers[2])
{
	struct yg_message message = { .present = true, .complete = true, .headers = headers };

	if (sent->type)
		headers[message.header_count++] =
			(struct yg_header){ YG_SLICE("Content-Type"),
					    yg_slice_from_str(sent->type) };
	if (sent->coding)
		headers[message.header_count++] =
			(struct yg_header){ YG_SLICE("Content-Encoding"),
					    yg_slice_from_str(sent->coding) };
	message.body = body;
	message.body_bytes = body.len + sent->missing;
	return message;
}

static void tells_kind_text_and_cause(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const struct sent *sent = &cases[i].sent;
		const struct told *told = &cases[i].told;
		YG_CLEANUP(yg_bodies_free) struct yg_bodies *bodies = NULL;
		GUARD_CLEANUP struct guard in =
			guard_copy(sent->body.len ? sent->body.ptr : "", sent->body.len);
		struct yg_exchange exchange = { 0 };
		const struct yg_body_view *view;
		struct yg_header headers[2];

		print_message("  %s\n", sent->name);
		assert_int_equal(yg_bodies_new(&bodies), 0);
		exchange.request = message_of(sent, (struct yg_slice){ in.ptr, in.len }, headers);
		yg_bodies_begin(bodies, &exchange);
		assert_int_equal(yg_bodies_counters(bodies)->asked, 0);
		view = yg_bodies_request(bodies);
		assert_ptr_equal(yg_bodies_request(bodies), view);
		assert_int_equal(view->kind, told->kind);
		assert_int_equal(view->cut, told->cut);
		assert_int_equal(view->text.ptr != NULL, told->text != NULL);
		assert_true(yg_slice_equal(view->text, yg_slice_from_str(told->text)));
		assert_int_equal(view->binary.ptr != NULL,
				 view->kind > YG_BODY_KIND_BINARY &&
					 (told->row == ROW(plain) || told->row == ROW(decoded)));
		expect_row(yg_bodies_counters(bodies), told->row, told->row != ROW(asked));
	}
}

static size_t zip(const char *text, size_t len, uint8_t *ret)
{
	z_stream stream = { .next_in = (const Bytef *)text,
			    .avail_in = (uInt)len,
			    .next_out = ret,
			    .avail_out = ROOM };

	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(deflateEnd(&stream), Z_OK);
	return ROOM - stream.avail_out;
}

/* Text whose ratio is that of text: @len bytes of JSON numbers. */
static void write_numbers(char *ret, size_t len)
{
	uint32_t seed = 7;

	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525u + 1013904223u;
		ret[i] = i % 8 == 7 ? ',' : (char)('0' + (seed >> 24) % 10);
	}
	ret[0] = '[';
}

static void undoes_coding_up_to_its_cap(void **state)
{
	static const struct sent sent = { "", "application/json", "gzip", { NULL, 0 }, 0 };
	static char text[YG_BODY_DECODED_MAX + 1000];
	static uint8_t data[ROOM];
	YG_CLEANUP(yg_bodies_free) struct yg_bodies *bodies = NULL;
	struct yg_exchange exchange = { 0 };
	const struct yg_body_view *view;
	struct yg_header headers[2];
	size_t len;

	(void)state;
	assert_int_equal(yg_bodies_new(&bodies), 0);
	write_numbers(text, sizeof(text));
	len = zip(text, 1000, data);
	exchange.response =
		message_of(&sent, (struct yg_slice){ (const char *)data, len }, headers);
	yg_bodies_begin(bodies, &exchange);
	view = yg_bodies_response(bodies);
	assert_false(view->cut);
	assert_true(yg_slice_equal(view->text, (struct yg_slice){ text, 1000 }));
	expect_row(yg_bodies_counters(bodies), ROW(decoded), 1);

	len = zip(text, sizeof(text), data);
	exchange.response.body.len = len;
	yg_bodies_begin(bodies, &exchange);
	view = yg_bodies_response(bodies);
	assert_true(view->cut);
	assert_true(yg_slice_equal(view->text, (struct yg_slice){ text, YG_BODY_DECODED_MAX }));
	expect_row(yg_bodies_counters(bodies), ROW(capped), 1);

	/* Broken behind its first half. */
	memset(data + len / 4, 0xff, 64);
	exchange.response.body.len = len;
	yg_bodies_begin(bodies, &exchange);
	view = yg_bodies_response(bodies);
	assert_true(view->cut && view->text.len > 0);
	expect_row(yg_bodies_counters(bodies), ROW(broken), 1);
}

/* One message in it, longer than the room; nothing else is undone. */
static void frames_inside_a_capped_coding_are_capped(void **state)
{
	static const struct sent sent = { "", "application/connect+json", "gzip", { NULL, 0 }, 0 };
	static char text[YG_BODY_DECODED_MAX + 1000];
	static uint8_t data[ROOM];
	YG_CLEANUP(yg_bodies_free) struct yg_bodies *bodies = NULL;
	struct yg_exchange exchange = { 0 };
	const struct yg_body_view *view;
	struct yg_header headers[2];

	(void)state;
	assert_int_equal(yg_bodies_new(&bodies), 0);
	write_numbers(text, sizeof(text));
	memcpy(text, "\0\0\1\0\0", 5);
	exchange.response = message_of(
		&sent, (struct yg_slice){ (const char *)data, zip(text, sizeof(text), data) },
		headers);
	yg_bodies_begin(bodies, &exchange);
	view = yg_bodies_response(bodies);
	assert_true(view->cut);
	assert_int_equal(view->binary.len, YG_BODY_DECODED_MAX);
	expect_row(yg_bodies_counters(bodies), ROW(capped), 1);
}

static void refuses_a_bomb(void **state)
{
	static const struct sent sent = { "", "text/plain", "gzip", { NULL, 0 }, 0 };
	static char zeros[1u << 20];
	static uint8_t data[ROOM];
	YG_CLEANUP(yg_bodies_free) struct yg_bodies *bodies = NULL;
	struct yg_exchange exchange = { 0 };
	struct yg_header headers[2];

	(void)state;
	assert_int_equal(yg_bodies_new(&bodies), 0);
	exchange.request = message_of(
		&sent, (struct yg_slice){ (const char *)data, zip(zeros, sizeof(zeros), data) },
		headers);
	yg_bodies_begin(bodies, &exchange);
	assert_null(yg_bodies_request(bodies)->text.ptr);
	expect_row(yg_bodies_counters(bodies), ROW(skip_ratio), 1);
}

static void names_every_kind(void **state)
{
	(void)state;
	for (int kind = 0; kind < YG_BODY_KIND_MAX; kind++)
		assert_true(strlen(yg_body_kind_name((enum yg_body_kind)kind)) > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_kind_text_and_cause),
		cmocka_unit_test(undoes_coding_up_to_its_cap),
		cmocka_unit_test(frames_inside_a_capped_coding_are_capped),
		cmocka_unit_test(refuses_a_bomb),
		cmocka_unit_test(names_every_kind),
	};

	return cmocka_run_group_tests_name("parse/body", tests, NULL, NULL);
}
