/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/normalize.h"

#include <stdio.h>

#include "core/hash.h"
#include "core/macros.h"
#include "test.h"

struct path_case {
	const char *name;
	const char *target;
	const char *want; /* NULL: no path */
	uint32_t flags;
};

static void check_case(void **state)
{
	const struct path_case *c = *state;
	size_t len = strlen(c->target);
	GUARD_CLEANUP struct guard g = guard_copy(c->target, len);
	struct yg_path path;
	bool has = yg_path_from_target((struct yg_slice){ g.ptr, len }, &path);

	assert_int_equal(has, c->want != NULL);
	if (!c->want)
		return;
	assert_int_equal(path.len, strlen(c->want));
	assert_memory_equal(path.text, c->want, path.len);
	assert_int_equal(path.flags, c->flags);
}

/* clang-format off */
static struct path_case cases[] = {
	{ "leaves a plain path alone", "/v1/users", "/v1/users", 0 },
	{ "cuts the query", "/v1/users?x=/1", "/v1/users", 0 },
	{ "cuts the fragment", "/v1/users#x", "/v1/users", 0 },
	{ "takes the absolute form", "http://h:80/v1?x", "/v1", 0 },
	{ "gives the absolute form without path a root", "http://h", "/", 0 },
	{ "has no path for the asterisk form", "*", NULL, 0 },
	{ "has no path for the authority form", "h:443", NULL, 0 },
	{ "has no path for nothing", "", NULL, 0 },
	{ "keeps the root", "/", "/", 0 },
	{ "collapses slashes", "//a///b", "/a/b", 0 },
	{ "flags a trailing slash", "/a/", "/a", YG_PATH_TRAILING_SLASH },
	{ "decodes once", "/%61%2Db", "/a-b", 0 },
	{ "flags what was encoded twice", "/%2561", "/%2561", YG_PATH_TWICE },
	{ "keeps an encoded slash inside its segment", "/a%2fb", "/a%2Fb", 0 },
	{ "keeps encoded braces out of the template syntax", "/%7bid%7D", "/%7Bid%7D", 0 },
	{ "encodes bare braces", "/{id}", "/%7Bid%7D", YG_PATH_INVALID },
	{ "resolves dots", "/a/./b/../c", "/a/c", YG_PATH_DOTS },
	{ "resolves encoded dots", "/a/%2e%2E/c", "/c", YG_PATH_DOTS },
	{ "stops at the root", "/../../etc", "/etc", YG_PATH_DOTS | YG_PATH_ABOVE },
	{ "removes matrix parameters", "/a;v=1/b;c", "/a/b", YG_PATH_MATRIX },
	{ "keeps Japanese", "/%E5%95%86%E5%93%81/一覧", "/商品/一覧", 0 },
	{ "encodes what is not UTF-8", "/%ff%C0%af", "/%FF%C0%AF", YG_PATH_INVALID },
	{ "encodes a cut UTF-8 sequence", "/\xe5\x95", "/%E5%95", YG_PATH_INVALID },
	{ "keeps encoded control bytes encoded", "/a%0d%0Ab", "/a%0D%0Ab", 0 },
	{ "encodes a bad escape", "/a%zz%4", "/a%25zz%254", YG_PATH_INVALID },
	{ "keeps a bad escape from becoming a good one", "/%6%66", "/%256f", YG_PATH_INVALID },
	{ "keeps letter case", "/A/b", "/A/b", 0 },
};
/* clang-format on */

/* Random bytes out of an alphabet that meets every rule; the seed is fixed. */
static void normalising_twice_changes_nothing(void **state)
{
	static const char alphabet[] = "/..%2f%25;aA{}?\xe5\x95\x86\xff%";

	(void)state;

	for (uint64_t round = 0; round < 20000; round++) {
		char target[40] = "/";
		size_t len = 1 + round % (sizeof(target) - 1);
		struct yg_path once, twice;

		for (size_t i = 1; i < len; i++) {
			uint64_t r = yg_hash_mix(round * 64 + i);

			target[i] = alphabet[r % (sizeof(alphabet) - 1)];
		}
		assert_true(yg_path_from_target((struct yg_slice){ target, len }, &once));
		assert_true(yg_path_from_target((struct yg_slice){ once.text, once.len }, &twice));
		assert_int_equal(once.len, twice.len);
		assert_memory_equal(once.text, twice.text, once.len);
		assert_int_equal(once.segment_count, twice.segment_count);
	}
}

static void cuts_at_its_limits(void **state)
{
	char target[8192];
	struct yg_path path;

	(void)state;

	for (size_t i = 0; i < sizeof(target); i++)
		target[i] = i % 2 ? 'a' : '/';
	assert_true(yg_path_from_target((struct yg_slice){ target, sizeof(target) }, &path));
	assert_int_equal(path.segment_count, YG_PATH_SEGMENTS_MAX);
	assert_true(path.flags & YG_PATH_CUT);

	memset(target + 1, 0xff, sizeof(target) - 1);
	for (size_t len = YG_PATH_CAP / 3 - 3; len < YG_PATH_CAP + 3; len++) {
		assert_true(yg_path_from_target((struct yg_slice){ target, len }, &path));
		assert_true(path.len <= YG_PATH_CAP);
	}
	assert_true(path.flags & YG_PATH_CUT);
}

static void hands_out_the_query_as_sent(void **state)
{
	struct yg_path path;

	(void)state;

	assert_true(yg_path_from_target(YG_SLICE("/a?b=%41#c"), &path));
	assert_true(yg_slice_equal(path.query, YG_SLICE("b=%41")));
	assert_true(yg_path_from_target(YG_SLICE("/a#c?d"), &path));
	assert_null(path.query.ptr);
}

int main(void)
{
	struct CMUnitTest tests[YG_ARRAY_SIZE(cases) + 3] = {
		cmocka_unit_test(normalising_twice_changes_nothing),
		cmocka_unit_test(cuts_at_its_limits),
		cmocka_unit_test(hands_out_the_query_as_sent),
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		tests[i + 3] = (struct CMUnitTest){
			.name = cases[i].name,
			.test_func = check_case,
			.initial_state = &cases[i],
		};
	}
	return cmocka_run_group_tests_name("endpoint/normalize", tests, NULL, NULL);
}
