/* SPDX-License-Identifier: GPL-2.0-only */
#include "serve/body.h"

#include <errno.h>

#include <yajl/yajl_tree.h>

struct yg_body {
	yajl_val tree; /* NULL: an empty object */
};

int yg_body_parse(struct yg_slice text, struct yg_body **ret)
{
	struct yg_body *body;
	unsigned int brackets = 0;
	char error[128];

	for (size_t i = 0; i < text.len; i++) {
		brackets += text.ptr[i] == '[' || text.ptr[i] == '{';
		if (text.ptr[i] == '\0' || brackets > YG_BODY_NEST_MAX)
			return -EINVAL;
	}
	body = calloc(1, sizeof(*body));
	if (!body)
		return -ENOMEM;
	if (text.len > 0) {
		body->tree = yajl_tree_parse(text.ptr, error, sizeof(error));
		if (!YAJL_IS_OBJECT(body->tree)) {
			yg_body_free(&body);
			return -EINVAL;
		}
	}
	*ret = body;
	return 0;
}

void yg_body_free(struct yg_body **body)
{
	if (!*body)
		return;
	yajl_tree_free((*body)->tree);
	free(*body);
	*body = NULL;
}

static yajl_val find(const struct yg_body *body, const char *name)
{
	const char *path[] = { name, NULL };

	return body->tree ? yajl_tree_get(body->tree, path, yajl_t_any) : NULL;
}

const char *yg_body_text(const struct yg_body *body, const char *name)
{
	return YAJL_GET_STRING(find(body, name));
}

int yg_body_number(const struct yg_body *body, const char *name, uint64_t *ret)
{
	yajl_val value = find(body, name);

	if (!value)
		return -ENOENT;
	if (!YAJL_IS_INTEGER(value) || YAJL_GET_INTEGER(value) <= 0)
		return -EINVAL;
	*ret = (uint64_t)YAJL_GET_INTEGER(value);
	return 0;
}
