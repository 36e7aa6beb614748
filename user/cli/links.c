/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINKS_FIRST 1024u

void yg_links_clean(struct yg_links *links)
{
	free(links->by_child);
	free(links->by_parent);
	*links = (struct yg_links){ 0 };
}

int yg_links_add(struct yg_links *links, uint64_t child, uint64_t parent)
{
	if (links->count == links->cap) {
		size_t cap = links->cap ? links->cap * 2 : LINKS_FIRST;
		struct yg_link_pair *grown;

		if (links->cap >= YG_LINKS_MAX)
			return -ENOSPC;
		grown = reallocarray(links->by_child, cap, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		links->by_child = grown;
		links->cap = cap;
	}
	links->by_child[links->count++] = (struct yg_link_pair){ child, parent };
	return 0;
}

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int order_child(const void *a, const void *b)
{
	return compare(((const struct yg_link_pair *)a)->child,
		       ((const struct yg_link_pair *)b)->child);
}

static int order_parent(const void *a, const void *b)
{
	return compare(((const struct yg_link_pair *)a)->parent,
		       ((const struct yg_link_pair *)b)->parent);
}

int yg_links_sort(struct yg_links *links)
{
	if (links->count == 0)
		return 0;
	links->by_parent = calloc(links->count, sizeof(*links->by_parent));
	if (!links->by_parent)
		return -ENOMEM;
	memcpy(links->by_parent, links->by_child, links->count * sizeof(*links->by_parent));
	qsort(links->by_child, links->count, sizeof(*links->by_child), order_child);
	qsort(links->by_parent, links->count, sizeof(*links->by_parent), order_parent);
	return 0;
}

uint64_t yg_links_parent(const struct yg_links *links, uint64_t child)
{
	const struct yg_link_pair key = { .child = child }, *found = NULL;

	if (links->count > 0)
		found = bsearch(&key, links->by_child, links->count, sizeof(key), order_child);
	return found ? found->parent : 0;
}

bool yg_links_has_child(const struct yg_links *links, uint64_t parent)
{
	const struct yg_link_pair key = { .parent = parent };

	return links->count > 0 &&
	       bsearch(&key, links->by_parent, links->count, sizeof(key), order_parent);
}
