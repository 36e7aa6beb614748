/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/values.h"

#include <stdio.h>

#include "core/macros.h"
#include "test.h"

#define TEXT_CAP 8192

/* The walk as "path=value " (containers "{}" and "[]", "~" cut), then what it says at the end. */
struct written {
	size_t len;
	char text[TEXT_CAP];
};

static void write_value(void *ctx, const struct yg_value *value)
{
	static const char places[] = "pqhcb";
	struct written *w = ctx;
	char path[256], buffer[256];
	struct yg_slice text = yg_value_decode(value, buffer, sizeof(buffer));

	size_t len = yg_value_path(value, path, sizeof(path));

	assert_int_equal(len, strlen(path));
	if (value->type == YG_VALUE_OBJECT || value->type == YG_VALUE_ARRAY)
		text = value->type == YG_VALUE_OBJECT ? YG_SLICE("{}") : YG_SLICE("[]");
	if (value->in != YG_VALUE_IN_BODY)
		w->len += (size_t)snprintf(w->text + w->len, TEXT_CAP - w->len,
					   "%c:", places[value->in]);
	w->len += (size_t)snprintf(w->text + w->len, TEXT_CAP - w->len, "%s=%.*s%s ", path,
				   (int)text.len, text.ptr ? text.ptr : "", value->cut ? "~" : "");
}

static const struct {
	enum yg_body_kind kind;
	bool cut;
	const char *text, *want;
} cases[] = {
	{ YG_BODY_KIND_JSON, false, "{\"u\":{\"ids\":[7,\"a\\u0062\"]}}",
	  "$={} $.u={} $.u.ids=[] $.u.ids[*]=7 $.u.ids[*]=ab " },
	{ YG_BODY_KIND_JSON, true, "{\"u\":{\"a\":1,\"b\":\"x",
	  "$={} $.u={} $.u.a=1 $.u.b=x~ cut2" },
	{ YG_BODY_KIND_JSON, true, "{\"a\":1}", "$={} $.a=1 cut0" },
	{ YG_BODY_KIND_JSON, false, "{\"a\":1,]", "$={} $.a=1 cut1" },
	{ YG_BODY_KIND_NDJSON, false, "{\"a\":1}\n[2]\n", "$={} $.a=1 $=[] $[*]=2 " },
	{ YG_BODY_KIND_EVENTS, false,
	  "event: x\r\ndata: {\"a\":1}\r\n\r\ndata:[3]\n\ndata: hi\ndata: [DONE]\n\n",
	  "$={} $.a=1 $=[] $[*]=3 $=hi " },
	{ YG_BODY_KIND_EVENTS, true, "data: {\"a\":1}\n\ndata: {\"a\":{",
	  "$={} $.a=1 $={} $.a={} cut2" },
	{ YG_BODY_KIND_EVENTS, true, "data: hel", "$=hel~ cut0" },
	{ YG_BODY_KIND_FORM, false, "name=A+B%21&&x&y=%zz", "$={} $.name=A B! $.x= $.y=%zz " },
	{ YG_BODY_KIND_FORM, true, "name=Ann&na", "$={} $.name=Ann cut1" },
	{ YG_BODY_KIND_FORM, true, "name=An", "$={} $.name=An~ cut1" },
	{ YG_BODY_KIND_XML, false,
	  "<?xml version=\"1.0\"?><!-- c --><a:user id='7' x=\"&lt;&#x41;\"><n>Ann &amp; B</n>"
	  "<e/><![CDATA[<&]]></a:user>",
	  "$={} $.user={} $.user.@id=7 $.user.@x=<A $.user.n={} $.user.n=Ann & B $.user.e={} "
	  "$.user=<& " },
	{ YG_BODY_KIND_XML, true, "<u><n>An", "$={} $.u={} $.u.n={} $.u.n=An~ cut3" },
	{ YG_BODY_KIND_XML, true, "<u n=\"7", "$={} $.u={} $.u.@n=7~ cut2" },
	{ YG_BODY_KIND_XML, true, "<u><", "$={} $.u={} cut2" },
	{ YG_BODY_KIND_XML, false, "<u></u></u>", "$={} $.u={} cut1" },
	{ YG_BODY_KIND_XML, false, "plain", "$={} cut1" },
	{ YG_BODY_KIND_MULTIPART, false,
	  "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n7\r\n--b\r\n"
	  "Content-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\nzz\r\n--b--\r\n",
	  "$={} $.a=7 $.f= " },
	{ YG_BODY_KIND_MULTIPART, true,
	  "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n7", "$={} $.a=7~ cut1" },
	{ YG_BODY_KIND_MULTIPART, false, "none", "$={} cut1" },
	{ YG_BODY_KIND_TEXT, false, "a;b", "$=a;b " },
	{ YG_BODY_KIND_NONE, false, NULL, "" },
	{ YG_BODY_KIND_BINARY, true, NULL, "cut0" },
};

static void finish(struct written *w, const struct yg_values_walked *walked)
{
	if (walked->cut)
		(void)snprintf(w->text + w->len, TEXT_CAP - w->len, "cut%u", walked->open);
}

static void walks_every_kind_of_body(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		const char *text = cases[i].text;
		GUARD_CLEANUP struct guard in =
			guard_copy(text ? text : "", text ? strlen(text) : 0);
		struct yg_body_view body = { .kind = cases[i].kind,
					     .text = { text ? in.ptr : NULL, in.len },
					     .cut = cases[i].cut };
		struct written got = { 0 };
		struct yg_values_walked walked;

		print_message("  %s\n", text ? text : "(none)");
		walked = yg_values_walk_body(&body, YG_SLICE("multipart/form-data; boundary=b"),
					     write_value, &got);
		finish(&got, &walked);
		assert_string_equal(got.text, cases[i].want);
		assert_int_equal(walked.kind, cases[i].kind);
		assert_false(walked.limited);
	}
}

/* At every cut, what comes is a prefix of what comes of the whole. */
static void a_cut_takes_away_and_adds_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_body_view body = { .kind = cases[i].kind };
		struct written whole = { 0 };

		if (!cases[i].text || cases[i].cut)
			continue;
		body.text = yg_slice_from_str(cases[i].text);
		(void)yg_values_walk_body(&body, YG_SLICE("multipart/form-data; boundary=b"),
					  write_value, &whole);
		body.cut = true;
		for (size_t len = 1; len < strlen(cases[i].text); len++) {
			GUARD_CLEANUP struct guard in = guard_copy(cases[i].text, len);
			struct written got = { 0 };
			char *end;

			body.text = (struct yg_slice){ in.ptr, in.len };
			(void)yg_values_walk_body(&body,
						  YG_SLICE("multipart/form-data; boundary=b"),
						  write_value, &got);
			end = strchr(got.text, '~');
			if (end)
				*strrchr(got.text, '=') = '\0';
			assert_memory_equal(got.text, whole.text, strlen(got.text));
		}
	}
}

static const struct {
	enum yg_body_kind kind, content;
	bool cut;
	struct yg_slice binary;
	const char *want, *want_named; /* of all; of those who go by names */
} binaries[] = {
	{ YG_BODY_KIND_PROTOBUF, 0, false,
	  YG_SLICE("\x12\x05\x0a\x03"
		   "Ann\x18\x07"),
	  "$={} $.2={} $.2.1=Ann $.3=7 ", "" },
	{ YG_BODY_KIND_PROTOBUF, 0, true,
	  YG_SLICE("\x12\x05\x0a\x03"
		   "A"),
	  "$={} $.2={} $.2.1=A~ cut2", "cut0" },
	{ YG_BODY_KIND_CBOR, 0, false, YG_SLICE("\xa1\x62id\x18\x2a"), "$={} $.id=42 ",
	  "$={} $.id=42 " },
	{ YG_BODY_KIND_MSGPACK, 0, true, YG_SLICE("\x82\xa2id\x2a"), "$={} $.id=42 cut1",
	  "$={} $.id=42 cut1" },
	{ YG_BODY_KIND_RPC, YG_BODY_KIND_PROTOBUF, false,
	  YG_SLICE("\0\0\0\0\2\x08\1\0\0\0\0\2\x08\2\x80\0\0\0\1x"), "$={} $.1=1 $={} $.1=2 ", "" },
	{ YG_BODY_KIND_RPC, YG_BODY_KIND_JSON, false, YG_SLICE("\0\0\0\0\7{\"a\":1}\2\0\0\0\2{}"),
	  "$={} $.a=1 ", "" },
};

/* Fields that are numbers are no fields for who goes by names. */
static void walks_every_kind_of_binary_body(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(binaries); i++) {
		GUARD_CLEANUP struct guard in =
			guard_copy(binaries[i].binary.ptr, binaries[i].binary.len);
		struct yg_body_view body = { .kind = binaries[i].kind,
					     .content = binaries[i].content,
					     .binary = { in.ptr, in.len },
					     .whole = binaries[i].cut ? UINT64_MAX : in.len,
					     .cut = binaries[i].cut };
		struct yg_values_walked walked;
		struct written got = { 0 };

		print_message("  %s\n", binaries[i].want);
		walked = yg_values_walk_body(&body, YG_SLICE(""), write_value, &got);
		finish(&got, &walked);
		assert_string_equal(got.text, binaries[i].want);
		assert_int_equal(walked.kind, binaries[i].kind);
	}
}

/* Through the message: who goes by names, and who does not. */
static void shows_numbers_to_those_who_want_them(void **state)
{
	YG_CLEANUP(yg_bodies_free) struct yg_bodies *bodies = NULL;

	(void)state;
	assert_int_equal(yg_bodies_new(&bodies), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(binaries); i++) {
		static const char *const types[YG_BODY_KIND_MAX] = {
			[YG_BODY_KIND_PROTOBUF] = "application/x-protobuf",
			[YG_BODY_KIND_CBOR] = "application/cbor",
			[YG_BODY_KIND_MSGPACK] = "application/msgpack",
			[YG_BODY_KIND_RPC] = "application/grpc+proto",
		};
		struct yg_header type = { YG_SLICE("Content-Type"),
					  yg_slice_from_str(types[binaries[i].kind]) };
		struct written all = { 0 }, named = { 0 };
		const struct yg_visitor visitors[] = {
			{ .fn = write_value,
			  .ctx = &named,
			  .where = YG_VALUES_BODY,
			  .named = true },
			{ .fn = write_value, .ctx = &all, .where = YG_VALUES_BODY },
		};
		struct yg_exchange exchange = { 0 };
		struct yg_values_walked walked;

		if (binaries[i].content == YG_BODY_KIND_JSON)
			type.value = YG_SLICE("application/connect+json");
		exchange.request = (struct yg_message){ .present = true,
							.complete = !binaries[i].cut,
							.headers = &type,
							.header_count = 1,
							.body = binaries[i].binary,
							.body_bytes = binaries[i].binary.len };
		yg_bodies_begin(bodies, &exchange);
		walked = yg_values_walk(&exchange, bodies, YG_SIDE_REQUEST, visitors, 2);
		finish(&all, &walked);
		assert_string_equal(all.text, binaries[i].want);
		assert_memory_equal(named.text, binaries[i].want_named, named.len);
		assert_int_equal(named.len > 0, binaries[i].want_named[0] == '$');
	}
}

static struct yg_exchange exchange_of(struct yg_header *headers, uint32_t count)
{
	return (struct yg_exchange){
		.request = { .present = true,
			     .complete = true,
			     .method = YG_SLICE("POST"),
			     .target = YG_SLICE("/u?ids=1&ids=2&q=a%20b"),
			     .headers = headers,
			     .header_count = count,
			     .body = YG_SLICE("{\"a\":1}"),
			     .body_bytes = 7 },
	};
}

static struct yg_values_walked walk(const struct yg_exchange *exchange, struct yg_bodies *bodies,
				    enum yg_side side, uint32_t where, struct written *ret)
{
	const struct yg_visitor visitor = { .fn = write_value, .ctx = ret, .where = where };

	return yg_values_walk(exchange, bodies, side, &visitor, 1);
}

static void walks_query_headers_cookies_then_body(void **state)
{
	struct yg_header headers[] = {
		{ YG_SLICE("Content-Type"), YG_SLICE("application/json") },
		{ YG_SLICE("Cookie"), YG_SLICE("sid=abc; theme=x=y; broken;") },
		{ YG_SLICE("X-Tenant"), YG_SLICE("7") },
	};
	struct yg_exchange exchange = exchange_of(headers, 3);
	struct yg_bodies *bodies;
	struct yg_values_walked walked;
	struct written got = { 0 };

	(void)state;
	assert_int_equal(yg_bodies_new(&bodies), 0);
	yg_bodies_begin(bodies, &exchange);
	walked = walk(&exchange, bodies, YG_SIDE_REQUEST, YG_VALUES_ALL, &got);
	assert_string_equal(got.text,
			    "q:ids=1 q:ids=2 q:q=a b h:content-type=application/json c:sid=abc "
			    "c:theme=x=y h:x-tenant=7 $={} $.a=1 ");
	assert_int_equal(walked.count, 9);
	assert_int_equal(walked.kind, YG_BODY_KIND_JSON);
	got = (struct written){ 0 };
	(void)walk(&exchange, bodies, YG_SIDE_REQUEST, YG_VALUES_COOKIE, &got);
	assert_string_equal(got.text, "c:sid=abc c:theme=x=y ");
	got = (struct written){ 0 };
	walked = walk(&exchange, bodies, YG_SIDE_RESPONSE, YG_VALUES_ALL, &got);
	assert_string_equal(got.text, "");
	yg_bodies_free(&bodies);
}

static void takes_only_the_pair_of_a_cookie_that_is_set(void **state)
{
	struct yg_header headers[] = {
		{ YG_SLICE("Set-Cookie"), YG_SLICE("sid=abc; Path=/; Max-Age=5") },
	};
	struct yg_exchange exchange = { .response = { .present = true,
						      .status = 200,
						      .headers = headers,
						      .header_count = 1 } };
	struct written got = { 0 };

	(void)state;
	(void)walk(&exchange, NULL, YG_SIDE_RESPONSE, YG_VALUES_COOKIE | YG_VALUES_HEADER, &got);
	assert_string_equal(got.text, "c:sid=abc ");
}

/* One walk, and each sees what he asked for, in the order of the message. */
static void shows_each_visitor_what_it_wants(void **state)
{
	struct yg_header headers[] = {
		{ YG_SLICE("Content-Type"), YG_SLICE("application/json") },
		{ YG_SLICE("Cookie"), YG_SLICE("sid=abc") },
	};
	struct yg_exchange exchange = exchange_of(headers, 2);
	struct written got[5] = { { .len = 0 } };
	const bool done = true;
	const struct yg_visitor visitors[] = {
		{ .fn = write_value, .ctx = &got[0], .where = YG_VALUES_QUERY, .max = 1 },
		{ .fn = write_value, .ctx = &got[1], .where = YG_VALUES_BODY | YG_VALUES_COOKIE },
		{ .fn = write_value, .ctx = &got[2] },
		{ .fn = write_value,
		  .ctx = &got[3],
		  .where = YG_VALUES_QUERY | YG_VALUES_BODY,
		  .max = 4 },
		{ .fn = write_value, .ctx = &got[4], .where = YG_VALUES_QUERY, .done = &done },
	};
	struct yg_values_walked walked;
	struct yg_bodies *bodies;

	(void)state;
	assert_int_equal(yg_bodies_new(&bodies), 0);
	yg_bodies_begin(bodies, &exchange);
	walked = yg_values_walk(&exchange, bodies, YG_SIDE_REQUEST, visitors, 5);
	assert_string_equal(got[0].text, "q:ids=1 ");
	assert_string_equal(got[1].text, "c:sid=abc $={} $.a=1 ");
	assert_string_equal(got[2].text, "");
	assert_string_equal(got[3].text, "q:ids=1 q:ids=2 q:q=a b $={} ");
	assert_string_equal(got[4].text, "q:ids=1 "); /* and then it had seen enough */
	assert_int_equal(walked.count, 6);
	/* The last one to go ends the walk. */
	walked = yg_values_walk(&exchange, bodies, YG_SIDE_REQUEST, visitors, 1);
	assert_int_equal(walked.count, 1);
	assert_false(walked.limited);
	walked = yg_values_walk(&exchange, bodies, YG_SIDE_REQUEST, &visitors[2], 1);
	assert_int_equal(walked.count, 0);
	yg_bodies_free(&bodies);
}

static void count_value(void *ctx, const struct yg_value *value)
{
	(void)value;
	(*(uint32_t *)ctx)++;
}

static void stops_at_its_limit(void **state)
{
	static char text[2 * YG_VALUES_MAX + 16];
	struct yg_body_view body = { .kind = YG_BODY_KIND_JSON, .text = { text, sizeof(text) } };
	struct yg_values_walked walked;
	uint32_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "1,", 2);
	text[0] = '[';
	text[1] = ' ';
	walked = yg_values_walk_body(&body, YG_SLICE("multipart/form-data; boundary=b"),
				     count_value, &count);
	assert_int_equal(count, YG_VALUES_MAX);
	assert_true(walked.limited);
	assert_int_equal(walked.open, 1);
}

static void undoes_escapes_into_what_room_there_is(void **state)
{
	struct yg_value value = { .coding = YG_VALUE_JSON, .raw = YG_SLICE("a\\nb") };
	char buffer[4];

	(void)state;
	assert_true(yg_slice_equal(yg_value_decode(&value, buffer, 4), YG_SLICE("a\nb")));
	value.raw = YG_SLICE("a\\q");
	assert_true(yg_slice_equal(yg_value_decode(&value, buffer, 4), value.raw));
	value.raw = YG_SLICE("plain and long");
	assert_ptr_equal(yg_value_decode(&value, buffer, 4).ptr, value.raw.ptr);
	value.coding = YG_VALUE_PERCENT;
	value.raw = YG_SLICE("%41%42%43%44%45");
	assert_true(yg_slice_equal(yg_value_decode(&value, buffer, 4), YG_SLICE("ABCD")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_every_kind_of_body),
		cmocka_unit_test(walks_every_kind_of_binary_body),
		cmocka_unit_test(shows_numbers_to_those_who_want_them),
		cmocka_unit_test(a_cut_takes_away_and_adds_nothing),
		cmocka_unit_test(walks_query_headers_cookies_then_body),
		cmocka_unit_test(takes_only_the_pair_of_a_cookie_that_is_set),
		cmocka_unit_test(shows_each_visitor_what_it_wants),
		cmocka_unit_test(stops_at_its_limit),
		cmocka_unit_test(undoes_escapes_into_what_room_there_is),
	};

	return cmocka_run_group_tests_name("parse/values", tests, NULL, NULL);
}
