/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/detector.h"

#include "scene.h"

static void one_ambiguous_request_is_enough(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	scene_show(&scene, &(struct scene_call){ .method = "POST",
						 .target = "/v1/x",
						 .anomalies = YG_ANOMALY_LENGTH_AND_CHUNKED });
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "request-smuggling");
	assert_non_null(strstr(scene.last.cause, "Transfer-Encoding"));
}

static void harmless_anomalies_are_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	scene_show(&scene, &(struct scene_call){ .target = "/v1/x", .anomalies = YG_ANOMALY_FOLD });
	scene_show(&scene, &(struct scene_call){ .target = "/v1/x", .anomalies = YG_ANOMALY_HOST });
	assert_int_equal(scene.found, 0);
}

static void one_told_flood_is_enough(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	scene_show(&scene,
		   &(struct scene_call){ .target = "/v1/x", .anomalies = YG_ANOMALY_RESET_FLOOD });
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "http2-flood");
	assert_non_null(strstr(scene.last.cause, "taken back"));
	scene_show(&scene,
		   &(struct scene_call){ .target = "/v1/x", .anomalies = YG_ANOMALY_IDLE_FLOOD });
	assert_non_null(strstr(scene.last.cause, "carry nothing"));
}

static void two_kinds_in_one_request_are_two_findings(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	scene_show(&scene, &(struct scene_call){ .target = "/v1/x",
						 .anomalies = YG_ANOMALY_LENGTH_TWICE |
							      YG_ANOMALY_CHUNK_INVALID |
							      YG_ANOMALY_SETTINGS_FLOOD });
	assert_int_equal(scene.found, 2);
	assert_string_equal(scene.last.rule->id, "http2-flood");
	assert_int_equal(scene.last.evidence_count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_ambiguous_request_is_enough),
		cmocka_unit_test(harmless_anomalies_are_silent),
		cmocka_unit_test(one_told_flood_is_enough),
		cmocka_unit_test(two_kinds_in_one_request_are_two_findings),
	};

	return cmocka_run_group_tests_name("detect/framing", tests, NULL, NULL);
}
