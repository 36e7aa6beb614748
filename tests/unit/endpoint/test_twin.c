/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/twin.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

#define S 1000000000ull

static const struct yg_hash_key key = { 1, 2 };

static struct yg_twins *make(void)
{
	struct yg_twins *twins = NULL;

	assert_int_equal(yg_twins_new(&key, &twins), 0);
	return twins;
}

/* Of 10.0.0.1:PORT, which asks 10.0.0.2:443. */
static struct yg_exchange told(uint16_t port, uint64_t end_s, bool outbound)
{
	return (struct yg_exchange){
		.request = { .present = true, .start_ns = S, .end_ns = S },
		.response = { .present = true, .start_ns = S, .end_ns = end_s * S },
		.client = { .addr = { { [10] = 0xff, 0xff, 10, 0, 0, 1 } }, .port = port },
		.server = { .addr = { { [10] = 0xff, 0xff, 10, 0, 0, 2 } }, .port = 443 },
		.tls = true,
		.outbound = outbound,
	};
}

static void the_asking_end_is_a_twin_of_the_serving_one(void **state)
{
	const struct {
		const char *name;
		struct yg_exchange first, second;
		bool is_twin;
	} cases[] = {
		{ "served, then asked", told(1000, 2, false), told(1000, 2, true), true },
		{ "long after it", told(1000, 2, false), told(1000, 122, true), true },
		{ "too long after it", told(1000, 2, false), told(1000, 123, true), false },
		{ "another connection", told(1000, 2, false), told(1001, 2, true), false },
		{ "asked, then served", told(1000, 2, true), told(1000, 2, false), true },
		{ "served twice", told(1000, 2, false), told(1000, 2, false), false },
		{ "asked twice", told(1000, 2, true), told(1000, 2, true), false },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_twins *twins = make();

		print_message("  %s\n", cases[i].name);
		assert_false(yg_twins_take(twins, &cases[i].first));
		assert_int_equal(yg_twins_take(twins, &cases[i].second), cases[i].is_twin);
		assert_int_equal(yg_twins_count(twins), cases[i].is_twin);
		yg_twins_free(&twins);
		assert_null(twins);
	}
}

/* The serving end was not read at first: what it tells of later was not told before. */
static void an_end_that_is_read_late_is_no_twin_of_what_was_before(void **state)
{
	struct yg_twins *twins = make();
	struct yg_exchange asked = told(1000, 2, true), served = told(1000, 4, false);

	(void)state;
	assert_false(yg_twins_take(twins, &asked));
	assert_false(yg_twins_take(twins, &asked));
	served.request.start_ns = 3 * S;
	assert_false(yg_twins_take(twins, &served));
	served.request.start_ns = S;
	assert_false(yg_twins_take(twins, &served));
	yg_twins_free(&twins);
}

/* On the wire one flow shows both ends; who is not known is nobody's twin. */
static void what_is_in_clear_or_of_nobody_has_no_twin(void **state)
{
	struct yg_twins *twins = make();
	struct yg_exchange served = told(1000, 2, false), asked = told(1000, 2, true);

	(void)state;
	served.tls = asked.tls = false;
	assert_false(yg_twins_take(twins, &served));
	assert_false(yg_twins_take(twins, &asked));
	served.tls = asked.tls = true;
	memset(&served.client, 0, sizeof(served.client));
	asked.client = served.client;
	assert_false(yg_twins_take(twins, &served));
	assert_false(yg_twins_take(twins, &asked));
	yg_twins_free(&twins);
}

/* What was told before its end: the rest is of the twin, and no exchange of its own. */
static void a_rest_is_not_counted(void **state)
{
	struct yg_twins *twins = make();
	struct yg_exchange served = told(1000, 2, false), asked = told(1000, 2, true);

	(void)state;
	asked.rest = true;
	assert_false(yg_twins_take(twins, &served));
	assert_true(yg_twins_take(twins, &asked));
	assert_int_equal(yg_twins_count(twins), 0);
	yg_twins_free(&twins);
}

static void the_least_recent_end_makes_room(void **state)
{
	struct yg_twins *twins = make();

	(void)state;
	for (uint32_t i = 0; i <= YG_TWINS_MAX; i++) {
		struct yg_exchange served = told((uint16_t)i, 2, false);

		assert_false(yg_twins_take(twins, &served));
	}
	assert_int_equal(yg_twins_evicted(twins), 1);
	assert_false(yg_twins_take(twins, &(struct yg_exchange[]){ told(0, 2, true) }[0]));
	assert_true(yg_twins_take(twins, &(struct yg_exchange[]){ told(2, 2, true) }[0]));
	yg_twins_free(&twins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_asking_end_is_a_twin_of_the_serving_one),
		cmocka_unit_test(an_end_that_is_read_late_is_no_twin_of_what_was_before),
		cmocka_unit_test(what_is_in_clear_or_of_nobody_has_no_twin),
		cmocka_unit_test(a_rest_is_not_counted),
		cmocka_unit_test(the_least_recent_end_makes_room),
	};

	return cmocka_run_group_tests_name("endpoint/twin", tests, NULL, NULL);
}
