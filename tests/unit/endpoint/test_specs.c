/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/specs.h"

#include <errno.h>
#include <stdio.h>

#include "test.h"

#define NAMED                                                                  \
	"openapi: 3.1.0\nservers: [{url: 'https://API.example.com:443/v1'}]\n" \
	"paths: {'/users/{id}': {get: {}, put: {}}, /odd: {post: {}}}\n"
#define NAMELESS "swagger: '2.0'\npaths: {'/things/{id}': {get: {}}}\n"

static void free_both(struct yg_specs **specs)
{
	yg_specs_free(specs);
}

#define SPECS_CLEANUP __attribute__((cleanup(free_both)))

static void add(struct yg_specs *specs, const char *service, const char *text)
{
	GUARD_CLEANUP struct guard in = guard_copy(text, strlen(text));
	char error[YG_SPEC_ERROR_CAP];

	assert_int_equal(yg_specs_add(specs, yg_slice_from_str(service),
				      (struct yg_slice){ in.ptr, in.len }, error),
			 0);
}

static struct yg_specs_hit find(const struct yg_specs *specs, const char *service,
				const char *method, const char *template_)
{
	struct yg_specs_hit hit;

	yg_specs_find(specs, yg_slice_from_str(service), yg_slice_from_str(method),
		      yg_slice_from_str(template_), &hit);
	return hit;
}

static void says_what_an_endpoint_is_to_the_documents(void **state)
{
	static const struct {
		const char *service, *method, *template_;
		enum yg_specs_place place;
		bool named;
	} cases[] = {
		{ "api.example.com", "GET", "/v1/users/{x}", YG_SPECS_FOUND, true },
		{ "api.example.com", "DELETE", "/v1/users/{x}", YG_SPECS_METHOD, true },
		{ "api.example.com", "GET", "/v2/users/{x}", YG_SPECS_SHADOW, true },
		{ "other.example.com", "GET", "/v1/users/{x}", YG_SPECS_SHADOW, false },
		{ "other.example.com", "GET", "/things/{x}", YG_SPECS_FOUND, false },
		{ "given.example.com", "GET", "/odd", YG_SPECS_SHADOW, true },
		{ "given.example.com", "POST", "/v1/odd", YG_SPECS_FOUND, true },
	};
	SPECS_CLEANUP struct yg_specs *specs = NULL;

	(void)state;
	assert_int_equal(yg_specs_new(&specs), 0);
	assert_int_equal(find(specs, "a", "GET", "/").place, YG_SPECS_SILENT);
	add(specs, NULL, NAMED);
	assert_int_equal(find(specs, "a", "GET", "/").place, YG_SPECS_SILENT);
	add(specs, NULL, NAMELESS);
	add(specs, "given.example.com", NAMED);
	assert_int_equal(yg_specs_count(specs), 3);

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_specs_hit hit =
			find(specs, cases[i].service, cases[i].method, cases[i].template_);

		assert_int_equal(hit.place, cases[i].place);
		assert_int_equal(hit.named, cases[i].named);
	}
}

#define TYPED                                                                                   \
	"openapi: 3.1.0\npaths:\n"                                                              \
	"  /users/{id}: {parameters: [{in: path, name: id, schema: {$ref: '#/a'}}], get: {}}\n" \
	"  /jobs/{state}/list:\n    get:\n      parameters:\n"                                  \
	"      - {in: path, name: state, schema: {enum: [open, shut]}}\n"                       \
	"  /rates/{code}: {get: {parameters: [{in: path, name: code,\n"                         \
	"    schema: {type: string, pattern: '^[A-Z]{3}$'}}]}}\n"                               \
	"  /keys/{key}: {get: {parameters: [{in: path, name: key,\n"                            \
	"    schema: {allOf: [{description: x}, {type: [string, 'null'], format: uuid}]}}]}}\n" \
	"  /days/{day}: {get: {parameters: [{in: path, name: day,\n"                            \
	"    schema: {type: string, format: date}}]}}\n"                                        \
	"  /any/{x}: {get: {parameters: [{in: path, name: x,\n"                                 \
	"    schema: {oneOf: [{type: integer}, {type: string}]}}]}}\n"                          \
	"  /odd/{x}: {get: {parameters: [{in: path, name: x,\n"                                 \
	"    schema: {type: string, pattern: '^(?!a)b'}}]}}\n"                                  \
	"  /two/{x}: {get: {parameters: [{in: path, name: x, schema: {type: integer}}]},\n"     \
	"    put: {parameters: [{in: path, name: x, schema: {type: string}}]}}\n"               \
	"a: {type: integer}\n"
#define TYPED_OLD                                                                        \
	"swagger: '2.0'\npaths: {'/olds/{id}': {get: {parameters: [{in: path, name: id," \
	" type: integer, required: true}]}}}\n"

/* A word is no number, and so on: it is another endpoint, which no document has. */
static void values_are_of_the_type_that_a_document_says(void **state)
{
	static const struct {
		const char *path;
		bool documented;
	} cases[] = {
		{ "/users/42", true },
		{ "/users/me", false },
		{ "/users/{id}", true },
		{ "/users/{name}", false },
		{ "/jobs/open/list", true },
		{ "/jobs/x/list", false },
		{ "/jobs/{id}/list", true },
		{ "/rates/JPY", true },
		{ "/rates/latest", false },
		{ "/keys/me", false },
		{ "/days/2026-11-21", true },
		{ "/days/today", false },
		{ "/any/me", true },
		{ "/odd/me", true },
		{ "/two/7", true },
		{ "/olds/7", true },
		{ "/olds/me", false },
		{ "/keys/6d7e93d6-9aac-4cf3-bfa8-934d316e5bc7", true },
	};
	SPECS_CLEANUP struct yg_specs *specs = NULL;
	YG_CLEANUP(yg_templates_free) struct yg_templates *templates = NULL;
	struct yg_route route;
	struct yg_path path;
	uint32_t left;

	(void)state;
	assert_int_equal(yg_specs_new(&specs), 0);
	add(specs, NULL, TYPED);
	add(specs, NULL, TYPED_OLD);
	assert_int_equal(yg_templates_new(&templates), 0);
	assert_int_equal(yg_specs_templates(specs, templates, &left), 0);
	assert_int_equal(left, 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_slice text = yg_slice_from_str(cases[i].path);
		enum yg_specs_place place = find(specs, "a", "GET", cases[i].path).place;

		print_message("%s\n", cases[i].path);
		assert_int_equal(place == YG_SPECS_FOUND, cases[i].documented);
		if (memchr(text.ptr, '{', text.len))
			continue;
		assert_true(yg_path_from_target(text, &path));
		assert_int_equal(
			yg_templates_match(templates, YG_SLICE("a"), &path, true, &route).ptr !=
				NULL,
			cases[i].documented);
	}
	/* Two methods of one path that say otherwise: the path is of both. */
	assert_true(yg_path_from_target(YG_SLICE("/two/me"), &path));
	assert_non_null(yg_templates_match(templates, YG_SLICE("a"), &path, true, &route).ptr);
}

static void tells_what_was_not_used(void **state)
{
	SPECS_CLEANUP struct yg_specs *specs = NULL;
	struct yg_specs_hit hit;
	struct yg_specs_seen seen;

	(void)state;
	assert_int_equal(yg_specs_new(&specs), 0);
	add(specs, NULL, NAMED);
	add(specs, NULL, NAMELESS);

	yg_specs_seen(specs, YG_SLICE("api.example.com"), &seen);
	assert_int_equal(seen.operations, 3); /* of the one that names it */
	assert_int_equal(seen.unseen, 3);
	assert_string_equal(seen.examples, "GET /users/{id}, PUT /users/{id}, POST /odd");
	hit = find(specs, "api.example.com", "PUT", "/v1/users/{id}");
	yg_specs_mark(specs, &hit);
	yg_specs_seen(specs, YG_SLICE("api.example.com"), &seen);
	assert_int_equal(seen.unseen, 2);
	hit = find(specs, "api.example.com", "PUT", "/nowhere");
	yg_specs_mark(specs, &hit);
	yg_specs_seen(specs, YG_SLICE("other.example.com"), &seen);
	assert_int_equal(seen.operations, 0);
	assert_string_equal(seen.examples, "");
}

static void its_paths_become_templates(void **state)
{
	SPECS_CLEANUP struct yg_specs *specs = NULL;
	struct yg_templates *templates = NULL;
	uint32_t left = 9;

	(void)state;
	assert_int_equal(yg_specs_new(&specs), 0);
	assert_int_equal(yg_templates_new(&templates), 0);
	add(specs, NULL, NAMED);
	add(specs, "given.example.com", NAMELESS);
	assert_int_equal(yg_specs_templates(specs, templates, &left), 0);
	assert_int_equal(left, 0);
	assert_int_equal(yg_templates_count(templates), 3);
	assert_true(yg_templates_has(templates, YG_SLICE("api.example.com"),
				     YG_SLICE("/v1/users/{id}")));
	assert_true(yg_templates_has(templates, YG_SLICE("given.example.com"),
				     YG_SLICE("/things/{id}")));
	yg_templates_free(&templates);
}

static void refuses_what_is_none_and_too_many(void **state)
{
	SPECS_CLEANUP struct yg_specs *specs = NULL;
	char error[YG_SPEC_ERROR_CAP];

	(void)state;
	assert_int_equal(yg_specs_new(&specs), 0);
	assert_int_equal(yg_specs_add(specs, (struct yg_slice){ 0 }, YG_SLICE("hello: {"), error),
			 -EINVAL);
	assert_non_null(strstr(error, "line 1: "));
	assert_int_equal(yg_specs_count(specs), 0);
	for (uint32_t i = 0; i < YG_SPECS_MAX; i++)
		add(specs, "a", NAMELESS);
	assert_int_equal(yg_specs_add(specs, (struct yg_slice){ 0 }, YG_SLICE(NAMED), error),
			 -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_an_endpoint_is_to_the_documents),
		cmocka_unit_test(values_are_of_the_type_that_a_document_says),
		cmocka_unit_test(tells_what_was_not_used),
		cmocka_unit_test(its_paths_become_templates),
		cmocka_unit_test(refuses_what_is_none_and_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
