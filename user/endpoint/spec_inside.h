/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of struct yg_spec, shared by spec.c (operations, paths) and spec_schema.c (schemas). */
#pragma once

#include "endpoint/spec.h"
#include "endpoint/spec_tree.h"

struct yg_spec_server {
	struct yg_slice host; /* absent: none is named */
	struct yg_slice path; /* "/v4" or "" */
};

struct yg_spec {
	struct yg_spec_tree *tree;
	struct yg_spec_operation *operations;
	uint32_t count, cap;
	struct yg_spec_server servers[YG_SPEC_SERVERS_MAX];
	uint32_t server_count;
	bool old; /* 2.0 */
};

/* Behind its references. @ret_outside: it is in another file, or nowhere. */
uint32_t yg_spec_resolve(const struct yg_spec_tree *tree, uint32_t node, bool *ret_outside);

/* spec_schema.c: a parameter of the operation, or of its path; 0: there is none. */
uint32_t yg_spec_find_parameter(const struct yg_spec *spec, uint32_t operation, const char *in,
				struct yg_slice name);

/**
 * yg_spec_read_fits() - what each placeholder of the operation's path must look like.
 *
 * Bounded: conditions that are not understood take any value. Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_spec_read_fits(struct yg_spec *spec, uint32_t operation);

/* Is it a scalar of this text? @node: 0: no. */
static inline bool yg_spec_is_text(const struct yg_spec *spec, uint32_t node, const char *text)
{
	return node && yg_slice_equal(yg_spec_tree_text(spec->tree, node), yg_slice_from_str(text));
}
