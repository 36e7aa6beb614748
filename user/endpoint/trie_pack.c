/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trie as bytes: version, then each live node below the root in an order where parents come
 * first. Names are stored, hashes are not: the key may be another one after a restart.
 *
 *	varint version, varint count, root: varint hits, varint folded, varint flags
 *	count times: varint parent (position, 0 the root), hits, folded, flags, token,
 *		     text name, text extension, varint samples, that many texts
 */
#include "endpoint/trie_node.h"

#define TRIE_VERSION 1
#define FLAGS_KNOWN  (NODE_LIVE | NODE_PARAMETER | NODE_KEPT | NODE_TERMINAL)

static void pack_samples(const struct yg_trie *trie, const struct node *node,
			 struct yg_writer *writer)
{
	const struct samples *samples;

	if (!node->samples) {
		yg_put_varint(writer, 0);
		return;
	}
	samples = &trie->samples[node->samples - 1];
	yg_put_varint(writer, samples->count);
	for (uint32_t i = 0; i < samples->count; i++)
		yg_put_text(writer, (struct yg_slice){ samples->text[i], samples->len[i] });
}

static void pack_node(const struct yg_trie *trie, uint32_t index, uint32_t parent,
		      struct yg_writer *writer)
{
	const struct node *node = &trie->nodes[index];

	yg_put_varint(writer, parent);
	yg_put_varint(writer, node->hits);
	yg_put_varint(writer, node->folded);
	yg_put_varint(writer, node->flags);
	yg_put_varint(writer, node->token);
	yg_put_text(writer, (struct yg_slice){ node->name, node->name_len });
	yg_put_text(writer, (struct yg_slice){ node->name + node->name_len, node->extension_len });
	pack_samples(trie, node, writer);
}

/* Breadth first; scratch holds the nodes in the order they are written. */
void yg_trie_pack(const struct yg_trie *trie, struct yg_writer *writer)
{
	uint32_t *order = trie->scratch;
	uint32_t count = 1;

	yg_put_varint(writer, TRIE_VERSION);
	yg_put_varint(writer, trie->live - 1);
	yg_put_varint(writer, trie->nodes[ROOT].hits);
	yg_put_varint(writer, trie->nodes[ROOT].folded);
	yg_put_varint(writer, trie->nodes[ROOT].flags);
	order[0] = ROOT;
	for (uint32_t at = 0; at < count; at++) {
		for (uint32_t c = trie->nodes[order[at]].child; c; c = trie->nodes[c].next) {
			pack_node(trie, c, at, writer);
			order[count++] = c;
		}
	}
}

static void clear(struct yg_trie *trie)
{
	trie->used = ROOT;
	trie->live = 0;
	trie->free = 0;
	trie->samples_count = 0;
	trie->generation++;
	(void)yg_trie_take(trie, 0, 0); /* the root: its room is there */
	yg_trie_rebuild(trie);
}

static void unpack_samples(struct yg_trie *trie, uint32_t index, struct yg_reader *reader)
{
	uint32_t count = yg_get_max(reader, YG_TRIE_SAMPLES);

	for (uint32_t i = 0; i < count && !reader->bad; i++) {
		struct yg_slice value = yg_get_text(reader);

		if (value.len > SAMPLE_CAP)
			reader->bad = true;
		if (!reader->bad)
			yg_trie_sample(trie, index, value);
	}
}

static bool name_node(const struct yg_trie *trie, struct node *node, struct yg_slice name,
		      struct yg_slice extension)
{
	if (name.len + extension.len + 2 > YG_TOKEN_LITERAL_MAX + 2 ||
	    extension.len + 2 > YG_TOKEN_LITERAL_MAX ||
	    (!(node->flags & NODE_PARAMETER) && (extension.len > 0 || name.len == 0)))
		return false;
	node->name_len = (uint8_t)name.len;
	node->extension_len = (uint8_t)extension.len;
	memcpy(node->name, name.ptr, name.len);
	if (extension.len > 0)
		memcpy(node->name + name.len, extension.ptr, extension.len);
	node->hash = node->flags & NODE_PARAMETER ? yg_trie_hash_parameter(trie, extension)
						  : yg_hash(&trie->key, name.ptr, name.len);
	return true;
}

static bool unpack_node(struct yg_trie *trie, uint32_t position, struct yg_reader *reader)
{
	uint32_t parent = yg_get_max(reader, position);
	uint32_t index = reader->bad ? 0 : yg_trie_take(trie, ROOT + parent, 0);
	struct node *node;
	struct yg_slice name, extension;

	if (!index)
		return false;
	node = &trie->nodes[index];
	node->hits = yg_get_max(reader, UINT32_MAX / 2);
	node->folded = (uint16_t)yg_get_max(reader, (1u << YG_TOKEN_INT) - 1);
	node->flags = (uint8_t)(yg_get_max(reader, FLAGS_KNOWN) | NODE_LIVE);
	node->token = (uint8_t)yg_get_max(reader, YG_TOKEN_MAX - 1);
	name = yg_get_text(reader);
	extension = yg_get_text(reader);
	if (reader->bad || !name_node(trie, node, name, extension))
		return false;
	unpack_samples(trie, index, reader);
	return !reader->bad;
}

void yg_trie_unpack(struct yg_trie *trie, struct yg_reader *reader)
{
	uint32_t count;

	clear(trie);
	if (yg_get_varint(reader) != TRIE_VERSION)
		reader->bad = true;
	count = yg_get_max(reader, trie->nodes_max - 1);
	trie->nodes[ROOT].hits = yg_get_max(reader, UINT32_MAX / 2);
	trie->nodes[ROOT].folded = (uint16_t)yg_get_max(reader, (1u << YG_TOKEN_INT) - 1);
	trie->nodes[ROOT].flags = (uint8_t)(yg_get_max(reader, FLAGS_KNOWN) | NODE_LIVE);
	for (uint32_t i = 0; i < count && !reader->bad; i++) {
		/* Nodes are taken in order, so position i is index ROOT + 1 + i. */
		if (!unpack_node(trie, i, reader))
			reader->bad = true;
	}
	if (reader->bad)
		clear(trie);
	yg_trie_rebuild(trie);
}
