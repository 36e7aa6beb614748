/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie.h"

#include "tries.h"

static void check_same(struct yg_trie *a, struct yg_trie *b)
{
	static const char *const paths[] = { "/repos/x-y-z/issues",
					     "/repos/x-y-z/pulls",
					     "/v1/users/12.json",
					     "/v1/me",
					     "/v1/new",
					     "/a/old-red-chair/x" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(paths); i++) {
		char text[TEXT_CAP];
		struct yg_route route;
		struct yg_path path;

		assert_true(yg_path_from_target(yg_slice_from_str(paths[i]), &path));
		yg_trie_route(a, &path, &route);
		assert_true(yg_trie_text(a, &path, &route, text, sizeof(text)) > 0);
		expect(b, paths[i], text);
		assert_int_equal(is_known(b, paths[i]), route.known);
	}
}

static void survives_packing_under_another_key(void **state)
{
	const struct yg_hash_key other = { 3, 4 };
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(512);
	YG_CLEANUP(yg_trie_free) struct yg_trie *back = NULL;
	static uint8_t buf[8192];
	struct yg_writer writer = { .ptr = buf, .cap = sizeof(buf) };
	struct yg_reader reader;

	(void)state;

	learn(trie, "/repos/old-red-chair/issues");
	learn(trie, "/repos/big-blue-table/issues");
	learn(trie, "/v1/users/12.json");
	learn(trie, "/v1/me");
	yg_trie_pack(trie, &writer);
	assert_false(writer.overflow);

	assert_int_equal(yg_trie_new(&other, 512, &back), 0);
	reader = (struct yg_reader){ .ptr = buf, .len = writer.len };
	yg_trie_unpack(back, &reader);
	assert_false(reader.bad);
	check_same(trie, back);

	for (size_t len = 0; len < writer.len; len++) {
		GUARD_CLEANUP struct guard g = guard_copy(buf, len);

		reader = (struct yg_reader){ .ptr = (const uint8_t *)g.ptr, .len = len };
		yg_trie_unpack(back, &reader);
		assert_true(reader.bad);
		assert_int_equal(yg_trie_counters(back).nodes, 1);
	}
}

/* Version 5 had no kind for hosts, so that strong ones were one less. */
static void reads_what_an_older_version_wrote(void **state)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = make_trie(64);
	uint8_t buf[64];
	struct yg_writer writer = { .ptr = buf, .cap = sizeof(buf) };
	struct yg_reader reader;

	(void)state;

	yg_put_varint(&writer, 5);
	yg_put_varint(&writer, 1);
	for (int i = 0; i < 3; i++)
		yg_put_varint(&writer, 1); /* the root: hits, folded, live */
	yg_put_varint(&writer, 0);	   /* its child */
	yg_put_varint(&writer, 1);
	yg_put_varint(&writer, 0);
	yg_put_varint(&writer, 11);		    /* live, a parameter, ends a path */
	yg_put_varint(&writer, YG_TOKEN_DATE - 1u); /* as version 5 counts */
	yg_put_varint(&writer, YG_TRIE_READ);
	yg_put_u64(&writer, 0);
	yg_put_text(&writer, YG_SLICE(""));
	yg_put_text(&writer, YG_SLICE(""));
	yg_put_varint(&writer, 0);
	assert_false(writer.overflow);
	reader = (struct yg_reader){ .ptr = buf, .len = writer.len };
	yg_trie_unpack(trie, &reader);
	assert_false(reader.bad);
	expect(trie, "/2026-11-21", "/{date}");
	assert_true(is_known(trie, "/2026-11-21"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survives_packing_under_another_key),
		cmocka_unit_test(reads_what_an_older_version_wrote),
	};

	return cmocka_run_group_tests_name("endpoint/trie_pack", tests, NULL, NULL);
}
