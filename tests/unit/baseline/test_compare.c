/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/compare.h"

#include <errno.h>
#include <stdio.h>

#include "test.h"

static void write_difference(void *ctx, enum yg_difference kind, const char *place,
			     const char *detail)
{
	char *text = ctx;
	size_t len = strlen(text);

	(void)snprintf(text + len, 1024 - len, "%s[%s|%s] ", yg_difference_name(kind), place,
		       detail);
}

static void tells_each_kind_of_difference(void **state)
{
	static const struct yg_hash_key key = { 1, 2 };
	const struct yg_body_view body = {
		.kind = YG_BODY_KIND_JSON,
		.text = YG_SLICE("{\"n\":\"x y\",\"m\":null,\"l\":[{\"a\":1}],"
				 "\"new\":{\"a\":{\"b\":1},\"c\":[2]},\"newer\":1}")
	};
	struct yg_endpoint endpoint = { .method = "PUT",
					.template_ = "/u/{id}",
					.status = { { 200, 1 }, { 409, 1 } },
					.status_count = 2,
					.auth = YG_AUTH_NONE };
	struct yg_values_walked walked;
	struct yg_schemas *schemas;
	char error[YG_SPEC_ERROR_CAP];
	struct yg_spec *spec;
	char text[1024] = "";

	(void)state;
	assert_int_equal(
		yg_spec_read(
			YG_SLICE(
				"openapi: 3.1.0\nsecurity: [{k: []}]\npaths:\n  /u/{x}:\n"
				"    put:\n      deprecated: true\n      requestBody: {content: "
				"{application/json: {schema: {type: object, properties: {n: "
				"{type: integer}, m: {type: string}, l: {type: object, "
				"properties: {b: {type: string}}}}}}}}\n      responses: {'200': {}}\n"),
			error, &spec),
		0);
	assert_int_equal(yg_schemas_new(&key, 1, 0, &schemas), 0);
	(void)yg_schemas_wants(schemas, 0, true, false);
	yg_schemas_begin(schemas, 0, YG_SCHEMA_REQUEST);
	walked = yg_values_walk_body(&body, YG_SLICE(""), yg_schemas_visit, schemas);
	yg_schemas_end(schemas, &walked);
	assert_int_equal(yg_compare_endpoint(spec, &endpoint, yg_schemas_at(schemas, 0),
					     write_difference, text),
			 0);
	assert_string_equal(text, "deprecated[|] auth-mismatch[|described as secured, accepted "
				  "without] undocumented-status[409|] type-mismatch[body "
				  "$.n|seen string, described integer] "
				  "undocumented-null[body $.m|seen null, described string] "
				  "type-mismatch[body $.l|seen array, described object] "
				  "undocumented-parameter[body $.new|] "
				  "undocumented-parameter[body $.newer|] ");
	/* Not of one of many operations that bodies of the path name. */
	text[0] = '\0';
	memcpy(endpoint.template_, "/u/{id} query A", 16);
	assert_int_equal(yg_compare_endpoint(spec, &endpoint, yg_schemas_at(schemas, 0),
					     write_difference, text),
			 0);
	assert_string_equal(text, "deprecated[|] auth-mismatch[|described as secured, accepted "
				  "without] undocumented-status[409|] ");
	text[0] = '\0';
	memcpy(endpoint.method, "GET", 4);
	assert_int_equal(yg_compare_endpoint(spec, &endpoint, NULL, write_difference, text),
			 -ENOENT);
	memcpy(endpoint.template_, "/v", 3);
	assert_int_equal(yg_compare_endpoint(spec, &endpoint, NULL, write_difference, text),
			 -ENOENT);
	assert_string_equal(text, "undocumented-method[|] shadow[|] ");
	yg_spec_free(&spec);
	yg_schemas_free(&schemas);
}

static void tells_a_lock_that_the_document_does_not_have(void **state)
{
	static const struct {
		uint32_t auth;
		const char *text;
	} cases[] = {
		{ YG_AUTH_BEARER,
		  "undocumented-auth[|described as open, always with a credential] " },
		{ YG_AUTH_BEARER | YG_AUTH_NONE, "" },
		{ YG_AUTH_COOKIE, "" },
		{ YG_AUTH_NONE, "" },
	};
	char error[YG_SPEC_ERROR_CAP];
	struct yg_spec *spec;

	(void)state;
	assert_int_equal(yg_spec_read(YG_SLICE("openapi: 3.1.0\npaths:\n  /u: {get: {responses: "
					       "{'200': {description: x}}}}\n"),
				      error, &spec),
			 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_endpoint endpoint = { .method = "GET",
						.template_ = "/u",
						.status = { { 200, 1 } },
						.status_count = 1,
						.auth = cases[i].auth };
		char text[1024] = "";

		assert_int_equal(yg_compare_endpoint(spec, &endpoint, NULL, write_difference, text),
				 0);
		assert_string_equal(text, cases[i].text);
	}
	yg_spec_free(&spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_kind_of_difference),
		cmocka_unit_test(tells_a_lock_that_the_document_does_not_have),
	};

	return cmocka_run_group_tests_name("baseline/compare", tests, NULL, NULL);
}
