/* SPDX-License-Identifier: GPL-2.0-only */
/* Templates as text, and texts made earlier read again. */
#include <errno.h>
#include <stdio.h>

#include "endpoint/trie_node.h"

/* Text under construction. */
struct text {
	char *ptr;
	size_t cap;
	size_t len;
	bool full;
	struct yg_slice names[YG_PATH_SEGMENTS_MAX]; /* of the parameters so far */
	uint32_t name_count;
};

static void put_text(struct text *text, struct yg_slice part)
{
	if (part.len == 0)
		return;
	if (text->full || part.len + 1 > text->cap - text->len) { /* NUL after it */
		text->full = true;
		return;
	}
	memcpy(text->ptr + text->len, part.ptr, part.len);
	text->len += part.len;
}

static void put_parameter(struct text *text, struct yg_slice name, struct yg_slice extension)
{
	uint32_t same = 1;
	char number[12];

	for (uint32_t i = 0; i < text->name_count; i++)
		same += yg_slice_equal(text->names[i], name);
	text->names[text->name_count++] = name;
	put_text(text, YG_SLICE("{"));
	put_text(text, name);
	if (same > 1) {
		int len = snprintf(number, sizeof(number), "%u", same);

		put_text(text, (struct yg_slice){ number, (size_t)len });
	}
	put_text(text, YG_SLICE("}"));
	put_text(text, extension);
}

static void put_segment(struct text *text, const struct yg_trie *trie, struct yg_slice value,
			const struct yg_route_segment *segment)
{
	struct yg_slice extension = { value.ptr + segment->stem_len,
				      value.len - segment->stem_len };
	enum yg_token token = segment->token;

	put_text(text, YG_SLICE("/"));
	if (!segment->parameter) {
		put_text(text, value);
		return;
	}
	if (segment->node) {
		bool strong = trie->raw.nodes[segment->node].flags & NODE_PARAMETER;

		token = (enum yg_token)trie->view.nodes[segment->node].token;
		extension = strong ? node_extension(trie, segment->node) : (struct yg_slice){ 0 };
	}
	put_parameter(text, yg_slice_from_str(yg_token_parameter(token)), extension);
}

static ssize_t end_text(struct text *text)
{
	if (text->len == 0)
		put_text(text, YG_SLICE("/"));
	if (text->full)
		text->len = 0;
	text->ptr[text->len] = '\0';
	return text->full ? -ENOSPC : (ssize_t)text->len;
}

ssize_t yg_trie_text(const struct yg_trie *trie, const struct yg_path *path,
		     const struct yg_route *route, char *ret, size_t cap)
{
	struct text text = { .cap = cap };

	text.ptr = ret;
	for (uint32_t i = 0; i < route->count; i++)
		put_segment(&text, trie, path->segments[i], &route->segments[i]);
	return end_text(&text);
}

/* The literal under @parent that most paths went through; 0 when there is none. */
static uint32_t heaviest(const struct yg_trie *trie, uint32_t parent)
{
	const struct node *nodes = trie->view.nodes;
	uint32_t best = 0;

	for (uint32_t c = parent ? nodes[parent].child : 0; c; c = nodes[c].next) {
		if (node_is_literal(&nodes[c]) &&
		    (!best || nodes[c].hits > nodes[best].hits ||
		     (nodes[c].hits == nodes[best].hits && nodes[c].hash < nodes[best].hash)))
			best = c;
	}
	return best;
}

/*
 * How a segment of a template reads under @parent. Placeholders have braces, values never. A
 * placeholder that is no more (its fold was taken back) reads as the most used of its values:
 * what was counted for all of them cannot be told apart any more.
 */
static struct yg_route_segment reread_segment(const struct yg_trie *trie, uint32_t parent,
					      struct yg_path *path, uint32_t i)
{
	struct yg_slice text = path->segments[i];
	const char *close = memchr(text.ptr, '}', text.len);
	struct yg_route_segment segment = { .parameter = true, .token = YG_TOKEN_OPAQUE };
	struct yg_slice extension;
	uint32_t literal;

	if (text.ptr[0] != '{' || !close)
		return yg_trie_read(trie, parent, path, i);
	extension.ptr = close + 1;
	extension.len = (size_t)(text.ptr + text.len - extension.ptr);
	segment.stem_len = (uint32_t)(text.len - extension.len);
	if (parent && extension.len <= YG_TOKEN_LITERAL_MAX - 2)
		segment.node = yg_tree_find(trie, &trie->view, parent,
					    yg_trie_hash_parameter(trie, extension));
	literal = segment.node || extension.len > 0 ? 0 : heaviest(trie, parent);
	if (literal) {
		path->segments[i] = node_name(trie, literal);
		return (struct yg_route_segment){ .node = literal,
						  .stem_len = trie->names[literal].len };
	}
	return segment;
}

ssize_t yg_trie_retext(const struct yg_trie *trie, const char *template_, char *ret, size_t cap)
{
	struct yg_path path = { 0 };
	struct text text = { .cap = cap };
	uint32_t node = ROOT;

	text.ptr = ret;
	for (const char *p = template_; *p == '/' && p[1];) {
		size_t len = strcspn(p + 1, "/");

		if (path.segment_count == YG_PATH_SEGMENTS_MAX)
			break;
		path.segments[path.segment_count++] = (struct yg_slice){ p + 1, len };
		p += len + 1;
	}
	for (uint32_t i = 0; i < path.segment_count; i++) {
		struct yg_route_segment segment = reread_segment(trie, node, &path, i);

		node = segment.node;
		put_segment(&text, trie, path.segments[i], &segment);
	}
	return end_text(&text);
}
