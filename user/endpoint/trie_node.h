/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of the trie, shared by trie.c (paths), trie_fold.c (evidence) and trie_pack.c (bytes). */
#pragma once

#include "endpoint/trie.h"

#define ROOT 1u /* index of the root; 0 is "none" */

enum node_flag {
	NODE_LIVE = 1u << 0,
	NODE_PARAMETER = 1u << 1, /* name is the parameter's, the extension follows it */
	NODE_KEPT = 1u << 2,	  /* literal for good: an operator's word, or much traffic */
	NODE_TERMINAL = 1u << 3,  /* a learned path ends here */
};

/* 104 bytes. Children are a list, newest first; lookup goes through the table. */
struct node {
	uint64_t hash; /* keyed, of the name; of "{}" and the extension for a parameter */
	uint32_t parent;
	uint32_t child;
	uint32_t next;	  /* sibling; free list when not live */
	uint32_t hits;	  /* learned paths that went through; saturating */
	uint32_t samples; /* parameter: index + 1 into trie->samples; 0 none */
	uint16_t children;
	uint16_t folded; /* 1u << weak token: children of that kind are values */
	uint8_t flags;	 /* enum node_flag */
	uint8_t token;	 /* enum yg_token: of the literal, or of the first value */
	uint8_t name_len;
	uint8_t extension_len; /* parameter: bytes after the name */
	char name[YG_TOKEN_LITERAL_MAX];
};

#define SAMPLE_CAP 48u /* bytes of a sample; longer values are cut */

struct samples {
	uint32_t count;
	uint8_t len[YG_TRIE_SAMPLES];
	char text[YG_TRIE_SAMPLES][SAMPLE_CAP];
};

struct yg_trie {
	struct yg_hash_key key;
	uint32_t nodes_max;
	struct node *nodes; /* [cap]; 0 unused, 1 the root */
	uint32_t cap;
	uint32_t used;	      /* nodes ever taken, dead ones included */
	uint32_t live;	      /* without index 0 */
	uint32_t free;	      /* head of the list of dead nodes */
	uint32_t *table;      /* [table_cap] node index; open addressing */
	uint32_t table_cap;   /* power of two, at least twice cap */
	uint32_t *scratch;    /* [2 * cap] pairs waiting to be merged */
	uint16_t *vocabulary; /* [VOCABULARY_CAP] live literals by low bits of the hash */
	struct samples *samples;
	uint32_t samples_count, samples_cap;
	uint32_t generation;
	uint64_t folds, overflow;
};

#define VOCABULARY_CAP 4096u /* counters of names; two names in one only delay a fold */

static inline bool node_is_literal(const struct node *node)
{
	return (node->flags & (NODE_LIVE | NODE_PARAMETER)) == NODE_LIVE;
}

/* trie.c */
int yg_trie_reserve(struct yg_trie *trie, uint32_t nodes);
uint32_t yg_trie_take(struct yg_trie *trie, uint32_t parent, uint64_t hash);
void yg_trie_rebuild(struct yg_trie *trie); /* table and vocabulary from the live nodes */
uint64_t yg_trie_hash_parameter(const struct yg_trie *trie, struct yg_slice extension);
void yg_trie_name_parameter(struct node *node, enum yg_token token, struct yg_slice extension);
void yg_trie_sample(struct yg_trie *trie, uint32_t node, struct yg_slice value);

/* trie_fold.c: look at @node and its parent after a child was added; true if anything folded. */
bool yg_trie_settle(struct yg_trie *trie, uint32_t node);
