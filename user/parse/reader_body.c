/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/reader_body.h"

#include "parse/trailer.h"

static void add_body(struct yg_reading *reading, struct yg_reader *reader,
		     const struct yg_feed *feed, struct yg_slice body)
{
	if (!reader->draft)
		return;
	reader->draft->end_ns = feed->time_ns;
	yg_draft_add_body(reader->draft, body, reading->body);
}

static enum yg_event end_message(struct yg_reader *reader, const struct yg_feed *feed)
{
	yg_reader_go_on(reader);
	if (reader->draft) {
		reader->draft->complete = true;
		reader->draft->end_ns = feed->time_ns;
	}
	return YG_EVENT_END;
}

enum yg_event yg_reader_read_plain(struct yg_reading *reading, struct yg_reader *reader,
				   struct yg_feed *feed)
{
	size_t len = yg_feed_len(feed);

	if (reader->state == YG_READER_LENGTH && len > reader->left)
		len = (size_t)reader->left;
	add_body(reading, reader, feed, (struct yg_slice){ (const char *)feed->p, len });
	yg_feed_take(feed, len, &reading->counters->read_body);
	if (reader->state == YG_READER_CLOSE)
		return YG_EVENT_NONE;
	reader->left -= len;
	return reader->left == 0 ? end_message(reader, feed) : YG_EVENT_NONE;
}

void yg_reader_doubt(struct yg_reading *reading, struct yg_reader *reader, uint32_t anomaly)
{
	struct yg_stream_counters *counters = reading->counters;
	struct yg_draft *draft = reader->draft;

	reader->doubtful = true;
	if (!draft)
		return;
	draft->head.anomalies |= anomaly;
	if (!draft->refused)
		*(reader->kind == YG_READER_REQUESTS ? &counters->request_refused
						     : &counters->response_refused) += 1;
	draft->refused = true;
}

/* Some of the body's framing and data. */
static enum yg_parse read_some_chunks(struct yg_reading *reading, struct yg_reader *reader,
				      struct yg_feed *feed)
{
	uint32_t trailer = reader->chunked.trailer;
	struct yg_slice body;
	enum yg_parse r;
	size_t used;

	r = yg_chunked_next(&reader->chunked, feed->p, yg_feed_len(feed), &used, &body);
	add_body(reading, reader, feed, body);
	reading->counters->read_body += body.len;
	reading->counters->read_framing += used - body.len;
	feed->p += used;
	feed->start = false;
	trailer = reader->chunked.trailer - trailer;
	if (trailer && reader->draft)
		yg_draft_add_trailers(
			reader->draft,
			(struct yg_slice){ (const char *)feed->p - trailer, trailer });
	return r;
}

static void judge_trailers(struct yg_reading *reading, struct yg_reader *reader)
{
	const struct yg_draft *draft = reader->draft;
	struct yg_slice trailers;

	if (!draft || draft->trailers_len <= 2 || reader->kind != YG_READER_REQUESTS)
		return;
	trailers = (struct yg_slice){ (const char *)draft->trailers, draft->trailers_len };
	if (yg_trailers_are_odd(trailers))
		yg_reader_doubt(reading, reader, YG_ANOMALY_TRAILER);
}

enum yg_event yg_reader_read_chunked(struct yg_reading *reading, struct yg_reader *reader,
				     struct yg_feed *feed)
{
	enum yg_parse r = YG_PARSE_MORE;

	while (r == YG_PARSE_MORE && feed->p < feed->end)
		r = read_some_chunks(reading, reader, feed);
	if (reader->chunked.is_odd)
		yg_reader_doubt(reading, reader, YG_ANOMALY_CHUNK_INVALID);
	if (r == YG_PARSE_MORE)
		return YG_EVENT_NONE;
	if (r == YG_PARSE_DONE) {
		judge_trailers(reading, reader);
		return end_message(reader, feed);
	}
	if (reader->draft)
		reader->draft->head.anomalies |= YG_ANOMALY_CHUNK_INVALID;
	yg_reader_skip(reader, YG_SKIP_REFUSED);
	return YG_EVENT_REFUSED;
}
