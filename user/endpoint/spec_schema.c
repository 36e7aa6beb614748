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

/* Once each, so that cycles end. Return: false: there are too many. */
static bool add(struct set *set, uint32_t node)
{
	for (uint32_t i = 0; i < set->count; i++) {
		if (set->nodes[i] == node)
			return true;
	}
	if (set->count == SCHEMAS_MAX)
		return false;
	set->nodes[set->count++] = node;
	return true;
}

/* Each member of @list. Return: false: there are too many, or one of a choice allows anything. */
static bool add_all(const struct yg_spec_tree *tree, uint32_t list, bool choice, struct set *set)
{
	for (uint32_t m = list ? yg_spec_tree_first(tree, list) : 0; m;
	     m = yg_spec_tree_next(tree, m)) {
		uint32_t node = yg_spec_tree_value(tree, m);

		if ((choice && !yg_spec_tree_first(tree, node)) || !add(set, node))
			return false;
	}
	return true;
}

/*
 * With everything that "$ref", allOf, oneOf and anyOf add; what stands beside a reference counts
 * too, as in 3.1. Return: false: part of it is elsewhere.
 */
static bool expand(const struct yg_spec *spec, struct set *set)
{
	static const char *const keys[] = { "allOf", "oneOf", "anyOf" };
	const struct yg_spec_tree *tree = spec->tree;
	bool whole = true;

	for (uint32_t i = 0; i < set->count && whole; i++) {
		uint32_t at = set->nodes[i];

		if (yg_spec_tree_find(tree, at, "$ref")) {
			bool outside;
			uint32_t target = yg_spec_resolve(tree, at, &outside);

			whole = !outside && add(set, target);
		}
		for (size_t k = 0; k < YG_ARRAY_SIZE(keys) && whole; k++)
			whole = add_all(tree, yg_spec_tree_find(tree, at, keys[k]), k > 0, set);
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
		else if (yg_spec_tree_find(tree, schema, "enum") ||
			 yg_spec_tree_find(tree, schema, "const"))
			types = YG_SPEC_TYPES_ANY;
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
	uint32_t types = 0, null = yg_spec_type_bit(YG_SLICE("null"));
	bool typed = false;

	for (uint32_t i = 0; i < set->count; i++) {
		types |= types_in(spec, set->nodes[i]);
		typed |= yg_spec_tree_find(spec->tree, set->nodes[i], "type") != 0;
	}
	/* "nullable" beside nothing says nothing of the rest. */
	return types && (typed || (types & ~null)) ? types : YG_SPEC_TYPES_ANY;
}

/* May a schema have members, or items, that it does not name? */
static bool is_open(const struct yg_spec *spec, uint32_t at)
{
	static const char *const closing[] = { "properties",  "items",
					       "prefixItems", "allOf",
					       "oneOf",	      "anyOf",
					       "$ref",	      "additionalProperties" };
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t more = yg_spec_tree_find(tree, at, "additionalProperties");

	if (yg_spec_is_text(spec, more, "true") || yg_spec_tree_find(tree, at, "patternProperties"))
		return true;
	for (size_t i = 0; i < YG_ARRAY_SIZE(closing); i++) {
		if (yg_spec_tree_find(tree, at, closing[i]))
			return false;
	}
	return types_in(spec, at) & 3;
}

static void add_items(const struct yg_spec_tree *tree, uint32_t at, struct set *to)
{
	uint32_t items = yg_spec_tree_find(tree, at, "items");

	if (items)
		(void)add(to, items);
	(void)add_all(tree, yg_spec_tree_find(tree, at, "prefixItems"), false, to);
}

static void add_member(const struct yg_spec_tree *tree, uint32_t at, struct yg_slice name,
		       struct set *to)
{
	uint32_t properties = yg_spec_tree_find(tree, at, "properties");
	uint32_t more = yg_spec_tree_find(tree, at, "additionalProperties");
	uint32_t found = yg_spec_tree_find_slice(tree, properties, name);

	if (!found && more && yg_spec_tree_type(tree, more) == YG_SPEC_MAP)
		found = more;
	if (found)
		(void)add(to, found);
}

/* Schemas of the member @name, or of items. @ret_open: the document leaves it open. */
static struct set step(const struct yg_spec *spec, const struct set *from, struct yg_slice name,
		       bool *ret_open)
{
	bool item = yg_slice_equal(name, YG_SLICE("[*]"));
	struct set to = { 0 };

	*ret_open = false;
	for (uint32_t i = 0; i < from->count; i++) {
		if (item)
			add_items(spec->tree, from->nodes[i], &to);
		else
			add_member(spec->tree, from->nodes[i], name, &to);
		*ret_open |= is_open(spec, from->nodes[i]);
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

static uint32_t walk_schemas(const struct yg_spec *spec, struct set set, const char *path)
{
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

static uint32_t walk_schema(const struct yg_spec *spec, uint32_t schema, const char *path)
{
	return walk_schemas(spec, (struct set){ .nodes = { schema }, .count = 1 }, path);
}

/* Schemas of all media types of "content". Return: false: one has none. */
static bool content_schemas(const struct yg_spec *spec, uint32_t holder, struct set *ret)
{
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t content = yg_spec_tree_find(tree, holder, "content");
	uint32_t schema = content ? 0 : yg_spec_tree_find(tree, holder, "schema");
	bool each = true;

	if (schema)
		return add(ret, schema);
	for (uint32_t m = content ? yg_spec_tree_first(tree, content) : 0; m;
	     m = yg_spec_tree_next(tree, m)) {
		schema = yg_spec_tree_find(tree, yg_spec_tree_value(tree, m), "schema");
		each &= schema && add(ret, schema);
	}
	return each && ret->count > 0;
}

/* "filter[name]" and "ids[]" are parts of "filter" and "ids". */
static bool is_called(struct yg_slice called, struct yg_slice name)
{
	const char *bracket = name.len ? memchr(name.ptr, '[', name.len) : NULL;

	if (yg_slice_equal_nocase(called, name))
		return true;
	name.len = bracket ? (size_t)(bracket - name.ptr) : 0;
	return bracket && yg_slice_equal_nocase(called, name);
}

/* A parameter of the operation, or of its path. */
uint32_t yg_spec_find_parameter(const struct yg_spec *spec, uint32_t operation, const char *in,
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
			    (!name.ptr || is_called(called, name)))
				return node;
		}
	}
	return 0;
}

/* An object in the query whose members are the parameters. Source: 4.8.12.5, style form. */
static uint32_t exploded(const struct yg_spec *spec, uint32_t list, struct yg_slice name)
{
	const struct yg_spec_tree *tree = spec->tree;
	char path[128];

	(void)snprintf(path, sizeof(path), "$['%.*s']", (int)(name.len < 100 ? name.len : 100),
		       name.ptr);
	for (uint32_t i = list ? yg_spec_tree_first(tree, list) : 0; i;
	     i = yg_spec_tree_next(tree, i)) {
		bool outside;
		uint32_t node = yg_spec_resolve(tree, yg_spec_tree_value(tree, i), &outside);
		uint32_t schema = yg_spec_tree_find(tree, node, "schema");
		uint32_t types = schema ? walk_schema(spec, schema, "$") : 0;
		uint32_t style = yg_spec_tree_find(tree, node, "style");

		if (!yg_spec_is_text(spec, yg_spec_tree_find(tree, node, "in"), "query") ||
		    types != yg_spec_type_bit(YG_SLICE("object")) ||
		    (style && !yg_spec_is_text(spec, style, "form")))
			continue;
		types = walk_schema(spec, schema, path);
		if (types)
			return types;
	}
	return 0;
}

uint32_t yg_spec_parameter(const struct yg_spec *spec, uint32_t operation, const char *in,
			   struct yg_slice name)
{
	const struct yg_spec_operation *at = &spec->operations[operation];
	uint32_t node = yg_spec_find_parameter(spec, operation, in, name), types;
	struct set set = { 0 };

	if (node)
		return content_schemas(spec, node, &set) ? walk_schemas(spec, set, "$")
							 : walk_schema(spec, node, "$");
	if (strcmp(in, "query") != 0)
		return 0;
	types = exploded(spec, yg_spec_tree_find(spec->tree, at->node, "parameters"), name);
	return types ? types
		     : exploded(spec, yg_spec_tree_find(spec->tree, at->item, "parameters"), name);
}

bool yg_spec_has_key(const struct yg_spec *spec, const char *in, struct yg_slice name)
{
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t components = yg_spec_tree_find(tree, 1, "components");
	uint32_t schemes = spec->old ? yg_spec_tree_find(tree, 1, "securityDefinitions")
				     : yg_spec_tree_find(tree, components, "securitySchemes");

	for (uint32_t i = schemes ? yg_spec_tree_first(tree, schemes) : 0; i;
	     i = yg_spec_tree_next(tree, i)) {
		bool outside;
		uint32_t at = yg_spec_resolve(tree, yg_spec_tree_value(tree, i), &outside);
		struct yg_slice called =
			yg_spec_tree_text(tree, yg_spec_tree_find(tree, at, "name"));

		if (yg_spec_is_text(spec, yg_spec_tree_find(tree, at, "type"), "apiKey") &&
		    yg_spec_is_text(spec, yg_spec_tree_find(tree, at, "in"), in) &&
		    yg_slice_equal_nocase(called, name))
			return true;
	}
	return false;
}

uint32_t yg_spec_field(const struct yg_spec *spec, uint32_t operation, uint16_t status,
		       const char *path)
{
	struct set set = { 0 };
	bool outside = false, each;
	uint32_t holder;

	if (status)
		holder =
			yg_spec_resolve(spec->tree, response_of(spec, operation, status), &outside);
	else if (spec->old)
		holder = yg_spec_find_parameter(spec, operation, "body",
						(struct yg_slice){ NULL, 0 });
	else
		holder = find_resolved(spec, spec->operations[operation].node, "requestBody");
	each = holder && content_schemas(spec, holder, &set);
	/* A missing status is told as such; a media type without a schema may hold anything. */
	if (outside || (!each && (status || set.count > 0)))
		return YG_SPEC_TYPES_ANY;
	return set.count ? walk_schemas(spec, set, path) : 0;
}
