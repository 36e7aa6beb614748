/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/posture.h"

#include <errno.h>

#include "parse/handshake.h"
#include "scene.h"

static void get(struct scene *scene, const char *target, uint32_t times)
{
	for (uint32_t i = 0; i < times; i++)
		scene_show(scene, &(struct scene_call){ .target = target, .answer = "{}" });
}

#define FAULT "/search?password=hunter22"
#define CLEAN "/search?q=1"

static void a_fault_opens_resolves_and_reopens(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, FAULT, 1);
	assert_int_equal(scene.postures, 1);
	assert_string_equal(scene.posture.rule->id, "password-in-url");
	assert_int_equal(scene.posture.state, YG_STATE_OPEN);
	assert_string_equal(scene.posture.endpoint, "GET /search");
	assert_false(scene.posture.client_blockable);
	get(&scene, CLEAN, 31);
	assert_int_equal(scene.posture.state, YG_STATE_OPEN);
	get(&scene, CLEAN, 1);
	assert_int_equal(scene.posture.state, YG_STATE_RESOLVED);
	get(&scene, CLEAN, 100);
	assert_int_equal(scene.postures, 2);
	get(&scene, FAULT, 1);
	assert_int_equal(scene.posture.state, YG_STATE_REOPENED);
	assert_int_equal(scene.postures, 3);
	assert_int_equal(scene.found, 0);
}

/* Seen once in fifty: thirty-two clean ones say nothing yet. */
static void a_rare_fault_is_not_resolved_early(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t i = 0; i < 4; i++) {
		get(&scene, FAULT, 1);
		get(&scene, CLEAN, 20);
	}
	get(&scene, CLEAN, 80);
	assert_int_equal(scene.posture.state, YG_STATE_OPEN);
}

static void what_the_server_refused_is_no_fault(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, CLEAN, 3);
	for (uint32_t i = 0; i < 5; i++)
		scene_show(&scene, &(struct scene_call){ .target = FAULT, .status = 400 });
	assert_int_equal(scene.postures, 0);
}

static void take_blob(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data, size_t len)
{
	(void)id;
	assert_int_equal(yg_knowledge_load(ctx, kind, data, len), 0);
	if (kind == YG_BLOB_POSTURE && len > 1)
		assert_int_equal(yg_knowledge_load(ctx, kind, data, len - 1), -EINVAL);
}

static void a_restart_keeps_the_state(void **state)
{
	SCENE_CLEANUP struct scene before;
	SCENE_CLEANUP struct scene after;

	(void)state;
	scene_open(&before, (struct yg_knowledge_options){ 0 });
	scene_open(&after, (struct yg_knowledge_options){ 0 });

	get(&before, FAULT, 1);
	assert_int_equal(yg_knowledge_save(before.knowledge, false, take_blob, after.knowledge), 0);
	after.time_ns = before.time_ns;
	get(&after, CLEAN, 32);
	assert_int_equal(after.posture.state, YG_STATE_RESOLVED);
	assert_true(after.posture.id == before.posture.id);
	assert_true(after.posture.first_ns == before.posture.first_ns);
}

static void judges_what_a_handshake_settled_on(void **state)
{
	static const struct {
		const char *rule; /* NULL: nothing */
		uint16_t version, cipher;
		bool refused;
	} cases[] = {
		{ NULL, 0x0304, 0x1301, false },
		{ NULL, 0x0303, 0xc02f, false },
		{ "tls-old-version", 0x0302, 0xc014, false },
		{ NULL, 0x0302, 0xc014, true },
		{ "tls-weak-cipher", 0x0303, 0x000a, false },
		{ "tls-weak-cipher", 0x0303, 0x009c, false },
		{ "fapi-tls-cipher", 0x0303, 0xc027, false },
		{ NULL, 0x0303, 0xc030, false },
	};

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		SCENE_CLEANUP struct scene scene;
		struct yg_handshake handshake = {
			.time_ns = START_NS,
			.sni = YG_SLICE("bank.example.com"),
			.version = cases[i].version,
			.is_answered = true,
			.is_refused = cases[i].refused,
			.cipher = cases[i].cipher,
		};
		bool fapi = cases[i].rule && cases[i].rule[0] == 'f';

		scene_open(&scene,
			   (struct yg_knowledge_options){ .fapi = fapi ? YG_FAPI_2 : YG_FAPI_OFF });
		yg_knowledge_handshake(scene.knowledge, &handshake);
		assert_int_equal(scene.postures, cases[i].rule ? 1 : 0);
		if (cases[i].rule)
			assert_string_equal(scene.posture.rule->id, cases[i].rule);
	}
}

static void a_key_file_must_be_a_key_set(void **state)
{
	const struct yg_knowledge_options options = { .jwks = YG_SLICE("{\"no\":1}") };
	const struct yg_knowledge_sink sink = { 0 };
	struct yg_knowledge *knowledge = NULL;

	(void)state;

	assert_int_equal(yg_knowledge_new(&options, &sink, &knowledge), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_opens_resolves_and_reopens),
		cmocka_unit_test(a_rare_fault_is_not_resolved_early),
		cmocka_unit_test(what_the_server_refused_is_no_fault),
		cmocka_unit_test(a_restart_keeps_the_state),
		cmocka_unit_test(judges_what_a_handshake_settled_on),
		cmocka_unit_test(a_key_file_must_be_a_key_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
