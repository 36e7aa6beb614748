/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/tell.h"

#include <string.h>

#include "core/hash.h"
#include "core/log.h"
#include "detect/take.h"
#include "store/feed_from.h"

#define ASSESS_NS     (5ull * 1000000000) /* labels and risk are made anew */
#define RELATIONS_MAX 256u		  /* told a second: they fit one packet */

/* Of slots only: who makes two names meet has them told more often. */
static const struct yg_hash_key names_key = { 0x63616c6c657273, 0x746f6c64 };

struct data_context {
	struct yg_tell *tell;
	uint64_t endpoint;
};

static void put_data(void *ctx, const struct yg_data_field *field, enum yg_data_level level)
{
	const struct data_context *context = ctx;
	struct yg_tell *tell = context->tell;
	const struct yg_data *data = yg_knowledge_data(tell->knowledge);
	struct yg_feed_message message;

	yg_feed_from_data(context->endpoint, field, level, yg_data_class_name(data, field->class_),
			  &message);
	yg_feed_out_put(tell->out, &message);
}

static void put_endpoint(void *ctx, const struct yg_endpoint *endpoint)
{
	struct yg_tell *tell = ctx;
	char servers[YG_EXPOSURE_SERVERS][YG_ADDRESS_TEXT_CAP];
	struct yg_assessment assessment;
	struct yg_feed_message message;
	bool is_news;

	/* Bytes come without a request when an exchange goes on that was told while it was open. */
	is_news = yg_told_is_news(&tell->endpoints, endpoint->id,
				  endpoint->requests + endpoint->request_bytes +
					  endpoint->response_bytes);
	/* Labels and risk change without traffic too: all are looked at after each round. */
	if (!is_news && !tell->assessed)
		return;
	yg_knowledge_assessment(tell->knowledge, endpoint, &assessment);
	if (!yg_knowledge_assessment_news(tell->knowledge, endpoint, &assessment) && !is_news)
		return;
	yg_feed_from_endpoint(endpoint, &message);
	yg_feed_add_assessment(&assessment, &message);
	yg_feed_add_exposure(yg_knowledge_exposure(tell->knowledge, endpoint), servers, &message);
	yg_feed_out_put(tell->out, &message);
	yg_knowledge_data_news(tell->knowledge, endpoint, put_data,
			       &(struct data_context){ tell, endpoint->id });
}

static void put_relation(void *ctx, const struct yg_relation *relation)
{
	struct yg_tell *tell = ctx;
	struct yg_feed_message message;

	yg_feed_from_relation(relation, &message);
	yg_feed_out_put(tell->out, &message);
}

static void put_party(void *ctx, const struct yg_party *party)
{
	struct yg_tell *tell = ctx;
	struct yg_feed_message message;
	uint64_t name = yg_hash(&names_key, party->host, strlen(party->host));

	if (!yg_told_is_news(&tell->callers, ~name, party->requests + party->handshakes))
		return;
	yg_feed_from_party(party, &message);
	yg_feed_out_put(tell->out, &message);
}

static void put_take(void *ctx, const struct yg_take *take)
{
	struct yg_tell *tell = ctx;
	struct yg_feed_message message;

	if (!yg_told_is_news(&tell->callers, yg_take_id(take), take->given))
		return;
	yg_feed_from_take(take,
			  yg_data_class_name(yg_knowledge_data(tell->knowledge), take->class_),
			  &message);
	yg_feed_out_put(tell->out, &message);
}

static void put_talk(void *ctx, const struct yg_talk *talk)
{
	struct yg_tell *tell = ctx;
	struct yg_feed_message message;
	uint64_t state = talk->sockets + talk->ended + talk->last_ns + talk->calls.looked;

	if (!yg_told_is_news(&tell->endpoints, ~talk->endpoint, state))
		return;
	yg_feed_from_talk(talk, &message);
	yg_feed_out_put(tell->out, &message);
	for (uint32_t place = 0; place < YG_TALK_CALLS_MAX; place++) {
		if (yg_feed_from_call(talk, place, &message))
			yg_feed_out_put(tell->out, &message);
	}
}

/* In a packet of their own, so that it is known whether they arrived. */
static void tell_relations(struct yg_tell *tell)
{
	uint64_t lost;

	yg_feed_out_flush(tell->out);
	lost = tell->out->stats.lost;
	yg_knowledge_relation_news(tell->knowledge, RELATIONS_MAX, put_relation, tell);
	yg_feed_out_flush(tell->out);
	if (tell->out->stats.lost == lost)
		yg_knowledge_relations_told(tell->knowledge);
}

static void put_caller(void *ctx, const struct yg_caller_info *caller)
{
	struct yg_tell *tell = ctx;
	struct yg_feed_message message;
	uint64_t name = yg_hash(&names_key, caller->caller, strlen(caller->caller));

	if (!yg_told_is_news(&tell->callers, name, caller->requests + caller->findings))
		return;
	yg_feed_from_caller(caller, &message);
	yg_feed_out_put(tell->out, &message);
}

void yg_tell_endpoints(struct yg_tell *tell, uint64_t now_ns)
{
	yg_told_lost(&tell->endpoints, tell->out->stats.lost, YG_TOLD_SLOTS / 4);
	tell->assessed = now_ns - tell->assess_ns >= ASSESS_NS;
	if (tell->assessed) {
		tell->assess_ns = now_ns;
		yg_knowledge_assess(tell->knowledge);
	}
	if (yg_knowledge_endpoints(tell->knowledge, put_endpoint, tell) < 0)
		yg_log(YG_LOG_WARNING, "endpoints: not told: Out of memory");
	yg_knowledge_talks(tell->knowledge, put_talk, tell);
	tell_relations(tell);
}

void yg_tell_callers(struct yg_tell *tell)
{
	yg_told_lost(&tell->callers, tell->out->stats.lost, YG_TOLD_SLOTS / 16);
	yg_knowledge_parties(tell->knowledge, put_party, tell);
	yg_knowledge_takes(tell->knowledge, put_take, tell);
	if (yg_knowledge_callers(tell->knowledge, put_caller, tell) < 0)
		yg_log(YG_LOG_WARNING, "callers: not told: Out of memory");
}
