/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A GraphQL document: which operation it is, and how much it asks for.
 *
 *	query GetUser($id: ID!) { user(id: $id) { name again: name ...Card } }
 *	type  name		  root		  alias
 *
 * One pass over the tokens with two counters; no tree, no recursion. The document may be cut.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/http1.h"

enum yg_graphql_type {
	YG_GRAPHQL_UNKNOWN,
	YG_GRAPHQL_QUERY,
	YG_GRAPHQL_MUTATION,
	YG_GRAPHQL_SUBSCRIPTION,
	YG_GRAPHQL_TYPE_MAX
};

const char *yg_graphql_type_name(enum yg_graphql_type type); /* "query"; literal */

/* Slices are borrowed from the document. */
struct yg_graphql {
	enum yg_graphql_type type; /* of the operation asked for; UNKNOWN: none was found */
	struct yg_slice name;	   /* absent: anonymous */
	struct yg_slice root;	   /* its first field, without its alias; absent: not seen */
	uint32_t operations;	   /* in the document */
	uint32_t fields;	   /* in all of them, fragments included */
	uint32_t aliases;
	uint32_t depth; /* of the deepest selection; fragments are not followed */
};

/**
 * yg_graphql_read() - read a document.
 * @document: decoded text.
 * @name: the operation asked for; empty: the first one.
 * @ret: always written: what was read up to the end.
 *
 * O(@document). Source: GraphQL specification, October 2021, sections 2.1 to 2.8.
 * Return: DONE; MORE if it is cut; BAD if it is no document from some point on.
 */
enum yg_parse yg_graphql_read(struct yg_slice document, struct yg_slice name,
			      struct yg_graphql *ret);
