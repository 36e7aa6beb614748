/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie_alike.h"

#include <stdlib.h>

#include "endpoint/shape.h"
#include "endpoint/trie_evidence.h"

#define SHAPES_MAX  32u /* children that are compared with their siblings */
#define TENANTS_MIN 5u	/* groups with the same below; fewer are parts that have grown alike */

/* A name below two siblings that makes them alike; every group of an API has a "v1". */
static bool is_telling(const struct node *node)
{
	return node_is_literal(node) && node->token != YG_TOKEN_VERSION &&
	       !(node->flags & NODE_RESERVED);
}

int yg_alike_by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/*
 * What tells nodes apart by what stands below them: names of literal children, and of those below
 * a child that has folded. Appends to @ret, YG_ALIKE_NAMES_MAX at most. Return: the new count.
 */
static uint32_t list_names(const struct node *nodes, uint32_t node, uint64_t *ret, uint32_t count)
{
	bool through = nodes[node].token >= YG_TOKEN_NUMBERED || nodes[node].flags & NODE_PARAMETER;

	for (uint32_t g = nodes[node].child; g; g = nodes[g].next) {
		if (is_telling(&nodes[g]) && count < YG_ALIKE_NAMES_MAX)
			ret[count++] = nodes[g].hash;
		if (!(nodes[g].flags & NODE_PARAMETER) ||
		    (yg_alike_is_id((enum yg_token)nodes[g].token) && !through))
			continue;
		for (uint32_t h = nodes[g].child; h; h = nodes[h].next) {
			if (is_telling(&nodes[h]) && count < YG_ALIKE_NAMES_MAX)
				ret[count++] = yg_hash_mix(nodes[h].hash);
		}
	}
	return count;
}

/* Names of literal grandchildren that at least two of the children (or the parameter) share. */
uint32_t yg_alike_names(const struct yg_trie *trie, uint32_t parent, uint32_t kind, uint64_t *ret)
{
	const struct node *nodes = trie->view.nodes;
	uint32_t count = 0;
	uint32_t shared = 0;

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (!yg_evidence_is_candidate(&nodes[c], kind) &&
		    !(nodes[c].flags & NODE_PARAMETER))
			continue;
		count = list_names(nodes, c, ret, count);
	}
	qsort(ret, count, sizeof(*ret), yg_alike_by_hash);
	for (uint32_t i = 1; i < count; i++) {
		if (ret[i] == ret[i - 1] && (shared == 0 || ret[shared - 1] != ret[i]))
			ret[shared++] = ret[i];
	}
	return shared;
}

/* What stands below @node and is among @names, sorted. */
static uint32_t count_shared(const struct node *nodes, uint32_t node, const uint64_t *names,
			     uint32_t name_count)
{
	uint64_t own[YG_ALIKE_NAMES_MAX];
	uint32_t own_count = list_names(nodes, node, own, 0);
	uint32_t count = 0;

	for (uint32_t i = 0; i < own_count; i++)
		count += bsearch(&own[i], names, name_count, sizeof(*names), yg_alike_by_hash) !=
			 NULL;
	return count;
}

uint32_t yg_alike_count(const struct yg_trie *trie, uint32_t parent, uint32_t kind,
			uint32_t names_min)
{
	const struct node *nodes = trie->view.nodes;
	uint64_t names[YG_ALIKE_NAMES_MAX];
	uint32_t name_count = yg_alike_names(trie, parent, kind, names);
	uint32_t alike = 0;

	if (name_count < names_min)
		return 0;
	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next)
		alike += yg_evidence_is_candidate(&nodes[c], kind) &&
			 count_shared(nodes, c, names, name_count) >= names_min;
	return alike;
}

/* Candidates with names below them that no sibling has: groups of their own, not values. */
uint32_t yg_alike_apart(const struct yg_trie *trie, uint32_t parent, uint32_t kind)
{
	const struct node *nodes = trie->view.nodes;
	uint64_t names[YG_ALIKE_NAMES_MAX], own[YG_ALIKE_NAMES_MAX];
	uint32_t name_count = yg_alike_names(trie, parent, kind, names);
	uint32_t apart = 0;

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next)
		apart += yg_evidence_is_candidate(&nodes[c], kind) &&
			 list_names(nodes, c, own, 0) > 0 &&
			 count_shared(nodes, c, names, name_count) == 0;
	return apart;
}

bool yg_alike_is_like(const struct yg_trie *trie, uint32_t child, uint32_t kind, uint32_t names_min)
{
	const struct node *nodes = trie->view.nodes;
	uint64_t names[YG_ALIKE_NAMES_MAX];
	uint32_t count = yg_alike_names(trie, nodes[child].parent, kind, names);

	return count_shared(nodes, child, names, count) >= names_min;
}

/* What stands below the versions of @group. Appends as list_names() does. */
static uint32_t list_versioned(const struct node *nodes, uint32_t group, uint64_t *ret,
			       uint32_t count)
{
	for (uint32_t c = nodes[group].child; c; c = nodes[c].next) {
		if (node_is_literal(&nodes[c]) && nodes[c].token == YG_TOKEN_VERSION)
			count = list_names(nodes, c, ret, count);
	}
	return count;
}

bool yg_alike_has_tenants(const struct yg_trie *trie, uint32_t parent)
{
	const struct node *nodes = trie->view.nodes;
	uint64_t names[YG_ALIKE_NAMES_MAX];
	uint32_t groups = 0, count = 0, distinct = 0;

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (!node_is_literal(&nodes[c]) || !(nodes[c].flags & NODE_GROUP))
			continue;
		groups++;
		count = list_versioned(nodes, c, names, count);
	}
	if (groups < TENANTS_MIN)
		return false;
	qsort(names, count, sizeof(*names), yg_alike_by_hash);
	for (uint32_t i = 0; i < count; i++)
		distinct += i == 0 || names[i] != names[i - 1];
	return distinct >= 2 && (count == YG_ALIKE_NAMES_MAX || count * 2 >= distinct * groups) &&
	       count >= distinct * 2;
}

/* Nodes of the view whose answers have exactly these fields. */
static uint32_t shape_slot(uint64_t shape)
{
	return (uint32_t)(yg_hash_mix(shape) % VOCABULARY_CAP);
}

void yg_alike_count_shapes(struct yg_trie *trie)
{
	const struct node *nodes = trie->view.nodes;

	memset(trie->vocabulary, 0, VOCABULARY_CAP * sizeof(*trie->vocabulary));
	for (uint32_t i = ROOT; i < trie->used; i++) {
		uint16_t *count = &trie->vocabulary[shape_slot(nodes[i].shape)];

		if (nodes[i].flags & NODE_LIVE && nodes[i].shape && *count < UINT16_MAX)
			(*count)++;
	}
}

/* Candidates that are answered with about these fields; of them, with just these. */
static uint32_t count_shape(const struct node *nodes, uint32_t parent, uint32_t kind,
			    uint64_t shape, uint32_t *ret_exact)
{
	uint32_t alike = 0;

	*ret_exact = 0;
	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (!yg_evidence_is_candidate(&nodes[c], kind) || !nodes[c].shape)
			continue;
		alike += yg_shape_is_alike(nodes[c].shape, shape);
		*ret_exact += nodes[c].shape == shape;
	}
	return alike;
}

/*
 * How many of the candidates are answered, and how many of these alike, with fields that half of
 * the others with them are not of other places: an envelope that every answer has tells nothing.
 */
void yg_alike_compare_shapes(const struct yg_trie *trie, uint32_t parent, uint32_t kind,
			     struct yg_alike_shapes *ret)
{
	const struct node *nodes = trie->view.nodes;
	uint32_t tries = 0;

	*ret = (struct yg_alike_shapes){ 0 };
	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		uint32_t alike, exact;

		if (!yg_evidence_is_candidate(&nodes[c], kind) ||
		    !yg_shape_is_telling(nodes[c].shape))
			continue;
		ret->shaped++;
		if (tries++ >= SHAPES_MAX)
			continue;
		alike = count_shape(nodes, parent, kind, nodes[c].shape, &exact);
		if (exact * 2 >= trie->vocabulary[shape_slot(nodes[c].shape)] && alike > ret->same)
			ret->same = alike;
	}
}
