/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keyed hashes. Whatever comes from traffic is hashed with a secret key before it is used as a
 * table key (nobody can choose collisions) or as an identity (nobody can look it up).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

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

/* Finalizer of SplitMix64: spreads a 64-bit integer that needs no key. */
static inline uint64_t yg_hash_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}
