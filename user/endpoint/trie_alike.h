/* SPDX-License-Identifier: GPL-2.0-only */
/* How alike the children of a node of the view are: in what stands below them, in the answers. */
#pragma once

#include "endpoint/trie_node.h"

#define YG_ALIKE_NAMES_MAX 512u /* looked at per evidence; more than enough to see likeness */

/* Ids stand below the name of a collection; a version below that of a package, which is a value. */
static inline bool yg_alike_is_id(enum yg_token token)
{
	return yg_token_is_strong(token) && token != YG_TOKEN_SEMVER && token != YG_TOKEN_BOOL;
}

/* Order of hashes, for qsort() and bsearch(). */
int yg_alike_by_hash(const void *a, const void *b);

/*
 * Names of literal grandchildren that at least two of the candidates of @kind (or the parameter)
 * share. @ret: [YG_ALIKE_NAMES_MAX], sorted. Return: how many.
 */
uint32_t yg_alike_names(const struct yg_trie *trie, uint32_t parent, uint32_t kind, uint64_t *ret);

/* Candidates with at least @names_min of these names. */
uint32_t yg_alike_count(const struct yg_trie *trie, uint32_t parent, uint32_t kind,
			uint32_t names_min);

/* Candidates with names below them that no sibling has: groups of their own, not values. */
uint32_t yg_alike_apart(const struct yg_trie *trie, uint32_t parent, uint32_t kind);

struct yg_alike_shapes {
	uint32_t shaped; /* candidates that are answered with enough fields to tell */
	uint32_t same;	 /* of these, answered alike, as hardly anything elsewhere is */
};

/* Which answers there are in the view, in trie->vocabulary; before what follows. */
void yg_alike_count_shapes(struct yg_trie *trie);

/*
 * Fields that half of the others with them are of in other places count for nothing: an envelope
 * that every answer has.
 */
void yg_alike_compare_shapes(const struct yg_trie *trie, uint32_t parent, uint32_t kind,
			     struct yg_alike_shapes *ret);

/* Has @child at least @names_min of the names below it that its siblings share? */
bool yg_alike_is_like(const struct yg_trie *trie, uint32_t child, uint32_t kind,
		      uint32_t names_min);

/**
 * yg_alike_has_tenants() - do children of @parent with versions below them hold one API each?
 *
 * "/acme/v2/orders", "/globex/v2/orders": what stands below the versions is half the same at
 * least. Groups of one API have things of their own: "/apps/v1/pods", "/batch/v1/jobs".
 */
bool yg_alike_has_tenants(const struct yg_trie *trie, uint32_t parent);
