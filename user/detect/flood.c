/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API4: an HTTP/2 connection whose frames cost the server far more than the client: requests taken
 * back at once (CVE-2023-44487), a header block that does not end, SETTINGS or PING that each want
 * an answer. Stage 3 counts them per connection and tells once per kind; no client needs as many.
 */
#include <stdio.h>

#include "detect/detector.h"

#define FLOOD                                                                         \
	((uint32_t)YG_ANOMALY_RESET_FLOOD | (uint32_t)YG_ANOMALY_CONTINUATION_FLOOD | \
	 (uint32_t)YG_ANOMALY_SETTINGS_FLOOD)

const struct yg_rule yg_rule_flood = {
	.id = "http2-flood",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API4:2023",
	.pci = "6.2.4",
	.title = "A flood of HTTP/2 frames",
	.effect = "Few bytes of one client keep the server busy until it answers nobody",
	.remediation =
		"Bring the server to a version that limits such frames per connection; limit "
		"connections and requests per client at the gateway",
};

struct anomaly_name {
	uint32_t bit;
	const char *text;
};

static const struct anomaly_name names[] = {
	{ YG_ANOMALY_RESET_FLOOD, "requests taken back before their answers" },
	{ YG_ANOMALY_CONTINUATION_FLOOD, "a header block that does not end" },
	{ YG_ANOMALY_SETTINGS_FLOOD, "SETTINGS and PING frames that each want an answer" },
};

static int open_state(const struct yg_detect_options *options, void **ret)
{
	(void)options;
	*ret = NULL; /* stage 3 has counted */
	return 0;
}

static void close_state(void **state)
{
	(void)state;
}

static void observe(void *state, const struct yg_scene *scene, yg_sighting_fn fn, void *ctx)
{
	uint32_t found = scene->exchange->request.anomalies & FLOOD;
	struct yg_sighting sighting = {
		.rule = &yg_rule_flood,
		.severity = yg_rule_flood.severity,
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
				       "A connection carried %s", names[i].text);
		yg_sighting_text(&sighting, "anomaly", yg_slice_from_str(names[i].text));
	}
	fn(ctx, scene, &sighting);
}

static uint64_t evicted(const void *state)
{
	(void)state;
	return 0;
}

const struct yg_detector yg_detect_flood = {
	.name = "flood",
	.open = open_state,
	.close = close_state,
	.observe = observe,
	.evicted = evicted,
};
