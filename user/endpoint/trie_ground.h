/* SPDX-License-Identifier: GPL-2.0-only */
/* What kind of place a node of the view is: how much it takes to believe in values below it. */
#pragma once

#include "endpoint/trie_node.h"

/* A word in the plural names a collection, so what stands below it is likely to be values. */
bool yg_ground_is_collection(const struct yg_trie *trie, uint32_t index);

/* As above, words that routers know everywhere included ("reports"). */
bool yg_ground_is_plural(const struct yg_trie *trie, uint32_t index);

/**
 * yg_ground_is_front() - is this where the API begins, so that names of things stand below?
 *
 * The root, a version, "api" and the like, the one way that all paths take to several
 * collections; each below such a place only. O(depth + children).
 */
bool yg_ground_is_front(const struct yg_trie *trie, uint32_t index);

/* "getItem", "userId": how programmers name things; values hardly ever look like that. */
bool yg_ground_is_coined(struct yg_slice name);
