/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/spec_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <yaml.h>

#define POINTER_CAP    512u /* bytes of one name in a pointer */
#define LINKS_FOLLOWED 8    /* a link to a link to ...; beyond: an empty text */

struct node {
	uint32_t type;
	uint32_t text, len;   /* scalar; of a member of a map: its key */
	uint32_t first, next; /* members; the next member */
	uint32_t value;	      /* member: its node; link: its target */
};

struct anchor {
	char name[64];
	uint32_t node;
};

struct yg_spec_tree {
	struct node *nodes;
	uint32_t count, cap;
	char *text;
	size_t text_len, text_cap;
	struct anchor anchors[YG_SPEC_LINKS_MAX];
	uint32_t anchor_count;
};

/* A container that is being read. */
struct level {
	uint32_t node, last; /* its last member */
	bool key;	     /* a map: its next scalar is a key */
};

struct reading {
	struct yg_spec_tree *tree;
	struct level levels[YG_SPEC_DEPTH_MAX];
	uint32_t depth;
	size_t line;	   /* of the event in hand, from 0 */
	const char *cause; /* why it was not taken; NULL: no room */
};

void yg_spec_tree_free(struct yg_spec_tree **tree)
{
	if (!*tree)
		return;
	free((*tree)->nodes);
	free((*tree)->text);
	yg_freep(tree);
}

/* Return: the node; 0: no room. */
static uint32_t add_node(struct yg_spec_tree *tree, enum yg_spec_node type)
{
	if (tree->count == tree->cap) {
		uint32_t cap = tree->cap ? tree->cap * 2 : 1024;
		struct node *grown;

		if (tree->cap >= YG_SPEC_NODES_MAX)
			return 0;
		grown = realloc(tree->nodes, cap * sizeof(*grown));
		if (!grown)
			return 0;
		tree->nodes = grown;
		tree->cap = cap;
	}
	tree->nodes[tree->count] = (struct node){ .type = type };
	return tree->count++;
}

static bool add_text(struct yg_spec_tree *tree, uint32_t node, const yaml_event_t *event)
{
	size_t len = event->data.scalar.length;

	if (len > YG_SPEC_BYTES_MAX)
		return false;
	while (tree->text_len + len > tree->text_cap) {
		size_t cap = tree->text_cap ? tree->text_cap * 2 : 65536;
		char *grown = realloc(tree->text, cap);

		if (!grown)
			return false;
		tree->text = grown;
		tree->text_cap = cap;
	}
	if (len > 0)
		memcpy(tree->text + tree->text_len, event->data.scalar.value, len);
	tree->nodes[node].text = (uint32_t)tree->text_len;
	tree->nodes[node].len = (uint32_t)len;
	tree->text_len += len;
	return true;
}

/* Hang @node into the container in hand. Return: false without room. */
static bool hang(struct reading *r, uint32_t node)
{
	struct level *level;
	uint32_t member;

	if (r->depth == 0)
		return true;
	level = &r->levels[r->depth - 1];
	member = level->last;
	if (r->tree->nodes[level->node].type == YG_SPEC_LIST) {
		member = add_node(r->tree, YG_SPEC_LINK);
		if (!member)
			return false;
		if (level->last)
			r->tree->nodes[level->last].next = member;
		else
			r->tree->nodes[level->node].first = member;
		level->last = member;
	}
	r->tree->nodes[member].value = node;
	level->key = true;
	return true;
}

/* A scalar that is a key: a member without a value yet. */
static bool begin_member(struct reading *r, const yaml_event_t *event)
{
	struct level *level = &r->levels[r->depth - 1];
	uint32_t member = add_node(r->tree, YG_SPEC_LINK);

	if (!member || !add_text(r->tree, member, event))
		return false;
	if (level->last)
		r->tree->nodes[level->last].next = member;
	else
		r->tree->nodes[level->node].first = member;
	level->last = member;
	level->key = false;
	return true;
}

static bool name_anchor(struct reading *r, const yaml_char_t *name, uint32_t node)
{
	struct yg_spec_tree *tree = r->tree;
	struct anchor *anchor;

	if (!name)
		return true;
	if (tree->anchor_count == YG_SPEC_LINKS_MAX) {
		r->cause = "too many anchors";
		return false;
	}
	anchor = &tree->anchors[tree->anchor_count++];
	(void)snprintf(anchor->name, sizeof(anchor->name), "%s", (const char *)name);
	anchor->node = node;
	return true;
}

static bool is_key(const struct reading *r)
{
	return r->depth > 0 && r->tree->nodes[r->levels[r->depth - 1].node].type == YG_SPEC_MAP &&
	       r->levels[r->depth - 1].key;
}

static bool open_container(struct reading *r, enum yg_spec_node type, const yaml_char_t *anchor)
{
	uint32_t node;

	if (is_key(r))
		r->cause = "a list or a map for a key";
	else if (r->depth == YG_SPEC_DEPTH_MAX)
		r->cause = "nested too deeply";
	if (r->cause)
		return false;
	node = add_node(r->tree, type);
	if (!node || !hang(r, node) || !name_anchor(r, anchor, node))
		return false;
	r->levels[r->depth++] = (struct level){ .node = node, .key = true };
	return true;
}

static bool take_alias(struct reading *r, const char *name)
{
	uint32_t target = 0, node;

	for (uint32_t i = r->tree->anchor_count; i > 0 && !target; i--) {
		if (strcmp(r->tree->anchors[i - 1].name, name) == 0)
			target = r->tree->anchors[i - 1].node;
	}
	if (!target)
		r->cause = "an alias of nothing";
	else if (is_key(r))
		r->cause = "an alias for a key";
	node = r->cause ? 0 : add_node(r->tree, YG_SPEC_LINK);
	if (!node)
		return false;
	r->tree->nodes[node].value = target;
	return hang(r, node);
}

static bool take_scalar(struct reading *r, const yaml_event_t *event)
{
	uint32_t node;

	if (is_key(r))
		return begin_member(r, event);
	node = add_node(r->tree, YG_SPEC_SCALAR);
	return node && add_text(r->tree, node, event) && hang(r, node) &&
	       name_anchor(r, event->data.scalar.anchor, node);
}

static bool take_event(struct reading *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return take_scalar(r, event);
	case YAML_ALIAS_EVENT:
		return take_alias(r, (const char *)event->data.alias.anchor);
	case YAML_SEQUENCE_START_EVENT:
		return open_container(r, YG_SPEC_LIST, event->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return open_container(r, YG_SPEC_MAP, event->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		r->depth--;
		return true;
	default:
		return true;
	}
}

static bool read_events(struct reading *r, yaml_parser_t *parser)
{
	yaml_event_type_t type = YAML_NO_EVENT;
	yaml_event_t event;
	bool good = true;

	while (good && type != YAML_DOCUMENT_END_EVENT && type != YAML_STREAM_END_EVENT) {
		if (!yaml_parser_parse(parser, &event)) {
			r->cause = parser->problem ? parser->problem : "not YAML";
			r->line = parser->problem_mark.line;
			return false;
		}
		r->line = event.start_mark.line;
		type = event.type;
		good = take_event(r, &event);
		yaml_event_delete(&event);
	}
	if (good && r->tree->count <= 1)
		r->cause = "it is empty";
	return good && r->tree->count > 1;
}

/* "line 3: could not find expected ':'"; what ends too early ends in the last line. */
static void tell_cause(const struct reading *r, struct yg_slice text, char *ret)
{
	size_t lines = 1;

	for (size_t i = 0; i + 1 < text.len; i++)
		lines += text.ptr[i] == '\n';
	if (r->cause && r->tree->count > 1)
		(void)snprintf(ret, YG_SPEC_ERROR_CAP, "line %zu: %s",
			       r->line < lines ? r->line + 1 : lines, r->cause);
	else
		(void)snprintf(ret, YG_SPEC_ERROR_CAP, "%s", r->cause ? r->cause : "too large");
}

int yg_spec_tree_read(struct yg_slice text, char *ret_error, struct yg_spec_tree **ret)
{
	YG_CLEANUP(yg_spec_tree_free) struct yg_spec_tree *tree = NULL;
	struct reading reading = { 0 };
	yaml_parser_t parser;
	bool good;

	ret_error[0] = '\0';
	if (text.len > YG_SPEC_BYTES_MAX) {
		(void)snprintf(ret_error, YG_SPEC_ERROR_CAP, "larger than %u MB",
			       YG_SPEC_BYTES_MAX >> 20);
		return -EINVAL;
	}
	tree = calloc(1, sizeof(*tree));
	if (!tree || !yaml_parser_initialize(&parser))
		return -ENOMEM;
	reading.tree = tree;
	(void)add_node(tree, YG_SPEC_SCALAR);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
	good = tree->count == 1 && read_events(&reading, &parser);
	if (!good)
		tell_cause(&reading, text, ret_error);
	yaml_parser_delete(&parser);
	if (!good)
		return -EINVAL;
	*ret = YG_TAKE_PTR(tree);
	return 0;
}

static const struct node *follow(const struct yg_spec_tree *tree, uint32_t id)
{
	const struct node *node = &tree->nodes[id];

	for (int i = 0; i < LINKS_FOLLOWED && node->type == YG_SPEC_LINK; i++)
		node = &tree->nodes[node->value];
	return node->type == YG_SPEC_LINK ? &tree->nodes[0] : node;
}

enum yg_spec_node yg_spec_tree_type(const struct yg_spec_tree *tree, uint32_t node)
{
	return (enum yg_spec_node)follow(tree, node)->type;
}

struct yg_slice yg_spec_tree_text(const struct yg_spec_tree *tree, uint32_t node)
{
	const struct node *at = follow(tree, node);
	bool scalar = at->type == YG_SPEC_SCALAR && at->len > 0;

	return (struct yg_slice){ scalar ? tree->text + at->text : "", scalar ? at->len : 0 };
}

uint32_t yg_spec_tree_first(const struct yg_spec_tree *tree, uint32_t node)
{
	return follow(tree, node)->first;
}

uint32_t yg_spec_tree_next(const struct yg_spec_tree *tree, uint32_t member)
{
	return tree->nodes[member].next;
}

struct yg_slice yg_spec_tree_key(const struct yg_spec_tree *tree, uint32_t member)
{
	const struct node *at = &tree->nodes[member];

	return (struct yg_slice){ at->len ? tree->text + at->text : "", at->len };
}

uint32_t yg_spec_tree_value(const struct yg_spec_tree *tree, uint32_t member)
{
	return tree->nodes[member].value;
}

uint32_t yg_spec_tree_find_slice(const struct yg_spec_tree *tree, uint32_t map, struct yg_slice key)
{
	if (yg_spec_tree_type(tree, map) != YG_SPEC_MAP)
		return 0;
	for (uint32_t i = yg_spec_tree_first(tree, map); i; i = yg_spec_tree_next(tree, i)) {
		if (yg_slice_equal(yg_spec_tree_key(tree, i), key))
			return yg_spec_tree_value(tree, i);
	}
	return 0;
}

uint32_t yg_spec_tree_find(const struct yg_spec_tree *tree, uint32_t map, const char *key)
{
	return yg_spec_tree_find_slice(tree, map, yg_slice_from_str(key));
}

/* One name of a JSON pointer: "~1" is '/', "~0" is '~'. Return: bytes. */
static size_t unescape(struct yg_slice name, char *ret, size_t cap)
{
	size_t len = 0;

	for (size_t i = 0; i < name.len && len < cap; i++) {
		char c = name.ptr[i];

		if (c == '~' && i + 1 < name.len &&
		    (name.ptr[i + 1] == '0' || name.ptr[i + 1] == '1'))
			c = name.ptr[++i] == '1' ? '/' : '~';
		ret[len++] = c;
	}
	return len;
}

uint32_t yg_spec_tree_point(const struct yg_spec_tree *tree, struct yg_slice ref)
{
	uint32_t node = 1;

	if (ref.len < 2 || ref.ptr[0] != '#' || ref.ptr[1] != '/')
		return 0;
	ref.ptr += 2;
	ref.len -= 2;
	while (node) {
		const char *slash = memchr(ref.ptr, '/', ref.len);
		size_t len = slash ? (size_t)(slash - ref.ptr) : ref.len;
		char name[POINTER_CAP];
		size_t used = unescape((struct yg_slice){ ref.ptr, len }, name, sizeof(name));

		node = yg_spec_tree_find_slice(tree, node, (struct yg_slice){ name, used });
		if (!slash)
			return node;
		ref.ptr += len + 1;
		ref.len -= len + 1;
	}
	return 0;
}
