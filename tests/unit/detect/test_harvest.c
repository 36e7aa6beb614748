/* SPDX-License-Identifier: GPL-2.0-only */
/* detect/harvest.c behind its contract in detect/detect.h. */
#include "scene.h"

#define PAGE   20u /* records of one answer */
#define DAY_NS (86400ull * SECOND_NS)

/* One page of records from @from on, for one caller. */
static void take_page(struct scene *scene, uint32_t caller, uint32_t from, uint32_t records)
{
	char bearer[40], answer[PAGE * 48 + 8];
	size_t used = 0;

	(void)snprintf(bearer, sizeof(bearer), "token-of-caller-%04u", caller);
	used += (size_t)snprintf(answer, sizeof(answer), "[");
	for (uint32_t i = 0; i < records; i++)
		used += (size_t)snprintf(answer + used, sizeof(answer) - used,
					 "%s{\"email\":\"user%u@mail.example.org\"}", i ? "," : "",
					 from + i);
	(void)snprintf(answer + used, sizeof(answer) - used, "]");
	scene_show(scene, &(struct scene_call){
				  .target = "/v1/users", .bearer = bearer, .answer = answer });
}

struct plan {
	const char *name;
	uint32_t peers, pages_of_peers; /* each takes so many pages of its own */
	uint32_t pages, distinct;	/* what the one takes; records of that many */
	bool is_found;
};

static void one_that_takes_far_more_is_found(void **state)
{
	static const struct plan plans[] = {
		{ "far more than each of eight", 8, 1, 15, 300, true },
		{ "the same records again and again", 8, 1, 15, 20, false },
		{ "too few others to say what is usual", 4, 1, 15, 300, false },
		{ "everybody takes much", 4, 12, 12, 240, false },
		{ "more than others, and little", 8, 1, 9, 180, false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(plans); i++) {
		SCENE_CLEANUP struct scene scene;
		const struct plan *plan = &plans[i];

		print_message("%s\n", plan->name);
		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		for (uint32_t peer = 0; peer < plan->peers; peer++) {
			for (uint32_t k = 0; k < plan->pages_of_peers; k++)
				take_page(&scene, 1 + peer, (peer * 100 + k) * PAGE,
					  plan->pages_of_peers > 1 ? PAGE : 2);
		}
		for (uint32_t k = 0; k < plan->pages; k++)
			take_page(&scene, 99, k * PAGE % plan->distinct, PAGE);
		assert_int_equal(scene.found, plan->is_found);
		if (!plan->is_found)
			continue;
		assert_string_equal(scene.last.rule->id, "data-harvest");
		assert_int_equal(scene.last.severity, YG_SEVERITY_HIGH);
		assert_null(strstr(scene.last.cause, "user1"));
	}
}

static void a_job_that_takes_as_much_each_day_is_usual(void **state)
{
	SCENE_CLEANUP struct scene scene;
	uint32_t found;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	for (uint32_t k = 0; k < 15; k++)
		take_page(&scene, 99, k * PAGE, PAGE);
	found = scene.found;
	assert_int_equal(found, 0);
	scene.time_ns += DAY_NS;
	for (uint32_t peer = 0; peer < 8; peer++)
		take_page(&scene, 1 + peer, peer * PAGE, 2);
	for (uint32_t k = 0; k < 15; k++)
		take_page(&scene, 99, k * PAGE, PAGE);
	assert_int_equal(scene.found, 0);
}

/* Alone at its service: what it took itself on other days is what is usual. */
static void one_that_leaves_its_own_past_is_found(void **state)
{
	static const struct {
		uint32_t days, pages, pages_today;
		bool found;
	} rows[] = {
		{ 3, 1, 15, true },
		{ 2, 1, 15, false },
		{ 3, 3, 15, false },
		{ 5, 1, 9, false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		SCENE_CLEANUP struct scene scene;

		scene_open(&scene, (struct yg_knowledge_options){ 0 });
		for (uint32_t day = 0; day < rows[i].days; day++) {
			for (uint32_t k = 0; k < rows[i].pages; k++)
				take_page(&scene, 99, k * PAGE, PAGE);
			scene.time_ns += DAY_NS;
		}
		for (uint32_t k = 0; k < rows[i].pages_today; k++)
			take_page(&scene, 99, k * PAGE, PAGE);
		assert_int_equal(scene.found > 0, rows[i].found);
		if (rows[i].found)
			assert_non_null(strstr(scene.last.cause, "on 3 days before, never more"));
	}
}

static void of_who_takes_much_nothing_is_passed_over(void **state)
{
	SCENE_CLEANUP struct scene scene;

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	/* The endpoint is well known by then: one answer in 64 is read. */
	for (uint32_t k = 0; k < 1200; k++)
		take_page(&scene, 1 + k % 8, k % 8, 1);
	assert_int_equal(scene.found, 0);
	for (uint32_t k = 0; k < 200; k++)
		take_page(&scene, 99, 1000 + k * PAGE, PAGE);
	/* Four answers by sample are eighty records; it was found for more than two hundred. */
	assert_true(scene.found > 0);
	assert_string_equal(scene.last.rule->id, "data-harvest");
}

static void move_blob(void *ctx, enum yg_blob kind, uint64_t id, const uint8_t *data, size_t len)
{
	struct scene *into = ctx;

	(void)id;
	assert_int_equal(yg_knowledge_load(into->knowledge, kind, data, len), 0);
}

static void a_restart_forgets_nothing_of_the_day(void **state)
{
	SCENE_CLEANUP struct scene before, after;

	(void)state;
	scene_open(&before, (struct yg_knowledge_options){ 0 });
	scene_open(&after, (struct yg_knowledge_options){ 0 });
	for (uint32_t peer = 0; peer < 8; peer++)
		take_page(&before, 1 + peer, peer * PAGE, 2);
	for (uint32_t k = 0; k < 8; k++)
		take_page(&before, 99, k * PAGE, PAGE);
	assert_int_equal(before.found, 0);
	assert_int_equal(yg_knowledge_save(before.knowledge, false, move_blob, &after), 0);
	for (uint32_t k = 8; k < 15; k++)
		take_page(&after, 99, k * PAGE, PAGE);
	assert_int_equal(after.found, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_takes_far_more_is_found),
		cmocka_unit_test(a_restart_forgets_nothing_of_the_day),
		cmocka_unit_test(one_that_leaves_its_own_past_is_found),
		cmocka_unit_test(of_who_takes_much_nothing_is_passed_over),
		cmocka_unit_test(a_job_that_takes_as_much_each_day_is_usual),
	};

	return cmocka_run_group_tests_name("detect/harvest", tests, NULL, NULL);
}
