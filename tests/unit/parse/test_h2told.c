/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2told.h"

#include "core/macros.h"
#include "test.h"

#define OPEN (2 * YG_H2_TOLD_MAX) /* stream identifiers that are known at once */

static void knows_what_was_told_in_any_order(void **state)
{
	struct yg_h2_told told = { .top = 0 };

	(void)state;
	yg_h2_told_set(&told, 7);
	yg_h2_told_set(&told, 1);
	yg_h2_told_set(&told, 5);
	assert_true(yg_h2_told_has(&told, 1));
	assert_false(yg_h2_told_has(&told, 3));
	assert_true(yg_h2_told_has(&told, 5));
	assert_true(yg_h2_told_has(&told, 7));
	assert_false(yg_h2_told_has(&told, 9));
}

static void takes_what_is_too_old_for_told(void **state)
{
	struct yg_h2_told told = { .top = 0 };

	(void)state;
	yg_h2_told_set(&told, 1 + OPEN);
	assert_true(yg_h2_told_has(&told, 1));
	assert_false(yg_h2_told_has(&told, 3));
	yg_h2_told_set(&told, 1);
	assert_false(yg_h2_told_has(&told, 3 + OPEN));
}

/* A slot is another stream's when the window comes round. */
static void forgets_what_the_window_passed(void **state)
{
	static const uint32_t steps[] = { 2, 6, OPEN - 2, OPEN, OPEN + 2, 1u << 30 };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(steps); i++) {
		struct yg_h2_told told = { .top = 0 };
		uint32_t top = 0;

		for (uint32_t id = 1; id < OPEN; id += 2)
			yg_h2_told_set(&told, id);
		top = OPEN - 1 + steps[i];
		yg_h2_told_set(&told, top);
		assert_true(yg_h2_told_has(&told, top));
		for (uint32_t id = OPEN + 1; id < top && id < 4 * OPEN; id += 2)
			assert_int_equal(yg_h2_told_has(&told, id), top - id >= OPEN);
	}
}

static void counts_those_between(void **state)
{
	struct yg_h2_told told = { .top = 0 };

	(void)state;
	assert_int_equal(yg_h2_told_count(&told, 0, 101), 0);
	for (uint32_t id = 11; id <= 21; id += 2)
		yg_h2_told_set(&told, id);
	assert_int_equal(yg_h2_told_count(&told, 0, 101), 6);
	assert_int_equal(yg_h2_told_count(&told, 11, 21), 4);
	assert_int_equal(yg_h2_told_count(&told, 11, 13), 0);
	assert_int_equal(yg_h2_told_count(&told, 21, 1u << 31), 0);
	yg_h2_told_set(&told, 11 + OPEN);
	assert_int_equal(yg_h2_told_count(&told, 0, 101), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_was_told_in_any_order),
		cmocka_unit_test(takes_what_is_too_old_for_told),
		cmocka_unit_test(forgets_what_the_window_passed),
		cmocka_unit_test(counts_those_between),
	};

	return cmocka_run_group_tests_name("parse/h2told", tests, NULL, NULL);
}
