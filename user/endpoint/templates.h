/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Templates that somebody wrote, and that therefore need no evidence: an operator's rule, else a
 * specification's path. They stand above what is learned (endpoint/trie.h).
 *
 *	"/v1/users/{userId}"	a segment in braces is any one segment
 *	"/files/{name}.json"	braces inside a segment are one byte or more of it
 *	"/export/{from},{to}"
 *
 * A document may say more of a value (endpoint/fit.h): "/users/me" does not fall under "/users/{id}"
 * of a number. What is refused because of its value is still told by that template.
 *
 * Among templates of one rank that fit a path, the one whose first differing segment is literal
 * wins, as OpenAPI 3.1 section 4.8.8.2 has it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"
#include "endpoint/fit.h"
#include "endpoint/trie.h"

#define YG_TEMPLATES_MAX 8192u /* 24 bytes and a text each; more are refused */

enum yg_template_rank { YG_TEMPLATE_SPEC, YG_TEMPLATE_USER, YG_TEMPLATE_RANK_MAX };

struct yg_templates;

/* An empty set. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_templates_new(struct yg_templates **ret);
void yg_templates_free(struct yg_templates **templates); /* accepts NULL inside */

/* One to be added. */
struct yg_template {
	struct yg_slice service; /* name as in the inventory; absent: any */
	struct yg_slice text;	 /* begins with a slash, segments as in a normalised path */
	enum yg_template_rank rank;
	const struct yg_fit *fits; /* [fit_count] of its placeholders, in order; the rest: any */
	size_t fit_count;
};

/**
 * yg_templates_add() - take one more, copied.
 *
 * One that is there already keeps the higher rank, and those conditions on its values that both
 * have. Return: 0; -EINVAL if it is no template; -ENOSPC when there are YG_TEMPLATES_MAX; -ENOMEM.
 */
YG_MUST_CHECK int yg_templates_add(struct yg_templates *templates, const struct yg_template *added);

/**
 * yg_templates_match() - the template that @path falls under.
 * @strict: values must be what was said of them; else it is enough that they are there.
 * @ret: how its segments read; nodes are 0. Written only on a match.
 *
 * O(templates with as many segments). Return: its text, borrowed; absent when none fits.
 */
struct yg_slice yg_templates_match(const struct yg_templates *templates, struct yg_slice service,
				   const struct yg_path *path, bool strict, struct yg_route *ret);

/* The highest rank that this text, as a row of the inventory has it, has; ..._MAX: it has none. */
enum yg_template_rank yg_templates_rank(const struct yg_templates *templates,
					struct yg_slice service, struct yg_slice template_);

/* Is it one of the set? */
static inline bool yg_templates_has(const struct yg_templates *templates, struct yg_slice service,
				    struct yg_slice template_)
{
	return yg_templates_rank(templates, service, template_) != YG_TEMPLATE_RANK_MAX;
}

/* Templates in the set. */
uint32_t yg_templates_count(const struct yg_templates *templates);
