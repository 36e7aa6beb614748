/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks against an OpenAPI document, and against what an endpoint did before. */
#include "detect/posture.h"

#include "scene.h"

static const char document[] =
	"openapi: 3.1.0\n"
	"servers: [{url: 'https://api.example.com'}]\n"
	"paths:\n"
	"  /orders:\n"
	"    get:\n"
	"      parameters: [{name: page, in: query, schema: {type: integer}}]\n"
	"      responses: {'200': {description: x}}\n"
	"  /secret: {get: {security: [{key: []}], responses: {'200': {description: x}}}}\n"
	"  /never: {post: {responses: {'200': {description: x}}}}\n"
	"components: {securitySchemes: {key: {type: http, scheme: bearer}}}\n";

struct stage {
	struct yg_specs *specs;
	struct scene scene;
};

static void stage_open(struct stage *stage, const char *text)
{
	char error[YG_SPEC_ERROR_CAP];

	*stage = (struct stage){ 0 };
	assert_int_equal(yg_specs_new(&stage->specs), 0);
	if (text)
		assert_int_equal(yg_specs_add(stage->specs, (struct yg_slice){ 0 },
					      yg_slice_from_str(text), error),
				 0);
	scene_open(&stage->scene, (struct yg_knowledge_options){ .specs = stage->specs });
}

static void stage_close(struct stage *stage)
{
	scene_close(&stage->scene);
	yg_specs_free(&stage->specs);
}

#define STAGE_CLEANUP __attribute__((cleanup(stage_close)))

static void show(struct stage *stage, const struct scene_call *call, uint32_t times)
{
	for (uint32_t i = 0; i < times; i++)
		scene_show(&stage->scene, call);
}

static bool is_told(const struct stage *stage, const char *rule)
{
	return stage->scene.postures > 0 && strcmp(stage->scene.posture.rule->id, rule) == 0;
}

static void what_is_not_described_is_a_shadow(void **state)
{
	STAGE_CLEANUP struct stage stage;

	(void)state;
	stage_open(&stage, document);
	show(&stage, &(struct scene_call){ .target = "/orders?page=2", .answer = "{}" }, 40);
	assert_int_equal(stage.scene.postures, 0);
	show(&stage, &(struct scene_call){ .target = "/hidden", .answer = "{}" }, 2);
	assert_int_equal(stage.scene.postures, 0);
	show(&stage, &(struct scene_call){ .target = "/hidden", .answer = "{}" }, 1);
	assert_true(is_told(&stage, "shadow-endpoint"));
	assert_string_equal(stage.scene.posture.endpoint, "GET /hidden");
	stage.scene.postures = 0;
	/* Another service is none of the document's business; nor is a side of what it has. */
	show(&stage,
	     &(struct scene_call){ .target = "/x", .host = "b.example.com", .answer = "{}" }, 5);
	show(&stage, &(struct scene_call){ .method = "OPTIONS", .target = "/orders" }, 5);
	assert_int_equal(stage.scene.postures, 0);
	show(&stage, &(struct scene_call){ .method = "DELETE", .target = "/orders" }, 5);
	assert_true(is_told(&stage, "shadow-endpoint"));
	assert_non_null(strstr(stage.scene.posture.cause, "DELETE"));
}

static void a_document_without_host_waits_for_one_of_its_own(void **state)
{
	STAGE_CLEANUP struct stage stage;

	(void)state;
	stage_open(&stage, "openapi: 3.0.0\npaths: {/orders: {get: {}}}\n");
	show(&stage, &(struct scene_call){ .target = "/hidden", .answer = "{}" }, 10);
	assert_int_equal(stage.scene.postures, 0);
	show(&stage, &(struct scene_call){ .target = "/orders", .answer = "{}" }, 1);
	show(&stage, &(struct scene_call){ .target = "/hidden", .answer = "{}" }, 3);
	assert_true(is_told(&stage, "shadow-endpoint"));
}

static void an_open_door_where_the_document_has_a_lock(void **state)
{
	STAGE_CLEANUP struct stage stage;
	const struct scene_call bare = { .target = "/secret", .answer = "{}" };

	(void)state;
	stage_open(&stage, document);
	show(&stage, &(struct scene_call){ .target = "/secret", .status = 401 }, 10);
	show(&stage, &bare, 2);
	assert_int_equal(stage.scene.postures, 0);
	show(&stage, &bare, 1);
	assert_true(is_told(&stage, "spec-auth-mismatch"));
	assert_int_equal(stage.scene.posture.severity, YG_SEVERITY_HIGH);
}

static void a_parameter_nobody_described(void **state)
{
	STAGE_CLEANUP struct stage stage;

	(void)state;
	stage_open(&stage, document);
	show(&stage, &(struct scene_call){ .target = "/orders?page=1&debug=on", .answer = "{}" },
	     3);
	assert_true(is_told(&stage, "undocumented-parameter"));
	assert_non_null(strstr(stage.scene.posture.cause, "query debug"));
	/* Judged only where the request was taken. */
	stage.scene.postures = 0;
	show(&stage, &(struct scene_call){ .target = "/orders?x=1", .status = 400 }, 10);
	assert_int_equal(stage.scene.postures, 0);
}

#define SHAPED                                                                                 \
	"openapi: 3.0.0\nservers: [{url: 'https://api.example.com'}]\npaths: {/orders: {get: " \
	"{%sresponses: {'200': {description: d, content: {application/json: {schema: {type: "  \
	"object, properties: {id: {type: integer}}}}}}}}}}\n"

static void a_field_of_answers_nobody_described(void **state)
{
	STAGE_CLEANUP struct stage stage;
	char document_[1024];

	(void)state;
	(void)snprintf(document_, sizeof(document_), SHAPED, "");
	stage_open(&stage, document_);
	show(&stage, &(struct scene_call){ .target = "/orders", .answer = "{\"id\":1}" }, 20);
	assert_int_equal(stage.scene.postures, 0);
	show(&stage,
	     &(struct scene_call){ .target = "/orders", .answer = "{\"id\":1,\"margin\":3}" }, 20);
	assert_true(is_told(&stage, "undocumented-field"));
	assert_non_null(strstr(stage.scene.posture.cause, "margin"));
}

static void what_a_document_deprecates_and_is_used(void **state)
{
	STAGE_CLEANUP struct stage stage;
	char document_[1024];

	(void)state;
	(void)snprintf(document_, sizeof(document_), SHAPED, "deprecated: true, ");
	stage_open(&stage, document_);
	show(&stage, &(struct scene_call){ .target = "/orders", .answer = "{\"id\":1}" }, 1);
	assert_true(is_told(&stage, "deprecated-endpoint"));
}

static void operations_unused_for_a_day_are_orphans(void **state)
{
	STAGE_CLEANUP struct stage stage;
	struct scene_call call = { .target = "/orders", .answer = "{}" };

	(void)state;
	stage_open(&stage, document);
	show(&stage, &call, 1200);
	assert_int_equal(stage.scene.postures, 0);
	call.time_ns = START_NS + 25 * 3600 * SECOND_NS;
	show(&stage, &call, 1);
	assert_true(is_told(&stage, "orphan-endpoint"));
	assert_non_null(strstr(stage.scene.posture.cause, "2 of 3"));
	assert_non_null(strstr(stage.scene.posture.cause, "POST /never"));
	assert_string_equal(stage.scene.posture.endpoint, "");
}

static void a_field_that_comes_to_stay_is_drift(void **state)
{
	STAGE_CLEANUP struct stage stage;
	const struct scene_call old = { .target = "/items", .answer = "{\"id\":1}" };
	const struct scene_call more = { .target = "/items", .answer = "{\"id\":1,\"cost\":2}" };

	(void)state;
	stage_open(&stage, NULL);
	show(&stage, &old, 3000);
	assert_int_equal(stage.scene.postures, 0);
	show(&stage, &more, 64 * 40);
	assert_true(is_told(&stage, "schema-drift"));
	assert_non_null(strstr(stage.scene.posture.cause, "'$.cost'"));
	assert_int_equal(stage.scene.posture.severity, YG_SEVERITY_LOW);
}

static void a_field_that_was_there_once_is_none(void **state)
{
	STAGE_CLEANUP struct stage stage;
	const struct scene_call old = { .target = "/items", .answer = "{\"id\":1}" };
	const struct scene_call more = { .target = "/items", .answer = "{\"id\":1,\"cost\":2}" };

	(void)state;
	stage_open(&stage, NULL);
	show(&stage, &old, 3000);
	show(&stage, &more, 64);
	show(&stage, &old, 64 * 40);
	assert_int_equal(stage.scene.postures, 0);
}

static void another_type_is_drift_and_null_is_none(void **state)
{
	STAGE_CLEANUP struct stage stage;

	(void)state;
	stage_open(&stage, NULL);
	show(&stage, &(struct scene_call){ .target = "/items", .answer = "{\"id\":1}" }, 3000);
	show(&stage, &(struct scene_call){ .target = "/items", .answer = "{\"id\":null}" }, 128);
	show(&stage, &(struct scene_call){ .target = "/items", .answer = "{\"id\":1.5}" }, 128);
	assert_int_equal(stage.scene.postures, 0);
	show(&stage, &(struct scene_call){ .target = "/items", .answer = "{\"id\":\"x\"}" }, 128);
	assert_true(is_told(&stage, "schema-drift"));
	assert_int_equal(stage.scene.posture.severity, YG_SEVERITY_INFO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_described_is_a_shadow),
		cmocka_unit_test(a_document_without_host_waits_for_one_of_its_own),
		cmocka_unit_test(an_open_door_where_the_document_has_a_lock),
		cmocka_unit_test(a_parameter_nobody_described),
		cmocka_unit_test(a_field_of_answers_nobody_described),
		cmocka_unit_test(what_a_document_deprecates_and_is_used),
		cmocka_unit_test(operations_unused_for_a_day_are_orphans),
		cmocka_unit_test(a_field_that_comes_to_stay_is_drift),
		cmocka_unit_test(a_field_that_was_there_once_is_none),
		cmocka_unit_test(another_type_is_drift_and_null_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
