/* SPDX-License-Identifier: GPL-2.0-only */
/* detect/posture_url.c behind its contract in detect/posture.h. */
#include "scene.h"

#define RULE "internal-url-accepted"

static void an_internal_host_among_those_of_the_internet_is_told(void **state)
{
	static const struct {
		const char *name, *usual, *body, *cause;
		uint32_t before;
		uint16_t status;
	} rows[] = {
		{ "an internal host", "{\"url\":\"https://a.example.com/1\"}",
		  "{\"url\":\"http://10.0.0.8:80/a\"}", "'url' was 10.0.0.8, and was answered 200",
		  5, 200 },
		{ "beyond the sample", "{\"url\":\"https://a.example.com/1\"}",
		  "{\"url\":\"http://0x7f.1/\"}", "'url' was 0x7f.1, and was answered 200", 1500,
		  200 },
		{ "a metadata service at once", "{}",
		  "{\"hook\":\"http://169.254.169.254/latest\"}",
		  "'hook' was 169.254.169.254, and was answered 201", 5, 201 },
		{ "behind one that is none", "{}",
		  "{\"returnUrl\":\"http://localhost:3000/\",\"hook\":\"http://169.254.169.254/\"}",
		  "'hook' was 169.254.169.254, and was answered 201", 5, 201 },
		{ "behind another one", "{}",
		  "{\"url\":\"http://10.0.0.8:80/a\",\"hook\":\"http://169.254.169.254/\"}",
		  "'hook' was 169.254.169.254, and was answered 201", 5, 201 },
		{ "its slashes are escaped", "{}",
		  "{\"hook\":\"http:\\/\\/169.254.169.254\\/latest\"}",
		  "'hook' was 169.254.169.254, and was answered 201", 5, 201 },
		{ "its scheme is escaped", "{}",
		  "{\"hook\":\"\\u0068ttp://169.254.169.254/latest\"}",
		  "'hook' was 169.254.169.254, and was answered 201", 5, 201 },
		{ "the name is somebody's", "{}",
		  "{\"ann.lee@example.com\":\"http://169.254.169.254/latest\"}",
		  "'*' was 169.254.169.254, and was answered 201", 5, 201 },
		{ "it was refused", "{\"url\":\"https://a.example.com/1\"}",
		  "{\"url\":\"http://10.0.0.8:80/a\"}", NULL, 5, 400 },
		{ "nothing is known yet", "{}", "{\"url\":\"http://10.0.0.8:80/a\"}", NULL, 9,
		  200 },
		{ "internal ones are usual", "{\"url\":\"http://node-1:80/a\"}",
		  "{\"url\":\"http://10.0.0.8:80/a\"}", NULL, 9, 200 },
		{ "where the browser goes back to",
		  "{\"redirect_uri\":\"https://a.example.com/1\"}",
		  "{\"redirect_uri\":\"http://localhost:3000/\"}", NULL, 9, 200 },
		{ "a text with a URL in it", "{\"url\":\"https://a.example.com/1\"}",
		  "{\"text\":\"see http://10.0.0.8/a\"}", NULL, 9, 200 },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		SCENE_CLEANUP struct scene scene;
		struct scene_found wanted;

		print_message("%s\n", rows[i].name);
		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		scene_post(&scene, "/v1/avatars", rows[i].usual, 200, rows[i].before);
		scene_post(&scene, "/v1/avatars", rows[i].body, rows[i].status, 1);
		wanted = scene_find(&scene, RULE);
		assert_int_equal(wanted.count > 0, rows[i].cause != NULL);
		if (rows[i].cause)
			assert_string_equal(wanted.finding.cause, rows[i].cause);
	}
}

static void what_is_usual_survives_a_restart(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	scene_post(&scene, "/v1/avatars", "{\"url\":\"https://a.example.com/1\"}", 200, 5);
	scene_restart(&scene);
	scene_post(&scene, "/v1/avatars", "{\"url\":\"http://10.0.0.8:80/a\"}", 200, 1);
	assert_string_equal(scene_find(&scene, RULE).finding.cause,
			    "'url' was 10.0.0.8, and was answered 200");
}

static void a_query_is_read_with_its_escapes_undone(void **state)
{
	static const char *const targets[] = { "/v1/fetch?url=http://169.254.169.254/latest",
					       "/v1/fetch?url=http%3A%2F%2F169.254.169.254%2Fa" };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(targets); i++) {
		SCENE_CLEANUP struct scene scene;

		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		for (uint32_t k = 0; k < 3; k++)
			scene_show(&scene, &(struct scene_call){ .target = targets[i],
								 .tls = true,
								 .answer = "{}" });
		assert_string_equal(scene_find(&scene, RULE).finding.cause,
				    "'url' was 169.254.169.254, and was answered 200");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_internal_host_among_those_of_the_internet_is_told),
		cmocka_unit_test(what_is_usual_survives_a_restart),
		cmocka_unit_test(a_query_is_read_with_its_escapes_undone),
	};

	return cmocka_run_group_tests_name("detect/posture_url", tests, NULL, NULL);
}
