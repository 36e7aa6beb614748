/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/hash.h"

#include <endian.h>
#include <string.h>

static inline uint64_t rotate(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static inline void absorb(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

static inline uint64_t load(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return le64toh(word);
}

/*
 * The last @len % 8 bytes, from @p, first byte lowest. No loop: its end would be a guess of the
 * processor's, wrong for most of our short texts.
 */
static inline uint64_t load_rest(const uint8_t *p, size_t len)
{
	size_t rest = len % 8;
	uint32_t low, high;

	if (rest == 0)
		return 0;
	if (len >= 8)
		return load(p + rest - 8) >> (64 - 8 * rest);
	if (rest >= 4) {
		memcpy(&low, p, sizeof(low));
		memcpy(&high, p + rest - 4, sizeof(high));
		return le32toh(low) | (uint64_t)le32toh(high) << (8 * (rest - 4));
	}
	/* One to three: the middle one is the first or the last where there is none. */
	return p[0] | (uint64_t)p[rest / 2] << (8 * (rest / 2)) |
	       (uint64_t)p[rest - 1] << (8 * (rest - 1));
}

uint64_t yg_hash(const struct yg_hash_key *key, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t v[4] = {
		key->k0 ^ 0x736f6d6570736575u,
		key->k1 ^ 0x646f72616e646f6du,
		key->k0 ^ 0x6c7967656e657261u,
		key->k1 ^ 0x7465646279746573u,
	};

	for (size_t left = len; left >= 8; left -= 8, p += 8)
		absorb(v, load(p));
	absorb(v, (uint64_t)len << 56 | load_rest(p, len));

	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
