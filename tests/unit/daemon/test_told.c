/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/told.h"

#include "test.h"

static void tells_what_changed_and_only_that(void **state)
{
	static struct yg_told told;

	(void)state;
	assert_true(yg_told_is_news(&told, 7, 1));
	assert_false(yg_told_is_news(&told, 7, 1));
	assert_true(yg_told_is_news(&told, 7, 2));
	assert_true(yg_told_is_news(&told, 8, 2));
	assert_false(yg_told_is_news(&told, 7, 2));
}

/* Whatever was told is told again, within as many rounds as there are shares. */
static void tells_all_again_after_a_loss(void **state)
{
	static struct yg_told told;
	unsigned again = 0;

	(void)state;
	for (uint64_t name = 1; name <= 100; name++)
		(void)yg_told_is_news(&told, name << 32, 5);
	yg_told_lost(&told, 0, YG_TOLD_SLOTS / 4);
	for (uint64_t name = 1; name <= 100; name++)
		assert_false(yg_told_is_news(&told, name << 32, 5));
	for (unsigned round = 0; round < 4; round++) {
		yg_told_lost(&told, 3, YG_TOLD_SLOTS / 4);
		for (uint64_t name = 1; name <= 100; name++)
			again += yg_told_is_news(&told, name << 32, 5);
		assert_true(round == 3 || (again > 0 && again < 100));
	}
	assert_int_equal(again, 100);
	yg_told_lost(&told, 3, YG_TOLD_SLOTS);
	assert_false(yg_told_is_news(&told, 1ull << 32, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_changed_and_only_that),
		cmocka_unit_test(tells_all_again_after_a_loss),
	};

	return cmocka_run_group_tests_name("daemon/told", tests, NULL, NULL);
}
