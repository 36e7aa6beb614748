/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/risk.h"

#include <stdio.h>

#include "test.h"

static const struct yg_faults nothing;

static struct yg_risk score(const struct yg_endpoint *endpoint, const struct yg_trait *trait,
			    const struct yg_labels *labels, const struct yg_faults *tally)
{
	const struct yg_risk_scene scene = {
		.endpoint = endpoint,
		.trait = trait,
		.labels = labels,
		.tally = tally,
		.service = &nothing,
	};
	struct yg_risk risk;

	yg_risk_from_scene(&scene, &risk);
	return risk;
}

static void adds_up_its_reasons_the_heaviest_first(void **state)
{
	static const struct yg_endpoint endpoint = {
		.method = "POST", .requests = 4, .tls_requests = 3, .auth = YG_AUTH_NONE
	};
	const struct yg_trait trait = { .external = 4 };
	const struct yg_labels labels = { .bits = 1u << YG_LABEL_SHADOW,
					  .count = 1,
					  .rows = { { YG_LABEL_SHADOW, "" } } };
	struct yg_risk risk = score(&endpoint, &trait, &labels, &nothing);
	uint32_t sum = 0;

	(void)state;

	/* 20 no credential, 15 public, 10 in clear, 8 shadow */
	assert_int_equal(risk.score, 53);
	assert_int_equal(risk.count, 4);
	assert_string_equal(risk.reasons[0].text, "no credential is asked for");
	assert_string_equal(risk.reasons[3].text, "label shadow");
	for (uint32_t i = 0; i < risk.count; i++) {
		sum += risk.reasons[i].points;
		assert_true(i == 0 || risk.reasons[i - 1].points >= risk.reasons[i].points);
	}
	assert_int_equal(sum, risk.score);
}

static void a_quiet_private_endpoint_is_no_risk(void **state)
{
	static const struct yg_endpoint endpoint = {
		.method = "GET", .requests = 4, .tls_requests = 4, .auth = YG_AUTH_JWT
	};
	const struct yg_trait trait = { .internal = 4 };
	const struct yg_labels labels = { 0 };

	(void)state;

	assert_int_equal(score(&endpoint, &trait, &labels, &nothing).score, 0);
}

static void findings_count_by_the_worst_and_their_number(void **state)
{
	static const struct yg_endpoint endpoint = { .method = "GET", .auth = YG_AUTH_JWT };
	const struct yg_trait trait = { 0 };
	const struct yg_labels labels = { 0 };
	static const struct {
		struct yg_faults tally;
		uint32_t score;
	} cases[] = {
		{ { .posture = { [YG_SEVERITY_INFO] = 9 } }, 0 },
		{ { .posture = { [YG_SEVERITY_LOW] = 1 } }, 4 },
		{ { .posture = { [YG_SEVERITY_LOW] = 2, [YG_SEVERITY_HIGH] = 1 } }, 22 },
		{ { .posture = { [YG_SEVERITY_LOW] = 90 } }, 12 },
		{ { .attack = { [YG_SEVERITY_CRITICAL] = 1 } }, 25 },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++)
		assert_int_equal(score(&endpoint, &trait, &labels, &cases[i].tally).score,
				 cases[i].score);
}

static void never_goes_beyond_the_limit(void **state)
{
	static const struct yg_endpoint endpoint = { .method = "POST",
						     .requests = 4,
						     .auth = YG_AUTH_NONE };
	const struct yg_trait trait = { .external = 4 };
	struct yg_labels labels = { 0 };
	const struct yg_faults tally = { .posture = { [YG_SEVERITY_CRITICAL] = 9 },
					 .attack = { [YG_SEVERITY_CRITICAL] = 9 } };

	(void)state;

	for (uint32_t i = 0; i < YG_LABELS_MAX; i++)
		labels.rows[labels.count++].label = (uint8_t)i;
	assert_int_equal(score(&endpoint, &trait, &labels, &tally).score, YG_RISK_MAX);
	assert_int_equal(score(&endpoint, &trait, &labels, &tally).count, YG_RISK_REASONS_MAX);
}

static void a_service_is_as_risky_as_its_riskiest(void **state)
{
	struct yg_risk_top top = { 0 };

	(void)state;

	assert_int_equal(yg_risk_top_score(&top), 0);
	yg_risk_top_add(&top, 50);
	assert_int_equal(yg_risk_top_score(&top), 50);
	for (uint32_t i = 0; i < 30; i++)
		yg_risk_top_add(&top, 0);
	assert_int_equal(top.count, YG_RISK_TOP);
	assert_int_equal(yg_risk_top_score(&top), 50);
	yg_risk_top_add(&top, 30);
	yg_risk_top_add(&top, 30);
	assert_int_equal(yg_risk_top_score(&top), 51); /* 50 and 50 * 60 / 3000 */
	yg_risk_top_add(&top, 100);
	assert_int_equal(top.scores[0], 100);
	assert_int_equal(top.scores[1], 50);
}

/* One endpoint with the faults that the bits of @set say. */
static struct yg_risk worst_of(uint32_t set, const enum yg_label *labels)
{
	struct yg_endpoint endpoint = {
		.requests = 4,
		.tls_requests = set & 2 ? 3 : 4,
		.auth = set & 4 ? YG_AUTH_NONE : YG_AUTH_JWT,
	};
	const struct yg_trait trait = { .internal = 4, .external = set & 8 ? 1 : 0 };
	const struct yg_faults tally = {
		.posture = { [YG_SEVERITY_MEDIUM] = set & 16 ? 1 : 0,
			     [YG_SEVERITY_HIGH] = set & 32 ? 1 : 0 },
	};
	struct yg_labels given = { 0 };

	(void)snprintf(endpoint.method, sizeof(endpoint.method), "%s", set & 1 ? "POST" : "GET");
	for (uint32_t i = 0; i < 5; i++) {
		if (set >> (6 + i) & 1)
			given.rows[given.count++].label = (uint8_t)labels[i];
	}
	return score(&endpoint, &trait, &given, &tally);
}

/* Whatever makes an endpoint riskier, alone or beside anything else, never lowers its score. */
static void what_is_worse_never_scores_less(void **state)
{
	static const enum yg_label worse[] = { YG_LABEL_ROGUE, YG_LABEL_SHADOW, YG_LABEL_BYPASS,
					       YG_LABEL_ZOMBIE, YG_LABEL_ADMIN };

	(void)state;
	for (uint32_t set = 0; set < 1u << 11; set++) {
		struct yg_risk before = worst_of(set, worse);

		for (uint32_t bit = 1; bit < 1u << 11; bit <<= 1)
			assert_true(worst_of(set | bit, worse).score >= before.score);
	}
}

/* Of a service, too: with another endpoint, or a riskier one. */
static void more_endpoints_never_score_less(void **state)
{
	uint32_t seed = 2026;

	(void)state;
	for (uint32_t round = 0; round < 500; round++) {
		uint32_t scores[14], before = 0, count = sizeof(scores) / sizeof(*scores);
		struct yg_risk_top top = { 0 }, raised = { 0 };

		for (uint32_t i = 0; i < count; i++) {
			seed = seed * 1103515245 + 12345;
			scores[i] = (seed >> 16) % (YG_RISK_MAX + 1);
			yg_risk_top_add(&top, scores[i]);
			assert_true(yg_risk_top_score(&top) >= before);
			assert_true(yg_risk_top_score(&top) <= YG_RISK_MAX);
			before = yg_risk_top_score(&top);
		}
		scores[round % count] += (YG_RISK_MAX - scores[round % count]) / 2;
		for (uint32_t i = 0; i < count; i++)
			yg_risk_top_add(&raised, scores[i]);
		assert_true(yg_risk_top_score(&raised) >= before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_up_its_reasons_the_heaviest_first),
		cmocka_unit_test(a_quiet_private_endpoint_is_no_risk),
		cmocka_unit_test(findings_count_by_the_worst_and_their_number),
		cmocka_unit_test(never_goes_beyond_the_limit),
		cmocka_unit_test(a_service_is_as_risky_as_its_riskiest),
		cmocka_unit_test(what_is_worse_never_scores_less),
		cmocka_unit_test(more_endpoints_never_score_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
