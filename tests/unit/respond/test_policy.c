/* SPDX-License-Identifier: GPL-2.0-only */
#include "respond/policy.h"

#include <errno.h>

#include "test.h"

#define AGAIN_NS 10000000000ull
#define HOUR_NS	 (3600ull * 1000000000)

static const struct yg_rule rule = { .id = "bola-enumeration", .severity = YG_SEVERITY_HIGH };

static struct yg_policy *make_policy(enum yg_mode mode)
{
	static const struct yg_prefix proxy = { { { [10] = 0xff, 0xff, 10, 0, 0, 0 } }, 104 };
	struct yg_policy_options options = {
		.mode = mode,
		.protected_prefixes = &proxy,
		.protected_count = 1,
	};
	struct yg_policy *policy = NULL;

	assert_int_equal(yg_policy_new(&options, &policy), 0);
	return policy;
}

static struct yg_finding make_finding(const char *client)
{
	struct yg_finding finding = {
		.id = 77,
		.rule = &rule,
		.severity = YG_SEVERITY_HIGH,
		.time_ns = 1000 * HOUR_NS,
		.client_blockable = true,
	};

	assert_int_equal(yg_address_from_text(yg_slice_from_str(client), &finding.client), 0);
	return finding;
}

static void observe_does_nothing(void **state)
{
	YG_CLEANUP(yg_policy_free) struct yg_policy *policy = make_policy(YG_MODE_OBSERVE);
	struct yg_finding finding = make_finding("203.0.113.9");
	struct yg_request request;

	(void)state;

	assert_false(yg_policy_decide(policy, &finding, &(struct yg_reach){ 1, 100 }, &request));
	assert_int_equal(finding.action, YG_ACTION_NONE);
}

static void approve_only_proposes(void **state)
{
	YG_CLEANUP(yg_policy_free) struct yg_policy *policy = make_policy(YG_MODE_APPROVE);
	struct yg_finding finding = make_finding("203.0.113.9");
	struct yg_request request;

	(void)state;

	assert_false(yg_policy_decide(policy, &finding, &(struct yg_reach){ 1, 100 }, &request));
	assert_int_equal(finding.action, YG_ACTION_PROPOSED);
}

static void enforce_asks_once_and_hears_the_answer(void **state)
{
	YG_CLEANUP(yg_policy_free) struct yg_policy *policy = make_policy(YG_MODE_ENFORCE);
	struct yg_finding finding = make_finding("203.0.113.9");
	struct yg_request request = { 0 }, again;
	struct yg_verdict_on verdict;

	(void)state;

	assert_true(yg_policy_decide(policy, &finding, &(struct yg_reach){ 1, 100 }, &request));
	assert_int_equal(request.kind, YG_REQUEST_BLOCK);
	assert_int_equal(request.prefix.len, 128);
	assert_true(request.ttl_ns == HOUR_NS);
	assert_true(request.finding == 77);
	assert_int_equal(request.callers_recent, 100);
	assert_false(yg_policy_decide(policy, &finding, &(struct yg_reach){ 1, 100 }, &again));

	verdict = yg_policy_reply(
		policy, &(struct yg_reply){ .cookie = request.cookie, .result = YG_RESULT_OK });
	assert_true(verdict.finding == 77);
	assert_int_equal(verdict.action, YG_ACTION_BLOCKED);
	/* A second answer to the same cookie is nobody's. */
	verdict = yg_policy_reply(policy, &(struct yg_reply){ .cookie = request.cookie });
	assert_true(verdict.finding == 0);
	assert_int_equal(yg_policy_counters(policy).unknown_replies, 1);
}

static void repeat_offenders_are_blocked_for_longer(void **state)
{
	YG_CLEANUP(yg_policy_free) struct yg_policy *policy = make_policy(YG_MODE_ENFORCE);
	struct yg_finding finding = make_finding("203.0.113.9");
	uint64_t last_ns = 0;

	(void)state;

	for (int i = 0; i < 20; i++) {
		struct yg_request request = { 0 };

		assert_true(
			yg_policy_decide(policy, &finding, &(struct yg_reach){ 1, 100 }, &request));
		assert_true(request.ttl_ns == last_ns * 2 || i == 0 || request.ttl_ns == last_ns ||
			    request.ttl_ns == (uint64_t)YG_BLOCK_TTL_MAX_S * 1000000000);
		assert_true(request.ttl_ns <= (uint64_t)YG_BLOCK_TTL_MAX_S * 1000000000);
		last_ns = request.ttl_ns;
		(void)yg_policy_reply(policy, &(struct yg_reply){ .cookie = request.cookie });
		finding.time_ns += last_ns;
	}
	assert_true(last_ns > 500 * HOUR_NS);
}

static void a_refused_block_is_proposed_and_asked_for_again(void **state)
{
	YG_CLEANUP(yg_policy_free) struct yg_policy *policy = make_policy(YG_MODE_ENFORCE);
	struct yg_finding finding = make_finding("203.0.113.9");
	struct yg_request request = { 0 };
	struct yg_verdict_on verdict;

	(void)state;

	assert_true(yg_policy_decide(policy, &finding, &(struct yg_reach){ 1, 100 }, &request));
	verdict = yg_policy_reply(
		policy, &(struct yg_reply){ .cookie = request.cookie, .result = YG_RESULT_RATE });
	assert_int_equal(verdict.action, YG_ACTION_PROPOSED);
	assert_int_equal(verdict.result, YG_RESULT_RATE);
	finding.time_ns += AGAIN_NS;
	assert_true(yg_policy_decide(policy, &finding, &(struct yg_reach){ 1, 100 }, &request));
}

struct rail_case {
	const char *name;
	const char *client;
	bool blockable;
	enum yg_severity severity;
	struct yg_reach reach;
	enum yg_action action;
	enum yg_result result;
};

/* clang-format off */
static struct rail_case rails[] = {
	{ "never asks for a protected prefix", "10.1.2.3", true, YG_SEVERITY_HIGH, { 1, 100 },
	  YG_ACTION_PROPOSED, YG_RESULT_PROTECTED },
	{ "never asks for an uncertain client", "203.0.113.9", false, YG_SEVERITY_HIGH,
	  { 1, 100 }, YG_ACTION_NONE, YG_RESULT_OK },
	{ "only proposes what is of medium severity", "203.0.113.9", true, YG_SEVERITY_MEDIUM,
	  { 1, 100 }, YG_ACTION_PROPOSED, YG_RESULT_OK },
	{ "does nothing about what is of low severity", "203.0.113.9", true, YG_SEVERITY_LOW,
	  { 1, 100 }, YG_ACTION_NONE, YG_RESULT_OK },
};
/* clang-format on */

static void check_rail(void **state)
{
	const struct rail_case *c = *state;
	YG_CLEANUP(yg_policy_free) struct yg_policy *policy = make_policy(YG_MODE_ENFORCE);
	struct yg_finding finding = make_finding(c->client);
	struct yg_request request;

	finding.client_blockable = c->blockable;
	finding.severity = c->severity;
	assert_false(yg_policy_decide(policy, &finding, &c->reach, &request));
	assert_int_equal(finding.action, c->action);
	assert_int_equal(finding.result, c->result);
}

/* The reach is a walk over all callers: only for a block that will be asked for. */
static void reach_is_measured_for_requests_only(void **state)
{
	YG_CLEANUP(yg_policy_free) struct yg_policy *policy = make_policy(YG_MODE_ENFORCE);
	struct yg_finding finding = make_finding("203.0.113.9"), safe = make_finding("10.1.2.3");
	struct yg_request request = { 0 };

	(void)state;

	assert_false(yg_policy_wants_reach(policy, &safe));
	assert_true(yg_policy_wants_reach(policy, &finding));
	assert_true(yg_policy_decide(policy, &finding, &(struct yg_reach){ 90, 100 }, &request));
	assert_int_equal(request.callers_cut, 90);
	assert_false(yg_policy_wants_reach(policy, &finding));
	(void)yg_policy_reply(policy, &(struct yg_reply){ .cookie = request.cookie,
							  .result = YG_RESULT_TOO_MANY });
	assert_int_equal(yg_policy_counters(policy).too_many, 1);
	assert_false(yg_policy_wants_reach(policy, &finding));
	finding.time_ns += AGAIN_NS;
	assert_true(yg_policy_wants_reach(policy, &finding));
}

static void a_request_without_an_answer_is_made_again(void **state)
{
	YG_CLEANUP(yg_policy_free) struct yg_policy *policy = make_policy(YG_MODE_ENFORCE);
	struct yg_finding finding = make_finding("203.0.113.9");
	struct yg_request request;

	(void)state;

	assert_true(yg_policy_decide(policy, &finding, &(struct yg_reach){ 1, 100 }, &request));
	finding.time_ns += AGAIN_NS;
	assert_true(yg_policy_decide(policy, &finding, &(struct yg_reach){ 1, 100 }, &request));
	assert_true(request.ttl_ns == HOUR_NS);
}

static void refuses_options_out_of_range(void **state)
{
	const struct yg_prefix bad = { .len = 129 };
	struct yg_policy_options options[] = {
		{ .mode = YG_MODE_MAX },
		{ .block_ttl_ns = 1 },
		{ .block_ttl_ns = UINT64_MAX },
		{ .protected_prefixes = &bad, .protected_count = 1 },
	};
	struct yg_policy *policy = NULL;

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(options); i++)
		assert_int_equal(yg_policy_new(&options[i], &policy), -EINVAL);
	assert_null(policy);
}

#define FIXED 8

int main(void)
{
	struct CMUnitTest tests[FIXED + YG_ARRAY_SIZE(rails)] = {
		cmocka_unit_test(observe_does_nothing),
		cmocka_unit_test(approve_only_proposes),
		cmocka_unit_test(enforce_asks_once_and_hears_the_answer),
		cmocka_unit_test(repeat_offenders_are_blocked_for_longer),
		cmocka_unit_test(a_refused_block_is_proposed_and_asked_for_again),
		cmocka_unit_test(reach_is_measured_for_requests_only),
		cmocka_unit_test(a_request_without_an_answer_is_made_again),
		cmocka_unit_test(refuses_options_out_of_range),
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(rails); i++)
		tests[FIXED + i] = (struct CMUnitTest){
			.name = rails[i].name,
			.test_func = check_rail,
			.initial_state = &rails[i],
		};
	return cmocka_run_group_tests_name("respond/policy", tests, NULL, NULL);
}
