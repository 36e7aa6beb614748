/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API8, API4: what the framing itself tells. One is enough: no client sends such a thing.
 *
 *	request-smuggling  a request whose end two parsers could see at different places. Header
 *			   folding and odd start lines are left out: old and broken clients do send
 *			   them, and they move no boundary. So is a request whose bytes were sent
 *			   twice and differently: one of them was for the server, one for a sensor.
 *	http2-flood	   frames that cost the server far more than the client: requests taken
 *			   back at once (CVE-2023-44487) or by an error (CVE-2025-8671), a header
 *			   block that does not end, SETTINGS or PING that each want an answer,
 *			   frames that carry nothing. Stage 3 counts them per connection and tells
 *			   once per kind; no client needs as many.
 */
#include <stdio.h>

#include "detect/detector.h"

const struct yg_rule yg_rule_framing = {
	.id = "request-smuggling",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API8:2023",
	.pci = "6.2.4",
	.title = "A request with ambiguous framing",
	.effect = "A proxy and a server that disagree about its end let a hidden request pass",
	.remediation = "Reject ambiguous framing at the first proxy; use HTTP/2 to the back end; "
		       "bring proxy and server to versions that follow RFC 9112",
	.title_ja = "境界が曖昧なリクエストです",
	.effect_ja = "プロキシとサーバーの解釈が食い違い、隠されたリクエストが通過します",
	.remediation_ja =
		"最初のプロキシで曖昧なメッセージを拒否し、RFC 9112に従う版に更新してください",
};

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
	.title_ja = "HTTP/2フレームの洪水です",
	.effect_ja = "一つの接続元の少ない通信でサーバーが応答不能になります",
	.remediation_ja =
		"接続ごとにフレームを制限する版に更新し、ゲートウェイで接続元ごとに制限してください",
};

/* One row per anomaly that is evidence; rows of one rule stand together. */
static const struct row {
	uint32_t bit;
	const struct yg_rule *rule;
	const char *carrier;
	const char *text;
} rows[] = {
	{ YG_ANOMALY_LENGTH_TWICE, &yg_rule_framing, "A request",
	  "two different Content-Length values" },
	{ YG_ANOMALY_LENGTH_AND_CHUNKED, &yg_rule_framing, "A request",
	  "both Content-Length and Transfer-Encoding" },
	{ YG_ANOMALY_CODING_INVALID, &yg_rule_framing, "A request",
	  "a Transfer-Encoding that is unknown or not last" },
	{ YG_ANOMALY_CHUNK_INVALID, &yg_rule_framing, "A request",
	  "a chunk with an invalid size or end" },
	{ YG_ANOMALY_NAME_INVALID, &yg_rule_framing, "A request",
	  "a field name with white space before the colon" },
	{ YG_ANOMALY_TRAILER, &yg_rule_framing, "A request",
	  "a trailer that says what only the head may say" },
	{ YG_ANOMALY_CONTESTED, &yg_rule_framing, "A request",
	  "two different contents for the same bytes of its connection" },
	{ YG_ANOMALY_RESET_FLOOD, &yg_rule_flood, "A connection",
	  "requests taken back before their answers" },
	{ YG_ANOMALY_CONTINUATION_FLOOD, &yg_rule_flood, "A connection",
	  "a header block that does not end" },
	{ YG_ANOMALY_SETTINGS_FLOOD, &yg_rule_flood, "A connection",
	  "SETTINGS and PING frames that each want an answer" },
	{ YG_ANOMALY_IDLE_FLOOD, &yg_rule_flood, "A connection",
	  "frames that carry nothing: empty DATA, PRIORITY, WINDOW_UPDATE" },
};

static void report(const struct yg_scene *scene, const struct yg_rule *rule, yg_sighting_fn fn,
		   void *ctx)
{
	uint32_t found = scene->exchange->request.anomalies;
	struct yg_sighting sighting = {
		.rule = rule,
		.severity = rule->severity,
		.subject = yg_hash_mix(scene->caller->hash),
		.whole_service = true,
		.first_ns = scene->time_ns,
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		if (rows[i].rule != rule || !(found & rows[i].bit))
			continue;
		if (sighting.evidence_count == 0)
			(void)snprintf(sighting.cause, sizeof(sighting.cause), "%s carried %s",
				       rows[i].carrier, rows[i].text);
		yg_sighting_text(&sighting, "anomaly", yg_slice_from_str(rows[i].text));
	}
	if (scene->exchange->response.present)
		yg_sighting_number(&sighting, "status", scene->exchange->response.status);
	fn(ctx, scene, &sighting);
}

static void observe(void *state, const struct yg_scene *scene, yg_sighting_fn fn, void *ctx)
{
	uint32_t found = scene->exchange->request.anomalies;
	const struct yg_rule *last = NULL;

	(void)state;
	if (!found)
		return;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		if (rows[i].rule == last || !(found & rows[i].bit))
			continue;
		last = rows[i].rule;
		report(scene, last, fn, ctx);
	}
}

const struct yg_detector yg_detect_framing = {
	.name = "framing",
	.open = yg_memoryless_open,
	.close = yg_memoryless_close,
	.observe = observe,
	.evicted = yg_memoryless_evicted,
};
