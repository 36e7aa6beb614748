/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie_evidence.h"

#define VOCABULARY_MIN	  3u   /* a word in as many places is part of the API's language */
#define GRANDCHILDREN_MAX 512u /* looked at per evidence; more than enough to see likeness */
#define HEAVY_HITS	  20u  /* a word with so many hits ... */
#define HEAVY_RATIO	  8u   /* ... and as many times those of its siblings stays literal */
#define NEVER		  (UINT32_MAX / 16)

struct need {
	uint32_t distinct;
	uint32_t alike;
};

/* Behind the name of a collection ("users") half suffices: see is_collection(). */
static const struct need needs[YG_TOKEN_INT] = {
	[YG_TOKEN_WORD] = { 30, 12 },	[YG_TOKEN_VERSION] = { 12, NEVER },
	[YG_TOKEN_UPPER] = { 6, 2 },	[YG_TOKEN_LOCALE] = { 4, 2 },
	[YG_TOKEN_SLUG] = { 5, 2 },	[YG_TOKEN_DOTTED] = { 8, 2 },
	[YG_TOKEN_NUMBERED] = { 4, 2 }, [YG_TOKEN_TEXT] = { 2, 2 },
	[YG_TOKEN_NAME] = { 3, 2 },	[YG_TOKEN_MIXED] = { 2, 2 },
};

struct evidence {
	uint32_t distinct;
	uint32_t alike;
	uint32_t deleted;
	uint64_t hits;
	uint32_t names;
	bool parameter; /* ids stand beside them */
};

/* The last letter is a weak hint, and only English, so it never decides alone. */
static bool is_collection(const struct yg_trie *trie, uint32_t index)
{
	struct yg_slice name = node_name(trie, index);

	return node_is_literal(&trie->view.nodes[index]) && name.len > 3 &&
	       name.ptr[name.len - 1] == 's' && name.ptr[name.len - 2] != 's';
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
static uint32_t shared_names(const struct yg_trie *trie, uint32_t parent, uint32_t kind,
			     uint64_t *ret)
{
	const struct node *nodes = trie->view.nodes;
	uint32_t count = 0;
	uint32_t shared = 0;

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (!yg_evidence_is_candidate(&nodes[c], kind) &&
		    !(nodes[c].flags & NODE_PARAMETER))
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
static uint32_t count_shared(const struct node *nodes, uint32_t node, const uint64_t *names,
			     uint32_t name_count)
{
	uint32_t count = 0;

	for (uint32_t g = nodes[node].child; g; g = nodes[g].next)
		count += is_telling(&nodes[g]) &&
			 bsearch(&nodes[g].hash, names, name_count, sizeof(*names), by_hash);
	return count;
}

static uint32_t count_alike(const struct yg_trie *trie, uint32_t parent, uint32_t kind,
			    uint32_t names_min)
{
	const struct node *nodes = trie->view.nodes;
	uint64_t names[GRANDCHILDREN_MAX];
	uint32_t name_count = shared_names(trie, parent, kind, names);
	uint32_t alike = 0;

	if (name_count < names_min)
		return 0;
	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next)
		alike += yg_evidence_is_candidate(&nodes[c], kind) &&
			 !is_vocabulary(trie, &nodes[c]) &&
			 count_shared(nodes, c, names, name_count) >= names_min;
	return alike;
}

/* What a name begins with: "chat" of "chat.post", "log" of "log-level-http". */
static uint64_t stem_of(const struct yg_trie *trie, uint32_t index)
{
	struct yg_slice name = node_name(trie, index);
	size_t len = 0;

	while (len < name.len && !strchr(".-_ ", name.ptr[len]))
		len++;
	return yg_hash(&trie->key, name.ptr, len);
}

/*
 * "chat.list" and "chat.post" are methods of one thing: what stands before the dot comes again.
 * Files and hosts share what stands behind it. Counts names with a stem of their own, less those
 * that share one.
 */
static uint32_t count_stems(const struct yg_trie *trie, uint32_t parent, uint32_t kind)
{
	const struct node *nodes = trie->view.nodes;
	uint64_t stems[GRANDCHILDREN_MAX];
	uint32_t count = 0;
	uint32_t shared = 0;

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (count < GRANDCHILDREN_MAX && yg_evidence_is_candidate(&nodes[c], kind))
			stems[count++] = stem_of(trie, c);
	}
	qsort(stems, count, sizeof(*stems), by_hash);
	for (uint32_t i = 1; i < count; i++)
		shared += stems[i] == stems[i - 1];
	if (kind == 1u << YG_TOKEN_SLUG)
		return count - shared;
	return count > 2 * shared ? count - 2 * shared : 0;
}

static struct evidence gather(const struct yg_trie *trie, uint32_t parent, uint32_t kind)
{
	const struct node *nodes = trie->view.nodes;
	struct evidence have = { 0 };

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		const struct node *node = &nodes[c];

		if (node->flags & NODE_PARAMETER) {
			have.parameter = true;
		} else if (!yg_evidence_is_candidate(node, kind)) {
			have.names += (node->flags & NODE_NAMES) != 0;
		} else {
			have.hits += node->hits;
			have.names += is_vocabulary(trie, node);
			have.distinct += !is_vocabulary(trie, node);
			have.deleted += (node->methods & YG_TRIE_DELETE) != 0;
		}
	}
	if (kind & (1u << YG_TOKEN_DOTTED | 1u << YG_TOKEN_SLUG))
		have.distinct = count_stems(trie, parent, kind);
	return have;
}

static bool is_due(const struct yg_trie *trie, uint32_t parent, enum yg_token token)
{
	const struct node *node = &trie->view.nodes[parent];
	uint32_t kind = 1u << token;
	uint32_t half = is_collection(trie, parent) ? 2 : 1;
	bool below_value = parent == ROOT || node->flags & NODE_PARAMETER;
	/* Collections of one API share a name or two below them ("search"); values share more. */
	uint32_t names_min = token == YG_TOKEN_WORD ? 2 : 1;
	struct evidence have = gather(trie, parent, kind);
	uint32_t alike_min = needs[token].alike;

	if (below_value && have.names * 2 > have.distinct)
		return false;
	if (have.distinct * half >= needs[token].distinct)
		return true;
	if (token == YG_TOKEN_WORD && !below_value && have.deleted >= 3 &&
	    have.deleted * 2 >= have.distinct)
		return true;
	if (token == YG_TOKEN_WORD && have.parameter)
		alike_min = 4;
	if (have.distinct * half < alike_min)
		return false;
	return count_alike(trie, parent, kind, names_min) * half >= alike_min;
}

/* Words with far more traffic than their siblings are names: they stay when the others fold. */
static void keep_heavy(const struct yg_trie *trie, uint32_t parent)
{
	struct node *nodes = trie->view.nodes;
	uint32_t kind = 1u << YG_TOKEN_WORD;
	struct evidence have = gather(trie, parent, kind);

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (yg_evidence_is_candidate(&nodes[c], kind) && nodes[c].hits >= HEAVY_HITS &&
		    (uint64_t)nodes[c].hits * have.distinct >= have.hits * HEAVY_RATIO)
			nodes[c].flags |= NODE_KEPT;
	}
}

static void count_vocabulary(struct yg_trie *trie)
{
	struct node *nodes = trie->view.nodes;

	memset(trie->vocabulary, 0, VOCABULARY_CAP * sizeof(*trie->vocabulary));
	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		uint16_t *count = &trie->vocabulary[nodes[i].hash % VOCABULARY_CAP];

		if (node_is_literal(&nodes[i]))
			*count = (uint16_t)(*count + (*count < UINT16_MAX));
		else if (nodes[i].flags & NODE_LIVE &&
			 yg_token_is_strong((enum yg_token)nodes[i].token))
			nodes[nodes[i].parent].flags |= NODE_NAMES;
	}
}

/* Kinds of the candidates under @parent that have not folded. */
static uint32_t open_kinds(const struct yg_trie *trie, uint32_t parent)
{
	const struct node *nodes = trie->view.nodes;
	uint32_t kinds = 0;

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next)
		kinds |= yg_evidence_is_candidate(&nodes[c], WEAK_ALL) ? 1u << nodes[c].token : 0;
	return kinds & ~nodes[parent].folded;
}

static uint64_t pool_of(const struct node *parent, enum yg_token token)
{
	return yg_hash_mix(parent->hash + (uint64_t)token);
}

static bool is_pooled(const struct yg_trie *trie, uint64_t pool)
{
	for (uint32_t i = 0; i < trie->pooled_count; i++) {
		if (trie->pooled[i] == pool)
			return true;
	}
	return false;
}

static uint32_t weigh_node(struct yg_trie *trie, uint32_t parent, uint32_t kinds)
{
	struct node *node = &trie->view.nodes[parent];
	uint32_t due = 0;

	for (int t = 0; t < YG_TOKEN_INT; t++) {
		enum yg_token token = (enum yg_token)t;
		uint64_t pool = pool_of(node, token);

		if (!(kinds & (1u << t)) || !is_due(trie, parent, token))
			continue;
		due |= 1u << t;
		if (node_is_literal(node) && parent != ROOT && !is_pooled(trie, pool) &&
		    trie->pooled_count < POOLED_MAX)
			trie->pooled[trie->pooled_count++] = pool;
	}
	return due;
}

/* Kinds that fold under a parent of the same name elsewhere. */
static uint32_t pooled_kinds(const struct yg_trie *trie, uint32_t parent, uint32_t kinds)
{
	const struct node *node = &trie->view.nodes[parent];
	uint32_t due = 0;

	if (!node_is_literal(node) || parent == ROOT)
		return 0;
	for (int t = 0; t < YG_TOKEN_INT; t++) {
		if (kinds & (1u << t) && is_pooled(trie, pool_of(node, (enum yg_token)t)))
			due |= 1u << t;
	}
	return due;
}

bool yg_evidence_weigh(struct yg_trie *trie)
{
	struct node *nodes = trie->view.nodes;
	uint32_t *due = trie->scratch; /* no merge is under way */
	bool any = false;

	count_vocabulary(trie);
	for (uint32_t i = ROOT; i < trie->used; i++) {
		uint32_t kinds = nodes[i].flags & NODE_LIVE ? open_kinds(trie, i) : 0;

		due[i] = kinds ? weigh_node(trie, i, kinds) : 0;
	}
	for (uint32_t i = ROOT; i < trie->used; i++) {
		uint32_t kinds = nodes[i].flags & NODE_LIVE ? open_kinds(trie, i) : 0;

		due[i] |= kinds ? pooled_kinds(trie, i, kinds) : 0;
		if (!due[i])
			continue;
		any = true;
		if (due[i] & (1u << YG_TOKEN_WORD))
			keep_heavy(trie, i);
	}
	for (uint32_t i = ROOT; i < trie->used; i++)
		nodes[i].folded |= due[i];
	return any;
}
