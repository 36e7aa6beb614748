/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/relation.h"

#include "core/slice.h"
#include "test.h"

static const struct yg_hash_key key = { 1, 2 };

struct sum {
	struct yg_relation last;
	uint64_t requests;
	size_t count;
};

static void add_up(void *ctx, const struct yg_relation *relation)
{
	struct sum *sum = ctx;

	sum->last = *relation;
	sum->requests += relation->requests;
	sum->count++;
}

static void add(struct yg_relations *relations, uint64_t from, uint64_t into, uint64_t time_ns)
{
	yg_relations_add(relations,
			 &(struct yg_relation){
				 .from = from, .into = into, .kind = YG_RELATION_THIRD_PARTY },
			 time_ns);
}

static void counts_by_pair_and_tells_the_difference(void **state)
{
	struct yg_relations *relations = NULL;
	struct sum all = { 0 }, news = { 0 }, more = { 0 }, none = { 0 };

	(void)state;

	assert_int_equal(yg_relations_new(&key, &relations), 0);
	add(relations, 1, 2, 30);
	add(relations, 1, 2, 20);
	add(relations, 0, 2, 10);
	yg_relations_each(relations, add_up, &all);
	assert_int_equal(all.count, 2);
	assert_int_equal(all.requests, 3);
	assert_int_equal(all.last.first_ns, 20);
	assert_int_equal(all.last.last_ns, 30);
	yg_relations_news(relations, 100, add_up, &news);
	assert_int_equal(news.requests, 3);
	news = (struct sum){ 0 };
	yg_relations_news(relations, 1, add_up, &news); /* it did not arrive */
	assert_int_equal(news.count, 1);
	yg_relations_told(relations);
	yg_relations_news(relations, 100, add_up, &news);
	assert_int_equal(news.requests, 3); /* both, and each once */
	yg_relations_told(relations);
	add(relations, 1, 2, 40);
	yg_relations_news(relations, 100, add_up, &more);
	assert_int_equal(more.count, 1);
	assert_int_equal(more.requests, 1);
	yg_relations_told(relations);
	yg_relations_news(relations, 100, add_up, &none);
	assert_int_equal(none.count, 0);
	yg_relations_free(&relations);
}

static void follows_an_endpoint_that_is_folded(void **state)
{
	struct yg_relations *relations = NULL;
	struct sum all = { 0 }, news = { 0 };

	(void)state;

	assert_int_equal(yg_relations_new(&key, &relations), 0);
	add(relations, 1, 2, 10);
	add(relations, 1, 3, 20);
	add(relations, 3, 4, 20);
	yg_relations_news(relations, 100, add_up, &news);
	yg_relations_told(relations);
	yg_relations_fold(relations, 3, 2);
	yg_relations_each(relations, add_up, &all);
	assert_int_equal(all.count, 2);
	assert_int_equal(all.requests, 3);
	/* The desk folds what it has by itself. */
	news = (struct sum){ 0 };
	yg_relations_news(relations, 100, add_up, &news);
	assert_int_equal(news.count, 0);
	yg_relations_free(&relations);
}

static void the_least_used_pair_makes_room(void **state)
{
	struct yg_relations *relations = NULL;

	(void)state;

	assert_int_equal(yg_relations_new(&key, &relations), 0);
	for (uint64_t i = 0; i < YG_RELATIONS_MAX + 3; i++)
		add(relations, 1, 10 + i, i);
	assert_int_equal(yg_relations_count(relations), YG_RELATIONS_MAX);
	assert_int_equal(yg_relations_evicted(relations), 3);
	yg_relations_free(&relations);
}

static void tells_third_parties_by_address(void **state)
{
	static const struct {
		const char *text;
		enum yg_relation_kind kind;
	} cases[] = {
		{ "10.1.2.3", YG_RELATION_UPSTREAM },
		{ "172.31.0.1", YG_RELATION_UPSTREAM },
		{ "172.32.0.1", YG_RELATION_THIRD_PARTY },
		{ "192.168.9.9", YG_RELATION_UPSTREAM },
		{ "100.64.0.1", YG_RELATION_UPSTREAM },
		{ "169.254.169.254", YG_RELATION_UPSTREAM },
		{ "127.0.0.53", YG_RELATION_UPSTREAM },
		{ "8.8.8.8", YG_RELATION_THIRD_PARTY },
		{ "::1", YG_RELATION_UPSTREAM },
		{ "fd00::1", YG_RELATION_UPSTREAM },
		{ "fe80::1", YG_RELATION_UPSTREAM },
		{ "2001:db8::1", YG_RELATION_THIRD_PARTY },
	};
	const struct yg_address unknown = { { 0 } };

	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_address addr;

		print_message("%s\n", cases[i].text);
		assert_int_equal(yg_address_from_text(yg_slice_from_str(cases[i].text), &addr), 0);
		assert_int_equal(yg_relation_kind_of(&addr), cases[i].kind);
	}
	assert_int_equal(yg_relation_kind_of(&unknown), YG_RELATION_UPSTREAM);
	assert_string_equal(yg_relation_kind_name(YG_RELATION_UPSTREAM), "upstream");
	assert_string_equal(yg_relation_kind_name(YG_RELATION_THIRD_PARTY), "third-party");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_pair_and_tells_the_difference),
		cmocka_unit_test(follows_an_endpoint_that_is_folded),
		cmocka_unit_test(the_least_used_pair_makes_room),
		cmocka_unit_test(tells_third_parties_by_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
