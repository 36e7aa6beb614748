/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/own.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 32u
#define EXACT_BITS 128u

static void clean_set(struct yg_own_set *set)
{
	free(set->rows);
	*set = (struct yg_own_set){ 0 };
}

void yg_own_clean(struct yg_own *own)
{
	clean_set(&own->current);
	clean_set(&own->next);
}

void yg_own_add(struct yg_own *own, uint32_t index, const struct yg_prefix *prefix)
{
	struct yg_own_set *next = &own->next;
	struct yg_prefix *rows;
	uint32_t room;

	if (index == 0)
		clean_set(next);
	next->told++;
	room = next->room ? next->room * 2 : FIRST_ROOM;
	if (next->count == next->room) {
		rows = room > YG_OWN_PREFIXES_MAX ? NULL
						  : reallocarray(next->rows, room, sizeof(*rows));
		if (!rows) {
			own->left_out++;
			return;
		}
		next->rows = rows;
		next->room = room;
	}
	next->rows[next->count++] = *prefix;
	next->exact += prefix->len == EXACT_BITS;
}

static int order(const void *a, const void *b)
{
	const struct yg_prefix *x = a, *y = b;
	int exact = (y->len == EXACT_BITS) - (x->len == EXACT_BITS);

	return exact ? exact : memcmp(&x->addr, &y->addr, sizeof(x->addr));
}

void yg_own_end(struct yg_own *own, uint32_t count)
{
	if (count == 0 || own->next.told != count)
		clean_set(&own->next);
	if (own->next.told != count)
		return;
	if (own->next.count)
		qsort(own->next.rows, own->next.count, sizeof(*own->next.rows), order);
	clean_set(&own->current);
	own->current = own->next;
	own->next = (struct yg_own_set){ 0 };
}

bool yg_own_has(const struct yg_own *own, const struct yg_address *addr)
{
	const struct yg_own_set *set = &own->current;
	const struct yg_prefix key = { .addr = *addr, .len = EXACT_BITS };

	if (set->exact && bsearch(&key, set->rows, set->exact, sizeof(key), order))
		return true;
	for (uint32_t i = set->exact; i < set->count; i++) {
		if (yg_prefix_has(&set->rows[i], addr))
			return true;
	}
	return false;
}

void yg_own_place(const struct yg_own *own, struct yg_exchange *exchange)
{
	bool client, server;

	if (!own->current.count || yg_address_is_unknown(&exchange->client.addr) ||
	    yg_address_is_unknown(&exchange->server.addr))
		return;
	client = yg_own_has(own, &exchange->client.addr);
	server = yg_own_has(own, &exchange->server.addr);
	exchange->local = client && server;
	exchange->through = !client && !server;
	if (!exchange->tls)
		exchange->outbound = client && !server;
	else if (client && !server)
		exchange->outbound = true;
}
