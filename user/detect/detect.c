/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/detect.h"

#include <errno.h>
#include <stdio.h>

#include "core/lru.h"
#include "detect/posture.h"

/* The table of detectors: one row each. Order is the order in which they see an exchange. */
static const struct yg_detector *const detectors_all[] = {
	&yg_detect_bola,    &yg_detect_login,	&yg_detect_probing,
	&yg_detect_framing, &yg_detect_harvest,
};

#define DETECTORS YG_ARRAY_SIZE(detectors_all)

struct yg_detectors {
	void *states[DETECTORS];
	bool open[DETECTORS];
	struct yg_lru *findings; /* struct yg_finding by (rule, service, endpoint, subject) */
	yg_found_fn fn;		 /* of the observe that runs */
	void *ctx;
	uint64_t found;
};

int yg_detectors_new(const struct yg_detect_options *options, uint32_t findings_max,
		     struct yg_detectors **ret)
{
	YG_CLEANUP(yg_detectors_free) struct yg_detectors *detectors = NULL;
	int r;

	detectors = calloc(1, sizeof(*detectors));
	if (!detectors)
		return -ENOMEM;
	r = yg_lru_new(findings_max, sizeof(struct yg_finding), &detectors->findings);
	if (r < 0)
		return r;
	for (size_t i = 0; i < DETECTORS; i++) {
		r = detectors_all[i]->open(options, &detectors->states[i]);
		if (r < 0)
			return r;
		detectors->open[i] = true;
	}
	*ret = YG_TAKE_PTR(detectors);
	return 0;
}

void yg_detectors_free(struct yg_detectors **detectors)
{
	if (!*detectors)
		return;
	for (size_t i = 0; i < DETECTORS; i++) {
		if ((*detectors)->open[i])
			detectors_all[i]->close(&(*detectors)->states[i]);
	}
	yg_lru_free(&(*detectors)->findings);
	free(*detectors);
	*detectors = NULL;
}

/* What the finding is about, as text: the key of the table and half of the id. */
static uint64_t hash_topic(const struct yg_scene *scene, const struct yg_sighting *sighting)
{
	static const struct yg_hash_key public_key = { 0x66696e64696e6701, 0x2026 };
	struct {
		uint64_t rule, service, endpoint, subject;
	} topic = {
		.rule = yg_hash(&public_key, sighting->rule->id, strlen(sighting->rule->id)),
		.service = yg_hash(&public_key, scene->service.ptr, scene->service.len),
		.endpoint = sighting->whole_service || !scene->endpoint ? 0 : scene->endpoint->id,
		.subject = sighting->subject,
	};

	return yg_hash(&public_key, &topic, sizeof(topic));
}

struct yg_takes *yg_detectors_takes(const struct yg_detectors *detectors)
{
	for (size_t i = 0; i < DETECTORS; i++) {
		if (detectors_all[i] == &yg_detect_harvest)
			return detectors->states[i];
	}
	return NULL;
}

static void copy_text(char *ret, size_t cap, const char *text, size_t len)
{
	len = len < cap ? len : cap - 1;
	memcpy(ret, text, len);
	ret[len] = '\0';
}

static void open_finding(struct yg_finding *finding, const struct yg_scene *scene,
			 const struct yg_sighting *sighting, uint64_t topic)
{
	uint64_t id = yg_hash_mix(topic + sighting->first_ns);

	*finding = (struct yg_finding){
		.id = id ? id : 1,
		.rule = sighting->rule,
		.first_ns = sighting->first_ns,
	};
	copy_text(finding->service, sizeof(finding->service), scene->service.ptr,
		  scene->service.len);
	copy_text(finding->caller, sizeof(finding->caller), scene->caller->text,
		  scene->caller->text_len);
	if (!sighting->whole_service)
		(void)snprintf(finding->endpoint, sizeof(finding->endpoint), "%.*s %.*s",
			       (int)scene->exchange->request.method.len,
			       scene->exchange->request.method.ptr, (int)scene->template_.len,
			       scene->template_.ptr);
}

static void take_sighting(void *ctx, const struct yg_scene *scene,
			  const struct yg_sighting *sighting)
{
	struct yg_detectors *detectors = ctx;
	uint64_t topic = hash_topic(scene, sighting);
	struct yg_finding *finding;
	bool fresh;

	finding = yg_lru_get(detectors->findings, topic, &fresh);
	if (fresh || scene->time_ns > finding->time_ns + YG_FINDING_OPEN_NS) {
		open_finding(finding, scene, sighting, topic);
		detectors->found++;
	} else {
		finding->repeats++;
	}
	finding->time_ns = scene->time_ns;
	finding->severity = sighting->severity;
	finding->client = scene->client;
	finding->client_blockable = scene->client_blockable;
	if (!yg_address_is_unknown(&sighting->client)) {
		finding->client = sighting->client;
		finding->client_blockable = sighting->client_blockable;
	}
	memcpy(finding->cause, sighting->cause, sizeof(finding->cause));
	memcpy(finding->evidence, sighting->evidence, sizeof(finding->evidence));
	finding->evidence_count = sighting->evidence_count;
	detectors->fn(detectors->ctx, finding);
}

void yg_detectors_observe(struct yg_detectors *detectors, const struct yg_scene *scene,
			  yg_found_fn fn, void *ctx)
{
	detectors->fn = fn;
	detectors->ctx = ctx;
	for (size_t i = 0; i < DETECTORS; i++)
		detectors_all[i]->observe(detectors->states[i], scene, take_sighting, detectors);
}

bool yg_finding_is_about(const struct yg_finding *finding, const struct yg_endpoint *endpoint)
{
	size_t len = strlen(endpoint->method);

	return strncmp(finding->endpoint, endpoint->method, len) == 0 &&
	       finding->endpoint[len] == ' ' &&
	       strcmp(finding->endpoint + len + 1, endpoint->template_) == 0;
}

uint32_t yg_detectors_first(const struct yg_detectors *detectors)
{
	return yg_lru_first(detectors->findings);
}

uint32_t yg_detectors_next(const struct yg_detectors *detectors, uint32_t i)
{
	return yg_lru_next(detectors->findings, i);
}

struct yg_finding *yg_detectors_at(const struct yg_detectors *detectors, uint32_t i)
{
	return yg_lru_at(detectors->findings, i);
}

struct yg_finding *yg_detectors_find(const struct yg_detectors *detectors, uint64_t id)
{
	for (uint32_t i = yg_detectors_first(detectors); i; i = yg_detectors_next(detectors, i)) {
		struct yg_finding *finding = yg_detectors_at(detectors, i);

		if (finding->id == id)
			return finding;
	}
	return NULL;
}

void yg_detectors_counters(const struct yg_detectors *detectors,
			   void (*fn)(void *ctx, const char *name, uint64_t value), void *ctx)
{
	char name[64];

	fn(ctx, "detect.findings", detectors->found);
	fn(ctx, "detect.findings_evicted", yg_lru_evicted(detectors->findings));
	for (size_t i = 0; i < DETECTORS; i++) {
		(void)snprintf(name, sizeof(name), "detect.%s_evicted", detectors_all[i]->name);
		fn(ctx, name, detectors_all[i]->evicted(detectors->states[i]));
	}
}

/* Attacks, then posture, then FAPI; each in order of id. */
static const struct yg_rule *const rules[] = { &yg_rule_bola,
					       &yg_rule_brute,
					       &yg_rule_stuffing,
					       &yg_rule_harvest,
					       &yg_rule_probing,
					       &yg_rule_flood,
					       &yg_rule_spraying,
					       &yg_rule_framing,
#define ROW(name, ...) &yg_posture_rules[YG_POSTURE_##name].rule,
					       YG_POSTURE_RULES(ROW) YG_FAPI_RULES(ROW)
#undef ROW
};

const struct yg_rule *const *yg_rules(uint32_t *ret_count)
{
	*ret_count = YG_ARRAY_SIZE(rules);
	return rules;
}
