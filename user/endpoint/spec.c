/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "endpoint/spec_inside.h"

#define REFS_MAX     16u /* references to references */
#define SEGMENTS_MAX 64u

void yg_spec_free(struct yg_spec **spec)
{
	if (!*spec)
		return;
	yg_spec_tree_free(&(*spec)->tree);
	for (uint32_t i = 0; i < (*spec)->count; i++) {
		for (uint32_t k = 0; k < (*spec)->operations[i].fit_count; k++)
			yg_fit_clean(&(*spec)->operations[i].fits[k]);
		free((*spec)->operations[i].fits);
	}
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

uint32_t yg_spec_resolve(const struct yg_spec_tree *tree, uint32_t node, bool *ret_outside)
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

/* --- operations ----------------------------------------------------------------------------- */

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
		yg_spec_is_text(spec, yg_spec_tree_find(spec->tree, node, "deprecated"), "true");
	operation.secured = is_secured(spec, node);
	spec->operations[spec->count++] = operation;
	return yg_spec_read_fits(spec, spec->count - 1);
}

static int read_paths(struct yg_spec *spec)
{
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t paths = yg_spec_tree_find(tree, 1, "paths");
	int r = 0;

	for (uint32_t i = paths ? yg_spec_tree_first(tree, paths) : 0; i && !r;
	     i = yg_spec_tree_next(tree, i)) {
		bool outside;
		uint32_t item = yg_spec_resolve(tree, yg_spec_tree_value(tree, i), &outside);

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
		spec->servers[spec->server_count++] =
			(struct yg_spec_server){ host, without_slash(path) };
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

/* Of a version that is read? @ret_error: which it is. */
static bool is_readable(struct yg_spec *spec, char *ret_error)
{
	const struct yg_spec_tree *tree = spec->tree;
	struct yg_slice version = yg_spec_tree_text(tree, yg_spec_tree_find(tree, 1, "openapi"));
	struct yg_slice old = yg_spec_tree_text(tree, yg_spec_tree_find(tree, 1, "swagger"));

	spec->old = yg_slice_equal(old, YG_SLICE("2.0"));
	if (spec->old || (version.len > 0 && version.ptr[0] == '3'))
		return true;
	if (version.len == 0)
		version = old;
	if (version.len > 0)
		(void)snprintf(ret_error, YG_SPEC_ERROR_CAP,
			       "its version is '%.*s': 3.0, 3.1 and 2.0 are read",
			       (int)(version.len < 16 ? version.len : 16), version.ptr);
	else
		(void)snprintf(ret_error, YG_SPEC_ERROR_CAP,
			       "neither 'openapi' nor 'swagger' at "
			       "its top");
	return false;
}

int yg_spec_read(struct yg_slice text, char *ret_error, struct yg_spec **ret)
{
	YG_CLEANUP(yg_spec_free) struct yg_spec *spec = calloc(1, sizeof(*spec));
	int r;

	if (!spec)
		return -ENOMEM;
	ret_error[0] = '\0';
	r = yg_spec_tree_read(text, ret_error, &spec->tree);
	if (r)
		return r;
	if (!is_readable(spec, ret_error))
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

bool yg_spec_names_host(const struct yg_spec *spec)
{
	for (uint32_t i = 0; i < spec->server_count; i++) {
		if (spec->servers[i].host.ptr)
			return true;
	}
	return false;
}

/* As services are called in the inventory. @ret: [@cap]; absent: it does not fit, or any. */
static struct yg_slice name_host(struct yg_slice host, char *ret, size_t cap)
{
	const char *colon = host.len ? memrchr(host.ptr, ':', host.len) : NULL;
	struct yg_slice port = { 0 };

	if (colon)
		port = (struct yg_slice){ colon + 1, host.len - (size_t)(colon - host.ptr) - 1 };
	if (yg_slice_equal(port, YG_SLICE("443")) || yg_slice_equal(port, YG_SLICE("80")))
		host.len = (size_t)(colon - host.ptr);
	if (!host.ptr || host.len >= cap)
		return (struct yg_slice){ 0 };
	for (size_t i = 0; i < host.len; i++)
		ret[i] = yg_ascii_lower(host.ptr[i]);
	return (struct yg_slice){ ret, host.len };
}

void yg_spec_each_template(const struct yg_spec *spec, yg_spec_template_fn fn, void *ctx)
{
	char host[256], text[YG_SPEC_TEMPLATE_CAP];

	for (uint32_t s = 0; s < spec->server_count; s++) {
		const struct yg_spec_server *server = &spec->servers[s];
		struct yg_slice name = name_host(server->host, host, sizeof(host));

		if (server->host.ptr && !name.ptr)
			continue;
		for (uint32_t i = 0; i < spec->count; i++) {
			struct yg_slice path = spec->operations[i].path;
			size_t len = server->path.len + path.len;

			if (len >= sizeof(text) || path.len == 0)
				continue;
			if (server->path.len)
				memcpy(text, server->path.ptr, server->path.len);
			memcpy(text + server->path.len, path.ptr, path.len);
			fn(ctx, name, (struct yg_slice){ text, len }, &spec->operations[i]);
		}
	}
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

static uint32_t count_braces(struct yg_slice segment)
{
	uint32_t count = 0;

	for (size_t i = 0; i < segment.len; i++)
		count += segment.ptr[i] == '{';
	return count;
}

/* Literals that both have, plus one; 0: the paths differ. */
static uint32_t score(const struct yg_spec_operation *operation, struct yg_slice learned)
{
	struct yg_slice want = operation->path;
	uint32_t points = 1, at = 0;

	for (uint32_t i = 0; i < SEGMENTS_MAX; i++) {
		struct yg_slice a = take_segment(&want), b = take_segment(&learned);
		uint32_t left = at < operation->fit_count ? operation->fit_count - at : 0;

		if (a.len == 0 || b.len == 0)
			return a.len == b.len ? points : 0;
		if (yg_slice_equal(a, b))
			points += 2;
		else if (count_braces(a) == 0 ||
			 !yg_fit_takes_segment(a, left ? operation->fits + at : NULL, left, b))
			return 0;
		else
			points += count_braces(b) > 0;
		at += count_braces(a);
	}
	return 0;
}

/* @template_ behind the path of a server; absent: it is not below it. */
static struct yg_slice below(const struct yg_spec_server *server, struct yg_slice template_)
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
	uint32_t points = score(at, path);

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
