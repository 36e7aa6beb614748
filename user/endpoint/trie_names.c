/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie_names.h"

#include "endpoint/trie_alike.h"
#include "endpoint/trie_evidence.h"
#include "endpoint/trie_ground.h"

#define HOLDER_MIN     12u /* names of collections in one place of which hardly one is a plural */
#define TENANTS	       5u  /* children that could be such, or tenants */
#define VOCABULARY_MIN 3u  /* a word in as many places is part of the API's language */

bool yg_names_is_value(const struct yg_trie *trie, const struct node *node)
{
	return tags_have(trie->values, node->hash);
}

static bool is_below_value(const struct node *nodes, uint32_t index)
{
	uint32_t parent = nodes[index].parent;

	return parent == ROOT || nodes[parent].flags & NODE_PARAMETER ||
	       nodes[parent].token == YG_TOKEN_VERSION;
}

/* The parameter among the children of a node; 0 none. */
static uint32_t find_parameter(const struct node *nodes, uint32_t parent)
{
	uint32_t c = nodes[parent].child;

	while (c && !(nodes[c].flags & NODE_PARAMETER))
		c = nodes[c].next;
	return c;
}

/* Values stand below it, but not below the values beside it: "/keys/leases/{id}", "/keys/7/log". */
static bool is_group(const struct node *nodes, uint32_t index)
{
	uint32_t beside =
		find_parameter(nodes, index) ? find_parameter(nodes, nodes[index].parent) : 0;

	return beside && nodes[beside].child && !find_parameter(nodes, beside);
}

/* May a value have ids below it? A slug or a text can, where values stand anyway. */
static bool is_value_place(const struct yg_trie *trie, const struct node *node)
{
	if (node->token == YG_TOKEN_SLUG)
		return yg_ground_is_collection(trie, node->parent);
	return node->token == YG_TOKEN_TEXT && !yg_ground_is_front(trie, node->parent) &&
	       !yg_ground_is_native(trie, node->parent);
}

/* Names for sure by what stands below them; objects by being written or deleted one by one. */
static void mark_names(struct yg_trie *trie)
{
	struct node *nodes = trie->view.nodes;

	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		struct node *parent = &nodes[nodes[i].parent];

		if (!(nodes[i].flags & NODE_LIVE))
			continue;
		if (nodes[i].flags & NODE_PARAMETER &&
		    yg_alike_is_id((enum yg_token)nodes[i].token) && !is_value_place(trie, parent))
			parent->flags |= NODE_NAMES;
		if (node_is_literal(&nodes[i]) && nodes[i].token == YG_TOKEN_VERSION)
			parent->flags |= NODE_GROUP;
		if (node_is_literal(&nodes[i]) && nodes[i].token == YG_TOKEN_WORD &&
		    is_group(nodes, i))
			nodes[i].flags |= NODE_NAMES;
		if (node_is_literal(&nodes[i]) && nodes[i].token == YG_TOKEN_WORD &&
		    !(nodes[i].methods & (YG_TRIE_PUT | YG_TRIE_DELETE)) &&
		    yg_ground_is_coined(node_name(trie, i)))
			nodes[i].flags |= NODE_NAMES;
		if (node_is_literal(&nodes[i]) && !is_below_value(nodes, i) &&
		    nodes[i].methods & YG_TRIE_DELETE)
			tags_put(trie->values, nodes[i].hash);
	}
}

/*
 * Names of collections are in the plural, one in three at least; so many that hardly ever are, are
 * values with ids below them: "/bills/{state}/{session}/7".
 */
static void mark_holder(struct yg_trie *trie, uint32_t parent)
{
	struct node *nodes = trie->view.nodes;
	uint32_t names = 0, others = 0;

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		struct yg_slice name = node_name(trie, c);

		if (!node_is_literal(&nodes[c]) || nodes[c].token != YG_TOKEN_WORD ||
		    !(nodes[c].flags & NODE_NAMES))
			continue;
		names++;
		others += yg_ground_is_plural_name(name) || yg_ground_is_coined(name);
	}
	if (names < HOLDER_MIN || others * 8 > names || yg_ground_is_front(trie, parent))
		return;
	nodes[parent].flags |= NODE_HOLDER;
	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (node_is_literal(&nodes[c]) && nodes[c].token == YG_TOKEN_WORD &&
		    !yg_ground_is_coined(node_name(trie, c)))
			nodes[c].flags &= (uint16_t)~NODE_NAMES;
	}
}

/* What turns out not to be a name, whatever stands below it. */
static void unmark_values(struct yg_trie *trie)
{
	struct node *nodes = trie->view.nodes;

	for (uint32_t i = ROOT; i < trie->used; i++) {
		if (!(nodes[i].flags & NODE_LIVE) || nodes[i].children < TENANTS)
			continue;
		mark_holder(trie, i);
		if (!yg_alike_has_tenants(trie, i))
			continue;
		for (uint32_t c = nodes[i].child; c; c = nodes[c].next)
			nodes[c].flags &= (uint16_t)~NODE_GROUP;
	}
}

/* Words beside it are values, and it has something below it that they have, too. */
static bool is_like_values(const struct yg_trie *trie, uint32_t index)
{
	const struct node *nodes = trie->view.nodes;
	uint32_t parent = nodes[index].parent;
	uint32_t p = 0;

	if (nodes[parent].folded & (1u << YG_TOKEN_WORD) && nodes[index].child)
		p = find_parameter(nodes, parent);
	for (uint32_t c = nodes[index].child; p && c; c = nodes[c].next) {
		for (uint32_t d = nodes[p].child; d; d = nodes[d].next) {
			if (nodes[c].hash == nodes[d].hash && node_is_literal(&nodes[c]))
				return true;
		}
	}
	return false;
}

/*
 * What stands below ids or in front in many places is the language of the API. So is what stands
 * below many collections, unless it is a value somewhere. References to one thing stand in many
 * places, too: what is like the values beside it does not count.
 *
 * Return: true if one is no longer, whose siblings have folded.
 */
static bool mark_spoken(struct yg_trie *trie)
{
	struct node *nodes = trie->view.nodes;
	bool freed = false;

	memset(trie->vocabulary, 0, VOCABULARY_CAP * sizeof(*trie->vocabulary));
	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		uint16_t *count = &trie->vocabulary[nodes[i].hash % VOCABULARY_CAP];

		if (node_is_literal(&nodes[i]) && nodes[i].token == YG_TOKEN_WORD &&
		    !is_like_values(trie, i) &&
		    (is_below_value(nodes, i) || !yg_names_is_value(trie, &nodes[i])) &&
		    *count < UINT16_MAX)
			(*count)++;
	}
	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		uint16_t count = trie->vocabulary[nodes[i].hash % VOCABULARY_CAP];
		uint32_t parent = nodes[i].parent;
		bool spoken = count >= VOCABULARY_MIN && node_is_literal(&nodes[i]) &&
			      nodes[i].token == YG_TOKEN_WORD &&
			      !(yg_evidence_is_held(&nodes[parent], YG_TOKEN_WORD) &&
				yg_ground_is_collection(trie, parent));

		freed |= nodes[i].flags & NODE_SPOKEN && !spoken &&
			 nodes[nodes[i].parent].folded & (1u << YG_TOKEN_WORD);
		nodes[i].flags &= (uint8_t)~NODE_SPOKEN;
		nodes[i].flags |= spoken ? NODE_SPOKEN : 0;
	}
	return freed;
}

/* Words that the view reads as values by now. */
static void note_values(struct yg_trie *trie)
{
	memset(trie->values, 0, TAGS_CAP * sizeof(*trie->values));
	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		const struct node *raw = &trie->raw.nodes[i];
		uint32_t at = trie->forward[i];

		if (!node_is_literal(raw) || raw->token == YG_TOKEN_VERSION)
			continue;
		while (trie->forward[at] != at)
			at = trie->forward[at];
		if (trie->view.nodes[at].flags & NODE_PARAMETER)
			tags_put(trie->values, raw->hash);
	}
}

bool yg_names_mark(struct yg_trie *trie)
{
	note_values(trie);
	mark_names(trie);
	unmark_values(trie);
	return mark_spoken(trie);
}
