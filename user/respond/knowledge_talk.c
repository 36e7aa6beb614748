/* SPDX-License-Identifier: GPL-2.0-only */
/* What goes on for long: WebSockets of an endpoint, and the ends of exchanges told before. */
#include "baseline/estimate.h"
#include "respond/knowledge_inside.h"

/* The request that opened it, as far as it is known still. */
static struct yg_exchange opening(const struct yg_websocket *websocket,
				  const struct yg_header *host)
{
	return (struct yg_exchange){
		.request = {
			.present = true,
			.method = websocket->stream ? YG_SLICE("CONNECT") : YG_SLICE("GET"),
			.target = websocket->target,
			.headers = host,
			.header_count = websocket->host.ptr != NULL,
		},
		.client = websocket->client,
		.server = websocket->server,
		.tls = websocket->tls,
	};
}

/* What was refused inside counts as under any other status. */
static void count_outcomes(struct yg_knowledge *knowledge, struct yg_endpoint *endpoint,
			   const struct yg_websocket *websocket)
{
	uint64_t outcomes[YG_OUTCOME_MAX] = { 0 };
	struct yg_use use = { .time_ns = websocket->end_ns };

	for (uint32_t i = 0; i < YG_WS_ROWS_MAX; i++) {
		for (uint32_t kind = 0; kind < YG_OUTCOME_MAX; kind++)
			outcomes[kind] += websocket->calls->rows[i].outcomes[kind];
	}
	for (uint32_t kind = YG_OUTCOME_OK; kind < YG_OUTCOME_MAX; kind++) {
		if (!outcomes[kind])
			continue;
		use.outcome = (uint8_t)kind;
		use.weight = (uint32_t)outcomes[kind] * yg_weight_from_share(websocket->sampled);
		yg_inventory_go_on(endpoint, &use);
		knowledge->dirty[endpoint->index] = true;
	}
}

/* A message as the body of a request or an answer: its fields are those of the endpoint. */
static void look_for_data(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			  const struct yg_websocket *websocket, const struct yg_ws_sample *sample)
{
	const struct yg_header type = { YG_SLICE("content-type"), YG_SLICE("application/json") };
	const struct yg_message body = {
		.present = true,
		.complete = true,
		.body_gap = sample->cut,
		.start_ns = websocket->start_ns,
		.status = 200,
		.headers = &type,
		.header_count = 1,
		.body = { sample->text, sample->len },
		.body_bytes = sample->len,
	};
	struct yg_exchange exchange = { .request = { .present = true },
					.response = { .present = true, .status = 200 } };
	struct yg_data_scene scene = {
		.exchange = &exchange,
		.endpoint = (int64_t)endpoint->index,
		.time_ns = websocket->end_ns,
		.lesson = true,
		.weight = 1,
	};
	enum yg_side side = sample->server ? YG_SIDE_RESPONSE : YG_SIDE_REQUEST;
	struct yg_values_walked walked;
	struct yg_visitor visitor;

	if (sample->server)
		exchange.response = body;
	else
		exchange.request = body;
	yg_bodies_begin(knowledge->bodies, &exchange);
	yg_data_begin(knowledge->data, &scene, &knowledge->seen);
	visitor = yg_data_visitor(knowledge->data, side);
	walked = yg_values_walk(&exchange, knowledge->bodies, side, &visitor, 1);
	yg_data_end(knowledge->data, &walked);
}

void yg_knowledge_websocket(struct yg_knowledge *knowledge, const struct yg_websocket *websocket)
{
	const struct yg_header host = { YG_SLICE("host"), websocket->host };
	const struct yg_exchange exchange = opening(websocket, &host);
	struct yg_observation seen = { 0 };
	struct yg_endpoint *endpoint = NULL;

	if (websocket->target.ptr && yg_knowledge_read_path(knowledge, websocket->target))
		endpoint = yg_knowledge_find_piece(knowledge, &exchange, &seen);
	if (!endpoint) {
		knowledge->talks_unplaced++;
		return;
	}
	yg_talks_add(knowledge->talks, endpoint->id, websocket,
		     yg_weight_from_share(websocket->sampled));
	if (!websocket->calls)
		return;
	count_outcomes(knowledge, endpoint, websocket);
	for (uint32_t i = 0; i < websocket->calls->sample_count; i++)
		look_for_data(knowledge, endpoint, websocket, &websocket->calls->samples[i]);
}

void yg_knowledge_rest(struct yg_knowledge *knowledge, const struct yg_exchange *exchange)
{
	struct yg_use use = {
		.time_ns = exchange->response.end_ns,
		.request_bytes = exchange->request.body_bytes,
		.response_bytes = exchange->response.body_bytes,
		.weight = yg_weight_from_share(exchange->sampled),
	};
	struct yg_observation seen = { 0 };
	struct yg_endpoint *endpoint = NULL;

	yg_knowledge_read_operation(knowledge, exchange, &seen);
	if (yg_knowledge_read_path(knowledge, exchange->request.target))
		endpoint = yg_knowledge_find_piece(knowledge, exchange, &seen);
	if (!endpoint) {
		knowledge->rests_unplaced++;
		return;
	}
	use.outcome = knowledge->outcome.kind;
	use.tokens_in = knowledge->outcome.tokens_in;
	use.tokens_out = knowledge->outcome.tokens_out;
	yg_inventory_go_on(endpoint, &use);
	knowledge->dirty[endpoint->index] = true;
}

const struct yg_talk *yg_knowledge_talk(const struct yg_knowledge *knowledge, uint64_t endpoint)
{
	return yg_talks_find(knowledge->talks, endpoint);
}

void yg_knowledge_talks(const struct yg_knowledge *knowledge, yg_talk_fn fn, void *ctx)
{
	yg_talks_each(knowledge->talks, fn, ctx);
}
