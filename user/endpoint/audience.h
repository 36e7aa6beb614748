/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: who asks a listener, and who of them says whom.
 *
 * The YG_AUDIENCE_MAX clients whose keyed hashes are the lowest: all of them while they are few,
 * and then a sample that nobody can choose to be in, however often he asks. Each counts once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/bytes.h"
#include "core/hash.h"
#include "core/macros.h"

#define YG_AUDIENCE_MAX	  16u
#define YG_AUDIENCE_MANY  8u /* clients that say a thing before it is believed of others */
#define YG_AUDIENCE_SHARE 3u /* so many of them for each that never says it */

struct yg_audience {
	uint64_t clients[YG_AUDIENCE_MAX]; /* hashes; the lowest bit: it named a host */
	uint32_t count;
};

/**
 * yg_audience_client() - one client, as a row of an audience.
 * @key: of identities: rows outlive a restart.
 *
 * A site has 2^64 addresses of IPv6 for the asking: its /64 is one client.
 * Return: its hash, the lowest bit 0; 0: the address is not known.
 */
uint64_t yg_audience_client(const struct yg_hash_key *key, const struct yg_address *address);

/* @client, if known, asked: @names a host or not. O(YG_AUDIENCE_MAX). Return: it is news. */
bool yg_audience_note(struct yg_audience *audience, uint64_t client, bool names);

/* Did @client itself name one? */
bool yg_audience_has_named(const struct yg_audience *audience, uint64_t client);

/* May those who never named one be taken for asking what the others named? */
bool yg_audience_speaks_for_all(const struct yg_audience *audience);

/* Are there none who never named one? */
bool yg_audience_is_agreed(const struct yg_audience *audience);

/* As bytes, and back into an empty one: damage sets the reader's flag. */
void yg_audience_pack(const struct yg_audience *audience, struct yg_writer *writer);
void yg_audience_unpack(struct yg_audience *audience, struct yg_reader *reader);
