/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2stream.h"

#include <assert.h>
#include <string.h>

#include "parse/pairing.h"
#include "parse/report.h"

#define SLOTS_FIRST 32u	  /* streams of a new connection: one small block */
#define SLOTS_MAX   1024u /* at most three quarters are used */

_Static_assert(YG_H2_STREAMS_MAX == SLOTS_MAX / 4 * 3, "the table never fills");
_Static_assert(SLOTS_MAX * sizeof(struct yg_h2_stream) <= YG_POOL_BLOCK_MAX, "it fits a block");

static struct yg_stream_counters *counters_of(const struct yg_h2_turn *turn)
{
	return turn->pairer->reading.counters;
}

static struct yg_pool *pool_of(const struct yg_h2_turn *turn)
{
	return turn->pairer->reading.pool;
}

/* --- the table ------------------------------------------------------------------------------ */

static uint32_t slot_of(const struct yg_h2 *h2, uint32_t id)
{
	return id >> 1 & (h2->stream_cap - 1);
}

static struct yg_h2_stream *find(const struct yg_h2 *h2, uint32_t id)
{
	if (!h2->streams)
		return NULL;
	for (uint32_t i = slot_of(h2, id);; i = (i + 1) & (h2->stream_cap - 1)) {
		if (h2->streams[i].id == id)
			return &h2->streams[i];
		if (h2->streams[i].id == 0)
			return NULL;
	}
}

static void put(struct yg_h2 *h2, const struct yg_h2_stream *stream)
{
	uint32_t i = slot_of(h2, stream->id);

	assert(h2->streams);
	while (h2->streams[i].id)
		i = (i + 1) & (h2->stream_cap - 1);
	h2->streams[i] = *stream;
}

static bool grow(struct yg_h2 *h2, struct yg_pool *pool)
{
	struct yg_h2_stream *old = h2->streams, *fresh;
	uint32_t old_cap = h2->stream_cap, slots = old ? old_cap * 2 : SLOTS_FIRST;
	size_t cap;

	if (slots > SLOTS_MAX)
		return false;
	fresh = yg_pool_take(pool, slots * sizeof(*fresh), &cap);
	if (!fresh)
		return false;
	memset(fresh, 0, slots * sizeof(*fresh));
	h2->streams = fresh;
	h2->stream_cap = slots;
	for (uint32_t i = 0; old && i < old_cap; i++) {
		if (old[i].id)
			put(h2, &old[i]);
	}
	yg_pool_give(pool, old);
	return true;
}

/* Take a stream out; those that stand behind it because of it move up. */
static void erase(struct yg_h2 *h2, struct yg_h2_stream *stream)
{
	uint32_t mask = h2->stream_cap - 1, hole = (uint32_t)(stream - h2->streams);

	for (uint32_t i = (hole + 1) & mask; h2->streams[i].id; i = (i + 1) & mask) {
		uint32_t home = slot_of(h2, h2->streams[i].id);

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		h2->streams[hole] = h2->streams[i];
		hole = i;
	}
	h2->streams[hole] = (struct yg_h2_stream){ 0 };
	h2->stream_count--;
}

/* The open stream with the lowest number above @after; NULL: none. */
static struct yg_h2_stream *lowest(const struct yg_h2 *h2, uint32_t after)
{
	struct yg_h2_stream *best = NULL;

	for (uint32_t i = 0; i < h2->stream_cap; i++) {
		struct yg_h2_stream *stream = &h2->streams[i];

		if (stream->id > after && (!best || stream->id < best->id))
			best = stream;
	}
	return best;
}

/* --- reports -------------------------------------------------------------------------------- */

static uint8_t protocol_of(const struct yg_h2_stream *stream)
{
	if (stream->is_websocket)
		return YG_PROTOCOL_WS;
	return stream->content == YG_H2_CONTENT_OTHER ? YG_PROTOCOL_H2 : YG_PROTOCOL_GRPC;
}

static bool is_upgraded(const struct yg_h2_stream *stream)
{
	return stream->is_websocket && stream->response && stream->response->head.status / 100 == 2;
}

/* Tell of the stream's exchange, whole or not. */
static void report(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	const struct yg_report report = {
		.request = stream->request,
		.response = stream->response,
		.stream = stream->id,
		.grpc_status = stream->grpc_status,
		.informational = stream->informational,
		.protocol = protocol_of(stream),
		.upgraded = is_upgraded(stream),
	};

	if (stream->request || stream->response)
		yg_report_exchange(turn->pairer, turn->flow, &report);
	yg_draft_free(pool_of(turn), &stream->request);
	yg_draft_free(pool_of(turn), &stream->response);
}

/* The stream is over, whole or not. */
static void finish(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	struct yg_h2_stream s = *stream;

	erase(turn->h2, stream);
	report(turn, &s);
	yg_tunnel_close(turn->pairer, turn->flow, &s.tunnel);
}

/* CONNECT was accepted, RFC 8441 section 5: nothing more to wait for, but frames to read. */
static void begin_tunnel(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	struct yg_tunnel *tunnel = yg_tunnel_open(turn->pairer, stream->request, stream->id);

	if (stream->request)
		stream->request->complete = true;
	stream->response->complete = true;
	report(turn, stream);
	stream->tunnel = tunnel;
	if (!tunnel) {
		erase(turn->h2, stream);
		return;
	}
	tunnel->ws[0].is_open = tunnel->ws[1].is_open = true;
}

/* The frames that this direction of the stream's tunnel holds. */
static struct yg_ws *ws_of(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	return &stream->tunnel->ws[turn->dir != turn->h2->client_dir];
}

/* A new stream; the oldest makes room. NULL: no memory. */
static struct yg_h2_stream *add(const struct yg_h2_turn *turn, uint32_t id)
{
	struct yg_h2 *h2 = turn->h2;
	struct yg_h2_stream fresh = { .id = id, .grpc_status = YG_GRPC_STATUS_NONE };

	if (h2->stream_count >= h2->stream_cap / 4 * 3 && !grow(h2, pool_of(turn))) {
		if (h2->stream_count == 0)
			return NULL;
		if (h2->stream_count >= h2->stream_cap / 4 * 3) {
			counters_of(turn)->h2_evicted++;
			finish(turn, lowest(h2, 0));
		}
	}
	put(h2, &fresh);
	h2->stream_count++;
	return find(h2, id);
}

/* --- requests ------------------------------------------------------------------------------- */

static struct yg_draft *keep(const struct yg_h2_turn *turn, bool is_response)
{
	struct yg_draft *draft = &turn->pairer->h2_head.draft;

	draft->start_ns = draft->end_ns = turn->time_ns;
	draft->source = turn->source;
	draft->head.kind = is_response ? YG_HTTP1_RESPONSE : YG_HTTP1_REQUEST;
	return yg_draft_keep(pool_of(turn), draft, 0);
}

/* The client went on to stream @id: what was between was missed, unless a response came. */
static void pass_missed(const struct yg_h2_turn *turn, uint32_t id)
{
	struct yg_h2_side *client = &turn->h2->sides[turn->h2->client_dir];
	struct yg_h2_stream *stream;
	uint32_t missed = 0;

	if (client->lost && client->last_stream && id > client->last_stream)
		missed = (id - client->last_stream) / 2 - 1;
	while (turn->h2->stream_count && (stream = lowest(turn->h2, client->last_stream)) &&
	       stream->id < id) {
		missed -= missed > 0;
		client->last_stream = stream->id;
		if (stream->response_done)
			finish(turn, stream);
	}
	counters_of(turn)->h2_request_missed += missed;
	turn->h2->missed += missed;
	client->lost = false;
	client->last_stream = id;
	if (id < turn->h2->first_stream)
		turn->h2->first_stream = id;
}

static void request_ends(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	if (stream->request) {
		stream->request->complete = !stream->request->body_gap;
		stream->request->end_ns = turn->time_ns;
		stream->request->seen_to = turn->flow->streams[turn->dir].next;
	}
	if (stream->response_done)
		finish(turn, stream);
}

static void request_head(const struct yg_h2_turn *turn, uint32_t id, bool ends)
{
	struct yg_h2_stream *stream = find(turn->h2, id);
	const struct yg_h2_head *head = &turn->pairer->h2_head;

	if (stream && stream->request) { /* trailers */
		if (ends)
			request_ends(turn, stream);
		return;
	}
	if (!stream && id <= turn->side->last_stream) {
		counters_of(turn)->h2_ignored++;
		return;
	}
	pass_missed(turn, id);
	stream = find(turn->h2, id); /* a response that came first */
	if (!stream)
		stream = add(turn, id);
	if (stream)
		stream->request = keep(turn, false);
	if (!stream || !stream->request) {
		counters_of(turn)->lost_request++;
		if (stream && !stream->response)
			erase(turn->h2, stream);
		return;
	}
	counters_of(turn)->request_parsed++;
	stream->request->seen_to = turn->flow->streams[turn->dir].next;
	stream->content = head->content;
	stream->is_websocket = head->has_protocol;
	if (ends)
		request_ends(turn, stream);
}

/* --- responses ------------------------------------------------------------------------------ */

static void response_ends(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	const struct yg_h2 *h2 = turn->h2;

	stream->response_done = true;
	if (stream->response) {
		stream->response->complete = !stream->response->body_gap;
		stream->response->end_ns = turn->time_ns;
	}
	/* Else the client's bytes may just come later. */
	if (stream->request || stream->id <= h2->sides[h2->client_dir].last_stream ||
	    h2->sides[h2->client_dir].ended)
		finish(turn, stream);
}

/* A response to a request that was not seen: may it be one? */
static bool is_awaited(const struct yg_h2_turn *turn, uint32_t id)
{
	struct yg_h2 *h2 = turn->h2;

	if (!(id & 1) || id > h2->sides[h2->client_dir].last_stream || id < h2->first_stream)
		return id & 1;
	if (h2->missed == 0)
		return false;
	h2->missed--;
	counters_of(turn)->h2_request_missed--;
	return true;
}

static void take_response(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	const struct yg_h2_head *head = &turn->pairer->h2_head;

	counters_of(turn)->response_parsed++;
	stream->response = keep(turn, true);
	stream->response_lost = !stream->response;
	counters_of(turn)->lost_body += stream->response_lost;
	if (stream->content == YG_H2_CONTENT_OTHER)
		stream->content = head->content;
}

static void response_head(const struct yg_h2_turn *turn, uint32_t id, bool ends)
{
	const struct yg_h2_head *head = &turn->pairer->h2_head;
	struct yg_h2_stream *stream = find(turn->h2, id);

	if (!stream && is_awaited(turn, id))
		stream = add(turn, id);
	if (!stream) {
		counters_of(turn)->h2_ignored++;
		return;
	}
	if (head->draft.head.status / 100 == 1) {
		counters_of(turn)->informational_parsed++;
		stream->informational++;
		return;
	}
	if (!stream->response && !stream->response_lost)
		take_response(turn, stream);
	if (head->grpc_status != YG_GRPC_STATUS_NONE)
		stream->grpc_status = head->grpc_status;
	if (!ends && is_upgraded(stream))
		begin_tunnel(turn, stream);
	else if (ends)
		response_ends(turn, stream);
}

/* --- either --------------------------------------------------------------------------------- */

/* The first block that can be told tells who asks. */
static bool learn_client(const struct yg_h2_turn *turn)
{
	const struct yg_h2_head *head = &turn->pairer->h2_head;
	bool asks = yg_h2_head_is_request(head), answers = yg_h2_head_is_response(head);

	if (turn->h2->client_dir == YG_FLOW_DIR_NONE && asks != answers)
		turn->h2->client_dir = (uint8_t)(asks ? turn->dir : !turn->dir);
	if (turn->h2->client_dir == YG_FLOW_DIR_NONE)
		return false;
	turn->flow->server_dir = !turn->h2->client_dir;
	return turn->dir == turn->h2->client_dir ? !answers : !asks;
}

/* Fields behind the frames of a tunnel: no message of their own. */
static void tunnel_head(const struct yg_h2_turn *turn, uint32_t id, bool ends)
{
	counters_of(turn)->h2_ignored++;
	if (ends)
		yg_h2_stream_ends(turn, id);
}

void yg_h2_stream_head(const struct yg_h2_turn *turn, uint32_t id, bool ends)
{
	struct yg_h2_stream *tunnelled;

	if (turn->side->frame.type == YG_H2_PUSH_PROMISE) /* a request that nobody sent */
		return;
	if (!learn_client(turn)) {
		counters_of(turn)->h2_ignored++;
		return;
	}
	tunnelled = find(turn->h2, id);
	if (tunnelled && tunnelled->tunnel)
		tunnel_head(turn, id, ends);
	else if (turn->dir == turn->h2->client_dir)
		request_head(turn, id, ends);
	else
		response_head(turn, id, ends);
	if (id > turn->side->last_stream)
		turn->side->last_stream = id;
}

void yg_h2_stream_unread(const struct yg_h2_turn *turn, uint32_t id, bool ends)
{
	struct yg_h2_stream *stream = find(turn->h2, id);

	if (turn->dir == turn->h2->client_dir && !stream && id > turn->side->last_stream) {
		pass_missed(turn, id);
		counters_of(turn)->lost_request++;
	} else if (stream && turn->dir != turn->h2->client_dir && ends) {
		response_ends(turn, stream);
	} else if (stream && ends) {
		request_ends(turn, stream);
	}
}

static struct yg_draft **draft_of(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	return turn->dir == turn->h2->client_dir ? &stream->request : &stream->response;
}

/* Room for @len bytes more of a body, as far as bodies are kept. */
static void make_room(const struct yg_h2_turn *turn, struct yg_draft **draft, size_t len)
{
	uint32_t cap = turn->pairer->reading.body_cap, have = (*draft)->body_len, want = cap;
	struct yg_draft *larger;

	if ((*draft)->head.has_length && (*draft)->head.length < cap)
		want = (uint32_t)(*draft)->head.length;
	if (len < (cap - have) / 2 && !(*draft)->head.has_length)
		want = 2 * (have + (uint32_t)len);
	if (want < have + len)
		want = len < cap - have ? have + (uint32_t)len : cap;
	larger = yg_draft_keep(pool_of(turn), *draft, want);
	if (larger)
		*draft = larger;
	else
		counters_of(turn)->lost_body++;
}

void yg_h2_stream_data(const struct yg_h2_turn *turn, uint32_t id, struct yg_slice data)
{
	struct yg_h2_stream *stream = find(turn->h2, id);
	struct yg_draft **draft = stream ? draft_of(turn, stream) : NULL;

	if (stream && stream->tunnel) {
		yg_ws_read(ws_of(turn, stream), (const uint8_t *)data.ptr, data.len,
			   counters_of(turn));
		yg_tunnel_goes_on(turn->pairer, turn->flow, stream->tunnel);
		return;
	}
	if (!draft || !*draft) {
		counters_of(turn)->h2_ignored++;
		return;
	}
	(*draft)->end_ns = turn->time_ns;
	if (!(*draft)->body_closed && data.len >= (*draft)->body_room - (*draft)->body_len &&
	    (*draft)->body_room < turn->pairer->reading.body_cap)
		make_room(turn, draft, data.len);
	yg_draft_add_body(*draft, data, NULL);
}

void yg_h2_stream_hole(const struct yg_h2_turn *turn, uint32_t id, uint32_t len)
{
	struct yg_h2_stream *stream = find(turn->h2, id);
	struct yg_draft *draft = stream ? *draft_of(turn, stream) : NULL;

	if (stream && stream->tunnel)
		yg_ws_gap(ws_of(turn, stream), len, counters_of(turn));
	if (!draft)
		return;
	draft->body_gap = draft->body_closed = true;
	draft->body_bytes += len;
}

bool yg_h2_stream_wants(const struct yg_h2 *h2, unsigned dir, uint32_t id)
{
	const struct yg_h2_stream *stream = find(h2, id);
	const struct yg_draft *draft;

	if (!stream)
		return false;
	if (stream->tunnel)
		return stream->tunnel->ws[dir != h2->client_dir].is_open;
	draft = dir == h2->client_dir ? stream->request : stream->response;
	return draft && !draft->body_closed;
}

void yg_h2_stream_ends(const struct yg_h2_turn *turn, uint32_t id)
{
	struct yg_h2_stream *stream = find(turn->h2, id);

	if (!stream)
		return;
	if (stream->tunnel) {
		ws_of(turn, stream)->is_open = false;
		if (!stream->tunnel->ws[0].is_open && !stream->tunnel->ws[1].is_open)
			finish(turn, stream);
	} else if (turn->dir == turn->h2->client_dir) {
		request_ends(turn, stream);
	} else {
		response_ends(turn, stream);
	}
}

bool yg_h2_stream_reset(const struct yg_h2_turn *turn, uint32_t id)
{
	struct yg_h2_stream *stream = find(turn->h2, id);
	bool is_open = stream && !stream->tunnel;

	if (stream)
		finish(turn, stream);
	return is_open;
}

void yg_h2_stream_loss(const struct yg_h2_turn *turn)
{
	struct yg_h2 *h2 = turn->h2;

	if (h2->client_dir == YG_FLOW_DIR_NONE)
		return;
	for (uint32_t i = 0; i < h2->stream_cap; i++) {
		struct yg_h2_stream *stream = &h2->streams[i];
		struct yg_draft *draft = stream->id ? *draft_of(turn, stream) : NULL;

		if (draft && !draft->complete)
			draft->body_gap = draft->body_closed = true;
		if (stream->id && stream->tunnel)
			yg_ws_gap(ws_of(turn, stream), UINT64_MAX, counters_of(turn));
	}
}

void yg_h2_stream_testify(const struct yg_h2_turn *turn, bool ends)
{
	struct yg_h2 *h2 = turn->h2;
	struct yg_draft draft = {
		.head = { .anomalies = h2->evidence },
		.start_ns = h2->evidence_ns,
		.end_ns = h2->evidence_ns,
		.seen_to = h2->evidence_to,
		.source = h2->evidence_source,
		.refused = true,
	};
	const struct yg_report report = {
		.request = &draft,
		.grpc_status = YG_GRPC_STATUS_NONE,
		.protocol = YG_PROTOCOL_H2,
	};

	if (!h2->evidence)
		return;
	if (!ends && !turn->flow->tls && draft.source != YG_SOURCE_FILE &&
	    turn->flow->streams[h2->client_dir].acked < h2->evidence_to)
		return;
	h2->evidence = 0;
	counters_of(turn)->request_parsed++;
	counters_of(turn)->request_refused++;
	yg_report_exchange(turn->pairer, turn->flow, &report);
}

void yg_h2_stream_evidence(const struct yg_h2_turn *turn, uint32_t anomalies)
{
	struct yg_h2 *h2 = turn->h2;
	uint32_t fresh = anomalies & ~h2->anomalies;

	if (!fresh || turn->dir != h2->client_dir)
		return;
	if (!h2->evidence)
		h2->evidence_ns = turn->time_ns;
	h2->anomalies |= fresh;
	h2->evidence |= fresh;
	h2->evidence_to = turn->flow->streams[turn->dir].next;
	h2->evidence_source = turn->source;
	yg_h2_stream_testify(turn, false);
}

void yg_h2_stream_close(const struct yg_h2_turn *turn)
{
	struct yg_h2 *h2 = turn->h2;

	yg_h2_stream_testify(turn, true);
	for (uint32_t after = 0; h2->stream_count;) {
		struct yg_h2_stream *stream = lowest(h2, after);

		after = stream->id;
		finish(turn, stream);
	}
	yg_pool_give(pool_of(turn), YG_TAKE_PTR(h2->streams));
}

bool yg_h2_stream_adopt(struct yg_h2 *h2, struct yg_pairer *pairer, struct yg_draft **request)
{
	struct yg_h2_stream first = { .id = 1, .grpc_status = YG_GRPC_STATUS_NONE };

	if (!grow(h2, pairer->reading.pool))
		return false;
	first.request = YG_TAKE_PTR(*request);
	first.request->complete = true;
	put(h2, &first);
	h2->stream_count = 1;
	h2->first_stream = 1;
	h2->sides[h2->client_dir].last_stream = 1;
	return true;
}
