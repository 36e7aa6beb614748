/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/twin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/address.h"
#include "core/lru.h"

/* A connection. */
struct row {
	uint64_t served_ns, asked_ns; /* ends of the last exchange that each end told; 0: none */
	uint64_t ahead;		      /* told by the asking end, not yet by the other */
};

struct yg_twins {
	struct yg_hash_key key;
	struct yg_lru *rows; /* by ends */
	uint64_t count;
};

int yg_twins_new(const struct yg_hash_key *key, struct yg_twins **ret)
{
	struct yg_twins *twins = calloc(1, sizeof(*twins));
	int r;

	if (!twins)
		return -ENOMEM;
	twins->key = *key;
	r = yg_lru_new(YG_TWINS_MAX, sizeof(struct row), &twins->rows);
	if (r)
		yg_twins_free(&twins);
	else
		*ret = twins;
	return r;
}

void yg_twins_free(struct yg_twins **twins)
{
	if (*twins)
		yg_lru_free(&(*twins)->rows);
	yg_freep(twins);
}

/* The same of both ends. */
static uint64_t hash_ends(const struct yg_twins *twins, const struct yg_exchange *exchange)
{
	const struct yg_peer ends[2] = { exchange->client, exchange->server };
	uint8_t bytes[2 * (sizeof(ends[0].addr) + sizeof(ends[0].port))];
	size_t len = 0;

	for (size_t i = 0; i < 2; i++) {
		memcpy(bytes + len, &ends[i].addr, sizeof(ends[i].addr));
		len += sizeof(ends[i].addr);
		memcpy(bytes + len, &ends[i].port, sizeof(ends[i].port));
		len += sizeof(ends[i].port);
	}
	return yg_hash(&twins->key, bytes, len);
}

static bool take_served(struct row *row, const struct yg_exchange *exchange)
{
	bool is_twin = row->ahead && exchange->request.start_ns < row->asked_ns;

	row->served_ns = yg_exchange_end_ns(exchange);
	row->ahead = is_twin ? row->ahead - 1 : 0;
	return is_twin;
}

static bool take_asked(struct row *row, const struct yg_exchange *exchange)
{
	if (row->served_ns && yg_exchange_end_ns(exchange) <= row->served_ns + YG_TWINS_NS)
		return true;
	row->asked_ns = yg_exchange_end_ns(exchange);
	row->ahead++;
	return false;
}

bool yg_twins_take(struct yg_twins *twins, const struct yg_exchange *exchange)
{
	struct row *row;
	bool is_twin;

	if (!exchange->tls || yg_address_is_unknown(&exchange->client.addr) ||
	    yg_address_is_unknown(&exchange->server.addr))
		return false;
	row = yg_lru_get(twins->rows, hash_ends(twins, exchange), NULL);
	is_twin = exchange->outbound ? take_asked(row, exchange) : take_served(row, exchange);
	twins->count += is_twin && !exchange->rest;
	return is_twin;
}

uint64_t yg_twins_count(const struct yg_twins *twins)
{
	return twins->count;
}

uint64_t yg_twins_evicted(const struct yg_twins *twins)
{
	return yg_lru_evicted(twins->rows);
}
