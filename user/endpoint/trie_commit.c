/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A full trie forgets: raw becomes what the view is. Values that had folded live on as samples of
 * their parameter, and their kinds stay folded under its parent.
 */
#include "endpoint/trie_node.h"

/* Move samples of the dead names out of the way, so that the table does not grow for ever. */
static void compact_samples(struct yg_trie *trie)
{
	uint32_t count = 0;

	/* In order of where they stand, so that nothing is overwritten before it has moved. */
	for (uint32_t i = 0; i < trie->samples_count; i++)
		trie->samples[i].owner = 0;
	for (uint32_t i = ROOT; i < trie->used; i++) {
		if (trie->names[i].samples && trie->raw.nodes[i].flags & NODE_LIVE)
			trie->samples[trie->names[i].samples - 1].owner = i;
	}
	for (uint32_t i = 0; i < trie->samples_count; i++) {
		uint32_t owner = trie->samples[i].owner;

		if (!owner)
			continue;
		trie->samples[count] = trie->samples[i];
		trie->names[owner].samples = ++count;
	}
	trie->samples_count = count;
}

/* What @from stood for is a sample of @into now. */
static void keep_samples(struct yg_trie *trie, uint32_t into, uint32_t from)
{
	struct samples copy = { 0 };

	if (node_is_literal(&trie->raw.nodes[from])) {
		struct yg_slice name = node_name(trie, from);

		copy.len[0] = (uint8_t)(name.len < SAMPLE_CAP ? name.len : SAMPLE_CAP);
		memcpy(copy.text[0], name.ptr, copy.len[0]);
		copy.count = 1;
	} else if (trie->names[from].samples) {
		copy = trie->samples[trie->names[from].samples - 1];
	}
	for (uint32_t i = 0; i < copy.count; i++)
		yg_trie_sample(trie, into, (struct yg_slice){ copy.text[i], copy.len[i] });
}

void yg_trie_commit(struct yg_trie *trie)
{
	struct node *raw = trie->raw.nodes, *view = trie->view.nodes;

	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		uint32_t into = trie->forward[i];

		if (raw[i].flags & NODE_LIVE && view[into].flags & NODE_PARAMETER &&
		    (into != i || node_is_literal(&raw[i])))
			keep_samples(trie, into, i);
	}
	for (uint32_t i = ROOT + 1; i < trie->used; i++) {
		bool turned = view[i].flags & NODE_PARAMETER && node_is_literal(&raw[i]);

		if (!(raw[i].flags & NODE_LIVE))
			continue;
		if (!(view[i].flags & NODE_LIVE)) {
			raw[i] = (struct node){ .next = trie->free };
			trie->names[i].samples = 0;
			trie->free = i;
			trie->live--;
		} else {
			uint8_t kept = raw[i].flags & (NODE_KEPT | NODE_RESERVED);

			raw[i] = view[i];
			raw[i].flags = (uint8_t)((view[i].flags & ~(NODE_KEPT | NODE_NAMES |
								    NODE_GROUP | NODE_SPOKEN)) |
						 kept);
			trie->forward[i] = i;
		}
		if (turned)
			yg_trie_name_parameter(trie, i, (enum yg_token)view[i].token,
					       (struct yg_slice){ 0 });
	}
	raw[ROOT] = view[ROOT];
	compact_samples(trie);
	yg_tree_index(trie, &trie->raw);
}
