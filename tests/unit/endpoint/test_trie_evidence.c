/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie.h"

#include <stdio.h>

#include "core/macros.h"
#include "tries.h"

struct group_case {
	const char *name;
	const char *learned[6]; /* GET, then @deleted */
	const char *deleted[3];
	const char *path, *want; /* how it reads when all are learned */
};

/* clang-format off */
static const struct group_case groups[] = {
	{ "a token to reset a password",
	  { "/reset/k3v9tq2x" }, { NULL }, "/reset/k3v9tq2x", "/reset/{token}" },
	{ "a word behind what resets a password",
	  { "/password/reset", "/password/strength" }, { NULL },
	  "/password/reset", "/password/reset" },
	{ "regions of three continents",
	  { "/buckets/us-east/a/x", "/buckets/gb-lon/b/x", "/buckets/ap-south-1/c/y" }, { NULL },
	  "/buckets/se-sto", "/buckets/{region}" },
	{ "words with one beginning are no regions",
	  { "/report/by-date", "/report/by-user", "/report/by-team" }, { NULL },
	  "/report/by-date", "/report/by-date" },
	{ "slugs of one family that are deleted from a collection",
	  { "/tags" }, { "/tags/my-test-tag", "/tags/my-test-tag-two" },
	  "/tags/my-test-tag", "/tags/{slug}" },
	{ "one slug that is deleted from what is no collection",
	  { "/account" }, { "/account/two-factor-auth" },
	  "/account/two-factor-auth", "/account/two-factor-auth" },
	{ "a slug that is a value in another collection",
	  { "/tags", "/users/not-there-yet" }, { "/tags/not-there-yet", "/tags/another-one-too" },
	  "/users/not-there-yet", "/users/{slug}" },
	{ "a slug beside ids that has below it what they have",
	  { "/jobs/1/log", "/jobs/2/log", "/jobs/my-own-job/log" }, { NULL },
	  "/jobs/my-own-job/log", "/jobs/{id}/log" },
	{ "a slug beside ids that has something else below it",
	  { "/jobs/1/log", "/jobs/2/log", "/jobs/by-own-team/list" }, { NULL },
	  "/jobs/by-own-team/list", "/jobs/by-own-team/list" },
	{ "a second version in a collection",
	  { "/v1/clusters/versions/1.29" }, { NULL },
	  "/v1/clusters/versions/1.30", "/v1/clusters/versions/{version}" },
	{ "a part of the API with a version of its own",
	  { "/api/v2/teams/1", "/api/v2/llm-jobs/v1/prompts", "/api/v2/llm-jobs/v1/tools" },
	  { NULL }, "/api/v2/llm-jobs/v1/tools", "/api/v2/llm-jobs/v1/tools" },
	{ "versions of the API's parts",
	  { "/apis/apps/v1/x", "/apis/batch/v1/y", "/apis/v2" }, { NULL },
	  "/apis/apps/v1/x", "/apis/apps/v1/x" },
	{ "a name beside names of people, by chance a word",
	  { "/people/Anna_Berg", "/people/Ben_Sato", "/people/Eva_Ito", "/people/eve77" },
	  { NULL },
	  "/people/eve77", "/people/{name}" },
	{ "words beside codes of chance are names",
	  { "/tests/c7auwawn2", "/tests/n3kv7t7xq", "/tests/browser", "/tests/mobile" }, { NULL },
	  "/tests/browser", "/tests/browser" },
	{ "files of a folder",
	  { "/docs/report.pdf", "/docs/plan.docx", "/docs/Bilanz.pdf" }, { NULL },
	  "/docs/other.txt", "/docs/{file}" },
	{ "files of the root",
	  { "/robots.txt", "/logo.png", "/app.js", "/site.css" }, { NULL },
	  "/robots.txt", "/robots.txt" },
	{ "a bare version of an API",
	  { "/api/2/models/7", "/api/2/parts/9" }, { NULL }, "/api/2/parts/3", "/api/2/parts/{id}" },
	{ "a dated version of an API",
	  { "/api/2015-11-01/models/7" }, { NULL },
	  "/api/2015-11-01/models/8", "/api/2015-11-01/models/{id}" },
	{ "what ends a path is no version",
	  { "/api/2", "/api/7" }, { NULL }, "/api/2", "/api/{id}" },
	{ "one slug in a collection",
	  { "/users/1/lists/my-best-list" }, { NULL },
	  "/users/1/lists/your-own-list", "/users/{id}/lists/{slug}" },
	{ "one slug among words of a collection",
	  { "/phones/jobs", "/phones/hold-all-calls", "/phones/mute" }, { NULL },
	  "/phones/hold-all-calls", "/phones/hold-all-calls" },
	{ "one slug behind what is no collection",
	  { "/account/two-factor-auth" }, { NULL },
	  "/account/two-factor-auth", "/account/two-factor-auth" },
	{ "one slug among actions",
	  { "/servers/1/actions/attach-to-network" }, { NULL },
	  "/servers/1/actions/attach-to-network", "/servers/{id}/actions/attach-to-network" },
	{ "one numbered name in a collection whose number is none",
	  { "/applications/oauth2" }, { NULL }, "/applications/oauth2", "/applications/oauth2" },
	{ "one numbered name in a collection",
	  { "/applications/app17" }, { NULL }, "/applications/app18", "/applications/{name}" },
	{ "one code in a collection",
	  { "/rates/currencies/JPY" }, { NULL },
	  "/rates/currencies/EUR", "/rates/currencies/{code}" },
	{ "one host",
	  { "/dns/zones/example.com" }, { NULL },
	  "/dns/zones/example.org", "/dns/zones/{host}" },
	{ "a group of an API that is named like a host",
	  { "/apis/net.example.io/v1/pods", "/apis/net.example.io/v1/nodes" }, { NULL },
	  "/apis/net.example.io/v1/pods", "/apis/net.example.io/v1/pods" },
	{ "a word beside ids with the same below it",
	  { "/repos/17/hooks", "/repos/18/hooks", "/repos/yagura/hooks" }, { NULL },
	  "/repos/watch/hooks", "/repos/{id}/hooks" },
	{ "a word beside ids with something else below it",
	  { "/repos/17/hooks", "/repos/18/hooks", "/repos/public/feeds" }, { NULL },
	  "/repos/public/feeds", "/repos/public/feeds" },
	{ "a word beside ids with values below it where they have none",
	  { "/keys/17/hooks", "/keys/18/hooks", "/keys/leases/hooks", "/keys/leases/9" }, { NULL },
	  "/keys/leases/hooks", "/keys/leases/hooks" },
	{ "words of a collection with the same below each",
	  { "/farms/north/usage", "/farms/south/usage", "/farms/lake/usage" }, { NULL },
	  "/farms/east/usage", "/farms/{name}/usage" },
	{ "things and what can be done with them",
	  { "/app/order/detail", "/app/customer/detail", "/app/invoice/detail" }, { NULL },
	  "/app/order/detail", "/app/order/detail" },
	{ "a part of an API with a version of three numbers",
	  { "/sandbox/accounts/v3.1.5/consents", "/sandbox/accounts/v3.1.6/consents" }, { NULL },
	  "/sandbox/accounts/v3.1.5/consents", "/sandbox/accounts/v3.1.5/consents" },
	{ "parts of an API named with a version",
	  { "/rest/search-v1/query", "/rest/changes-v1/query", "/rest/paths-v2/query" }, { NULL },
	  "/rest/search-v1/query", "/rest/search-v1/query" },
	{ "Japanese names below a Japanese word",
	  { "/api/商品", "/api/商品/一覧" }, { NULL }, "/api/商品/一覧", "/api/商品/一覧" },
	{ "Japanese names below an English word",
	  { "/shops/新宿", "/shops/渋谷/menu" }, { NULL },
	  "/shops/池袋/menu", "/shops/{name}/menu" },
	{ "two Japanese collections where an API begins",
	  { "/api/顧客", "/api/口座", "/api/顧客/7", "/api/口座/8" }, { NULL },
	  "/api/口座/9", "/api/口座/{id}" },
	{ "two Japanese names where an API begins, nothing below them",
	  { "/api/顧客", "/api/口座" }, { NULL }, "/api/顧客", "/api/顧客" },
	{ "Japanese names of what an account has",
	  { "/api/口座/7/明細", "/api/口座/8/残高" }, { NULL },
	  "/api/口座/9/明細", "/api/口座/{id}/明細" },
	{ "a Japanese collection in what another has",
	  { "/api/顧客/7/口座/8", "/api/顧客/7/契約/8" }, { NULL },
	  "/api/顧客/1/契約/2", "/api/顧客/{id}/契約/{id2}" },
	{ "actions on a Japanese collection",
	  { "/api/v1/振込/受付", "/api/v1/振込/取消", "/api/v1/振込/一覧" }, { NULL },
	  "/api/v1/振込/取消", "/api/v1/振込/取消" },
	{ "names of people below a Japanese word",
	  { "/api/顧客/佐藤 花子", "/api/顧客/鈴木 一郎" }, { NULL },
	  "/api/顧客/田中 太郎", "/api/顧客/{name}" },
	{ "many places below a Japanese word",
	  { "/支店/新宿", "/支店/渋谷", "/支店/池袋", "/支店/上野", "/支店/品川", "/支店/目黒" },
	  { "/支店/蒲田", "/支店/赤羽" }, "/支店/中野", "/支店/{name}" },
	{ "places below an English word",
	  { "/areas/東京都渋谷区/3", "/areas/大阪府堺市/4" }, { NULL },
	  "/areas/京都府宇治市/5", "/areas/{name}/{id}" },
	{ "romaji words",
	  { "/api/furikomi", "/api/kouza", "/api/torihiki", "/api/zandaka", "/api/meisai" },
	  { NULL }, "/api/torihiki", "/api/torihiki" },
};
/* clang-format on */

static void groups_fold_by_what_they_share(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(groups); i++) {
		YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;
		const struct group_case *c = &groups[i];

		assert_int_equal(yg_trie_new(&trie_key, 512, &trie), 0);
		for (size_t j = 0; j < YG_ARRAY_SIZE(c->learned) && c->learned[j]; j++)
			learn_as(trie, c->learned[j], YG_TRIE_READ);
		for (size_t j = 0; j < YG_ARRAY_SIZE(c->deleted) && c->deleted[j]; j++)
			learn_as(trie, c->deleted[j], YG_TRIE_DELETE);
		yg_trie_settle(trie);
		print_message("%s\n", c->name);
		expect(trie, c->path, c->want);
	}
}

/* Paths of @format for each word of an alphabet of syllables; with @each, one more below each. */
static void learn_many(struct yg_trie *trie, const char *front, uint32_t count,
		       const char *const *below, uint32_t below_count)
{
	static const char *const syllables[] = { "ba", "ke", "li", "mo", "nu", "ra", "so", "ti" };
	char target[128];

	for (uint32_t i = 0; i < count; i++) {
		uint32_t n = below_count ? i % below_count : 0;

		(void)snprintf(target, sizeof(target), "%s/%s%s%s%s", front, syllables[i % 8],
			       syllables[i / 8 % 8], syllables[i * 5 / 7 % 8],
			       below_count ? below[n] : "");
		learn_as(trie, target, YG_TRIE_READ);
	}
}

static void names_where_an_api_begins_stay(void **state)
{
	static const char *const things[] = { "/config/a1/x", "/jobs",	"/state/open", "/rules/7",
					      "/lists/own",   "/plans", "/views/all" };
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;

	(void)state;
	assert_int_equal(yg_trie_new(&trie_key, 4096, &trie), 0);
	/* Many words, ids below some of them, other names below each. */
	learn_many(trie, "/api/v2", 56, things, YG_ARRAY_SIZE(things));
	yg_trie_settle(trie);
	expect(trie, "/api/v2/bababa/config/a1/x", "/api/v2/bababa/config/a1/x");
	expect(trie, "/api/v2/liba/rules", "/api/v2/liba/rules");
	expect(trie, "/api/v2/never/seen", "/api/v2/never/seen");
}

static void tenants_where_an_api_begins_fold(void **state)
{
	static const char *const things[] = { "/orders", "/bills", "/staff" };
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;

	(void)state;
	assert_int_equal(yg_trie_new(&trie_key, 4096, &trie), 0);
	for (uint32_t i = 0; i < YG_ARRAY_SIZE(things); i++)
		learn_many(trie, "/api", 40, &things[i], 1);
	yg_trie_settle(trie);
	expect(trie, "/api/babaso/bills", "/api/{name}/bills");
}

static void names_that_programmers_coin_stay(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;
	char target[64];

	(void)state;
	assert_int_equal(yg_trie_new(&trie_key, 512, &trie), 0);
	for (int c = 'a'; c <= 'z'; c++) {
		(void)snprintf(target, sizeof(target), "/rpc/json/user%cale", c - 'a' + 'A');
		learn_as(trie, target, YG_TRIE_READ);
		(void)snprintf(target, sizeof(target), "/rpc/json/get%citem", c - 'a' + 'A');
		learn_as(trie, target, YG_TRIE_READ);
	}
	yg_trie_settle(trie);
	expect(trie, "/rpc/json/getAitem", "/rpc/json/getAitem");
}

static void answer(struct yg_trie *trie, const char *target, uint64_t fields)
{
	struct yg_path path;

	learn_as(trie, target, YG_TRIE_READ);
	assert_true(yg_path_from_target(yg_slice_from_str(target), &path));
	assert_true(yg_trie_note_shape(trie, &path, fields));
	assert_false(yg_trie_note_shape(trie, &path, fields)); /* no news */
}

#define ACCOUNT	 0x1fu /* six fields each, or five of them: the sixth may be missing */
#define ACCOUNT2 0x3fu

static void words_that_are_answered_alike_fold(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;

	(void)state;
	assert_int_equal(yg_trie_new(&trie_key, 512, &trie), 0);
	answer(trie, "/shop/person/alice", ACCOUNT);
	answer(trie, "/shop/person/bob", ACCOUNT2);
	answer(trie, "/shop/person/carol", ACCOUNT);
	answer(trie, "/shop/person/dave", ACCOUNT2);
	answer(trie, "/shop/person/erin", ACCOUNT);
	answer(trie, "/shop/person/frank", ACCOUNT2);
	yg_trie_settle(trie);
	expect(trie, "/shop/person/alice", "/shop/person/{name}");
}

/* What every answer of a service has around it says nothing of what is in it. */
static void an_envelope_makes_nothing_alike(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;
	static const char *const targets[] = { "/a/list", "/b/rates", "/c/hours", "/d/rooms",
					       "/e/maps", "/f/keys",  "/g/days",  "/h/roles" };

	(void)state;
	assert_int_equal(yg_trie_new(&trie_key, 512, &trie), 0);
	answer(trie, "/shop/person/alice", ACCOUNT);
	answer(trie, "/shop/person/bob", ACCOUNT);
	answer(trie, "/shop/person/carol", ACCOUNT);
	answer(trie, "/shop/person/dave", ACCOUNT);
	answer(trie, "/shop/person/erin", ACCOUNT);
	answer(trie, "/shop/person/frank", ACCOUNT);
	for (size_t i = 0; i < YG_ARRAY_SIZE(targets); i++)
		answer(trie, targets[i], ACCOUNT);
	yg_trie_settle(trie);
	expect(trie, "/shop/person/alice", "/shop/person/alice");
}

static void things_that_are_answered_otherwise_stay_apart(void **state)
{
	static const char *const targets[] = { "/shop/office/x1", "/shop/office/b2",
					       "/shop/office/q7", "/shop/office/k9",
					       "/shop/office/m3", "/shop/office/s3" };
	YG_CLEANUP(yg_trie_free) struct yg_trie *apart = NULL;
	YG_CLEANUP(yg_trie_free) struct yg_trie *blind = NULL;

	(void)state;
	assert_int_equal(yg_trie_new(&trie_key, 512, &apart), 0);
	assert_int_equal(yg_trie_new(&trie_key, 512, &blind), 0);
	for (size_t i = 0; i < YG_ARRAY_SIZE(targets); i++) {
		answer(apart, targets[i], 0x1full << (8 * i));
		learn_as(blind, targets[i], YG_TRIE_READ);
	}
	yg_trie_settle(apart);
	yg_trie_settle(blind);
	expect(apart, "/shop/office/s3", "/shop/office/s3");
	expect(blind, "/shop/office/s3", "/shop/office/{name}");
}

static void what_is_not_known_has_no_shape(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;
	struct yg_path path;

	(void)state;
	assert_int_equal(yg_trie_new(&trie_key, 64, &trie), 0);
	learn_as(trie, "/a/b", YG_TRIE_READ);
	assert_true(yg_path_from_target(YG_SLICE("/a"), &path));
	assert_false(yg_trie_note_shape(trie, &path, ACCOUNT));
	assert_true(yg_path_from_target(YG_SLICE("/x"), &path));
	assert_false(yg_trie_note_shape(trie, &path, ACCOUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_fold_by_what_they_share),
		cmocka_unit_test(names_where_an_api_begins_stay),
		cmocka_unit_test(tenants_where_an_api_begins_fold),
		cmocka_unit_test(names_that_programmers_coin_stay),
		cmocka_unit_test(words_that_are_answered_alike_fold),
		cmocka_unit_test(an_envelope_makes_nothing_alike),
		cmocka_unit_test(things_that_are_answered_otherwise_stay_apart),
		cmocka_unit_test(what_is_not_known_has_no_shape),
	};

	return cmocka_run_group_tests_name("endpoint/trie_evidence", tests, NULL, NULL);
}
