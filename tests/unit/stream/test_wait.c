/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/wait.h"

#include <string.h>

#include "test.h"

struct yg_early; /* what waits is not looked at */

static void begin_hole(struct yg_waits *waits, struct yg_flow *flow, unsigned dir,
		       uint64_t since_ns)
{
	static char piece;

	flow->streams[dir].early = (struct yg_early *)(void *)&piece;
	flow->streams[dir].hole_ns = since_ns;
	yg_wait_update(waits, flow);
}

static void end_hole(struct yg_waits *waits, struct yg_flow *flow, unsigned dir)
{
	flow->streams[dir].early = NULL;
	yg_wait_update(waits, flow);
}

static void the_oldest_hole_is_due_first(void **state)
{
	static struct yg_flow flows[3];
	struct yg_waits waits = { .first = { NULL } };

	(void)state;
	memset(flows, 0, sizeof(flows));
	assert_null(yg_wait_due(&waits, 0, UINT64_MAX));
	for (unsigned i = 0; i < 3; i++)
		begin_hole(&waits, &flows[i], 0, 10 + i);
	assert_null(yg_wait_due(&waits, 0, 9));
	assert_ptr_equal(yg_wait_due(&waits, 0, 10), &flows[0]);
	end_hole(&waits, &flows[0], 0);
	assert_null(yg_wait_due(&waits, 0, 10));
	begin_hole(&waits, &flows[1], 0, 20); /* another hole: to the end */
	assert_ptr_equal(yg_wait_due(&waits, 0, 30), &flows[2]);
	end_hole(&waits, &flows[2], 0);
	assert_ptr_equal(yg_wait_due(&waits, 0, 30), &flows[1]);
	end_hole(&waits, &flows[1], 0);
	assert_null(yg_wait_due(&waits, 0, UINT64_MAX));
}

static void each_direction_waits_for_itself(void **state)
{
	static struct yg_flow flows[2];
	struct yg_waits waits = { .first = { NULL } };

	(void)state;
	memset(flows, 0, sizeof(flows));
	begin_hole(&waits, &flows[0], 0, 10);
	begin_hole(&waits, &flows[1], 1, 11);
	begin_hole(&waits, &flows[0], 1, 12);
	assert_ptr_equal(yg_wait_due(&waits, 0, 20), &flows[0]);
	assert_ptr_equal(yg_wait_due(&waits, 1, 20), &flows[1]);
	end_hole(&waits, &flows[0], 0);
	assert_null(yg_wait_due(&waits, 0, 20));
	end_hole(&waits, &flows[1], 1);
	assert_ptr_equal(yg_wait_due(&waits, 1, 20), &flows[0]);
}

static void segments_wait_for_their_turn_beside_holes(void **state)
{
	static struct yg_flow flow;
	static char segment;
	struct yg_waits waits = { .first = { NULL } };

	(void)state;
	memset(&flow, 0, sizeof(flow));
	assert_false(yg_wait_concerns(&flow));
	begin_hole(&waits, &flow, 1, 10);
	flow.turns = (struct yg_turn *)(void *)&segment;
	flow.turn_ns = 20;
	yg_wait_update(&waits, &flow);
	assert_null(yg_wait_due(&waits, YG_WAIT_TURN, 19));
	assert_ptr_equal(yg_wait_due(&waits, YG_WAIT_TURN, 20), &flow);
	end_hole(&waits, &flow, 1);
	assert_true(yg_wait_concerns(&flow));
	flow.turns = NULL;
	assert_true(yg_wait_concerns(&flow)); /* it still stands in a list */
	yg_wait_update(&waits, &flow);
	assert_false(yg_wait_concerns(&flow));
	assert_null(yg_wait_due(&waits, YG_WAIT_TURN, UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_oldest_hole_is_due_first),
		cmocka_unit_test(each_direction_waits_for_itself),
		cmocka_unit_test(segments_wait_for_their_turn_beside_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
