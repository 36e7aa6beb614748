/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/detector.h"

#include "scene.h"

static void get(struct scene *scene, const char *target, uint16_t status)
{
	scene_show(scene, &(struct scene_call){ .target = target, .status = status });
}

static void finds_a_scanner_by_what_it_asks_for(void **state)
{
	static const char *const paths[] = { "/.env",	   "/.git/config", "/wp-login.php",
					     "/admin",	   "/phpmyadmin/", "/actuator/env",
					     "/backup.sql" };
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (size_t i = 0; i < YG_ARRAY_SIZE(paths); i++)
		get(&scene, paths[i], 404);
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "endpoint-probing");
	assert_string_equal(scene.last.endpoint, "");
	assert_int_equal(scene.last.severity, YG_SEVERITY_MEDIUM);
}

static void finds_guesses_of_names(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char path[64];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, "/api/v1/users", 200);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(path, sizeof(path), "/api/v1/guess%c", 'a' + i);
		get(&scene, path, i % 2 ? 404 : 405);
	}
	assert_int_equal(scene.found, 1);
}

/* Records that are gone, again and again: known ground. */
static void missing_records_are_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char path[64];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, "/v1/users/5", 200);
	for (int i = 0; i < 300; i++) {
		(void)snprintf(path, sizeof(path), "/v1/users/%d", 1000 + i * 37);
		get(&scene, path, 404);
	}
	for (uint32_t i = 0; i < scene.found; i++)
		assert_string_not_equal(scene.last.rule->id, "endpoint-probing");
}

/* A sync client looks for files that are not there, deep below a folder that is. */
static void missing_files_are_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char path[96];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, "/remote/dav/files/taro/photos", 200);
	for (int i = 0; i < 300; i++) {
		(void)snprintf(path, sizeof(path), "/remote/dav/files/taro/photos/img%c%c%c.jpg",
			       'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 9);
		get(&scene, path, 404);
	}
	assert_int_equal(scene.found, 0);
}

/* A working client with some dead links. */
static void a_client_that_mostly_works_is_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char path[64];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (int i = 0; i < 400; i++) {
		get(&scene, "/v1/items", 200);
		(void)snprintf(path, sizeof(path), "/old%c%c", 'a' + i % 26, 'a' + i / 26);
		if (i % 4 == 0)
			get(&scene, path, 404);
	}
	assert_int_equal(scene.found, 0);
}

static void probing_teaches_no_endpoints(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, "/v1/items", 200);
	get(&scene, "/.env", 404);
	get(&scene, "/admin", 403);
	get(&scene, "/x", 401);
	get(&scene, "/y", 500);
	get(&scene, "/z", 301);
	assert_null(scene.seen.endpoint);
	assert_true(yg_slice_equal(scene.seen.template_, YG_SLICE("/z")));
	get(&scene, "/v1/items", 200);
	assert_non_null(scene.seen.endpoint);
	assert_int_equal(scene.seen.endpoint->requests, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_scanner_by_what_it_asks_for),
		cmocka_unit_test(finds_guesses_of_names),
		cmocka_unit_test(missing_records_are_silent),
		cmocka_unit_test(missing_files_are_silent),
		cmocka_unit_test(a_client_that_mostly_works_is_silent),
		cmocka_unit_test(probing_teaches_no_endpoints),
	};

	return cmocka_run_group_tests_name("detect/probing", tests, NULL, NULL);
}
