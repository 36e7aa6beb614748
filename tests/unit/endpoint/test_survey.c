/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/survey.h"

#include "test.h"

static const struct yg_hash_key key = { 1, 2 };

static struct yg_endpoint *add(struct yg_inventory *inventory, const char *service,
			       const char *template_, uint64_t first_ns, uint64_t last_ns)
{
	struct yg_endpoint *endpoint;

	assert_int_equal(yg_inventory_add(inventory, yg_slice_from_str(service), YG_SLICE("GET"),
					  yg_slice_from_str(template_), &endpoint),
			 0);
	endpoint->first_ns = first_ns;
	endpoint->last_ns = last_ns;
	endpoint->requests = 10;
	return endpoint;
}

static void reads_versions(void **state)
{
	static const struct {
		const char *template_;
		uint32_t version;
	} cases[] = {
		{ "/v1/users", 1 }, { "/api/v12/users/{id}", 12 },
		{ "/V3", 3 },	    { "/users/v2 query A", 2 },
		{ "/video/x", 0 },  { "/v", 0 },
		{ "/v1234/x", 0 },  { "/v1a/x", 0 },
		{ "/", 0 },	    { "", 0 },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++)
		assert_int_equal(yg_version_from_template(cases[i].template_), cases[i].version);
}

static void finds_the_newest_of_a_family_and_the_age_of_a_service(void **state)
{
	YG_CLEANUP(yg_inventory_free) struct yg_inventory *inventory = NULL;
	YG_CLEANUP(yg_survey_free) struct yg_survey *survey = NULL;
	const struct yg_endpoint *old, *other, *plain;

	(void)state;

	assert_int_equal(yg_inventory_new(&key, 16, NULL, NULL, &inventory), 0);
	assert_int_equal(yg_survey_new(16, &survey), 0);
	old = add(inventory, "a", "/v1/users/{id}", 5, 50);
	(void)add(inventory, "a", "/v3/users/{id}", 20, 90);
	(void)add(inventory, "a", "/v2/users/{id}", 10, 99);
	other = add(inventory, "b", "/v1/users/{id}", 7, 70);
	plain = add(inventory, "a", "/health", 3, 30);

	for (int twice = 0; twice < 2; twice++) {
		yg_survey_take(survey, inventory);
		assert_int_equal(yg_survey_family(survey, old)->version, 3);
		assert_int_equal(yg_survey_family(survey, old)->last_ns, 90);
		assert_int_equal(yg_survey_family(survey, other)->version, 1);
		assert_null(yg_survey_family(survey, plain));
		assert_int_equal(yg_survey_kin(survey, "a")->first_ns, 3);
		assert_int_equal(yg_survey_kin(survey, "a")->last_ns, 99);
		assert_int_equal(yg_survey_kin(survey, "a")->requests, 40);
		assert_null(yg_survey_kin(survey, "c"));
		assert_int_equal(yg_survey_services(survey), 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_versions),
		cmocka_unit_test(finds_the_newest_of_a_family_and_the_age_of_a_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
