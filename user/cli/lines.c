/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "baseline/schema_json.h"
#include "cli/lines_inside.h"
#include "cli/outside.h"
#include "cli/talk.h"
#include "daemon/pipeline.h"
#include "detect/cause.h"
#include "endpoint/service.h"
#include "parse/body.h"

#define NS_PER_S 1e9

const char *yg_protocol_name(uint8_t protocol)
{
	static const char *const names[YG_PROTOCOL_MAX] = {
		[YG_PROTOCOL_H1] = "h1",	   [YG_PROTOCOL_H2] = "h2",
		[YG_PROTOCOL_GRPC] = "grpc",	   [YG_PROTOCOL_WS] = "ws",
		[YG_PROTOCOL_GRAPHQL] = "graphql", [YG_PROTOCOL_JSONRPC] = "jsonrpc",
	};

	return protocol < YG_PROTOCOL_MAX ? names[protocol] : "unknown";
}

/* Unknown is null. */
static void put_address(struct yg_json *json, const char *name, const struct yg_address *addr)
{
	char text[YG_ADDRESS_TEXT_CAP];

	yg_json_pair_str(json, name,
			 yg_address_is_unknown(addr) ? NULL : yg_address_format(addr, text));
}

void yg_lines_put_peer(struct yg_json *json, const char *name, const struct yg_peer *peer)
{
	char text[YG_ADDRESS_TEXT_CAP];
	bool unknown = yg_address_is_unknown(&peer->addr);

	yg_json_pair_str(json, name,
			 unknown ? NULL : yg_endpoint_format(&peer->addr, peer->port, text));
}

static void put_anomalies(struct yg_json *json, uint32_t anomalies)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ YG_ANOMALY_LENGTH_TWICE, "length-twice" },
		{ YG_ANOMALY_LENGTH_AND_CHUNKED, "length-and-chunked" },
		{ YG_ANOMALY_LENGTH_INVALID, "length-invalid" },
		{ YG_ANOMALY_CODING_INVALID, "coding-invalid" },
		{ YG_ANOMALY_BARE_LF, "bare-lf" },
		{ YG_ANOMALY_BARE_CR, "bare-cr" },
		{ YG_ANOMALY_FOLD, "fold" },
		{ YG_ANOMALY_NAME_INVALID, "name-invalid" },
		{ YG_ANOMALY_VALUE_INVALID, "value-invalid" },
		{ YG_ANOMALY_CHUNK_INVALID, "chunk-invalid" },
		{ YG_ANOMALY_START_LINE, "start-line" },
		{ YG_ANOMALY_VERSION, "version" },
		{ YG_ANOMALY_HOST, "host" },
		{ YG_ANOMALY_RESET_FLOOD, "reset-flood" },
		{ YG_ANOMALY_CONTINUATION_FLOOD, "continuation-flood" },
		{ YG_ANOMALY_SETTINGS_FLOOD, "settings-flood" },
		{ YG_ANOMALY_IDLE_FLOOD, "idle-flood" },
		{ YG_ANOMALY_TOO_LARGE, "too-large" },
		{ YG_ANOMALY_CONTESTED, "contested" },
		{ YG_ANOMALY_LENGTH_REPEATED, "length-repeated" },
		{ YG_ANOMALY_TRAILER, "trailer" },
		{ YG_ANOMALY_HIDDEN, "hidden" },
	};

	yg_json_key(json, "anomalies");
	yg_json_open_array(json);
	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (anomalies & names[i].bit)
			yg_json_str(json, names[i].name);
	}
	yg_json_close_array(json);
}

void yg_lines_put_known(struct yg_json *json, const char *name, uint64_t value, bool known)
{
	yg_json_key(json, name);
	if (known)
		yg_json_uint(json, value);
	else
		yg_json_null(json);
}

/* Behind a proxy the client has no port that we could know; the socket's peer is "peer". */
static void put_client(struct yg_json *json, const struct yg_spooled *item)
{
	if (item->forwarded)
		put_address(json, "client", &item->asked);
	else
		yg_lines_put_peer(json, "client", &item->client);
	yg_lines_put_peer(json, "server", &item->server);
	if (item->forwarded)
		yg_lines_put_peer(json, "peer", &item->client);
}

/* Each rule once: an exchange may belong to several findings of one rule. */
static void put_rules(struct yg_json *json, const struct yg_observation *resolved)
{
	yg_json_key(json, "findings");
	yg_json_open_array(json);
	for (uint32_t i = 0; i < resolved->finding_count; i++) {
		bool seen = false;

		for (uint32_t before = 0; before < i && !seen; before++)
			seen = strcmp(resolved->rules[before], resolved->rules[i]) == 0;
		if (!seen)
			yg_json_str(json, resolved->rules[i]);
	}
	yg_json_close_array(json);
}

/* What the body says beyond the path; see parse/operation.h. */
static void put_operation(struct yg_json *json, const struct yg_spooled *item)
{
	if (item->operation.ptr) {
		yg_json_pair_slice(json, "operation", item->operation);
		yg_json_pair_uint(json, "calls", item->calls);
	}
	if (item->protocol == YG_PROTOCOL_GRAPHQL) {
		yg_json_pair_uint(json, "depth", item->depth);
		yg_json_pair_uint(json, "aliases", item->aliases);
	}
	if (item->model.ptr) {
		yg_json_pair_slice(json, "model", item->model);
		yg_json_pair_bool(json, "stream", item->stream);
	}
	if (item->metered) {
		yg_json_pair_uint(json, "tokens_in", item->tokens_in);
		yg_json_pair_uint(json, "tokens_out", item->tokens_out);
	}
	if (item->outcome != YG_OUTCOME_NONE) {
		yg_json_pair_str(json, "outcome",
				 yg_outcome_name((enum yg_outcome_kind)item->outcome));
		if (item->code.ptr)
			yg_json_pair_slice(json, "code", item->code);
	}
}

static void put_classes(struct yg_json *json, const struct yg_data_set *classes,
			const struct yg_data *data)
{
	yg_json_key(json, "data");
	yg_json_open_array(json);
	for (uint32_t i = 0; i < YG_DATA_ALL_MAX; i++) {
		if (data && yg_data_set_has(classes, i))
			yg_json_str(json, yg_data_class_name(data, i));
	}
	yg_json_close_array(json);
}

static void put_id(struct yg_json *json, const char *name, uint64_t id)
{
	char text[17];

	(void)snprintf(text, sizeof(text), "%016" PRIx64, id);
	yg_json_pair_str(json, name, text);
}

/* An exchange that was made for another one, or for which others were made. */
static void put_hop(struct yg_json *json, uint64_t id, const struct yg_links *links)
{
	uint64_t parent = yg_links_parent(links, id);

	if (!parent && !yg_links_has_child(links, id))
		return;
	put_id(json, "id", id);
	yg_json_pair_str(json, "hop", parent ? "upstream" : "edge");
	if (parent)
		put_id(json, "parent", parent);
}

void yg_lines_exchange(struct yg_json *json, const struct yg_spooled *item,
		       const struct yg_observation *resolved, const struct yg_links *links,
		       const struct yg_data *data)
{
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "exchange");
	yg_json_pair_time(json, "time", item->time_ns);
	put_client(json, item);
	yg_json_pair_slice(json, "caller", item->caller);
	yg_json_pair_slice(json, "service", item->service);
	yg_json_pair_slice(json, "method", item->method);
	yg_json_pair_slice(json, "target", item->target);
	yg_json_pair_slice(json, "template", resolved->template_);
	yg_lines_put_known(json, "status", item->status, item->status != 0);
	yg_json_pair_str(json, "protocol", yg_protocol_name(item->protocol));
	yg_json_pair_bool(json, "tls", item->tls);
	yg_json_pair_uint(json, "request_bytes", item->request_bytes);
	yg_json_pair_uint(json, "response_bytes", item->response_bytes);
	yg_lines_put_known(json, "latency_us", item->latency_us,
			   item->latency_us != YG_LATENCY_UNKNOWN);
	put_classes(json, &resolved->classes, data);
	put_rules(json, resolved);
	yg_json_pair_bool(json, "complete", item->complete);
	if (item->protocol == YG_PROTOCOL_GRPC && item->grpc_status != YG_GRPC_STATUS_NONE)
		yg_json_pair_uint(json, "grpc_status", (uint32_t)item->grpc_status);
	if (item->anomalies)
		put_anomalies(json, item->anomalies);
	if (item->refused)
		yg_json_pair_bool(json, "refused", true);
	if (item->has_request && item->source != YG_SERVICE_REQUEST)
		yg_json_pair_str(json, "service_from",
				 yg_service_source_name((enum yg_service_source)item->source));
	if (item->ja4.ptr)
		yg_json_pair_slice(json, "ja4", item->ja4);
	if (item->sni.ptr)
		yg_json_pair_slice(json, "sni", item->sni);
	if (item->alpn.ptr)
		yg_lines_put_alpn(json, item->alpn);
	if (item->chosen_alpn.ptr)
		yg_json_pair_slice(json, "chosen_alpn", item->chosen_alpn);
	put_operation(json, item);
	put_hop(json, item->id, links);
	yg_json_close_object(json);
}

/* "GET api.example.com/v1/users/{id}" */
static void put_endpoint_name(struct yg_json *json, const char *name,
			      const struct yg_endpoint *endpoint)
{
	char text[YG_METHOD_CAP + YG_SERVICE_CAP + YG_TEMPLATE_CAP];

	if (!endpoint) {
		yg_json_pair_str(json, name, NULL);
		return;
	}
	(void)snprintf(text, sizeof(text), "%s %s%s", endpoint->method, endpoint->service,
		       endpoint->template_);
	yg_json_pair_str(json, name, text);
}

void yg_lines_relation(struct yg_json *json, const struct yg_relation *relation,
		       const struct yg_endpoint *from, const struct yg_endpoint *into)
{
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "relation");
	yg_json_pair_str(json, "kind",
			 yg_relation_kind_name((enum yg_relation_kind)relation->kind));
	put_endpoint_name(json, "from", from);
	put_endpoint_name(json, "into", into);
	yg_json_pair_uint(json, "requests", relation->requests);
	yg_json_pair_time(json, "first_seen", relation->first_ns);
	yg_json_pair_time(json, "last_seen", relation->last_ns);
	yg_json_close_object(json);
}

/* What one side of a WebSocket said. */
static void put_said(struct yg_json *json, const char *name, const struct yg_ws_said *said,
		     struct yg_slice text)
{
	const char *kind = NULL;

	if (text.ptr)
		kind = yg_body_kind_name(yg_body_kind_of((struct yg_slice){ NULL, 0 }, text));
	yg_json_key(json, name);
	yg_json_open_object(json);
	yg_json_pair_uint(json, "messages", said->messages);
	yg_json_pair_uint(json, "text", said->text);
	yg_json_pair_uint(json, "binary", said->binary);
	yg_json_pair_uint(json, "compressed", said->compressed);
	yg_json_pair_uint(json, "control", said->control);
	yg_json_pair_uint(json, "frames", said->frames);
	yg_json_pair_uint(json, "bytes", said->bytes);
	yg_json_pair_uint(json, "largest", said->largest);
	yg_json_pair_str(json, "text_kind", kind);
	yg_lines_put_known(json, "close", said->close_code, said->close_code != 0);
	yg_json_pair_bool(json, "complete", !said->is_lost);
	yg_json_close_object(json);
}

void yg_lines_websocket(struct yg_json *json, const struct yg_websocket *websocket)
{
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "websocket");
	yg_json_pair_time(json, "time", websocket->start_ns);
	yg_lines_put_peer(json, "client", &websocket->client);
	yg_lines_put_peer(json, "server", &websocket->server);
	yg_json_pair_slice(json, "host", websocket->host);
	yg_json_pair_slice(json, "target", websocket->target);
	yg_json_pair_bool(json, "tls", websocket->tls);
	yg_json_pair_uint(json, "stream", websocket->stream);
	yg_json_key(json, "seconds");
	yg_json_real(json, (double)(websocket->end_ns - websocket->start_ns) / NS_PER_S, 6);
	put_said(json, "from_client", websocket->said[0], websocket->text[0]);
	put_said(json, "from_server", websocket->said[1], websocket->text[1]);
	yg_json_close_object(json);
}

static void put_statuses(struct yg_json *json, const struct yg_endpoint *endpoint)
{
	yg_json_key(json, "status");
	yg_json_open_object(json);
	for (uint32_t i = 0; i < endpoint->status_count; i++) {
		char name[8];

		(void)snprintf(name, sizeof(name), "%" PRIu16, endpoint->status[i].status);
		yg_json_pair_uint(json, endpoint->status[i].status ? name : "none",
				  endpoint->status[i].count);
	}
	if (endpoint->status_other)
		yg_json_pair_uint(json, "other", endpoint->status_other);
	yg_json_close_object(json);
}

/* What answers say inside; nothing where none says anything. */
static void put_inside(struct yg_json *json, const struct yg_endpoint *endpoint)
{
	bool begun = false;

	for (uint32_t i = 0; i < YG_OUTCOME_MAX; i++) {
		if (!endpoint->inside[i])
			continue;
		if (!begun) {
			yg_json_key(json, "outcomes");
			yg_json_open_object(json);
		}
		begun = true;
		yg_json_pair_uint(json, yg_outcome_name((enum yg_outcome_kind)i),
				  endpoint->inside[i]);
	}
	if (begun)
		yg_json_close_object(json);
	if (endpoint->inside[YG_INSIDE_TOKENS_IN] || endpoint->inside[YG_INSIDE_TOKENS_OUT]) {
		yg_json_pair_uint(json, "tokens_in", endpoint->inside[YG_INSIDE_TOKENS_IN]);
		yg_json_pair_uint(json, "tokens_out", endpoint->inside[YG_INSIDE_TOKENS_OUT]);
	}
}

static void put_auth(struct yg_json *json, uint32_t auth)
{
	yg_json_key(json, "auth");
	yg_json_open_array(json);
	for (uint32_t bit = YG_AUTH_NONE; bit <= YG_AUTH_CERTIFICATE; bit <<= 1) {
		if (auth & bit)
			yg_json_str(json, yg_auth_name((enum yg_auth)bit));
	}
	yg_json_close_array(json);
}

static void put_field(struct yg_json *json, const struct yg_data_field *field,
		      enum yg_data_level level, const struct yg_data *data)
{
	yg_json_open_object(json);
	yg_json_pair_str(json, "class", yg_data_class_name(data, field->class_));
	yg_json_pair_str(json, "in", field->response ? "response" : "request");
	yg_json_pair_str(json, "field", field->path);
	yg_json_pair_str(json, "confidence", yg_data_level_name(level));
	yg_json_pair_str(json, "at", yg_data_place_name(field->in));
	yg_json_pair_uint(json, "values", field->values);
	yg_json_pair_uint(json, "distinct", yg_data_field_passed(field));
	yg_json_pair_str(json, "sample", field->sample);
	yg_json_close_object(json);
}

static void put_fields(struct yg_json *json, const struct yg_endpoint *endpoint,
		       const struct yg_data *data)
{
	uint32_t count = 0;
	const struct yg_data_field *fields =
		data ? yg_data_fields(data, endpoint->index, &count) : NULL;

	yg_json_key(json, "data");
	yg_json_open_array(json);
	for (uint32_t i = 0; i < count; i++) {
		enum yg_data_level level = yg_data_level_of(data, endpoint->index, &fields[i]);

		if (level > YG_DATA_NONE)
			put_field(json, &fields[i], level, data);
	}
	yg_json_close_array(json);
}

void yg_lines_endpoint(struct yg_json *json, const struct yg_endpoint *endpoint,
		       const struct yg_lines_known *known)
{
	const char *operation = strchr(endpoint->template_, ' ');

	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "endpoint");
	yg_json_pair_str(json, "service", endpoint->service);
	yg_json_pair_str(json, "method", endpoint->method);
	yg_json_pair_str(json, "template", endpoint->template_);
	yg_json_pair_uint(json, "requests", endpoint->requests);
	yg_json_pair_uint(json, "callers", yg_hll_count(&endpoint->callers));
	yg_json_pair_time(json, "first_seen", endpoint->first_ns);
	yg_json_pair_time(json, "last_seen", endpoint->last_ns);
	put_statuses(json, endpoint);
	put_auth(json, endpoint->auth);
	yg_schema_put(json, known->schema, endpoint->template_);
	put_fields(json, endpoint, known->data);
	yg_labels_write(json, &known->assessment->labels);
	yg_risk_write(json, &known->assessment->risk);
	yg_json_pair_uint(json, "request_bytes", endpoint->request_bytes);
	yg_json_pair_uint(json, "response_bytes", endpoint->response_bytes);
	yg_json_pair_uint(json, "tls_requests", endpoint->tls_requests);
	if (operation)
		yg_json_pair_str(json, "operation", operation + 1);
	put_inside(json, endpoint);
	yg_talk_put(json, known->talk);
	yg_outside_put(json, endpoint, known);
	yg_json_close_object(json);
}

static void put_evidence(struct yg_json *json, const struct yg_finding *finding)
{
	yg_json_key(json, "evidence");
	yg_json_open_object(json);
	for (uint32_t i = 0; i < finding->evidence_count; i++) {
		const struct yg_evidence *row = &finding->evidence[i];
		bool whole = row->number >= 0 && row->number < 1e15 &&
			     row->number == (double)(uint64_t)row->number;

		yg_json_key(json, row->name);
		if (row->text[0])
			yg_json_str(json, row->text);
		else if (whole)
			yg_json_uint(json, (uint64_t)row->number);
		else
			yg_json_real(json, row->number, 3);
	}
	yg_json_close_object(json);
}

static void put_text_or_null(struct yg_json *json, const char *name, const char *text)
{
	yg_json_pair_str(json, name, text[0] ? text : NULL);
}

/* "last_seen" is the time under another name, for who reads states. */
static void put_posture(struct yg_json *json, const struct yg_finding *finding)
{
	bool posture = finding->state != YG_STATE_NONE;

	yg_json_pair_str(json, "kind", posture ? "posture" : "attack");
	if (!posture)
		return;
	yg_json_pair_str(json, "state", yg_state_name(finding->state));
	yg_json_pair_time(json, "last_seen", finding->time_ns);
	yg_json_pair_time(json, "state_changed", finding->state_ns);
	if (finding->rule->source && finding->rule->source[0])
		yg_json_pair_str(json, "source", finding->rule->source);
}

void yg_lines_finding(struct yg_json *json, const struct yg_finding *finding)
{
	const struct yg_rule *rule = finding->rule;
	char id[24], cause[YG_FINDING_TEXT_CAP];

	(void)snprintf(id, sizeof(id), "%016" PRIx64, finding->id);
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "finding");
	yg_json_pair_str(json, "id", id);
	yg_json_pair_str(json, "rule", rule->id);
	yg_json_pair_str(json, "owasp", rule->owasp);
	yg_json_pair_str(json, "severity", yg_severity_name(finding->severity));
	yg_json_pair_time(json, "time", finding->time_ns);
	put_text_or_null(json, "service", finding->service);
	put_text_or_null(json, "endpoint", finding->endpoint);
	put_text_or_null(json, "caller", finding->caller);
	put_address(json, "client", &finding->client);
	yg_json_pair_str(json, "title", rule->title);
	put_evidence(json, finding);
	yg_json_pair_str(json, "remediation", rule->remediation);
	yg_json_pair_str(json, "action", yg_action_name(finding->action));
	yg_json_pair_str(json, "cause", finding->cause);
	yg_json_pair_str(json, "effect", rule->effect);
	put_text_or_null(json, "pci", rule->pci);
	yg_json_pair_time(json, "first_seen", finding->first_ns);
	yg_json_pair_uint(json, "repeats", finding->repeats);
	put_posture(json, finding);
	yg_json_pair_str(json, "title_ja", rule->title_ja);
	yg_json_pair_str(json, "cause_ja",
			 yg_cause_japanese(finding->cause, cause, sizeof(cause)) ? cause : NULL);
	yg_json_pair_str(json, "effect_ja", rule->effect_ja);
	yg_json_pair_str(json, "remediation_ja", rule->remediation_ja);
	yg_json_close_object(json);
}

static void put_counter(void *ctx, const char *name, uint64_t value)
{
	if (value > 0)
		yg_json_pair_uint(ctx, name, value);
}

void yg_lines_service(struct yg_json *json, const struct yg_report_service *service)
{
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "service");
	yg_json_pair_str(json, "service", service->name);
	yg_json_pair_uint(json, "risk", yg_risk_top_score(&service->top));
	yg_json_pair_uint(json, "endpoints", service->endpoints);
	yg_json_pair_uint(json, "requests", service->requests);
	yg_json_close_object(json);
}

static void put_severities(struct yg_json *json, const struct yg_report *report)
{
	yg_json_key(json, "severities");
	yg_json_open_object(json);
	for (int s = YG_SEVERITY_MAX - 1; s >= 0; s--) {
		enum yg_severity severity = (enum yg_severity)s;

		yg_json_pair_uint(json, yg_severity_name(severity),
				  yg_report_count(report, severity));
	}
	yg_json_close_object(json);
}

/* What skipped.proto is made of. */
static void put_others(struct yg_json *json, const struct yg_run_totals *totals)
{
	if (totals->frames.skip_proto == 0)
		return;
	yg_json_key(json, "others");
	yg_json_open_object(json);
	for (int i = 0; i < YG_OTHER_MAX; i++)
		put_counter(json, yg_other_name((enum yg_other)i), totals->others[i]);
	yg_json_close_object(json);
}

void yg_lines_summary(struct yg_json *json, const struct yg_run_totals *totals,
		      const struct yg_report *report, const struct yg_pipeline *pipeline)
{
	const struct yg_sample_counters *frames = &totals->frames;

	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "summary");
	yg_json_pair_uint(json, "frames", frames->rx);
	yg_json_pair_uint(json, "segments", frames->segment);
	yg_json_pair_uint(json, "exchanges", totals->exchanges);
	yg_json_pair_uint(json, "endpoints", totals->endpoints);
	yg_json_pair_uint(json, "findings", totals->findings);
	put_severities(json, report);
	yg_json_pair_uint(json, "risk", yg_report_risk(report));
	yg_json_key(json, "skipped");
	yg_json_open_object(json);
	yg_json_pair_uint(json, "proto", frames->skip_proto);
	yg_json_pair_uint(json, "fragment", frames->skip_fragment);
	yg_json_pair_uint(json, "empty", frames->skip_empty);
	yg_json_close_object(json);
	put_others(json, totals);
	yg_json_key(json, "lost");
	yg_json_open_object(json);
	yg_json_pair_uint(json, "header", frames->lost_header);
	yg_json_close_object(json);
	yg_json_key(json, "seconds");
	yg_json_real(json, (double)(totals->last_ns - totals->first_ns) / NS_PER_S, 6);
	yg_json_pair_uint(json, "files", totals->files);
	yg_json_pair_uint(json, "files_failed", totals->files_failed);
	yg_json_key(json, "stages");
	yg_json_open_object(json);
	yg_pipeline_counters(pipeline, put_counter, json);
	yg_json_close_object(json);
	yg_json_close_object(json);
}
