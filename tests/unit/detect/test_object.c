/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/object.h"

#include "core/macros.h"
#include "test.h"

static const struct yg_hash_key key = { 1, 2 };

struct object_case {
	const char *name;
	const char *target;
	const char *body; /* JSON; NULL none */
	uint32_t count;
	uint64_t number; /* of the last one; 0: not numeric */
};

/* clang-format off */
static struct object_case cases[] = {
	{ "finds an id in the path", "/v1/users/42", NULL, 1, 42 },
	{ "finds both ids in the path", "/v1/users/42/orders/7", NULL, 2, 7 },
	{ "finds ids that are no numbers", "/v1/users/6d7e93d6-9aac-4cf3-bfa8-934d316e5bc7", NULL,
	  1, 0 },
	{ "reads the digits of a prefixed id", "/v1/users/acct_00012345", NULL, 1, 12345 },
	{ "takes no page for an object", "/v1/orders/page/3?page=4&limit=5", NULL, 0, 0 },
	{ "takes no date for an object", "/v1/reports/2026-11-21", NULL, 0, 0 },
	{ "takes no version for an object", "/v1/packages/1.2.3", NULL, 0, 0 },
	{ "finds an id in the query", "/v1/invoice?invoice_id=17&lang=ja", NULL, 1, 17 },
	{ "finds an id in the body", "/v1/invoice", "{\"amount\":5,\"accountId\":\"0099\"}", 1,
	  99 },
	{ "finds none where there is none", "/v1/users?name=taro", "{\"name\":\"x\"}", 0, 0 },
	{ "stops at its cap", "/a/1/b/2/c/3/d/4/e/5", NULL, YG_OBJECTS_MAX, 4 },
};
/* clang-format on */

static void check_case(void **state)
{
	const struct object_case *c = *state;
	const struct yg_header type = { YG_SLICE("Content-Type"), YG_SLICE("application/json") };
	const struct yg_exchange exchange = {
		.request = { .present = true,
			     .method = YG_SLICE("POST"),
			     .target = yg_slice_from_str(c->target),
			     .headers = &type,
			     .header_count = 1,
			     .body = yg_slice_from_str(c->body) },
	};
	struct yg_objects objects;
	const struct yg_visitor visitor = { .fn = yg_objects_visit,
					    .ctx = &objects,
					    .where = YG_VALUES_QUERY | YG_VALUES_BODY,
					    .max = YG_OBJECTS_VALUES };
	YG_CLEANUP(yg_bodies_free) struct yg_bodies *bodies = NULL;
	struct yg_trie *trie = NULL;
	struct yg_route route;
	struct yg_path path;

	assert_int_equal(yg_bodies_new(&bodies), 0);
	assert_int_equal(yg_trie_new(&key, 2, &trie), 0);
	assert_true(yg_path_from_target(yg_slice_from_str(c->target), &path));
	yg_trie_route(trie, &path, &route);
	yg_trie_free(&trie);
	yg_objects_from_path(&key, &path, &route, &objects);
	yg_bodies_begin(bodies, &exchange);
	(void)yg_values_walk(&exchange, bodies, YG_SIDE_REQUEST, &visitor, 1);
	assert_int_equal(objects.count, c->count);
	if (c->count == 0)
		return;
	assert_int_equal(objects.items[c->count - 1].numeric, c->number != 0);
	assert_int_equal(objects.items[c->count - 1].number, c->number);
}

int main(void)
{
	struct CMUnitTest tests[YG_ARRAY_SIZE(cases)];

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++)
		tests[i] = (struct CMUnitTest){
			.name = cases[i].name,
			.test_func = check_case,
			.initial_state = &cases[i],
		};
	return cmocka_run_group_tests_name("detect/object", tests, NULL, NULL);
}
