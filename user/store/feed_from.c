/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/feed_from.h"

#include <errno.h>
#include <string.h>

#include "baseline/estimate.h"
#include "baseline/schema.h"
#include "detect/take.h"
#include "endpoint/service.h"
#include "parse/hello.h"
#include "priv/request.h"

static const char *const protocol_names[YG_PROTOCOL_MAX] = { "h1", "h2",      "grpc",
							     "ws", "graphql", "jsonrpc" };

void yg_feed_from_finding(const struct yg_finding *finding, struct yg_feed_message *ret)
{
	struct yg_feed_finding *to = &ret->finding;

	*ret = (struct yg_feed_message){ .kind = YG_FEED_KIND_FINDING };
	to->id = finding->id;
	to->rule = yg_slice_from_str(finding->rule->id);
	to->owasp = yg_slice_from_str(finding->rule->owasp);
	to->pci = yg_slice_from_str(finding->rule->pci);
	to->severity = yg_slice_from_str(yg_severity_name(finding->severity));
	to->first_seen = finding->first_ns;
	to->time = finding->time_ns;
	to->repeats = finding->repeats;
	to->service = yg_slice_from_str(finding->service);
	to->endpoint = yg_slice_from_str(finding->endpoint);
	to->caller = yg_slice_from_str(finding->caller);
	to->client = finding->client;
	to->client_blockable = finding->client_blockable;
	to->title = yg_slice_from_str(finding->rule->title);
	to->cause = yg_slice_from_str(finding->cause);
	to->effect = yg_slice_from_str(finding->rule->effect);
	to->remediation = yg_slice_from_str(finding->rule->remediation);
	to->action = yg_slice_from_str(yg_action_name(finding->action));
	if (finding->action != YG_ACTION_NONE)
		to->result = yg_slice_from_str(yg_result_name((enum yg_result)finding->result));
	to->kind = finding->state == YG_STATE_NONE ? YG_SLICE("attack") : YG_SLICE("posture");
	to->state = yg_slice_from_str(yg_state_name(finding->state));
	to->state_changed = finding->state_ns;
	to->title_ja = yg_slice_from_str(finding->rule->title_ja);
	to->effect_ja = yg_slice_from_str(finding->rule->effect_ja);
	to->remediation_ja = yg_slice_from_str(finding->rule->remediation_ja);
	to->source = yg_slice_from_str(finding->rule->source);
	for (uint32_t i = 0; i < finding->evidence_count && i < YG_FEED_FACTS_MAX; i++) {
		const struct yg_evidence *from = &finding->evidence[i];

		to->evidence.rows[i].name = yg_slice_from_str(from->name);
		to->evidence.rows[i].number = from->number;
		if (from->text[0])
			to->evidence.rows[i].text = yg_slice_from_str(from->text);
		to->evidence.count++;
	}
}

static void add_slice(struct yg_feed_texts *texts, struct yg_slice text)
{
	if (texts->count < YG_FEED_TEXTS_MAX)
		texts->rows[texts->count++] = text;
}

static void add_text(struct yg_feed_texts *texts, const char *text)
{
	add_slice(texts, yg_slice_from_str(text));
}

static void add_outcome(struct yg_feed_facts *outcomes, enum yg_outcome_kind kind, uint64_t count)
{
	if (count == 0 || outcomes->count == YG_FEED_FACTS_MAX)
		return;
	outcomes->rows[outcomes->count].name = yg_slice_from_str(yg_outcome_name(kind));
	outcomes->rows[outcomes->count++].number = (double)count;
}

void yg_feed_from_endpoint(const struct yg_endpoint *endpoint, struct yg_feed_message *ret)
{
	struct yg_feed_endpoint *to = &ret->endpoint;

	*ret = (struct yg_feed_message){ .kind = YG_FEED_KIND_ENDPOINT };
	to->id = endpoint->id;
	to->service = yg_slice_from_str(endpoint->service);
	to->method = yg_slice_from_str(endpoint->method);
	to->template = yg_slice_from_str(endpoint->template_);
	to->first_seen = endpoint->first_ns;
	to->last_seen = endpoint->last_ns;
	to->requests = endpoint->requests;
	to->callers = yg_hll_count(&endpoint->callers);
	to->request_bytes = endpoint->request_bytes;
	to->response_bytes = endpoint->response_bytes;
	to->tls_requests = endpoint->tls_requests;
	to->confirmed = endpoint->confirmed;
	for (uint32_t i = 0; i < endpoint->status_count && i < YG_FEED_COUNTS_MAX; i++) {
		to->status.rows[i].key = endpoint->status[i].status;
		to->status.rows[i].value = endpoint->status[i].count;
		to->status.count++;
	}
	for (uint32_t bit = 1; bit <= YG_AUTH_CERTIFICATE; bit <<= 1) {
		if (endpoint->auth & bit)
			add_text(&to->auth, yg_auth_name((enum yg_auth)bit));
	}
	for (unsigned int i = 0; i < YG_PROTOCOL_MAX; i++) {
		if (endpoint->protocols & 1u << i)
			add_text(&to->protocols, protocol_names[i]);
	}
	for (unsigned int i = 0; i < YG_OUTCOME_MAX; i++)
		add_outcome(&to->outcomes, (enum yg_outcome_kind)i, endpoint->inside[i]);
	to->tokens_in = endpoint->inside[YG_INSIDE_TOKENS_IN];
	to->tokens_out = endpoint->inside[YG_INSIDE_TOKENS_OUT];
}

void yg_feed_add_assessment(const struct yg_assessment *assessment, struct yg_feed_message *ret)
{
	const struct yg_labels *labels = &assessment->labels;
	const struct yg_risk *risk = &assessment->risk;
	struct yg_feed_endpoint *to = &ret->endpoint;

	for (uint32_t i = 0; i < labels->count && i < YG_FEED_FACTS_MAX; i++) {
		const char *name = yg_label_name((enum yg_label)labels->rows[i].label);

		add_text(&to->labels, name);
		to->label_reasons.rows[i].name = yg_slice_from_str(name);
		to->label_reasons.rows[i].text = yg_slice_from_str(labels->rows[i].reason);
		to->label_reasons.count++;
	}
	to->risk = risk->score;
	for (uint32_t i = 0; i < risk->count && i < YG_FEED_FACTS_MAX; i++) {
		to->risk_reasons.rows[i].name = yg_slice_from_str(risk->reasons[i].text);
		to->risk_reasons.rows[i].number = risk->reasons[i].points;
		to->risk_reasons.count++;
	}
}

void yg_feed_add_exposure(const struct yg_exposure *exposure,
			  char texts[YG_EXPOSURE_SERVERS][YG_ADDRESS_TEXT_CAP],
			  struct yg_feed_message *ret)
{
	struct yg_feed_endpoint *to = &ret->endpoint;

	for (size_t i = 0; i < YG_EXPOSURE_NAMES; i++) {
		if (exposure->names[i].text[0])
			add_text(&to->outside, exposure->names[i].text);
	}
	for (size_t i = 0; i < YG_EXPOSURE_SERVERS; i++) {
		const struct yg_peer *peer = &exposure->servers[i].peer;

		if (!yg_address_is_unknown(&peer->addr))
			add_text(&to->servers,
				 yg_endpoint_format(&peer->addr, peer->port, texts[i]));
	}
}

void yg_feed_from_caller(const struct yg_caller_info *caller, struct yg_feed_message *ret)
{
	*ret = (struct yg_feed_message){ .kind = YG_FEED_KIND_CALLER };
	ret->caller = (struct yg_feed_caller){
		.caller = yg_slice_from_str(caller->caller),
		.app = yg_slice_from_str(caller->app),
		.client = caller->client,
		.first_seen = caller->first_ns,
		.last_seen = caller->last_ns,
		.requests = caller->requests,
		.errors = caller->errors,
		.clients = caller->clients,
		.endpoints = caller->endpoints,
		.findings = caller->findings,
		.ja4s = caller->ja4s,
		.ja4 = yg_slice_from_str(caller->ja4),
	};
}

int yg_feed_from_cell(uint64_t endpoint, const struct yg_cell *cell, uint8_t *scratch,
		      struct yg_feed_message *ret)
{
	ssize_t len = yg_cell_pack(cell, scratch, YG_CELL_PACKED_MAX);

	if (len < 0)
		return (int)len;
	*ret = (struct yg_feed_message){ .kind = YG_FEED_KIND_CELL };
	ret->cell.endpoint = endpoint;
	ret->cell.cell = (struct yg_slice){ (const char *)scratch, (size_t)len };
	return 0;
}

/* "name=*", or "*" for a part whose name is none, or somebody's own. Returns the bytes written, 0 if they do not fit. */
static size_t mask_parameter(struct yg_slice part, char separator, char *ret, size_t cap)
{
	const char *equals = memchr(part.ptr, '=', part.len);
	size_t name_len = equals ? (size_t)(equals - part.ptr) + 1 : 0;

	if (equals && yg_schema_is_personal((struct yg_slice){ part.ptr, name_len - 1 }, false))
		name_len = 0;
	if (cap < name_len + 2)
		return 0;
	ret[0] = separator;
	memcpy(ret + 1, part.ptr, name_len);
	ret[1 + name_len] = '*';
	return name_len + 2;
}

size_t yg_feed_mask_target(struct yg_slice path, struct yg_slice target, char *ret, size_t cap)
{
	const char *end = target.ptr + target.len;
	const char *p = target.len ? memchr(target.ptr, '?', target.len) : NULL;
	size_t used = path.len < cap ? path.len : cap;
	char separator = '?';

	if (!path.ptr)
		return 0;
	memcpy(ret, path.ptr, used);
	while (p && ++p < end) {
		const char *next = memchr(p, '&', (size_t)(end - p));
		struct yg_slice part = { p, (size_t)((next ? next : end) - p) };
		size_t len = mask_parameter(part, separator, ret + used, cap - used);

		if (len == 0)
			break;
		used += len;
		separator = '&';
		p = next;
	}
	return used;
}

static uint64_t latency_us(const struct yg_exchange *exchange)
{
	uint64_t from = exchange->request.start_ns, to = exchange->response.start_ns;

	return exchange->response.present && to > from ? (to - from) / 1000 : 0;
}

static struct yg_slice version_of(const struct yg_exchange *exchange)
{
	if (exchange->tls_version == 0)
		return (struct yg_slice){ NULL, 0 };
	return yg_slice_from_str(yg_hello_version_name(exchange->tls_version));
}

void yg_feed_from_exchange(const struct yg_subject *subject, const struct yg_observation *seen,
			   char *scratch, struct yg_feed_message *ret)
{
	const struct yg_exchange *exchange = subject->exchange;
	struct yg_slice alpn = exchange->alpn, name;
	size_t len = yg_feed_mask_target(seen->template_, exchange->request.target, scratch,
					 YG_FEED_TARGET_CAP);
	unsigned int protocol = seen->protocol < YG_PROTOCOL_MAX ? seen->protocol : 0;

	*ret = (struct yg_feed_message){ .kind = YG_FEED_KIND_SAMPLE };
	ret->sample = (struct yg_feed_sample){
		.time = exchange->request.present ? exchange->request.start_ns
						  : exchange->response.start_ns,
		.endpoint = seen->endpoint ? seen->endpoint->id : 0,
		.client = subject->client,
		.client_port = exchange->client.port,
		.server = exchange->server.addr,
		.server_port = exchange->server.port,
		.caller = seen->caller,
		.method = exchange->request.method,
		.target = { scratch, len },
		.status = exchange->response.status,
		.protocol = yg_slice_from_str(protocol_names[protocol]),
		.tls = exchange->tls,
		.request_bytes = exchange->request.head_bytes + exchange->request.body_bytes,
		.response_bytes = exchange->response.head_bytes + exchange->response.body_bytes,
		.latency_us = latency_us(exchange),
		.sampled = yg_share_ratio(exchange->sampled),
		.id = seen->id,
		.side = yg_slice_from_str(yg_hop_side_name(yg_hop_side_of(exchange))),
		.ja4 = exchange->ja4,
		.sni = exchange->sni,
		.tls_version = version_of(exchange),
		.chosen_alpn = exchange->chosen_alpn,
	};
	if (exchange->request.present && seen->source != YG_SERVICE_REQUEST)
		ret->sample.service_from = yg_slice_from_str(
			yg_service_source_name((enum yg_service_source)seen->source));
	while ((name = yg_hello_alpn_next(&alpn)).ptr)
		add_slice(&ret->sample.alpn, name);
}

void yg_feed_from_relation(const struct yg_relation *relation, struct yg_feed_message *ret)
{
	const char *kind = yg_relation_kind_name((enum yg_relation_kind)relation->kind);

	*ret = (struct yg_feed_message){ .kind = YG_FEED_KIND_RELATION };
	ret->relation = (struct yg_feed_relation){
		.from = relation->from,
		.into = relation->into,
		.kind = yg_slice_from_str(kind),
		.requests = relation->requests,
		.first_seen = relation->first_ns,
		.last_seen = relation->last_ns,
	};
}

void yg_feed_from_data(uint64_t endpoint, const struct yg_data_field *field,
		       enum yg_data_level level, const char *class_, struct yg_feed_message *ret)
{
	*ret = (struct yg_feed_message){ .kind = YG_FEED_KIND_DATA };
	ret->data = (struct yg_feed_data){
		.id = endpoint ^ yg_hash_mix(field->key),
		.endpoint = endpoint,
		.class = yg_slice_from_str(class_),
		.in = yg_slice_from_str(field->response ? "response" : "request"),
		.at = yg_slice_from_str(yg_data_place_name(field->in)),
		.field = yg_slice_from_str(field->path),
		.confidence = yg_slice_from_str(yg_data_level_name(level)),
		.sample = yg_slice_from_str(field->sample),
		.values = field->values,
		.distinct = yg_data_field_passed(field),
		.first_seen = field->first_ns,
		.last_seen = field->last_ns,
	};
}

void yg_feed_from_party(const struct yg_party *party, struct yg_feed_message *ret)
{
	struct yg_feed_party *to = &ret->party;

	*ret = (struct yg_feed_message){ .kind = YG_FEED_KIND_PARTY };
	*to = (struct yg_feed_party){
		.host = yg_slice_from_str(party->host),
		.first_seen = party->first_ns,
		.last_seen = party->last_ns,
		.requests = party->requests,
		.clear = party->clear,
		.failed = party->failed,
		.request_bytes = party->request_bytes,
		.response_bytes = party->response_bytes,
		.latency_us = party->answers ? party->latency_us / party->answers : 0,
		.latency_max_us = party->latency_max_us,
		.server = party->server,
		.processes = party->process_count,
		.issuer_changed = party->issuer_changed_ns,
		.redirects = party->redirects,
		.redirect = yg_slice_from_str(party->redirect),
		.content_type = yg_slice_from_str(party->content_type),
		.other_types = party->other_types,
	};
	if (party->tls_version)
		to->tls_version = yg_slice_from_str(yg_hello_version_name(party->tls_version));
	for (uint32_t i = 0; i < party->issuer_count; i++)
		add_text(&to->issuers, party->issuers[i]);
}

/* YG_FEED_TALK_SIDE of one side. */
#define SAID(side)                                                                          \
	.side##_messages = (side)->said.messages, .side##_text = (side)->said.text,         \
	.side##_binary = (side)->said.binary, .side##_compressed = (side)->said.compressed, \
	.side##_control = (side)->said.control, .side##_bytes = (side)->said.bytes,         \
	.side##_largest = (side)->largest, .side##_sample = yg_slice_from_str((side)->sample)

void yg_feed_from_talk(const struct yg_talk *talk, struct yg_feed_message *ret)
{
	const struct yg_talk_side *client = &talk->sides[0], *server = &talk->sides[1];

	*ret = (struct yg_feed_message){ .kind = YG_FEED_KIND_TALK };
	ret->talk = (struct yg_feed_talk){
		.id = talk->endpoint,
		.sockets = talk->sockets,
		.ended = talk->ended,
		.lost = talk->lost,
		.seconds = talk->seconds,
		.first_seen = talk->first_ns,
		.last_seen = talk->last_ns,
		SAID(client),
		SAID(server),
		.looked = talk->calls.looked,
		.others = talk->calls.others,
	};
}

bool yg_feed_from_call(const struct yg_talk *talk, uint32_t place, struct yg_feed_message *ret)
{
	const struct yg_talk_call *call = &talk->calls.rows[place];

	if (!call->name[0])
		return false;
	*ret = (struct yg_feed_message){ .kind = YG_FEED_KIND_CALL };
	ret->call = (struct yg_feed_call){
		.id = yg_hash_mix(talk->endpoint + place),
		.endpoint = talk->endpoint,
		.operation = yg_slice_from_str(call->name),
		.protocol = yg_slice_from_str(yg_ws_tongue_name((enum yg_ws_tongue)call->tongue)),
		.said_by = yg_slice_from_str(call->server ? "server" : "client"),
		.messages = call->asked,
		.answers = call->answered,
		.first_seen = call->first_ns,
		.last_seen = call->last_ns,
	};
	for (unsigned int i = 0; i < YG_OUTCOME_MAX; i++)
		add_outcome(&ret->call.outcomes, (enum yg_outcome_kind)i, call->outcomes[i]);
	return true;
}

void yg_feed_from_take(const struct yg_take *take, const char *class_, struct yg_feed_message *ret)
{
	*ret = (struct yg_feed_message){ .kind = YG_FEED_KIND_TAKE };
	ret->take = (struct yg_feed_take){
		.id = yg_take_id(take),
		.caller = yg_slice_from_str(take->caller),
		.service = yg_slice_from_str(take->service),
		.class = yg_slice_from_str(class_),
		.day = take->day * YG_TAKE_DAY_NS,
		.distinct = take->count,
		.records = take->given,
		.before = take->before,
		.first_seen = take->first_ns,
		.last_seen = take->last_ns,
	};
}
