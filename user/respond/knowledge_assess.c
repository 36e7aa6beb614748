/* SPDX-License-Identifier: GPL-2.0-only */
/* Labels and risk: between the tables of the stages and detect/{label,risk}.h. */
#include <errno.h>
#include <string.h>

#include "detect/label.h"
#include "detect/risk.h"
#include "endpoint/exposure.h"
#include "endpoint/specs.h"
#include "endpoint/survey.h"
#include "endpoint/trait.h"
#include "parse/handshake.h"
#include "respond/knowledge_inside.h"

#define NS_PER_DAY   86400000000000ull
#define DORMANT_DAYS 30u
#define NEW_DAYS     7u
#define TALLY_MAX    UINT16_MAX

struct yg_assessor {
	uint32_t cap;		       /* rows of the inventory */
	struct yg_trait *traits;       /* [cap] */
	struct yg_exposure *exposures; /* [cap] */
	struct yg_faults *tallies;     /* [cap]: findings about an endpoint */
	struct yg_faults *services;    /* [cap]: about a service, by its number in the survey */
	uint64_t *prints;	       /* [cap]: what was told last, to see a change */
	bool *dirty;		       /* [cap]: traits changed since they were saved */
	uint8_t *documented;	       /* [cap]: enum yg_documented */
	struct yg_survey *survey;
	uint64_t dormant_ns, new_ns;
	uint64_t exposures_evicted; /* addresses that made room for others */
};

int yg_knowledge_open_assessor(struct yg_knowledge *knowledge, uint32_t endpoints)
{
	YG_CLEANUP(yg_assessor_free) struct yg_assessor *assessor = calloc(1, sizeof(*assessor));
	int r;

	if (!assessor)
		return -ENOMEM;
	assessor->cap = endpoints;
	assessor->dormant_ns = DORMANT_DAYS * NS_PER_DAY;
	assessor->new_ns = NEW_DAYS * NS_PER_DAY;
	assessor->traits = calloc(endpoints, sizeof(*assessor->traits));
	assessor->exposures = calloc(endpoints, sizeof(*assessor->exposures));
	assessor->tallies = calloc(endpoints, sizeof(*assessor->tallies));
	assessor->services = calloc(endpoints, sizeof(*assessor->services));
	assessor->prints = calloc(endpoints, sizeof(*assessor->prints));
	assessor->dirty = calloc(endpoints, sizeof(*assessor->dirty));
	assessor->documented = calloc(endpoints, sizeof(*assessor->documented));
	if (!assessor->traits || !assessor->exposures || !assessor->tallies ||
	    !assessor->services || !assessor->prints || !assessor->dirty || !assessor->documented)
		return -ENOMEM;
	r = yg_survey_new(endpoints, &assessor->survey);
	if (r == 0)
		knowledge->assessor = YG_TAKE_PTR(assessor);
	return r;
}

void yg_assessor_free(struct yg_assessor **assessor)
{
	struct yg_assessor *a = *assessor;

	if (!a)
		return;
	free(a->traits);
	free(a->exposures);
	free(a->tallies);
	free(a->services);
	free(a->prints);
	free(a->dirty);
	free(a->documented);
	yg_survey_free(&a->survey);
	free(a);
	*assessor = NULL;
}

/* Methods of the Model Context Protocol that no other JSON-RPC has. */
static bool is_mcp(const struct yg_operation *operation)
{
	static const char *const heads[] = { "tools/", "resources/", "prompts/", "notifications/" };

	if (operation->protocol != YG_PROTOCOL_JSONRPC)
		return false;
	for (size_t i = 0; i < YG_ARRAY_SIZE(heads); i++) {
		size_t len = strlen(heads[i]);

		if (operation->text.len >= len && memcmp(operation->text.ptr, heads[i], len) == 0)
			return true;
	}
	return false;
}

void yg_knowledge_note(struct yg_knowledge *knowledge, const struct yg_subject *subject,
		       const struct yg_endpoint *endpoint, uint32_t weight)
{
	const struct yg_exchange *exchange = subject->exchange;
	const struct yg_operation *operation = &knowledge->operation;
	const struct yg_trait_use use = {
		.client = &subject->client,
		.app = knowledge->reading->caller.app,
		.time_ns = exchange->request.start_ns,
		.kinds = (operation->model.ptr ? (uint32_t)YG_TRAIT_LLM : 0) |
			 (is_mcp(operation) ? (uint32_t)YG_TRAIT_MCP : 0),
		.weight = weight,
		.port = exchange->server.port,
		.outbound = exchange->outbound,
		.server_public = exchange->outbound && yg_address_is_public(&exchange->server.addr),
		.forwarded = subject->client_forwarded,
		.peer_is_proxy = subject->peer_is_proxy,
	};

	yg_trait_add(&knowledge->assessor->traits[endpoint->index], &use);
	if (yg_exposure_wants(endpoint->requests))
		knowledge->assessor->exposures_evicted += yg_exposure_add(
			&knowledge->assessor->exposures[endpoint->index], exchange,
			yg_slice_from_str(endpoint->service), subject->peer_is_proxy);
	knowledge->assessor->dirty[endpoint->index] = true;
}

void yg_knowledge_drop_trait(struct yg_knowledge *knowledge, uint32_t index)
{
	struct yg_assessor *assessor = knowledge->assessor;

	assessor->traits[index] = (struct yg_trait){ 0 };
	assessor->exposures[index] = (struct yg_exposure){ 0 };
	assessor->tallies[index] = (struct yg_faults){ 0 };
	assessor->prints[index] = 0;
	assessor->dirty[index] = false;
	assessor->documented[index] = YG_DOCUMENTED_UNKNOWN;
}

void yg_knowledge_fold_trait(struct yg_knowledge *knowledge, uint32_t into, uint32_t from)
{
	yg_trait_fold(&knowledge->assessor->traits[into], &knowledge->assessor->traits[from]);
	knowledge->assessor->exposures_evicted += yg_exposure_fold(
		&knowledge->assessor->exposures[into], &knowledge->assessor->exposures[from]);
	knowledge->assessor->dirty[into] = true;
}

/* --- findings by endpoint */

static void count(uint16_t *counter)
{
	if (*counter < TALLY_MAX)
		(*counter)++;
}

/* The row of the endpoint that a finding names: "GET /v1/users/{id}"; NULL: of none. */
static const struct yg_endpoint *endpoint_of(const struct yg_knowledge *knowledge,
					     const struct yg_finding *finding)
{
	const char *blank = strchr(finding->endpoint, ' ');

	if (!blank)
		return NULL;
	return yg_inventory_find(
		knowledge->inventory, yg_slice_from_str(finding->service),
		(struct yg_slice){ finding->endpoint, (size_t)(blank - finding->endpoint) },
		yg_slice_from_str(blank + 1));
}

static void tally(void *ctx, const struct yg_finding *finding)
{
	const struct yg_knowledge *knowledge = ctx;
	struct yg_assessor *assessor = knowledge->assessor;
	const struct yg_endpoint *endpoint = endpoint_of(knowledge, finding);
	const struct yg_kin *kin = yg_survey_kin(assessor->survey, finding->service);
	struct yg_faults *into = NULL;

	if (finding->state == YG_STATE_RESOLVED)
		return;
	if (endpoint)
		into = &assessor->tallies[endpoint->index];
	else if (!finding->endpoint[0] && kin)
		into = &assessor->services[kin->number];
	if (!into)
		return;
	if (finding->state == YG_STATE_NONE)
		count(&into->attack[finding->severity]);
	else
		count(&into->posture[finding->severity]);
	into->deprecated |= finding->rule == &yg_posture_rules[YG_POSTURE_DEPRECATED].rule;
}

static enum yg_documented look_up(struct yg_knowledge *knowledge,
				  const struct yg_endpoint *endpoint)
{
	const struct yg_specs_hit *hit = yg_posture_documented(knowledge->posture, endpoint);

	switch (hit ? hit->place : YG_SPECS_SILENT) {
	case YG_SPECS_FOUND:
		return yg_spec_operation(hit->spec, hit->operation)->deprecated
			       ? YG_DOCUMENTED_DEPRECATED
			       : YG_DOCUMENTED_YES;
	case YG_SPECS_SHADOW:
	case YG_SPECS_METHOD:
		return YG_DOCUMENTED_NO;
	case YG_SPECS_SILENT:
	case YG_SPECS_PLACE_MAX:
	default:
		return YG_DOCUMENTED_NO_SERVICE;
	}
}

static void look_up_all(struct yg_knowledge *knowledge)
{
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);

		if (endpoint)
			knowledge->assessor->documented[i] = (uint8_t)look_up(knowledge, endpoint);
	}
}

void yg_knowledge_assess(struct yg_knowledge *knowledge)
{
	struct yg_assessor *assessor = knowledge->assessor;
	const struct yg_detectors *detectors = knowledge->detectors;
	const struct yg_posture *posture = knowledge->posture;

	yg_survey_take(assessor->survey, knowledge->inventory);
	if (knowledge->specs && yg_specs_count(knowledge->specs) > 0)
		look_up_all(knowledge);
	memset(assessor->tallies, 0, assessor->cap * sizeof(*assessor->tallies));
	memset(assessor->services, 0, assessor->cap * sizeof(*assessor->services));
	for (uint32_t i = yg_detectors_first(detectors); i; i = yg_detectors_next(detectors, i))
		tally(knowledge, yg_detectors_at(detectors, i));
	for (uint32_t i = yg_posture_first(posture); i; i = yg_posture_next(posture, i)) {
		if (yg_posture_at(posture, i))
			tally(knowledge, yg_posture_at(posture, i));
	}
}

void yg_knowledge_assessment(const struct yg_knowledge *knowledge,
			     const struct yg_endpoint *endpoint, struct yg_assessment *ret)
{
	static const struct yg_faults nothing = { 0 };
	const struct yg_assessor *assessor = knowledge->assessor;
	const struct yg_kin *kin = yg_survey_kin(assessor->survey, endpoint->service);
	const struct yg_label_scene scene = {
		.endpoint = endpoint,
		.trait = &assessor->traits[endpoint->index],
		.survey = assessor->survey,
		.tally = &assessor->tallies[endpoint->index],
		.data = knowledge->data,
		.documented = (enum yg_documented)assessor->documented[endpoint->index],
		.now_ns = knowledge->now_ns,
		.dormant_ns = assessor->dormant_ns,
		.new_ns = assessor->new_ns,
	};
	const struct yg_risk_scene risk = {
		.endpoint = endpoint,
		.trait = scene.trait,
		.labels = &ret->labels,
		.tally = scene.tally,
		.service = kin ? &assessor->services[kin->number] : &nothing,
		.data = knowledge->data,
	};

	yg_labels_from_scene(&scene, &ret->labels);
	yg_risk_from_scene(&risk, &ret->risk);
}

bool yg_knowledge_assessment_news(struct yg_knowledge *knowledge,
				  const struct yg_endpoint *endpoint,
				  const struct yg_assessment *assessment)
{
	uint64_t *print = &knowledge->assessor->prints[endpoint->index];
	uint64_t now = (uint64_t)assessment->labels.bits << 8 | assessment->risk.score | 1ull << 63;
	bool changed = *print != now;

	*print = now;
	return changed;
}

void yg_knowledge_handshake(struct yg_knowledge *knowledge, const struct yg_handshake *handshake)
{
	bool changed = yg_parties_handshake(knowledge->parties, handshake);
	const struct yg_party *party =
		handshake->sni.len ? yg_parties_find(knowledge->parties, handshake->sni) : NULL;

	if (party && handshake->is_answered)
		yg_posture_party(knowledge->posture, handshake, party, changed);
	yg_posture_handshake(knowledge->posture, handshake);
}

/* Blobs of parties on their way. */
struct party_blobs {
	yg_blob_fn fn;
	void *ctx;
};

static void put_party(void *ctx, uint32_t place, const uint8_t *data, size_t len)
{
	const struct party_blobs *blobs = ctx;

	blobs->fn(blobs->ctx, YG_BLOB_PARTY, place, data, len);
}

void yg_knowledge_save_parties(struct yg_knowledge *knowledge, bool changed_only, yg_blob_fn fn,
			       void *ctx, uint8_t *buffer)
{
	struct party_blobs blobs = { fn, ctx };

	yg_parties_pack(knowledge->parties, changed_only, buffer, YG_BLOB_BYTES_MAX, put_party,
			&blobs);
}

void yg_knowledge_parties(const struct yg_knowledge *knowledge, yg_party_fn fn, void *ctx)
{
	yg_parties_each(knowledge->parties, fn, ctx);
}

const struct yg_exposure *yg_knowledge_exposure(const struct yg_knowledge *knowledge,
						const struct yg_endpoint *endpoint)
{
	return &knowledge->assessor->exposures[endpoint->index];
}

uint64_t yg_knowledge_exposures_evicted(const struct yg_knowledge *knowledge)
{
	return knowledge->assessor->exposures_evicted;
}

/* --- blobs */

bool yg_knowledge_pack_trait(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			     bool changed_only, struct yg_writer *writer)
{
	struct yg_assessor *assessor = knowledge->assessor;

	if (changed_only && !assessor->dirty[endpoint->index])
		return false;
	assessor->dirty[endpoint->index] = false;
	yg_put_text(writer, yg_slice_from_str(endpoint->service));
	yg_put_text(writer, yg_slice_from_str(endpoint->method));
	yg_put_text(writer, yg_slice_from_str(endpoint->template_));
	yg_trait_pack(&assessor->traits[endpoint->index], writer);
	yg_exposure_pack(&assessor->exposures[endpoint->index], writer);
	yg_posture_pack_urls(knowledge->posture, endpoint, writer);
	return true;
}

int yg_knowledge_load_trait(struct yg_knowledge *knowledge, struct yg_reader *reader)
{
	struct yg_slice service = yg_get_text(reader), method = yg_get_text(reader);
	struct yg_slice template_ = yg_get_text(reader);
	const struct yg_endpoint *endpoint;
	struct yg_exposure exposure = { 0 };
	struct yg_trait trait = { 0 };

	yg_trait_unpack(&trait, reader);
	if (reader->used < reader->len) /* older ones end here */
		yg_exposure_unpack(&exposure, reader);
	if (reader->bad)
		return -EINVAL;
	endpoint = yg_inventory_find(knowledge->inventory, service, method, template_);
	if (!endpoint)
		return -EINVAL;
	if (reader->used < reader->len) /* likewise */
		yg_posture_unpack_urls(knowledge->posture, endpoint, reader);
	if (reader->bad || reader->used != reader->len)
		return -EINVAL;
	knowledge->assessor->traits[endpoint->index] = trait;
	knowledge->assessor->exposures[endpoint->index] = exposure;
	return 0;
}
