/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keyed hashes. Whatever comes from traffic is hashed with a secret key before it is used as a
 * table key (nobody can choose collisions) or as an identity (nobody can look it up).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct yg_hash_key {
	uint64_t k0, k1; /* random, per installation for identities, per boot for tables */
};

/**
 * yg_hash() - SipHash-2-4 of @len bytes at @data.
 *
 * Source: Aumasson, Bernstein, "SipHash: a fast short-input PRF" (2012).
 * Return: 64 bits, the same on every machine for the same key and bytes.
 */
uint64_t yg_hash(const struct yg_hash_key *key, const void *data, size_t len);

/*
 * A few cycles for short texts, for caches that compare the bytes too: it spreads, but whoever
 * wants to can choose texts that share a place.
 */
static inline uint64_t yg_hash_quick(const void *data, size_t len)
{
	const uint64_t factor = 0x9e3779b97f4a7c15u;
	const char *p = data;
	uint64_t hash = len * factor, word = 0;

	if (!p)
		return hash;
	for (size_t at = 0; at + 8 < len; at += 8) {
		memcpy(&word, p + at, sizeof(word));
		hash = (hash ^ word) * factor;
		hash ^= hash >> 32;
	}
	if (len >= 8) {
		memcpy(&word, p + len - 8, sizeof(word));
	} else {
		word = 0;
		for (size_t i = 0; i < len; i++)
			word = word << 8 | (uint8_t)p[i];
	}
	hash = (hash ^ word) * factor;
	return hash ^ hash >> 32;
}

/* Finalizer of SplitMix64: spreads a 64-bit integer that needs no key. */
static inline uint64_t yg_hash_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}
