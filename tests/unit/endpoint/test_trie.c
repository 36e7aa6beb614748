/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>

#include "tries.h"

static void types_are_parameters_at_once(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(64);

	(void)state;

	learn(trie, "/v1/users/42/orders/7");
	expect(trie, "/v1/users/43/orders/8", "/v1/users/{id}/orders/{id2}");
	expect(trie, "/v1/users/me", "/v1/users/me");
	expect(trie, "/v1/users/9.json", "/v1/users/{id}.json");
	expect(trie, "/", "/");
}

static void a_version_in_front_stays(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(64);

	(void)state;

	learn(trie, "/1/boards/123");
	learn(trie, "/2010-04-01/Accounts");
	expect(trie, "/1/boards/124", "/1/boards/{id}");
	expect(trie, "/2010-04-01/Accounts", "/2010-04-01/Accounts");
}

static void words_stay_literal_without_evidence(void **state)
{
	static const char *const paths[] = { "/api/users",  "/api/orders", "/api/items",
					     "/api/login",  "/api/logout", "/api/search",
					     "/api/health", "/api/carts",  "/api/商品" };
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(64);

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(paths); i++)
		learn(trie, paths[i]);
	for (size_t i = 0; i < 8; i++)
		expect(trie, paths[i], paths[i]);
	expect(trie, "/api/%E5%95%86%E5%93%81", "/api/商品");
}

/* Collections of a CRUD API look alike under each id: that is not evidence. */
static void alike_collections_stay_literal(void **state)
{
	static const char *const names[] = {
		"users", "orders",  "items",   "carts",	   "shops",
		"taxes", "coupons", "refunds", "invoices", "payments"
	};
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	char path[TEXT_CAP];

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		(void)snprintf(path, sizeof(path), "/api/%s/42/notes", names[i]);
		learn(trie, path);
		(void)snprintf(path, sizeof(path), "/api/%s/search", names[i]);
		learn(trie, path);
	}
	expect(trie, "/api/users/41/notes", "/api/users/{id}/notes");
	expect(trie, "/api/refunds/search", "/api/refunds/search");
}

static void many_distinct_words_become_a_parameter(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	char path[TEXT_CAP];

	(void)state;

	for (char c = 'a'; c <= 'z'; c++) {
		(void)snprintf(path, sizeof(path), "/tags/%cxo", c);
		learn(trie, path);
		(void)snprintf(path, sizeof(path), "/tags/%cyo", c);
		learn(trie, path);
	}
	expect(trie, "/tags/unseen", "/tags/{name}");
	assert_true(yg_trie_counters(trie).folds > 0);
}

/* Methods share what stands before the dot, files what stands behind it. */
static void dots_tell_methods_from_files(void **state)
{
	static const char *const things[] = { "chat",  "users", "files", "auth", "team",
					      "views", "stars", "calls", "pins", "dnd" };
	static const char *const verbs[] = { "list", "info", "add", "removeAll" };
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	char path[TEXT_CAP];

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(things) * YG_ARRAY_SIZE(verbs); i++) {
		(void)snprintf(path, sizeof(path), "/api/%s.%s",
			       things[i / 2 % YG_ARRAY_SIZE(things)], verbs[i % 2 + i / 20 * 2]);
		learn(trie, path);
		(void)snprintf(path, sizeof(path), "/media/%c%c.png", 'a' + (int)i % 26,
			       'a' + (int)i / 26);
		learn(trie, path);
	}
	expect(trie, "/api/chat.removeAll", "/api/chat.removeAll");
	expect(trie, "/media/zz.png", "/media/{file}");
}

static void names_of_collections_stay_literal(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	char path[TEXT_CAP];

	(void)state;

	for (int i = 0; i < 60; i++) {
		(void)snprintf(path, sizeof(path), "/api/thing_of_%c%c/%d", 'a' + i % 26,
			       'a' + i / 26, 1000 + i);
		learn(trie, path);
	}
	expect(trie, "/api/thing_of_ba/5", "/api/thing_of_ba/{id}");
}

static void popular_words_stay_literal_when_siblings_fold(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	char path[TEXT_CAP];

	(void)state;

	for (int i = 0; i < 40; i++)
		learn(trie, "/tags/popular");
	for (int i = 0; i < 40; i++) {
		(void)snprintf(path, sizeof(path), "/tags/t%c%c", 'a' + i / 20, 'a' + i % 20);
		learn(trie, path);
	}
	expect(trie, "/tags/popular", "/tags/popular");
	expect(trie, "/tags/other", "/tags/{name}");
}

static void children_that_look_alike_fold_early(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);

	(void)state;

	learn(trie, "/stock/old-red-chair/issues");
	learn(trie, "/stock/big-blue-table/pulls");
	expect(trie, "/stock/big-blue-table/pulls", "/stock/big-blue-table/pulls");
	learn(trie, "/stock/big-blue-table/issues");
	expect(trie, "/stock/one-more-thing/issues", "/stock/{slug}/issues");
	/* The sub-trees of both are under the parameter now. */
	assert_true(is_known(trie, "/stock/any-third-one/pulls"));
}

static ssize_t retext(const struct yg_trie *trie, const char *template_, uint32_t rank, char *ret,
		      size_t cap)
{
	return yg_trie_retext(trie, &(struct yg_retext){ template_, YG_TRIE_READ, rank }, ret, cap);
}

static void old_templates_can_be_read_again(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	char text[TEXT_CAP];
	uint32_t generation;

	(void)state;

	learn(trie, "/stock/old-red-chair/issues/4");
	generation = yg_trie_generation(trie);
	learn(trie, "/stock/big-blue-table/issues/5");
	assert_true(yg_trie_generation(trie) > generation);
	assert_true(retext(trie, "/stock/old-red-chair/issues/{id}", 0, text, sizeof(text)) > 0);
	assert_string_equal(text, "/stock/{slug}/issues/{id}");
	assert_int_equal(retext(trie, "/stock/{slug}", 0, text, 4), -ENOSPC);
	assert_string_equal(text, "");
}

static void routing_learns_nothing(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(64);

	(void)state;

	expect(trie, "/wp-admin/setup.php", "/wp-admin/setup.php");
	assert_false(is_known(trie, "/wp-admin/setup.php"));
	assert_int_equal(yg_trie_counters(trie).nodes, 1);
}

static void an_operator_takes_a_fold_back(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	struct yg_slice samples[YG_TRIE_SAMPLES];
	struct yg_path path;

	(void)state;

	learn(trie, "/a/old-red-chair/x");
	learn(trie, "/a/big-blue-table/x");
	expect(trie, "/a/old-red-chair/x", "/a/{slug}/x");
	assert_true(yg_path_from_target(YG_SLICE("/a/old-red-chair"), &path));
	assert_int_equal(yg_trie_samples(trie, &path, samples), 2);
	assert_int_equal(yg_trie_keep(trie, &path), 0);
	expect(trie, "/a/old-red-chair/x", "/a/old-red-chair/x");
	expect(trie, "/a/any-other-thing/x", "/a/{slug}/x");

	assert_true(yg_path_from_target(YG_SLICE("/"), &path));
	assert_int_equal(yg_trie_keep(trie, &path), -EINVAL);
}

/* What may be somebody's number, or open something, is in no sample whole. */
static void samples_show_no_numbers_of_people(void **state)
{
	static const char *const values[][2] = {
		{ "123456789", "123456789" },
		{ "0312345678", "0312****" }, /* telephones, with and without their marks */
		{ "09012345678", "0901****" },
		{ "2026-11-22", "2026-11-22" },
		{ "ann@bank.example", "ann@****" },
		{ "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "3f25****" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(values); i++) {
		YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(64);
		struct yg_slice samples[YG_TRIE_SAMPLES];
		struct yg_path path;
		char target[TEXT_CAP];

		(void)snprintf(target, sizeof(target), "/calls/%s", values[i][0]);
		learn(trie, target);
		assert_true(yg_path_from_target(yg_slice_from_str(target), &path));
		assert_int_equal(yg_trie_samples(trie, &path, samples), 1);
		assert_int_equal(samples[0].len, strlen(values[i][1]));
		assert_memory_equal(samples[0].ptr, values[i][1], samples[0].len);
	}
}

static void keeps_have_a_cap(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	YG_CLEANUP(yg_trie_free) struct yg_trie *tiny = make_trie(2);
	struct yg_path path;
	char text[TEXT_CAP];

	(void)state;

	for (uint32_t i = 0; i <= YG_TRIE_KEEPS_MAX; i++) {
		(void)snprintf(text, sizeof(text), "/k%c%c", 'a' + (int)i / 26, 'a' + (int)i % 26);
		assert_true(yg_path_from_target(yg_slice_from_str(text), &path));
		assert_int_equal(yg_trie_keep(trie, &path), i < YG_TRIE_KEEPS_MAX ? 0 : -ENOSPC);
	}
	assert_true(yg_path_from_target(YG_SLICE("/a/b"), &path));
	assert_int_equal(yg_trie_keep(tiny, &path), -ENOMEM);
}

static void honours_its_caps(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(256);
	char path[TEXT_CAP];

	(void)state;

	for (int i = 0; i < 5000; i++) {
		(void)snprintf(path, sizeof(path), "/%c%c%c/%c%c/v%d", 'a' + i % 26,
			       'a' + i / 26 % 26, 'a' + i / 676 % 26, 'a' + i % 7, 'a' + i % 5, i);
		learn(trie, path);
		assert_true(yg_trie_counters(trie).nodes <= 256);
	}
	assert_true(yg_trie_counters(trie).overflow + yg_trie_counters(trie).folds > 0);
}

/* Every byte, samples included: what `yagura limits` prints. */
static void holds_its_bytes_whatever_comes(void **state)
{
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd, used;
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(YG_TRIE_NODES_MAX);
	char path[TEXT_CAP];

	(void)state;

	for (unsigned int i = 0; i < 30000; i++) {
		unsigned long long word = yg_hash_mix(i);

		(void)snprintf(path, sizeof(path), "/%c%co%c/%ca%ci/%llu/%llx.tar/z%u",
			       (char)('a' + word % 26), (char)('a' + word / 26 % 26),
			       (char)('a' + word / 676 % 26), (char)('a' + word / 999 % 26),
			       (char)('a' + i % 26), word % 1000, word, i % 9000);
		learn(trie, path);
	}
	used = mallinfo2().uordblks + mallinfo2().hblkhd - before;
	/* Under a sanitizer's allocator both are 0. */
	assert_true(used <= (size_t)YG_TRIE_NODES_MAX * YG_TRIE_NODE_BYTES);
	assert_true(yg_trie_counters(trie).nodes <= YG_TRIE_NODES_MAX);
}

static void objects_that_are_deleted_one_by_one_fold(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);

	(void)state;

	learn_as(trie, "/keys/alpha", YG_TRIE_DELETE);
	learn_as(trie, "/keys/search", YG_TRIE_POST);
	expect(trie, "/keys/beta", "/keys/beta");
	learn_as(trie, "/keys/beta", YG_TRIE_DELETE);
	yg_trie_settle(trie);
	expect(trie, "/keys/delta", "/keys/{name}");
	expect(trie, "/keys/search", "/keys/search");
	expect(trie, "/keys/export", "/keys/export"); /* not even seen yet */
}

/* The literals that matter most for security stand beside thousands of values. */
static void names_that_routers_know_never_fold(void **state)
{
	static const char *const names[] = { "/users/me", "/users/search", "/users/export",
					     "/users/bulk", "/users/login" };
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(YG_TRIE_NODES_MAX);
	char path[TEXT_CAP];

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++)
		learn(trie, names[i]);
	for (int i = 0; i < 3000; i++) {
		(void)snprintf(path, sizeof(path), "/users/%c%co%ca", 'a' + i % 26,
			       'a' + i / 26 % 26, 'a' + i / 676 % 26);
		learn(trie, path);
	}
	expect(trie, "/users/anybody", "/users/{name}");
	for (size_t i = 0; i < YG_ARRAY_SIZE(names); i++)
		expect(trie, names[i], names[i]);
}

/* A fold whose evidence falls apart: they turn out to be groups with versions of their own. */
static void a_wrong_fold_comes_apart(void **state)
{
	static const char *const groups[] = { "/apis/a-b-c", "/apis/d-e-f", "/apis/g-h-i",
					      "/apis/j-k-l", "/apis/m-n-o" };
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	char text[TEXT_CAP];

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(groups); i++)
		learn(trie, groups[i]);
	yg_trie_settle(trie);
	expect(trie, "/apis/a-b-c", "/apis/{slug}");
	for (size_t i = 0; i < YG_ARRAY_SIZE(groups); i++) {
		(void)snprintf(text, sizeof(text), "%s/v1", groups[i]);
		learn(trie, text);
	}
	yg_trie_settle(trie);
	expect(trie, "/apis/a-b-c", "/apis/a-b-c");
	assert_true(yg_trie_counters(trie).splits > 0);
	/* What was counted for all of them goes to them: it is not lost. */
	assert_true(retext(trie, "/apis/{slug}", 0, text, sizeof(text)) > 0);
	assert_null(strchr(text, '{'));
}

/* What never was is not made up: only values that lead on to the rest, by the same method. */
static void a_parameter_that_came_apart_stood_for_its_values(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	char text[TEXT_CAP];

	(void)state;
	learn(trie, "/clouds/azure/list");
	learn(trie, "/clouds/gcp/accounts");
	learn(trie, "/clouds/gcp/accounts");
	learn(trie, "/clouds/aws/accounts");
	yg_trie_settle(trie);
	assert_true(retext(trie, "/clouds/{name}/accounts", 0, text, sizeof(text)) > 0);
	assert_string_equal(text, "/clouds/gcp/accounts");
	assert_true(retext(trie, "/clouds/{name}/accounts", 1, text, sizeof(text)) > 0);
	assert_string_equal(text, "/clouds/aws/accounts");
	assert_int_equal(retext(trie, "/clouds/{name}/accounts", 2, text, sizeof(text)), -ENOENT);
	assert_int_equal(retext(trie, "/clouds/aws/accounts", 1, text, sizeof(text)), -ENOENT);
	/* Nothing leads there: what is not known stays as it is. */
	assert_true(retext(trie, "/clouds/{name}/keys", 0, text, sizeof(text)) > 0);
	assert_string_equal(text, "/clouds/{id}/keys");
}

static void a_template_holds_no_space(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(64);
	char text[TEXT_CAP];

	(void)state;
	learn(trie, "/my%20shop/red%20chair/7");
	expect(trie, "/my%20shop/red%20chair/8", "/my%20shop/red%20chair/{id}");
	assert_true(retext(trie, "/my%20shop/red%20chair/{id}", 0, text, sizeof(text)) > 0);
	assert_string_equal(text, "/my%20shop/red%20chair/{id}");
}

#define SHUFFLED 240

static void make_paths(char paths[SHUFFLED][TEXT_CAP])
{
	for (int i = 0; i < SHUFFLED; i++) {
		const char word[] = { (char)('a' + i / 6 % 26), (char)('a' + i / 156), '\0' };
		static const char *const before[] = { "/v1/users/u", "/v1/users/",    "/v1/shops/",
						      "/v1/keys/k",  "/v1/users/me/", "/v1/x" };
		static const char *const after[] = { "x/orders", "7", "-old-mill",
						     "ey",	 "",  "/77/notes" };

		(void)snprintf(paths[i], TEXT_CAP, "%s%s%s", before[i % 6], i % 6 == 1 ? "1" : word,
			       after[i % 6]);
	}
}

/* Which segments are parameters; what they are called is what they were called first. */
static void blank_names(char *text)
{
	char *out = text;
	bool inside = false;

	for (; *text; text++) {
		inside = inside && *text != '}';
		if (!inside)
			*out++ = *text;
		inside = inside || *text == '{';
	}
	*out = '\0';
}

static void read_blank(const struct yg_trie *trie, const char *target, char *ret)
{
	struct yg_route route;
	struct yg_path path;

	assert_true(yg_path_from_target(yg_slice_from_str(target), &path));
	yg_trie_route(trie, &path, &route);
	assert_true(yg_trie_text(trie, &path, &route, ret, TEXT_CAP) > 0);
	blank_names(ret);
}

static void the_order_of_requests_does_not_matter(void **state)
{
	static char paths[SHUFFLED][TEXT_CAP];
	YG_CLEANUP(yg_trie_free) struct yg_trie *first = make_trie(4096);
	uint64_t random = 88172645463325252ull;

	(void)state;

	make_paths(paths);
	for (int i = 0; i < SHUFFLED; i++)
		learn_as(first, paths[i], i % 6 == 3 ? YG_TRIE_DELETE : YG_TRIE_READ);
	yg_trie_settle(first);
	for (int seed = 0; seed < 5; seed++) {
		YG_CLEANUP(yg_trie_free) struct yg_trie *other = make_trie(4096);
		int order[SHUFFLED];

		for (int i = 0; i < SHUFFLED; i++) {
			int at;

			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			at = (int)(random % (uint64_t)(i + 1));
			order[i] = order[at];
			order[at] = i;
		}
		for (int i = 0; i < SHUFFLED; i++)
			learn_as(other, paths[order[i]],
				 order[i] % 6 == 3 ? YG_TRIE_DELETE : YG_TRIE_READ);
		yg_trie_settle(other);
		for (int i = 0; i < SHUFFLED; i++) {
			char text[TEXT_CAP], same[TEXT_CAP];

			read_blank(first, paths[i], text);
			read_blank(other, paths[i], same);
			assert_string_equal(text, same);
		}
	}
}

static void settling_twice_changes_nothing(void **state)
{
	static char paths[SHUFFLED][TEXT_CAP];
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(4096);
	uint32_t generation;

	(void)state;

	make_paths(paths);
	for (int i = 0; i < SHUFFLED; i++)
		learn(trie, paths[i]);
	yg_trie_settle(trie);
	generation = yg_trie_generation(trie);
	for (int i = 0; i < SHUFFLED; i++)
		learn(trie, paths[i]);
	yg_trie_settle(trie);
	assert_int_equal(yg_trie_generation(trie), generation);
}

static void methods_have_bits(void **state)
{
	(void)state;

	assert_int_equal(yg_trie_method_from_slice(YG_SLICE("HEAD")), YG_TRIE_READ);
	assert_int_equal(yg_trie_method_from_slice(YG_SLICE("DELETE")), YG_TRIE_DELETE);
	assert_int_equal(yg_trie_method_from_slice(YG_SLICE("get")), YG_TRIE_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_parameters_at_once),
		cmocka_unit_test(a_version_in_front_stays),
		cmocka_unit_test(words_stay_literal_without_evidence),
		cmocka_unit_test(alike_collections_stay_literal),
		cmocka_unit_test(many_distinct_words_become_a_parameter),
		cmocka_unit_test(dots_tell_methods_from_files),
		cmocka_unit_test(names_of_collections_stay_literal),
		cmocka_unit_test(popular_words_stay_literal_when_siblings_fold),
		cmocka_unit_test(children_that_look_alike_fold_early),
		cmocka_unit_test(old_templates_can_be_read_again),
		cmocka_unit_test(routing_learns_nothing),
		cmocka_unit_test(an_operator_takes_a_fold_back),
		cmocka_unit_test(samples_show_no_numbers_of_people),
		cmocka_unit_test(keeps_have_a_cap),
		cmocka_unit_test(honours_its_caps),
		cmocka_unit_test(holds_its_bytes_whatever_comes),
		cmocka_unit_test(objects_that_are_deleted_one_by_one_fold),
		cmocka_unit_test(names_that_routers_know_never_fold),
		cmocka_unit_test(a_wrong_fold_comes_apart),
		cmocka_unit_test(a_parameter_that_came_apart_stood_for_its_values),
		cmocka_unit_test(a_template_holds_no_space),
		cmocka_unit_test(the_order_of_requests_does_not_matter),
		cmocka_unit_test(settling_twice_changes_nothing),
		cmocka_unit_test(methods_have_bits),
	};

	return cmocka_run_group_tests_name("endpoint/trie", tests, NULL, NULL);
}
