/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Public keys that were seen (JWKS documents, JWKs in DPoP proofs), and real verification with
 * them.
 *
 * Signatures by libcrypto: RS256/384/512, PS256/384/512, ES256/384/512, EdDSA (Ed25519). It
 * allocates for itself; an allowance per second bounds how often it is asked, and whoever asks
 * keeps
 * the answer by the token's hash. Keys are public: nothing here is a secret.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"
#include "parse/jose.h"

#define YG_KEYS_MAX	    256u /* keys of all sets; beyond, the one unused for longest goes */
#define YG_SIGNATURES_PER_S 200u /* verifications; 70 us each: 1.4 % of a processor */

enum yg_verified {
	YG_VERIFIED_UNKNOWN, /* no such key, algorithm not known, or the allowance is spent */
	YG_VERIFIED_GOOD,
	YG_VERIFIED_BAD,
	YG_VERIFIED_MAX
};

/* What a key set says about itself. */
struct yg_key_set {
	uint32_t keys;	 /* that were read */
	bool weak;	 /* RSA below 2048 bits, EC below 224 */
	bool duplicated; /* one kid twice */
};

struct yg_keys;

/* Return: 0; -ENOMEM. Loads the algorithms: call before the sandbox. */
YG_MUST_CHECK int yg_keys_new(struct yg_keys **ret);
void yg_keys_free(struct yg_keys **keys); /* accepts NULL inside */

/**
 * yg_keys_learn() - take in a key set.
 * @set: {"keys":[...]}; may be cut: whole keys are read.
 * @owner: whose set it is; a key of the same owner and kid is replaced if it differs.
 *
 * Private members of a key are ignored. Source: RFC 7517, RFC 7518 section 6, RFC 8037.
 * Return: false if it is not a key set.
 */
bool yg_keys_learn(struct yg_keys *keys, struct yg_slice set, uint64_t owner,
		   struct yg_key_set *ret);

/**
 * yg_keys_verify() - check a signature with the keys of its kid.
 * @now_ns: for the allowance.
 *
 * GOOD: one of the keys made it. BAD: there are keys of that kid and algorithm, one of them has
 * verified another token, and none made this one.
 */
enum yg_verified yg_keys_verify(struct yg_keys *keys, const struct yg_jose *jose, uint64_t now_ns);

/* With the key in the token's own header: proof of possession, not of identity. */
enum yg_verified yg_keys_verify_embedded(struct yg_keys *keys, const struct yg_jose *jose,
					 uint64_t now_ns);

/* Verifications done, refused by the allowance, and keys evicted. */
struct yg_keys_counters {
	uint64_t verified, skipped, keys, evicted;
};
struct yg_keys_counters yg_keys_counters(const struct yg_keys *keys);
