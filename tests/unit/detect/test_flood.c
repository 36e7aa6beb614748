/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/detector.h"

#include "scene.h"

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
}

static void ambiguous_framing_is_no_flood(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	scene_show(&scene,
		   &(struct scene_call){ .target = "/v1/x", .anomalies = YG_ANOMALY_LENGTH_TWICE });
	assert_string_equal(scene.last.rule->id, "request-smuggling");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_told_flood_is_enough),
		cmocka_unit_test(ambiguous_framing_is_no_flood),
	};

	return cmocka_run_group_tests_name("detect/flood", tests, NULL, NULL);
}
