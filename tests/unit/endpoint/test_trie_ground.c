/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie_ground.h"

#include "core/macros.h"
#include "test.h"

static const struct yg_hash_key key = { 1, 2 };

static void learn(struct yg_trie *trie, const char *target)
{
	struct yg_route route;
	struct yg_path path;

	assert_true(yg_path_from_target(yg_slice_from_str(target), &path));
	yg_trie_learn(trie, &path, YG_TRIE_READ, &route);
}

/* The node that ends @target; the root for "/". */
static uint32_t node_of(struct yg_trie *trie, const char *target)
{
	struct yg_route route;
	struct yg_path path;

	assert_true(yg_path_from_target(yg_slice_from_str(target), &path));
	yg_trie_route(trie, &path, &route);
	return route.count > 0 ? route.segments[route.count - 1].node : ROOT;
}

struct front_case {
	const char *name;
	const char *learned[6];
	const char *path;
	bool front;
};

/* clang-format off */
static const struct front_case fronts[] = {
	{ "the root", { "/users/1" }, "/", true },
	{ "a version", { "/v1/users/1", "/status/x" }, "/v1", true },
	{ "what is called an API", { "/api/users/1", "/status/x" }, "/api", true },
	{ "a version of an API", { "/shop-api/v2/users/1", "/status/x" }, "/shop-api/v2", true },
	{ "what has versions", { "/apps/v1/jobs", "/status/x" }, "/apps", true },
	{ "the one way to two collections", { "/base/users/1", "/base/shops/2" }, "/base", true },
	{ "one way of two", { "/base/users/1", "/base/shops/2", "/other/x" }, "/base", false },
	{ "the one collection", { "/users/1", "/users/2" }, "/users", false },
	{ "a collection", { "/api/users/1", "/api/shops/2" }, "/api/users", false },
	{ "below a value", { "/users/1/v1/x", "/users/2/v1/y" }, "/users/1/v1", false },
};
/* clang-format on */

static void an_api_begins_where_names_begin(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(fronts); i++) {
		YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;
		const struct front_case *c = &fronts[i];

		print_message("%s\n", c->name);
		assert_int_equal(yg_trie_new(&key, 64, &trie), 0);
		for (size_t j = 0; j < YG_ARRAY_SIZE(c->learned) && c->learned[j]; j++)
			learn(trie, c->learned[j]);
		yg_trie_settle(trie);
		assert_int_equal(yg_ground_is_front(trie, node_of(trie, c->path)), c->front);
	}
}

static void a_plural_names_a_collection(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;

	(void)state;
	assert_int_equal(yg_trie_new(&key, 64, &trie), 0);
	learn(trie, "/users");
	learn(trie, "/user");
	learn(trie, "/access");
	learn(trie, "/reports"); /* reserved */
	assert_true(yg_ground_is_collection(trie, node_of(trie, "/users")));
	assert_false(yg_ground_is_collection(trie, node_of(trie, "/user")));
	assert_false(yg_ground_is_plural(trie, node_of(trie, "/access")));
	assert_false(yg_ground_is_collection(trie, node_of(trie, "/reports")));
	assert_true(yg_ground_is_plural(trie, node_of(trie, "/reports")));
}

static void programmers_coin_names_in_humps(void **state)
{
	static const char *const coined[] = { "getItem", "userId", "apiUsageHistory",
					      "listV2Users" };
	static const char *const others[] = { "users",	"JohnSmith", "aBCD", "get", "URLs",
					      "usersX", "x1Yz",	     "",     "iOS" };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(coined); i++)
		assert_true(yg_ground_is_coined(yg_slice_from_str(coined[i])));
	for (size_t i = 0; i < YG_ARRAY_SIZE(others); i++)
		assert_false(yg_ground_is_coined(yg_slice_from_str(others[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_api_begins_where_names_begin),
		cmocka_unit_test(a_plural_names_a_collection),
		cmocka_unit_test(programmers_coin_names_in_humps),
	};

	return cmocka_run_group_tests_name("endpoint/trie_ground", tests, NULL, NULL);
}
