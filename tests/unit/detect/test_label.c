/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/label.h"

#include <errno.h>
#include <stdio.h>

#include "test.h"

#define DAY UINT64_C(86400000000000)
#define NOW (1000 * DAY)

static const struct yg_hash_key key = { 1, 2 };

/* One endpoint of one service, with another one beside it if it is named. */
struct stage {
	struct yg_inventory *inventory;
	struct yg_survey *survey;
	struct yg_endpoint *endpoint;
	struct yg_trait trait;
	struct yg_faults tally;
	enum yg_documented documented;
};

static struct yg_endpoint *add(struct stage *stage, const char *service, const char *method,
			       const char *template_)
{
	struct yg_endpoint *endpoint;

	assert_int_equal(yg_inventory_add(stage->inventory, yg_slice_from_str(service),
					  yg_slice_from_str(method), yg_slice_from_str(template_),
					  &endpoint),
			 0);
	endpoint->first_ns = NOW - 100 * DAY;
	endpoint->last_ns = NOW;
	endpoint->requests = 10;
	endpoint->auth = YG_AUTH_BEARER;
	return endpoint;
}

static void open_stage(struct stage *stage, const char *service, const char *method,
		       const char *template_)
{
	*stage = (struct stage){ 0 };
	assert_int_equal(yg_inventory_new(&key, 16, NULL, NULL, &stage->inventory), 0);
	assert_int_equal(yg_survey_new(16, &stage->survey), 0);
	stage->endpoint = add(stage, service, method, template_);
}

static struct yg_labels look(struct stage *stage)
{
	const struct yg_label_scene scene = {
		.endpoint = stage->endpoint,
		.trait = &stage->trait,
		.survey = stage->survey,
		.tally = &stage->tally,
		.documented = stage->documented,
		.now_ns = NOW,
		.dormant_ns = 30 * DAY,
		.new_ns = 7 * DAY,
	};
	struct yg_labels labels;

	yg_survey_take(stage->survey, stage->inventory);
	yg_labels_from_scene(&scene, &labels);
	return labels;
}

static void close_stage(struct stage *stage)
{
	yg_survey_free(&stage->survey);
	yg_inventory_free(&stage->inventory);
}

static const char *reason(const struct yg_labels *labels, enum yg_label label)
{
	for (uint32_t i = 0; i < labels->count; i++) {
		if (labels->rows[i].label == label)
			return labels->rows[i].reason;
	}
	return NULL;
}

static void has_no_label_without_evidence(void **state)
{
	struct stage stage;
	struct yg_labels labels;

	(void)state;

	open_stage(&stage, "api.example.com", "GET", "/v1/users/{id}");
	labels = look(&stage);
	assert_int_equal(labels.bits, 0);
	assert_int_equal(labels.count, 0);
	close_stage(&stage);
}

static void an_endpoint_in_no_document_is_a_shadow(void **state)
{
	struct stage stage;
	struct yg_labels labels;

	(void)state;

	open_stage(&stage, "api.example.com", "GET", "/v1/users/{id}");
	stage.documented = YG_DOCUMENTED_NO;
	labels = look(&stage);
	assert_int_equal(labels.bits, 1u << YG_LABEL_SHADOW);
	stage.trait = (struct yg_trait){ .proxied = 100, .direct = 3 };
	labels = look(&stage);
	assert_true(yg_labels_have(&labels, YG_LABEL_ROGUE));
	assert_true(yg_labels_have(&labels, YG_LABEL_BYPASS));
	assert_string_equal(reason(&labels, YG_LABEL_BYPASS),
			    "3 requests direct, 100 through proxies");
	/* What this host asks of others is documented by them. */
	stage.trait = (struct yg_trait){ .made = 5, .third = 5 };
	labels = look(&stage);
	assert_int_equal(labels.bits, 1u << YG_LABEL_THIRD_PARTY);
	stage.trait = (struct yg_trait){ 0 };
	stage.documented = YG_DOCUMENTED_NO_SERVICE;
	labels = look(&stage);
	assert_int_equal(labels.bits, 1u << YG_LABEL_ROGUE);
	close_stage(&stage);
}

static void a_few_direct_requests_among_many_proxied_ones_are_a_bypass(void **state)
{
	static const struct {
		uint64_t proxied, direct;
		bool bypass;
	} cases[] = { { 100, 1, true },	 { 100, 0, false }, { 9, 1, false },
		      { 40, 10, false }, { 0, 50, false },  { 41, 10, true } };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct stage stage;
		struct yg_labels labels;

		open_stage(&stage, "api.example.com", "GET", "/v1/users");
		stage.trait.proxied = cases[i].proxied;
		stage.trait.direct = cases[i].direct;
		labels = look(&stage);
		assert_int_equal(yg_labels_have(&labels, YG_LABEL_BYPASS), cases[i].bypass);
		close_stage(&stage);
	}
}

static void an_old_version_beside_a_new_one_is_a_zombie(void **state)
{
	struct yg_endpoint *newer;
	struct stage stage;
	struct yg_labels labels;

	(void)state;

	open_stage(&stage, "api.example.com", "GET", "/v1/users/{id}");
	newer = add(&stage, "api.example.com", "GET", "/v2/users/{id}");
	labels = look(&stage);
	assert_string_equal(reason(&labels, YG_LABEL_ZOMBIE), "superseded: v2 of it is in use");
	newer->last_ns = NOW - 40 * DAY; /* tried, and given up */
	labels = look(&stage);
	assert_false(yg_labels_have(&labels, YG_LABEL_ZOMBIE));
	stage.tally.deprecated = true;
	labels = look(&stage);
	assert_true(yg_labels_have(&labels, YG_LABEL_ZOMBIE));
	stage.tally.deprecated = false;
	stage.documented = YG_DOCUMENTED_DEPRECATED;
	labels = look(&stage);
	assert_true(yg_labels_have(&labels, YG_LABEL_ZOMBIE));
	stage.documented = YG_DOCUMENTED_UNKNOWN;
	stage.endpoint = newer;
	newer->last_ns = NOW;
	labels = look(&stage);
	assert_false(yg_labels_have(&labels, YG_LABEL_ZOMBIE));
	close_stage(&stage);
}

static void tells_what_is_dormant_and_what_is_new(void **state)
{
	struct yg_endpoint *fresh;
	struct stage stage;
	struct yg_labels labels;

	(void)state;

	open_stage(&stage, "api.example.com", "GET", "/v1/users");
	fresh = add(&stage, "api.example.com", "GET", "/v1/exports");
	stage.endpoint->last_ns = NOW - 31 * DAY;
	labels = look(&stage);
	assert_string_equal(reason(&labels, YG_LABEL_DORMANT), "no request for 31 days");
	assert_false(yg_labels_have(&labels, YG_LABEL_ORPHAN));
	stage.documented = YG_DOCUMENTED_YES;
	labels = look(&stage);
	assert_string_equal(reason(&labels, YG_LABEL_ORPHAN),
			    "in its specification, no request for 31 days");
	stage.documented = YG_DOCUMENTED_UNKNOWN;
	fresh->first_ns = NOW - 2 * DAY;
	stage.endpoint = fresh;
	labels = look(&stage);
	assert_string_equal(reason(&labels, YG_LABEL_NEW), "the service is 98 days older");
	close_stage(&stage);
	/* On a service that is new itself nothing is. */
	open_stage(&stage, "new.example.com", "GET", "/v1/users");
	stage.endpoint->first_ns = NOW - DAY;
	labels = look(&stage);
	assert_false(yg_labels_have(&labels, YG_LABEL_NEW));
	close_stage(&stage);
}

static void a_word_alone_is_no_proof(void **state)
{
	static const struct {
		const char *method, *template_;
		uint16_t status;
		uint32_t bits;
	} cases[] = {
		{ "POST", "/v1/login", 200, 0 },
		{ "POST", "/v1/login", 401, 1u << YG_LABEL_AUTHENTICATION },
		{ "GET", "/docs/login", 200, 0 },
		{ "GET", "/v1/payments", 200, 0 },
		{ "POST", "/v1/payments", 201, 1u << YG_LABEL_PAYMENT },
		{ "POST", "/api/furikomi", 200, 1u << YG_LABEL_PAYMENT },
		{ "POST", "/api/振込", 200, 1u << YG_LABEL_PAYMENT },
		{ "POST", "/api/createPayment", 200, 1u << YG_LABEL_PAYMENT },
		{ "POST", "/v1/repayment-plans-x", 200, 0 },
		{ "GET", "/admin/users", 403, 1u << YG_LABEL_ADMIN },
		{ "GET", "/v1/administered", 403, 0 },
		{ "GET", "/v1/{admin}", 403, 0 },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct stage stage;
		struct yg_labels labels;

		open_stage(&stage, "api.example.com", cases[i].method, cases[i].template_);
		stage.endpoint->auth = YG_AUTH_NONE;
		stage.endpoint->status[0] = (struct yg_endpoint_status){ cases[i].status, 5 };
		stage.endpoint->status_count = 1;
		labels = look(&stage);
		if (labels.bits != cases[i].bits)
			(void)fprintf(stderr, "%s %s\n", cases[i].method, cases[i].template_);
		assert_int_equal(labels.bits, cases[i].bits);
		close_stage(&stage);
	}
}

static void tells_kinds_and_exposure(void **state)
{
	struct stage stage;
	struct yg_labels labels;

	(void)state;

	open_stage(&stage, "stg.example.com", "POST", "/mcp tools/list");
	stage.endpoint->protocols =
		1u << YG_PROTOCOL_GRAPHQL | 1u << YG_PROTOCOL_GRPC | 1u << YG_PROTOCOL_WS;
	stage.trait =
		(struct yg_trait){ .external = 2, .apps = 3, .kinds = YG_TRAIT_LLM | YG_TRAIT_MCP };
	labels = look(&stage);
	assert_int_equal(labels.bits, 1u << YG_LABEL_NON_PRODUCTION | 1u << YG_LABEL_EXTERNAL |
					      1u << YG_LABEL_PARTNER | 1u << YG_LABEL_LLM |
					      1u << YG_LABEL_MCP | 1u << YG_LABEL_GRAPHQL |
					      1u << YG_LABEL_GRPC | 1u << YG_LABEL_WEBSOCKET);
	assert_string_equal(reason(&labels, YG_LABEL_PARTNER), "2 client applications");
	close_stage(&stage);
}

static void names_are_known_both_ways(void **state)
{
	enum yg_label label;

	(void)state;

	for (unsigned int i = 0; i < YG_LABEL_MAX; i++) {
		const char *name = yg_label_name((enum yg_label)i);

		assert_int_equal(yg_label_from_text(yg_slice_from_str(name), &label), 0);
		assert_int_equal(label, i);
	}
	assert_int_equal(yg_label_from_text(YG_SLICE("shady"), &label), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_no_label_without_evidence),
		cmocka_unit_test(an_endpoint_in_no_document_is_a_shadow),
		cmocka_unit_test(a_few_direct_requests_among_many_proxied_ones_are_a_bypass),
		cmocka_unit_test(an_old_version_beside_a_new_one_is_a_zombie),
		cmocka_unit_test(tells_what_is_dormant_and_what_is_new),
		cmocka_unit_test(a_word_alone_is_no_proof),
		cmocka_unit_test(tells_kinds_and_exposure),
		cmocka_unit_test(names_are_known_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
