/* SPDX-License-Identifier: GPL-2.0-only */
/* detect/posture_object.c behind its contract in detect/posture.h. */
#include "scene.h"

/* Answers to GET of one path, each of another object. @path: with a hole for its number. */
static void answer(struct scene *scene, const char *path, const char *text, uint32_t times)
{
	for (uint32_t i = 0; i < times; i++) {
		char target[64];

		/* NOLINTNEXTLINE: the format is one of the table's */
		(void)snprintf(target, sizeof(target), path, 1000 + i);
		scene_show(scene, &(struct scene_call){ .target = target,
							.bearer = "opaque-token-of-a-user",
							.tls = true,
							.answer = text });
	}
}

#define PERSON "\"id\":1,\"name\":\"a\",\"city\":\"b\",\"plan\":\"c\""

static void what_the_same_object_lacks_elsewhere_is_told(void **state)
{
	static const struct {
		const char *name, *peer, *peers, *path, *text, *cause;
		uint32_t count;
	} rows[] = {
		{ "an older version says more", "/v2/users/%u", "{" PERSON "}", "/v1/users/%u",
		  "{" PERSON ",\"internal_notes\":\"calls\"}",
		  "The answer holds an internal note, which the same object lacks in "
		  "/v2/users/{id}",
		  28 },
		{ "a flag", "/v2/users/%u", "{" PERSON "}", "/v1/users/%u",
		  "{" PERSON ",\"isAdmin\":false}",
		  "The answer holds a flag of administration, which the same object lacks in "
		  "/v2/users/{id}",
		  28 },
		{ "few answers of the peer", "/v2/users/%u", "{" PERSON "}", "/v1/users/%u",
		  "{" PERSON ",\"isAdmin\":false}", NULL, 8 },
		{ "a list says less than the one", "/v2/users?page=%u", "[{" PERSON "}]",
		  "/v2/users/%u", "{" PERSON ",\"isAdmin\":false}", NULL, 28 },
		{ "another object", "/v2/users/%u", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}",
		  "/v1/users/%u", "{" PERSON ",\"isAdmin\":false}", NULL, 28 },
		{ "another collection", "/v2/people/%u", "{" PERSON "}", "/v1/users/%u",
		  "{" PERSON ",\"isAdmin\":false}", NULL, 28 },
		{ "for the administration", "/v2/users/%u", "{" PERSON "}", "/admin/users/%u",
		  "{" PERSON ",\"isAdmin\":false}", NULL, 28 },
		{ "a field that is no secret", "/v2/users/%u", "{" PERSON "}", "/v1/users/%u",
		  "{" PERSON ",\"nickname\":\"x\"}", NULL, 28 },
		{ "a field that is empty", "/v2/users/%u", "{" PERSON "}", "/v1/users/%u",
		  "{" PERSON ",\"internal_notes\":\"\"}", NULL, 28 },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		SCENE_CLEANUP struct scene scene;
		struct scene_found wanted;

		print_message("%s\n", rows[i].name);
		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		answer(&scene, rows[i].peer, rows[i].peers, rows[i].count);
		answer(&scene, rows[i].path, rows[i].text, 16);
		wanted = scene_find(&scene, "excessive-data-exposure");
		assert_int_equal(wanted.count > 0, rows[i].cause != NULL);
		if (rows[i].cause)
			assert_string_equal(wanted.finding.cause, rows[i].cause);
	}
}

/* Half of what the peer answered before, the other half since. */
static void what_a_peer_lacks_survives_a_restart(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	answer(&scene, "/v2/users/%u", "{" PERSON "}", 14);
	scene_restart(&scene);
	scene_restart(&scene); /* nothing is counted twice */
	answer(&scene, "/v1/users/%u", "{" PERSON ",\"isAdmin\":false}", 8);
	assert_int_equal(scene_find(&scene, "excessive-data-exposure").count, 0);
	answer(&scene, "/v2/users/%u", "{" PERSON "}", 14);
	answer(&scene, "/v1/users/%u", "{" PERSON ",\"isAdmin\":false}", 8);
	assert_string_equal(
		scene_find(&scene, "excessive-data-exposure").finding.cause,
		"The answer holds a flag of administration, which the same object lacks "
		"in /v2/users/{id}");
}

static void what_others_never_send_is_told_when_it_is_accepted(void **state)
{
	static const struct {
		const char *name, *usual, *body;
		uint32_t before;
		uint16_t status;
		bool found;
	} rows[] = {
		{ "an owner", "{\"item\":1}", "{\"item\":1,\"owner_id\":7}", 20, 201, true },
		{ "beyond the sample", "{\"item\":1}", "{\"item\":1,\"isAdmin\":true}", 1500, 201,
		  true },
		{ "it was refused", "{\"item\":1}", "{\"item\":1,\"owner_id\":7}", 20, 422, false },
		{ "too few before", "{\"item\":1}", "{\"item\":1,\"owner_id\":7}", 18, 201, false },
		{ "others send it, too", "{\"item\":1,\"role\":\"a\"}",
		  "{\"item\":1,\"role\":\"b\"}", 40, 201, false },
		{ "a field that callers may set", "{\"item\":1}", "{\"item\":1,\"note\":\"x\"}", 40,
		  201, false },
		{ "deeper: what the object is about", "{\"item\":1}",
		  "{\"item\":1,\"member\":{\"role\":\"x\"}}", 40, 201, false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		SCENE_CLEANUP struct scene scene;

		print_message("%s\n", rows[i].name);
		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		scene_post(&scene, "/v1/orders", rows[i].usual, 201, rows[i].before);
		assert_int_equal(scene_find(&scene, "unexpected-property").count, 0);
		scene_post(&scene, "/v1/orders", rows[i].body, rows[i].status, 1);
		assert_int_equal(scene_find(&scene, "unexpected-property").count > 0,
				 rows[i].found);
		if (!rows[i].found)
			continue;
		scene_post(&scene, "/v1/orders", rows[i].usual, 201, 400);
		assert_int_equal(scene_find(&scene, "unexpected-property").finding.state,
				 YG_STATE_RESOLVED);
	}
}

static void a_digest_in_a_field_called_so_is_a_hash(void **state)
{
	static const struct {
		const char *answer;
		bool found;
	} rows[] = {
		{ "{\"password_hash\":\"5f4dcc3b5aa765d61d8327deb882cf99\"}", true },
		{ "{\"etag_hash\":\"5f4dcc3b5aa765d61d8327deb882cf99\"}", false },
		{ "{\"password_hash\":\"bcrypt\"}", false },
		{ "{\"password_hash\":\"the hash is not shown to anybody here\"}", false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		SCENE_CLEANUP struct scene scene;

		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		answer(&scene, "/v1/users/%u", rows[i].answer, 3);
		assert_int_equal(scene_find(&scene, "password-hash-exposed").count > 0,
				 rows[i].found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_same_object_lacks_elsewhere_is_told),
		cmocka_unit_test(what_a_peer_lacks_survives_a_restart),
		cmocka_unit_test(what_others_never_send_is_told_when_it_is_accepted),
		cmocka_unit_test(a_digest_in_a_field_called_so_is_a_hash),
	};

	return cmocka_run_group_tests_name("detect/posture_object", tests, NULL, NULL);
}
