/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A YAML or JSON document as a tree, for reading OpenAPI. Bounded in bytes, nodes and depth; an
 * alias is a link to its node and is never copied, so that no few lines become many nodes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"

#define YG_SPEC_BYTES_MAX (64u << 20) /* bytes of a document */
#define YG_SPEC_NODES_MAX 4000000u    /* 24 bytes each; beyond: refused */
#define YG_SPEC_DEPTH_MAX 128u	      /* nesting; beyond: refused */
#define YG_SPEC_LINKS_MAX 1024u	      /* anchors; beyond: refused */

enum yg_spec_node { YG_SPEC_SCALAR, YG_SPEC_LIST, YG_SPEC_MAP, YG_SPEC_LINK };

struct yg_spec_tree;

#define YG_SPEC_ERROR_CAP 160u /* bytes of a cause in words, with its NUL */

/**
 * yg_spec_tree_read() - read one document.
 * @ret_error: [YG_SPEC_ERROR_CAP]; on -EINVAL what is wrong, and in which line; else "".
 * Return: 0; -EINVAL not YAML, or beyond a bound; -ENOMEM.
 */
YG_MUST_CHECK int yg_spec_tree_read(struct yg_slice text, char *ret_error,
				    struct yg_spec_tree **ret);
void yg_spec_tree_free(struct yg_spec_tree **tree); /* accepts NULL inside */

/* Nodes by number; 0 is none, 1 the top. Links are followed by every function. */
enum yg_spec_node yg_spec_tree_type(const struct yg_spec_tree *tree, uint32_t node);
struct yg_slice yg_spec_tree_text(const struct yg_spec_tree *tree, uint32_t node); /* scalar */
uint32_t yg_spec_tree_find(const struct yg_spec_tree *tree, uint32_t map, const char *key);
uint32_t yg_spec_tree_find_slice(const struct yg_spec_tree *tree, uint32_t map,
				 struct yg_slice key);

/* Members of a list or a map, in order; @ret_key: of a map. 0: the end. */
uint32_t yg_spec_tree_first(const struct yg_spec_tree *tree, uint32_t node);
uint32_t yg_spec_tree_next(const struct yg_spec_tree *tree, uint32_t member);
struct yg_slice yg_spec_tree_key(const struct yg_spec_tree *tree, uint32_t member);
uint32_t yg_spec_tree_value(const struct yg_spec_tree *tree, uint32_t member);

/* What the pointer "#/a/b" stands for; 0: nothing, or it is in another file. Source: RFC 6901. */
uint32_t yg_spec_tree_point(const struct yg_spec_tree *tree, struct yg_slice ref);
