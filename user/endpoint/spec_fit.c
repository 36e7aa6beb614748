/* SPDX-License-Identifier: GPL-2.0-only */
/* What a document says of the values of path parameters: type, format, enum, const, pattern. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint/spec_inside.h"

#define FITS_MAX   16u /* placeholders of a path that are looked at */
#define ALL_OF_MAX 8u  /* members of one allOf */

/* Words of a list, each with a NUL. Return: bytes; 0: too many, or one is no scalar. */
static size_t list_words(const struct yg_spec_tree *tree, uint32_t list, char *ret, size_t cap)
{
	size_t len = 0;

	for (uint32_t m = yg_spec_tree_first(tree, list); m; m = yg_spec_tree_next(tree, m)) {
		uint32_t node = yg_spec_tree_value(tree, m);
		struct yg_slice word = yg_spec_tree_text(tree, node);

		if (yg_spec_tree_type(tree, node) != YG_SPEC_SCALAR || word.len == 0 ||
		    memchr(word.ptr, '\0', word.len) || word.len + 1 > cap - len)
			return 0;
		memcpy(ret + len, word.ptr, word.len);
		ret[len + word.len] = '\0';
		len += word.len + 1;
	}
	return len;
}

/* The one type that is not null; absent: several, or none. */
static struct yg_slice type_of(const struct yg_spec_tree *tree, uint32_t schema)
{
	uint32_t type = yg_spec_tree_find(tree, schema, "type");
	struct yg_slice one = { 0 };

	if (!type || yg_spec_tree_type(tree, type) == YG_SPEC_SCALAR)
		return type ? yg_spec_tree_text(tree, type) : one;
	for (uint32_t m = yg_spec_tree_first(tree, type); m; m = yg_spec_tree_next(tree, m)) {
		struct yg_slice name = yg_spec_tree_text(tree, yg_spec_tree_value(tree, m));

		if (yg_slice_equal(name, YG_SLICE("null")))
			continue;
		if (one.ptr)
			return (struct yg_slice){ 0 };
		one = name;
	}
	return one;
}

static enum yg_fit_kind kind_of(const struct yg_spec *spec, uint32_t schema)
{
	static const struct {
		const char *type, *format;
		enum yg_fit_kind kind;
	} kinds[] = {
		{ "integer", NULL, YG_FIT_INTEGER },	{ "number", NULL, YG_FIT_NUMBER },
		{ "boolean", NULL, YG_FIT_BOOLEAN },	{ "string", "uuid", YG_FIT_UUID },
		{ "string", "guid", YG_FIT_UUID },	{ "string", "date", YG_FIT_DATE },
		{ "string", "date-time", YG_FIT_DATE }, { "string", "int64", YG_FIT_INTEGER },
		{ "string", "int32", YG_FIT_INTEGER },
	};
	struct yg_slice type = type_of(spec->tree, schema);
	uint32_t format = yg_spec_tree_find(spec->tree, schema, "format");

	for (size_t i = 0; i < YG_ARRAY_SIZE(kinds); i++) {
		if (type.ptr && yg_slice_equal(type, yg_slice_from_str(kinds[i].type)) &&
		    (!kinds[i].format || yg_spec_is_text(spec, format, kinds[i].format)))
			return kinds[i].kind;
	}
	return YG_FIT_ANY;
}

/* The condition of one schema alone. What is not understood is none. Return: 0; -ENOMEM. */
static int read_schema(const struct yg_spec *spec, uint32_t schema, struct yg_fit *ret)
{
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t list = yg_spec_tree_find(tree, schema, "enum");
	uint32_t only = yg_spec_tree_find(tree, schema, "const");
	uint32_t pattern = yg_spec_tree_find(tree, schema, "pattern");
	enum yg_fit_kind kind = kind_of(spec, schema);
	struct yg_slice text = { 0 };
	char words[YG_FIT_TEXT_MAX];
	int r;

	if (list || only) {
		text.ptr = words;
		text.len = list ? list_words(tree, list, words, sizeof(words)) : 0;
		if (only && yg_spec_tree_type(tree, only) == YG_SPEC_SCALAR)
			text = yg_spec_tree_text(tree, only);
		kind = text.len ? YG_FIT_WORDS : kind;
	} else if (pattern && kind == YG_FIT_ANY) {
		text = yg_spec_tree_text(tree, pattern);
		kind = YG_FIT_PATTERN;
	}
	if (kind == YG_FIT_ANY)
		return 0;
	r = yg_fit_init(ret, kind, text);
	return r == -EINVAL ? 0 : r;
}

/* With allOf, the first that says anything. Choices (oneOf, anyOf) take any value. */
static int read_fit(const struct yg_spec *spec, uint32_t operation, struct yg_slice name,
		    struct yg_fit *ret)
{
	const struct yg_spec_tree *tree = spec->tree;
	uint32_t node = yg_spec_find_parameter(spec, operation, "path", name);
	uint32_t schema = node ? yg_spec_tree_find(tree, node, "schema") : 0, all, count = 0;
	bool outside;
	int r;

	if (!node)
		return 0;
	schema = schema ? yg_spec_resolve(tree, schema, &outside) : node;
	if (!schema)
		return 0;
	r = read_schema(spec, schema, ret);
	all = yg_spec_tree_find(tree, schema, "allOf");
	for (uint32_t m = all ? yg_spec_tree_first(tree, all) : 0;
	     m && r == 0 && ret->kind == YG_FIT_ANY && count++ < ALL_OF_MAX;
	     m = yg_spec_tree_next(tree, m)) {
		schema = yg_spec_resolve(tree, yg_spec_tree_value(tree, m), &outside);
		if (schema)
			r = read_schema(spec, schema, ret);
	}
	return r;
}

/* The next "{name}" of @path; absent: there is none. Advances @path behind it. */
static struct yg_slice take_name(struct yg_slice *path)
{
	const char *open = path->len ? memchr(path->ptr, '{', path->len) : NULL;
	const char *end = path->ptr + path->len;
	const char *close = open ? memchr(open, '}', (size_t)(end - open)) : NULL;

	if (!close)
		return (struct yg_slice){ 0 };
	*path = (struct yg_slice){ close + 1, (size_t)(end - close - 1) };
	return (struct yg_slice){ open + 1, (size_t)(close - open - 1) };
}

int yg_spec_read_fits(struct yg_spec *spec, uint32_t operation)
{
	struct yg_spec_operation *at = &spec->operations[operation];
	struct yg_slice path = at->path;
	uint32_t count = 0;

	while (count < FITS_MAX && take_name(&path).ptr)
		count++;
	if (count == 0)
		return 0;
	at->fits = calloc(count, sizeof(*at->fits));
	if (!at->fits)
		return -ENOMEM;
	path = at->path;
	for (; at->fit_count < count; at->fit_count++) {
		int r = read_fit(spec, operation, take_name(&path), &at->fits[at->fit_count]);

		if (r < 0)
			return r;
	}
	return 0;
}
