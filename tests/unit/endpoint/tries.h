/* SPDX-License-Identifier: GPL-2.0-only */
/* A trie, what it learns and how it reads, for the tests of its parts. */
#pragma once

#include "endpoint/trie.h"
#include "test.h"

#define TEXT_CAP 256

static const struct yg_hash_key trie_key = { 1, 2 };

static inline struct yg_trie *make_trie(uint32_t nodes_max)
{
	struct yg_trie *trie = NULL;

	assert_int_equal(yg_trie_new(&trie_key, nodes_max, &trie), 0);
	return trie;
}

static inline void learn_as(struct yg_trie *trie, const char *target, enum yg_trie_method method)
{
	struct yg_route route;
	struct yg_path path;

	assert_true(yg_path_from_target(yg_slice_from_str(target), &path));
	yg_trie_learn(trie, &path, method, &route);
}

static inline void learn(struct yg_trie *trie, const char *target)
{
	learn_as(trie, target, YG_TRIE_READ);
}

static inline void expect(struct yg_trie *trie, const char *target, const char *want)
{
	struct yg_route route;
	struct yg_path path;
	char text[TEXT_CAP];

	assert_true(yg_path_from_target(yg_slice_from_str(target), &path));
	yg_trie_route(trie, &path, &route);
	assert_int_equal(yg_trie_text(trie, &path, &route, text, sizeof(text)), strlen(want));
	assert_string_equal(text, want);
}

static inline bool is_known(struct yg_trie *trie, const char *target)
{
	struct yg_route route;
	struct yg_path path;

	assert_true(yg_path_from_target(yg_slice_from_str(target), &path));
	yg_trie_route(trie, &path, &route);
	return route.known;
}
