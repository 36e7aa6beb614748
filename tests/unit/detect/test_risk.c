/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/risk.h"

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
	assert_int_equal(yg_risk_top_score(&top), 37); /* 35 and 1.5 */
	yg_risk_top_add(&top, 100);
	assert_int_equal(top.scores[0], 100);
	assert_int_equal(top.scores[1], 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_up_its_reasons_the_heaviest_first),
		cmocka_unit_test(a_quiet_private_endpoint_is_no_risk),
		cmocka_unit_test(findings_count_by_the_worst_and_their_number),
		cmocka_unit_test(never_goes_beyond_the_limit),
		cmocka_unit_test(a_service_is_as_risky_as_its_riskiest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
