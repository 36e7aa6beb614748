/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the trie, shared by trie.c (paths), trie_tree.c (nodes), trie_fold.c (evidence),
 * trie_text.c (templates) and trie_pack.c (bytes).
 *
 *	raw	what was learned, letter by letter; only strong values share a node
 *	view	how it reads: raw with the values of parameters folded, made anew when raw has grown
 *
 * A node has the same index in both; raw node i reads as view node forward[i].
 */
#pragma once

#include "endpoint/trie.h"

#define ROOT 1u /* index of the root; 0 is "none" */

enum node_flag {
	NODE_LIVE = 1u << 0,
	NODE_PARAMETER = 1u << 1, /* raw: name is the parameter's, the extension follows it */
	NODE_KEPT = 1u << 2,	  /* literal for good: an operator's word, or much traffic */
	NODE_TERMINAL = 1u << 3,  /* a learned path ends here */
	NODE_NAMES = 1u << 4,	  /* view: has ids below, so it names a collection */
	NODE_GROUP = 1u << 6,	  /* view: has a version below, so it names an API */
	NODE_SPOKEN = 1u << 7,	  /* view: stands in so many places that it is the API's language */
	NODE_HOLDER = 1u << 8,	  /* view: what has ids below it here are values, too */
	NODE_RESERVED = 1u << 5,  /* a word that routers know everywhere: "me", "search" */
};

/* Children are a list, newest first; lookup goes through the table. */
struct node {
	uint64_t hash;	/* keyed, of the name; of "{}" and the extension for a parameter */
	uint64_t shape; /* fields of the answers to paths that end here (endpoint/shape.h) */
	uint32_t parent;
	uint32_t child;
	uint32_t next;	 /* sibling; free list when not live */
	uint32_t hits;	 /* learned paths that went through; saturating */
	uint32_t folded; /* 1u << weak token: children of that kind are values */
	uint16_t children;
	uint16_t flags;	 /* enum node_flag */
	uint8_t token;	 /* enum yg_token: of the literal, or what names the parameter */
	uint8_t methods; /* enum yg_trie_method of the paths that end here */
	uint8_t said;	 /* 1 + token that has named the parameter below it; 0 none */
	uint8_t age;	 /* times that it was published so; saturating */
	uint32_t held;	 /* kinds that are folded below it in what was published last */
};

struct name {
	uint32_t samples; /* parameter: index + 1 into trie->samples; 0 none */
	uint8_t len;
	uint8_t extension_len; /* parameter: bytes after the name */
	char text[YG_TOKEN_LITERAL_MAX];
};

#define SAMPLE_CAP 48u /* bytes of a sample; longer values are cut */

struct samples {
	uint32_t owner; /* scratch of trie_commit.c */
	uint32_t count;
	uint8_t len[YG_TRIE_SAMPLES];
	char text[YG_TRIE_SAMPLES][SAMPLE_CAP];
};

#define VOCABULARY_CAP 4096u /* counters of names; two names in one only delay a fold */
#define TAGS_CAP       4096u /* of a set; two in one place: the lesser stays, and a fold waits */
#define WEAK_ALL       ((1u << YG_TOKEN_INT) - 1)

struct tree {
	struct node *nodes; /* [cap]; 0 unused, 1 the root */
	uint32_t *table;    /* [2 * cap] node index; open addressing */
};

struct yg_trie {
	struct yg_hash_key key;
	uint64_t bare; /* hash of a parameter without an extension: nearly all */
	uint32_t nodes_max;
	struct tree raw, view;
	struct name *names;   /* [cap] of the raw nodes */
	uint32_t *forward;    /* [cap] */
	uint32_t *scratch;    /* [3 * cap] pairs waiting to be merged, then readings */
	uint32_t cap;	      /* power of two */
	uint32_t used;	      /* nodes ever taken, dead ones included */
	uint32_t live;	      /* without index 0 */
	uint32_t free;	      /* head of the list of dead nodes */
	uint32_t fresh;	      /* raw nodes that no view has weighed yet */
	uint16_t *vocabulary; /* [VOCABULARY_CAP] places of a literal, by low bits of its hash */
	uint16_t *values;     /* [TAGS_CAP] words that are values somewhere */
	uint16_t *pooled;     /* [TAGS_CAP] kinds that fold under a parent's name */
	struct samples *samples;
	uint32_t samples_count, samples_cap;
	uint32_t generation;
	uint64_t folds, splits, overflow;
};

/* Sets of hashes, whose order does not matter: a place holds the least of those that want it. */
static inline uint16_t tag_of(uint64_t hash)
{
	return (uint16_t)(hash >> 48 ? hash >> 48 : 1);
}

static inline bool tags_have(const uint16_t *tags, uint64_t hash)
{
	return tags[hash % TAGS_CAP] == tag_of(hash);
}

static inline void tags_put(uint16_t *tags, uint64_t hash)
{
	uint16_t *tag = &tags[hash % TAGS_CAP];

	if (!*tag || tag_of(hash) < *tag)
		*tag = tag_of(hash);
}

static inline bool node_is_literal(const struct node *node)
{
	return (node->flags & (NODE_LIVE | NODE_PARAMETER)) == NODE_LIVE;
}

static inline struct yg_slice node_name(const struct yg_trie *trie, uint32_t index)
{
	return (struct yg_slice){ trie->names[index].text, trie->names[index].len };
}

static inline struct yg_slice node_extension(const struct yg_trie *trie, uint32_t index)
{
	const struct name *name = &trie->names[index];

	return (struct yg_slice){ name->text + name->len, name->extension_len };
}

/* trie.c: how segment @i reads under view node @parent (0: unknown ground). */
struct yg_route_segment yg_trie_read(const struct yg_trie *trie, uint32_t parent,
				     const struct yg_path *path, uint32_t i);

/* trie_tree.c */
int yg_trie_reserve(struct yg_trie *trie, uint32_t nodes);
uint64_t yg_trie_hash(const struct yg_trie *trie, struct yg_slice name);
uint64_t yg_trie_hash_parameter(const struct yg_trie *trie, struct yg_slice extension);
uint32_t yg_tree_find(const struct yg_trie *trie, const struct tree *tree, uint32_t parent,
		      uint64_t hash);
void yg_tree_put(const struct yg_trie *trie, struct tree *tree, uint32_t index);
void yg_tree_link(struct tree *tree, uint32_t parent, uint32_t index);
void yg_tree_index(const struct yg_trie *trie, struct tree *tree); /* table from live nodes */
uint32_t yg_trie_take(struct yg_trie *trie, uint32_t parent, uint64_t hash);
void yg_trie_name_parameter(struct yg_trie *trie, uint32_t index, enum yg_token token,
			    struct yg_slice extension);
void yg_trie_sample(struct yg_trie *trie, uint32_t node, struct yg_slice value);

/* trie_fold.c: the view made from raw. */
void yg_trie_rebuild(struct yg_trie *trie);

/*
 * trie_fold.c: what names a parameter below @parent, a node of either tree, whose values are of
 * kind @token: what has named it before, unless that promised more than there is.
 */
enum yg_token yg_trie_name_of(const struct node *parent, enum yg_token token);

/* trie_commit.c: raw becomes what the view is; samples are all that stays of folded values. */
void yg_trie_commit(struct yg_trie *trie);
