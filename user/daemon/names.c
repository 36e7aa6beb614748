/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/names.h"

#include <errno.h>
#include <stdlib.h>

/* Append @list to the rows. Return: its first row. */
static const struct yg_slice *append(struct yg_slice **next, const struct yg_text_list *list)
{
	const struct yg_slice *first = *next;

	for (size_t i = 0; i < list->count; i++)
		*(*next)++ = yg_slice_from_str(list->items[i]);
	return first;
}

int yg_names_from_options(const struct yg_options *options, struct yg_names *ret)
{
	const struct yg_text_list *headers = &options->api_key_headers;
	const struct yg_text_list *queries = &options->api_key_queries;
	const struct yg_text_list *cookies = &options->session_cookies;
	size_t count = headers->count + queries->count + cookies->count;
	struct yg_slice *rows = calloc(count + 1, sizeof(*rows)), *next = rows;

	if (!rows)
		return -ENOMEM;
	*ret = (struct yg_names){
		.rows = rows,
		.names = { .header_count = headers->count,
			   .query_count = queries->count,
			   .cookie_count = cookies->count },
	};
	ret->names.headers = append(&next, headers);
	ret->names.queries = append(&next, queries);
	ret->names.cookies = append(&next, cookies);
	return 0;
}

void yg_names_clean(struct yg_names *names)
{
	free(names->rows);
	*names = (struct yg_names){ 0 };
}
