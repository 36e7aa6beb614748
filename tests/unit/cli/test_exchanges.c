/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/exchanges.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

#define EXCHANGES 3000u	       /* more than the belt holds at a time */
#define LONG	  (300u << 10) /* bytes of a target that the belt does not take */

/* One in a thousand has a long target. */
static struct yg_spooled item_of(uint32_t i, const char *text)
{
	size_t len = i % 1000 == 500 ? LONG : 20 + i % 300;

	return (struct yg_spooled){
		.time_ns = i * 1000000ull,
		.latency_us = i,
		.status = 200,
		.has_request = true,
		.complete = true,
		.method = YG_SLICE("GET"),
		.target = { text, len },
		.service = YG_SLICE("api.example.com"),
		.path = { text, len < 1000 ? len : 1000 },
		.caller = YG_SLICE("bearer:0123456789abcdef"),
	};
}

static char *print(struct scene *scene, bool threaded, FILE *out, int *ret)
{
	YG_CLEANUP(yg_spool_free) struct yg_spool *spool = NULL;
	YG_CLEANUP(yg_json_free) struct yg_json *json = NULL;
	struct yg_exchange_lines lines = { .knowledge = scene->knowledge, .threaded = threaded };
	struct yg_links links = { 0 };
	char *text = malloc(LONG), *printed = NULL;
	size_t len = 0;

	assert_non_null(text);
	memset(text, 'a', LONG);
	text[0] = '/';
	assert_int_equal(yg_spool_new("/tmp", &spool), 0);
	assert_int_equal(yg_json_new(&json), 0);
	for (uint32_t i = 0; i < EXCHANGES; i++) {
		struct yg_spooled item = item_of(i, text);

		yg_spool_put(spool, &item);
	}
	assert_int_equal(yg_spool_rewind(spool), 0);
	assert_int_equal(yg_links_sort(&links), 0);
	lines.spool = spool;
	lines.links = &links;
	lines.json = json;
	lines.out = out ? out : open_memstream(&printed, &len);
	assert_non_null(lines.out);
	*ret = yg_exchange_lines_print(&lines);
	if (!out)
		(void)fclose(lines.out);
	yg_links_clean(&links);
	free(text);
	return printed;
}

static void prints_the_same_with_and_without_a_second_thread(void **state)
{
	struct scene scene;
	char *one, *two;
	uint32_t count = 0;
	int r;

	(void)state;

	scene_open(&scene, (struct yg_knowledge_options){ .mode = YG_MODE_OBSERVE });
	one = print(&scene, false, NULL, &r);
	assert_int_equal(r, 0);
	two = print(&scene, true, NULL, &r);
	assert_int_equal(r, 0);
	assert_string_equal(one, two);
	for (const char *p = two; (p = strchr(p, '\n')) != NULL; p++) {
		count++;
		assert_true(p[1] == '\0' || strncmp(p + 1, "{\"type\":\"exchange\"", 18) == 0);
	}
	assert_int_equal(count, EXCHANGES);
	free(one);
	free(two);
	scene_close(&scene);
}

static void ends_when_the_output_is_full(void **state)
{
	FILE *full = fopen("/dev/full", "we");
	struct scene scene;
	int r;

	(void)state;

	assert_non_null(full);
	scene_open(&scene, (struct yg_knowledge_options){ .mode = YG_MODE_OBSERVE });
	assert_null(print(&scene, true, full, &r));
	assert_int_equal(r, 0);
	assert_true(ferror(full));
	(void)fclose(full);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_the_same_with_and_without_a_second_thread),
		cmocka_unit_test(ends_when_the_output_is_full),
	};

	return cmocka_run_group_tests_name("cli/exchanges", tests, NULL, NULL);
}
