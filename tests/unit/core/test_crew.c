/* SPDX-License-Identifier: GPL-2.0-only */
/* Each item once, all of them, and not one after the other. */
#include "core/crew.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>

#include "test.h"

#define ITEMS 200u

static uint32_t done[ITEMS];
static uint32_t together, most;

static void count(void *ctx, size_t index)
{
	(void)__atomic_add_fetch((uint32_t *)ctx + index, 1, __ATOMIC_RELAXED);
}

/* Remembers how many work at the same time; each waits until a second is there, or for long. */
static void wait_for_another(void *ctx, size_t index)
{
	uint32_t now = __atomic_add_fetch(&together, 1, __ATOMIC_ACQ_REL);

	(void)ctx;
	(void)index;
	for (int i = 0; i < 5000 && __atomic_load_n(&most, __ATOMIC_ACQUIRE) < 2; i++) {
		if (now > 1)
			__atomic_store_n(&most, now, __ATOMIC_RELEASE);
		(void)poll(NULL, 0, 1);
		now = __atomic_load_n(&together, __ATOMIC_ACQUIRE);
	}
	(void)__atomic_sub_fetch(&together, 1, __ATOMIC_ACQ_REL);
}

static void does_each_item_once(void **state)
{
	struct yg_crew *crew = NULL;
	int r;

	(void)state;
	r = yg_crew_start(count, done, ITEMS, &crew);
	if (r == -ENOMEM)
		return; /* test-oom */
	assert_int_equal(r, 0);
	yg_crew_join(&crew);
	assert_null(crew);
	for (unsigned int i = 0; i < ITEMS; i++)
		assert_int_equal(done[i], 1);
}

static void works_at_the_same_time(void **state)
{
	struct yg_crew *crew = NULL;

	(void)state;
	assert_int_equal(yg_crew_start(wait_for_another, NULL, 2, &crew), 0);
	yg_crew_join(&crew);
	assert_true(most >= 2);
}

static void nothing_to_do_is_done(void **state)
{
	struct yg_crew *crew = NULL;

	(void)state;
	assert_int_equal(yg_crew_start(count, done, 0, &crew), 0);
	assert_true(yg_crew_is_done(crew));
	yg_crew_join(&crew);
	yg_crew_join(&crew);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_each_item_once),
		cmocka_unit_test(works_at_the_same_time),
		cmocka_unit_test(nothing_to_do_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
