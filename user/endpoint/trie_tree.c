/* SPDX-License-Identifier: GPL-2.0-only */
/* The nodes of a trie: memory, lookup, links. */
#include <assert.h>
#include <errno.h>

#include "endpoint/trie_node.h"

#define NODES_MIN 16u /* first allocation; most services are small */

uint64_t yg_trie_hash(const struct yg_trie *trie, struct yg_slice name)
{
	return yg_hash(&trie->key, name.ptr, name.len);
}

uint64_t yg_trie_hash_parameter(const struct yg_trie *trie, struct yg_slice extension)
{
	char text[YG_TOKEN_LITERAL_MAX] = "{}"; /* braces never stand bare in a path */

	assert(extension.len + 2 <= sizeof(text));
	if (extension.len == 0 && trie->bare)
		return trie->bare;
	if (extension.len > 0)
		memcpy(text + 2, extension.ptr, extension.len);
	return yg_hash(&trie->key, text, extension.len + 2);
}

static uint32_t slot_of(const struct yg_trie *trie, uint32_t parent, uint64_t hash)
{
	return (uint32_t)yg_hash_mix(hash + parent) & (trie->cap * 2 - 1);
}

uint32_t yg_tree_find(const struct yg_trie *trie, const struct tree *tree, uint32_t parent,
		      uint64_t hash)
{
	for (uint32_t slot = slot_of(trie, parent, hash); tree->table[slot];
	     slot = (slot + 1) & (trie->cap * 2 - 1)) {
		const struct node *node = &tree->nodes[tree->table[slot]];

		if (node->hash == hash && node->parent == parent)
			return tree->table[slot];
	}
	return 0;
}

void yg_tree_put(const struct yg_trie *trie, struct tree *tree, uint32_t index)
{
	const struct node *node = &tree->nodes[index];
	uint32_t slot = slot_of(trie, node->parent, node->hash);

	while (tree->table[slot])
		slot = (slot + 1) & (trie->cap * 2 - 1);
	tree->table[slot] = index;
}

void yg_tree_index(const struct yg_trie *trie, struct tree *tree)
{
	memset(tree->table, 0, (size_t)trie->cap * 2 * sizeof(*tree->table));
	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		if (tree->nodes[i].flags & NODE_LIVE)
			yg_tree_put(trie, tree, i);
	}
}

void yg_tree_link(struct tree *tree, uint32_t parent, uint32_t index)
{
	tree->nodes[index].parent = parent;
	if (!parent)
		return;
	tree->nodes[index].next = tree->nodes[parent].child;
	tree->nodes[parent].child = index;
	tree->nodes[parent].children++;
}

/* @at: of a pointer, NULL or to heap; its array becomes one of @count. False without memory. */
static bool grow(void *at, size_t count, size_t size)
{
	void *array;

	memcpy(&array, at, sizeof(array));
	array = realloc(array, count * size);
	if (array)
		memcpy(at, &array, sizeof(array));
	return array != NULL;
}

int yg_trie_reserve(struct yg_trie *trie, uint32_t nodes)
{
	uint32_t cap = trie->cap ? trie->cap : NODES_MIN;
	YG_CLEANUP_FREE uint32_t *raw = NULL;
	YG_CLEANUP_FREE uint32_t *view = NULL;

	while (cap < nodes)
		cap *= 2;
	if (cap == trie->cap)
		return 0;
	raw = calloc((size_t)cap * 2, sizeof(*raw));
	view = calloc((size_t)cap * 2, sizeof(*view));
	if (!raw || !view || !grow(&trie->raw.nodes, cap, sizeof(struct node)) ||
	    !grow(&trie->view.nodes, cap, sizeof(struct node)) ||
	    !grow(&trie->names, cap, sizeof(struct name)) ||
	    !grow(&trie->forward, cap, sizeof(uint32_t)) ||
	    !grow(&trie->scratch, (size_t)cap * 3, sizeof(uint32_t)))
		return -ENOMEM;
	free(trie->raw.table);
	free(trie->view.table);
	trie->raw.table = YG_TAKE_PTR(raw);
	trie->view.table = YG_TAKE_PTR(view);
	trie->cap = cap;
	yg_tree_index(trie, &trie->raw);
	yg_tree_index(trie, &trie->view);
	return 0;
}

/* A raw node without a name, first in its parent's list, not in the table; 0 when it is full. */
uint32_t yg_trie_take(struct yg_trie *trie, uint32_t parent, uint64_t hash)
{
	uint32_t index = trie->free;

	if (trie->live >= trie->nodes_max)
		return 0;
	if (index) {
		trie->free = trie->raw.nodes[index].next;
	} else {
		if (yg_trie_reserve(trie, trie->used + 1) < 0)
			return 0;
		index = trie->used++;
	}
	trie->raw.nodes[index] = (struct node){ .hash = hash, .flags = NODE_LIVE };
	trie->view.nodes[index] = (struct node){ 0 };
	trie->names[index].samples = 0;
	trie->names[index].len = trie->names[index].extension_len = 0;
	trie->forward[index] = 0;
	yg_tree_link(&trie->raw, parent, index);
	trie->live++;
	return index;
}

void yg_trie_name_parameter(struct yg_trie *trie, uint32_t index, enum yg_token token,
			    struct yg_slice extension)
{
	const char *text = yg_token_parameter(token);
	struct name *name = &trie->names[index];
	size_t len = strlen(text);

	assert(len + extension.len <= sizeof(name->text));
	trie->raw.nodes[index].flags |= NODE_PARAMETER;
	trie->raw.nodes[index].token = (uint8_t)token;
	name->len = (uint8_t)len;
	name->extension_len = (uint8_t)extension.len;
	memcpy(name->text, text, len);
	if (extension.len > 0)
		memcpy(name->text + len, extension.ptr, extension.len);
}

void yg_trie_sample(struct yg_trie *trie, uint32_t index, struct yg_slice value)
{
	struct name *name = &trie->names[index];
	size_t len = value.len < SAMPLE_CAP ? value.len : SAMPLE_CAP;
	struct samples *samples;

	if (!name->samples) {
		if (trie->samples_count == trie->samples_cap) {
			uint32_t cap = trie->samples_cap ? trie->samples_cap * 2 : NODES_MIN;

			if (!grow(&trie->samples, cap, sizeof(*samples)))
				return; /* a sample less */
			trie->samples_cap = cap;
		}
		trie->samples[trie->samples_count] = (struct samples){ 0 };
		name->samples = ++trie->samples_count;
	}
	samples = &trie->samples[name->samples - 1];
	if (samples->count == YG_TRIE_SAMPLES)
		return;
	for (uint32_t i = 0; i < samples->count; i++) {
		if (samples->len[i] == len && memcmp(samples->text[i], value.ptr, len) == 0)
			return;
	}
	memcpy(samples->text[samples->count], value.ptr, len);
	samples->len[samples->count++] = (uint8_t)len;
}
