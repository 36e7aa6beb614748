/* SPDX-License-Identifier: GPL-2.0-only */
/* Which exchange was made for which, kept until the exchanges are printed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"

#define YG_LINKS_MAX (1u << 22) /* pairs, 16 bytes each in two orders; more are not shown */

struct yg_link_pair {
	uint64_t child, parent;
};

/* Zero begins. */
struct yg_links {
	struct yg_link_pair *by_child;	/* [count] */
	struct yg_link_pair *by_parent; /* [count], after yg_links_sort() */
	size_t count, cap;
};

/* Release the pairs; the object is zero again. */
void yg_links_clean(struct yg_links *links);

/* Return: 0; -ENOMEM; -ENOSPC when it is full. */
YG_MUST_CHECK int yg_links_add(struct yg_links *links, uint64_t child, uint64_t parent);

/* Once, before it is asked. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_links_sort(struct yg_links *links);

/* For which exchange @child was made; 0: none. O(log count), as the next. */
uint64_t yg_links_parent(const struct yg_links *links, uint64_t child);

/* Was any exchange made for @parent? */
bool yg_links_has_child(const struct yg_links *links, uint64_t parent);
