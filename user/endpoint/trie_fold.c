/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The view: raw, with siblings that are values of one parameter folded, sub-trees merged.
 *
 * For the literal children of one kind under one parent, less what is a name for sure (has ids
 * below it, stands in many other places, is reserved or kept), the evidence is
 *	distinct	how many there are; names of one family ("log-http", "log-jobs") are one
 *	alike		how many share literals below them with a sibling or with the parameter
 *	deleted		how many are deleted: objects are, collections hardly ever
 *	same		how many are answered with the same fields, which few others are
 *	names		how many siblings are names for sure: among names, others are names too
 *	parameter	ids stand beside them already
 * and what is the case under a parent of the same name elsewhere.
 *
 * Rounds: all evidence is weighed on the same state, then all folds are made, until none is due.
 * So the view follows from what was learned and from what was published of it before (held, said),
 * not from the order within; a young fold whose evidence fell apart is not made again.
 */
#include <assert.h>

#include "endpoint/trie_evidence.h"
#include "endpoint/trie_node.h"

#define ROUNDS_MAX 16u /* each folds at least once; deeper nests than paths have segments */

static void unlink_child(struct tree *tree, uint32_t index)
{
	struct node *parent = &tree->nodes[tree->nodes[index].parent];
	uint32_t *link = &parent->child;

	while (*link != index)
		link = &tree->nodes[*link].next;
	*link = tree->nodes[index].next;
	parent->children--;
}

static uint32_t find_child(const struct tree *tree, uint32_t parent, uint64_t hash)
{
	uint32_t c = tree->nodes[parent].child;

	while (c && tree->nodes[c].hash != hash)
		c = tree->nodes[c].next;
	return c;
}

/*
 * What names a parameter of two kinds, whatever the order: the first of strong ones,
 * "name" for two others. So more values change a name once or twice, not each time.
 */
static uint8_t name_by(uint8_t a, uint8_t b)
{
	bool strong_a = yg_token_is_strong((enum yg_token)a);
	bool strong_b = yg_token_is_strong((enum yg_token)b);

	if (a == b)
		return a;
	if (strong_a != strong_b)
		return strong_a ? a : b;
	if (strong_a)
		return a < b ? a : b;
	return YG_TOKEN_WORD;
}

enum yg_token yg_trie_name_of(const struct node *parent, enum yg_token token)
{
	enum yg_token said = (enum yg_token)(parent->said - 1);

	if (!parent->said || strcmp(yg_token_parameter(said), yg_token_parameter(token)) == 0)
		return token;
	/* "{date}" and the like say what every value is; "{id}" and "{name}" say little. */
	if (yg_token_is_strong(said) && strcmp(yg_token_parameter(said), "id") != 0)
		return token;
	return said;
}

static void add_counts(struct node *into, const struct node *from)
{
	uint32_t room = UINT32_MAX / 2 - into->hits;

	into->hits += from->hits < room ? from->hits : room;
	into->folded |= from->folded;
	into->held |= from->held;
	into->age = into->age > from->age ? into->age : from->age;
	into->said = into->said ? into->said : from->said;
	into->methods |= from->methods;
	into->shape |= from->shape;
	into->flags |= from->flags & (NODE_TERMINAL | NODE_KEPT | NODE_NAMES | NODE_GROUP);
	if (from->flags & NODE_PARAMETER)
		into->token = name_by(into->token, from->token);
}

/*
 * Children of @from move under @into. Those that @into has already cannot: each such pair is
 * pushed on @stack. Return: the new depth of the stack.
 */
static uint32_t adopt(struct yg_trie *trie, uint32_t into, uint32_t from, uint32_t depth)
{
	struct tree *view = &trie->view;
	uint32_t next;

	for (uint32_t c = view->nodes[from].child; c; c = next) {
		uint32_t twin = find_child(view, into, view->nodes[c].hash);

		next = view->nodes[c].next;
		assert(depth + 2 <= 2 * trie->cap); /* each node waits once */
		if (twin) {
			trie->scratch[depth++] = twin;
			trie->scratch[depth++] = c;
		} else {
			yg_tree_link(view, into, c);
		}
	}
	return depth;
}

/* Everything below @from moves below @into; @from, already unlinked, dies. */
static void merge(struct yg_trie *trie, uint32_t into, uint32_t from)
{
	uint32_t depth = 0;

	trie->scratch[depth++] = into;
	trie->scratch[depth++] = from;
	while (depth > 0) {
		uint32_t b = trie->scratch[--depth];
		uint32_t a = trie->scratch[--depth];

		add_counts(&trie->view.nodes[a], &trie->view.nodes[b]);
		depth = adopt(trie, a, b, depth);
		trie->view.nodes[b].flags = 0;
		trie->forward[b] = a;
	}
}

/* Candidates of the folded kinds under @parent become its parameter. True if anything moved. */
static bool fold(struct yg_trie *trie, uint32_t parent)
{
	struct node *nodes = trie->view.nodes;
	uint64_t hash = yg_trie_hash_parameter(trie, (struct yg_slice){ 0 });
	uint32_t parameter = find_child(&trie->view, parent, hash);
	bool moved = false;
	uint32_t next;

	for (uint32_t c = nodes[parent].child; c; c = next) {
		next = nodes[c].next;
		if (c == parameter || !yg_evidence_is_candidate(&nodes[c], nodes[parent].folded))
			continue;
		moved = true;
		if (!parameter) {
			parameter = c;
			nodes[c].flags |= NODE_PARAMETER;
			nodes[c].hash = hash;
			continue;
		}
		nodes[parameter].token = name_by(nodes[parameter].token, nodes[c].token);
		unlink_child(&trie->view, c);
		merge(trie, parameter, c);
	}
	return moved;
}

/* All folds that are due. A merge may bring candidates under a parent that has folded before. */
static void fold_all(struct yg_trie *trie)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (uint32_t i = ROOT; i < trie->used; i++) {
			const struct node *node = &trie->view.nodes[i];

			if (node->flags & NODE_LIVE && node->folded && node->children > 0)
				moved |= fold(trie, i);
		}
	}
}

/* What a raw node reads as: 0 a literal, else which placeholder. */
static uint32_t reading_of(const struct yg_trie *trie, uint32_t raw)
{
	const struct node *node = &trie->view.nodes[trie->forward[raw]];

	return node->flags & NODE_PARAMETER ? 1u + node->token : 0;
}

/* Parameters are called what they were called before; what is published is held from now on. */
static void publish(struct yg_trie *trie)
{
	struct node *nodes = trie->view.nodes;

	for (uint32_t i = ROOT; i < trie->used; i++) {
		struct node *parent = &nodes[nodes[i].parent];

		if (!(nodes[i].flags & NODE_LIVE) || !(nodes[i].flags & NODE_PARAMETER) ||
		    nodes[i].hash != trie->bare)
			continue;
		nodes[i].token = (uint8_t)yg_trie_name_of(parent, (enum yg_token)nodes[i].token);
		parent->said = (uint8_t)(nodes[i].token + 1);
	}
	for (uint32_t i = ROOT; i < trie->used; i++) {
		struct node *raw = &trie->raw.nodes[i];
		const struct node *view = &nodes[trie->forward[i]];
		bool lasts = raw->held && (view->folded & raw->held) == raw->held;

		raw->age = (uint8_t)(!lasts ? 0 : raw->age < UINT8_MAX ? raw->age + 1 : raw->age);
		raw->held = view->folded;
		raw->said = view->said;
	}
}

static void copy_raw(struct yg_trie *trie)
{
	memcpy(trie->view.nodes, trie->raw.nodes, trie->used * sizeof(struct node));
	for (uint32_t i = 0; i < trie->used; i++)
		trie->forward[i] = i;
}

/* Follow every merge to its end. */
static void shorten(struct yg_trie *trie)
{
	for (uint32_t i = ROOT; i < trie->used; i++) {
		while (trie->forward[i] != trie->forward[trie->forward[i]])
			trie->forward[i] = trie->forward[trie->forward[i]];
	}
}

/* @before: [used] readings; counts what changed. */
static void compare(struct yg_trie *trie, const uint32_t *before)
{
	bool folded = false, split = false, renamed = false;

	for (uint32_t i = ROOT; i < trie->used; i++) {
		uint32_t now;

		if (!(trie->raw.nodes[i].flags & NODE_LIVE))
			continue;
		now = reading_of(trie, i);
		folded |= now && !before[i];
		split |= !now && before[i];
		renamed |= now != before[i];
	}
	trie->folds += folded;
	trie->splits += split;
	trie->generation += renamed;
}

void yg_trie_rebuild(struct yg_trie *trie)
{
	uint32_t *before = trie->scratch + 2 * (size_t)trie->cap;

	for (uint32_t i = ROOT; i < trie->used; i++)
		before[i] = trie->view.nodes[i].flags || trie->forward[i] ? reading_of(trie, i) : 0;
	memset(trie->pooled, 0, TAGS_CAP * sizeof(*trie->pooled));
	copy_raw(trie);
	fold_all(trie);
	for (uint32_t round = 0; round < ROUNDS_MAX && yg_evidence_weigh(trie); round++)
		fold_all(trie);
	shorten(trie);
	publish(trie);
	compare(trie, before);
	yg_tree_index(trie, &trie->view);
	trie->fresh = 0;
}
