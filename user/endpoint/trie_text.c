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

/* A template holds no space: an operation may follow it. */
static void put_literal(struct text *text, struct yg_slice value)
{
	const char *space;

	while (value.len > 0 && (space = memchr(value.ptr, ' ', value.len))) {
		size_t len = (size_t)(space - value.ptr);

		put_text(text, (struct yg_slice){ value.ptr, len });
		put_text(text, YG_SLICE("%20"));
		value = (struct yg_slice){ space + 1, value.len - len - 1 };
	}
	put_text(text, value);
}

static void put_segment(struct text *text, const struct yg_trie *trie, struct yg_slice value,
			const struct yg_route_segment *segment)
{
	struct yg_slice extension = { value.ptr + segment->stem_len,
				      value.len - segment->stem_len };
	enum yg_token token = segment->token;

	put_text(text, YG_SLICE("/"));
	if (!segment->parameter) {
		put_literal(text, value);
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

/* What follows the braces of "{id}.json"; absent: it has none. */
static struct yg_slice extension_of(struct yg_slice text)
{
	const char *close = memchr(text.ptr, '}', text.len);

	if (!close)
		return (struct yg_slice){ 0 };
	return (struct yg_slice){ close + 1, (size_t)(text.ptr + text.len - close - 1) };
}

/* The parameter under @parent that "{id}.json" stands for; 0 when there is none. */
static uint32_t find_placeholder(const struct yg_trie *trie, uint32_t parent, struct yg_slice text)
{
	struct yg_slice extension = extension_of(text);

	if (!parent || !extension.ptr || extension.len > YG_TOKEN_LITERAL_MAX - 2)
		return 0;
	return yg_tree_find(trie, &trie->view, parent, yg_trie_hash_parameter(trie, extension));
}

/* Does a learned path of @method go from @node over segments @from and after to its end? */
static bool leads_on(const struct yg_trie *trie, uint32_t node, const struct yg_path *path,
		     uint32_t from, enum yg_trie_method method)
{
	for (uint32_t i = from; i < path->segment_count; i++) {
		struct yg_slice text = path->segments[i];

		if (text.ptr[0] != '{')
			node = yg_trie_read(trie, node, path, i).node;
		else
			node = find_placeholder(trie, node, text);
		if (!node)
			return text.ptr[0] == '{'; /* it is no more, either: nothing to go by */
	}
	return trie->view.nodes[node].flags & NODE_TERMINAL &&
	       trie->view.nodes[node].methods & method;
}

/* A template that is read again. */
struct reread {
	const struct yg_trie *trie;
	enum yg_trie_method method;
	uint32_t rank; /* of the value that stands for the first placeholder that is no more */
	bool missing;  /* there is no such value */
	struct yg_path path;
};

/* By how many paths went through; the hash decides between equals. */
static bool is_before(const struct node *nodes, uint32_t a, uint32_t b)
{
	if (nodes[a].hits != nodes[b].hits)
		return nodes[a].hits > nodes[b].hits;
	return nodes[a].hash < nodes[b].hash;
}

/* The next literal under @parent behind @last (0: the first) from where the rest is reached. */
static uint32_t next_literal(const struct reread *reread, uint32_t parent, uint32_t i,
			     uint32_t last)
{
	const struct node *nodes = reread->trie->view.nodes;
	uint32_t best = 0;

	for (uint32_t c = parent ? nodes[parent].child : 0; c; c = nodes[c].next) {
		if (node_is_literal(&nodes[c]) && (!last || is_before(nodes, last, c)) &&
		    (!best || is_before(nodes, c, best)) &&
		    leads_on(reread->trie, c, &reread->path, i + 1, reread->method))
			best = c;
	}
	return best;
}

/* The literal that stands for segment @i; 0 when there is none. */
static uint32_t choose_literal(struct reread *reread, uint32_t parent, uint32_t i)
{
	uint32_t rank = reread->rank;
	uint32_t literal = next_literal(reread, parent, i, 0);

	reread->rank = 0;
	while (literal && rank-- > 0) {
		literal = next_literal(reread, parent, i, literal);
		reread->missing = !literal;
	}
	return literal;
}

/*
 * How a segment of a template reads under @parent. Placeholders have braces, values never. A
 * placeholder that is no more, or that never led where the template goes (its fold was taken
 * back), reads as one of its values: what was counted for all of them cannot be told apart.
 */
static struct yg_route_segment reread_segment(struct reread *reread, uint32_t parent, uint32_t i)
{
	const struct yg_trie *trie = reread->trie;
	struct yg_slice text = reread->path.segments[i];
	struct yg_route_segment segment = { .parameter = true, .token = YG_TOKEN_OPAQUE };
	struct yg_slice extension = extension_of(text);
	uint32_t literal = 0;

	if (text.ptr[0] != '{' || !extension.ptr)
		return yg_trie_read(trie, parent, &reread->path, i);
	segment.stem_len = (uint32_t)(text.len - extension.len);
	segment.node = find_placeholder(trie, parent, text);
	if (extension.len == 0 &&
	    (!segment.node || !leads_on(trie, segment.node, &reread->path, i + 1, reread->method)))
		literal = choose_literal(reread, parent, i);
	if (literal) {
		reread->path.segments[i] = node_name(trie, literal);
		return (struct yg_route_segment){ .node = literal,
						  .stem_len = trie->names[literal].len };
	}
	return segment;
}

/* Spaces of @template_ as they stand in paths. @ret: [cap]. */
static struct yg_slice decode_spaces(const char *template_, char *ret, size_t cap)
{
	size_t len = 0;

	while (*template_ && len + 1 < cap) {
		bool space = strncmp(template_, "%20", 3) == 0;

		ret[len] = *template_;
		if (space)
			ret[len] = ' ';
		len++;
		template_ += space ? 3 : 1;
	}
	ret[len] = '\0';
	return (struct yg_slice){ ret, len };
}

ssize_t yg_trie_retext(const struct yg_trie *trie, const struct yg_retext *from, char *ret,
		       size_t cap)
{
	struct reread reread = { .trie = trie, .method = from->method, .rank = from->rank };
	struct text text = { .cap = cap };
	char decoded[YG_PATH_CAP];
	uint32_t node = ROOT;

	text.ptr = ret;
	for (const char *p = decode_spaces(from->template_, decoded, sizeof(decoded)).ptr;
	     *p == '/' && p[1];) {
		size_t len = strcspn(p + 1, "/");

		if (reread.path.segment_count == YG_PATH_SEGMENTS_MAX)
			break;
		reread.path.segments[reread.path.segment_count++] = (struct yg_slice){ p + 1, len };
		p += len + 1;
	}
	for (uint32_t i = 0; i < reread.path.segment_count; i++) {
		struct yg_route_segment segment = reread_segment(&reread, node, i);

		node = segment.node;
		put_segment(&text, trie, reread.path.segments[i], &segment);
	}
	if (from->rank > 0 && (reread.rank > 0 || reread.missing)) {
		*ret = '\0';
		return -ENOENT;
	}
	return end_text(&text);
}
