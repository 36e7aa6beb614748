/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/http1.h"

#include <assert.h>

#include "parse/http1_fields.h"
#include "parse/scan.h"
#include "yagura/limits.h"

/* A line under the reader's finger: [p, end) is the rest of the data. */
struct line {
	struct yg_http1 *http;
	const uint8_t *base; /* of the head */
	const uint8_t *p, *end;
};

/* clang-format off */
#define T true
const bool yg_scan_token[256] = {
	['!'] = T, ['#'] = T, ['$'] = T, ['%'] = T, ['&'] = T, ['\''] = T, ['*'] = T, ['+'] = T,
	['-'] = T, ['.'] = T, ['^'] = T, ['_'] = T, ['`'] = T, ['|'] = T, ['~'] = T,
	['0' ... '9'] = T, ['A' ... 'Z'] = T, ['a' ... 'z'] = T,
};
#undef T
/* clang-format on */

/*
 * The registered methods, and those in wide use besides. Any token is a valid method (scanners send
 * "CUST / HTTP/1.1", and servers answer), but at the start of a stream these need no more evidence.
 */
/* clang-format off */
static const char *const methods[] = {
	"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE", "QUERY",
	"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "SEARCH", "REPORT",
	"PURGE", "LINK", "UNLINK", "BIND", "UNBIND", "REBIND", "ACL", "CHECKIN", "CHECKOUT",
	"UNCHECKOUT", "MERGE", "MKACTIVITY", "UPDATE", "LABEL", "MKCALENDAR", "MKREDIRECTREF",
	"MKWORKSPACE", "ORDERPATCH", "SUBSCRIBE", "UNSUBSCRIBE", "NOTIFY", "M-SEARCH", "SOURCE",
	"VERSION-CONTROL", "BASELINE-CONTROL", "UPDATEREDIRECTREF",
};
/* clang-format on */

static struct yg_span span_of(const struct line *line, const uint8_t *from, const uint8_t *to)
{
	return (struct yg_span){ (uint32_t)(from - line->base), (uint32_t)(to - from) };
}

bool yg_http1_is_method(struct yg_slice method)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(methods); i++) {
		if (yg_slice_equal(method, yg_slice_from_str(methods[i])))
			return true;
	}
	return false;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* White space besides SP that a start line may be split at. Source: RFC 9112 sections 3, 4. */
static bool is_odd_space(uint8_t c)
{
	return c == '\t' || c == '\v' || c == '\f';
}

/* Behind a method that is not known: a target in origin, asterisk or absolute form. */
static enum yg_parse is_target(const uint8_t *data, size_t len)
{
	static const char scheme[] = "http";

	if (*data == '/' || *data == '*')
		return YG_PARSE_DONE;
	for (size_t i = 0; i < len && scheme[i]; i++) {
		if ((data[i] | 0x20) != scheme[i])
			return YG_PARSE_BAD;
	}
	if (len < sizeof(scheme))
		return YG_PARSE_MORE;
	return data[4] == ':' || (data[4] | 0x20) == 's' ? YG_PARSE_DONE : YG_PARSE_BAD;
}

enum yg_parse yg_http1_is_start(enum yg_http1_kind kind, const uint8_t *data, size_t len)
{
	static const char protocol[] = "HTTP/";
	size_t n = len < sizeof(protocol) - 1 ? len : sizeof(protocol) - 1;
	const uint8_t *end = data + (len < YG_METHOD_MAX ? len : YG_METHOD_MAX), *p;

	if (kind == YG_HTTP1_RESPONSE) {
		if (memcmp(data, protocol, n) != 0 || (len > n && !is_digit(data[n])))
			return YG_PARSE_BAD;
		return len > n ? YG_PARSE_DONE : YG_PARSE_MORE;
	}
	p = yg_scan_token_end(data, end);
	if (p == end)
		return len < YG_METHOD_MAX ? YG_PARSE_MORE : YG_PARSE_BAD;
	if (p == data || *p != ' ')
		return YG_PARSE_BAD;
	if (yg_http1_is_method((struct yg_slice){ (const char *)data, (size_t)(p - data) }))
		return YG_PARSE_DONE;
	if (p + 1 == data + len)
		return YG_PARSE_MORE;
	return is_target(p + 1, (size_t)(data + len - (p + 1)));
}

/* One byte that leniency takes for the end of a line, or for SP. */
static enum yg_parse bare(struct line *line, uint32_t anomaly, uint32_t lenient)
{
	line->http->anomalies |= anomaly;
	if (!(line->http->lenient & lenient))
		return YG_PARSE_BAD;
	line->p++;
	return YG_PARSE_DONE;
}

/* CRLF, or what leniency takes for it. The finger is behind it on DONE. */
static enum yg_parse line_end(struct line *line, uint32_t anomaly)
{
	const uint8_t *p = line->p, *end = line->end;

	if (p == end)
		return YG_PARSE_MORE;
	if (*p == '\r') {
		if (end - p < 2)
			return YG_PARSE_MORE;
		if (p[1] != '\n')
			return bare(line, YG_ANOMALY_BARE_CR, YG_LENIENT_BARE_CR);
		line->p = p + 2;
		return YG_PARSE_DONE;
	}
	if (*p != '\n')
		return yg_http1_bad(line->http, anomaly);
	return bare(line, YG_ANOMALY_BARE_LF, YG_LENIENT_BARE_LF);
}

static enum yg_parse space(struct line *line)
{
	if (line->p == line->end)
		return YG_PARSE_MORE;
	if (*line->p == ' ') {
		line->p++;
		return YG_PARSE_DONE;
	}
	return is_odd_space(*line->p) ? bare(line, YG_ANOMALY_START_LINE, YG_LENIENT_SPACES)
				      : yg_http1_bad(line->http, YG_ANOMALY_START_LINE);
}

/* More white space in a start line, with YG_LENIENT_SPACES. Source: RFC 9112 sections 3, 4. */
static void more_spaces(struct line *line)
{
	const uint8_t *from = line->p;

	if (!(line->http->lenient & YG_LENIENT_SPACES))
		return;
	while (line->p < line->end && (*line->p == ' ' || is_odd_space(*line->p)))
		line->p++;
	if (line->p > from)
		line->http->anomalies |= YG_ANOMALY_START_LINE;
}

/* Bytes of the name of a protocol whose start lines are those of HTTP; 0: another. */
static size_t protocol_len(const uint8_t *p)
{
	static const char *const names[] = { "HTTP/", "RTSP/", "ICE/" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (memcmp(p, names[i], strlen(names[i])) == 0)
			return strlen(names[i]);
	}
	return 0;
}

/*
 * "HTTP/1.x". The other versions and protocols are evidence of who tries what the server takes; so
 * are minor versions that there are not, though a server reads them as 1.1.
 */
static enum yg_parse version(struct line *line)
{
	const uint8_t *p = line->p;
	struct yg_http1 *http = line->http;
	size_t len;

	if (line->end - p < 8)
		return memchr(p, '\n', (size_t)(line->end - p))
			       ? yg_http1_bad(http, YG_ANOMALY_START_LINE)
			       : YG_PARSE_MORE;
	len = protocol_len(p);
	if (len == 0)
		return yg_http1_bad(http, YG_ANOMALY_START_LINE);
	if (!is_digit(p[len]) || p[len + 1] != '.' || !is_digit(p[len + 2]))
		return yg_http1_bad(http, YG_ANOMALY_VERSION);
	if (*p != 'H' || p[len] != '1' || p[len + 2] > '1') {
		http->anomalies |= YG_ANOMALY_VERSION;
		if (!(http->lenient & YG_LENIENT_VERSION))
			return YG_PARSE_BAD;
	}
	http->has_version = true;
	http->version_major = (uint8_t)(p[len] - '0');
	http->version_minor = (uint8_t)(p[len + 2] - '0');
	line->p = p + len + 3;
	return YG_PARSE_DONE;
}

/* RFC 9112 section 3.2: which form of target goes with a method. Others are of the server alone. */
static bool is_odd_target(struct yg_slice method, struct yg_slice target)
{
	static const struct yg_slice never_all[] = {
		YG_SLICE("GET"),    YG_SLICE("HEAD"),  YG_SLICE("POST"),    YG_SLICE("PUT"),
		YG_SLICE("DELETE"), YG_SLICE("TRACE"), YG_SLICE("CONNECT"), YG_SLICE("PATCH"),
	};
	bool is_connect = yg_slice_equal(method, YG_SLICE("CONNECT"));

	if (target.ptr[0] == '/')
		return is_connect;
	if (target.ptr[0] != '*')
		return !is_connect && !memmem(target.ptr, target.len, "://", 3);
	for (size_t i = 0; i < YG_ARRAY_SIZE(never_all); i++) {
		if (yg_slice_equal(method, never_all[i]))
			return true;
	}
	return target.len > 1;
}

/* Any token is a method; one in use has no lower case and no odd bytes. */
static bool is_odd_method(struct yg_slice method)
{
	for (size_t i = 0; i < method.len; i++) {
		char c = method.ptr[i];

		if ((c < 'A' || c > 'Z') && c != '-' && c != '_')
			return true;
	}
	return false;
}

/* What is read as it stands, and shows: some servers take it, and no client in use sends it. */
static void judge_forms(struct line *line)
{
	struct yg_http1 *http = line->http;
	const char *base = (const char *)line->base;
	struct yg_slice method = { base + http->method.at, http->method.len };
	struct yg_slice target = { base + http->target.at, http->target.len };

	if (is_odd_method(method) || is_odd_target(method, target))
		http->anomalies |= YG_ANOMALY_START_LINE;
}

/* HTTP/0.9: "GET target CRLF" and nothing else. Servers still answer it, if it is a target. */
static enum yg_parse simple_request(struct line *line)
{
	struct yg_http1 *http = line->http;
	const char *base = (const char *)line->base;
	struct yg_slice method = { base + http->method.at, http->method.len };
	struct yg_slice target = { base + http->target.at, http->target.len };
	enum yg_parse r;

	if (!yg_slice_equal(method, YG_SLICE("GET")) || is_odd_target(method, target) ||
	    http->anomalies & YG_ANOMALY_START_LINE)
		return yg_http1_bad(http, YG_ANOMALY_START_LINE);
	r = line_end(line, YG_ANOMALY_START_LINE);
	http->is_simple = true;
	http->version_minor = 9;
	return r;
}

static enum yg_parse request_line(struct line *line)
{
	const uint8_t *from = line->p;
	struct yg_http1 *http = line->http;
	enum yg_parse r;

	line->p = yg_scan_token_end(from, line->end);
	if (line->p == line->end)
		return YG_PARSE_MORE;
	if (line->p == from || line->p - from >= YG_METHOD_MAX)
		return yg_http1_bad(http, YG_ANOMALY_START_LINE);
	http->method = span_of(line, from, line->p);
	r = space(line);
	if (r != YG_PARSE_DONE)
		return r;
	more_spaces(line);
	if (line->p == line->end)
		return YG_PARSE_MORE;

	from = line->p;
	line->p = yg_scan_control(from, line->end, ' ');
	if (line->p == line->end)
		return YG_PARSE_MORE;
	if (line->p == from)
		return yg_http1_bad(http, YG_ANOMALY_START_LINE);
	http->target = span_of(line, from, line->p);
	if (*line->p == '\r' || *line->p == '\n')
		return simple_request(line);
	r = space(line);
	if (r == YG_PARSE_DONE) {
		more_spaces(line);
		r = version(line);
	}
	/* RFC 9113 section 11.6: no method, but the mark of HTTP/2. */
	if (r == YG_PARSE_DONE && http->method.len == 3 &&
	    memcmp(line->base + http->method.at, "PRI", 3) == 0)
		return yg_http1_bad(http, YG_ANOMALY_START_LINE);
	if (r != YG_PARSE_DONE)
		return r;
	judge_forms(line);
	more_spaces(line);
	return line_end(line, YG_ANOMALY_START_LINE);
}

/* To the end of a line: a value, or why a status is given. White space around it is left in. */
static enum yg_parse value_bytes(struct line *line)
{
	for (;;) {
		line->p = yg_scan_value_end(line->p, line->end);
		if (line->p == line->end)
			return YG_PARSE_MORE;
		if (*line->p == '\r' || *line->p == '\n')
			return YG_PARSE_DONE;
		line->http->anomalies |= YG_ANOMALY_VALUE_INVALID;
		if (!(line->http->lenient & YG_LENIENT_VALUE) || *line->p == '\0')
			return YG_PARSE_BAD;
		line->p++;
	}
}

static enum yg_parse status_line(struct line *line)
{
	struct yg_http1 *http = line->http;
	enum yg_parse r = version(line);
	uint32_t status = 0;

	if (r == YG_PARSE_DONE)
		r = space(line);
	if (r != YG_PARSE_DONE)
		return r;
	more_spaces(line);
	for (int i = 0; i < 3; i++, line->p++) {
		if (line->p == line->end)
			return YG_PARSE_MORE;
		if (!is_digit(*line->p))
			return yg_http1_bad(http, YG_ANOMALY_START_LINE);
		status = status * 10 + (uint32_t)(*line->p - '0');
	}
	if (status < 100)
		return yg_http1_bad(http, YG_ANOMALY_START_LINE);
	http->status = (uint16_t)status;
	if (line->p < line->end && *line->p == ' ')
		r = value_bytes(line);
	return r == YG_PARSE_DONE ? line_end(line, YG_ANOMALY_START_LINE) : r;
}

/* --- field lines -------------------------------------------------------------------------- */

/*
 * A line that is no field. Servers in wide use leave it out and answer, and clients are as lenient:
 * what stands behind it counts.
 */
static enum yg_parse pass_over(struct line *line)
{
	enum yg_parse r;

	if (!(line->http->lenient & YG_LENIENT_LINE))
		return YG_PARSE_BAD;
	line->http->anomalies |= YG_ANOMALY_NAME_INVALID;
	r = value_bytes(line);
	if (r == YG_PARSE_DONE)
		r = line_end(line, YG_ANOMALY_VALUE_INVALID);
	line->http->is_passed |= r == YG_PARSE_DONE;
	return r;
}

/* SP or HTAB where a name should be: the line continues the one before it. */
static enum yg_parse folded_line(struct line *line)
{
	struct yg_http1 *http = line->http;
	const uint8_t *from = line->p, *to;
	struct yg_field *field;
	struct yg_slice name, more;
	enum yg_parse r;

	http->anomalies |= YG_ANOMALY_FOLD;
	if (http->is_passed || http->field_count == 0)
		return pass_over(line);
	if (!(http->lenient & YG_LENIENT_FOLD) || http->field_dropped > 0)
		return YG_PARSE_BAD;
	r = value_bytes(line);
	if (r != YG_PARSE_DONE)
		return r;
	to = line->p;
	r = line_end(line, YG_ANOMALY_VALUE_INVALID);
	if (r != YG_PARSE_DONE)
		return r;
	field = &http->fields[http->field_count - 1];
	name = (struct yg_slice){ (const char *)line->base + field->name.at, field->name.len };
	more = yg_slice_trim((struct yg_slice){ (const char *)from, (size_t)(to - from) });
	/* As one more element of a list; what is no list is broken then, as it should be. */
	if (yg_http1_is_special(name))
		r = yg_http1_special(http, name, more);
	if (r == YG_PARSE_DONE)
		field->value.len = (uint32_t)(to - line->base) - field->value.at;
	return r;
}

static enum yg_parse field_name(struct line *line, struct yg_span *ret)
{
	const uint8_t *from = line->p;

	line->p = yg_scan_token_end(from, line->end);
	if (line->p == line->end)
		return YG_PARSE_MORE;
	*ret = span_of(line, from, line->p);
	if (ret->len == 0)
		return yg_http1_bad(line->http, YG_ANOMALY_NAME_INVALID);
	if (*line->p == ' ' || *line->p == '\t') {
		line->http->anomalies |= YG_ANOMALY_NAME_INVALID;
		if (!(line->http->lenient & YG_LENIENT_NAME_SPACE))
			return YG_PARSE_BAD;
		while (line->p < line->end && (*line->p == ' ' || *line->p == '\t'))
			line->p++;
		if (line->p == line->end)
			return YG_PARSE_MORE;
	}
	if (*line->p != ':')
		return yg_http1_bad(line->http, YG_ANOMALY_NAME_INVALID);
	line->p++;
	return YG_PARSE_DONE;
}

static void keep_field(struct yg_http1 *http, struct yg_field field)
{
	http->is_passed = false;
	if (http->field_count < http->field_cap)
		http->fields[http->field_count++] = field;
	else
		http->field_dropped++;
}

static enum yg_parse field_line(struct line *line)
{
	struct yg_http1 *http = line->http;
	struct yg_field field;
	struct yg_slice name, value;
	const uint8_t *from;
	enum yg_parse r;

	if (*line->p == ' ' || *line->p == '\t')
		return folded_line(line);
	r = field_name(line, &field.name);
	if (r == YG_PARSE_BAD)
		return pass_over(line);
	if (r != YG_PARSE_DONE)
		return r;
	from = line->p;
	r = value_bytes(line);
	if (r != YG_PARSE_DONE)
		return r;
	value = yg_slice_trim((struct yg_slice){ (const char *)from, (size_t)(line->p - from) });
	name = (struct yg_slice){ (const char *)line->base + field.name.at, field.name.len };
	r = line_end(line, YG_ANOMALY_VALUE_INVALID);
	if (r == YG_PARSE_DONE && yg_http1_is_special(name))
		r = yg_http1_special(http, name, value);
	if (r != YG_PARSE_DONE)
		return r;

	field.value.at = (uint32_t)(value.ptr - (const char *)line->base);
	field.value.len = (uint32_t)value.len;
	keep_field(http, field);
	return r;
}

/*
 * As many field lines as are plain: name, colon, value, CRLF. Nearly all are. What is not, or not
 * whole, or wrong, is left where it is for one_line() to judge.
 */
static void plain_fields(struct yg_http1 *http, const uint8_t *data, const uint8_t *end)
{
	for (;;) {
		const uint8_t *p = data + http->pos, *from, *to;
		const uint8_t *colon = yg_scan_token_end(p, end);
		struct yg_slice name, value;

		if (end - colon < 2 || colon == p || *colon != ':')
			return;
		from = colon + 1 + (colon[1] == ' ');
		to = yg_scan_value_end(from, end);
		if (end - to < 2 || to[0] != '\r' || to[1] != '\n')
			return;
		name = (struct yg_slice){ (const char *)p, (size_t)(colon - p) };
		value = yg_slice_trim((struct yg_slice){ (const char *)from, (size_t)(to - from) });
		if (yg_http1_is_special(name) &&
		    yg_http1_special(http, name, value) != YG_PARSE_DONE)
			return;
		keep_field(http, (struct yg_field){
					 { http->pos, (uint32_t)name.len },
					 { (uint32_t)((const uint8_t *)value.ptr - data),
					   (uint32_t)value.len },
				 });
		http->pos = (uint32_t)(to + 2 - data);
	}
}

static enum yg_parse one_line(struct line *line, bool *ret_last)
{
	*ret_last = false;
	if (line->p == line->end)
		return YG_PARSE_MORE;
	if (!line->http->has_start)
		return line->http->kind == YG_HTTP1_REQUEST ? request_line(line)
							    : status_line(line);
	if (*line->p == '\r' || *line->p == '\n') {
		*ret_last = true;
		return line_end(line, YG_ANOMALY_BARE_CR);
	}
	return field_line(line);
}

/*
 * Is the refused line [p, lf) a start line of HTTP/1, whatever is wrong with it? So it is when its
 * version was read, or stands at the end: other protocols have no such lines.
 */
static bool is_evident(const struct yg_http1 *http, const uint8_t *p, const uint8_t *lf)
{
	static const char version[] = " HTTP/1.";
	const size_t len = sizeof(version); /* with its digit */

	if (http->has_version)
		return true;
	if (lf > p && lf[-1] == '\r')
		lf--;
	return http->kind == YG_HTTP1_REQUEST && (size_t)(lf - p) > len &&
	       yg_slice_equal_nocase((struct yg_slice){ (const char *)lf - len, len - 1 },
				     (struct yg_slice){ version, len - 1 }) &&
	       is_digit(lf[-1]);
}

/*
 * A line is judged when its LF is here, not before: only then is the result the same for every
 * way to split the bytes. Until then the parser remembers how far it has looked for LF.
 */
static enum yg_parse wait_for_line(struct yg_http1 *http, const uint8_t *data, size_t len,
				   uint32_t anomalies)
{
	const uint8_t *from = data + (http->scanned > http->pos ? http->scanned : http->pos);
	const uint8_t *lf = memchr(from, '\n', (size_t)(data + len - from));

	if (lf) {
		if (http->anomalies == anomalies && !http->has_start)
			http->anomalies |= YG_ANOMALY_START_LINE;
		http->is_evident = !http->has_start && is_evident(http, data + http->pos, lf);
		return YG_PARSE_BAD;
	}
	http->anomalies = anomalies;
	http->scanned = (uint32_t)len;
	return YG_PARSE_MORE;
}

/* May a line end in [@from, @to)? The CR before it ends one if no LF follows. */
static bool has_line_end(const uint8_t *data, size_t from, size_t to)
{
	return memchr(data + from, '\n', to - from) ||
	       memchr(data + from - 1, '\r', to - (from - 1));
}

enum yg_parse yg_http1_parse(struct yg_http1 *http, const uint8_t *data, size_t len)
{
	size_t cap = len < YG_HEAD_MAX ? len : YG_HEAD_MAX;
	enum yg_parse r = YG_PARSE_MORE;

	assert(http->pos <= cap);
	if (http->scanned > http->pos && !has_line_end(data, http->scanned, cap)) {
		http->scanned = (uint32_t)cap;
		return len >= YG_HEAD_MAX ? yg_http1_bad(http, YG_ANOMALY_TOO_LARGE)
					  : YG_PARSE_MORE;
	}
	for (;;) {
		uint32_t anomalies;
		struct line line;
		bool last;

		if (http->has_start)
			plain_fields(http, data, data + cap);
		anomalies = http->anomalies;
		line = (struct line){ http, data, data + http->pos, data + cap };
		r = one_line(&line, &last);
		if (r != YG_PARSE_DONE)
			r = wait_for_line(http, data, cap, anomalies);
		if (r != YG_PARSE_DONE)
			break;
		http->pos = (uint32_t)(line.p - data);
		if (last)
			return YG_PARSE_DONE;
		http->has_start = true;
		if (http->is_simple)
			return YG_PARSE_DONE;
	}
	if (r == YG_PARSE_MORE && len >= YG_HEAD_MAX)
		return yg_http1_bad(http, YG_ANOMALY_TOO_LARGE);
	return r;
}
