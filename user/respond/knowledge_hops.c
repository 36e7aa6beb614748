/* SPDX-License-Identifier: GPL-2.0-only */
/* From exchanges to who calls whom: hops are linked, and counted as relations of endpoints. */
#include <string.h>

#include "baseline/estimate.h"
#include "respond/knowledge_inside.h"

/* Both are requests of one endpoint: what the client asked for once is counted once. */
static void count_once(struct yg_knowledge *knowledge, const struct yg_hop_link *link)
{
	struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, link->index);
	const struct yg_use use = {
		.request_bytes = link->request_bytes,
		.response_bytes = link->response_bytes,
		.weight = link->weight,
		.status = link->status,
		.outcome = link->outcome,
		.tokens_in = link->tokens_in,
		.tokens_out = link->tokens_out,
		.tls = link->tls,
	};

	if (!link->weight || !endpoint || endpoint->id != link->endpoint)
		return;
	yg_knowledge_uncount_caller(knowledge, link);
	yg_inventory_unuse(endpoint, &use);
	if (knowledge->profiles[endpoint->index])
		yg_profile_take_back(knowledge->profiles[endpoint->index],
				     &(struct yg_sample){ .time_ns = link->time_ns,
							  .request_bytes = link->request_bytes,
							  .response_bytes = link->response_bytes,
							  .status = link->status,
							  .weight = link->weight });
	knowledge->dirty[endpoint->index] = true;
}

static void take_link(void *ctx, const struct yg_hop_link *link)
{
	struct yg_knowledge *knowledge = ctx;
	const struct yg_relation relation = {
		.from = link->parent_endpoint,
		.into = link->endpoint,
		.kind = (uint8_t)yg_relation_kind_of(&link->server),
	};

	if (link->parent_id && link->endpoint && link->parent_endpoint == link->endpoint)
		count_once(knowledge, link);
	yg_posture_take_hop(knowledge->posture, link,
			    yg_inventory_at(knowledge->inventory, link->index));
	if (link->parent_id && knowledge->sink.on_link)
		knowledge->sink.on_link(knowledge->sink.ctx, link->id, link->parent_id);
	if (link->endpoint && (link->parent_id || link->outbound))
		yg_relations_add(knowledge->relations, &relation, link->time_ns);
}

int yg_knowledge_open_hops(struct yg_knowledge *knowledge)
{
	int r = yg_relations_new(&knowledge->table_key, &knowledge->relations);

	return r ? r : yg_hops_new(&knowledge->table_key, take_link, knowledge, &knowledge->hops);
}

void yg_knowledge_close_hops(struct yg_knowledge *knowledge)
{
	yg_hops_free(&knowledge->hops);
	yg_relations_free(&knowledge->relations);
}

void yg_knowledge_take_hop(struct yg_knowledge *knowledge, const struct yg_subject *subject,
			   struct yg_observation *ret)
{
	const struct yg_exchange *exchange = subject->exchange;
	const struct yg_hop hop = {
		.exchange = exchange,
		.id = knowledge->reading->hop,
		.endpoint = ret->endpoint ? ret->endpoint->id : 0,
		.index = ret->endpoint ? ret->endpoint->index : 0,
		.weight = exchange->twin ? 0 : yg_weight_from_share(exchange->sampled),
		.outcome = knowledge->outcome.kind,
		.tokens_in = knowledge->outcome.tokens_in,
		.tokens_out = knowledge->outcome.tokens_out,
		.path = ret->path,
		.caller = knowledge->reading->caller.hash,
		.asked = subject->client,
	};

	ret->id = hop.id;
	if (ret->path.ptr)
		yg_hops_take(knowledge->hops, &hop);
}

void yg_knowledge_twin(struct yg_knowledge *knowledge, const struct yg_subject *subject)
{
	const struct yg_exchange *exchange = subject->exchange;
	struct yg_observation seen = { .protocol = exchange->protocol };

	if (!exchange->request.present)
		return;
	yg_knowledge_read_subject(knowledge, subject, &seen);
	yg_knowledge_read_operation(knowledge, exchange, &seen);
	if (knowledge->reading->has_path) {
		seen.path = (struct yg_slice){ knowledge->path->text, knowledge->path->len };
		seen.endpoint = yg_knowledge_find_piece(knowledge, exchange, &seen);
	}
	if (seen.endpoint)
		yg_knowledge_note(knowledge, subject, seen.endpoint,
				  yg_weight_from_share(exchange->sampled));
	/* The serving end knows that it is of this host, too: it has told who led to it. */
	if (yg_hop_side_of(exchange) != YG_HOP_SIDE_LOCAL)
		yg_knowledge_take_hop(knowledge, subject, &seen);
}

void yg_knowledge_relations(const struct yg_knowledge *knowledge, yg_relation_fn fn, void *ctx)
{
	yg_relations_each(knowledge->relations, fn, ctx);
}

void yg_knowledge_relation_news(struct yg_knowledge *knowledge, uint32_t max, yg_relation_fn fn,
				void *ctx)
{
	yg_relations_news(knowledge->relations, max, fn, ctx);
}

void yg_knowledge_relations_told(struct yg_knowledge *knowledge)
{
	yg_relations_told(knowledge->relations);
}

const struct yg_endpoint *yg_knowledge_endpoint(const struct yg_knowledge *knowledge, uint64_t id)
{
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);

		if (endpoint && endpoint->id == id)
			return endpoint;
	}
	return NULL;
}

void yg_knowledge_count_hops(const struct yg_knowledge *knowledge, yg_counter_fn fn, void *ctx)
{
	const struct yg_hop_counters *hops = yg_hops_counters(knowledge->hops);

	fn(ctx, "hop.upstream", hops->waiting);
	fn(ctx, "hop.linked", hops->linked);
	fn(ctx, "hop.ambiguous", hops->ambiguous);
	fn(ctx, "hop.lost", hops->lost);
	fn(ctx, "hop.relations", yg_relations_count(knowledge->relations));
	fn(ctx, "hop.relations_evicted", yg_relations_evicted(knowledge->relations));
	fn(ctx, "exposure.evicted", yg_knowledge_exposures_evicted(knowledge));
	fn(ctx, "party.hosts", yg_parties_count(knowledge->parties));
	fn(ctx, "party.evicted", yg_parties_evicted(knowledge->parties));
}
