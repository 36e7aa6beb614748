/* SPDX-License-Identifier: GPL-2.0-only */
/* What was learned of an endpoint against what a document says. */
#pragma once

#include "baseline/schema.h"
#include "endpoint/inventory.h"
#include "endpoint/spec.h"

enum yg_difference {
	YG_DIFFERENCE_SHADOW,	  /* in the traffic, not in the document */
	YG_DIFFERENCE_METHOD,	  /* likewise, but its path is */
	YG_DIFFERENCE_ORPHAN,	  /* in the document, not in the traffic */
	YG_DIFFERENCE_PARAMETER,  /* a field of the request that is not described */
	YG_DIFFERENCE_FIELD,	  /* a field of the response that is not described */
	YG_DIFFERENCE_TYPE,	  /* a type that is not described */
	YG_DIFFERENCE_AUTH,	  /* described as secured, accepted without a credential */
	YG_DIFFERENCE_STATUS,	  /* a status that is not described */
	YG_DIFFERENCE_DEPRECATED, /* described as deprecated, still in use */
	YG_DIFFERENCE_LOCKED,	  /* described as open, never used without a credential */
	YG_DIFFERENCE_NULL,	  /* null where the document has no null */
	YG_DIFFERENCE_MAX
};

const char *yg_difference_name(enum yg_difference kind); /* "undocumented-parameter"; literal */

/* @place: where: a field, a status; "" for the endpoint. @detail: in words; "" for nothing. */
typedef void (*yg_difference_fn)(void *ctx, enum yg_difference kind, const char *place,
				 const char *detail);

/**
 * yg_compare_endpoint() - tell every difference of one endpoint.
 * @schema: may be NULL; of an operation that a body names it is not looked at.
 *
 * Of a field that is not described, or of another type, what is in it is not told again.
 * Return: the operation that it is; -ENOENT: none.
 */
int yg_compare_endpoint(const struct yg_spec *spec, const struct yg_endpoint *endpoint,
			const struct yg_schema *schema, yg_difference_fn fn, void *ctx);
