/* SPDX-License-Identifier: GPL-2.0-only */
/* detect/posture_reach.c behind its contract in detect/posture.h. */
#include "scene.h"

#define RULE "host-by-address"

static void an_answer_to_a_request_by_address_from_outside_is_told(void **state)
{
	static const struct {
		const char *name;
		struct scene_call call;
		bool told;
	} rows[] = {
		{ "the address is named", { .host = "8.8.4.4" }, true },
		{ "it is named beside what is not known",
		  { .host = "8.8.4.4", .unknown = 2 },
		  true },
		{ "nothing is named", { .nameless = true }, true },
		{ "what is named is not known", { .nameless = true, .unknown = 1 }, false },
		{ "a host is named", { .host = "api.example.com" }, false },
		{ "from inside", { .host = "8.8.4.4", .client = "10.0.0.7" }, false },
		{ "it is refused", { .host = "8.8.4.4", .status = 403 }, false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		SCENE_CLEANUP struct scene scene;
		struct scene_call call = rows[i].call;

		print_message("%s\n", rows[i].name);
		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		call.target = "/v1/orders";
		call.server = "8.8.4.4";
		call.client = scene_or(call.client, "9.9.9.9");
		call.answer = "[]";
		call.tls = true;
		for (int k = 0; k < 5; k++)
			scene_show(&scene, &call);
		assert_int_equal(scene_find(&scene, RULE).count > 0, rows[i].told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_to_a_request_by_address_from_outside_is_told),
	};

	return cmocka_run_group_tests_name("detect/posture_reach", tests, NULL, NULL);
}
