/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/lines.h"

#include "endpoint/exposure.h"

#include <stdio.h>
#include <string.h>

#include "daemon/pipeline.h"
#include "endpoint/service.h"
#include "test.h"

#define TIME_NS 1700000000123456000ull
#define TIME	"\"2023-11-14T22:13:20.123456Z\""

#define TLS_KEYS                                                                \
	"\"ja4\":\"t13\",\"sni\":\"a.example\",\"alpn\":[\"h2\",\"http/1.1\"]," \
	"\"chosen_alpn\":\"h2\"}"

static const struct yg_address v4 = { .bytes = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1 } };

static const struct yg_rule rule = {
	.id = "bola-enumeration",
	.severity = YG_SEVERITY_HIGH,
	.owasp = "API1:2023",
	.pci = "",
	.title = "t",
	.effect = "e",
	.remediation = "r",
};

static void expect(struct yg_json *json, const char *want)
{
	struct yg_slice got = yg_json_view(json);

	assert_int_equal(got.len, strlen(want));
	assert_memory_equal(got.ptr, want, got.len);
	yg_json_reset(json);
}

static void writes_exchanges(void **state)
{
	struct yg_observation resolved = { .template_ = YG_SLICE("/v1/users/{id}"),
					   .rules = { "bola-enumeration", "bola-enumeration" },
					   .finding_count = 2 };
	struct yg_spooled item = {
		.time_ns = TIME_NS,
		.response_bytes = 512,
		.latency_us = 830,
		.client = { v4, 40312 },
		.server = { v4, 443 },
		.asked = v4,
		.status = 200,
		.tls = true,
		.has_request = true,
		.complete = true,
		.method = YG_SLICE("GET"),
		.target = YG_SLICE("/v1/users/42?x=1"),
		.service = YG_SLICE("api.example.com"),
		.caller = YG_SLICE("bearer:9f86d081884c7d65"),
	};

	yg_lines_exchange(*state, &item, &resolved, &(struct yg_links){ 0 }, NULL);
	expect(*state,
	       "{\"type\":\"exchange\",\"time\":" TIME ",\"client\":\"10.0.0.1:40312\","
	       "\"server\":\"10.0.0.1:443\",\"caller\":\"bearer:9f86d081884c7d65\","
	       "\"service\":\"api.example.com\",\"method\":\"GET\",\"target\":\"/v1/users/42?x=1\","
	       "\"template\":\"/v1/users/{id}\",\"status\":200,\"protocol\":\"h1\",\"tls\":true,"
	       "\"request_bytes\":0,\"response_bytes\":512,\"latency_us\":830,\"data\":[],"
	       "\"findings\":[\"bola-enumeration\"],\"complete\":true}");
}

/* As in a line of type tls: what was offered, and of that what was chosen. */
static void writes_the_handshake_of_an_exchange(void **state)
{
	struct yg_observation resolved = { 0 };
	struct yg_spooled item = { .time_ns = TIME_NS,
				   .latency_us = YG_LATENCY_UNKNOWN,
				   .tls = true,
				   .ja4 = YG_SLICE("t13"),
				   .sni = YG_SLICE("a.example"),
				   .alpn = YG_SLICE("\x02h2\x08http/1.1"),
				   .chosen_alpn = YG_SLICE("h2") };
	struct yg_slice got;

	yg_lines_exchange(*state, &item, &resolved, &(struct yg_links){ 0 }, NULL);
	got = yg_json_view(*state);
	assert_non_null(memmem(got.ptr, got.len, TLS_KEYS, sizeof(TLS_KEYS) - 1));
	yg_json_reset(*state);
}

/* Nothing is said where the request itself names its host. */
static void writes_whence_the_name_of_the_service_comes(void **state)
{
	static const struct {
		const char *want; /* NULL: nothing */
		bool has_request;
		uint8_t source;
	} rows[] = {
		{ NULL, true, YG_SERVICE_REQUEST },
		{ "\"service_from\":\"sni\"", true, YG_SERVICE_SNI },
		{ "\"service_from\":\"connection\"", true, YG_SERVICE_CONNECTION },
		{ "\"service_from\":\"listener\"", true, YG_SERVICE_LISTENER },
		{ "\"service_from\":\"address\"", true, YG_SERVICE_ADDRESS },
		{ NULL, false, YG_SERVICE_ADDRESS },
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		struct yg_observation resolved = { 0 };
		struct yg_spooled item = { .time_ns = TIME_NS,
					   .has_request = rows[i].has_request,
					   .source = rows[i].source };
		struct yg_slice got;

		yg_lines_exchange(*state, &item, &resolved, &(struct yg_links){ 0 }, NULL);
		got = yg_json_view(*state);
		assert_int_equal(memmem(got.ptr, got.len, "service_from", 12) != NULL,
				 rows[i].want != NULL);
		if (rows[i].want)
			assert_non_null(
				memmem(got.ptr, got.len, rows[i].want, strlen(rows[i].want)));
		yg_json_reset(*state);
	}
}

/* What is not known is null: no port behind a proxy, no status, no caller, no time between. */
static void leaves_the_unknown_null(void **state)
{
	struct yg_observation resolved = { 0 };
	struct yg_spooled item = { .time_ns = TIME_NS,
				   .latency_us = YG_LATENCY_UNKNOWN,
				   .client = { v4, 1 },
				   .forwarded = true,
				   .anomalies = YG_ANOMALY_LENGTH_AND_CHUNKED | YG_ANOMALY_HOST };

	yg_lines_exchange(*state, &item, &resolved, &(struct yg_links){ 0 }, NULL);
	expect(*state,
	       "{\"type\":\"exchange\",\"time\":" TIME ",\"client\":null,\"server\":null,"
	       "\"peer\":\"10.0.0.1:1\",\"caller\":null,\"service\":null,\"method\":null,"
	       "\"target\":null,\"template\":null,\"status\":null,\"protocol\":\"h1\",\"tls\":false,"
	       "\"request_bytes\":0,\"response_bytes\":0,\"latency_us\":null,\"data\":[],"
	       "\"findings\":[],\"complete\":false,\"anomalies\":[\"length-and-chunked\",\"host\"]}");
	assert_string_equal(yg_protocol_name(YG_PROTOCOL_JSONRPC), "jsonrpc");
	assert_string_equal(yg_protocol_name(YG_PROTOCOL_MAX), "unknown");
}

static void writes_endpoints(void **state)
{
	static struct yg_endpoint endpoint = {
		.service = "api.example.com",
		.method = "GET",
		.template_ = "/v1/users/{id}/{uuid}",
		.first_ns = TIME_NS,
		.last_ns = TIME_NS,
		.requests = 120,
		.status = { { 0, 1 }, { 200, 117 }, { 404, 2 } },
		.status_count = 3,
		.auth = YG_AUTH_BEARER | YG_AUTH_COOKIE,
	};
	static const struct yg_assessment assessment = {
		.labels = { .bits = 1u << YG_LABEL_EXTERNAL,
			    .count = 1,
			    .rows = { { YG_LABEL_SHADOW, "its bodies are GraphQL" } } },
		.risk = { .score = 8, .count = 1, .reasons = { { 8, "public clients" } } },
	};
	static const struct yg_exposure exposure = {
		.names = { { "https://api.bank.example/retail", 1 } },
		.servers = { { { { { [10] = 0xff, 0xff, 10, 0, 0, 5 } }, 9000 }, 1 } },
	};

	yg_lines_endpoint(
		*state, &endpoint,
		&(struct yg_lines_known){ .assessment = &assessment, .exposure = &exposure });
	expect(*state,
	       "{\"type\":\"endpoint\",\"service\":\"api.example.com\",\"method\":\"GET\","
	       "\"template\":\"/v1/users/{id}/{uuid}\",\"requests\":120,\"callers\":0,"
	       "\"first_seen\":" TIME ",\"last_seen\":" TIME
	       ",\"status\":{\"none\":1,\"200\":117,\"404\":2},\"auth\":[\"bearer\",\"cookie\"],"
	       "\"parameters\":[{\"in\":\"path\",\"name\":\"id\",\"type\":\"string\",\"required\":true},"
	       "{\"in\":\"path\",\"name\":\"uuid\",\"type\":\"string\",\"required\":true}],"
	       "\"response_fields\":[],"
	       "\"data\":[],\"labels\":[\"shadow\"],"
	       "\"label_reasons\":{\"shadow\":\"its bodies are GraphQL\"},"
	       "\"label_reasons_ja\":{\"shadow\":\"本文がGraphQLです\"},\"risk\":8,"
	       "\"risk_reasons\":{\"public clients\":8},"
	       "\"risk_reasons_ja\":{\"公開アドレスの接続元\":8},"
	       "\"request_bytes\":0,\"response_bytes\":0,\"tls_requests\":0,"
	       "\"outside\":[\"https://api.bank.example/retail\"],"
	       "\"servers\":[\"10.0.0.5:9000\"],\"reached\":[],\"exposure\":\"external\"}");
}

static void writes_findings(void **state)
{
	struct yg_finding finding = {
		.id = 0xabc,
		.rule = &rule,
		.severity = YG_SEVERITY_HIGH,
		.first_ns = TIME_NS,
		.time_ns = TIME_NS,
		.service = "api.example.com",
		.endpoint = "GET /v1/users/{id}",
		.client = v4,
		.cause = "c",
		.evidence = { { "distinct_ids", 40, "" },
			      { "share", 0.25, "" },
			      { "first", 0, "7***" } },
		.evidence_count = 3,
	};

	yg_lines_finding(*state, &finding);
	expect(*state,
	       "{\"type\":\"finding\",\"id\":\"0000000000000abc\",\"rule\":\"bola-enumeration\","
	       "\"owasp\":\"API1:2023\",\"severity\":\"high\",\"time\":" TIME
	       ",\"service\":\"api.example.com\",\"endpoint\":\"GET /v1/users/{id}\","
	       "\"caller\":null,\"client\":\"10.0.0.1\",\"title\":\"t\",\"evidence\":{"
	       "\"distinct_ids\":40,\"share\":0.250,\"first\":\"7***\"},\"remediation\":\"r\","
	       "\"action\":\"none\",\"cause\":\"c\",\"effect\":\"e\",\"pci\":null,"
	       "\"first_seen\":" TIME ",\"repeats\":0,\"kind\":\"attack\","
	       "\"title_ja\":null,\"cause_ja\":null,\"effect_ja\":null,\"remediation_ja\":null}");
}

static void writes_the_summary(void **state)
{
	static const char want[] =
		"{\"type\":\"summary\",\"frames\":10,\"segments\":4,\"exchanges\":2,\"endpoints\":1,"
		"\"findings\":0,\"severities\":{\"critical\":0,\"high\":0,\"medium\":0,"
		"\"low\":0,\"info\":0},\"risk\":0,\"skipped\":{\"proto\":2,\"fragment\":1,\"empty\":2},"
		"\"others\":{\"QUIC\":2},\"lost\":{\"header\":1},\"seconds\":2.500000,\"files\":1,"
		"\"files_failed\":0,\"stages\":{";
	const struct yg_run_totals totals = {
		.frames = { .rx = 10,
			    .segment = 4,
			    .skip_empty = 2,
			    .skip_proto = 2,
			    .skip_fragment = 1,
			    .lost_header = 1 },
		.others = { [YG_OTHER_QUIC] = 2 },
		.files = 1,
		.first_ns = 1000000000,
		.last_ns = 3500000000,
		.exchanges = 2,
		.endpoints = 1,
	};
	const struct yg_pipeline_options options = { 0 };
	const struct yg_pipeline_sink sink = { 0 };
	const struct yg_cli_args args = { .json = true };
	struct yg_pipeline *pipeline = NULL;
	struct yg_report *report = NULL;

	assert_int_equal(yg_pipeline_new(&options, &sink, &pipeline), 0);
	assert_int_equal(yg_report_new(&args, &report), 0);
	yg_lines_summary(*state, &totals, report, pipeline);
	assert_memory_equal(yg_json_view(*state).ptr, want, strlen(want));
	yg_json_reset(*state);
	yg_report_free(&report);
	yg_pipeline_free(&pipeline);
}

static void writes_a_service(void **state)
{
	struct yg_report_service service = { .name = "api.example.com",
					     .endpoints = 2,
					     .requests = 14 };

	yg_risk_top_add(&service.top, 40);
	yg_risk_top_add(&service.top, 20);
	yg_lines_service(*state, &service);
	expect(*state, "{\"type\":\"service\",\"service\":\"api.example.com\",\"risk\":40,"
		       "\"endpoints\":2,\"requests\":14}");
}

static int make_writer(void **state)
{
	struct yg_json *json = NULL;
	int r = yg_json_new(&json);

	*state = json;
	return r;
}

static int free_writer(void **state)
{
	struct yg_json *json = *state;

	yg_json_free(&json);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_exchanges),
		cmocka_unit_test(leaves_the_unknown_null),
		cmocka_unit_test(writes_the_handshake_of_an_exchange),
		cmocka_unit_test(writes_whence_the_name_of_the_service_comes),
		cmocka_unit_test(writes_endpoints),
		cmocka_unit_test(writes_findings),
		cmocka_unit_test(writes_the_summary),
		cmocka_unit_test(writes_a_service),
	};

	return cmocka_run_group_tests_name("cli/lines", tests, make_writer, free_writer);
}
