/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/due.h"

#include "test.h"

#define WAIT_NS 5ull

static void gives_each_its_turn_once_and_in_time(void **state)
{
	struct yg_dues dues = { .wait_ns = WAIT_NS };
	struct yg_flow flows[3] = { { .asks = true }, { .asks = true }, { .asks = true } };

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		yg_due_link(&dues, &flows[i], 10 + i);
	yg_due_link(&dues, &flows[0], 12); /* it waits already */
	assert_null(yg_due_take(&dues, 14));
	assert_ptr_equal(yg_due_take(&dues, 15), &flows[0]);
	assert_null(yg_due_take(&dues, 15));
	assert_ptr_equal(yg_due_take(&dues, 100), &flows[1]);
	assert_ptr_equal(yg_due_take(&dues, 100), &flows[2]);
	assert_null(yg_due_take(&dues, UINT64_MAX));
}

static void passes_over_who_does_not_ask_any_more(void **state)
{
	struct yg_dues dues = { .wait_ns = WAIT_NS };
	struct yg_flow flows[2] = { { .asks = false }, { .asks = true } };

	(void)state;
	yg_due_link(&dues, &flows[0], 1);
	yg_due_link(&dues, &flows[1], 1);
	assert_ptr_equal(yg_due_take(&dues, 6), &flows[1]);
	assert_false(flows[0].is_due_linked);
}

static void lets_go_of_any_of_them(void **state)
{
	(void)state;
	for (int gone = 0; gone < 3; gone++) {
		struct yg_dues dues = { .wait_ns = WAIT_NS };
		struct yg_flow flows[3] = { { .asks = true }, { .asks = true }, { .asks = true } };

		for (int i = 0; i < 3; i++)
			yg_due_link(&dues, &flows[i], 1);
		yg_due_unlink(&dues, &flows[gone]);
		yg_due_unlink(&dues, &flows[gone]);
		for (int i = 0; i < 3; i++) {
			if (i != gone)
				assert_ptr_equal(yg_due_take(&dues, 6), &flows[i]);
		}
		assert_null(yg_due_take(&dues, 6));
	}
}

static void nobody_is_due_where_nothing_is_waited(void **state)
{
	struct yg_dues dues = { .wait_ns = 0 };
	struct yg_flow flow = { .asks = true };

	(void)state;
	yg_due_link(&dues, &flow, 1);
	assert_null(yg_due_take(&dues, UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_each_its_turn_once_and_in_time),
		cmocka_unit_test(passes_over_who_does_not_ask_any_more),
		cmocka_unit_test(lets_go_of_any_of_them),
		cmocka_unit_test(nobody_is_due_where_nothing_is_waited),
	};

	return cmocka_run_group_tests_name("stream/due", tests, NULL, NULL);
}
