/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/links.h"

#include <errno.h>

#include "test.h"

static void finds_parents_and_children(void **state)
{
	struct yg_links links = { 0 };

	(void)state;

	assert_int_equal(yg_links_parent(&links, 1), 0);
	assert_int_equal(yg_links_sort(&links), 0);
	for (uint64_t i = 3000; i > 0; i--)
		assert_int_equal(yg_links_add(&links, i, 10000 + i / 2), 0);
	assert_int_equal(yg_links_sort(&links), 0);
	assert_int_equal(yg_links_parent(&links, 7), 10003);
	assert_int_equal(yg_links_parent(&links, 3001), 0);
	assert_true(yg_links_has_child(&links, 11500));
	assert_false(yg_links_has_child(&links, 11501));
	yg_links_clean(&links);
	assert_false(yg_links_has_child(&links, 11500));
}

static void refuses_more_than_it_may_hold(void **state)
{
	struct yg_links links = { 0 };

	(void)state;

	for (uint64_t i = 0; i < YG_LINKS_MAX; i++)
		assert_int_equal(yg_links_add(&links, i, i), 0);
	assert_int_equal(yg_links_add(&links, 1, 1), -ENOSPC);
	yg_links_clean(&links);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_parents_and_children),
		cmocka_unit_test(refuses_more_than_it_may_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
