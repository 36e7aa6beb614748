/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/spec.h"

#include <errno.h>
#include <stdio.h>

#include "endpoint/spec_tree.h"
#include "test.h"

static const char document[] =
	"openapi: 3.0.1\n"
	"servers: [{url: 'https://api.example.com/v1/'}]\n"
	"security: [{key: []}]\n"
	"paths:\n"
	"  /users/{id}:\n"
	"    parameters: [{name: X-Tenant, in: header, schema: {type: integer}}]\n"
	"    get:\n"
	"      deprecated: true\n"
	"      security: [{}, {key: []}]\n"
	"      parameters: [{$ref: '#/components/parameters/Page'}]\n"
	"      responses:\n"
	"        '200': {content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}}\n"
	"        4XX: {description: no}\n"
	"    put:\n"
	"      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}}\n"
	"      responses: {default: {description: x}}\n"
	"  /users/me:\n"
	"    get: {responses: {'200': {$ref: 'other.yaml#/x'}}}\n"
	"components:\n"
	"  parameters: {Page: {name: page, in: query, schema: {type: integer}}}\n"
	"  schemas:\n"
	"    User:\n"
	"      allOf:\n"
	"        - type: object\n"
	"          properties: {id: {type: integer}, boss: {$ref: '#/components/schemas/User'}}\n"
	"        - properties:\n"
	"            tags: {type: array, items: {type: string, nullable: true}}\n"
	"            map: {type: object, additionalProperties: {type: boolean}}\n"
	"            any: {type: object}\n"
	"    Loop: {$ref: '#/components/schemas/Loop'}\n";

static struct yg_spec *read_spec(const char *text)
{
	GUARD_CLEANUP struct guard in = guard_copy(text, strlen(text));
	char error[YG_SPEC_ERROR_CAP];
	struct yg_spec *spec = NULL;

	assert_int_equal(yg_spec_read((struct yg_slice){ in.ptr, in.len }, error, &spec), 0);
	return spec;
}

static uint32_t match(const struct yg_spec *spec, const char *method, const char *template_)
{
	bool path;

	return (uint32_t)yg_spec_match(spec, yg_slice_from_str(method),
				       yg_slice_from_str(template_), &path);
}

static uint32_t bits(const char *a, const char *b)
{
	return yg_spec_type_bit(yg_slice_from_str(a)) | yg_spec_type_bit(yg_slice_from_str(b));
}

static void finds_the_operation_of_a_template(void **state)
{
	YG_CLEANUP(yg_spec_free) struct yg_spec *spec = read_spec(document);
	bool path;

	(void)state;
	assert_int_equal(yg_spec_count(spec), 3);
	assert_int_equal(match(spec, "GET", "/v1/users/{uuid}"), 0);
	assert_int_equal(match(spec, "GET", "/v1/users/42"), 0);
	assert_int_equal(match(spec, "GET", "/v1/users/me"), 2);
	assert_int_equal(match(spec, "PUT", "/v1/users/{id} query A"), 1);
	assert_int_equal((int)match(spec, "GET", "/v2/users/{id}"), -ENOENT);
	assert_int_equal((int)match(spec, "GET", "/v1/users/{id}/x"), -ENOENT);
	assert_int_equal(yg_spec_match(spec, YG_SLICE("DELETE"), YG_SLICE("/v1/users/1"), &path),
			 -ENOENT);
	assert_true(path);
	assert_true(yg_spec_serves(spec, YG_SLICE("API.example.com:443")));
	assert_false(yg_spec_serves(spec, YG_SLICE("other.example.com")));
}

static void says_what_an_operation_takes_and_answers(void **state)
{
	YG_CLEANUP(yg_spec_free) struct yg_spec *spec = read_spec(document);

	(void)state;
	assert_true(yg_spec_operation(spec, 0)->deprecated);
	assert_false(yg_spec_operation(spec, 0)->secured);
	assert_true(yg_spec_operation(spec, 1)->secured);
	assert_true(yg_spec_has_status(spec, 0, 404));
	assert_false(yg_spec_has_status(spec, 0, 500));
	assert_true(yg_spec_has_status(spec, 1, 500));
	assert_int_equal(yg_spec_parameter(spec, 0, "query", YG_SLICE("page")),
			 bits("integer", ""));
	assert_int_equal(yg_spec_parameter(spec, 1, "header", YG_SLICE("x-tenant")),
			 bits("integer", ""));
	assert_int_equal(yg_spec_parameter(spec, 1, "query", YG_SLICE("page")), 0);
}

static void follows_schemas_as_far_as_they_are_asked_for(void **state)
{
	static const struct {
		const char *path, *a, *b;
	} cases[] = {
		{ "$.id", "integer", "" },
		{ "$.boss.boss.boss.id", "integer", "" },
		{ "$.tags", "array", "" },
		{ "$.tags[*]", "string", "null" },
		{ "$.map.anything", "boolean", "" },
		{ "$.nothing", "", "" },
		{ "$.id.x", "", "" },
	};
	YG_CLEANUP(yg_spec_free) struct yg_spec *spec = read_spec(document);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("  %s\n", cases[i].path);
		assert_int_equal(yg_spec_field(spec, 1, 0, cases[i].path),
				 bits(cases[i].a, cases[i].b));
		assert_int_equal(yg_spec_field(spec, 0, 200, cases[i].path),
				 bits(cases[i].a, cases[i].b));
	}
	assert_int_equal(yg_spec_field(spec, 1, 0, "$.any.x"), YG_SPEC_TYPES_ANY);
	assert_int_equal(yg_spec_field(spec, 2, 200, "$.x"), YG_SPEC_TYPES_ANY);
}

static void reads_version_2(void **state)
{
	YG_CLEANUP(yg_spec_free)
	struct yg_spec *spec = read_spec(
		"{\"swagger\":\"2.0\",\"host\":\"h\",\"basePath\":\"/b\",\"paths\":{\"/a\":"
		"{\"post\":{\"parameters\":[{\"in\":\"body\",\"name\":\"x\",\"schema\":"
		"{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"number\"}}}},"
		"{\"in\":\"query\",\"name\":\"q\",\"type\":\"string\"}],\"responses\":"
		"{\"200\":{\"schema\":{\"type\":\"array\",\"items\":{\"type\":\"null\"}}}}}}}}");

	(void)state;
	assert_int_equal(match(spec, "POST", "/b/a"), 0);
	assert_int_equal(yg_spec_field(spec, 0, 0, "$.n"), bits("number", ""));
	assert_int_equal(yg_spec_field(spec, 0, 200, "$[*]"), bits("null", ""));
	assert_int_equal(yg_spec_parameter(spec, 0, "query", YG_SLICE("q")), bits("string", ""));
}

static void a_key_is_described_by_its_scheme(void **state)
{
	static const char *const texts[] = {
		"openapi: 3.1.0\npaths: {}\ncomponents: {securitySchemes: {other: {type: http, scheme: "
		"bearer}, key: {type: apiKey, in: query, name: key}}}\n",
		"swagger: '2.0'\nsecurityDefinitions: {key: {type: apiKey, in: query, name: key}}\n",
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(texts); i++) {
		YG_CLEANUP(yg_spec_free) struct yg_spec *spec = read_spec(texts[i]);

		assert_true(yg_spec_has_key(spec, "query", YG_SLICE("Key")));
		assert_false(yg_spec_has_key(spec, "header", YG_SLICE("key")));
		assert_false(yg_spec_has_key(spec, "query", YG_SLICE("keys")));
	}
}

static void refuses_what_is_no_document(void **state)
{
	static const struct {
		const char *text, *cause;
	} cases[] = {
		{ "", "it is empty" },
		{ "a: b", "neither 'openapi' nor 'swagger' at its top" },
		{ "[", "line 1: did not find expected node content" },
		{ "openapi: 3.1.0\npaths: {a: b", "line 2: did not find expected ',' or '}'" },
		{ "x: 1\n? {a: b}\n: c", "line 2: a list or a map for a key" },
		{ "openapi: 3\nx: *none", "line 2: an alias of nothing" },
		{ "swagger: '1.2'", "its version is '1.2': 3.0, 3.1 and 2.0 are read" },
		{ "openapi: 4.0.0", "its version is '4.0.0': 3.0, 3.1 and 2.0 are read" },
		{ "a: \x01", "control characters are not allowed" },
	};
	char deep[1024], error[YG_SPEC_ERROR_CAP];
	struct yg_spec *spec = NULL;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		assert_int_equal(yg_spec_read(yg_slice_from_str(cases[i].text), error, &spec),
				 -EINVAL);
		assert_non_null(strstr(error, cases[i].cause));
	}
	memset(deep, '[', sizeof(deep));
	assert_int_equal(yg_spec_read((struct yg_slice){ deep, sizeof(deep) }, error, &spec),
			 -EINVAL);
	assert_non_null(strstr(error, "nested too deeply"));
}

/* Nine lines that mean a billion nodes cost nine lines. */
static void an_alias_is_never_copied(void **state)
{
	char text[1024];
	size_t len = (size_t)snprintf(text, sizeof(text), "openapi: 3.1.0\na0: &a0 x\n");
	struct yg_spec *spec;

	(void)state;
	for (int i = 1; i < 10; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i,
					i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	spec = read_spec(text);
	assert_int_equal(yg_spec_count(spec), 0);
	yg_spec_free(&spec);
}

/* Forms of schemas that real documents use. */
static void understands_how_schemas_are_put_together(void **state)
{
	static const char text[] =
		"openapi: 3.1.0\n"
		"paths:\n"
		"  /a:\n"
		"    post:\n"
		"      parameters:\n"
		"        - {name: filter, in: query, style: deepObject, schema: {type: object}}\n"
		"        - {name: ids, in: query, schema: {type: array, items: {type: integer}}}\n"
		"        - {name: page, in: query, schema: {type: object, properties: {limit: {type: integer}}}}\n"
		"      requestBody:\n"
		"        content:\n"
		"          application/json: {schema: {$ref: '#/components/schemas/A', nullable: true,\n"
		"            properties: {beside: {type: boolean}}}}\n"
		"          text/csv: {schema: {type: string}}\n"
		"components:\n"
		"  schemas:\n"
		"    A:\n"
		"      type: object\n"
		"      properties:\n"
		"        pair: {type: array, prefixItems: [{type: string}, {type: integer}]}\n"
		"        named: {type: object, patternProperties: {'^x': {type: string}}}\n"
		"        free: {anyOf: [{type: string}, {}]}\n"
		"        word: {enum: [a, 1]}\n"
		"        maybe: {anyOf: [{type: string}, {type: 'null'}]}\n"
		"        shut: {type: object, additionalProperties: false}\n"
		"        again: {oneOf: [{$ref: '#/components/schemas/A'}, {type: integer}]}\n"
		"        bare: {nullable: true}\n";
	static const struct {
		const char *path, *first, *second; /* first NULL: anything; "": nothing */
	} fields[] = {
		{ "$.beside", "boolean", NULL },
		{ "$.pair[*]", "string", "integer" },
		{ "$.named.x1", NULL, NULL },
		{ "$.free", NULL, NULL },
		{ "$.word", NULL, NULL },
		{ "$.maybe", "string", "null" },
		{ "$.shut.x", "", NULL },
		{ "$.again", "object", "integer" },
		{ "$.again.again.beside", "", NULL },
		{ "$.bare", NULL, NULL },
		{ "$.again.pair", "array", NULL },
	};
	static const struct {
		const char *name;
		bool known;
	} parameters[] = { { "filter[name]", true }, { "ids[]", true },	   { "limit", true },
			   { "filter", true },	     { "filters", false }, { "x[filter]", false } };
	struct yg_spec *spec = read_spec(text);

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(fields); i++) {
		uint32_t want = YG_SPEC_TYPES_ANY;

		if (fields[i].first)
			want = yg_spec_type_bit(yg_slice_from_str(fields[i].first)) |
			       (fields[i].second
					? yg_spec_type_bit(yg_slice_from_str(fields[i].second))
					: 0);
		print_message("  %s\n", fields[i].path);
		assert_int_equal(yg_spec_field(spec, 0, 0, fields[i].path), want);
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(parameters); i++)
		assert_int_equal(yg_spec_parameter(spec, 0, "query",
						   yg_slice_from_str(parameters[i].name)) != 0,
				 parameters[i].known);
	yg_spec_free(&spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_how_schemas_are_put_together),
		cmocka_unit_test(finds_the_operation_of_a_template),
		cmocka_unit_test(says_what_an_operation_takes_and_answers),
		cmocka_unit_test(follows_schemas_as_far_as_they_are_asked_for),
		cmocka_unit_test(reads_version_2),
		cmocka_unit_test(a_key_is_described_by_its_scheme),
		cmocka_unit_test(refuses_what_is_no_document),
		cmocka_unit_test(an_alias_is_never_copied),
	};

	return cmocka_run_group_tests_name("endpoint/spec", tests, NULL, NULL);
}
