/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trie_evidence.h"

#include "endpoint/token_inside.h"
#include "endpoint/trie_alike.h"
#include "endpoint/trie_ground.h"
#include "endpoint/trie_names.h"

#define HEAVY_HITS   20u /* a word with so many hits ... */
#define HEAVY_RATIO  8u	 /* ... and as many times those of its siblings stays literal */
#define STRAGGLERS   8u	 /* words beside values that people choose */
#define ALIKE_MOST   5u	 /* words that are nearly all of a collection and alike */
#define BESIDE_ALIKE 4u	 /* words beside ids that look like what is below the ids */
#define ROOT_FILES   20u /* in the root; fewer are "robots.txt" and its like */
/* Kinds that names of things are of, too; that they are of more often than not. */
#define NAMES_MOSTLY                                                            \
	(1u << YG_TOKEN_WORD | 1u << YG_TOKEN_VERSION | 1u << YG_TOKEN_LOCALE | \
	 1u << YG_TOKEN_DOTTED | 1u << YG_TOKEN_NUMBERED)
#define IN_FRONT (1u << YG_TOKEN_WORD | 1u << YG_TOKEN_VERSION | 1u << YG_TOKEN_SLUG)
#define NEVER	 (UINT32_MAX / 16)
#define HOLDER	 12u /* words with ids below them where such are values */
#define NATIVE	 8u  /* words of the API's own language where names may stand */

/* How much it takes depends on where: see ground_of(). */
enum ground {
	GROUND_FRONT,	   /* where the API begins: names of its parts */
	GROUND_COLLECTION, /* behind a word in the plural: nine in ten have ids below them */
	GROUND_WORD,	   /* behind another word */
	GROUND_VALUE,	   /* behind a value: names of what it has */
	GROUND_PROPERTY,   /* behind what names a value: "type", "template-id" */
	GROUND_MAX
};

struct need {
	uint32_t distinct[GROUND_MAX];
	uint32_t among;	 /* distinct ones, where as many other words stand beside them */
	uint32_t alike;	 /* as this; half of it in a collection */
	uint32_t beside; /* distinct ones beside a parameter */
};

/*
 * What fewer than one in 200 places of such a ground has as names, going by the paths of 690
 * published OpenAPI documents. NAME: "Microsoft.Web"; SLUG: a family counts as one.
 */
/* clang-format off */
static const struct need needs[YG_TOKEN_INT] = {
	/*			FRONT  COLLECTION  WORD  VALUE  PROPERTY among alike	beside */
	[YG_TOKEN_WORD]	    = { { 60,	8,	20,	30,	2 },	30,  12,	15 },
	[YG_TOKEN_VERSION]  = { { 12,	6,	12,	12,	2 },	12,  NEVER,	12 },
	[YG_TOKEN_UPPER]    = { { 6,	1,	3,	3,	1 },	6,   2,		2 },
	[YG_TOKEN_LOCALE]   = { { 4,	2,	4,	4,	1 },	4,   2,		3 },
	[YG_TOKEN_REGION]   = { { 3,	2,	3,	3,	1 },	3,   2,		2 },
	[YG_TOKEN_SLUG]	    = { { 5,	1,	4,	5,	1 },	6,   2,		3 },
	[YG_TOKEN_DOTTED]   = { { 8,	4,	8,	8,	2 },	8,   2,		4 },
	[YG_TOKEN_NUMBERED] = { { 4,	1,	3,	3,	1 },	4,   2,		2 },
	[YG_TOKEN_FILE]	    = { { 3,	1,	2,	3,	1 },	3,   2,		1 },
	[YG_TOKEN_TEXT]	    = { { 2,	1,	1,	1,	1 },	2,   2,		1 },
	[YG_TOKEN_NAME]	    = { { 3,	2,	2,	2,	1 },	3,   2,		1 },
	[YG_TOKEN_MIXED]    = { { 2,	1,	1,	1,	1 },	2,   2,		1 },
	[YG_TOKEN_HOST]	    = { { 3,	1,	1,	1,	1 },	2,   2,		1 },
};
/* clang-format on */

struct evidence {
	uint32_t count;	   /* of candidates */
	uint32_t distinct; /* less those of one family */
	uint32_t alike;
	uint32_t deleted;
	uint32_t values; /* read as values elsewhere */
	uint64_t hits;
	uint32_t names;
	uint32_t others;   /* words and the like */
	uint32_t numerals; /* candidates with two digits or more */
	uint32_t plurals;  /* candidates that read like names of collections */
	uint32_t native;   /* candidates that are words of a language beyond ASCII */
	struct yg_alike_shapes shapes;
	bool parameter;	      /* ids stand beside them ... */
	enum yg_token beside; /* ... of this kind */
};

/* What a name begins with: "chat" of "chat.post", "log" of "log-level-http". */
static uint64_t stem_of(const struct yg_trie *trie, uint32_t index)
{
	struct yg_slice name = node_name(trie, index);
	size_t len = 0;

	while (len < name.len && !strchr(".-_ ", name.ptr[len]) &&
	       !(trie->view.nodes[index].token == YG_TOKEN_NUMBERED && is_digit(name.ptr[len])))
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
	if (kind & (1u << YG_TOKEN_SLUG | 1u << YG_TOKEN_REGION | 1u << YG_TOKEN_NUMBERED))
		return count - shared;
	return count > 2 * shared ? count - 2 * shared : 0;
}

static size_t count_digits(struct yg_slice name)
{
	size_t count = 0;

	for (size_t i = 0; i < name.len; i++)
		count += is_digit(name.ptr[i]);
	return count;
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
			have.others += !(node->flags & (NODE_KEPT | NODE_RESERVED)) &&
				       NAMES_MOSTLY & 1u << node->token;
		} else {
			have.hits += node->hits;
			have.count++;
			have.values +=
				yg_names_is_value(trie, node) && !(node->methods & YG_TRIE_DELETE);
			have.deleted += (node->methods & YG_TRIE_DELETE) != 0;
			have.numerals += count_digits(node_name(trie, c)) >= 2;
			have.plurals += yg_ground_is_plural_name(node_name(trie, c));
			have.native += node->token == YG_TOKEN_TEXT &&
				       yg_ground_is_native_word(node_name(trie, c));
		}
	}
	if (kind & (1u << YG_TOKEN_DOTTED | 1u << YG_TOKEN_SLUG | 1u << YG_TOKEN_NAME |
		    1u << YG_TOKEN_REGION) ||
	    (kind & 1u << YG_TOKEN_NUMBERED && nodes[parent].flags & NODE_PARAMETER))
		have.distinct = count_stems(trie, parent, kind);
	else
		have.distinct = have.count;
	return have;
}

/*
 * Names of collections are in the plural more often than not, values hardly ever; names of
 * products may be.
 */
static bool is_plural(const struct evidence *have, enum yg_token token)
{
	if (token == YG_TOKEN_WORD)
		return have->plurals >= 2 && have->plurals * 3 >= have->count;
	return token == YG_TOKEN_SLUG && have->plurals >= 3 && have->plurals * 3 >= have->count * 2;
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

	if (token == YG_TOKEN_WORD || token == YG_TOKEN_LOCALE)
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

	if (have->names * 8 > have->distinct ||
	    yg_alike_apart(trie, parent, kind) * 8 > have->distinct)
		return false;
	alike = yg_alike_count(trie, parent, kind, have->parameter ? 1 : 2);
	if (have->parameter && alike >= 2 && alike * 10 >= have->distinct * 9)
		return true;
	if (have->distinct < needs[YG_TOKEN_WORD].alike)
		return false;
	if (alike == 0)
		return have->distinct >= needs[YG_TOKEN_WORD].distinct[GROUND_FRONT];
	return (have->distinct >= needs[YG_TOKEN_WORD].distinct[GROUND_FRONT] ||
		alike * 10 >= have->distinct * 9) &&
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
		return (have->beside == YG_TOKEN_NAME || have->beside == YG_TOKEN_NUMBERED ||
			have->beside == YG_TOKEN_TEXT) &&
		       have->distinct * half >= STRAGGLERS;
	default:
		return false;
	}
}

/*
 * Words with the same below them as each other, or as the parameter beside them: of 10,000
 * published collections seven have two such names, and of 13,000 parameters ten have one beside
 * them. Behind a word that is no collection there may be actions on things of many kinds:
 * "/app/order/detail".
 */
static bool is_due_alike(const struct yg_trie *trie, uint32_t parent, const struct evidence *have,
			 enum ground ground)
{
	uint32_t kind = 1u << YG_TOKEN_WORD;
	uint32_t least = have->parameter ? 1 : 3;
	uint32_t alike;

	if (ground == GROUND_WORD && !have->parameter)
		return have->distinct >= ALIKE_MOST &&
		       yg_alike_count(trie, parent, kind, 2) >= needs[YG_TOKEN_WORD].alike;
	alike = yg_alike_count(trie, parent, kind,
			       ground == GROUND_VALUE && !have->parameter ? 2 : 1);
	if (alike == 2 && ground == GROUND_COLLECTION)
		alike = yg_alike_count(trie, parent, kind, 2), least = 2;
	return alike >= least && alike * 4 >= have->distinct * 3;
}

/* Words, where nothing else says more. */
static bool is_due_word(const struct yg_trie *trie, uint32_t parent, const struct evidence *have,
			enum ground ground)
{
	uint32_t kind = 1u << YG_TOKEN_WORD;
	bool below_value = ground == GROUND_VALUE;

	if (ground == GROUND_COLLECTION && have->names + have->others == 0 &&
	    have->deleted * 2 >= have->distinct && have->deleted >= 2)
		return true;
	if (have->deleted >= (below_value ? 4u : 3u) &&
	    have->deleted * (below_value ? 4u : 2u) >= have->distinct * (below_value ? 3u : 1u) &&
	    (!below_value || have->names == 0))
		return true;
	if (have->values >= 2 && have->values * 2 >= have->distinct)
		return true;
	if (is_due_alike(trie, parent, have, ground))
		return true;
	/* Collections of one API share a name or two below them ("search"); values share more. */
	return have->parameter && have->distinct >= ALIKE_MOST &&
	       yg_alike_count(trie, parent, kind, 2) >= BESIDE_ALIKE;
}

static enum ground ground_of(const struct yg_trie *trie, uint32_t parent)
{
	const struct node *node = &trie->view.nodes[parent];

	if (yg_ground_is_front(trie, parent))
		return GROUND_FRONT;
	if (node->flags & NODE_PARAMETER)
		return GROUND_VALUE;
	if (node->token == YG_TOKEN_TEXT)
		return GROUND_FRONT; /* who writes names like that may go on */
	if (node->token == YG_TOKEN_WORD && yg_ground_is_property(node_name(trie, parent)) > 0)
		return GROUND_PROPERTY;
	return yg_ground_is_collection(trie, parent) ? GROUND_COLLECTION : GROUND_WORD;
}

/*
 * So many that they cannot all be names. One alone only where no other words stand, and if its
 * digits say so: "oauth2" and "a2p" are names.
 */
static bool is_due_by_count(const struct evidence *have, enum yg_token token, enum ground ground)
{
	const struct need *need = &needs[token];
	uint32_t least = need->distinct[ground];

	if (least == 1 &&
	    ((token == YG_TOKEN_NUMBERED || token == YG_TOKEN_MIXED) && !have->numerals))
		least = 2;
	if (have->others >= have->distinct && least < need->among)
		least = ground == GROUND_COLLECTION ? (need->among + 1) / 2 : need->among;
	if (have->parameter)
		least = need->beside;
	return have->distinct >= least;
}

/* The name before them says what they are: then few are enough, if no names stand among them. */
static bool is_due_by_name(const struct yg_trie *trie, uint32_t parent, enum yg_token token,
			   const struct evidence *have)
{
	uint32_t least = needs[token].distinct[GROUND_PROPERTY];
	uint32_t said = yg_ground_is_property(node_name(trie, parent));

	return have->names * 2 <= have->count && have->distinct >= (said < least ? said : least);
}

/*
 * What has been published for long stays unless more says that it is wrong than that it is not yet
 * sure: mostly one family or names among what is left, or things with something of their own below.
 */
static bool is_refuted(const struct yg_trie *trie, uint32_t parent, enum yg_token token,
		       const struct evidence *have)
{
	return (token == YG_TOKEN_DOTTED && have->distinct * 4 < have->count) || have->count == 0 ||
	       have->names * 2 > have->count ||
	       (token == YG_TOKEN_WORD &&
		yg_alike_apart(trie, parent, 1u << token) * 4 > have->count);
}

static bool is_due(const struct yg_trie *trie, uint32_t parent, enum yg_token token,
		   enum ground ground)
{
	uint32_t kind = 1u << token;
	uint32_t half = yg_ground_is_collection(trie, parent) ? 2 : 1;
	bool front = IN_FRONT & kind && ground == GROUND_FRONT;
	bool below_value = ground == GROUND_FRONT || ground == GROUND_VALUE;
	const struct node *nodes = trie->view.nodes;
	struct evidence have = gather(trie, parent, kind);
	bool native = have.native * 2 > have.count &&
		      (ground == GROUND_FRONT || yg_ground_is_native(trie, parent));

	yg_alike_compare_shapes(trie, parent, kind, &have.shapes);
	if (is_due_by_shape(&have, token, front, half))
		return true;
	if (token <= YG_TOKEN_NUMBERED && is_apart_by_shape(&have))
		return false;
	if ((below_value && have.names * 2 > have.distinct) ||
	    (parent == ROOT && token == YG_TOKEN_FILE && have.distinct < ROOT_FILES))
		return false;
	if (native)
		return have.distinct >= NATIVE;
	if (is_plural(&have, token))
		return false;
	if (yg_evidence_is_held(&nodes[parent], token) && !is_refuted(trie, parent, token, &have))
		return true;
	if (ground == GROUND_PROPERTY && is_due_by_name(trie, parent, token, &have))
		return true;
	if (nodes[parent].flags & NODE_HOLDER && token == YG_TOKEN_WORD && have.count >= HOLDER)
		return true;
	if (front && token == YG_TOKEN_WORD)
		return is_due_in_front(trie, parent, &have);
	if (is_due_unworded(trie, parent, token, &have))
		return true;
	if ((token == YG_TOKEN_WORD || front) && half == 1 &&
	    yg_alike_apart(trie, parent, kind) * 4 > have.distinct)
		return false;
	if (is_due_by_count(&have, token, ground) || is_straggler(&have, token, half))
		return true;
	if (token == YG_TOKEN_WORD)
		return is_due_word(trie, parent, &have, ground);
	return have.distinct * half >= needs[token].alike &&
	       yg_alike_count(trie, parent, kind, 1) * half >= needs[token].alike;
}

/*
 * Words with far more traffic than their siblings are names: they stay when the others fold. One
 * that has below it what they have is the largest of them.
 */
static void keep_heavy(const struct yg_trie *trie, uint32_t parent)
{
	struct node *nodes = trie->view.nodes;
	uint32_t kind = 1u << YG_TOKEN_WORD;
	struct evidence have = gather(trie, parent, kind);

	for (uint32_t c = nodes[parent].child; c; c = nodes[c].next) {
		if (yg_evidence_is_candidate(&nodes[c], kind) && nodes[c].hits >= HEAVY_HITS &&
		    (uint64_t)nodes[c].hits * have.distinct >= have.hits * HEAVY_RATIO &&
		    !yg_alike_is_like(trie, c, kind, 2))
			nodes[c].flags |= NODE_KEPT;
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

static uint32_t weigh_node(struct yg_trie *trie, uint32_t parent, uint32_t kinds)
{
	struct node *node = &trie->view.nodes[parent];
	enum ground ground = ground_of(trie, parent);
	uint32_t due = 0;

	for (int t = 0; t < YG_TOKEN_INT; t++) {
		enum yg_token token = (enum yg_token)t;

		if (!(kinds & (1u << t)) || !is_due(trie, parent, token, ground))
			continue;
		due |= 1u << t;
		if (node_is_literal(node) && parent != ROOT)
			tags_put(trie->pooled, pool_of(node, token));
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
		struct evidence have;

		if (!(kinds & (1u << t)) ||
		    !tags_have(trie->pooled, pool_of(node, (enum yg_token)t)))
			continue;
		have = gather(trie, parent, 1u << t);
		due |= is_plural(&have, (enum yg_token)t) ? 0 : 1u << t;
	}
	return due;
}

bool yg_evidence_weigh(struct yg_trie *trie)
{
	struct node *nodes = trie->view.nodes;
	uint32_t *due = trie->scratch; /* no merge is under way */
	bool any;

	any = yg_names_mark(trie);
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

bool yg_evidence_is_clear(const struct yg_trie *trie, uint32_t parent, enum yg_token token)
{
	uint32_t kind = 1u << token;

	if (token == YG_TOKEN_VERSION)
		return false;
	if (pooled_kinds(trie, parent, kind))
		return true;
	return is_due(trie, parent, token, ground_of(trie, parent));
}
