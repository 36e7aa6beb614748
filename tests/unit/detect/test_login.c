/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/detector.h"

#include "scene.h"

struct login {
	uint32_t user, password;
	uint16_t status;
	uint32_t client; /* last byte of the address */
};

static void try_login(struct scene *scene, const struct login *login)
{
	char body[128], client[32];

	(void)snprintf(body, sizeof(body), "{\"email\":\"u%u@example.com\",\"password\":\"p%u\"}",
		       login->user, login->password);
	(void)snprintf(client, sizeof(client), "203.0.113.%u", login->client);
	scene_show(scene, &(struct scene_call){ .method = "POST",
						.target = "/kaiin/nyuukai",
						.body = body,
						.client = client,
						.status = login->status });
}

static void finds_stuffing_within_twelve_users(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t i = 0; i < 12; i++)
		try_login(&scene, &(struct login){ i, i, i == 5 ? 200 : 401, 9 });
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "credential-stuffing");
	assert_int_equal(scene.last.severity, YG_SEVERITY_HIGH);
}

static void finds_slow_stuffing_within_a_day(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t i = 0; i < 40; i++) {
		try_login(&scene, &(struct login){ i, i, 401, 9 });
		scene.time_ns += 1200 * SECOND_NS;
	}
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "credential-stuffing");
}

static void finds_spraying(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t i = 0; i < 12; i++)
		try_login(&scene, &(struct login){ i, 1, 401, 9 });
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "password-spraying");
}

static void finds_brute_force_from_one_source(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t i = 0; i < 12; i++)
		try_login(&scene, &(struct login){ 1, i, 401, 9 });
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "brute-force");
}

static void finds_brute_force_from_many_sources(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t i = 0; i < 12; i++)
		try_login(&scene, &(struct login){ 1, i, 401, i + 1 });
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "brute-force");
}

static void finds_brute_force_over_basic(void **state)
{
	/* "u:p0" .. "u:p;": one user, twelve passwords */
	static const char *const tokens[] = { "dTpwMA==", "dTpwMQ==", "dTpwMg==", "dTpwMw==",
					      "dTpwNA==", "dTpwNQ==", "dTpwNg==", "dTpwNw==",
					      "dTpwOA==", "dTpwOQ==", "dTpwOg==", "dTpwOw==" };
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (size_t i = 0; i < YG_ARRAY_SIZE(tokens); i++)
		scene_show(&scene, &(struct scene_call){
					   .target = "/v1/me", .basic = tokens[i], .status = 401 });
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "brute-force");
}

static void an_office_behind_one_address_is_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	/* Each third person mistypes once. */
	for (uint32_t i = 0; i < 200; i++) {
		if (i % 3 == 0)
			try_login(&scene, &(struct login){ i, 999, 401, 9 });
		try_login(&scene, &(struct login){ i, i, 200, 9 });
	}
	assert_int_equal(scene.found, 0);
}

static void a_device_with_an_old_password_is_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t i = 0; i < 500; i++)
		try_login(&scene, &(struct login){ 1, 1, 401, 9 });
	assert_int_equal(scene.found, 0);
}

static void a_forgetful_user_is_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t day = 0; day < 10; day++) {
		for (uint32_t i = 0; i < 5; i++)
			try_login(&scene, &(struct login){ 1, day * 5 + i, 401, 9 });
		try_login(&scene, &(struct login){ 1, 1000, 200, 9 });
		scene.time_ns += 24 * 3600 * SECOND_NS;
	}
	assert_int_equal(scene.found, 0);
}

static void invalid_orders_are_no_logins(void **state)
{
	SCENE_CLEANUP struct scene scene;
	char body[128];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint32_t i = 0; i < 100; i++) {
		(void)snprintf(body, sizeof(body), "{\"account\":\"a%u\",\"amount\":1}", i);
		scene_show(&scene, &(struct scene_call){ .method = "POST",
							 .target = "/v1/orders",
							 .body = body,
							 .bearer = "t",
							 .status = 422 });
	}
	for (uint32_t i = 0; i < scene.found; i++)
		assert_string_not_equal(scene.last.rule->id, "credential-stuffing");
}

/* GraphQL and JSON-RPC say no under 200. */
static void a_login_that_is_refused_inside_has_failed(void **state)
{
	static const struct {
		const char *target, *body, *answer;
		bool found;
	} rows[] = {
		{ "/graphql",
		  "{\"query\":\"mutation L($u:String,$p:String){login(u:$u,p:$p)}\","
		  "\"variables\":{\"username\":\"u%u\",\"password\":\"p%u\"}}",
		  "{\"errors\":[{\"extensions\":{\"code\":\"UNAUTHENTICATED\"}}],\"data\":null}",
		  true },
		{ "/graphql",
		  "{\"query\":\"mutation L($u:String,$p:String){login(u:$u,p:$p)}\","
		  "\"variables\":{\"username\":\"u%u\",\"password\":\"p%u\"}}",
		  "{\"data\":{\"login\":\"t\"}}", false },
		{ "/rpc",
		  "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"login\",\"params\":"
		  "{\"username\":\"u%u\",\"password\":\"p%u\"}},"
		  "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}]",
		  "[{\"id\":1,\"error\":{\"code\":-32001}},{\"id\":2,\"result\":1}]", true },
		{ "/rpc",
		  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"login\",\"params\":"
		  "{\"username\":\"u%u\",\"password\":\"p%u\"}}",
		  "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32001}}", true },
	};

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		SCENE_CLEANUP struct scene scene;
		char body[256];

		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		for (uint32_t i = 0; i < 12; i++) {
			(void)snprintf(body, sizeof(body), rows[row].body, i, i);
			scene_show(&scene, &(struct scene_call){ .method = "POST",
								 .target = rows[row].target,
								 .body = body,
								 .answer = rows[row].answer });
		}
		assert_int_equal(scene.found, rows[row].found);
		if (rows[row].found)
			assert_string_equal(scene.last.rule->id, "credential-stuffing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_stuffing_within_twelve_users),
		cmocka_unit_test(finds_slow_stuffing_within_a_day),
		cmocka_unit_test(finds_spraying),
		cmocka_unit_test(finds_brute_force_from_one_source),
		cmocka_unit_test(finds_brute_force_from_many_sources),
		cmocka_unit_test(finds_brute_force_over_basic),
		cmocka_unit_test(an_office_behind_one_address_is_silent),
		cmocka_unit_test(a_device_with_an_old_password_is_silent),
		cmocka_unit_test(a_forgetful_user_is_silent),
		cmocka_unit_test(invalid_orders_are_no_logins),
		cmocka_unit_test(a_login_that_is_refused_inside_has_failed),
	};

	return cmocka_run_group_tests_name("detect/login", tests, NULL, NULL);
}
