/* SPDX-License-Identifier: GPL-2.0-only */
/* detect/posture_party.c behind its contract in detect/posture.h. */
#include "detect/party.h"
#include "parse/handshake.h"
#include "scene.h"

#define FAR  "203.0.113.9"
#define NEAR "10.1.2.3"
#define CARD "{\"card_number\":\"%s\"}"
#define MAIL "{\"email\":\"%s@mail.example.org\"}"

struct wanted {
	const char *rule;
	struct yg_finding finding;
	bool found;
};

static void look_for(void *ctx, const struct yg_finding *finding)
{
	struct wanted *wanted = ctx;

	if (strcmp(finding->rule->id, wanted->rule) != 0)
		return;
	wanted->finding = *finding;
	wanted->found = true;
}

static struct wanted find(struct scene *scene, const char *rule)
{
	struct wanted wanted = { .rule = rule };

	assert_true(yg_knowledge_findings(scene->knowledge, look_for, &wanted) >= 0);
	return wanted;
}

static const struct sent {
	const char *name, *rule;
	enum yg_severity severity;
	const char *cause; /* NULL: there is no finding */
	const char *body;  /* of each request; holds one value */
	struct scene_call call;
} cases[] = {
	{ .name = "cards in clear",
	  .rule = "third-party-sensitive-data",
	  .severity = YG_SEVERITY_HIGH,
	  .cause = "pan went to a third party without TLS",
	  .body = CARD,
	  .call = { .outbound = true, .server = FAR } },
	{ .name = "cards under TLS",
	  .rule = "third-party-sensitive-data",
	  .severity = YG_SEVERITY_MEDIUM,
	  .cause = "pan went to a third party",
	  .body = CARD,
	  .call = { .outbound = true, .server = FAR, .tls = true } },
	{ .name = "mail addresses in clear",
	  .rule = "third-party-sensitive-data",
	  .severity = YG_SEVERITY_MEDIUM,
	  .cause = "email went to a third party without TLS",
	  .body = MAIL,
	  .call = { .outbound = true, .server = FAR } },
	{ .name = "mail addresses under TLS",
	  .rule = "third-party-personal-data",
	  .severity = YG_SEVERITY_LOW,
	  .cause = "email went to a third party",
	  .body = MAIL,
	  .call = { .outbound = true, .server = FAR, .tls = true } },
	{ .name = "mail addresses under TLS are no more than that",
	  .rule = "third-party-sensitive-data",
	  .body = MAIL,
	  .call = { .outbound = true, .server = FAR, .tls = true } },
	{ .name = "cards to a server of this network",
	  .rule = "third-party-sensitive-data",
	  .body = CARD,
	  .call = { .outbound = true, .server = NEAR } },
	{ .name = "cards that this host was sent",
	  .rule = "third-party-sensitive-data",
	  .body = CARD,
	  .call = { .server = FAR } },
	{ .name = "cards that were refused",
	  .rule = "third-party-sensitive-data",
	  .body = CARD,
	  .call = { .outbound = true, .server = FAR, .status = 400 } },
	{ .name = "HTML in place of JSON",
	  .rule = "third-party-odd-answer",
	  .severity = YG_SEVERITY_MEDIUM,
	  .cause = "HTML was answered where JSON was asked for",
	  .body = "{\"n\":\"%s\"}",
	  .call = { .outbound = true,
		    .server = FAR,
		    .tls = true,
		    .accept = "application/json",
		    .type = "text/html; charset=utf-8" } },
	{ .name = "HTML where anything was asked for",
	  .rule = "third-party-odd-answer",
	  .body = "{\"n\":\"%s\"}",
	  .call = { .outbound = true,
		    .server = FAR,
		    .tls = true,
		    .accept = "text/html, application/json",
		    .type = "text/html" } },
	{ .name = "HTML with an error",
	  .rule = "third-party-odd-answer",
	  .body = "{\"n\":\"%s\"}",
	  .call = { .outbound = true,
		    .server = FAR,
		    .tls = true,
		    .status = 502,
		    .accept = "application/json",
		    .type = "text/html" } },
};

static void what_is_sent_and_what_comes_back_is_judged(void **state)
{
	static const char *const values[] = { "4111111111111111", "5555555555554444",
					      "4012888888881881", "378282246310005" };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		SCENE_CLEANUP struct scene scene;
		struct wanted wanted;

		print_message("%s\n", cases[i].name);
		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		for (size_t k = 0; k < YG_ARRAY_SIZE(values); k++) {
			struct scene_call call = cases[i].call;
			char body[128];

			/* NOLINTNEXTLINE: the format is one of the table's */
			(void)snprintf(body, sizeof(body), cases[i].body, values[k]);
			call.method = "POST";
			call.target = "/v2/charges";
			call.body = body;
			call.answer = "{}";
			scene_show(&scene, &call);
		}
		wanted = find(&scene, cases[i].rule);
		assert_int_equal(wanted.found, cases[i].cause != NULL);
		if (!cases[i].cause)
			continue;
		assert_int_equal(wanted.finding.severity, cases[i].severity);
		assert_string_equal(wanted.finding.cause, cases[i].cause);
	}
}

static void shake(struct scene *scene, const char *host, const char *issuer)
{
	const struct yg_handshake handshake = {
		.time_ns = scene->time_ns,
		.version = 0x0303,
		.sni = yg_slice_from_str(host),
		.is_answered = true,
		.has_certificate = true,
		.certificate = { .issuer = yg_slice_from_str(issuer) },
	};

	yg_knowledge_handshake(scene->knowledge, &handshake);
}

static void another_issuer_is_told_of_hosts_that_are_asked(void **state)
{
	SCENE_CLEANUP struct scene scene;
	struct wanted wanted;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	scene_show(&scene,
		   &(struct scene_call){ .target = "/v1/rates", .outbound = true, .server = FAR });
	for (unsigned int i = 0; i <= YG_PARTY_ISSUER_MIN; i++) {
		shake(&scene, "api.example.com", "Old CA");
		shake(&scene, "other.example.com", "Old CA");
	}
	assert_false(find(&scene, "third-party-issuer-change").found);
	shake(&scene, "other.example.com", "Rogue CA");
	assert_false(find(&scene, "third-party-issuer-change").found);
	shake(&scene, "api.example.com", "Rogue CA");
	wanted = find(&scene, "third-party-issuer-change");
	assert_true(wanted.found);
	assert_string_equal(wanted.finding.service, "api.example.com");
	assert_string_equal(wanted.finding.cause,
			    "The issuer is Rogue CA, after 21 handshakes with others");
}

/* Calls to one third party: of each four, @failed are answered 503, and each takes @millis. */
static void call_party(struct scene *scene, uint32_t times, uint32_t failed, uint32_t millis)
{
	for (uint32_t i = 0; i < times; i++)
		scene_show(scene, &(struct scene_call){ .target = "/v1/rates",
							.outbound = true,
							.server = FAR,
							.tls = true,
							.answer = "{}",
							.silence = millis,
							.status = i % 4 < failed ? 503 : 200 });
}

static void a_third_party_that_fails_is_told_of(void **state)
{
	static const struct {
		uint32_t calls, failed;
		bool found;
	} rows[] = { { 40, 1, false }, { 28, 4, false }, { 40, 2, true }, { 40, 4, true } };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		SCENE_CLEANUP struct scene scene;

		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		/* A 5xx alone makes no endpoint. */
		call_party(&scene, 1, 0, 1);
		call_party(&scene, rows[i].calls, rows[i].failed, 1);
		assert_int_equal(find(&scene, "third-party-failing").found, rows[i].found);
	}
}

static void a_third_party_that_is_waited_for_is_told_of(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	call_party(&scene, 10, 0, 29000);
	call_party(&scene, 2, 0, 31000);
	assert_false(find(&scene, "third-party-slow").found);
	call_party(&scene, 1, 0, 31000);
	assert_true(find(&scene, "third-party-slow").found);
	assert_string_equal(find(&scene, "third-party-slow").finding.cause, "An answer took 31 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_and_what_comes_back_is_judged),
		cmocka_unit_test(another_issuer_is_told_of_hosts_that_are_asked),
		cmocka_unit_test(a_third_party_that_fails_is_told_of),
		cmocka_unit_test(a_third_party_that_is_waited_for_is_told_of),
	};

	return cmocka_run_group_tests_name("detect/posture_party", tests, NULL, NULL);
}
