/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/reader.h"

#include <assert.h>
#include <string.h>

#include "parse/h2frame.h"
#include "parse/reader_body.h"
#include "stream/stream.h"

#define PREFACE_PROOF 14u   /* "PRI * HTTP/2.0": no HTTP/1 request begins so */
#define APPEND_BYTES  4096u /* taken into a partial head at once: most heads end within */

static uint64_t *skip_row(struct yg_reading *reading, const struct yg_reader *reader)
{
	switch ((enum yg_reader_skip)reader->skip) {
	case YG_SKIP_OTHER:
		return &reading->counters->read_other;
	case YG_SKIP_TUNNEL:
		return &reading->counters->read_tunnel;
	case YG_SKIP_REFUSED:
		return &reading->counters->read_refused;
	default:
		return &reading->counters->read_closed;
	}
}

void yg_reader_skip(struct yg_reader *reader, enum yg_reader_skip why)
{
	reader->state = YG_READER_SKIP;
	reader->skip = (uint8_t)why;
}

void yg_reader_leave(struct yg_reading *reading, struct yg_reader *reader, enum yg_reader_skip why)
{
	if (reader->state == YG_READER_START)
		yg_draft_free(reading->pool, &reader->draft);
	yg_reader_skip(reader, why);
}

/* --- where a message starts --------------------------------------------------------------- */

/* The first bytes of a direction of HTTP/2; MORE while the bytes can still become that. */
static enum yg_parse is_http2(const struct yg_reader *reader, const uint8_t *data, size_t len)
{
	size_t n = len < PREFACE_PROOF ? len : PREFACE_PROOF;

	if (len && *data == 0 && reader->kind != YG_READER_REQUESTS && !reader->begun)
		return yg_h2_opening(data, len);
	if (reader->kind == YG_READER_RESPONSES || (reader->begun && !reader->upgrading) ||
	    memcmp(data, yg_h2_preface, n) != 0)
		return YG_PARSE_BAD;
	return n == PREFACE_PROOF ? YG_PARSE_DONE : YG_PARSE_MORE;
}

/*
 * Frames of HTTP/2 in the middle of a connection of which nothing is known yet. What a TLS object
 * moved before the probes were there is not known, so each may be one of those; there a chunk is as
 * much as was asked for, so the frame that it begins with need not end in it.
 */
static bool is_joined_http2(const struct yg_reader *reader, const uint8_t *data, size_t len)
{
	unsigned count;
	bool ends;

	if (reader->kind != YG_READER_UNKNOWN || reader->begun || !(reader->joined || reader->tls))
		return false;
	count = yg_h2_frame_chain(data, len, 3, &ends);
	return count > 1 || (count == 1 && (ends || (reader->tls && data[3] != YG_H2_DATA)));
}

static enum yg_event begin_http2(struct yg_reader *reader, enum yg_opening opening)
{
	yg_reader_skip(reader, YG_SKIP_OTHER);
	reader->opening = (uint8_t)opening;
	reader->left = 0;
	return YG_EVENT_HTTP2;
}

/* Fewer than PREFACE_PROOF bytes of HTTP/2 were taken before it was known. */
static void hold_taken(struct yg_reader *reader, const uint8_t *data, size_t len)
{
	assert(len <= sizeof(reader->taken));
	memcpy(reader->taken, data, len);
	reader->left = len;
}

/* As yg_http1_is_start(), for a direction whose kind may be open; tells it when it is not. */
static enum yg_parse is_start(const struct yg_reader *reader, const uint8_t *data, size_t len,
			      enum yg_reader_kind *ret_kind)
{
	enum yg_parse request = is_http2(reader, data, len), response = YG_PARSE_BAD;

	if (request == YG_PARSE_DONE)
		return YG_PARSE_BAD;
	if (request == YG_PARSE_MORE && *data == 0)
		return YG_PARSE_MORE;
	if (reader->kind != YG_READER_RESPONSES && request == YG_PARSE_BAD)
		request = yg_http1_is_start(YG_HTTP1_REQUEST, data, len);
	if (reader->kind != YG_READER_REQUESTS && request != YG_PARSE_DONE)
		response = yg_http1_is_start(YG_HTTP1_RESPONSE, data, len);
	*ret_kind = request == YG_PARSE_DONE ? YG_READER_REQUESTS : YG_READER_RESPONSES;
	if (request == YG_PARSE_DONE || response == YG_PARSE_DONE)
		return YG_PARSE_DONE;
	if (request == YG_PARSE_MORE || response == YG_PARSE_MORE)
		return YG_PARSE_MORE;
	return YG_PARSE_BAD;
}

/* SETTINGS are the first of a server; behind something that was missed they are anybody's. */
static enum yg_opening opening_of(const struct yg_reader *reader, uint8_t first)
{
	if (first)
		return YG_OPENING_PREFACE;
	return reader->joined || reader->lost ? YG_OPENING_JOINED : YG_OPENING_SETTINGS;
}

/* No message starts where one should. */
static enum yg_event not_a_start(struct yg_reading *reading, struct yg_reader *reader,
				 const uint8_t *data, size_t len)
{
	bool tentative = reader->tentative;

	reader->tentative = false;
	if (is_http2(reader, data, len) == YG_PARSE_DONE)
		return begin_http2(reader, opening_of(reader, *data));
	if (is_joined_http2(reader, data, len))
		return begin_http2(reader, YG_OPENING_JOINED);
	if (reader->upgrading) {
		yg_reader_skip(reader, YG_SKIP_TUNNEL);
		return YG_EVENT_NONE;
	}
	if (tentative || (!reader->begun && reader->joined)) {
		reader->state = YG_READER_RESYNC;
		return YG_EVENT_NONE;
	}
	if (!reader->begun) {
		reading->counters->stream_other++;
		yg_reader_skip(reader, YG_SKIP_OTHER);
		return YG_EVENT_NONE;
	}
	yg_reader_skip(reader, YG_SKIP_REFUSED);
	return YG_EVENT_REFUSED;
}

static void draft_init(struct yg_reading *reading, struct yg_reader *reader,
		       const struct yg_feed *feed)
{
	struct yg_draft *draft = &reading->scratch;

	*draft = (struct yg_draft){
		.start_ns = feed->time_ns,
		.end_ns = feed->time_ns,
		.source = feed->source,
		.bytes = feed->p,
		.body_room = reading->body_cap,
	};
	draft->head.kind =
		reader->kind == YG_READER_RESPONSES ? YG_HTTP1_RESPONSE : YG_HTTP1_REQUEST;
	draft->head.lenient = YG_LENIENT_ALL;
	draft->head.anomalies = reader->odd_before | (reader->doubtful ? YG_ANOMALY_HIDDEN : 0);
	reader->odd_before = 0;
	draft->head.fields = reading->fields;
	draft->head.field_cap = YG_HEADERS_MAX;
}

static enum yg_event lost(struct yg_reading *reading, struct yg_reader *reader,
			  struct yg_feed *feed)
{
	yg_feed_take(feed, yg_feed_len(feed), &reading->counters->read_lost);
	yg_draft_free(reading->pool, &reader->draft);
	reader->state = YG_READER_RESYNC;
	reader->lost = true;
	return YG_EVENT_LOST;
}

/* Of a start line that was refused only what stands before its version is certain. */
static void only_certain(struct yg_http1 *head)
{
	if (!(head->anomalies & (YG_ANOMALY_BARE_LF | YG_ANOMALY_BARE_CR)))
		head->status = 0;
	head->pos = head->target.at + head->target.len;
	if (head->has_version)
		return;
	head->method = head->target = (struct yg_span){ 0, 0 };
	head->pos = 0;
}

/*
 * The parser refused the head. A guess that failed is no refusal: look on. Where a server goes on
 * behind what was refused, no guess is needed to see that a client sends the next.
 */
static enum yg_event bad_head(struct yg_reading *reading, struct yg_reader *reader,
			      struct yg_draft *draft)
{
	bool is_http = draft->head.has_start || draft->head.is_evident;
	bool is_guess = reader->tentative && (reader->lost || !reader->begun || !is_http);

	if (is_guess || (!reader->begun && !is_http)) {
		enum yg_event event = not_a_start(reading, reader, draft->bytes, 0);

		yg_draft_free(reading->pool, &draft);
		reader->draft = NULL;
		return event;
	}
	if (draft->head.anomalies & YG_ANOMALY_TOO_LARGE)
		reading->counters->head_large++;
	yg_reader_skip(reader, YG_SKIP_REFUSED);
	reader->begun |= is_http;
	reader->draft = draft;
	if (!is_http)
		yg_draft_free(reading->pool, &reader->draft);
	else if (!draft->head.has_start)
		only_certain(&draft->head);
	return YG_EVENT_REFUSED;
}

/* Behind a hole, what is no method in use may be the end of one. */
static bool is_cut(const struct yg_reader *reader, const struct yg_draft *draft)
{
	const struct yg_http1 *head = &draft->head;
	struct yg_slice method = yg_draft_slice(draft, head->method);

	return reader->lost && head->kind == YG_HTTP1_REQUEST && !yg_http1_is_method(method);
}

static enum yg_event good_head(struct yg_reader *reader, struct yg_draft *draft,
			       const struct yg_feed *feed)
{
	draft->end_ns = feed->time_ns;
	draft->after_loss = reader->lost;
	reader->draft = draft;
	reader->state = YG_READER_HEAD;
	reader->begun = true;
	reader->tentative = false;
	return YG_EVENT_HEAD;
}

/* --- heads -------------------------------------------------------------------------------- */

static bool is_line_end(uint8_t c)
{
	return c == '\r' || c == '\n';
}

/*
 * Empty lines before a message: RFC 9112 section 2.2 asks to ignore them. Servers pass over CR and
 * LF that stand alone, too: who sends them hides nothing, and shows.
 */
static void skip_empty_lines(struct yg_reading *reading, struct yg_reader *reader,
			     struct yg_feed *feed)
{
	while (feed->p < feed->end) {
		bool ends = reader->has_cr && *feed->p == '\n';

		if (reader->has_cr && !ends)
			reader->odd_before |= YG_ANOMALY_BARE_CR;
		if (!reader->has_cr && *feed->p == '\n')
			reader->odd_before |= YG_ANOMALY_BARE_LF;
		reader->has_cr = *feed->p == '\r';
		if (!is_line_end(*feed->p))
			return;
		yg_feed_take(feed, 1, &reading->counters->read_framing);
	}
}

static enum yg_event keep_partial(struct yg_reading *reading, struct yg_reader *reader,
				  struct yg_feed *feed)
{
	reader->draft =
		yg_draft_keep_partial(reading->pool, &reading->scratch, feed->p, yg_feed_len(feed));
	if (!reader->draft)
		return lost(reading, reader, feed);
	yg_feed_take(feed, yg_feed_len(feed), &reading->counters->read_head);
	return YG_EVENT_NONE;
}

/* Nothing of a message is held: try to read its head where it lies. */
static enum yg_event read_in_place(struct yg_reading *reading, struct yg_reader *reader,
				   struct yg_feed *feed)
{
	struct yg_draft *draft = &reading->scratch;
	enum yg_reader_kind kind;
	enum yg_parse r;

	skip_empty_lines(reading, reader, feed);
	if (feed->p == feed->end)
		return YG_EVENT_NONE;
	r = is_start(reader, feed->p, yg_feed_len(feed), &kind);
	if (r == YG_PARSE_BAD)
		return not_a_start(reading, reader, feed->p, yg_feed_len(feed));
	if (r == YG_PARSE_DONE && reader->kind == YG_READER_UNKNOWN) {
		reader->kind = (uint8_t)kind;
		return YG_EVENT_KIND;
	}
	draft_init(reading, reader, feed);
	if (r == YG_PARSE_MORE)
		return keep_partial(reading, reader, feed);

	r = yg_http1_parse(&draft->head, feed->p, yg_feed_len(feed));
	if (r == YG_PARSE_MORE)
		return keep_partial(reading, reader, feed);
	if (r == YG_PARSE_BAD || is_cut(reader, draft))
		return bad_head(reading, reader, draft);
	yg_feed_take(feed, draft->head.pos, &reading->counters->read_head);
	return good_head(reader, draft, feed);
}

/* A partial head is held: add bytes until it is whole. */
static enum yg_event read_partial(struct yg_reading *reading, struct yg_reader *reader,
				  struct yg_feed *feed)
{
	while (feed->p < feed->end) {
		size_t len = yg_feed_len(feed) < APPEND_BYTES ? yg_feed_len(feed) : APPEND_BYTES;
		uint32_t before = reader->draft->bytes_len;
		struct yg_draft *draft;
		enum yg_reader_kind kind = reader->kind;
		enum yg_parse r = YG_PARSE_DONE;

		if (yg_draft_append(reading->pool, &reader->draft, feed->p, len))
			return lost(reading, reader, feed);
		draft = reader->draft;
		if (!draft->head.has_start)
			r = is_start(reader, draft->bytes, draft->bytes_len, &kind);
		if (r == YG_PARSE_DONE && reader->kind == YG_READER_UNKNOWN) {
			draft->bytes_len = before; /* the caller learns the kind, then again */
			reader->kind = (uint8_t)kind;
			draft->head.kind =
				kind == YG_READER_RESPONSES ? YG_HTTP1_RESPONSE : YG_HTTP1_REQUEST;
			return YG_EVENT_KIND;
		}
		if (r == YG_PARSE_BAD) {
			enum yg_event event =
				not_a_start(reading, reader, draft->bytes, draft->bytes_len);

			if (event == YG_EVENT_HTTP2)
				hold_taken(reader, draft->bytes, before);
			yg_draft_free(reading->pool, &reader->draft);
			return event;
		}
		if (r == YG_PARSE_DONE)
			r = yg_http1_parse(&draft->head, draft->bytes, draft->bytes_len);
		if (r == YG_PARSE_BAD || (r == YG_PARSE_DONE && is_cut(reader, draft)))
			return bad_head(reading, reader, draft);
		if (r == YG_PARSE_DONE) {
			yg_feed_take(feed, draft->head.pos - before, &reading->counters->read_head);
			return good_head(reader, draft, feed);
		}
		yg_feed_take(feed, len, &reading->counters->read_head);
	}
	return YG_EVENT_NONE;
}

/* Only the first bytes of a segment may end the search: bodies hold anything. */
static enum yg_event resync(struct yg_reading *reading, struct yg_reader *reader,
			    struct yg_feed *feed)
{
	const uint8_t *at = feed->p;
	enum yg_reader_kind kind;

	while (at < feed->end - 1 && is_line_end(*at))
		at++;
	if (feed->start && is_start(reader, at, (size_t)(feed->end - at), &kind) != YG_PARSE_BAD) {
		reader->state = YG_READER_START;
		reader->tentative = true;
		feed->start = false;
		return YG_EVENT_NONE;
	}
	if (feed->start && !reader->begun &&
	    (is_http2(reader, feed->p, yg_feed_len(feed)) == YG_PARSE_DONE ||
	     is_joined_http2(reader, feed->p, yg_feed_len(feed))))
		return not_a_start(reading, reader, feed->p, yg_feed_len(feed));
	yg_feed_take(feed, yg_feed_len(feed), &reading->counters->read_resync);
	return YG_EVENT_NONE;
}

static enum yg_event read_some(struct yg_reading *reading, struct yg_reader *reader,
			       struct yg_feed *feed)
{
	switch ((enum yg_reader_state)reader->state) {
	case YG_READER_START:
		if (reader->draft)
			return read_partial(reading, reader, feed);
		return read_in_place(reading, reader, feed);
	case YG_READER_LENGTH:
	case YG_READER_CLOSE:
		return yg_reader_read_plain(reading, reader, feed);
	case YG_READER_CHUNKED:
		return yg_reader_read_chunked(reading, reader, feed);
	case YG_READER_RESYNC:
		return resync(reading, reader, feed);
	default:
		if (reader->ws)
			yg_ws_read(reader->ws, feed->p, yg_feed_len(feed), reading->counters);
		yg_feed_take(feed, yg_feed_len(feed), skip_row(reading, reader));
		return YG_EVENT_NONE;
	}
}

enum yg_event yg_reader_next(struct yg_reading *reading, struct yg_reader *reader,
			     struct yg_feed *feed)
{
	enum yg_event event = YG_EVENT_NONE;

	assert(reader->state != YG_READER_HEAD);
	while (event == YG_EVENT_NONE && feed->p < feed->end)
		event = read_some(reading, reader, feed);
	return event;
}

void yg_reader_frame(struct yg_reader *reader, enum yg_body body)
{
	assert(reader->state == YG_READER_HEAD && reader->draft);

	reader->lost = false;
	reader->closing = !reader->upgrading && !yg_http1_is_persistent(&reader->draft->head);
	switch (body) {
	case YG_BODY_LENGTH:
		reader->state = YG_READER_LENGTH;
		reader->left = reader->draft->head.length;
		break;
	case YG_BODY_CHUNKED:
		reader->state = YG_READER_CHUNKED;
		reader->chunked = (struct yg_chunked){ .is_lenient = true };
		break;
	case YG_BODY_CLOSE:
		reader->state = YG_READER_CLOSE;
		break;
	case YG_BODY_TUNNEL:
		yg_reader_skip(reader, YG_SKIP_TUNNEL);
		break;
	default:
		yg_reader_go_on(reader);
		break;
	}
}

void yg_reader_trust(struct yg_reader *reader)
{
	bool stopped = reader->state == YG_READER_SKIP && reader->skip == YG_SKIP_REFUSED;

	if (!stopped && (!reader->doubtful || reader->draft))
		return;
	reader->doubtful = false;
	if (stopped || (reader->state != YG_READER_SKIP && reader->state != YG_READER_START))
		reader->state = YG_READER_RESYNC;
}

/* --- gaps --------------------------------------------------------------------------------- */

static enum yg_hole hole_before_body(struct yg_reading *reading, struct yg_reader *reader)
{
	bool partial = reader->draft != NULL;

	reader->has_cr = reader->tentative = false;
	reader->odd_before = 0;
	reader->state = YG_READER_RESYNC;
	if (partial && (!reader->draft->head.has_start || is_cut(reader, reader->draft)))
		yg_draft_free(reading->pool, &reader->draft);
	if (reader->draft)
		reader->draft->after_loss = reader->lost;
	reader->lost = true;
	reading->counters->head_cut += partial;
	return YG_HOLE_HEAD;
}

static void body_hole(struct yg_reader *reader, uint64_t len)
{
	if (!reader->draft)
		return;
	reader->draft->body_gap = reader->draft->body_closed = true;
	reader->draft->body_bytes += len;
}

static enum yg_hole hole_in_body(struct yg_reader *reader, uint64_t len, bool cut)
{
	if (reader->state == YG_READER_LENGTH && len <= reader->left) {
		body_hole(reader, len);
		reader->left -= len;
		if (reader->left)
			return YG_HOLE_BODY;
		yg_reader_go_on(reader);
		if (reader->draft)
			reader->draft->complete = true;
		return YG_HOLE_ENDED;
	}
	if (reader->state == YG_READER_CHUNKED && yg_chunked_skip(&reader->chunked, len)) {
		body_hole(reader, len);
		return YG_HOLE_BODY;
	}
	if (reader->state == YG_READER_CLOSE) {
		body_hole(reader, len);
		return YG_HOLE_BODY;
	}
	body_hole(reader, reader->state == YG_READER_LENGTH ? reader->left : 0);
	/* The sampler lets every message start pass, so after a cut none can be hidden. */
	reader->lost = !cut;
	reader->state = YG_READER_RESYNC;
	return YG_HOLE_REST;
}

void yg_reader_stay(struct yg_reader *reader)
{
	reader->upgrading = false;
	if (reader->state == YG_READER_SKIP && reader->skip == YG_SKIP_TUNNEL)
		reader->state = YG_READER_RESYNC;
}

uint64_t yg_reader_body_left(const struct yg_reader *reader)
{
	if (reader->state == YG_READER_LENGTH)
		return reader->left;
	return reader->state == YG_READER_CHUNKED ? yg_chunked_data_left(&reader->chunked) : 0;
}

enum yg_hole yg_reader_gap(struct yg_reading *reading, struct yg_reader *reader, uint64_t len,
			   bool cut)
{
	switch ((enum yg_reader_state)reader->state) {
	case YG_READER_RESYNC:
		reader->lost |= !cut;
		return YG_HOLE_NONE;
	case YG_READER_SKIP:
		if (reader->ws)
			yg_ws_gap(reader->ws, len, reading->counters);
		return YG_HOLE_NONE;
	case YG_READER_START:
		return hole_before_body(reading, reader);
	default:
		return hole_in_body(reader, len, cut);
	}
}

uint64_t yg_reader_unwanted(const struct yg_reader *reader)
{
	bool open = reader->draft && !reader->draft->body_closed;

	switch ((enum yg_reader_state)reader->state) {
	case YG_READER_RESYNC:
		return YG_UNWANTED_ALL;
	case YG_READER_SKIP:
		return reader->ws && reader->ws->is_open ? yg_ws_unwanted(reader->ws)
							 : YG_UNWANTED_ALL;
	case YG_READER_LENGTH:
		return open ? 0 : reader->left;
	case YG_READER_CHUNKED:
		return open ? 0 : yg_chunked_data_left(&reader->chunked);
	case YG_READER_CLOSE:
		return open ? 0 : YG_UNWANTED_ALL;
	default:
		return 0;
	}
}
