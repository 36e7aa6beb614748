/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/prefixes.h"

#include <errno.h>
#include <string.h>

static int add(struct yg_prefix_list *list, struct yg_slice text)
{
	struct yg_prefix prefix, *grown;
	int r = yg_prefix_from_text(text, &prefix);

	if (r)
		return r;
	if (list->count >= YG_OPTIONS_LIST_MAX)
		return -E2BIG;
	grown = reallocarray(list->items, list->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	list->items = grown;
	list->items[list->count++] = prefix;
	return 0;
}

int yg_cli_prefixes(struct yg_prefix_list *list, const char *text)
{
	while (text) {
		const char *comma = strchr(text, ',');
		size_t len = comma ? (size_t)(comma - text) : strlen(text);
		int r = add(list, (struct yg_slice){ text, len });

		if (r)
			return r;
		text = comma ? comma + 1 : NULL;
	}
	return 0;
}
