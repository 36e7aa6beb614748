/* SPDX-License-Identifier: GPL-2.0-only */
/* The JSON object in the body of a request, by yajl; for short bodies of operators. */
#pragma once

#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"

#define YG_BODY_NEST_MAX 256u /* brackets in the text: yajl frees a tree by recursion */

struct yg_body;

/**
 * yg_body_parse() - read a JSON object.
 * @text: NUL behind it; an empty one is an empty object.
 *
 * Return: 0; -EINVAL not one JSON object; -ENOMEM.
 */
YG_MUST_CHECK int yg_body_parse(struct yg_slice text, struct yg_body **ret);
void yg_body_free(struct yg_body **body); /* accepts NULL inside */

/* Text member @name, borrowed from @body; NULL: absent or no text. */
const char *yg_body_text(const struct yg_body *body, const char *name);

/* Integer member @name, above 0. Return: 0; -ENOENT absent; -EINVAL not such a number. */
YG_MUST_CHECK int yg_body_number(const struct yg_body *body, const char *name, uint64_t *ret);
