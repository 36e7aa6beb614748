/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/openapi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <yajl/yajl_tree.h>

#include "baseline/yaml.h"
#include "core/macros.h"
#include "test.h"

static const struct yg_hash_key key = { 1, 2 };

static struct yg_endpoint endpoint_of(const char *service, const char *method,
				      const char *template_)
{
	struct yg_endpoint endpoint = { .status = { { 200, 3 }, { 404, 1 } },
					.status_count = 2,
					.auth = YG_AUTH_JWT | YG_AUTH_NONE };

	(void)snprintf(endpoint.service, sizeof(endpoint.service), "%s", service);
	(void)snprintf(endpoint.method, sizeof(endpoint.method), "%s", method);
	(void)snprintf(endpoint.template_, sizeof(endpoint.template_), "%s", template_);
	return endpoint;
}

static void teach(struct yg_schemas *schemas, uint32_t index, enum yg_schema_part part,
		  const char *json)
{
	struct yg_body_view body = { .kind = YG_BODY_KIND_JSON, .text = yg_slice_from_str(json) };

	for (int i = 0; i < 4; i++) {
		struct yg_values_walked walked;

		(void)yg_schemas_wants(schemas, index, true, false);
		yg_schemas_begin(schemas, index, part);
		if (part == YG_SCHEMA_REQUEST)
			yg_schemas_path(schemas, YG_SLICE("id"), YG_SLICE("42"));
		walked = yg_values_walk_body(&body, YG_SLICE(""), yg_schemas_visit, schemas);
		yg_schemas_end(schemas, &walked);
	}
}

/* The document of what @openapi holds, as a text to be freed. */
static char *document(struct yg_openapi *openapi, enum yg_openapi_format format)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(yg_openapi_write(openapi, format, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static yajl_val at(yajl_val tree, const char *a, const char *b, const char *c, const char *d)
{
	const char *path[] = { a, b, c, d, NULL };
	yajl_val found = yajl_tree_get(tree, path, yajl_t_any);

	assert_non_null(found);
	return found;
}

/* Every "$ref" of @text must name a component that is there. */
static void check_references(const char *text, yajl_val tree)
{
	static const char ref[] = "\"#/components/schemas/";
	const char *p = text;
	uint32_t count = 0;

	while ((p = strstr(p, ref)) != NULL) {
		char name[64];

		p += sizeof(ref) - 1;
		(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(p, "\""), p);
		(void)at(tree, "components", "schemas", name, NULL);
		count++;
	}
	assert_true(count >= 2);
}

static void writes_a_document_whose_parts_fit(void **state)
{
	struct yg_endpoint endpoints[] = {
		endpoint_of("a.example", "GET", "/u/{id}"),
		endpoint_of("a.example", "PUT", "/u/{id}"),
		endpoint_of("a.example", "POST", "/u-{id}"),
		endpoint_of("a.example", "POST", "/graphql query A"),
		endpoint_of("a.example", "POST", "/graphql query B"),
		endpoint_of("a.example", "CONNECT", "/x"),
	};
	YG_CLEANUP(yg_openapi_free) struct yg_openapi *openapi = NULL;
	struct yg_schemas *schemas;
	yajl_val tree, operation;
	char *text, error[256];

	(void)state;
	assert_int_equal(yg_schemas_new(&key, 8, 0, &schemas), 0);
	teach(schemas, 0, YG_SCHEMA_RESPONSE_2XX, "{\"owner\":{\"id\":1,\"name\":\"x y\"}}");
	teach(schemas, 1, YG_SCHEMA_REQUEST, "{\"list\":[{\"id\":1,\"name\":\"x y\"}],\"n\":null}");
	assert_int_equal(yg_openapi_new(&openapi), 0);
	for (uint32_t i = 0; i < YG_ARRAY_SIZE(endpoints); i++)
		assert_int_equal(yg_openapi_add(openapi, &endpoints[i], yg_schemas_at(schemas, i)),
				 0);
	assert_int_equal(yg_openapi_left_out(openapi), 2);
	text = document(openapi, YG_OPENAPI_JSON);
	tree = yajl_tree_parse(text, error, sizeof(error));
	assert_non_null(tree);
	check_references(text, tree);
	operation = at(tree, "paths", "/u/{id}", "put", NULL);
	assert_string_equal(YAJL_GET_STRING(at(operation, "operationId", NULL, NULL, NULL)),
			    "putUId");
	(void)at(operation, "requestBody", "content", "application/json", "schema");
	(void)at(tree, "paths", "/u/{id}", "get", "responses");
	(void)at(tree, "components", "securitySchemes", "bearerJwt", "scheme");
	/* "/u/{id}" and "/u-{id}" read alike: the ids differ all the same. */
	assert_non_null(strstr(text, "\"operationId\":\"postUId\""));
	yajl_tree_free(tree);
	free(text);
	yg_schemas_free(&schemas);
}

static void a_path_of_two_services_is_that_of_the_first(void **state)
{
	struct yg_endpoint endpoints[] = { endpoint_of("a.example", "GET", "/u"),
					   endpoint_of("b.example", "GET", "/u"),
					   endpoint_of("b.example", "GET", "/v") };
	YG_CLEANUP(yg_openapi_free) struct yg_openapi *openapi = NULL;
	char *text;

	(void)state;
	assert_int_equal(yg_openapi_new(&openapi), 0);
	for (uint32_t i = 0; i < YG_ARRAY_SIZE(endpoints); i++)
		assert_int_equal(yg_openapi_add(openapi, &endpoints[i], NULL), 0);
	assert_int_equal(yg_openapi_left_out(openapi), 1);
	text = document(openapi, YG_OPENAPI_YAML);
	assert_non_null(strstr(text, "  \"/v\":\n    servers:\n      -\n"
				     "        url: \"http://b.example\"\n"));
	free(text);
}

/* One parameter of a request, four times. */
static void teach_parameter(struct yg_schemas *schemas, uint32_t index, enum yg_value_in in,
			    const char *name)
{
	const struct yg_value value = { .in = in,
					.type = YG_VALUE_TEXT,
					.name = yg_slice_from_str(name),
					.raw = YG_SLICE("PLANTED1234567890") };
	const struct yg_values_walked walked = { .count = 1 };

	for (int i = 0; i < 4; i++) {
		(void)yg_schemas_wants(schemas, index, true, false);
		yg_schemas_begin(schemas, index, YG_SCHEMA_REQUEST);
		yg_schemas_visit(schemas, &value);
		yg_schemas_end(schemas, &walked);
	}
}

static void names_credentials_as_they_were_sent(void **state)
{
	static const struct {
		const char *service, *template_;
		uint32_t auth;
		enum yg_value_in in;
		const char *name; /* NULL: without a parameter */
		const char *scheme, *security;
	} cases[] = {
		{ "a.example", "/a", YG_AUTH_API_KEY, YG_VALUE_IN_HEADER, "X-Goog-Api-Key",
		  "\"header-x-goog-api-key\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":"
		  "\"x-goog-api-key\"}",
		  "\"security\":[{\"header-x-goog-api-key\":[]}]" },
		{ "a.example", "/b", YG_AUTH_API_KEY | YG_AUTH_NONE, YG_VALUE_IN_QUERY, "api_key",
		  "\"query-api_key\":{\"type\":\"apiKey\",\"in\":\"query\",\"name\":\"api_key\"}",
		  "\"security\":[{\"query-api_key\":[]},{}]" },
		{ "a.example", "/c", YG_AUTH_API_KEY, YG_VALUE_IN_HEADER, "x-acme-key",
		  "\"header-x-acme-key\":{", "\"security\":[{\"header-x-acme-key\":[]}]" },
		{ "a.example", "/d", YG_AUTH_API_KEY, YG_VALUE_IN_HEADER, NULL,
		  "\"header-X-API-Key\":{", "\"security\":[{\"header-X-API-Key\":[]}]" },
		{ "a.example", "/e", YG_AUTH_COOKIE, YG_VALUE_IN_COOKIE, "ac/me_session",
		  "\"cookie-ac_me_session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":"
		  "\"ac/me_session\"}",
		  "\"security\":[{\"cookie-ac_me_session\":[]}]" },
		{ "a.example", "/f", YG_AUTH_BASIC | YG_AUTH_CERTIFICATE, YG_VALUE_IN_HEADER, NULL,
		  "\"mutualTLS\":{\"type\":\"mutualTLS\"}",
		  "\"security\":[{\"basic\":[]},{\"mutualTLS\":[]}]" },
		{ "a.example", "/g", YG_AUTH_OTHER, YG_VALUE_IN_HEADER, "dpop",
		  "\"dpop\":{\"type\":\"http\",\"scheme\":\"dpop\"}",
		  "\"security\":[{\"dpop\":[]}]" },
		{ "a.example", "/h", YG_AUTH_JWT | YG_AUTH_BEARER, YG_VALUE_IN_HEADER, NULL,
		  "\"bearerJwt\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\"}",
		  "\"security\":[{\"bearerJwt\":[]},{\"openIdConnect\":[]}]" },
		{ "a.example", "/i/.well-known/openid-configuration", YG_AUTH_NONE,
		  YG_VALUE_IN_HEADER, NULL,
		  "\"openIdConnect\":{\"type\":\"openIdConnect\",\"openIdConnectUrl\":"
		  "\"http://a.example/i/.well-known/openid-configuration\"}",
		  "\"security\":[]" },
		{ "b.example", "/j", YG_AUTH_JWT, YG_VALUE_IN_HEADER, NULL, "\"bearerJwt\":{",
		  "\"security\":[{\"bearerJwt\":[]}]" },
	};
	struct yg_endpoint endpoints[YG_ARRAY_SIZE(cases)];
	YG_CLEANUP(yg_openapi_free) struct yg_openapi *openapi = NULL;
	struct yg_schemas *schemas;
	char *text;

	(void)state;
	assert_int_equal(yg_schemas_new(&key, YG_ARRAY_SIZE(cases), 0, &schemas), 0);
	assert_int_equal(yg_openapi_new(&openapi), 0);
	for (uint32_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		endpoints[i] = endpoint_of(cases[i].service, "GET", cases[i].template_);
		endpoints[i].auth = cases[i].auth;
		if (cases[i].name)
			teach_parameter(schemas, i, cases[i].in, cases[i].name);
		assert_int_equal(yg_openapi_add(openapi, &endpoints[i], yg_schemas_at(schemas, i)),
				 0);
	}
	text = document(openapi, YG_OPENAPI_JSON);
	for (uint32_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		assert_non_null(strstr(text, cases[i].scheme));
		assert_non_null(strstr(text, cases[i].security));
	}
	/* A scheme is no parameter too; and no value is told. */
	assert_null(strstr(text, "\"in\":\"query\",\"name\":\"api_key\",\"required\""));
	assert_null(strstr(text, "\"name\":\"api_key\",\"in\""));
	assert_null(strstr(text, "PLANTED"));
	free(text);
	yg_schemas_free(&schemas);
}

static void writes_json_as_yaml(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(yg_yaml_from_json(YG_SLICE("{\"a\":{\"yes\":[1,{\"b\":\"x: \\\"y\"}],"
						    "\"e\":{}},\"404\":[],\"z\":null}"),
					   out),
			 0);
	assert_int_equal(yg_yaml_from_json(YG_SLICE("{\"a\":"), out), -EINVAL);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "a:\n  \"yes\":\n    - 1\n    -\n      b: \"x: \\\"y\"\n  e: {}\n"
				  "\"404\": []\nz: null\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_document_whose_parts_fit),
		cmocka_unit_test(a_path_of_two_services_is_that_of_the_first),
		cmocka_unit_test(names_credentials_as_they_were_sent),
		cmocka_unit_test(writes_json_as_yaml),
	};

	return cmocka_run_group_tests_name("baseline/openapi", tests, NULL, NULL);
}
