/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "endpoint/spec_tree.h"

#define SCHEMAS_MAX  64u /* schemas that one question looks at on one level */
#define REFS_MAX     16u /* references to references */
#define SEGMENTS_MAX 64u

struct server {
	struct yg_slice host; /* absent: none is named */
	struct yg_slice path; /* "/v4" or "" */
};

struct yg_spec {
	struct yg_spec_tree *tree;
	struct yg_spec_operation *operations;
	uint32_t count, cap;
	struct server servers[YG_SPEC_SERVERS_MAX];
	uint32_t server_count;
	bool old; /* 2.0 */
};

/* Schemas that may describe one place, all at once. */
struct set {
	uint32_t nodes[SCHEMAS_MAX];
	uint32_t count;
};

void yg_spec_free(struct yg_spec **spec)
{
	if (!*spec)
		return;
	yg_spec_tree_free(&(*spec)->tree);
	free((*spec)->operations);
	yg_freep(spec);
}

uint32_t yg_spec_count(const struct yg_spec *spec)
{
	return spec->count;
}

const struct yg_spec_operation *yg_spec_operation(const struct yg_spec *spec, uint32_t index)
{
	return &spec->operations[index];
}

/* --- references ----------------------------------------------------------------------------- */

/* Behind its references. @ret_outside: it is in another file, or nowhere. */
static uint32_t resolve(const struct yg_spec_tree *tree, uint32_t node, bool *ret_outside)
{
	*ret_outside = false;
	for (uint32_t i = 0; i < REFS_MAX && node; i++) {
		uint32_t ref = yg_spec_tree_find(tree, node, "$ref");

		if (!ref)
			return node;
		node = yg_spec_tree_point(tree, yg_spec_tree_text(tree, ref));
	}
	*ret_outside = true;
	return 0;
}

static uint32_t find_resolved(const struct yg_spec *spec, uint32_t node, const char *key)
{
	bool outside;

	return resolve(spec->tree, yg_spec_tree_find(spec->tree, node, key), &outside);
}

/* --- operations ----------------------------------------------------------------------------- */

static bool is_text(const struct yg_spec *spec, uint32_t node, const char *text)
{
	return node && yg_slice_equal(yg_spec_tree_text(spec->tree, node), yg_slice_from_str(text));
}

/* A list of alternatives, each a set of schemes; an empty set is access without any. */
static bool is_secured(const struct yg_spec *spec, uint32_t operation)
{
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t list = yg_spec_tree_find(tree, operation, "security"), count = 0;

	if (!list)
		list = yg_spec_tree_find(tree, 1, "security");
	for (uint32_t i = list ? yg_spec_tree_first(tree, list) : 0; i;
	     i = yg_spec_tree_next(tree, i)) {
		if (!yg_spec_tree_first(tree, yg_spec_tree_value(tree, i)))
			return false;
		count++;
	}
	return count > 0;
}

static int add_operation(struct yg_spec *spec, struct yg_slice path, uint32_t item,
			 struct yg_slice method, uint32_t node)
{
	static const char *const methods[] = { "get",	  "put",  "post",  "delete",
					       "options", "head", "patch", "trace" };
	struct yg_spec_operation operation = { .path = path, .item = item, .node = node };
	bool known = false;

	for (size_t i = 0; i < YG_ARRAY_SIZE(methods); i++)
		known |= yg_slice_equal(method, yg_slice_from_str(methods[i]));
	if (!known || spec->count == YG_SPEC_OPERATIONS_MAX)
		return 0;
	if (spec->count == spec->cap) {
		uint32_t cap = spec->cap ? spec->cap * 2 : 64;
		struct yg_spec_operation *grown = realloc(spec->operations, cap * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		spec->operations = grown;
		spec->cap = cap;
	}
	for (size_t i = 0; i < method.len; i++)
		operation.method[i] = (char)(method.ptr[i] & ~0x20);
	operation.deprecated =
		is_text(spec, yg_spec_tree_find(spec->tree, node, "deprecated"), "true");
	operation.secured = is_secured(spec, node);
	spec->operations[spec->count++] = operation;
	return 0;
}

static int read_paths(struct yg_spec *spec)
{
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t paths = yg_spec_tree_find(tree, 1, "paths");
	int r = 0;

	for (uint32_t i = paths ? yg_spec_tree_first(tree, paths) : 0; i && !r;
	     i = yg_spec_tree_next(tree, i)) {
		bool outside;
		uint32_t item = resolve(tree, yg_spec_tree_value(tree, i), &outside);

		for (uint32_t k = item ? yg_spec_tree_first(tree, item) : 0; k && !r;
		     k = yg_spec_tree_next(tree, k))
			r = add_operation(spec, yg_spec_tree_key(tree, i), item,
					  yg_spec_tree_key(tree, k), yg_spec_tree_value(tree, k));
	}
	return r;
}

static struct yg_slice without_slash(struct yg_slice path)
{
	while (path.len > 0 && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

static void add_server(struct yg_spec *spec, struct yg_slice host, struct yg_slice path)
{
	if (spec->server_count < YG_SPEC_SERVERS_MAX)
		spec->servers[spec->server_count++] = (struct server){ host, without_slash(path) };
}

/* "https://api.example.com/v1", "/v1". A host of variables is any. */
static void read_url(struct yg_spec *spec, struct yg_slice url)
{
	const char *host = url.len ? memmem(url.ptr, url.len, "://", 3) : NULL;
	const char *end = url.ptr + url.len, *path;

	if (!host) {
		add_server(spec, (struct yg_slice){ NULL, 0 }, url);
		return;
	}
	host += 3;
	path = memchr(host, '/', (size_t)(end - host));
	if (!path)
		path = end;
	add_server(spec,
		   memchr(host, '{', (size_t)(path - host))
			   ? (struct yg_slice){ NULL, 0 }
			   : (struct yg_slice){ host, (size_t)(path - host) },
		   (struct yg_slice){ path, (size_t)(end - path) });
}

static void read_servers(struct yg_spec *spec)
{
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t servers = yg_spec_tree_find(tree, 1, "servers");
	uint32_t host = yg_spec_tree_find(tree, 1, "host");

	for (uint32_t i = servers ? yg_spec_tree_first(tree, servers) : 0; i;
	     i = yg_spec_tree_next(tree, i)) {
		uint32_t url = yg_spec_tree_find(tree, yg_spec_tree_value(tree, i), "url");

		if (url)
			read_url(spec, yg_spec_tree_text(tree, url));
	}
	if (spec->old)
		add_server(spec,
			   host ? yg_spec_tree_text(tree, host) : (struct yg_slice){ NULL, 0 },
			   yg_spec_tree_text(tree, yg_spec_tree_find(tree, 1, "basePath")));
	if (spec->server_count == 0)
		add_server(spec, (struct yg_slice){ NULL, 0 }, YG_SLICE(""));
}

int yg_spec_read(struct yg_slice text, struct yg_spec **ret)
{
	YG_CLEANUP(yg_spec_free) struct yg_spec *spec = calloc(1, sizeof(*spec));
	int r;

	if (!spec)
		return -ENOMEM;
	r = yg_spec_tree_read(text, &spec->tree);
	if (r)
		return r;
	spec->old = is_text(spec, yg_spec_tree_find(spec->tree, 1, "swagger"), "2.0");
	if (!spec->old && !yg_spec_tree_find(spec->tree, 1, "openapi"))
		return -EINVAL;
	read_servers(spec);
	r = read_paths(spec);
	if (r)
		return r;
	*ret = YG_TAKE_PTR(spec);
	return 0;
}

/* --- matching ------------------------------------------------------------------------------- */

static struct yg_slice without_port(struct yg_slice host)
{
	const char *colon = host.len ? memrchr(host.ptr, ':', host.len) : NULL;

	return colon ? (struct yg_slice){ host.ptr, (size_t)(colon - host.ptr) } : host;
}

bool yg_spec_serves(const struct yg_spec *spec, struct yg_slice service)
{
	bool named = false;

	for (uint32_t i = 0; i < spec->server_count; i++) {
		struct yg_slice host = spec->servers[i].host;

		if (!host.ptr)
			continue;
		named = true;
		if (yg_slice_equal_nocase(without_port(host), without_port(service)))
			return true;
	}
	return !named;
}

static struct yg_slice take_segment(struct yg_slice *path)
{
	const char *slash;
	struct yg_slice segment;

	while (path->len > 0 && path->ptr[0] == '/') {
		path->ptr++;
		path->len--;
	}
	slash = path->len ? memchr(path->ptr, '/', path->len) : NULL;
	segment = (struct yg_slice){ path->ptr, slash ? (size_t)(slash - path->ptr) : path->len };
	path->ptr += segment.len;
	path->len -= segment.len;
	return segment;
}

static bool has_brace(struct yg_slice segment)
{
	return segment.len > 0 && memchr(segment.ptr, '{', segment.len) != NULL;
}

/* Literals that both have, plus one; 0: the paths differ. */
static uint32_t score(struct yg_slice want, struct yg_slice learned)
{
	uint32_t points = 1;

	for (uint32_t i = 0; i < SEGMENTS_MAX; i++) {
		struct yg_slice a = take_segment(&want), b = take_segment(&learned);

		if (a.len == 0 || b.len == 0)
			return a.len == b.len ? points : 0;
		if (yg_slice_equal(a, b))
			points += 2;
		else if (!has_brace(a))
			return 0;
		else
			points += has_brace(b);
	}
	return 0;
}

/* @template_ behind the path of a server; absent: it is not below it. */
static struct yg_slice below(const struct server *server, struct yg_slice template_)
{
	size_t len = server->path.len;

	if (template_.len < len || memcmp(template_.ptr, server->path.ptr, len) != 0 ||
	    (template_.len > len && template_.ptr[len] != '/'))
		return (struct yg_slice){ NULL, 0 };
	return (struct yg_slice){ template_.ptr + len, template_.len - len };
}

/* The operation that fits best so far. */
struct best {
	uint32_t points;
	int operation;
	bool path; /* of some method */
};

static void weigh(const struct yg_spec *spec, uint32_t index, struct yg_slice method,
		  struct yg_slice path, struct best *best)
{
	const struct yg_spec_operation *at = &spec->operations[index];
	uint32_t points = score(at->path, path);

	best->path |= points > 0;
	if (points > best->points && yg_slice_equal(method, yg_slice_from_str(at->method))) {
		best->points = points;
		best->operation = (int)index;
	}
}

int yg_spec_match(const struct yg_spec *spec, struct yg_slice method, struct yg_slice template_,
		  bool *ret_path)
{
	const char *space = memchr(template_.ptr, ' ', template_.len);
	struct best best = { .operation = -ENOENT };

	if (space)
		template_.len = (size_t)(space - template_.ptr);
	for (uint32_t s = 0; s < spec->server_count; s++) {
		struct yg_slice path = below(&spec->servers[s], template_);

		for (uint32_t i = 0; path.ptr && i < spec->count; i++)
			weigh(spec, i, method, path, &best);
	}
	*ret_path = best.path;
	return best.operation;
}

/* --- what an operation says ----------------------------------------------------------------- */

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

		set->nodes[i] = resolve(spec->tree, set->nodes[i], &outside);
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
	if (is_text(spec, yg_spec_tree_find(tree, schema, "nullable"), "true") ||
	    is_text(spec, yg_spec_tree_find(tree, schema, "x-nullable"), "true"))
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
		*ret_open |= is_text(spec, more, "true") ||
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
			uint32_t node = resolve(tree, yg_spec_tree_value(tree, i), &outside);
			struct yg_slice called =
				yg_spec_tree_text(tree, yg_spec_tree_find(tree, node, "name"));

			if (is_text(spec, yg_spec_tree_find(tree, node, "in"), in) &&
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
		holder = resolve(spec->tree, response_of(spec, operation, status), &outside);
	else if (spec->old)
		holder = find_parameter(spec, operation, "body", (struct yg_slice){ NULL, 0 });
	else
		holder = find_resolved(spec, spec->operations[operation].node, "requestBody");
	schema = holder ? content_schema(spec, holder) : 0;
	if (outside || (status && !schema))
		return YG_SPEC_TYPES_ANY; /* a missing status is told as such */
	return schema ? walk_schema(spec, schema, path) : 0;
}
