/* SPDX-License-Identifier: GPL-2.0-only */
/* What says that siblings of a trie's view are values of one parameter; see trie_fold.c. */
#pragma once

#include "endpoint/trie_node.h"

/* May this child fold, if its kind is in @kinds (1u << enum yg_token)? */
static inline bool yg_evidence_is_candidate(const struct node *node, uint32_t kinds)
{
	if (!node_is_literal(node) ||
	    node->flags & (NODE_KEPT | NODE_RESERVED | NODE_GROUP | NODE_SPOKEN) ||
	    !(kinds & (1u << node->token)))
		return false;
	return !(node->flags & NODE_NAMES) ||
	       (node->token != YG_TOKEN_WORD && node->token != YG_TOKEN_SLUG &&
		node->token != YG_TOKEN_TEXT);
}

#define YG_EVIDENCE_AGE	 3u /* times that a fold was published before it is held ... */
#define YG_EVIDENCE_HITS 8u /* ... and requests that its parent has got */

/* Have values of this kind been published below @parent for long? */
static inline bool yg_evidence_is_held(const struct node *parent, enum yg_token token)
{
	return parent->held & (1u << token) && parent->age >= YG_EVIDENCE_AGE &&
	       parent->hits >= YG_EVIDENCE_HITS;
}

/**
 * yg_evidence_weigh() - mark in node.folded the kinds that are due under each node of the view.
 *
 * Also marks the children that are names for sure or too popular to be values. Looks at each node
 * once and at the grandchildren of those with candidates. Return: true if anything new is due.
 */
bool yg_evidence_weigh(struct yg_trie *trie);

/**
 * yg_evidence_is_clear() - is a new child of kind @token a value, by the view as it is?
 *
 * Never a version: what those are shows in the next look at everything.
 * O(children of @parent and what stands below them).
 */
bool yg_evidence_is_clear(const struct yg_trie *trie, uint32_t parent, enum yg_token token);
