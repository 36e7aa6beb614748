/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Evidence that siblings are values of one parameter, and the fold that follows.
 *
 * For the literal children of one kind under one parent:
 *	distinct	how many names there are that are not vocabulary
 *	alike		how many of them share a literal child with a sibling or the parameter
 * Either reaching the kind's number folds them. Behind the name of a collection ("users") half
 * suffices: the last letter is a weak hint, and only English, so it never decides alone.
 */
#include <assert.h>

#include "endpoint/trie_node.h"

#define VOCABULARY_MIN	  3u   /* a word under as many parents is part of the API's language */
#define GRANDCHILDREN_MAX 512u /* looked at per evidence; more than enough to see likeness */
#define HEAVY_HITS	  20u  /* a literal with so many hits ... */
#define HEAVY_SHARE	  20u  /* ... and a 20th of its parent's is vocabulary: it stays */
#define NEVER		  UINT32_MAX

struct need {
	uint32_t distinct;
	uint32_t alike;
};

static const struct need needs[YG_TOKEN_INT] = {
	[YG_TOKEN_WORD] = { 30, 12 },	[YG_TOKEN_VERSION] = { 12, NEVER },
	[YG_TOKEN_UPPER] = { 6, 2 },	[YG_TOKEN_LOCALE] = { 4, 2 },
	[YG_TOKEN_SLUG] = { 5, 2 },	[YG_TOKEN_DOTTED] = { 8, 2 },
	[YG_TOKEN_NUMBERED] = { 4, 2 }, [YG_TOKEN_TEXT] = { 2, 2 },
	[YG_TOKEN_MIXED] = { 2, 2 },
};

static bool is_collection(const struct node *node)
{
	size_t len = node->name_len;

	return node_is_literal(node) && len > 3 && node->name[len - 1] == 's' &&
	       node->name[len - 2] != 's';
}

/* Ids stand right below the name of their collection, so what has them below it is a name. */
static bool has_ids_below(const struct yg_trie *trie, const struct node *node)
{
	for (uint32_t c = node->child; c; c = trie->nodes[c].next) {
		if (trie->nodes[c].flags & NODE_PARAMETER &&
		    yg_token_is_strong((enum yg_token)trie->nodes[c].token))
			return true;
	}
	return false;
}

/* May this child fold as one of @token's kind? */
static bool is_candidate(const struct yg_trie *trie, const struct node *node, enum yg_token token)
{
	if (!node_is_literal(node) || node->flags & NODE_KEPT || node->token != token)
		return false;
	return (token != YG_TOKEN_WORD && token != YG_TOKEN_SLUG) || !has_ids_below(trie, node);
}

static bool is_vocabulary(const struct yg_trie *trie, const struct node *node)
{
	return node->token == YG_TOKEN_WORD &&
	       trie->vocabulary[node->hash % VOCABULARY_CAP] >= VOCABULARY_MIN;
}

/* A name below two siblings that makes them alike; every group of an API has a "v1". */
static bool is_telling(const struct node *node)
{
	return node_is_literal(node) && node->token != YG_TOKEN_VERSION;
}

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Names of literal grandchildren that at least two of the children (or the parameter) share. */
static uint32_t shared_names(const struct yg_trie *trie, uint32_t parent, enum yg_token token,
			     uint64_t *ret)
{
	const struct node *nodes = trie->nodes;
	uint32_t count = 0;
	uint32_t shared = 0;

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (!is_candidate(trie, &nodes[c], token) && !(nodes[c].flags & NODE_PARAMETER))
			continue;
		for (uint32_t g = nodes[c].child; g && count < GRANDCHILDREN_MAX; g = nodes[g].next)
			if (is_telling(&nodes[g]))
				ret[count++] = nodes[g].hash;
	}
	qsort(ret, count, sizeof(*ret), by_hash);
	for (uint32_t i = 1; i < count; i++) {
		if (ret[i] == ret[i - 1] && (shared == 0 || ret[shared - 1] != ret[i]))
			ret[shared++] = ret[i];
	}
	return shared;
}

/* Literal children of @node among @names, sorted. */
static uint32_t count_shared(const struct yg_trie *trie, uint32_t node, const uint64_t *names,
			     uint32_t name_count)
{
	uint32_t count = 0;

	for (uint32_t g = trie->nodes[node].child; g; g = trie->nodes[g].next) {
		if (is_telling(&trie->nodes[g]) &&
		    bsearch(&trie->nodes[g].hash, names, name_count, sizeof(*names), by_hash))
			count++;
	}
	return count;
}

/*
 * "chat.list" and "chat.post" are methods of one thing: what stands before the dot comes again.
 * Files and hosts share what stands behind it. Counts names with a stem of their own, less those
 * that share one.
 */
static uint32_t count_stems(const struct yg_trie *trie, uint32_t parent)
{
	uint64_t stems[GRANDCHILDREN_MAX];
	uint32_t count = 0;
	uint32_t shared = 0;

	for (uint32_t c = trie->nodes[parent].child; c; c = trie->nodes[c].next) {
		const struct node *node = &trie->nodes[c];
		const char *dot = memchr(node->name, '.', node->name_len);

		if (dot && count < GRANDCHILDREN_MAX && is_candidate(trie, node, YG_TOKEN_DOTTED))
			stems[count++] =
				yg_hash(&trie->key, node->name, (size_t)(dot - node->name));
	}
	qsort(stems, count, sizeof(*stems), by_hash);
	for (uint32_t i = 0; i < count; i++)
		shared += (i > 0 && stems[i] == stems[i - 1]) ||
			  (i + 1 < count && stems[i] == stems[i + 1]);
	return count > 2 * shared ? count - 2 * shared : 0;
}

static bool has_evidence(const struct yg_trie *trie, uint32_t parent, enum yg_token token)
{
	const struct node *nodes = trie->nodes;
	uint64_t names[GRANDCHILDREN_MAX];
	uint32_t name_count;
	/* Collections of one API share a name or two below them ("search"); values share more. */
	uint32_t names_min = token == YG_TOKEN_WORD ? 2 : 1;
	uint32_t half = is_collection(&nodes[parent]) ? 2 : 1;
	struct need have = { 0 };

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (is_candidate(trie, &nodes[c], token) && !is_vocabulary(trie, &nodes[c]))
			have.distinct++;
	}
	if (token == YG_TOKEN_DOTTED)
		have.distinct = count_stems(trie, parent);
	if (have.distinct * half >= needs[token].distinct)
		return true;
	if (have.distinct * half < needs[token].alike)
		return false;

	name_count = shared_names(trie, parent, token, names);
	if (name_count < names_min)
		return false;
	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (is_candidate(trie, &nodes[c], token) && !is_vocabulary(trie, &nodes[c]) &&
		    count_shared(trie, c, names, name_count) >= names_min)
			have.alike++;
	}
	return have.alike * half >= needs[token].alike;
}

static uint32_t find_child(const struct yg_trie *trie, uint32_t parent, uint64_t hash)
{
	uint32_t c = trie->nodes[parent].child;

	while (c && trie->nodes[c].hash != hash)
		c = trie->nodes[c].next;
	return c;
}

static void unlink_child(struct yg_trie *trie, uint32_t index)
{
	struct node *parent = &trie->nodes[trie->nodes[index].parent];
	uint32_t *link = &parent->child;

	while (*link != index)
		link = &trie->nodes[*link].next;
	*link = trie->nodes[index].next;
	parent->children--;
}

static void link_child(struct yg_trie *trie, uint32_t parent, uint32_t index)
{
	trie->nodes[index].parent = parent;
	trie->nodes[index].next = trie->nodes[parent].child;
	trie->nodes[parent].child = index;
	trie->nodes[parent].children++;
}

static void release(struct yg_trie *trie, uint32_t index)
{
	trie->nodes[index].flags = 0;
	trie->nodes[index].next = trie->free;
	trie->free = index;
	trie->live--;
}

static void add_counts(struct node *into, const struct node *from)
{
	uint32_t room = UINT32_MAX / 2 - into->hits;

	into->hits += from->hits < room ? from->hits : room;
	into->folded |= from->folded;
	into->flags |= from->flags & (NODE_TERMINAL | NODE_KEPT);
}

/*
 * Children of @from move under @into. Those that @into has already cannot: each such pair is
 * pushed on @stack. Return: the new depth of the stack.
 */
static uint32_t adopt(struct yg_trie *trie, uint32_t into, uint32_t from, uint32_t *stack,
		      uint32_t depth)
{
	uint32_t next;

	for (uint32_t c = trie->nodes[from].child; c; c = next) {
		uint32_t twin = find_child(trie, into, trie->nodes[c].hash);

		next = trie->nodes[c].next;
		assert(depth + 2 <= 2 * trie->cap); /* each node waits once */
		if (twin) {
			stack[depth++] = twin;
			stack[depth++] = c;
		} else {
			link_child(trie, into, c);
		}
	}
	return depth;
}

/* Everything below @from moves below @into; @from, already unlinked, dies. */
static void merge(struct yg_trie *trie, uint32_t into, uint32_t from)
{
	uint32_t *stack = trie->scratch;
	uint32_t depth = 0;

	stack[depth++] = into;
	stack[depth++] = from;
	while (depth > 0) {
		uint32_t b = stack[--depth];
		uint32_t a = stack[--depth];

		add_counts(&trie->nodes[a], &trie->nodes[b]);
		depth = adopt(trie, a, b, stack, depth);
		release(trie, b);
	}
}

static bool is_heavy(const struct yg_trie *trie, uint32_t parent, const struct node *node)
{
	/* A value can be popular too, but values are rarely plain words under a word. */
	return node->token == YG_TOKEN_WORD && node->hits >= HEAVY_HITS &&
	       (uint64_t)node->hits * HEAVY_SHARE >= trie->nodes[parent].hits;
}

/* Turn the candidates of @token under @parent into its parameter. True if anything changed. */
static bool fold(struct yg_trie *trie, uint32_t parent, enum yg_token token)
{
	uint64_t hash = yg_trie_hash_parameter(trie, (struct yg_slice){ 0 });
	uint32_t parameter = find_child(trie, parent, hash);
	bool folded = parameter == 0;
	uint32_t next;

	if (!parameter) {
		parameter = yg_trie_take(trie, parent, hash);
		if (!parameter)
			return false; /* full: nothing folds, nothing new is learned either */
		yg_trie_name_parameter(&trie->nodes[parameter], token, (struct yg_slice){ 0 });
	}
	for (uint32_t c = trie->nodes[parent].child; c; c = next) {
		struct node *child = &trie->nodes[c];

		next = child->next;
		if (!is_candidate(trie, child, token))
			continue;
		if (is_heavy(trie, parent, child)) {
			child->flags |= NODE_KEPT;
			continue;
		}
		yg_trie_sample(trie, parameter, (struct yg_slice){ child->name, child->name_len });
		unlink_child(trie, c);
		merge(trie, parameter, c);
		folded = true;
	}
	trie->nodes[parent].folded |= (uint16_t)(1u << token);
	return folded;
}

/* Has folded before and holds candidates again (by a merge), or has evidence to fold now. */
static bool is_due(const struct yg_trie *trie, uint32_t parent, enum yg_token token)
{
	const struct node *nodes = trie->nodes;
	uint32_t c = nodes[parent].child;

	if (!(nodes[parent].folded & (1u << token)))
		return has_evidence(trie, parent, token);
	while (c && !is_candidate(trie, &nodes[c], token))
		c = nodes[c].next;
	return c != 0;
}

static bool settle_node(struct yg_trie *trie, uint32_t node)
{
	bool folded = false;

	for (int t = 0; t < YG_TOKEN_INT; t++) {
		if (is_due(trie, node, (enum yg_token)t))
			folded |= fold(trie, node, (enum yg_token)t);
	}
	return folded;
}

/* Merged sub-trees may have evidence that neither had: look at all until nothing moves. */
static void settle_all(struct yg_trie *trie)
{
	bool folded = true;

	while (folded) {
		folded = false;
		for (uint32_t i = ROOT; i < trie->used; i++) {
			if (trie->nodes[i].flags & NODE_LIVE && trie->nodes[i].children > 1)
				folded |= settle_node(trie, i);
		}
		trie->folds += folded;
	}
}

bool yg_trie_settle(struct yg_trie *trie, uint32_t node)
{
	uint32_t parent = trie->nodes[node].parent;
	bool folded = settle_node(trie, node);

	if (parent)
		folded |= settle_node(trie, parent);
	if (!folded)
		return false;
	trie->folds++;
	settle_all(trie);
	yg_trie_rebuild(trie);
	trie->generation++;
	return true;
}
