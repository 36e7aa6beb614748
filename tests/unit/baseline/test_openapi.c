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
	(void)at(tree, "components", "securitySchemes", "bearer", "scheme");
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
		cmocka_unit_test(writes_json_as_yaml),
	};

	return cmocka_run_group_tests_name("baseline/openapi", tests, NULL, NULL);
}
