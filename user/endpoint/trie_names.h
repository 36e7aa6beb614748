/* SPDX-License-Identifier: GPL-2.0-only */
/* Which literals of a trie's view are names for sure, and which words are values somewhere. */
#pragma once

#include "endpoint/trie_node.h"

/**
 * yg_names_mark() - mark names in the view: NODE_NAMES, NODE_GROUP, NODE_SPOKEN; note values.
 *
 * Looks at each node once, and at the children of those among whose siblings words have folded.
 * Return: true if a word is no longer the API's language, so that it may fold with its siblings.
 */
bool yg_names_mark(struct yg_trie *trie);

/* Is this word a value somewhere, or deleted as objects are? As of the last yg_names_mark(). */
bool yg_names_is_value(const struct yg_trie *trie, const struct node *node);
