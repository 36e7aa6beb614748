/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie_evidence.h"

#include "endpoint/token_inside.h"
#include "endpoint/trie_alike.h"
#include "endpoint/trie_ground.h"

#define VOCABULARY_MIN 3u  /* a word in as many places is part of the API's language */
#define HEAVY_HITS     20u /* a word with so many hits ... */
#define HEAVY_RATIO    8u  /* ... and as many times those of its siblings stays literal */
#define STRAGGLERS     10u /* words beside values that people choose */
#define ALIKE_MOST     5u  /* words that are nearly all of a collection and alike */
#define BESIDE_ALIKE   4u  /* words beside ids that look like what is below the ids */
#define ROOT_FILES     20u /* in the root; fewer are "robots.txt" and its like */
#define FRONT_DISTINCT 60u /* words where an API begins */
/* Kinds that names of things are of, too. */
#define IN_FRONT (1u << YG_TOKEN_WORD | 1u << YG_TOKEN_VERSION | 1u << YG_TOKEN_SLUG)
#define NEVER	 (UINT32_MAX / 16)

struct need {
	uint32_t distinct;
	uint32_t alike;
	uint32_t beside; /* distinct ones beside a parameter */
};

/* Behind the name of a collection ("users") half suffices: see is_collection(). */
static const struct need needs[YG_TOKEN_INT] = {
	[YG_TOKEN_WORD] = { 30, 12, 30 }, [YG_TOKEN_VERSION] = { 12, NEVER, 12 },
	[YG_TOKEN_UPPER] = { 6, 2, 3 },	  [YG_TOKEN_LOCALE] = { 4, 2, 3 },
	[YG_TOKEN_REGION] = { 3, 2, 2 },  [YG_TOKEN_SLUG] = { 5, 2, 5 },
	[YG_TOKEN_DOTTED] = { 8, 2, 4 },  [YG_TOKEN_NUMBERED] = { 4, 2, 3 },
	[YG_TOKEN_FILE] = { 3, 2, 1 },	  [YG_TOKEN_TEXT] = { 2, 2, 1 },
	[YG_TOKEN_NAME] = { 3, 2, 2 },	  [YG_TOKEN_MIXED] = { 2, 2, 1 },
};

struct evidence {
	uint32_t count;	   /* of candidates */
	uint32_t distinct; /* less those of one family */
	uint32_t alike;
	uint32_t deleted;
	uint32_t values; /* read as values elsewhere */
	uint64_t hits;
	uint32_t names;
	struct yg_alike_shapes shapes;
	bool parameter;	      /* ids stand beside them ... */
	enum yg_token beside; /* ... of this kind */
};

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
	uint64_t stems[YG_ALIKE_NAMES_MAX];
	uint32_t count = 0;
	uint32_t shared = 0;

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (count < YG_ALIKE_NAMES_MAX && yg_evidence_is_candidate(&nodes[c], kind))
			stems[count++] = stem_of(trie, c);
	}
	qsort(stems, count, sizeof(*stems), yg_alike_by_hash);
	for (uint32_t i = 1; i < count; i++)
		shared += stems[i] == stems[i - 1];
	if (kind & (1u << YG_TOKEN_SLUG | 1u << YG_TOKEN_REGION))
		return count - shared;
	return count > 2 * shared ? count - 2 * shared : 0;
}

static uint32_t value_bit(const struct node *node)
{
	return (uint32_t)(node->hash >> 32) % VALUES_BITS;
}

static bool is_value(const struct yg_trie *trie, const struct node *node)
{
	uint32_t bit = value_bit(node);

	return trie->values[bit / 8] & (1u << bit % 8);
}

static void set_value(struct yg_trie *trie, const struct node *node)
{
	uint32_t bit = value_bit(node);

	trie->values[bit / 8] |= (uint8_t)(1u << bit % 8);
}

static struct evidence gather(const struct yg_trie *trie, uint32_t parent, uint32_t kind)
{
	const struct node *nodes = trie->view.nodes;
	struct evidence have = { 0 };

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		const struct node *node = &nodes[c];

		if (node->flags & NODE_PARAMETER) {
			have.parameter = true;
			have.beside = (enum yg_token)node->token;
		} else if (!yg_evidence_is_candidate(node, kind)) {
			have.names += (node->flags & (NODE_NAMES | NODE_SPOKEN)) != 0;
		} else {
			have.hits += node->hits;
			have.count++;
			have.values += is_value(trie, node) && !(node->methods & YG_TRIE_DELETE);
			have.deleted += (node->methods & YG_TRIE_DELETE) != 0;
		}
	}
	if (kind & (1u << YG_TOKEN_DOTTED | 1u << YG_TOKEN_SLUG | 1u << YG_TOKEN_NAME |
		    1u << YG_TOKEN_REGION))
		have.distinct = count_stems(trie, parent, kind);
	else
		have.distinct = have.count;
	return have;
}

/* Things of one kind, however they are called. */
static bool is_due_by_shape(const struct evidence *have, enum yg_token token, bool front,
			    uint32_t half)
{
	uint32_t min = token != YG_TOKEN_WORD ? 2 : front ? 12 : 6 / half;

	return token != YG_TOKEN_VERSION && have->shapes.same >= min &&
	       have->shapes.same * 10 >= have->shapes.shaped * 9 &&
	       have->shapes.shaped * 2 >= have->count && have->names * 2 <= have->shapes.same;
}

/* Things that are answered with fields of their own each are not of one kind. */
static bool is_apart_by_shape(const struct evidence *have)
{
	return have->shapes.shaped >= 4 && have->shapes.shaped * 2 >= have->count &&
	       have->shapes.same * 2 < have->shapes.shaped;
}

static bool is_below_version(const struct node *nodes, uint32_t index)
{
	while (index != ROOT && nodes[index].token != YG_TOKEN_VERSION)
		index = nodes[index].parent;
	return index != ROOT;
}

/* "v1" rather than "1.29": names a part of the API, where it stands alone. */
static bool has_named_version(const struct yg_trie *trie, uint32_t parent)
{
	const struct node *nodes = trie->view.nodes;
	uint32_t c = nodes[parent].child;

	while (c && !(yg_evidence_is_candidate(&nodes[c], 1u << YG_TOKEN_VERSION) &&
		      !is_digit(node_name(trie, c).ptr[0])))
		c = nodes[c].next;
	return c != 0;
}

/*
 * Names that no word explains need less: one that is deleted or a value elsewhere, if its
 * siblings are alike; one that has below it what ids beside it have; a second version in a path.
 */
static bool is_due_unworded(const struct yg_trie *trie, uint32_t parent, enum yg_token token,
			    const struct evidence *have)
{
	const struct node *nodes = trie->view.nodes;
	bool collection = yg_ground_is_collection(trie, parent);

	if (token == YG_TOKEN_WORD)
		return false;
	if (token == YG_TOKEN_VERSION)
		return collection && (have->count >= 2 || !has_named_version(trie, parent)) &&
		       is_below_version(nodes, nodes[parent].parent);
	if (node_is_literal(&nodes[parent]) && have->deleted >= (collection ? 1u : 2u) &&
	    have->deleted * 2 >= have->count)
		return true;
	if (collection && have->values > 0 && have->values * 2 >= have->count)
		return true;
	if (token == YG_TOKEN_MIXED && yg_ground_is_plural(trie, parent))
		return true;
	return have->parameter && have->count > 0 &&
	       yg_alike_count(trie, parent, 1u << token, 1) * 2 >= have->count;
}

/*
 * Where an API begins, words are values only if hardly anything says otherwise: few names for sure
 * among them, and very many, or more than what stands below nearly all of them. Collections with
 * the same objects in them look like that the other way round.
 */
static bool is_due_in_front(const struct yg_trie *trie, uint32_t parent,
			    const struct evidence *have)
{
	uint32_t kind = 1u << YG_TOKEN_WORD;
	uint64_t names[YG_ALIKE_NAMES_MAX];
	uint32_t alike;

	if (have->names * 8 > have->distinct || have->distinct < needs[YG_TOKEN_WORD].alike ||
	    yg_alike_apart(trie, parent, kind) * 8 > have->distinct)
		return false;
	alike = yg_alike_count(trie, parent, kind, have->parameter ? 1 : 2);
	if (alike == 0)
		return have->distinct >= FRONT_DISTINCT;
	return (have->distinct >= FRONT_DISTINCT || alike * 10 >= have->distinct * 9) &&
	       yg_alike_names(trie, parent, kind, names) * 3 <= have->distinct;
}

/*
 * Beside values that people or machines make up as they like, some look like another kind by
 * chance: "rmkk" beside "er8j1m", "anna_smith" beside "ben42".
 */
static bool is_straggler(const struct evidence *have, enum yg_token token, uint32_t half)
{
	bool chosen = !yg_token_is_strong(have->beside);
	bool random = have->beside == YG_TOKEN_MIXED || have->beside == YG_TOKEN_OPAQUE ||
		      have->beside == YG_TOKEN_PREFIXED;

	if (!have->parameter || !(chosen || random))
		return false;
	switch (token) {
	case YG_TOKEN_UPPER:
	case YG_TOKEN_NUMBERED:
	case YG_TOKEN_NAME:
	case YG_TOKEN_FILE:
		return true;
	case YG_TOKEN_DOTTED:
		return have->beside == YG_TOKEN_FILE || have->distinct >= 2;
	case YG_TOKEN_SLUG:
		return have->distinct >= 2;
	case YG_TOKEN_WORD:
		return (have->beside == YG_TOKEN_NAME || have->beside == YG_TOKEN_NUMBERED) &&
		       have->distinct * half >= STRAGGLERS;
	default:
		return false;
	}
}

/* Words, where nothing else says more. */
static bool is_due_word(const struct yg_trie *trie, uint32_t parent, const struct evidence *have,
			uint32_t half)
{
	const struct node *node = &trie->view.nodes[parent];
	bool below_value = parent == ROOT || node->flags & NODE_PARAMETER;
	uint32_t kind = 1u << YG_TOKEN_WORD;
	uint32_t alike_min = have->parameter ? BESIDE_ALIKE : needs[YG_TOKEN_WORD].alike;
	uint32_t alike;

	if (have->deleted >= (below_value ? 4u : 3u) &&
	    have->deleted * (below_value ? 4u : 2u) >= have->distinct * (below_value ? 3u : 1u) &&
	    (!below_value || have->names == 0))
		return true;
	if (have->values >= 2 && have->values * 2 >= have->distinct)
		return true;
	if (have->distinct * half < ALIKE_MOST)
		return false;
	/* Collections of one API share a name or two below them ("search"); values share more. */
	if (yg_alike_count(trie, parent, kind, 2) * half >= alike_min)
		return true;
	alike = half == 2 ? yg_alike_count(trie, parent, kind, 1) : 0;
	return alike >= ALIKE_MOST && alike * 4 >= have->distinct * 3;
}

static bool is_due(const struct yg_trie *trie, uint32_t parent, enum yg_token token)
{
	const struct node *node = &trie->view.nodes[parent];
	uint32_t kind = 1u << token;
	uint32_t half = yg_ground_is_collection(trie, parent) ? 2 : 1;
	bool front = IN_FRONT & kind && yg_ground_is_front(trie, parent);
	bool below_value = front || parent == ROOT || node->flags & NODE_PARAMETER;
	struct evidence have = gather(trie, parent, kind);

	yg_alike_compare_shapes(trie, parent, kind, &have.shapes);
	if (is_due_by_shape(&have, token, front, half))
		return true;
	if (token <= YG_TOKEN_NUMBERED && is_apart_by_shape(&have))
		return false;
	if ((below_value && have.names * 2 > have.distinct) ||
	    (parent == ROOT && token == YG_TOKEN_FILE && have.distinct < ROOT_FILES))
		return false;
	if (front && token == YG_TOKEN_WORD)
		return is_due_in_front(trie, parent, &have);
	if (is_due_unworded(trie, parent, token, &have))
		return true;
	if ((token == YG_TOKEN_WORD || front) && half == 1 &&
	    yg_alike_apart(trie, parent, kind) * 4 > have.distinct)
		return false;
	if (have.distinct * half >= needs[token].distinct ||
	    (have.parameter && have.distinct >= needs[token].beside) ||
	    is_straggler(&have, token, half))
		return true;
	if (token == YG_TOKEN_WORD)
		return is_due_word(trie, parent, &have, half);
	return have.distinct * half >= needs[token].alike &&
	       yg_alike_count(trie, parent, kind, 1) * half >= needs[token].alike;
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

static bool is_below_value(const struct node *nodes, uint32_t index)
{
	uint32_t parent = nodes[index].parent;

	return parent == ROOT || nodes[parent].flags & NODE_PARAMETER ||
	       nodes[parent].token == YG_TOKEN_VERSION;
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
		    yg_alike_is_id((enum yg_token)nodes[i].token))
			parent->flags |= NODE_NAMES;
		if (node_is_literal(&nodes[i]) && nodes[i].token == YG_TOKEN_VERSION)
			parent->flags |= NODE_GROUP;
		if (node_is_literal(&nodes[i]) && nodes[i].token == YG_TOKEN_WORD &&
		    !(nodes[i].methods & (YG_TRIE_PUT | YG_TRIE_DELETE)) &&
		    yg_ground_is_coined(node_name(trie, i)))
			nodes[i].flags |= NODE_NAMES;
		if (node_is_literal(&nodes[i]) && !is_below_value(nodes, i) &&
		    nodes[i].methods & YG_TRIE_DELETE)
			set_value(trie, &nodes[i]);
	}
}

/*
 * What stands below ids or in front in many places is the language of the API. So is what stands
 * below many collections, unless it is a value somewhere.
 */
static void mark_spoken(struct yg_trie *trie)
{
	struct node *nodes = trie->view.nodes;

	memset(trie->vocabulary, 0, VOCABULARY_CAP * sizeof(*trie->vocabulary));
	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		uint16_t *count = &trie->vocabulary[nodes[i].hash % VOCABULARY_CAP];

		if (node_is_literal(&nodes[i]) && nodes[i].token == YG_TOKEN_WORD &&
		    (is_below_value(nodes, i) || !is_value(trie, &nodes[i])) && *count < UINT16_MAX)
			(*count)++;
	}
	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		uint16_t count = trie->vocabulary[nodes[i].hash % VOCABULARY_CAP];
		bool spoken = count >= VOCABULARY_MIN && node_is_literal(&nodes[i]) &&
			      nodes[i].token == YG_TOKEN_WORD;

		nodes[i].flags &= (uint8_t)~NODE_SPOKEN;
		nodes[i].flags |= spoken ? NODE_SPOKEN : 0;
	}
}

/* Words that the view reads as values by now. */
static void note_values(struct yg_trie *trie)
{
	memset(trie->values, 0, VALUES_BITS / 8);
	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		const struct node *raw = &trie->raw.nodes[i];
		uint32_t at = trie->forward[i];

		if (!node_is_literal(raw) || raw->token == YG_TOKEN_VERSION)
			continue;
		while (trie->forward[at] != at)
			at = trie->forward[at];
		if (trie->view.nodes[at].flags & NODE_PARAMETER)
			set_value(trie, raw);
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
	uint32_t bit = (uint32_t)pool % POOLED_BITS;

	return trie->pooled[bit / 8] & (1u << bit % 8);
}

static void set_pooled(struct yg_trie *trie, uint64_t pool)
{
	uint32_t bit = (uint32_t)pool % POOLED_BITS;

	trie->pooled[bit / 8] |= (uint8_t)(1u << bit % 8);
}

static uint32_t weigh_node(struct yg_trie *trie, uint32_t parent, uint32_t kinds)
{
	struct node *node = &trie->view.nodes[parent];
	uint32_t due = 0;

	for (int t = 0; t < YG_TOKEN_INT; t++) {
		enum yg_token token = (enum yg_token)t;

		if (!(kinds & (1u << t)) || !is_due(trie, parent, token))
			continue;
		due |= 1u << t;
		if (node_is_literal(node) && parent != ROOT)
			set_pooled(trie, pool_of(node, token));
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

	note_values(trie);
	mark_names(trie);
	mark_spoken(trie);
	yg_alike_count_shapes(trie);
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
