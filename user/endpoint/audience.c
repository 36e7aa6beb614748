/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/audience.h"

#include <string.h>

#define NAMED	    1u
#define NETWORK_LEN 8u /* bytes of an IPv6 address that are not its host's choice */

uint64_t yg_audience_client(const struct yg_hash_key *key, const struct yg_address *address)
{
	size_t len = yg_address_is_v4(address) ? sizeof(address->bytes) : NETWORK_LEN;
	uint64_t hash = yg_hash(key, address->bytes, len) & ~(uint64_t)NAMED;

	if (yg_address_is_unknown(address))
		return 0;
	return hash ? hash : NAMED << 1;
}

/* The place of @client; that of the highest if it is not there; count if there is room. */
static uint32_t find(const struct yg_audience *audience, uint64_t client)
{
	uint32_t highest = 0;

	for (uint32_t i = 0; i < audience->count; i++) {
		if ((audience->clients[i] | NAMED) == (client | NAMED))
			return i;
		if (audience->clients[i] > audience->clients[highest])
			highest = i;
	}
	return audience->count < YG_AUDIENCE_MAX ? audience->count : highest;
}

static bool is_at(const struct yg_audience *audience, uint32_t i, uint64_t client)
{
	return i < audience->count && (audience->clients[i] | NAMED) == (client | NAMED);
}

bool yg_audience_note(struct yg_audience *audience, uint64_t client, bool names)
{
	uint32_t i = find(audience, client);
	uint64_t before;

	if (client == 0 ||
	    (i < audience->count && !is_at(audience, i, client) && audience->clients[i] < client))
		return false;
	if (i == audience->count)
		audience->count++;
	else if (is_at(audience, i, client))
		client |= audience->clients[i];
	before = audience->clients[i];
	audience->clients[i] = client | (names ? NAMED : 0);
	return audience->clients[i] != before;
}

bool yg_audience_has_named(const struct yg_audience *audience, uint64_t client)
{
	uint32_t i = find(audience, client);

	return is_at(audience, i, client) && (audience->clients[i] & NAMED);
}

static uint32_t count_named(const struct yg_audience *audience)
{
	uint32_t named = 0;

	for (uint32_t i = 0; i < audience->count; i++)
		named += audience->clients[i] & NAMED;
	return named;
}

bool yg_audience_speaks_for_all(const struct yg_audience *audience)
{
	uint32_t named = count_named(audience);

	return named >= YG_AUDIENCE_MANY && named >= YG_AUDIENCE_SHARE * (audience->count - named);
}

bool yg_audience_is_agreed(const struct yg_audience *audience)
{
	return audience->count && count_named(audience) == audience->count;
}

void yg_audience_pack(const struct yg_audience *audience, struct yg_writer *writer)
{
	yg_put_varint(writer, audience->count);
	for (uint32_t i = 0; i < audience->count; i++)
		yg_put_u64(writer, audience->clients[i]);
}

void yg_audience_unpack(struct yg_audience *audience, struct yg_reader *reader)
{
	uint32_t count = yg_get_max(reader, YG_AUDIENCE_MAX);

	for (uint32_t i = 0; i < count && !reader->bad; i++) {
		uint64_t client = yg_get_u64(reader);

		reader->bad |= is_at(audience, find(audience, client), client);
		audience->clients[audience->count++] = client;
	}
}
