/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/posture.h"

#include <errno.h>

#include "endpoint/hop.h"
#include "parse/handshake.h"
#include "scene.h"

static void get(struct scene *scene, const char *target, uint32_t times)
{
	for (uint32_t i = 0; i < times; i++)
		scene_show(scene, &(struct scene_call){ .target = target, .answer = "{}" });
}

#define FAULT "/search?password=hunter22"
#define CLEAN "/search?q=1"

static void a_fault_opens_resolves_and_reopens(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, FAULT, 1);
	assert_int_equal(scene.postures, 1);
	assert_string_equal(scene.posture.rule->id, "password-in-url");
	assert_int_equal(scene.posture.state, YG_STATE_OPEN);
	assert_string_equal(scene.posture.endpoint, "GET /search");
	assert_false(scene.posture.client_blockable);
	get(&scene, CLEAN, 31);
	assert_int_equal(scene.posture.state, YG_STATE_OPEN);
	get(&scene, CLEAN, 1);
	assert_int_equal(scene.posture.state, YG_STATE_RESOLVED);
	get(&scene, CLEAN, 100);
	assert_int_equal(scene.postures, 2);
	get(&scene, FAULT, 1);
	assert_int_equal(scene.posture.state, YG_STATE_REOPENED);
	assert_int_equal(scene.postures, 3);
	assert_int_equal(scene.found, 0);
}

/* It comes in bursts: after 200 clean ones it came back, so that as many say nothing any more. */
static void what_comes_and_goes_stays_open(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, FAULT, 20);
	get(&scene, CLEAN, 200);
	get(&scene, FAULT, 20);
	assert_int_equal(scene.posture.state, YG_STATE_REOPENED);
	get(&scene, CLEAN, 399);
	assert_int_equal(scene.posture.state, YG_STATE_REOPENED);
	get(&scene, CLEAN, 1);
	assert_int_equal(scene.posture.state, YG_STATE_RESOLVED);
}

static void a_burst_of_clean_ones_resolves_nothing(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, FAULT, 1);
	for (uint32_t i = 0; i < 1000; i++)
		scene_show(&scene, &(struct scene_call){ .target = CLEAN,
							 .time_ns = scene.time_ns + MILLI_NS });
	assert_int_equal(scene.posture.state, YG_STATE_OPEN);
	get(&scene, CLEAN, 10);
	assert_int_equal(scene.posture.state, YG_STATE_RESOLVED);
}

/* Seen once in fifty: thirty-two clean ones say nothing yet. */
static void a_rare_fault_is_not_resolved_early(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t i = 0; i < 4; i++) {
		get(&scene, FAULT, 1);
		get(&scene, CLEAN, 20);
	}
	get(&scene, CLEAN, 80);
	assert_int_equal(scene.posture.state, YG_STATE_OPEN);
}

static void what_the_server_refused_is_no_fault(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, CLEAN, 3);
	for (uint32_t i = 0; i < 5; i++)
		scene_show(&scene, &(struct scene_call){ .target = FAULT, .status = 400 });
	assert_int_equal(scene.postures, 0);
}

static void take_blob(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data, size_t len)
{
	(void)id;
	assert_int_equal(yg_knowledge_load(ctx, kind, data, len), 0);
	if (kind == YG_BLOB_POSTURE && len > 1)
		assert_int_equal(yg_knowledge_load(ctx, kind, data, len - 1), -EINVAL);
}

static void a_restart_keeps_the_state(void **state)
{
	SCENE_CLEANUP struct scene before;
	SCENE_CLEANUP struct scene after;

	(void)state;
	scene_open(&before, (struct yg_knowledge_options){ 0 });
	scene_open(&after, (struct yg_knowledge_options){ 0 });

	get(&before, FAULT, 1);
	assert_int_equal(yg_knowledge_save(before.knowledge, false, take_blob, after.knowledge), 0);
	after.time_ns = before.time_ns;
	get(&after, CLEAN, 32);
	assert_int_equal(after.posture.state, YG_STATE_RESOLVED);
	assert_true(after.posture.id == before.posture.id);
	assert_true(after.posture.first_ns == before.posture.first_ns);
}

static void judges_what_a_handshake_settled_on(void **state)
{
	static const struct {
		const char *rule; /* NULL: nothing */
		uint16_t version, cipher;
		bool refused;
	} cases[] = {
		{ NULL, 0x0304, 0x1301, false },
		{ NULL, 0x0303, 0xc02f, false },
		{ "tls-old-version", 0x0302, 0xc014, false },
		{ NULL, 0x0302, 0xc014, true },
		{ "tls-weak-cipher", 0x0303, 0x000a, false },
		{ "tls-weak-cipher", 0x0303, 0x009c, false },
		{ "fapi-tls-cipher", 0x0303, 0xc027, false },
		{ NULL, 0x0303, 0xc030, false },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		SCENE_CLEANUP struct scene scene;
		struct yg_handshake handshake = {
			.time_ns = START_NS,
			.sni = YG_SLICE("bank.example.com"),
			.version = cases[i].version,
			.is_answered = true,
			.is_refused = cases[i].refused,
			.cipher = cases[i].cipher,
		};
		bool fapi = cases[i].rule && cases[i].rule[0] == 'f';

		scene_open(&scene,
			   (struct yg_knowledge_options){ .fapi = fapi ? YG_FAPI_2 : YG_FAPI_OFF });
		yg_knowledge_handshake(scene.knowledge, &handshake);
		assert_int_equal(scene.postures, cases[i].rule ? 1 : 0);
		if (cases[i].rule)
			assert_string_equal(scene.posture.rule->id, cases[i].rule);
	}
}

#define HSTS                                                                        \
	{                                                                           \
		YG_SLICE("Strict-Transport-Security"), YG_SLICE("max-age=31536000") \
	}
#define AWAY                                                             \
	{                                                                \
		YG_SLICE("Location"), YG_SLICE("https://evil.example/x") \
	}
#define HERE                                            \
	{                                               \
		YG_SLICE("Location"), YG_SLICE("/v2/x") \
	}
#define SAME                                                                   \
	{                                                                      \
		YG_SLICE("Location"), YG_SLICE("https://api.example.com/v2/x") \
	}

/* Calls that are a fault by themselves, and ones beside them that are none. */
static const struct single {
	const char *rule; /* NULL: nothing */
	enum yg_severity severity;
	struct scene_call call;
} singles[] = {
	{ "hsts-missing", YG_SEVERITY_LOW, { .tls = true, .type = "text/html" } },
	{ NULL, 0, { .tls = true, .type = "text/html", .field = HSTS } },
	{ NULL, 0, { .tls = true } },
	{ NULL, 0, { .type = "text/html" } },
	{ NULL, 0, { .tls = true, .type = "text/html", .status = 404 } },
	{ "third-party-cleartext",
	  YG_SEVERITY_HIGH,
	  { .outbound = true, .server = "203.0.113.9", .bearer = "opaque" } },
	{ "third-party-cleartext",
	  YG_SEVERITY_MEDIUM,
	  { .outbound = true, .server = "203.0.113.9" } },
	{ NULL, 0, { .outbound = true, .server = "203.0.113.9", .tls = true } },
	{ NULL, 0, { .outbound = true, .server = "10.1.2.3", .bearer = "opaque" } },
	{ NULL, 0, { .outbound = true, .server = "fd00::1", .bearer = "opaque" } },
	{ "third-party-redirect",
	  YG_SEVERITY_MEDIUM,
	  { .outbound = true,
	    .server = "203.0.113.9",
	    .tls = true,
	    .status = 308,
	    .field = AWAY } },
	{ NULL,
	  0,
	  { .outbound = true,
	    .server = "203.0.113.9",
	    .tls = true,
	    .status = 308,
	    .field = HERE } },
	{ NULL,
	  0,
	  { .outbound = true,
	    .server = "203.0.113.9",
	    .tls = true,
	    .status = 302,
	    .field = SAME } },
	{ NULL,
	  0,
	  { .outbound = true, .server = "10.1.2.3", .tls = true, .status = 308, .field = AWAY } },
	{ "cleartext-credentials", YG_SEVERITY_HIGH, { .bearer = "opaque" } },
	{ NULL, 0, { .bearer = "opaque", .tls = true } },
	{ NULL, 0, { .bearer = "opaque", .client = "127.0.0.1" } },
	{ NULL, 0, { .bearer = "opaque", .client = "192.0.2.10" } },
	{ NULL, 0, { .bearer = "opaque", .status = 401 } },
};

static void judges_calls_one_by_one(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(singles); i++) {
		SCENE_CLEANUP struct scene scene;
		struct scene_call call = singles[i].call,
				  usual = { .target = "/v1/x", .tls = true };

		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		call.target = "/v1/x";
		call.answer = "{}";
		usual.outbound = call.outbound;
		usual.server = call.server;
		usual.answer = "{}";
		scene_show(&scene, &usual); /* it is in the inventory */
		for (uint32_t n = 0; n < 4; n++)
			scene_show(&scene, &call);
		if (singles[i].rule) {
			assert_int_equal(scene.postures, 1);
			assert_string_equal(scene.posture.rule->id, singles[i].rule);
			assert_int_equal(scene.posture.severity, singles[i].severity);
		} else {
			assert_int_equal(scene.postures, 0);
		}
	}
}

/* From a private address it may be a gateway's upstream hop: eight requests are waited for. */
static void a_private_client_in_clear_is_judged_late_and_less(void **state)
{
	SCENE_CLEANUP struct scene scene;
	const struct scene_call call = {
		.target = "/v1/x", .answer = "{}", .bearer = "opaque", .client = "10.0.0.9"
	};

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t i = 0; i < 8; i++)
		scene_show(&scene, &call);
	assert_int_equal(scene.postures, 0);
	scene_show(&scene, &call);
	assert_int_equal(scene.postures, 1);
	assert_string_equal(scene.posture.rule->id, "cleartext-credentials");
	assert_int_equal(scene.posture.severity, YG_SEVERITY_MEDIUM);
}

static void take_posture(void *ctx, struct yg_finding *finding, enum yg_posture_news news)
{
	uint32_t *count = ctx;

	(void)finding;
	(void)news;
	++*count;
}

static void show_in_clear(struct yg_posture *posture, const struct yg_address *client)
{
	static const struct yg_endpoint endpoint = { .id = 7, .method = "GET", .template_ = "/x" };
	static const struct yg_caller caller;
	static const struct yg_path path;
	struct yg_credentials credentials = { .best = YG_CREDENTIAL_BEARER };
	struct yg_exchange exchange = {
		.request = { .present = true, .method = YG_SLICE("GET") },
		.response = { .present = true, .status = 200 },
		.client = { *client, 40000 },
		.server = { { { [10] = 0xff, 0xff, 10, 0, 0, 2 } }, 80 },
	};
	struct yg_scene scene = {
		.exchange = &exchange,
		.credentials = &credentials,
		.caller = &caller,
		.endpoint = &endpoint,
		.path = &path,
		.service = YG_SLICE("api.example.com"),
		.client = *client,
		.time_ns = START_NS,
	};
	YG_CLEANUP(yg_bodies_free) struct yg_bodies *bodies = NULL;

	assert_int_equal(yg_bodies_new(&bodies), 0);
	yg_bodies_begin(bodies, &exchange);
	scene.bodies = bodies;
	scene.lesson = true;
	(void)yg_posture_wants(posture, &exchange, bodies, YG_SIDE_REQUEST, true, NULL);
	yg_posture_observe(posture, &scene);
}

/* A hop that was linked to an edge under TLS speaks for that client and server only. */
static void clear_text_behind_a_tls_edge_is_no_fault(void **state)
{
	const struct yg_posture_options options = { .endpoints_max = 4, .findings_max = 16 };
	const struct yg_address edge = { { [10] = 0xff, 0xff, 10, 0, 0, 1 } };
	const struct yg_address other = { { [10] = 0xff, 0xff, 10, 0, 0, 3 } };
	struct yg_hop_link link = { .parent_id = 1,
				    .parent_tls = true,
				    .client = edge,
				    .server = { { [10] = 0xff, 0xff, 10, 0, 0, 2 } },
				    .port = 80 };
	YG_CLEANUP(yg_posture_free) struct yg_posture *posture = NULL;
	uint32_t count = 0;

	(void)state;

	assert_int_equal(yg_posture_new(&options, take_posture, &count, &posture), 0);
	yg_posture_take_hop(posture, &link, NULL);
	for (uint32_t i = 0; i < 50; i++)
		show_in_clear(posture, &edge);
	assert_int_equal(count, 0);
	for (uint32_t i = 0; i < 9; i++)
		show_in_clear(posture, &other);
	assert_int_equal(count, 1);
}

static void judges_the_certificate_of_a_server(void **state)
{
	const int64_t now_s = (int64_t)(START_NS / SECOND_NS);
	const struct yg_x509 good = { .key = YG_X509_KEY_EC,
				      .key_bits = 256,
				      .digest = YG_X509_DIGEST_SHA2,
				      .not_after_s = now_s + 86400 };
	const struct {
		bool fault;
		const char *client;
		struct yg_x509 certificate;
	} cases[] = {
		{ false, NULL, good },
		{ true,
		  NULL,
		  { .key = YG_X509_KEY_RSA, .key_bits = 1024, .not_after_s = now_s + 9 } },
		{ false,
		  NULL,
		  { .key = YG_X509_KEY_RSA, .key_bits = 2048, .not_after_s = now_s + 9 } },
		{ true,
		  NULL,
		  { .key = YG_X509_KEY_EC, .key_bits = 192, .not_after_s = now_s + 9 } },
		{ true, NULL, { .digest = YG_X509_DIGEST_SHA1, .not_after_s = now_s + 9 } },
		{ true, NULL, { .digest = YG_X509_DIGEST_MD5, .not_after_s = now_s + 9 } },
		{ true, NULL, { .not_after_s = now_s - 9 } },
		{ true, NULL, { .is_self_signed = true, .not_after_s = now_s + 9 } },
		/* Within a private network an issuer of one's own is the usual thing. */
		{ false, "10.1.2.3", { .is_self_signed = true, .not_after_s = now_s + 9 } },
		{ false, "127.0.0.1", { .is_self_signed = true, .not_after_s = now_s + 9 } },
		{ true, "10.1.2.3", { .not_after_s = now_s - 9 } },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		SCENE_CLEANUP struct scene scene;
		struct yg_handshake handshake = {
			.time_ns = START_NS,
			.sni = YG_SLICE("bank.example.com"),
			.version = 0x0303,
			.is_answered = true,
			.cipher = 0xc02f,
			.has_certificate = true,
			.certificate = cases[i].certificate,
		};

		assert_int_equal(yg_address_from_text(yg_slice_from_str(scene_or(cases[i].client,
										 "198.51.100.7")),
						      &handshake.client.addr),
				 0);
		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		yg_knowledge_handshake(scene.knowledge, &handshake);
		assert_int_equal(scene.postures, cases[i].fault);
		if (cases[i].fault)
			assert_string_equal(scene.posture.rule->id, "tls-weak-certificate");
	}
}

static void a_key_file_must_be_a_key_set(void **state)
{
	const struct yg_knowledge_options options = { .jwks = YG_SLICE("{\"no\":1}") };
	const struct yg_knowledge_sink sink = { 0 };
	struct yg_knowledge *knowledge = NULL;

	(void)state;

	assert_int_equal(yg_knowledge_new(&options, &sink, &knowledge), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_opens_resolves_and_reopens),
		cmocka_unit_test(a_rare_fault_is_not_resolved_early),
		cmocka_unit_test(what_comes_and_goes_stays_open),
		cmocka_unit_test(a_burst_of_clean_ones_resolves_nothing),
		cmocka_unit_test(what_the_server_refused_is_no_fault),
		cmocka_unit_test(a_restart_keeps_the_state),
		cmocka_unit_test(judges_what_a_handshake_settled_on),
		cmocka_unit_test(judges_calls_one_by_one),
		cmocka_unit_test(a_private_client_in_clear_is_judged_late_and_less),
		cmocka_unit_test(clear_text_behind_a_tls_edge_is_no_fault),
		cmocka_unit_test(judges_the_certificate_of_a_server),
		cmocka_unit_test(a_key_file_must_be_a_key_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
