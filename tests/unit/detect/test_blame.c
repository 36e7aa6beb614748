/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is cut when a credential, or a user name, is in more than one hand. */
#include "detect/blame.h"

#include "scene.h"

#define OWNER "203.0.113.5"
#define THIEF "198.51.100.66"

static void walk(struct scene *scene, uint64_t id, const char *client, bool uncertain)
{
	char target[64];

	(void)snprintf(target, sizeof(target), "/v1/accounts/%llu", (unsigned long long)id);
	scene_show(scene, &(struct scene_call){ .target = target,
						.bearer = "stolen",
						.client = client,
						.uncertain = uncertain });
}

static bool is_client(const struct scene *scene, const char *text)
{
	char client[YG_ADDRESS_TEXT_CAP];

	return strcmp(yg_address_format(&scene->last.client, client), text) == 0;
}

static void the_owner_who_takes_the_last_step_is_not_cut(void **state)
{
	SCENE_CLEANUP struct scene scene;
	uint64_t id = 5000;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ .mode = YG_MODE_ENFORCE });

	while (scene.found == 0) {
		assert_true(id < 5040);
		walk(&scene, id, id % 5 == 0 ? OWNER : THIEF, false);
		id++;
	}
	assert_true(is_client(&scene, THIEF));
	assert_true(scene.last.client_blockable);

	/* From here on the owner goes on alone: the walk is still the thief's. */
	while (scene.repeated == 0) {
		assert_true(id < 5080);
		walk(&scene, id++, OWNER, false);
	}
	assert_false(is_client(&scene, OWNER) && scene.last.client_blockable);
}

static void evidence_of_two_in_equal_parts_cuts_nobody(void **state)
{
	SCENE_CLEANUP struct scene scene;
	uint64_t id;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ .mode = YG_MODE_ENFORCE });

	for (id = 5000; scene.found == 0 && id < 5040; id++)
		walk(&scene, id, id % 2 ? THIEF : OWNER, false);
	assert_int_equal(scene.found, 1);
	assert_false(scene.last.client_blockable);
	assert_int_equal(scene.requests, 0);
}

static void steps_that_are_not_certain_are_nobodys(void **state)
{
	SCENE_CLEANUP struct scene scene;
	uint64_t id;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ .mode = YG_MODE_ENFORCE });

	for (id = 5000; scene.found == 0 && id < 5040; id++)
		walk(&scene, id, THIEF, id < 5010);
	assert_int_equal(scene.found, 1);
	assert_false(scene.last.client_blockable);
	assert_int_equal(scene.requests, 0);
}

/* The user's own slip completes the evidence of a guessing that others did. */
static void the_user_under_attack_is_not_cut(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char body[96];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ .mode = YG_MODE_ENFORCE });

	for (unsigned int i = 0; scene.found == 0 && i < 20; i++) {
		(void)snprintf(body, sizeof(body),
			       "{\"username\":\"hana\",\"password\":\"guess-%u\"}", i);
		scene_show(&scene, &(struct scene_call){ .method = "POST",
							 .target = "/login",
							 .client = i == 9 ? OWNER : THIEF,
							 .body = body,
							 .status = 401 });
	}
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "brute-force");
	assert_true(is_client(&scene, THIEF));
	assert_true(scene.last.client_blockable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_owner_who_takes_the_last_step_is_not_cut),
		cmocka_unit_test(evidence_of_two_in_equal_parts_cuts_nobody),
		cmocka_unit_test(steps_that_are_not_certain_are_nobodys),
		cmocka_unit_test(the_user_under_attack_is_not_cut),
	};

	return cmocka_run_group_tests_name("detect/blame", tests, NULL, NULL);
}
