/* SPDX-License-Identifier: GPL-2.0-only */
/* detect/posture_sensitive.c behind its contract in detect/posture.h. */
#include "scene.h"

#define CARD(n)	  "{\"card_number\":\"" n "\"}"
#define CARDS	  CARD("4111111111111111"), CARD("5555555555554444"), CARD("4012888888881881")
#define KEY	  "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
#define IBAN_PATH "/v1/accounts/DE89370400440532013000"

/* Three answers in turn, and what they say of @rule. */
struct variant {
	const char *name, *rule;
	bool is_fault;
	enum yg_severity severity;
	const char *method, *target;
	const char *answers[3];
	const char *client;
	uint16_t status;
};

static const struct variant variants[] = {
	{ "whole card numbers",
	  "card-number-exposed",
	  true,
	  YG_SEVERITY_HIGH,
	  "GET",
	  "/v1/cards",
	  { CARDS },
	  NULL,
	  200 },
	{ "masked card numbers",
	  "card-number-exposed",
	  false,
	  0,
	  "GET",
	  "/v1/cards",
	  { CARD("411111******1111"), CARD("555555******4444"), CARD("401288******1881") },
	  NULL,
	  200 },
	{ "numbers that fail Luhn",
	  "card-number-exposed",
	  false,
	  0,
	  "GET",
	  "/v1/cards",
	  { CARD("4111111111111112"), CARD("5555555555554443"), CARD("4012888888881882") },
	  NULL,
	  200 },
	{ "refused", "card-number-exposed", false, 0, "GET", "/v1/cards", { CARDS }, NULL, 403 },
	{ "verification values",
	  "card-secret-exposed",
	  true,
	  YG_SEVERITY_CRITICAL,
	  "GET",
	  "/v1/cards",
	  { "{\"cvv\":\"123\"}", "{\"cvv\":\"841\"}", "{\"cvv\":\"007\"}" },
	  NULL,
	  200 },
	{ "the outcome of a check",
	  "card-secret-exposed",
	  false,
	  0,
	  "GET",
	  "/v1/cards",
	  { "{\"cvv\":\"pass\"}", "{\"cvv\":true}", "{\"cvv\":\"***\"}" },
	  NULL,
	  200 },
	{ "a key of another service",
	  "secret-exposed",
	  true,
	  YG_SEVERITY_CRITICAL,
	  "GET",
	  "/v1/settings",
	  { "{\"a\":\"" KEY "\"}", "{}", "{}" },
	  NULL,
	  200 },
	{ "a key that was made now",
	  "secret-exposed",
	  false,
	  0,
	  "POST",
	  "/v1/keys",
	  { "{\"a\":\"" KEY "\"}", "{}", "{}" },
	  NULL,
	  200 },
	{ "an account in the path",
	  "sensitive-data-in-url",
	  true,
	  YG_SEVERITY_MEDIUM,
	  "GET",
	  IBAN_PATH,
	  { "{}", "{}", "{}" },
	  NULL,
	  200 },
	{ "an id in the path",
	  "sensitive-data-in-url",
	  false,
	  0,
	  "GET",
	  "/v1/accounts/890704",
	  { "{}", "{}", "{}" },
	  NULL,
	  200 },
	{ "cards in clear text",
	  "sensitive-data-cleartext",
	  true,
	  YG_SEVERITY_HIGH,
	  "GET",
	  "/v1/cards",
	  { CARDS },
	  NULL,
	  200 },
	{ "from a private network",
	  "sensitive-data-cleartext",
	  true,
	  YG_SEVERITY_MEDIUM,
	  "GET",
	  "/v1/cards",
	  { CARDS },
	  "10.0.0.9",
	  200 },
	{ "from this host",
	  "sensitive-data-cleartext",
	  false,
	  0,
	  "GET",
	  "/v1/cards",
	  { CARDS },
	  "127.0.0.1",
	  200 },
	{ "a name in clear text",
	  "sensitive-data-cleartext",
	  false,
	  0,
	  "GET",
	  "/v1/cards",
	  { "{\"name\":\"Ann\"}", "{\"name\":\"Bob\"}", "{\"name\":\"Cy\"}" },
	  NULL,
	  200 },
};

static void each_fault_is_found_and_what_is_like_it_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(variants); i++) {
		SCENE_CLEANUP struct scene scene;
		const struct variant *variant = &variants[i];
		struct scene_found wanted;

		print_message("%s: %s\n", variant->rule, variant->name);
		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		for (uint32_t k = 0; k < 12; k++)
			scene_show(&scene, &(struct scene_call){ .method = variant->method,
								 .target = variant->target,
								 .answer = variant->answers[k % 3],
								 .client = variant->client,
								 .status = variant->status });
		wanted = scene_find(&scene, variant->rule);
		assert_int_equal(wanted.count, variant->is_fault);
		if (!variant->is_fault)
			continue;
		assert_int_equal(wanted.finding.severity, variant->severity);
		assert_null(strstr(wanted.finding.cause, "4111111111111111"));
		assert_null(strstr(wanted.finding.cause, KEY));
		assert_non_null(wanted.finding.rule->title_ja);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_is_found_and_what_is_like_it_is_not),
	};

	return cmocka_run_group_tests_name("detect/posture_sensitive", tests, NULL, NULL);
}
