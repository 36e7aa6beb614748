/* SPDX-License-Identifier: GPL-2.0-only */
/* What an operation of a document says: statuses, parameters, fields and their types. */
#include <stdio.h>
#include <string.h>

#include "endpoint/spec_inside.h"

#define SCHEMAS_MAX 64u /* schemas that one question looks at on one level */

/* Schemas that may describe one place, all at once. */
struct set {
	uint32_t nodes[SCHEMAS_MAX];
	uint32_t count;
};

static uint32_t find_resolved(const struct yg_spec *spec, uint32_t node, const char *key)
{
	bool outside;

	return yg_spec_resolve(spec->tree, yg_spec_tree_find(spec->tree, node, key), &outside);
}

static uint32_t response_of(const struct yg_spec *spec, uint32_t operation, uint16_t status)
{
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t responses = yg_spec_tree_find(tree, spec->operations[operation].node, "responses");
	char code[8], class[4];
	uint32_t found;

	(void)snprintf(code, sizeof(code), "%u", (unsigned int)status);
	(void)snprintf(class, sizeof(class), "%cXX", code[0]);
	found = yg_spec_tree_find(tree, responses, code);
	if (!found)
		found = yg_spec_tree_find(tree, responses, class);
	return found ? found : yg_spec_tree_find(tree, responses, "default");
}

bool yg_spec_has_status(const struct yg_spec *spec, uint32_t operation, uint16_t status)
{
	return response_of(spec, operation, status) != 0;
}

uint32_t yg_spec_type_bit(struct yg_slice name)
{
	static const char *const names[] = { "object", "array",	  "string", "integer",
					     "number", "boolean", "null" };

	for (uint32_t i = 0; i < YG_ARRAY_SIZE(names); i++) {
		if (yg_slice_equal(name, yg_slice_from_str(names[i])))
			return 1u << i;
	}
	return 0;
}

/* Each member of @list. Return: false: there are too many. */
static bool add_all(const struct yg_spec_tree *tree, uint32_t list, struct set *set)
{
	for (uint32_t m = list ? yg_spec_tree_first(tree, list) : 0; m;
	     m = yg_spec_tree_next(tree, m)) {
		if (set->count == SCHEMAS_MAX)
			return false;
		set->nodes[set->count++] = yg_spec_tree_value(tree, m);
	}
	return true;
}

/* With everything that allOf, oneOf and anyOf add. Return: false: part of it is elsewhere. */
static bool expand(const struct yg_spec *spec, struct set *set)
{
	static const char *const keys[] = { "allOf", "oneOf", "anyOf" };
	bool whole = true;

	for (uint32_t i = 0; i < set->count; i++) {
		bool outside;

		set->nodes[i] = yg_spec_resolve(spec->tree, set->nodes[i], &outside);
		whole &= !outside;
		for (size_t k = 0; k < YG_ARRAY_SIZE(keys); k++)
			whole &=
				add_all(spec->tree,
					yg_spec_tree_find(spec->tree, set->nodes[i], keys[k]), set);
	}
	return whole;
}

static uint32_t types_in(const struct yg_spec *spec, uint32_t schema)
{
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t type = yg_spec_tree_find(tree, schema, "type"), types = 0;

	if (!type) {
		if (yg_spec_tree_find(tree, schema, "properties"))
			types = 1;
		else if (yg_spec_tree_find(tree, schema, "items"))
			types = 2;
	} else if (yg_spec_tree_type(tree, type) == YG_SPEC_LIST) {
		for (uint32_t i = yg_spec_tree_first(tree, type); i; i = yg_spec_tree_next(tree, i))
			types |= yg_spec_type_bit(
				yg_spec_tree_text(tree, yg_spec_tree_value(tree, i)));
	} else {
		types = yg_spec_type_bit(yg_spec_tree_text(tree, type));
	}
	if (yg_spec_is_text(spec, yg_spec_tree_find(tree, schema, "nullable"), "true") ||
	    yg_spec_is_text(spec, yg_spec_tree_find(tree, schema, "x-nullable"), "true"))
		types |= yg_spec_type_bit(YG_SLICE("null"));
	return types;
}

static uint32_t types_of(const struct yg_spec *spec, const struct set *set)
{
	uint32_t types = 0;

	for (uint32_t i = 0; i < set->count; i++)
		types |= types_in(spec, set->nodes[i]);
	return types ? types : YG_SPEC_TYPES_ANY;
}

/* Schemas of the member @name, or of items. @ret_open: the document leaves it open. */
static struct set step(const struct yg_spec *spec, const struct set *from, struct yg_slice name,
		       bool *ret_open)
{
	bool item = yg_slice_equal(name, YG_SLICE("[*]"));
	const struct yg_spec_tree *tree = spec->tree;
	struct set to = { 0 };

	*ret_open = false;
	for (uint32_t i = 0; i < from->count; i++) {
		uint32_t at = from->nodes[i], found;
		uint32_t properties = yg_spec_tree_find(tree, at, "properties");
		uint32_t more = yg_spec_tree_find(tree, at, "additionalProperties");
		bool plain = !properties && !yg_spec_tree_find(tree, at, "items");

		found = item ? yg_spec_tree_find(tree, at, "items")
			     : yg_spec_tree_find_slice(tree, properties, name);
		if (!found && !item && more && yg_spec_tree_type(tree, more) == YG_SPEC_MAP)
			found = more;
		if (found && to.count < SCHEMAS_MAX)
			to.nodes[to.count++] = found;
		*ret_open |= yg_spec_is_text(spec, more, "true") ||
			     (plain && !yg_spec_tree_find(tree, at, "allOf") &&
			      !yg_spec_tree_find(tree, at, "oneOf") &&
			      !yg_spec_tree_find(tree, at, "anyOf") && (types_in(spec, at) & 3) &&
			      !more);
	}
	return to;
}

static struct yg_slice take_name(const char **path)
{
	const char *p = *path;
	size_t len;

	if (p[0] == '[' && p[1] == '\'') {
		const char *end = strstr(p + 2, "']");

		len = end ? (size_t)(end - p) - 2 : strlen(p + 2);
		*path = end ? end + 2 : p + 2 + len;
		return (struct yg_slice){ p + 2, len };
	}
	if (strncmp(p, "[*]", 3) == 0) {
		*path = p + 3;
		return (struct yg_slice){ p, 3 };
	}
	p += *p == '.';
	len = strcspn(p, ".[");
	if (len == 0) /* cut within a name */
		len = strlen(p);
	*path = p + len;
	return (struct yg_slice){ p, len };
}

static uint32_t walk_schema(const struct yg_spec *spec, uint32_t schema, const char *path)
{
	struct set set = { .nodes = { schema }, .count = 1 };

	if (!expand(spec, &set))
		return YG_SPEC_TYPES_ANY;
	path += *path == '$';
	while (*path) {
		bool open;
		struct set next = step(spec, &set, take_name(&path), &open);

		if (next.count == 0)
			return open ? YG_SPEC_TYPES_ANY : 0;
		set = next;
		if (!expand(spec, &set))
			return YG_SPEC_TYPES_ANY;
	}
	return types_of(spec, &set);
}

/* Schema of the first media type of "content". */
static uint32_t content_schema(const struct yg_spec *spec, uint32_t holder)
{
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t content = yg_spec_tree_find(tree, holder, "content"), media;

	if (!content)
		return yg_spec_tree_find(tree, holder, "schema");
	media = yg_spec_tree_first(tree, content);
	return media ? yg_spec_tree_find(tree, yg_spec_tree_value(tree, media), "schema") : 0;
}

/* A parameter of the operation, or of its path. */
static uint32_t find_parameter(const struct yg_spec *spec, uint32_t operation, const char *in,
			       struct yg_slice name)
{
	const struct yg_spec_operation *at = &spec->operations[operation];
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t holders[] = { at->node, at->item };

	for (size_t h = 0; h < YG_ARRAY_SIZE(holders); h++) {
		uint32_t list = yg_spec_tree_find(tree, holders[h], "parameters");

		for (uint32_t i = list ? yg_spec_tree_first(tree, list) : 0; i;
		     i = yg_spec_tree_next(tree, i)) {
			bool outside;
			uint32_t node =
				yg_spec_resolve(tree, yg_spec_tree_value(tree, i), &outside);
			struct yg_slice called =
				yg_spec_tree_text(tree, yg_spec_tree_find(tree, node, "name"));

			if (yg_spec_is_text(spec, yg_spec_tree_find(tree, node, "in"), in) &&
			    (!name.ptr || yg_slice_equal_nocase(called, name)))
				return node;
		}
	}
	return 0;
}

uint32_t yg_spec_parameter(const struct yg_spec *spec, uint32_t operation, const char *in,
			   struct yg_slice name)
{
	uint32_t node = find_parameter(spec, operation, in, name);
	uint32_t schema = node ? content_schema(spec, node) : 0;

	if (!node)
		return 0;
	return walk_schema(spec, schema ? schema : node, "$");
}

uint32_t yg_spec_field(const struct yg_spec *spec, uint32_t operation, uint16_t status,
		       const char *path)
{
	uint32_t holder, schema;
	bool outside = false;

	if (status)
		holder =
			yg_spec_resolve(spec->tree, response_of(spec, operation, status), &outside);
	else if (spec->old)
		holder = find_parameter(spec, operation, "body", (struct yg_slice){ NULL, 0 });
	else
		holder = find_resolved(spec, spec->operations[operation].node, "requestBody");
	schema = holder ? content_schema(spec, holder) : 0;
	if (outside || (status && !schema))
		return YG_SPEC_TYPES_ANY; /* a missing status is told as such */
	return schema ? walk_schema(spec, schema, path) : 0;
}
