/* SPDX-License-Identifier: GPL-2.0-only */
/* The key of a flow: made of a segment, compared, and a row number for the flows used last. */
#pragma once

#include <arpa/inet.h>
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/hash.h"
#include "core/macros.h"
#include "stream/flow.h"
#include "yagura/event.h"

#define YG_FLOW_RECENT 256u /* flows of the last segments: 2 KB stay in the cache; power of two */

/* The same flow. Each part is read as it was written: a wider load waits for the stores. */
static inline bool yg_flow_id_equal(const struct yg_flow_id *a, const struct yg_flow_id *b)
{
	uint64_t x[4], y[4], differs;

	memcpy(x, a->addr, sizeof(x));
	memcpy(y, b->addr, sizeof(y));
	differs = (uint64_t)(a->port[0] ^ b->port[0]) | (uint64_t)(a->port[1] ^ b->port[1]) |
		  (a->tgid ^ b->tgid);
	for (size_t i = 0; i < YG_ARRAY_SIZE(x); i++)
		differs |= x[i] ^ y[i];
	return differs == 0;
}

/* Row of the recent flows. Without a key: who collides on purpose only gets the table's hash. */
static inline uint32_t yg_flow_id_row(const struct yg_flow_id *id)
{
	uint64_t object;

	memcpy(&object, id->addr[0], sizeof(object));
	object = (object << 32) ^ id->port[0] ^ ((uint32_t)id->port[1] << 16);
	return (uint32_t)(yg_hash_mix(object) % YG_FLOW_RECENT);
}

/* Is the source the higher of both ends, bytes compared as numbers of the wire? */
static inline bool yg_flow_key_is_higher(const struct yg_flow_key *key, const uint64_t from[2],
					 const uint64_t to[2])
{
	if (from[0] != to[0])
		return be64toh(from[0]) > be64toh(to[0]);
	if (from[1] != to[1])
		return be64toh(from[1]) > be64toh(to[1]);
	return ntohs(key->sport) > ntohs(key->dport);
}

/* The lower end first. Without a branch: which end a segment comes from cannot be guessed. */
static inline unsigned yg_flow_id_from_wire(const struct yg_flow_key *key, struct yg_flow_id *ret)
{
	uint64_t from[2], to[2], turned;
	bool high;

	memcpy(from, key->saddr, sizeof(from));
	memcpy(to, key->daddr, sizeof(to));
	high = yg_flow_key_is_higher(key, from, to);
	for (size_t i = 0; i < YG_ARRAY_SIZE(from); i++) {
		turned = (from[i] ^ to[i]) & -(uint64_t)high;
		from[i] ^= turned;
		to[i] ^= turned;
	}
	memcpy(ret->addr[0], from, sizeof(from));
	memcpy(ret->addr[1], to, sizeof(to));
	ret->port[0] = high ? key->dport : key->sport;
	ret->port[1] = high ? key->sport : key->dport;
	ret->tgid = 0;
	return high;
}

/* Return: the direction of the segment, see stream/flow.h. */
static inline unsigned yg_flow_id_from_segment(const struct yg_segment *meta, bool tls,
					       struct yg_flow_id *ret)
{
	if (tls) {
		*ret = (struct yg_flow_id){ .tgid = meta->tgid };
		memcpy(ret->addr[0], &meta->object, sizeof(meta->object));
		memcpy(ret->addr[0] + 8, &meta->generation, sizeof(meta->generation));
		ret->addr[1][0] = 1; /* never equal to a key of the wire: tgid 0 is the kernel */
		return meta->source == YG_SOURCE_TLS_WRITE;
	}
	return yg_flow_id_from_wire(&meta->key, ret);
}
