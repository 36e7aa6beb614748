/* SPDX-License-Identifier: GPL-2.0-only */
/* What is found, within how many requests, and what stays silent. */
#include "detect/detector.h"

#include "scene.h"

#define FOUND_WITHIN 20

static void get(struct scene *scene, const char *bearer, const char *format, uint64_t id,
		uint16_t status)
{
	char target[128];

	(void)snprintf(target, sizeof(target), format, (unsigned long long)id);
	scene_show(scene,
		   &(struct scene_call){ .target = target, .bearer = bearer, .status = status });
}

/* Callers that each use a few objects of their own, for @days days. */
static void live(struct scene *scene, uint32_t callers, uint32_t days)
{
	for (uint32_t day = 0; day < days; day++) {
		for (uint32_t c = 0; c < callers; c++) {
			char token[32];

			(void)snprintf(token, sizeof(token), "user-%u", c);
			for (uint64_t i = 0; i < 3; i++)
				get(scene, token, "/v1/accounts/%llu", 100000 + c * 977 + i * 331,
				    200);
		}
		scene->time_ns += 24 * 3600 * SECOND_NS;
	}
	assert_int_equal(scene->found, 0);
}

static void finds_a_walk_on_a_fresh_sensor(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint64_t i = 0; i < FOUND_WITHIN; i++)
		get(&scene, "stolen", "/v1/accounts/%llu", 5000 + i, 200);
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "bola-enumeration");
	assert_string_equal(scene.last.endpoint, "GET /v1/accounts/{id}");
	assert_int_equal(scene.last.severity, YG_SEVERITY_HIGH);
	assert_true(scene.last.client_blockable);
	assert_true(strlen(scene.last.cause) > 20);
	assert_true(scene.last.evidence_count > 3);
	assert_int_equal(scene.seen.finding_count, 1);
	assert_string_equal(scene.seen.rules[0], "bola-enumeration");
}

static void updates_one_finding_as_the_walk_goes_on(void **state)
{
	SCENE_CLEANUP struct scene scene;
	uint64_t id;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint64_t i = 0; i < FOUND_WITHIN; i++)
		get(&scene, "stolen", "/v1/accounts/%llu", 5000 + i, 200);
	id = scene.last.id;
	for (uint64_t i = FOUND_WITHIN; i < 1000; i++)
		get(&scene, "stolen", "/v1/accounts/%llu", 5000 + i, 200);
	assert_int_equal(scene.found, 1);
	assert_true(scene.last.id == id);
	assert_true(scene.repeated > 3 && scene.repeated < 40);
	assert_int_equal(scene.last.repeats, scene.repeated);
}

struct walk_case {
	const char *name;
	const char *target;  /* with %llu */
	const char *body;    /* with %llu; NULL: GET */
	uint64_t step;	     /* between ids */
	bool shuffled;	     /* in no order, within a range */
	bool many_addresses; /* another one each request */
	uint64_t pause_ns;   /* between requests */
};

/* clang-format off */
static struct walk_case walks[] = {
	{ .name = "finds a walk down",	.target = "/v1/accounts/%llu", .step = UINT64_MAX },
	{ .name = "finds a walk in steps of five", .target = "/v1/accounts/%llu", .step = 5 },
	{ .name = "finds a walk in no order",	.target = "/v1/accounts/%llu", .step = 1,
	  .shuffled = true },
	{ .name = "finds a walk in the middle of a path", .target = "/v1/users/%llu/orders",
	  .step = 1 },
	{ .name = "finds a walk in a query",	.target = "/v1/invoice?invoice_id=%llu", .step = 1 },
	{ .name = "finds a walk in a body",	.target = "/v1/statement",
	  .body = "{\"accountId\":%llu,\"page\":1}", .step = 1 },
	{ .name = "finds a walk of prefixed ids", .target = "/v1/accounts/acc-%llu", .step = 1 },
	{ .name = "finds a walk from many addresses", .target = "/v1/accounts/%llu", .step = 1,
	  .many_addresses = true },
	{ .name = "finds a walk of one id an hour", .target = "/v1/accounts/%llu", .step = 1,
	  .pause_ns = 3600 * SECOND_NS },
	{ .name = "finds a walk of three ids a day", .target = "/v1/accounts/%llu", .step = 1,
	  .pause_ns = 8 * 3600 * SECOND_NS },
};
/* clang-format on */

static void check_walk(void **state)
{
	const struct walk_case *c = *state;
	SCENE_CLEANUP struct scene scene;

	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	for (uint64_t i = 0; i < 24 && scene.found == 0; i++) {
		uint64_t id = 70000000 + (c->shuffled ? i * 7 % 24 : i * c->step);
		char target[128], body[128], client[32];

		(void)snprintf(target, sizeof(target), c->target, (unsigned long long)id);
		(void)snprintf(body, sizeof(body), c->body ? c->body : "", (unsigned long long)id);
		(void)snprintf(client, sizeof(client), "203.0.113.%u", (unsigned int)i + 1);
		scene.time_ns += c->pause_ns;
		scene_show(&scene,
			   &(struct scene_call){ .method = c->body ? "POST" : "GET",
						 .target = target,
						 .body = c->body ? body : NULL,
						 .bearer = "stolen",
						 .client = c->many_addresses ? client : NULL });
	}
	assert_int_equal(scene.found, 1);
	assert_string_equal(scene.last.rule->id, "bola-enumeration");
}

static void finds_unordered_ids_that_belong_to_others(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	live(&scene, 60, 3);
	for (uint64_t c = 0; c < 60 && scene.found == 0; c++)
		get(&scene, "thief", "/v1/accounts/%llu", 100000 + (c * 37 % 60) * 977, 200);
	assert_int_equal(scene.found, 1);
}

static void calls_refused_walks_an_attempt(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	get(&scene, "other", "/v1/accounts/%llu", 123456, 200);
	for (uint64_t i = 0; i < 30; i++)
		get(&scene, "stolen", "/v1/accounts/%llu", 5000 + i, 403);
	assert_int_equal(scene.found, 0);
	for (uint64_t i = 30; i < 60; i++)
		get(&scene, "stolen", "/v1/accounts/%llu", 5000 + i, 403);
	assert_int_equal(scene.found, 1);
	assert_int_equal(scene.last.severity, YG_SEVERITY_MEDIUM);
}

/* --- silence */

static void polling_many_own_ids_is_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint64_t round = 0; round < 50; round++)
		for (uint64_t i = 0; i < 40; i++)
			get(&scene, "app", "/v1/devices/%llu", 1000 + i * i * 13, 200);
	assert_int_equal(scene.found, 0);
}

static void pages_are_no_objects(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint64_t i = 1; i < 200; i++) {
		get(&scene, "app", "/v1/orders?page=%llu&limit=50", i, 200);
		get(&scene, "app", "/v1/orders/page/%llu", i, 200);
	}
	assert_int_equal(scene.found, 0);
}

static void opening_what_a_list_showed_is_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint64_t page = 0; page < 10; page++) {
		char answer[2048] = "{\"items\":[";
		size_t len = strlen(answer);

		for (uint64_t i = 0; i < 30; i++)
			len += (size_t)snprintf(answer + len, sizeof(answer) - len,
						"%s{\"id\":%llu,\"name\":\"x\"}", i ? "," : "",
						(unsigned long long)(page * 30 + i + 1));
		(void)snprintf(answer + len, sizeof(answer) - len, "]}");
		scene_show(&scene, &(struct scene_call){ .target = "/v1/orders?page=1",
							 .bearer = "job",
							 .answer = answer });
		for (uint64_t i = 0; i < 30; i++)
			get(&scene, "job", "/v1/orders/%llu", page * 30 + i + 1, 200);
	}
	assert_int_equal(scene.found, 0);
}

/* A job over everybody's accounts each night, in the order of a database whose ids have gaps. */
static void a_batch_job_is_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (int night = 0; night < 8; night++) {
		live(&scene, 60, 1);
		for (uint64_t c = 0; c < 60; c++)
			for (uint64_t i = 0; i < 3; i++)
				get(&scene, "batch", "/v1/accounts/%llu",
				    100000 + c * 977 + i * 331, 200);
	}
	assert_int_equal(scene.found, 0);
}

static void a_crawler_of_a_public_catalogue_is_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	for (uint64_t i = 0; i < 2000; i++)
		get(&scene, NULL, "/products/%llu", 1 + i, 200);
	assert_int_equal(scene.found, 0);
}

static void many_users_behind_one_address_are_silent(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });

	live(&scene, 400, 1);
	for (uint64_t i = 0; i < 500; i++)
		get(&scene, NULL, "/v1/accounts/%llu", 100000 + i * 7919 % 40000, 200);
	assert_int_equal(scene.found, 0);
}

static void the_memory_of_pairs_has_a_cap(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ .pairs_max = 16 });

	for (uint64_t i = 0; i < 500; i++) {
		char token[32];

		(void)snprintf(token, sizeof(token), "t%llu", (unsigned long long)i);
		get(&scene, token, "/v1/accounts/%llu", i * 7, 200);
	}
	for (uint64_t i = 0; i < FOUND_WITHIN; i++)
		get(&scene, "stolen", "/v1/accounts/%llu", 5000 + i, 200);
	assert_int_equal(scene.found, 1);
}

#define FIXED 11

int main(void)
{
	struct CMUnitTest tests[FIXED + YG_ARRAY_SIZE(walks)] = {
		cmocka_unit_test(finds_a_walk_on_a_fresh_sensor),
		cmocka_unit_test(updates_one_finding_as_the_walk_goes_on),
		cmocka_unit_test(finds_unordered_ids_that_belong_to_others),
		cmocka_unit_test(calls_refused_walks_an_attempt),
		cmocka_unit_test(polling_many_own_ids_is_silent),
		cmocka_unit_test(pages_are_no_objects),
		cmocka_unit_test(opening_what_a_list_showed_is_silent),
		cmocka_unit_test(a_batch_job_is_silent),
		cmocka_unit_test(a_crawler_of_a_public_catalogue_is_silent),
		cmocka_unit_test(many_users_behind_one_address_are_silent),
		cmocka_unit_test(the_memory_of_pairs_has_a_cap),
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(walks); i++)
		tests[FIXED + i] = (struct CMUnitTest){
			.name = walks[i].name,
			.test_func = check_walk,
			.initial_state = &walks[i],
		};
	return cmocka_run_group_tests_name("detect/bola", tests, NULL, NULL);
}
