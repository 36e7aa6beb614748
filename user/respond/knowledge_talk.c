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

void yg_knowledge_websocket(struct yg_knowledge *knowledge, const struct yg_websocket *websocket)
{
	const struct yg_header host = { YG_SLICE("host"), websocket->host };
	const struct yg_exchange exchange = opening(websocket, &host);
	struct yg_observation seen = { 0 };
	const struct yg_endpoint *endpoint = NULL;

	if (websocket->target.ptr && yg_knowledge_read_path(knowledge, websocket->target))
		endpoint = yg_knowledge_find_piece(knowledge, &exchange, &seen);
	if (endpoint)
		yg_talks_add(knowledge->talks, endpoint->id, websocket,
			     yg_weight_from_share(websocket->sampled));
	else
		knowledge->talks_unplaced++;
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
