/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the trie has learned, as bytes: version, then each live raw node below the root in an order
 * where parents come first. Names are stored, hashes are not: the key may be another one after a
 * restart. The view is not stored: it follows from these and from what it was (held, age, said).
 *
 *	varint version, varint count, root: varint hits, folded, flags, held, age, said
 *	count times: varint parent (position, 0 the root), hits, folded, flags, token, methods,
 *		     held, age, said, u64 shape, text name, text extension, varint samples, that
 *		     many texts
 */
#include "endpoint/trie_node.h"

#define TRIE_VERSION	7
#define VERSION_NO_HELD 6 /* nothing was said of what had been published */
#define VERSION_NO_HOST 5 /* hosts had no kind of their own: strong ones were one less */
#define METHODS_MAX	(2 * YG_TRIE_OTHER - 1)
#define FLAGS_KNOWN	(NODE_LIVE | NODE_PARAMETER | NODE_KEPT | NODE_TERMINAL | NODE_RESERVED)

static void pack_samples(const struct yg_trie *trie, uint32_t index, struct yg_writer *writer)
{
	const struct samples *samples;

	if (!trie->names[index].samples) {
		yg_put_varint(writer, 0);
		return;
	}
	samples = &trie->samples[trie->names[index].samples - 1];
	yg_put_varint(writer, samples->count);
	for (uint32_t i = 0; i < samples->count; i++)
		yg_put_text(writer, (struct yg_slice){ samples->text[i], samples->len[i] });
}

static void pack_held(const struct node *node, struct yg_writer *writer)
{
	yg_put_varint(writer, node->held);
	yg_put_varint(writer, node->age);
	yg_put_varint(writer, node->said);
}

static void pack_node(const struct yg_trie *trie, uint32_t index, uint32_t parent,
		      struct yg_writer *writer)
{
	const struct node *node = &trie->raw.nodes[index];

	yg_put_varint(writer, parent);
	yg_put_varint(writer, node->hits);
	yg_put_varint(writer, node->folded);
	yg_put_varint(writer, node->flags);
	yg_put_varint(writer, node->token);
	yg_put_varint(writer, node->methods);
	pack_held(node, writer);
	yg_put_u64(writer, node->shape);
	yg_put_text(writer, node_name(trie, index));
	yg_put_text(writer, node_extension(trie, index));
	pack_samples(trie, index, writer);
}

/* Breadth first; scratch holds the nodes in the order they are written. */
void yg_trie_pack(const struct yg_trie *trie, struct yg_writer *writer)
{
	const struct node *nodes = trie->raw.nodes;
	uint32_t *order = trie->scratch;
	uint32_t count = 1;

	yg_put_varint(writer, TRIE_VERSION);
	yg_put_varint(writer, trie->live - 1);
	yg_put_varint(writer, trie->raw.nodes[ROOT].hits);
	yg_put_varint(writer, trie->raw.nodes[ROOT].folded);
	yg_put_varint(writer, trie->raw.nodes[ROOT].flags);
	pack_held(&trie->raw.nodes[ROOT], writer);
	order[0] = ROOT;
	for (uint32_t at = 0; at < count; at++) {
		for (uint32_t c = nodes[order[at]].child; c; c = nodes[c].next) {
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
	yg_tree_index(trie, &trie->raw);
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

static bool name_node(struct yg_trie *trie, uint32_t index, struct yg_slice text,
		      struct yg_slice extension)
{
	struct node *node = &trie->raw.nodes[index];
	struct name *name = &trie->names[index];

	if (text.len + extension.len > YG_TOKEN_LITERAL_MAX ||
	    extension.len + 2 > YG_TOKEN_LITERAL_MAX ||
	    (!(node->flags & NODE_PARAMETER) && (extension.len > 0 || text.len == 0)))
		return false;
	name->len = (uint8_t)text.len;
	name->extension_len = (uint8_t)extension.len;
	if (text.len > 0)
		memcpy(name->text, text.ptr, text.len);
	if (extension.len > 0)
		memcpy(name->text + text.len, extension.ptr, extension.len);
	node->hash = node->flags & NODE_PARAMETER ? yg_trie_hash_parameter(trie, extension)
						  : yg_trie_hash(trie, text);
	return true;
}

static void unpack_held(struct node *node, uint64_t version, struct yg_reader *reader)
{
	if (version <= VERSION_NO_HELD)
		return;
	node->held = yg_get_max(reader, WEAK_ALL);
	node->age = (uint8_t)yg_get_max(reader, UINT8_MAX);
	node->said = (uint8_t)yg_get_max(reader, YG_TOKEN_MAX);
}

static bool unpack_node(struct yg_trie *trie, uint64_t version, uint32_t position,
			struct yg_reader *reader)
{
	uint32_t parent = yg_get_max(reader, position);
	uint32_t index = reader->bad ? 0 : yg_trie_take(trie, ROOT + parent, 0);
	struct node *node;
	struct yg_slice name, extension;

	if (!index)
		return false;
	node = &trie->raw.nodes[index];
	node->hits = yg_get_max(reader, UINT32_MAX / 2);
	node->folded = yg_get_max(reader, WEAK_ALL);
	node->flags = (uint8_t)(yg_get_max(reader, FLAGS_KNOWN) | NODE_LIVE);
	node->token = (uint8_t)yg_get_max(reader, YG_TOKEN_MAX - 1);
	if (version == VERSION_NO_HOST && node->token >= YG_TOKEN_HOST)
		node->token = (uint8_t)(node->token + 1u);
	node->methods = (uint8_t)yg_get_max(reader, METHODS_MAX);
	unpack_held(node, version, reader);
	node->shape = yg_get_u64(reader);
	name = yg_get_text(reader);
	extension = yg_get_text(reader);
	/* A literal folds by the bit of its kind: only weak ones have one. */
	if (reader->bad || node->token >= YG_TOKEN_MAX ||
	    (node_is_literal(node) && node->token >= YG_TOKEN_INT) ||
	    !name_node(trie, index, name, extension))
		return false;
	unpack_samples(trie, index, reader);
	return !reader->bad;
}

void yg_trie_unpack(struct yg_trie *trie, struct yg_reader *reader)
{
	uint64_t version;
	uint32_t count;

	clear(trie);
	version = yg_get_varint(reader);
	if (version < VERSION_NO_HOST || version > TRIE_VERSION)
		reader->bad = true;
	count = yg_get_max(reader, trie->nodes_max - 1);
	trie->raw.nodes[ROOT].hits = yg_get_max(reader, UINT32_MAX / 2);
	trie->raw.nodes[ROOT].folded = yg_get_max(reader, WEAK_ALL);
	trie->raw.nodes[ROOT].flags = (uint8_t)(yg_get_max(reader, FLAGS_KNOWN) | NODE_LIVE);
	unpack_held(&trie->raw.nodes[ROOT], version, reader);
	for (uint32_t i = 0; i < count && !reader->bad; i++) {
		/* Nodes are taken in order, so position i is index ROOT + 1 + i. */
		if (!unpack_node(trie, version, i, reader))
			reader->bad = true;
	}
	if (reader->bad)
		clear(trie);
	yg_tree_index(trie, &trie->raw);
	yg_trie_rebuild(trie);
}
