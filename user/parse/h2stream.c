/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2stream.h"

#include "parse/h2evidence.h"
#include "parse/h2table.h"
#include "parse/pairing.h"
#include "parse/report.h"

static struct yg_stream_counters *counters_of(const struct yg_h2_turn *turn)
{
	return turn->pairer->reading.counters;
}

static struct yg_pool *pool_of(const struct yg_h2_turn *turn)
{
	return turn->pairer->reading.pool;
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

static void tell(const struct yg_h2_turn *turn, const struct yg_h2_stream *stream, bool open)
{
	struct yg_report report = {
		.request = stream->request,
		.response = stream->response,
		.stream = stream->id,
		.grpc_status = stream->grpc_status,
		.informational = stream->informational,
		.protocol = protocol_of(stream),
		.upgraded = is_upgraded(stream),
		.broken = stream->is_broken,
		.open = open,
	};

	if (stream->is_nameless)
		report.named = yg_h2_name_of(&turn->h2->name,
					     turn->h2->sides[turn->h2->client_dir].hpack.learned);
	if (stream->request || stream->response)
		yg_report_exchange(turn->pairer, turn->flow, &report);
}

/* The stream's request has an outcome now. */
static void show(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	struct yg_h2 *h2 = turn->h2;
	bool is_ahead = h2->client_dir != YG_FLOW_DIR_NONE &&
			stream->id > h2->sides[h2->client_dir].last_stream;

	stream->is_shown = true;
	h2->count.bare--;
	yg_h2_count_show(&h2->count, stream->id, is_ahead || stream->id < h2->first_stream);
}

/* Tell of the stream's exchange, whole or not. */
static void report(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	if (stream->response && !stream->is_shown)
		show(turn, stream);
	tell(turn, stream, false);
	turn->h2->kept -= yg_draft_bytes(stream->request) + yg_draft_bytes(stream->response);
	yg_draft_free(pool_of(turn), &stream->request);
	yg_draft_free(pool_of(turn), &stream->response);
}

static void erase(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	turn->h2->count.bare -= !stream->is_shown;
	yg_h2_table_erase(turn->h2, stream);
}

/* The stream is over, whole or not. */
static void finish(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	struct yg_h2_stream s;

	if (stream->response && !stream->is_shown)
		show(turn, stream);
	s = *stream;
	erase(turn, stream);
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
		erase(turn, stream);
		return;
	}
	tunnel->ws[0].is_open = tunnel->ws[1].is_open = true;
}

/* The frames that this direction of the stream's tunnel holds. */
static struct yg_ws *ws_of(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	return &stream->tunnel->ws[turn->dir != turn->h2->client_dir];
}

static void evict(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	counters_of(turn)->h2_evicted++;
	finish(turn, stream);
}

/* A new stream; the oldest makes room. NULL: no memory. */
static struct yg_h2_stream *add(const struct yg_h2_turn *turn, uint32_t id)
{
	struct yg_h2_stream *stream = yg_h2_table_add(turn->h2, pool_of(turn), id);

	if (!stream && turn->h2->stream_count) {
		evict(turn, yg_h2_table_lowest(turn->h2, 0));
		stream = yg_h2_table_add(turn->h2, pool_of(turn), id);
	}
	turn->h2->count.bare += stream != NULL;
	return stream;
}

/* --- requests ------------------------------------------------------------------------------- */

static struct yg_draft *keep(const struct yg_h2_turn *turn, bool is_response)
{
	struct yg_draft *draft = &turn->pairer->h2_head.draft;

	draft->start_ns = draft->end_ns = turn->time_ns;
	draft->source = turn->source;
	draft->head.kind = is_response ? YG_HTTP1_RESPONSE : YG_HTTP1_REQUEST;
	draft = yg_draft_keep(pool_of(turn), draft, 0);
	turn->h2->kept += yg_draft_bytes(draft);
	return draft;
}

/* The client went on to stream @id; answers may have come to streams between. */
static void pass(const struct yg_h2_turn *turn, uint32_t id)
{
	struct yg_h2 *h2 = turn->h2;
	struct yg_h2_side *client = &h2->sides[h2->client_dir];
	bool is_joined = client->last_stream || h2->first_stream == 1;
	uint32_t last = client->last_stream, bare = 0;
	struct yg_h2_stream *stream;

	for (uint32_t at = last;
	     h2->count.bare && (stream = yg_h2_table_lowest(h2, at)) && stream->id < id;
	     at = stream->id)
		bare++;
	if (is_joined)
		yg_h2_count_read(&h2->count, last, id, bare, client->lost);
	else /* what was before, nobody knows: who answers tells */
		yg_h2_count_read(&h2->count, last, id, 0, false);
	client->lost = false;
	client->last_stream = id;
	if (id < h2->first_stream)
		h2->first_stream = id;
	for (uint32_t at = last; bare && (stream = yg_h2_table_lowest(h2, at)); bare--) {
		at = stream->id;
		if (stream->response_done)
			finish(turn, stream);
	}
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

/* A request that came for nothing. An answer that is there already tells of it. */
static void lose_request(const struct yg_h2_turn *turn, uint32_t id, struct yg_h2_stream *stream)
{
	if (stream && stream->response)
		return;
	if (stream)
		erase(turn, stream);
	counters_of(turn)->lost_request++;
	yg_h2_count_show(&turn->h2->count, id, false);
}

static void request_head(const struct yg_h2_turn *turn, uint32_t id, bool ends)
{
	struct yg_h2_stream *stream = yg_h2_table_find(turn->h2, id);
	const struct yg_h2_head *head = &turn->pairer->h2_head;
	bool is_told = yg_h2_told_has(&turn->h2->count.told, id);

	if (stream && stream->request) { /* trailers */
		if (ends)
			request_ends(turn, stream);
		return;
	}
	if (id > turn->side->last_stream)
		pass(turn, id);
	else if (!stream)
		is_told = true;
	if (is_told) {
		counters_of(turn)->h2_ignored++;
		return;
	}
	stream = yg_h2_table_find(turn->h2, id); /* a response that came first */
	if (!stream)
		stream = add(turn, id);
	if (stream)
		stream->request = keep(turn, false);
	if (!stream || !stream->request) {
		lose_request(turn, id, stream);
		return;
	}
	show(turn, stream);
	counters_of(turn)->request_parsed++;
	stream->request->seen_to = turn->flow->streams[turn->dir].next;
	stream->content = head->content;
	stream->is_websocket = head->has_protocol;
	stream->is_nameless = yg_h2_name_read(&turn->h2->name, turn->side->hpack.learned, head);
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
	return (id & 1) && !yg_h2_told_has(&turn->h2->count.told, id);
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
	struct yg_h2_stream *stream = yg_h2_table_find(turn->h2, id);

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

/* A block of which nothing is known that would tell a request from an answer. */
static void note_unknown(struct yg_h2_side *side, uint32_t id)
{
	side->unknown += id > side->unknown_stream;
	if (id > side->unknown_stream)
		side->unknown_stream = id;
}

/* The first block that can be told tells who asks. */
static bool learn_client(const struct yg_h2_turn *turn, uint32_t id)
{
	const struct yg_h2_head *head = &turn->pairer->h2_head;
	bool asks = yg_h2_head_is_request(head), answers = yg_h2_head_is_response(head);

	if (turn->h2->client_dir == YG_FLOW_DIR_NONE && asks != answers) {
		turn->h2->client_dir = (uint8_t)(asks ? turn->dir : !turn->dir);
		if (!yg_h2_count_is_kernel(&turn->h2->count))
			turn->h2->count.read += turn->h2->sides[turn->h2->client_dir].unknown;
	}
	if (turn->h2->client_dir == YG_FLOW_DIR_NONE) {
		note_unknown(turn->side, id);
		return false;
	}
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
	struct yg_h2_stream *crowding, *tunnelled;

	while ((crowding = yg_h2_table_crowding(turn->h2, pool_of(turn))))
		evict(turn, crowding);
	if (turn->side->frame.type == YG_H2_PUSH_PROMISE) /* a request that nobody sent */
		return;
	if (!learn_client(turn, id)) {
		counters_of(turn)->h2_ignored++;
		return;
	}
	tunnelled = yg_h2_table_find(turn->h2, id);
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
	bool is_client = turn->dir == turn->h2->client_dir;
	bool is_new = is_client && id > turn->side->last_stream;
	bool is_told = yg_h2_told_has(&turn->h2->count.told, id);
	struct yg_h2_stream *stream;

	if (is_new)
		pass(turn, id);
	stream = yg_h2_table_find(turn->h2, id);
	if (!stream && is_new && !is_told)
		lose_request(turn, id, NULL);
	if (!stream)
		return;
	stream->response_unread |= !is_client;
	if (is_new && stream->response_done)
		finish(turn, stream);
	else if (ends && is_client)
		request_ends(turn, stream);
	else if (ends)
		response_ends(turn, stream);
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
	turn->h2->kept -= yg_draft_bytes(*draft);
	larger = yg_draft_keep(pool_of(turn), *draft, want);
	if (larger)
		*draft = larger;
	else
		counters_of(turn)->lost_body++;
	turn->h2->kept += yg_draft_bytes(*draft);
}

void yg_h2_stream_data(const struct yg_h2_turn *turn, uint32_t id, struct yg_slice data)
{
	struct yg_h2_stream *stream = yg_h2_table_find(turn->h2, id);
	struct yg_draft **draft = stream ? draft_of(turn, stream) : NULL;

	if (stream && stream->tunnel) {
		yg_ws_read(ws_of(turn, stream), (const uint8_t *)data.ptr, data.len,
			   counters_of(turn));
		yg_tunnel_goes_on(turn->pairer, turn->flow, stream->tunnel, turn->time_ns);
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
	struct yg_h2_stream *stream = yg_h2_table_find(turn->h2, id);
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
	const struct yg_h2_stream *stream = yg_h2_table_find(h2, id);
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
	struct yg_h2_stream *stream = yg_h2_table_find(turn->h2, id);

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

/* Is the answer known to end before it is whole? Not if it may just have been missed. */
static bool is_cut(const struct yg_h2 *h2, const struct yg_h2_stream *stream)
{
	return !stream->response_lost && !stream->response_unread && stream->request &&
	       (!h2->lost_ns || h2->lost_ns < stream->request->start_ns) &&
	       yg_report_is_cut(stream->request, stream->response);
}

bool yg_h2_stream_reset(const struct yg_h2_turn *turn, uint32_t id)
{
	struct yg_h2_stream *stream = yg_h2_table_find(turn->h2, id);
	bool is_open = stream && !stream->tunnel;

	if (!stream)
		return false;
	/* A client that takes its request back is not failed by the server. */
	stream->is_broken = turn->dir != turn->h2->client_dir && is_cut(turn->h2, stream);
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

/* --- time ----------------------------------------------------------------------------------- */

/* False: the stream is over, and the slot holds another one or none. */
static bool look_at(const struct yg_h2_turn *turn, struct yg_h2_stream *stream)
{
	const struct yg_draft *request = stream->request;
	const struct yg_draft *first = request ? request : stream->response;

	if (stream->tunnel) {
		yg_tunnel_goes_on(turn->pairer, turn->flow, stream->tunnel, turn->time_ns);
		return true;
	}
	if (!first || turn->time_ns - first->start_ns < YG_OPEN_TELL_NS || first->told)
		return true;
	if (request && stream->response) { /* its answer goes on for long */
		tell(turn, stream, true);
		yg_draft_mark_told(stream->request);
		yg_draft_mark_told(stream->response);
		return true;
	}
	if (request && !yg_waits_in_vain(request->start_ns, turn->h2->lost_ns, turn->time_ns))
		return true;
	finish(turn, stream); /* the other half was lost, as far as can be known */
	return false;
}

void yg_h2_stream_look(const struct yg_h2_turn *turn)
{
	const struct yg_h2 *h2 = turn->h2;

	if (h2->client_dir == YG_FLOW_DIR_NONE)
		return;
	for (uint32_t i = 0; i < h2->stream_cap;) {
		if (!h2->streams[i].id || look_at(turn, &h2->streams[i]))
			i++;
	}
}

void yg_h2_stream_settle(const struct yg_h2_turn *turn)
{
	struct yg_h2 *h2 = turn->h2;
	const struct yg_h2_side *client =
		h2->client_dir == YG_FLOW_DIR_NONE ? NULL : &h2->sides[h2->client_dir];

	yg_h2_count_settle(&h2->count, counters_of(turn),
			   client && client->block_stream > client->last_stream);
}

void yg_h2_stream_close(const struct yg_h2_turn *turn)
{
	const struct yg_flow *flow = turn->flow;
	struct yg_h2 *h2 = turn->h2;

	yg_h2_evidence_tell(turn, true);
	for (uint32_t after = 0; h2->stream_count;) {
		struct yg_h2_stream *stream = yg_h2_table_lowest(h2, after);

		after = stream->id;
		stream->is_broken = yg_report_is_over(flow) && is_cut(h2, stream);
		finish(turn, stream);
	}
	yg_pool_give(pool_of(turn), YG_TAKE_PTR(h2->streams));
	/* What was told of without bytes to read. */
	for (unsigned dir = 0; dir < 2; dir++)
		yg_h2_count_record(&h2->count, counters_of(turn), dir, flow->lost,
				   flow->streams[dir].begun);
	yg_h2_count_settle(&h2->count, counters_of(turn), false);
}

bool yg_h2_adopt(struct yg_h2 *h2, struct yg_pairer *pairer, struct yg_draft **request)
{
	struct yg_h2_stream *first = yg_h2_table_add(h2, pairer->reading.pool, 1);

	if (!first)
		return false;
	first->request = YG_TAKE_PTR(*request);
	first->request->complete = true;
	first->is_shown = true; /* it was counted over HTTP/1 */
	yg_h2_told_set(&h2->count.told, 1);
	h2->kept = yg_draft_bytes(first->request);
	h2->first_stream = 1;
	h2->sides[h2->client_dir].last_stream = 1;
	return true;
}
