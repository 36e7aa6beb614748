/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API8: a request whose end two parsers could see at different places. One is enough: no client
 * library sends such a thing. Header folding and odd start lines are left out, for old and broken
 * clients do send them and they move no boundary.
 */
#include <stdio.h>

#include "detect/detector.h"

#define BOUNDARY                                                                       \
	((uint32_t)YG_ANOMALY_LENGTH_TWICE | (uint32_t)YG_ANOMALY_LENGTH_AND_CHUNKED | \
	 (uint32_t)YG_ANOMALY_CODING_INVALID | (uint32_t)YG_ANOMALY_CHUNK_INVALID |    \
	 (uint32_t)YG_ANOMALY_NAME_INVALID)

const struct yg_rule yg_rule_framing = {
	.id = "request-smuggling",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API8:2023",
	.pci = "6.2.4",
	.title = "A request with ambiguous framing",
	.effect = "A proxy and a server that disagree about its end let a hidden request pass",
	.remediation = "Reject ambiguous framing at the first proxy; use HTTP/2 to the back end; "
		       "bring proxy and server to versions that follow RFC 9112",
};

struct anomaly_name {
	uint32_t bit;
	const char *text;
};

static const struct anomaly_name names[] = {
	{ YG_ANOMALY_LENGTH_TWICE, "two different Content-Length values" },
	{ YG_ANOMALY_LENGTH_AND_CHUNKED, "both Content-Length and Transfer-Encoding" },
	{ YG_ANOMALY_CODING_INVALID, "a Transfer-Encoding that is unknown or not last" },
	{ YG_ANOMALY_CHUNK_INVALID, "a chunk with an invalid size or end" },
	{ YG_ANOMALY_NAME_INVALID, "a field name with white space before the colon" },
};

static int open_state(const struct yg_detect_options *options, void **ret)
{
	(void)options;
	*ret = NULL; /* one request says it all */
	return 0;
}

static void close_state(void **state)
{
	(void)state;
}

static void observe(void *state, const struct yg_scene *scene, yg_sighting_fn fn, void *ctx)
{
	uint32_t found = scene->exchange->request.anomalies & BOUNDARY;
	struct yg_sighting sighting = {
		.rule = &yg_rule_framing,
		.severity = yg_rule_framing.severity,
		.subject = yg_hash_mix(scene->caller->hash),
		.whole_service = true,
		.first_ns = scene->time_ns,
	};

	(void)state;
	if (!found)
		return;
	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (!(found & names[i].bit))
			continue;
		if (sighting.evidence_count == 0)
			(void)snprintf(sighting.cause, sizeof(sighting.cause),
				       "A request carried %s", names[i].text);
		yg_sighting_text(&sighting, "anomaly", yg_slice_from_str(names[i].text));
	}
	yg_sighting_number(&sighting, "status", scene->exchange->response.status);
	fn(ctx, scene, &sighting);
}

static uint64_t evicted(const void *state)
{
	(void)state;
	return 0;
}

const struct yg_detector yg_detect_framing = {
	.name = "framing",
	.open = open_state,
	.close = close_state,
	.observe = observe,
	.evicted = evicted,
};
