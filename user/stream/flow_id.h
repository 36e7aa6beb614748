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

/* The same flow; keys have no padding. */
static inline bool yg_flow_id_equal(const struct yg_flow_id *a, const struct yg_flow_id *b)
{
	uint64_t x[sizeof(*a) / 8], y[sizeof(*a) / 8], differs = 0;

	memcpy(x, a, sizeof(x));
	memcpy(y, b, sizeof(y));
	for (size_t i = 0; i < YG_ARRAY_SIZE(x); i++)
		differs |= x[i] ^ y[i];
	return differs == 0;
}

/* Row of the recent flows. Without a key: who collides on purpose only gets the table's hash. */
static inline uint32_t yg_flow_id_row(const struct yg_flow_id *id)
{
	uint32_t ports, object;

	memcpy(&ports, id->port, sizeof(ports));
	memcpy(&object, id->addr[0], sizeof(object));
	return (uint32_t)(yg_hash_mix(ports ^ ((uint64_t)object << 32)) % YG_FLOW_RECENT);
}

/* The source is the higher of both ends, bytes compared as numbers of the wire. */
static inline bool yg_flow_key_is_higher(const struct yg_flow_key *key)
{
	uint64_t from[2], to[2];

	memcpy(from, key->saddr, sizeof(from));
	memcpy(to, key->daddr, sizeof(to));
	if (from[0] != to[0])
		return be64toh(from[0]) > be64toh(to[0]);
	if (from[1] != to[1])
		return be64toh(from[1]) > be64toh(to[1]);
	return ntohs(key->sport) > ntohs(key->dport);
}

/* Return: the direction of the segment, see stream/flow.h. */
static inline unsigned yg_flow_id_from_segment(const struct yg_segment *meta, bool tls,
					       struct yg_flow_id *ret)
{
	const struct yg_flow_key *key = &meta->key;
	unsigned low;

	if (tls) {
		*ret = (struct yg_flow_id){ .tgid = meta->tgid };
		memcpy(ret->addr[0], &meta->object, sizeof(meta->object));
		memcpy(ret->addr[0] + 8, &meta->generation, sizeof(meta->generation));
		ret->addr[1][0] = 1; /* never equal to a key of the wire: tgid 0 is the kernel */
		return meta->source == YG_SOURCE_TLS_WRITE;
	}
	low = yg_flow_key_is_higher(key);
	memcpy(ret->addr[low], key->saddr, sizeof(key->saddr));
	memcpy(ret->addr[!low], key->daddr, sizeof(key->daddr));
	ret->port[low] = key->sport;
	ret->port[!low] = key->dport;
	ret->tgid = 0;
	return low;
}
