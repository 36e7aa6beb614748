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

/* Letters beyond ASCII without a space: what an API that speaks its own language is named with. */
bool yg_ground_is_native_word(struct yg_slice name);

/* Is the last name on the way to @index such a word? Then those behind it may be names, too. */
bool yg_ground_is_native(const struct yg_trie *trie, uint32_t index);

/* "orders", "custom-roles", "rumSessions": by its last letters, so only English. */
bool yg_ground_is_plural_name(struct yg_slice name);

/**
 * yg_ground_is_property() - does a name say what the value behind it is?
 *
 * "/type/{type}", "/by-email/{email}", "/template-id/{id}": in 19 of 20 published paths, it does.
 * Return: how many words behind it are values; 0: it says nothing.
 */
uint32_t yg_ground_is_property(struct yg_slice name);
