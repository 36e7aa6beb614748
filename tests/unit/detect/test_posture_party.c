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
	bool is_fault;
	enum yg_severity severity;
	const char *cause;
	const char *body; /* of each request; holds one value */
	struct scene_call call;
} cases[] = {
	{ "cards in clear",
	  "third-party-sensitive-data",
	  true,
	  YG_SEVERITY_HIGH,
	  "pan went to a third party without TLS",
	  CARD,
	  { .outbound = true, .server = FAR } },
	{ "cards under TLS",
	  "third-party-sensitive-data",
	  true,
	  YG_SEVERITY_MEDIUM,
	  "pan went to a third party",
	  CARD,
	  { .outbound = true, .server = FAR, .tls = true } },
	{ "mail addresses in clear",
	  "third-party-sensitive-data",
	  true,
	  YG_SEVERITY_MEDIUM,
	  "email went to a third party without TLS",
	  MAIL,
	  { .outbound = true, .server = FAR } },
	{ "mail addresses under TLS",
	  "third-party-personal-data",
	  true,
	  YG_SEVERITY_LOW,
	  "email went to a third party",
	  MAIL,
	  { .outbound = true, .server = FAR, .tls = true } },
	{ "mail addresses under TLS are no more than that",
	  "third-party-sensitive-data",
	  false,
	  0,
	  NULL,
	  MAIL,
	  { .outbound = true, .server = FAR, .tls = true } },
	{ "cards to a server of this network",
	  "third-party-sensitive-data",
	  false,
	  0,
	  NULL,
	  CARD,
	  { .outbound = true, .server = NEAR } },
	{ "cards that this host was sent",
	  "third-party-sensitive-data",
	  false,
	  0,
	  NULL,
	  CARD,
	  { .server = FAR } },
	{ "cards that were refused",
	  "third-party-sensitive-data",
	  false,
	  0,
	  NULL,
	  CARD,
	  { .outbound = true, .server = FAR, .status = 400 } },
	{ "HTML in place of JSON",
	  "third-party-odd-answer",
	  true,
	  YG_SEVERITY_MEDIUM,
	  "HTML was answered where JSON was asked for",
	  "{\"n\":\"%s\"}",
	  { .outbound = true,
	    .server = FAR,
	    .tls = true,
	    .accept = "application/json",
	    .type = "text/html; charset=utf-8" } },
	{ "HTML where anything was asked for",
	  "third-party-odd-answer",
	  false,
	  0,
	  NULL,
	  "{\"n\":\"%s\"}",
	  { .outbound = true,
	    .server = FAR,
	    .tls = true,
	    .accept = "text/html, application/json",
	    .type = "text/html" } },
	{ "HTML with an error",
	  "third-party-odd-answer",
	  false,
	  0,
	  NULL,
	  "{\"n\":\"%s\"}",
	  { .outbound = true,
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
		assert_int_equal(wanted.found, cases[i].is_fault);
		if (!cases[i].is_fault)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_and_what_comes_back_is_judged),
		cmocka_unit_test(another_issuer_is_told_of_hosts_that_are_asked),
	};

	return cmocka_run_group_tests_name("detect/posture_party", tests, NULL, NULL);
}
