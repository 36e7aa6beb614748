/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/literal.h"

#include <errno.h>

#include "core/macros.h"

#include "guard.h"
#include "test.h"

struct hits {
	uint32_t count, most;
	struct {
		uint32_t id;
		size_t end;
	} rows[8];
};

static bool take(void *ctx, uint32_t id, size_t end)
{
	struct hits *hits = ctx;

	assert_true(hits->count < YG_ARRAY_SIZE(hits->rows));
	hits->rows[hits->count].id = id;
	hits->rows[hits->count++].end = end;
	return hits->count < hits->most;
}

static const struct yg_literal rows[] = {
	{ "Key", 7, false },
	{ "union", 9, true },
	{ "県", 9, false },
};

static void finds_each_where_it_ends(void **state)
{
	YG_CLEANUP(yg_literals_free) struct yg_literals *literals = NULL;
	static const char text[] = "key Key UnIoN 奈良県";
	GUARD_CLEANUP struct guard guard = guard_copy(text, sizeof(text) - 1);
	struct hits hits = { .most = 8 };

	(void)state;
	assert_int_equal(yg_literals_new(rows, YG_ARRAY_SIZE(rows), &literals), 0);
	yg_literals_scan(literals, (struct yg_slice){ guard.ptr, guard.len }, take, &hits);
	assert_int_equal(hits.count, 3);
	assert_int_equal(hits.rows[0].id, 7);
	assert_int_equal(hits.rows[0].end, 7);
	assert_int_equal(hits.rows[1].id, 9);
	assert_int_equal(hits.rows[1].end, 13);
	assert_int_equal(hits.rows[2].end, 23);
}

static void stops_when_no_more_is_wanted(void **state)
{
	YG_CLEANUP(yg_literals_free) struct yg_literals *literals = NULL;
	struct hits hits = { .most = 1 };

	(void)state;
	assert_int_equal(yg_literals_new(rows, YG_ARRAY_SIZE(rows), &literals), 0);
	yg_literals_scan(literals, YG_SLICE("union Key 県"), take, &hits);
	assert_int_equal(hits.count, 1);
	yg_literals_scan(literals, YG_SLICE(""), take, &hits);
	yg_literals_scan(literals, (struct yg_slice){ NULL, 0 }, take, &hits);
	assert_int_equal(hits.count, 1);
}

static void refuses_what_is_no_set(void **state)
{
	static const struct yg_literal empty = { "", 1, false };
	static struct yg_literal many[YG_LITERALS_MAX + 1];
	struct yg_literals *literals = NULL;

	(void)state;
	for (uint32_t i = 0; i < YG_ARRAY_SIZE(many); i++)
		many[i] = (struct yg_literal){ "x", i, false };
	assert_int_equal(yg_literals_new(rows, 0, &literals), -EINVAL);
	assert_int_equal(yg_literals_new(&empty, 1, &literals), -EINVAL);
	assert_int_equal(yg_literals_new(many, YG_ARRAY_SIZE(many), &literals), -EINVAL);
	assert_null(literals);
	assert_int_equal(yg_literals_new(many, YG_LITERALS_MAX, &literals), 0);
	yg_literals_free(&literals);
	yg_literals_free(&literals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each_where_it_ends),
		cmocka_unit_test(stops_when_no_more_is_wanted),
		cmocka_unit_test(refuses_what_is_no_set),
	};

	return cmocka_run_group_tests_name("baseline/literal", tests, NULL, NULL);
}
