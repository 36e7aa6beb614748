/* SPDX-License-Identifier: GPL-2.0-only */
#include "respond/knowledge.h"

#include <assert.h>
#include <errno.h>

#include "baseline/estimate.h"
#include "detect/detect.h"
#include "endpoint/listener.h"
#include "respond/knowledge_inside.h"
#include "yagura/event.h"

#define FLAGGED_MAX   4096u
#define PROFILES_EACH 1000000000ull  /* ns between two looks at all profiles */
#define ADOPT_EACH    10000000000ull /* ns between two looks at what is under addresses */

/* A minute has ended: hand it out with its endpoint. */
struct cell_context {
	struct yg_knowledge *knowledge;
	const struct yg_endpoint *endpoint;
};

static void end_cell(void *ctx, const struct yg_cell *cell)
{
	struct cell_context *context = ctx;
	const struct yg_knowledge_sink *sink = &context->knowledge->sink;

	if (sink->on_cell)
		sink->on_cell(sink->ctx, context->endpoint, cell);
}

void yg_knowledge_tick_profile(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			       uint64_t now_ns)
{
	struct yg_profile *profile = knowledge->profiles[endpoint->index];
	struct cell_context context = { knowledge, endpoint };

	if (profile)
		yg_profile_tick(profile, now_ns, end_cell, &context);
}

static uint32_t or_default(uint32_t value, uint32_t usual)
{
	return value ? value : usual;
}

/* Posture has no client to block: it goes to the sink as it is. */
static void take_posture(void *ctx, struct yg_finding *finding, enum yg_posture_news news)
{
	static const enum yg_news kinds[] = { [YG_POSTURE_NEW] = YG_NEWS_FOUND,
					      [YG_POSTURE_AGAIN] = YG_NEWS_REPEAT,
					      [YG_POSTURE_STATE] = YG_NEWS_ACTION };
	const struct yg_knowledge *knowledge = ctx;

	if (knowledge->sink.on_finding)
		knowledge->sink.on_finding(knowledge->sink.ctx, finding, kinds[news]);
}

static int open_posture(struct yg_knowledge *knowledge, const struct yg_knowledge_options *options,
			uint32_t endpoints)
{
	struct yg_posture_options posture = {
		.key = options->identity_key,
		.fapi = options->fapi,
		.endpoints_max = endpoints,
		.findings_max = options->postures_max,
		.jwks = options->jwks,
		.specs = options->specs,
	};

	return yg_posture_new(&posture, take_posture, knowledge, &knowledge->posture);
}

static int open_tables(struct yg_knowledge *knowledge, const struct yg_knowledge_options *options)
{
	uint32_t endpoints = or_default(options->endpoints_max, YG_ENDPOINTS_MAX);
	struct yg_detect_options detect = {
		.identity_key = options->identity_key,
		.pairs_max = or_default(options->pairs_max, YG_PAIRS_MAX),
	};
	struct yg_policy_options policy = {
		.mode = options->mode,
		.table_key = options->table_key,
		.protected_prefixes = options->protected_prefixes,
		.protected_count = options->protected_count,
		.block_ttl_ns = options->block_ttl_ns,
	};
	struct yg_data_options data = {
		.key = options->identity_key,
		.engine = options->data,
		.endpoints_max = endpoints,
	};
	char spare[1], *error = options->error ? options->error : spare;
	size_t error_cap = options->error ? options->error_cap : sizeof(spare);
	int r;

	knowledge->profiles = calloc(endpoints, sizeof(struct yg_profile *));
	knowledge->dirty = calloc(endpoints, sizeof(bool));
	knowledge->saved = calloc(endpoints, sizeof(bool));
	knowledge->answers = calloc(endpoints, sizeof(uint64_t));
	if (!knowledge->profiles || !knowledge->dirty || !knowledge->saved || !knowledge->answers)
		return -ENOMEM;
	r = yg_trie_new(&options->table_key, 2, &knowledge->blank);
	if (r < 0)
		return r;
	r = yg_inventory_new(&options->table_key, endpoints, yg_knowledge_evict, knowledge,
			     &knowledge->inventory);
	if (r < 0)
		return r;
	r = yg_lru_new(or_default(options->callers_max, YG_CALLERS_MAX), sizeof(struct caller_row),
		       &knowledge->callers);
	if (r < 0)
		return r;
	r = yg_lru_new(YG_ALWAYS_MAX, sizeof(uint64_t), &knowledge->suspects);
	if (r < 0)
		return r;
	r = yg_lru_new(FLAGGED_MAX, sizeof(uint64_t), &knowledge->flagged);
	if (r < 0)
		return r;
	r = yg_bodies_new(&knowledge->bodies);
	if (r < 0)
		return r;
	r = yg_data_new(&data, error, error_cap, &knowledge->data);
	if (r < 0)
		return r;
	r = yg_detectors_new(&detect, or_default(options->findings_max, YG_FINDINGS_MAX),
			     &knowledge->detectors);
	if (r < 0)
		return r;
	r = open_posture(knowledge, options, endpoints);
	if (r < 0)
		return r;
	r = yg_schemas_new(&options->identity_key, endpoints, 0, &knowledge->schemas);
	if (r < 0)
		return r;
	r = yg_knowledge_open_assessor(knowledge, endpoints);
	if (r == 0)
		r = yg_talks_new(&options->table_key, &knowledge->talks);
	if (r == 0)
		r = yg_parties_new(&options->table_key, &knowledge->parties);
	if (r < 0)
		return r;
	return yg_policy_new(&policy, &knowledge->policy);
}

int yg_knowledge_new(const struct yg_knowledge_options *options,
		     const struct yg_knowledge_sink *sink, struct yg_knowledge **ret)
{
	YG_CLEANUP(yg_knowledge_free) struct yg_knowledge *knowledge = NULL;
	int r;

	knowledge = calloc(1, sizeof(*knowledge));
	if (!knowledge)
		return -ENOMEM;
	knowledge->sink = *sink;
	knowledge->read_as = (struct yg_reading_options){ options->identity_key, options->names,
							  &knowledge->charsets };
	yg_charsets_open(&knowledge->charsets);
	knowledge->table_key = options->table_key;
	knowledge->templates = options->templates;
	knowledge->specs = options->specs;
	knowledge->data_each = options->data_each;
	r = open_tables(knowledge, options);
	if (r == 0)
		r = yg_knowledge_open_hops(knowledge);
	if (r == 0)
		r = yg_listeners_new(&options->table_key, &options->identity_key,
				     &knowledge->listeners);
	if (r < 0)
		return r;
	*ret = YG_TAKE_PTR(knowledge);
	return 0;
}

void yg_knowledge_free(struct yg_knowledge **knowledge)
{
	struct yg_knowledge *k = *knowledge;

	if (!k)
		return;
	for (uint32_t i = 0; k->inventory && i < yg_inventory_cap(k->inventory); i++)
		free(k->profiles[i]);
	for (uint32_t i = 0; i < YG_SERVICES_MAX; i++)
		yg_trie_free(&k->services[i].trie);
	yg_trie_free(&k->blank);
	yg_knowledge_close_hops(k);
	yg_inventory_free(&k->inventory);
	yg_lru_free(&k->callers);
	yg_lru_free(&k->flagged);
	yg_lru_free(&k->suspects);
	yg_detectors_free(&k->detectors);
	yg_posture_free(&k->posture);
	yg_bodies_free(&k->bodies);
	yg_data_free(&k->data);
	yg_policy_free(&k->policy);
	yg_charsets_close(&k->charsets);
	yg_schemas_free(&k->schemas);
	yg_assessor_free(&k->assessor);
	yg_parties_free(&k->parties);
	yg_talks_free(&k->talks);
	yg_listeners_free(&k->listeners);
	free(k->profiles);
	free(k->dirty);
	free(k->saved);
	free(k->answers);
	free(k);
	*knowledge = NULL;
}

static void count_endpoint(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
			   struct yg_endpoint *endpoint, struct yg_profile *profile)
{
	const struct yg_message *request = &exchange->request, *response = &exchange->response;
	struct cell_context context = { knowledge, endpoint };
	struct yg_use use = {
		.time_ns = yg_knowledge_time_of(exchange),
		.request_bytes = request->head_bytes + request->body_bytes,
		.response_bytes = response->head_bytes + response->body_bytes,
		.caller = knowledge->reading->caller.hash,
		.auth = knowledge->reading->caller.auth,
		.status = response->status,
		.protocol = knowledge->operation.protocol,
		.outcome = knowledge->outcome.kind,
		.tokens_in = knowledge->outcome.tokens_in,
		.tokens_out = knowledge->outcome.tokens_out,
		.tls = exchange->tls,
		.weight = yg_weight_from_share(exchange->sampled),
	};
	struct yg_sample sample = {
		.time_ns = use.time_ns,
		.request_bytes = use.request_bytes,
		.response_bytes = use.response_bytes,
		.request_size = request->body_bytes,
		.response_size = response->body_bytes,
		.status = use.status,
		.caller = use.caller,
		.weight = use.weight,
		.ordinal = exchange->ordinal,
		.clients = exchange->clients,
		.whole = exchange->chosen == YG_CHOSEN_CLIENT,
		.lossy = knowledge->lossy_minute == use.time_ns / YG_CELL_SPAN_NS,
	};

	if (response->present && response->start_ns >= use.time_ns) {
		sample.has_latency = true;
		sample.latency_us = (response->start_ns - use.time_ns) / 1000;
	}
	yg_inventory_use(knowledge->inventory, endpoint, &use);
	yg_profile_add(profile, &sample, end_cell, &context);
	knowledge->late |= use.time_ns / YG_CELL_SPAN_NS < knowledge->tick_ns / YG_CELL_SPAN_NS;
	knowledge->dirty[endpoint->index] = true;
}

static uint64_t hash_caller(const struct yg_knowledge *knowledge, struct yg_slice caller)
{
	return yg_hash(&knowledge->table_key, caller.ptr, caller.len);
}

static struct yg_reach measure_reach(const struct yg_knowledge *knowledge,
				     const struct yg_finding *finding)
{
	struct yg_reach reach = { 0 };

	for (uint32_t i = yg_lru_first(knowledge->callers); i;
	     i = yg_lru_next(knowledge->callers, i)) {
		const struct caller_row *row = yg_lru_at(knowledge->callers, i);

		if (row->last_ns + YG_RECENT_NS < finding->time_ns)
			break;
		reach.recent++;
		reach.cut += memcmp(&row->client, &finding->client, sizeof(row->client)) == 0;
	}
	return reach;
}

static void name_finding(struct yg_observation *observation, const struct yg_finding *finding)
{
	if (observation->finding_count == YG_OBSERVED_FINDINGS_MAX)
		return;
	observation->rules[observation->finding_count] = finding->rule->id;
	observation->findings[observation->finding_count++] = finding->id;
}

static void take_finding(void *ctx, struct yg_finding *finding)
{
	struct yg_knowledge *knowledge = ctx;
	const struct yg_knowledge_sink *sink = &knowledge->sink;
	struct caller_row *row = yg_lru_peek(knowledge->callers, knowledge->reading->caller.hash);
	struct yg_reach reach = { 0 };
	struct yg_request request;
	bool ask;

	(void)yg_lru_get(knowledge->flagged, yg_knowledge_hash_client(knowledge, &finding->client),
			 NULL);
	(void)yg_lru_get(
		knowledge->flagged,
		hash_caller(knowledge, (struct yg_slice){ knowledge->reading->caller.text,
							  knowledge->reading->caller.text_len }),
		NULL);
	if (row && finding->repeats == 0)
		row->findings++;
	if (row)
		yg_caller_ja4_add(&row->ja4, knowledge->ja4, finding);
	if (yg_policy_wants_reach(knowledge->policy, finding))
		reach = measure_reach(knowledge, finding);
	ask = yg_policy_decide(knowledge->policy, finding, &reach, &request);
	if (sink->on_finding)
		sink->on_finding(sink->ctx, finding,
				 finding->repeats ? YG_NEWS_REPEAT : YG_NEWS_FOUND);
	if (ask && sink->on_request)
		sink->on_request(sink->ctx, &request);
}

/* Findings that an exchange belongs to: same caller and endpoint, or same client and service. */
static void name_findings(const struct yg_knowledge *knowledge, const struct yg_recall *recall,
			  struct yg_observation *ret)
{
	if (!yg_detectors_first(knowledge->detectors))
		return;
	if (!yg_lru_peek(knowledge->flagged, hash_caller(knowledge, recall->caller)) &&
	    !yg_lru_peek(knowledge->flagged, yg_knowledge_hash_client(knowledge, &recall->client)))
		return;
	for (uint32_t i = yg_detectors_first(knowledge->detectors); i;
	     i = yg_detectors_next(knowledge->detectors, i)) {
		const struct yg_finding *finding = yg_detectors_at(knowledge->detectors, i);
		bool same_client =
			memcmp(&finding->client, &recall->client, sizeof(finding->client)) == 0;
		bool whole = finding->endpoint[0] == '\0';

		if (recall->start_ns < finding->first_ns ||
		    recall->start_ns > finding->time_ns + YG_RECENT_NS ||
		    !yg_slice_equal(yg_slice_from_str(finding->service), recall->service))
			continue;
		if (!whole && (!ret->endpoint || !yg_finding_is_about(finding, ret->endpoint)))
			continue;
		if (same_client ||
		    yg_slice_equal(yg_slice_from_str(finding->caller), recall->caller))
			name_finding(ret, finding);
	}
}

/* What was not read before is read here. */
void yg_knowledge_read_subject(struct yg_knowledge *knowledge, const struct yg_subject *subject,
			       struct yg_observation *ret)
{
	const struct yg_reading *reading = subject->reading;

	if (!reading) {
		yg_reading_take(&knowledge->read_as, subject, &knowledge->here);
		reading = &knowledge->here;
	}
	knowledge->reading = reading;
	knowledge->path = &reading->path;
	ret->service = reading->service;
	ret->source = reading->source;
	if (reading->caller.hash)
		ret->caller = (struct yg_slice){ reading->caller.text, reading->caller.text_len };
	if (reading->caller.app)
		ret->app = (struct yg_slice){ reading->caller.app_text, reading->caller.app_len };
}

/* The kernel knows peers: what a header says of a client behind one is of no use to it. */
static void tell_suspect(struct yg_knowledge *knowledge, const struct yg_subject *subject,
			 enum yg_watch why)
{
	const struct yg_exchange *exchange = subject->exchange;
	uint64_t now_ns = yg_knowledge_time_of(exchange), *told;
	bool fresh;

	if (!knowledge->sink.on_suspect || subject->client_forwarded || exchange->outbound ||
	    !(exchange->addresses_certain || exchange->tls) ||
	    yg_address_is_unknown(&exchange->client.addr))
		return;
	told = yg_lru_get(knowledge->suspects,
			  yg_knowledge_hash_client(knowledge, &exchange->client.addr) +
				  (uint64_t)why,
			  &fresh);
	if (!fresh && now_ns - *told < YG_CELL_SPAN_NS)
		return;
	*told = now_ns;
	knowledge->sink.on_suspect(knowledge->sink.ctx, &exchange->client.addr, why);
}

static void detect(struct yg_knowledge *knowledge, const struct yg_subject *subject,
		   const struct yg_endpoint *endpoint, struct yg_profile *profile,
		   const struct yg_observation *observation)
{
	const struct yg_exchange *exchange = subject->exchange;
	struct yg_scene scene = {
		.exchange = exchange,
		.bodies = knowledge->bodies,
		.credentials = &knowledge->reading->credentials,
		.caller = &knowledge->reading->caller,
		.endpoint = profile ? endpoint : NULL,
		.profile = profile,
		.path = knowledge->path,
		.route = &knowledge->route,
		.objects = &knowledge->objects,
		.handed = knowledge->reading->has_handed ? &knowledge->reading->handed : NULL,
		.login = &knowledge->login,
		.operation = &knowledge->operation,
		.lesson = knowledge->lesson,
		.service = observation->service,
		.template_ = observation->template_,
		.client = *yg_subject_witness(subject),
		.client_blockable = exchange->addresses_certain && !subject->client_forwarded &&
				    !exchange->outbound,
		.time_ns = yg_knowledge_time_of(exchange),
		.fields = knowledge->data,
		.data = observation->data,
		.suspicion = &knowledge->suspected,
		.outcome = knowledge->outcome.kind,
		.answer = yg_answer_from_outcome(
			exchange->response.present ? exchange->response.status : 0,
			knowledge->outcome.kind),
	};

	if (profile)
		yg_knowledge_show_schema(knowledge, endpoint, &scene);

	knowledge->suspected = false;
	yg_detectors_observe(knowledge->detectors, &scene, take_finding, knowledge);
	yg_posture_observe(knowledge->posture, &scene);
	if (knowledge->suspected)
		tell_suspect(knowledge, subject, YG_WATCH_STATE);
}

void yg_knowledge_read_operation(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
				 struct yg_observation *ret)
{
	struct yg_operation *operation = &knowledge->operation;

	yg_bodies_begin(knowledge->bodies, exchange);
	yg_operation_from_exchange(knowledge->bodies, exchange, operation);
	yg_outcome_read(knowledge->bodies, exchange, operation, &knowledge->outcome);
	ret->outcome = &knowledge->outcome;
	ret->protocol = operation->protocol;
	ret->operation = operation->text;
	ret->model = operation->model;
	ret->stream = operation->stream;
	ret->calls = operation->calls;
	ret->depth = operation->depth;
	ret->aliases = operation->aliases;
}

/* Rows become parts of others then, that of the exchange in hand maybe. */
static void pass_time(struct yg_knowledge *knowledge, uint64_t now_ns,
		      const struct yg_recall *recall, struct yg_observation *ret)
{
	uint32_t index = ret->endpoint ? ret->endpoint->index : 0;
	uint64_t id = ret->endpoint ? ret->endpoint->id : 0;
	const struct yg_endpoint *row;

	yg_knowledge_tick(knowledge, now_ns);
	row = yg_inventory_at(knowledge->inventory, index);
	if (id && (!row || row->id != id))
		ret->endpoint = yg_knowledge_find_again(knowledge, recall, ret);
}

void yg_knowledge_observe(struct yg_knowledge *knowledge, const struct yg_subject *subject,
			  uint64_t now_ns, struct yg_observation *ret)
{
	const struct yg_exchange *exchange = subject->exchange;
	struct yg_profile *profile = NULL;
	struct yg_endpoint *endpoint;
	struct yg_recall recall;

	*ret = (struct yg_observation){ .protocol = exchange->protocol };
	knowledge->observed++;
	if (!exchange->request.present) {
		/* Who asked for what is not known: nothing to learn from an answer alone. */
		knowledge->refused++;
		yg_knowledge_tick(knowledge, now_ns);
		return;
	}
	knowledge->unanswered += !exchange->response.present;
	knowledge->ja4 = exchange->ja4;
	yg_knowledge_read_subject(knowledge, subject, ret);
	yg_knowledge_read_operation(knowledge, exchange, ret);
	endpoint = yg_knowledge_name(knowledge, exchange, ret);
	knowledge->not_http += !ret->path.ptr;
	ret->endpoint = endpoint;
	if (endpoint)
		profile = yg_knowledge_profile_of(knowledge, endpoint);
	if (profile) {
		count_endpoint(knowledge, exchange, endpoint, profile);
		yg_knowledge_note(knowledge, subject, endpoint,
				  yg_weight_from_share(exchange->sampled));
	}
	if (yg_party_is_asked(exchange))
		yg_parties_observe(knowledge->parties, ret->service, exchange,
				   yg_weight_from_share(exchange->sampled));
	yg_knowledge_count_caller(knowledge, subject, endpoint);
	yg_knowledge_read_values(knowledge, exchange, profile ? endpoint : NULL, ret);
	detect(knowledge, subject, endpoint, profile, ret);
	yg_knowledge_take_hop(knowledge, subject, ret);
	recall = (struct yg_recall){
		.start_ns = yg_knowledge_time_of(exchange),
		.method = exchange->request.method,
		.service = ret->service,
		.source = ret->source,
		.caller = ret->caller,
		.client = subject->client,
	};
	name_findings(knowledge, &recall, ret);
	if (ret->finding_count > 0)
		tell_suspect(knowledge, subject, YG_WATCH_FINDING);
	pass_time(knowledge, now_ns, &recall, ret);
}

void yg_knowledge_resolve(struct yg_knowledge *knowledge, const struct yg_recall *recall,
			  struct yg_observation *ret)
{
	*ret = (struct yg_observation){ .service = recall->service,
					.source = recall->source,
					.caller = recall->caller,
					.operation = recall->operation };
	if (recall->path.ptr && yg_knowledge_read_path(knowledge, recall->path)) {
		ret->path = recall->path;
		ret->endpoint = yg_knowledge_find_again(knowledge, recall, ret);
	}
	if (recall->data_count)
		ret->classes = yg_data_classes(knowledge->data,
					       ret->endpoint ? (int64_t)ret->endpoint->index : -1,
					       recall->data, recall->data_count);
	name_findings(knowledge, recall, ret);
}

void yg_knowledge_tick(struct yg_knowledge *knowledge, uint64_t now_ns)
{
	bool minute;

	if (now_ns <= knowledge->now_ns)
		return;
	knowledge->now_ns = now_ns;
	yg_hops_tick(knowledge->hops, now_ns);
	if (now_ns < knowledge->tick_ns + PROFILES_EACH)
		return;
	/* Minutes and hours end on a minute, so between two of them there is nothing to see. */
	minute = now_ns / YG_CELL_SPAN_NS != knowledge->tick_ns / YG_CELL_SPAN_NS;
	if (now_ns / ADOPT_EACH != knowledge->tick_ns / ADOPT_EACH)
		yg_knowledge_adopt(knowledge);
	knowledge->tick_ns = now_ns;
	yg_knowledge_age_services(knowledge, now_ns);
	if (!minute && !knowledge->late)
		return;
	if (minute || knowledge->loaded)
		yg_knowledge_settle(knowledge);
	knowledge->late = knowledge->loaded = false;
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);

		if (endpoint)
			yg_knowledge_tick_profile(knowledge, endpoint, now_ns);
	}
}

void yg_knowledge_lose(struct yg_knowledge *knowledge, uint64_t now_ns, uint64_t lost)
{
	knowledge->lossy_minute = now_ns / YG_CELL_SPAN_NS;
	knowledge->lossy_minutes += knowledge->lossy_minute != knowledge->lossy_last;
	knowledge->lossy_last = knowledge->lossy_minute;
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		if (knowledge->profiles[i])
			yg_profile_lose(knowledge->profiles[i], now_ns, lost);
	}
}

void yg_knowledge_finish(struct yg_knowledge *knowledge)
{
	yg_hops_finish(knowledge->hops);
	yg_knowledge_settle(knowledge);
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);

		if (endpoint)
			yg_knowledge_tick_profile(knowledge, endpoint, UINT64_MAX);
	}
}

void yg_knowledge_reply(struct yg_knowledge *knowledge, const struct yg_reply *reply)
{
	struct yg_verdict_on verdict = yg_policy_reply(knowledge->policy, reply);
	struct yg_finding *finding = NULL;

	if (verdict.finding)
		finding = yg_detectors_find(knowledge->detectors, verdict.finding);
	if (!finding)
		return;
	finding->action = verdict.action;
	finding->result = verdict.result;
	if (knowledge->sink.on_finding)
		knowledge->sink.on_finding(knowledge->sink.ctx, finding, YG_NEWS_ACTION);
}
