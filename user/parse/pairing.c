/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/pairing.h"

#include <assert.h>

#include "parse/h2.h"
#include "parse/report.h"
#include "parse/upgrade.h"

/* One call's worth of context. */
struct turn {
	struct yg_pairer *pairer;
	struct yg_flow *flow;
	struct yg_pairing *pairing;
	struct yg_reader *reader;
	struct yg_reader *peer;
	uint64_t time_ns;
	unsigned dir;
};

static struct turn turn_of(struct yg_pairer *pairer, struct yg_flow *flow, unsigned dir,
			   uint64_t time_ns)
{
	struct yg_pairing *pairing = (struct yg_pairing *)(void *)flow->state;

	return (struct turn){
		.pairer = pairer,
		.flow = flow,
		.pairing = pairing,
		.reader = &pairing->readers[dir],
		.peer = &pairing->readers[!dir],
		.time_ns = time_ns,
		.dir = dir,
	};
}

static struct yg_stream_counters *counters_of(const struct turn *turn)
{
	return turn->pairer->reading.counters;
}

/* --- exchanges ---------------------------------------------------------------------------- */

static void emit(const struct turn *turn, const struct yg_draft *request,
		 const struct yg_draft *response, bool open)
{
	yg_report_http1(turn->pairer, turn->flow, request, response, open);
}

/* A request leaves for good: a reader that still fills it lets go. */
static void release(const struct turn *turn, struct yg_draft **request)
{
	if (turn->pairing->readers[0].draft == *request)
		turn->pairing->readers[0].draft = NULL;
	if (turn->pairing->readers[1].draft == *request)
		turn->pairing->readers[1].draft = NULL;
	yg_draft_free(turn->pairer->reading.pool, request);
}

static struct yg_draft *dequeue(struct yg_pairing *pairing)
{
	struct yg_draft *request = pairing->first;

	if (!request)
		return NULL;
	pairing->first = request->next;
	if (!pairing->first)
		pairing->last = NULL;
	pairing->pending--;
	request->next = NULL;
	return request;
}

/* Report the oldest request without a response. */
static void give_up_first(const struct turn *turn)
{
	struct yg_draft *request = dequeue(turn->pairing);

	emit(turn, request, NULL, false);
	release(turn, &request);
}

static void enqueue(const struct turn *turn, struct yg_draft *request)
{
	struct yg_pairing *pairing = turn->pairing;

	if (pairing->pending == YG_PENDING_MAX)
		give_up_first(turn);
	/* In one segment with the one before it, or the third: no client waits for answers here. */
	if (pairing->pending > 1 || (pairing->last && pairing->last->start_ns == request->start_ns))
		pairing->pipelines = true;
	request->next = NULL;
	request->seen_to = turn->flow->streams[turn->dir].next;
	*(pairing->last ? &pairing->last->next : &pairing->first) = request;
	pairing->last = request;
	pairing->pending++;
}

/* The request that a response which starts now answers; NULL: unknown. */
static struct yg_draft *pair(const struct turn *turn)
{
	struct yg_pairing *pairing = turn->pairing;
	bool own = turn->reader->draft->after_loss; /* responses may have been lost before it */
	bool lost = own || (pairing->first && pairing->first->after_loss);

	if (!lost || !pairing->first)
		return dequeue(pairing);
	/* Both sides lost something, which under TLS shows late: the request may be unseen. */
	if (!pairing->pipelines && !(own && (turn->peer->lost || turn->flow->tls))) {
		while (own && pairing->pending > 1)
			give_up_first(turn);
		return dequeue(pairing);
	}
	while (pairing->first)
		give_up_first(turn);
	counters_of(turn)->pair_unsure++;
	return NULL;
}

/* --- responses ---------------------------------------------------------------------------- */

/* The response is over, whole or not: report it with its request. */
static void finish_response(const struct turn *turn)
{
	struct yg_pairing *pairing = turn->pairing;
	struct yg_draft *request = YG_TAKE_PTR(pairing->answering);

	if (!turn->reader->draft)
		return;
	emit(turn, request, turn->reader->draft, false);
	yg_draft_free(turn->pairer->reading.pool, &turn->reader->draft);
	release(turn, &request);
}

/* The server has answered and goes on: so may a reader that refused a request. */
static void response_done(const struct turn *turn)
{
	finish_response(turn);
	if (turn->reader->state == YG_READER_START && !turn->pairing->first)
		yg_reader_trust(turn->peer);
}

static void refuse_response(const struct turn *turn)
{
	struct yg_draft *draft = turn->reader->draft;

	counters_of(turn)->response_refused += !draft || !draft->refused;
	if (!draft)
		return;
	if (!turn->pairing->answering)
		turn->pairing->answering = pair(turn);
	draft->refused = true;
	finish_response(turn);
}

static uint32_t body_room(const struct turn *turn, const struct yg_draft *draft, enum yg_body body)
{
	uint32_t cap = turn->pairer->reading.body_cap;

	if (body == YG_BODY_LENGTH)
		return draft->head.length < cap ? (uint32_t)draft->head.length : cap;
	return body == YG_BODY_NONE || body == YG_BODY_TUNNEL ? 0 : cap;
}

/* A head that came in pieces has no room for a body yet. */
static void make_room(const struct turn *turn, enum yg_body body)
{
	struct yg_draft *draft = turn->reader->draft, *kept;

	if (!draft->kept)
		return;
	kept = yg_draft_keep(turn->pairer->reading.pool, draft, body_room(turn, draft, body));
	if (kept) {
		turn->reader->draft = kept;
		return;
	}
	counters_of(turn)->lost_body += body != YG_BODY_NONE;
	draft->body_room = 0;
}

static bool is_websocket(const struct turn *turn)
{
	const struct yg_draft *request = turn->pairing->answering;

	return request && yg_upgrade_is(request, YG_SLICE("websocket"));
}

static void open_tunnel(const struct turn *turn)
{
	struct yg_pairing *pairing = turn->pairing;

	pairing->tunnel = yg_tunnel_open(turn->pairer, pairing->answering, 0);
	if (!pairing->tunnel)
		return;
	turn->reader->ws = &pairing->tunnel->ws[1];
	turn->peer->ws = &pairing->tunnel->ws[0];
	turn->reader->ws->is_open = true;
	turn->peer->ws->is_open = turn->peer->state == YG_READER_START && !turn->peer->draft;
}

/* The head is read, but not everybody reads it so. */
static void doubt_head(const struct turn *turn)
{
	if (turn->reader->doubtful || yg_http1_is_doubtful(&turn->reader->draft->head))
		yg_reader_doubt(&turn->pairer->reading, turn->reader, 0);
}

static void response_head(const struct turn *turn)
{
	struct yg_draft *draft = turn->reader->draft;
	struct yg_pairing *pairing = turn->pairing;
	struct yg_slice method = { NULL, 0 };
	bool was_upgrading = turn->peer->upgrading;
	enum yg_body body;

	if (draft->head.status < 200 && draft->head.status != 101) {
		counters_of(turn)->informational_parsed++;
		pairing->informational++;
		yg_reader_frame(turn->reader, yg_http1_body(&draft->head, method));
		turn->reader->state = YG_READER_START; /* the final one is still to come */
		turn->reader->odd_before |= draft->head.anomalies;
		turn->reader->lost = draft->after_loss;
		yg_draft_free(turn->pairer->reading.pool, &turn->reader->draft);
		return;
	}
	counters_of(turn)->response_parsed++;
	pairing->answering = pair(turn);
	if (pairing->answering)
		method = yg_draft_slice(pairing->answering, pairing->answering->head.method);
	body = yg_http1_body(&draft->head, method);
	doubt_head(turn);
	yg_reader_frame(turn->reader, body);
	if (body == YG_BODY_TUNNEL && yg_upgrade_accepted(turn->pairer, turn->flow, turn->dir))
		return;
	make_room(turn, body);
	if (body == YG_BODY_TUNNEL && is_websocket(turn))
		open_tunnel(turn);
	if (body == YG_BODY_TUNNEL)
		yg_reader_leave(&turn->pairer->reading, turn->peer, YG_SKIP_TUNNEL);
	else if (was_upgrading)
		yg_reader_stay(turn->peer);
	if (body == YG_BODY_TUNNEL || body == YG_BODY_NONE) {
		turn->reader->draft->complete = true;
		response_done(turn);
	}
}

/* --- requests ----------------------------------------------------------------------------- */

/* Keep the request until its response is there. NULL: no memory, counted. */
static struct yg_draft *keep_request(const struct turn *turn, enum yg_body body)
{
	struct yg_draft *draft = turn->reader->draft, *kept;

	kept = yg_draft_keep(turn->pairer->reading.pool, draft, body_room(turn, draft, body));
	if (!kept) {
		counters_of(turn)->lost_request++;
		yg_draft_free(turn->pairer->reading.pool, &turn->reader->draft);
		return NULL;
	}
	counters_of(turn)->request_parsed++;
	turn->reader->draft = kept;
	enqueue(turn, kept);
	return kept;
}

/* A request that is evidence only: it waits for the answer, nothing is added to it. */
static void refuse_request(const struct turn *turn)
{
	struct yg_draft *draft = turn->reader->draft;

	counters_of(turn)->request_refused += !draft || !draft->refused;
	if (!draft)
		return;
	draft->refused = true;
	/* A bad chunk refuses a request that waits already. */
	if (draft != turn->pairing->last && draft != turn->pairing->answering)
		(void)keep_request(turn, YG_BODY_NONE);
	turn->reader->draft = NULL;
}

static void request_done(const struct turn *turn)
{
	if (turn->reader->draft)
		turn->reader->draft->seen_to = turn->flow->streams[turn->dir].next;
	turn->reader->draft = NULL; /* it waits in the list now */
}

static void request_head(const struct turn *turn)
{
	struct yg_reader *reader = turn->reader;
	struct yg_draft *draft = reader->draft;
	struct yg_slice method = yg_draft_slice(draft, draft->head.method);
	enum yg_body body = yg_http1_body(&draft->head, method);

	yg_reader_trust(turn->peer);
	doubt_head(turn);
	reader->upgrading = yg_slice_equal(method, YG_SLICE("CONNECT")) ||
			    (draft->head.has_upgrade && draft->head.has_upgrade_option);
	yg_reader_frame(reader, body);
	draft = keep_request(turn, body);
	if (body != YG_BODY_NONE)
		return;
	if (draft)
		draft->complete = true;
	request_done(turn);
}

/* --- input -------------------------------------------------------------------------------- */

/* The first message start tells who is who. */
static void learn_kind(const struct turn *turn)
{
	bool requests = turn->reader->kind == YG_READER_REQUESTS;

	counters_of(turn)->stream_http1++;
	turn->flow->server_dir = (uint8_t)(requests ? !turn->dir : turn->dir);
	if (turn->peer->kind == YG_READER_UNKNOWN)
		turn->peer->kind = requests ? YG_READER_RESPONSES : YG_READER_REQUESTS;
}

/* HTTP/2 begins: what HTTP/1 has left open is reported as it is. */
static void leave_http1(const struct turn *turn)
{
	unsigned answers = turn->reader->kind == YG_READER_RESPONSES ? turn->dir : !turn->dir;
	const struct turn other = turn_of(turn->pairer, turn->flow, answers, turn->time_ns);

	if (turn->pairing->answering)
		finish_response(&other);
	while (turn->pairing->first)
		give_up_first(turn);
}

static void handle(const struct turn *turn, enum yg_event event)
{
	bool requests = turn->reader->kind == YG_READER_REQUESTS;

	switch (event) {
	case YG_EVENT_KIND:
		learn_kind(turn);
		break;
	case YG_EVENT_HEAD:
		requests ? request_head(turn) : response_head(turn);
		break;
	case YG_EVENT_END:
		requests ? request_done(turn) : response_done(turn);
		break;
	case YG_EVENT_REFUSED:
		requests ? refuse_request(turn) : refuse_response(turn);
		break;
	case YG_EVENT_LOST:
		counters_of(turn)->lost_request += requests;
		break;
	case YG_EVENT_HTTP2:
		leave_http1(turn);
		yg_upgrade_begin(turn->pairer, turn->flow, turn->dir);
		break;
	case YG_EVENT_NONE:
		break;
	}
}

/* The segment is about to go: a response that is not whole is copied. */
static void keep_unfinished(const struct turn *turn)
{
	struct yg_draft *draft = turn->reader->draft, *kept;
	enum yg_body body =
		turn->reader->state == YG_READER_LENGTH ? YG_BODY_LENGTH : YG_BODY_CLOSE;

	if (!draft || draft->kept)
		return;
	kept = yg_draft_keep(turn->pairer->reading.pool, draft, body_room(turn, draft, body));
	if (kept) {
		turn->reader->draft = kept;
		return;
	}
	/* No memory for the rest: what is known is reported now. */
	counters_of(turn)->lost_body++;
	draft->body_gap = true;
	finish_response(turn);
}

static void update_unwanted(const struct turn *turn)
{
	turn->flow->streams[turn->dir].unwanted = yg_reader_unwanted(turn->reader);
	turn->flow->streams[!turn->dir].unwanted = yg_reader_unwanted(turn->peer);
}

/* A head whose end is lost: its first lines are certain, so they are reported. */
static void finish_head(const struct turn *turn)
{
	struct yg_reader *reader = turn->reader;
	struct yg_draft *draft = reader->draft;

	if (!draft)
		return;
	draft->body_gap = true;
	if (reader->kind == YG_READER_REQUESTS) {
		(void)keep_request(turn, YG_BODY_NONE);
		reader->draft = NULL;
	} else if (draft->head.status >= 200) {
		counters_of(turn)->response_parsed++;
		draft->body_room = 0;
		turn->pairing->answering = pair(turn);
		finish_response(turn);
	} else {
		yg_draft_free(turn->pairer->reading.pool, &reader->draft);
	}
}

/* The end of the body is lost. */
static void finish_body(const struct turn *turn)
{
	counters_of(turn)->body_cut++;
	if (turn->reader->kind == YG_READER_REQUESTS)
		turn->reader->draft = NULL;
	else
		finish_response(turn);
}

/* The sampler has cut this body: nothing more will be learned, so the exchange does not wait. */
static void finish_cut(const struct turn *turn)
{
	struct yg_reader *reader = turn->reader;

	if (reader->kind != YG_READER_RESPONSES || !reader->draft)
		return;
	reader->draft->body_bytes += yg_reader_body_left(reader);
	reader->draft->end_ns = turn->time_ns;
	finish_response(turn);
}

static void take_gap(const struct turn *turn, const struct yg_run *run)
{
	enum yg_hole hole = yg_reader_gap(&turn->pairer->reading, turn->reader, run->len, run->cut);

	if (turn->reader->lost)
		turn->pairing->lost_ns = turn->time_ns;
	switch (hole) {
	case YG_HOLE_BODY:
		if (run->cut)
			finish_cut(turn);
		break;
	case YG_HOLE_ENDED:
		if (turn->reader->draft)
			turn->reader->draft->end_ns = turn->time_ns;
		handle(turn, YG_EVENT_END);
		break;
	case YG_HOLE_HEAD:
		finish_head(turn);
		break;
	case YG_HOLE_REST:
		finish_body(turn);
		break;
	case YG_HOLE_NONE:
		break;
	}
}

/* What follows the bytes that told of HTTP/2. */
static void run_rest(const struct turn *turn, const struct yg_run *run, const struct yg_feed *feed)
{
	struct yg_run rest = *run;

	rest.data = feed->p;
	rest.len = (uint64_t)(feed->end - feed->p);
	rest.start = feed->start;
	if (rest.len)
		yg_h2_run(turn->pairer, turn->flow, turn->pairing->h2, &rest);
}

void yg_pairing_run(struct yg_pairer *pairer, struct yg_flow *flow, const struct yg_run *run)
{
	struct turn turn = turn_of(pairer, flow, run->dir, run->time_ns);
	struct yg_feed feed = {
		.p = run->data,
		.end = run->data ? run->data + run->len : NULL,
		.time_ns = run->time_ns,
		.source = run->source,
		.start = run->start,
	};

	if (turn.pairing->h2) {
		yg_h2_run(pairer, flow, turn.pairing->h2, run);
		return;
	}
	turn.reader->tls = flow->tls;
	turn.reader->joined =
		turn.reader->lost || (flow->tls ? flow->joined : !flow->streams[run->dir].has_syn);
	if (run->data) {
		enum yg_event event;

		do {
			event = yg_reader_next(&pairer->reading, turn.reader, &feed);
			handle(&turn, event);
		} while (event != YG_EVENT_NONE && !turn.pairing->h2);
		if (turn.pairing->h2) {
			run_rest(&turn, run, &feed);
			return;
		}
		keep_unfinished(&turn);
	} else {
		take_gap(&turn, run);
	}
	if (turn.pairing->tunnel)
		yg_tunnel_goes_on(pairer, flow, turn.pairing->tunnel, run->time_ns);
	flow->asks = yg_pairing_asks(turn.pairing);
	update_unwanted(&turn);
}

void yg_pairing_end(struct yg_pairer *pairer, struct yg_flow *flow, unsigned dir, uint64_t time_ns)
{
	struct turn turn = turn_of(pairer, flow, dir, time_ns);
	struct yg_reader *reader = turn.reader;

	if (turn.pairing->h2) {
		yg_h2_end(turn.pairing->h2, dir);
		return;
	}
	switch ((enum yg_reader_state)reader->state) {
	case YG_READER_START: /* a head that its sender did not finish is no message */
		pairer->reading.counters->head_cut += reader->draft != NULL;
		if (reader->draft && yg_draft_is_evident(reader->draft))
			refuse_request(&turn);
		break;
	case YG_READER_LENGTH:
	case YG_READER_CHUNKED:
		finish_body(&turn);
		break;
	case YG_READER_CLOSE:
		if (reader->draft) {
			reader->draft->complete = true;
			reader->draft->end_ns = time_ns;
		}
		if (reader->kind == YG_READER_REQUESTS)
			request_done(&turn);
		else
			finish_response(&turn);
		break;
	default:
		break;
	}
	yg_reader_leave(&pairer->reading, reader, YG_SKIP_CLOSED);
	update_unwanted(&turn);
}

/* An answer that goes on for long is told before its end: a stream of events may last for days. */
static void tell_open(const struct turn *turn)
{
	struct yg_draft *request = turn->pairing->answering, *response = turn->reader->draft;

	if (!request || !response || request->told ||
	    turn->time_ns - response->start_ns < YG_OPEN_TELL_NS)
		return;
	emit(turn, request, response, true);
	yg_draft_mark_told(request);
	yg_draft_mark_told(response);
}

/* Requests whose answers will not come. */
static void give_up_lost(const struct turn *turn)
{
	const struct yg_pairing *pairing = turn->pairing;

	while (pairing->first && !pairing->answering && pairing->first != turn->peer->draft &&
	       yg_waits_in_vain(pairing->first->start_ns, pairing->lost_ns, turn->time_ns))
		give_up_first(turn);
}

void yg_pairing_due(struct yg_pairer *pairer, struct yg_flow *flow, uint64_t now_ns)
{
	struct turn turn = turn_of(pairer, flow, flow->server_dir & 1, now_ns);

	if (turn.pairing->h2) {
		yg_h2_due(pairer, flow, turn.pairing->h2, now_ns);
		return;
	}
	if (turn.pairing->tunnel)
		yg_tunnel_goes_on(pairer, flow, turn.pairing->tunnel, now_ns);
	tell_open(&turn);
	give_up_lost(&turn);
	flow->asks = yg_pairing_asks(turn.pairing);
}

void yg_pairing_close(struct yg_pairer *pairer, struct yg_flow *flow)
{
	struct turn turn = turn_of(pairer, flow, 0, flow->last_ns);

	if (turn.pairing->h2)
		yg_h2_close(pairer, flow, &turn.pairing->h2);
	else
		yg_h2_count_unread(pairer->reading.counters, flow->lost,
				   flow->streams[0].begun + flow->streams[1].begun);
	while (turn.pairing->first)
		give_up_first(&turn);
	yg_tunnel_close(pairer, flow, &turn.pairing->tunnel);
	assert(!turn.pairing->answering);
}
