/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/http1.h"

#include <string.h>

#include "core/macros.h"
#include "test.h"

struct head {
	struct yg_http1 http;
	struct yg_field fields[YG_HEADERS_MAX];
};

static enum yg_parse parse(struct head *head, enum yg_http1_kind kind, unsigned lenient,
			   const char *text, size_t len)
{
	GUARD_CLEANUP struct guard in = guard_copy(text, len);

	*head = (struct head){ .http = { .kind = (uint8_t)kind, .lenient = (uint16_t)lenient } };
	head->http.fields = head->fields;
	head->http.field_cap = YG_HEADERS_MAX;
	return yg_http1_parse(&head->http, (const uint8_t *)in.ptr, in.len);
}

/* Each deviation is BAD with its reason; its switch makes it DONE and leaves the reason. */
static const struct {
	const char *name;
	enum yg_http1_kind kind;
	const char *text;
	uint32_t anomaly;
	unsigned lenient; /* 0: nothing helps */
} deviations[] = {
	{ "obs-fold", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n", YG_ANOMALY_FOLD,
	  YG_LENIENT_FOLD },
	{ "fold before any field", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\n a: b\r\n\r\n",
	  YG_ANOMALY_FOLD, YG_LENIENT_LINE },
	{ "a line of white space before any field", YG_HTTP1_RESPONSE,
	  "HTTP/1.1 200 OK\r\n \t\r\na: b\r\n\r\n", YG_ANOMALY_FOLD, YG_LENIENT_LINE },
	{ "bare LF", YG_HTTP1_REQUEST, "GET / HTTP/1.1\na: b\n\n", YG_ANOMALY_BARE_LF,
	  YG_LENIENT_BARE_LF },
	{ "bare LF after a status line", YG_HTTP1_RESPONSE, "HTTP/1.1 200 OK\n\n",
	  YG_ANOMALY_BARE_LF, YG_LENIENT_BARE_LF },
	{ "bare CR", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\na: b\rc: d\r\n\r\n", YG_ANOMALY_BARE_CR,
	  YG_LENIENT_BARE_CR },
	{ "bare CR in a value", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\na: b\rc\r\n\r\n",
	  YG_ANOMALY_BARE_CR, YG_LENIENT_BARE_CR | YG_LENIENT_LINE },
	{ "bare CR after a request line", YG_HTTP1_REQUEST, "GET / HTTP/1.1\ra: b\r\n\r\n",
	  YG_ANOMALY_BARE_CR, YG_LENIENT_BARE_CR },
	{ "bare CR after a status line", YG_HTTP1_RESPONSE, "HTTP/1.1 200 OK\ra: b\r\n\r\n",
	  YG_ANOMALY_BARE_CR, YG_LENIENT_BARE_CR },
	{ "bare CR instead of the last line", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\n\rX\r\n\r\n",
	  YG_ANOMALY_BARE_CR, YG_LENIENT_BARE_CR },
	{ "two spaces in a request line", YG_HTTP1_REQUEST, "GET  /  HTTP/1.1\r\n\r\n",
	  YG_ANOMALY_START_LINE, YG_LENIENT_SPACES },
	{ "two spaces in a status line", YG_HTTP1_RESPONSE, "HTTP/1.1  200  OK\r\n\r\n",
	  YG_ANOMALY_START_LINE, YG_LENIENT_SPACES },
	{ "a tab in a request line", YG_HTTP1_REQUEST, "GET \t/\t\v HTTP/1.1 \t\r\n\r\n",
	  YG_ANOMALY_START_LINE, YG_LENIENT_SPACES },
	{ "a tab in a status line", YG_HTTP1_RESPONSE, "HTTP/1.1\t\f200 OK\r\n\r\n",
	  YG_ANOMALY_START_LINE, YG_LENIENT_SPACES },
	{ "a version for a target", YG_HTTP1_REQUEST, "GET HTTP/1.1\r\n\r\n", YG_ANOMALY_START_LINE,
	  0 },
	{ "no status", YG_HTTP1_RESPONSE, "HTTP/1.1  OK\r\n\r\n", YG_ANOMALY_START_LINE, 0 },
	{ "spaces behind a version", YG_HTTP1_REQUEST, "GET / HTTP/1.1  \r\n\r\n",
	  YG_ANOMALY_START_LINE, YG_LENIENT_SPACES },
	{ "two spaces and no version", YG_HTTP1_REQUEST, "GET  /\r\n\r\n", YG_ANOMALY_START_LINE,
	  0 },
	{ "a fold of a length", YG_HTTP1_REQUEST,
	  "GET / HTTP/1.1\r\nContent-Length: 1\r\n 2\r\n\r\n", YG_ANOMALY_FOLD, 0 },
	{ "space before the colon", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\na : b\r\n\r\n",
	  YG_ANOMALY_NAME_INVALID, YG_LENIENT_NAME_SPACE },
	{ "control byte in a value", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\na: b\x01\r\n\r\n",
	  YG_ANOMALY_VALUE_INVALID, YG_LENIENT_VALUE },
	{ "DEL in a target", YG_HTTP1_REQUEST, "GET /\x7f HTTP/1.1\r\n\r\n", YG_ANOMALY_START_LINE,
	  0 },
	{ "no name", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\n: b\r\n\r\n", YG_ANOMALY_NAME_INVALID,
	  YG_LENIENT_LINE },
	{ "no colon", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\nab\r\n\r\n", YG_ANOMALY_NAME_INVALID,
	  YG_LENIENT_LINE },
	{ "brackets in a name", YG_HTTP1_RESPONSE, "HTTP/1.1 200 OK\r\na[]: b\r\n\r\n",
	  YG_ANOMALY_NAME_INVALID, YG_LENIENT_LINE },
	{ "a control byte in a line that is no field", YG_HTTP1_REQUEST,
	  "GET / HTTP/1.1\r\na[\1]: b\r\n\r\n", YG_ANOMALY_NAME_INVALID,
	  YG_LENIENT_LINE | YG_LENIENT_VALUE },
	{ "version 1.2", YG_HTTP1_REQUEST, "GET / HTTP/1.2\r\n\r\n", YG_ANOMALY_VERSION,
	  YG_LENIENT_VERSION },
	{ "version 2", YG_HTTP1_REQUEST, "GET / HTTP/2.0\r\n\r\n", YG_ANOMALY_VERSION,
	  YG_LENIENT_VERSION },
	{ "version 0.9, said", YG_HTTP1_REQUEST, "GET / HTTP/0.9\r\n\r\n", YG_ANOMALY_VERSION,
	  YG_LENIENT_VERSION },
	{ "version 5.6 of a response", YG_HTTP1_RESPONSE, "HTTP/5.6 200 OK\r\n\r\n",
	  YG_ANOMALY_VERSION, YG_LENIENT_VERSION },
	{ "RTSP", YG_HTTP1_REQUEST, "OPTIONS /a RTSP/1.0\r\n\r\n", YG_ANOMALY_VERSION,
	  YG_LENIENT_VERSION },
	{ "ICE", YG_HTTP1_REQUEST, "SOURCE /a ICE/1.0\r\n\r\n", YG_ANOMALY_VERSION,
	  YG_LENIENT_VERSION },
	{ "no minor version", YG_HTTP1_REQUEST, "GET / HTTP/1.\r\n\r\n", YG_ANOMALY_VERSION, 0 },
	{ "a version that is no number", YG_HTTP1_REQUEST, "GET / HTTP/x.y\r\n\r\n",
	  YG_ANOMALY_VERSION, 0 },
	{ "another protocol", YG_HTTP1_REQUEST, "OPTIONS /a SIP/2.0\r\n\r\n", YG_ANOMALY_START_LINE,
	  0 },
	{ "two digits of version", YG_HTTP1_REQUEST, "GET / HTTP/1.11\r\n\r\n",
	  YG_ANOMALY_START_LINE, 0 },
	{ "short version", YG_HTTP1_REQUEST, "GET / HTTP\r\n\r\n", YG_ANOMALY_START_LINE, 0 },
	{ "no target", YG_HTTP1_REQUEST, "GET  HTTP/1.1\r\n\r\n", YG_ANOMALY_START_LINE, 0 },
	{ "0.9 is GET only", YG_HTTP1_REQUEST, "POST /\r\n\r\n", YG_ANOMALY_START_LINE, 0 },
	{ "two digits of status", YG_HTTP1_RESPONSE, "HTTP/1.1 20 OK\r\n\r\n",
	  YG_ANOMALY_START_LINE, 0 },
	{ "status below 100", YG_HTTP1_RESPONSE, "HTTP/1.1 099 OK\r\n\r\n", YG_ANOMALY_START_LINE,
	  0 },
	{ "letters after the status", YG_HTTP1_RESPONSE, "HTTP/1.1 200OK\r\n\r\n",
	  YG_ANOMALY_START_LINE, 0 },
	{ "a control byte in a reason", YG_HTTP1_RESPONSE, "HTTP/1.1 200 \x01\r\n\r\n",
	  YG_ANOMALY_VALUE_INVALID, YG_LENIENT_VALUE },
	{ "lengths that differ", YG_HTTP1_REQUEST,
	  "GET / HTTP/1.1\r\ncontent-length: 1\r\nContent-Length: 2\r\n\r\n",
	  YG_ANOMALY_LENGTH_TWICE, 0 },
	{ "a list of lengths", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
	  YG_ANOMALY_LENGTH_REPEATED, YG_LENIENT_LENGTH },
	{ "a length twice", YG_HTTP1_REQUEST,
	  "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 01\r\n\r\n",
	  YG_ANOMALY_LENGTH_REPEATED, YG_LENIENT_LENGTH },
	{ "a list of lengths that differ", YG_HTTP1_REQUEST,
	  "GET / HTTP/1.1\r\nContent-Length: 1,2\r\n\r\n", YG_ANOMALY_LENGTH_TWICE, 0 },
	{ "a length and a comma", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\nContent-Length: 1,\r\n\r\n",
	  YG_ANOMALY_LENGTH_INVALID, 0 },
	{ "a length in hex", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\n",
	  YG_ANOMALY_LENGTH_INVALID, 0 },
	{ "an empty length", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\nContent-Length:\r\n\r\n",
	  YG_ANOMALY_LENGTH_INVALID, 0 },
	{ "a signed length", YG_HTTP1_REQUEST, "GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
	  YG_ANOMALY_LENGTH_INVALID, 0 },
	{ "a length beyond 2^63", YG_HTTP1_REQUEST,
	  "GET / HTTP/1.1\r\nContent-Length: 9999999999999999999\r\n\r\n",
	  YG_ANOMALY_LENGTH_INVALID, 0 },
};

static void names_each_deviation_and_has_a_switch_for_some(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(deviations); i++) {
		const char *text = deviations[i].text;
		unsigned lenient = deviations[i].lenient;
		struct head head;

		print_message("  %s\n", deviations[i].name);
		assert_int_equal(parse(&head, deviations[i].kind, 0, text, strlen(text)),
				 YG_PARSE_BAD);
		assert_int_equal(head.http.anomalies, deviations[i].anomaly);
		assert_int_equal(parse(&head, deviations[i].kind,
				       lenient ? lenient : YG_LENIENT_ALL, text, strlen(text)),
				 lenient ? YG_PARSE_DONE : YG_PARSE_BAD);
		assert_true(head.http.anomalies & deviations[i].anomaly);
	}
}

/* What stands behind a line that is no field counts; its folds are no more than it is. */
static void passes_over_what_is_no_field(void **state)
{
	static const char text[] = "POST / HTTP/1.1\r\n\tb: c\r\nHost: x\r\nno field\r\n  of it\r\n"
				   "[a]: b\r\nContent-Length: 3\r\n\r\n";
	struct head head;
	const struct yg_http1 *http = &head.http;

	(void)state;
	assert_int_equal(parse(&head, YG_HTTP1_REQUEST, YG_LENIENT_ALL, text, sizeof(text) - 1),
			 YG_PARSE_DONE);
	assert_int_equal(http->field_count, 2);
	assert_int_equal(head.fields[0].value.len, 1);
	assert_int_equal(text[head.fields[0].value.at], 'x');
	assert_true(http->has_length);
	assert_int_equal(http->length, 3);
	assert_true(yg_http1_is_doubtful(http));
	assert_int_equal(parse(&head, YG_HTTP1_REQUEST, YG_LENIENT_ALL,
			       "GET / HTTP/1.1\r\n[\0]\r\n\r\n", 23),
			 YG_PARSE_BAD);
}

/* Every prefix of a good head is MORE, and reads on to the same result. */
static void reads_on_from_every_prefix(void **state)
{
	static const char text[] = "POST /a?b HTTP/1.1\r\nHost: x\r\nX-Empty:\r\n"
				   "Content-Length: \t 12 \t\r\nConnection: a, Close\r\n\r\n";
	const size_t len = sizeof(text) - 1;

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		GUARD_CLEANUP struct guard whole = guard_copy(text, len);
		struct head head;

		assert_int_equal(parse(&head, YG_HTTP1_REQUEST, 0, text, cut), YG_PARSE_MORE);
		assert_int_equal(yg_http1_parse(&head.http, (uint8_t *)whole.ptr, len),
				 YG_PARSE_DONE);
		assert_int_equal(head.http.pos, len);
		assert_int_equal(head.http.field_count, 4);
		assert_int_equal(head.fields[1].value.len, 0);
		assert_true(head.http.has_length && head.http.length == 12);
		assert_true(head.http.has_close);
		assert_memory_equal(text + head.http.target.at, "/a?b", 4);
	}
}

static void drops_fields_beyond_its_room_and_reads_on(void **state)
{
	char text[4096] = "GET / HTTP/1.1\r\n";
	size_t len = strlen(text);
	struct head head;

	(void)state;
	for (int i = 0; i < YG_HEADERS_MAX + 5; i++, len += 6)
		memcpy(text + len, "a: b\r\n", 6);
	memcpy(text + len, "Content-Length: 7\r\n\r\n", 21);
	assert_int_equal(parse(&head, YG_HTTP1_REQUEST, 0, text, len + 21), YG_PARSE_DONE);
	assert_int_equal(head.http.field_count, YG_HEADERS_MAX);
	assert_int_equal(head.http.field_dropped, 6);
	assert_int_equal(head.http.length, 7);
}

/* One byte below the limit waits, at the limit it is refused, in one piece or in two. */
static void refuses_a_head_without_end(void **state)
{
	static char text[YG_HEAD_MAX + 16];
	struct head head;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "GET / HTTP/1.1\r\na: ", 19);
	assert_int_equal(parse(&head, YG_HTTP1_REQUEST, 0, text, YG_HEAD_MAX - 1), YG_PARSE_MORE);
	assert_int_equal(yg_http1_parse(&head.http, (uint8_t *)text, YG_HEAD_MAX), YG_PARSE_BAD);
	assert_int_equal(head.http.anomalies, YG_ANOMALY_TOO_LARGE);
	memcpy(text + YG_HEAD_MAX, "\r\n\r\n", 4);
	assert_int_equal(parse(&head, YG_HTTP1_REQUEST, 0, text, YG_HEAD_MAX + 4), YG_PARSE_BAD);
	assert_int_equal(head.http.anomalies, YG_ANOMALY_TOO_LARGE);
}

static const struct {
	enum yg_http1_kind kind;
	const char *text;
	enum yg_parse want;
} starts[] = {
	{ YG_HTTP1_REQUEST, "GET ", YG_PARSE_DONE },
	{ YG_HTTP1_REQUEST, "GET", YG_PARSE_MORE },
	{ YG_HTTP1_REQUEST, "M-SEARCH *", YG_PARSE_DONE },
	{ YG_HTTP1_REQUEST, "", YG_PARSE_MORE },
	{ YG_HTTP1_REQUEST, "CUST /", YG_PARSE_DONE },
	{ YG_HTTP1_REQUEST, "CUST ", YG_PARSE_MORE },
	{ YG_HTTP1_REQUEST, "CUST http:", YG_PARSE_DONE },
	{ YG_HTTP1_REQUEST, "CUST HTTPS", YG_PARSE_DONE },
	{ YG_HTTP1_REQUEST, "CUST http", YG_PARSE_MORE },
	{ YG_HTTP1_REQUEST, "CUST htt ", YG_PARSE_BAD },
	{ YG_HTTP1_REQUEST, "HELO httpd", YG_PARSE_BAD },
	{ YG_HTTP1_REQUEST, "EHLO a", YG_PARSE_BAD },
	{ YG_HTTP1_REQUEST, " GET /", YG_PARSE_BAD },
	{ YG_HTTP1_REQUEST, "\x16\x03\x01", YG_PARSE_BAD },
	{ YG_HTTP1_REQUEST, "GET\t/", YG_PARSE_BAD },
	{ YG_HTTP1_REQUEST, "get /", YG_PARSE_DONE },
	{ YG_HTTP1_REQUEST, "a!#$%&'*+-.^_`|~0 /", YG_PARSE_DONE },
	{ YG_HTTP1_REQUEST, "A-METHOD-OF-MORE-THAN-32-CHARACTERS /", YG_PARSE_DONE },
	{ YG_HTTP1_REQUEST, "A-METHOD-WITHOUT-END-A-METHOD-WITHOUT-END-A-METHOD-WITHOUT-END-A",
	  YG_PARSE_BAD },
	{ YG_HTTP1_RESPONSE, "HTTP/1", YG_PARSE_DONE },
	{ YG_HTTP1_RESPONSE, "HTTP/", YG_PARSE_MORE },
	{ YG_HTTP1_RESPONSE, "HTTP/5", YG_PARSE_DONE },
	{ YG_HTTP1_RESPONSE, "HTTPD", YG_PARSE_BAD },
	{ YG_HTTP1_RESPONSE, "HTTP/x", YG_PARSE_BAD },
	{ YG_HTTP1_RESPONSE, "h", YG_PARSE_BAD },
};

static void knows_where_a_message_can_start(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(starts); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(starts[i].text, strlen(starts[i].text));

		print_message("  '%s'\n", starts[i].text);
		assert_int_equal(yg_http1_is_start(starts[i].kind, (uint8_t *)in.ptr, in.len),
				 starts[i].want);
	}
}

static const struct {
	const char *text, *method;
	enum yg_body want;
	uint32_t anomalies;
} bodies[] = {
	{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET", YG_BODY_NONE, 0 },
	{ "GET / HTTP/1.1\r\n\r\n", "GET", YG_BODY_NONE, YG_ANOMALY_HOST },
	{ "GET / HTTP/1.0\r\n\r\n", "GET", YG_BODY_NONE, 0 },
	{ "PUT / HTTP/1.0\r\nContent-Length: 2\r\n\r\n", "PUT", YG_BODY_LENGTH, 0 },
	{ "PUT / HTTP/1.0\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n", "PUT", YG_BODY_LENGTH,
	  YG_ANOMALY_LENGTH_REPEATED },
	{ "PUT / HTTP/1.0\r\nContent-Length: 0\r\n\r\n", "PUT", YG_BODY_NONE, 0 },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: , Chunked\r\n\r\n",
	  "PUT", YG_BODY_CHUNKED, YG_ANOMALY_CODING_INVALID },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked,\r\n\r\n", "PUT",
	  YG_BODY_CHUNKED, YG_ANOMALY_CODING_INVALID },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: Chunked\r\n\r\n",
	  "PUT", YG_BODY_CHUNKED, 0 },
	{ "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "PUT", YG_BODY_CHUNKED,
	  YG_ANOMALY_CODING_INVALID },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity, chunked\r\n\r\n", "PUT",
	  YG_BODY_CHUNKED, YG_ANOMALY_CODING_INVALID },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
	  "PUT", YG_BODY_CHUNKED, YG_ANOMALY_LENGTH_AND_CHUNKED },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n x\r\n\r\n", "PUT",
	  YG_BODY_CLOSE, YG_ANOMALY_FOLD | YG_ANOMALY_CODING_INVALID },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n chunked\r\n\r\n", "PUT",
	  YG_BODY_CHUNKED, YG_ANOMALY_FOLD },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", "PUT",
	  YG_BODY_CLOSE, YG_ANOMALY_CODING_INVALID },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "PUT", YG_BODY_CLOSE,
	  YG_ANOMALY_CODING_INVALID },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\r\n", "PUT", YG_BODY_CLOSE,
	  YG_ANOMALY_CODING_INVALID },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: ,\r\n\r\n", "PUT", YG_BODY_CLOSE,
	  YG_ANOMALY_CODING_INVALID },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: , ,\r\nContent-Length: 2\r\n\r\n", "PUT",
	  YG_BODY_CLOSE, YG_ANOMALY_LENGTH_AND_CHUNKED | YG_ANOMALY_CODING_INVALID },
	{ "CONNECT a:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n", "CONNECT", YG_BODY_NONE,
	  0 },
	{ "HTTP/1.1 200 OK\r\n\r\n", "GET", YG_BODY_CLOSE, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "GET", YG_BODY_LENGTH, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "HEAD", YG_BODY_NONE, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "CONNECT", YG_BODY_TUNNEL, 0 },
	{ "HTTP/1.1 101 Switching\r\n\r\n", "GET", YG_BODY_TUNNEL, 0 },
	{ "HTTP/1.1 204 None\r\nContent-Length: 2\r\n\r\n", "GET", YG_BODY_NONE, 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "GET", YG_BODY_CHUNKED, 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, x\r\n\r\n", "GET", YG_BODY_CLOSE,
	  YG_ANOMALY_CODING_INVALID },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", "GET",
	  YG_BODY_CHUNKED, YG_ANOMALY_LENGTH_AND_CHUNKED },
	{ "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "GET", YG_BODY_CHUNKED,
	  YG_ANOMALY_CODING_INVALID },
	{ "HTTP/1.1 204 None\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", "GET",
	  YG_BODY_NONE, YG_ANOMALY_LENGTH_AND_CHUNKED },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", "HEAD",
	  YG_BODY_NONE, YG_ANOMALY_LENGTH_AND_CHUNKED },
	{ "HTTP/1.1 100 Go\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", "PUT",
	  YG_BODY_NONE, YG_ANOMALY_LENGTH_AND_CHUNKED },
};

static void frames_as_rfc_9112_section_6_3(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(bodies); i++) {
		const char *text = bodies[i].text;
		bool response = strncmp(text, "HTTP", 4) == 0;
		struct head head;

		print_message("  %s %.40s\n", bodies[i].method, text);
		assert_int_equal(parse(&head, response ? YG_HTTP1_RESPONSE : YG_HTTP1_REQUEST,
				       YG_LENIENT_ALL, text, strlen(text)),
				 YG_PARSE_DONE);
		assert_int_equal(yg_http1_body(&head.http, yg_slice_from_str(bodies[i].method)),
				 bodies[i].want);
		assert_int_equal(head.http.anomalies, bodies[i].anomalies);
	}
}

static void doubts_what_others_read_otherwise(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = {
		{ "GET / HTTP/1.1\r\n\r\n", false },
		{ "GET  / HTTP/1.1\r\n\r\n", false },
		{ "GET / HTTP/1.1\n\n", true },
		{ "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", true },
		{ "GET / HTTP/1.1\r\nA: \x01\r\n\r\n", true },
		{ "GET / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n", true },
		{ "GET / HTTP/3.0\r\n\r\n", true },
		{ "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", true },
		{ "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", false },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n", false },
		{ "HTTP/1.1 200 OK\nA: b\n\n", true },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		bool response = strncmp(cases[i].text, "HTTP", 4) == 0;
		struct head head;

		print_message("  %.40s\n", cases[i].text);
		assert_int_equal(parse(&head, response ? YG_HTTP1_RESPONSE : YG_HTTP1_REQUEST,
				       YG_LENIENT_ALL, cases[i].text, strlen(cases[i].text)),
				 YG_PARSE_DONE);
		assert_int_equal(yg_http1_is_doubtful(&head.http), cases[i].want);
	}
}

/* Methods and targets that are taken as they are sent, and those of them that show. */
static void shows_odd_forms_of_methods_and_targets(void **state)
{
	static const struct {
		const char *text;
		bool odd;
	} cases[] = {
		{ "GET /a HTTP/1.1\r\n\r\n", false },
		{ "VERSION-CONTROL /a HTTP/1.1\r\n\r\n", false },
		{ "M-SEARCH * HTTP/1.1\r\n\r\n", false },
		{ "OPTIONS * HTTP/1.1\r\n\r\n", false },
		{ "GET http://a/b HTTP/1.1\r\n\r\n", false },
		{ "CONNECT a:443 HTTP/1.1\r\n\r\n", false },
		{ "CONNECT [::1]:443 HTTP/1.1\r\n\r\n", false },
		{ "get /a HTTP/1.1\r\n\r\n", true },
		{ "G+T /a HTTP/1.1\r\n\r\n", true },
		{ "GET a/b HTTP/1.1\r\n\r\n", true },
		{ "GET a:443 HTTP/1.1\r\n\r\n", true },
		{ "GET * HTTP/1.1\r\n\r\n", true },
		{ "OPTIONS *a HTTP/1.1\r\n\r\n", true },
		{ "CONNECT /a HTTP/1.1\r\n\r\n", true },
		{ "CONNECT * HTTP/1.1\r\n\r\n", true },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct head head;

		print_message("  %.40s\n", cases[i].text);
		assert_int_equal(
			parse(&head, YG_HTTP1_REQUEST, 0, cases[i].text, strlen(cases[i].text)),
			YG_PARSE_DONE);
		assert_int_equal(head.http.anomalies, cases[i].odd ? YG_ANOMALY_START_LINE : 0);
	}
}

static void knows_when_a_connection_goes_on(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = {
		{ "GET / HTTP/1.1\r\n\r\n", true },
		{ "GET / HTTP/1.1\r\nConnection: x, close\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true },
		{ "GET /\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct head head;

		assert_int_equal(
			parse(&head, YG_HTTP1_REQUEST, 0, cases[i].text, strlen(cases[i].text)),
			YG_PARSE_DONE);
		assert_int_equal(yg_http1_is_persistent(&head.http), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_each_deviation_and_has_a_switch_for_some),
		cmocka_unit_test(passes_over_what_is_no_field),
		cmocka_unit_test(reads_on_from_every_prefix),
		cmocka_unit_test(drops_fields_beyond_its_room_and_reads_on),
		cmocka_unit_test(refuses_a_head_without_end),
		cmocka_unit_test(knows_where_a_message_can_start),
		cmocka_unit_test(frames_as_rfc_9112_section_6_3),
		cmocka_unit_test(doubts_what_others_read_otherwise),
		cmocka_unit_test(shows_odd_forms_of_methods_and_targets),
		cmocka_unit_test(knows_when_a_connection_goes_on),
	};

	return cmocka_run_group_tests_name("parse/http1", tests, NULL, NULL);
}
