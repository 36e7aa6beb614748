/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many distinct things: exact while few, a HyperLogLog sketch when many. One fixed size, no
 * pointers, so it lives inside other structs, is copied by assignment and merged in any order.
 *
 *	members <= YG_HLL_EXACT		exact: the hashes themselves, in insertion order
 *	more				512 registers of 8 bits; std. error 1.04/sqrt(512) = 4.6 %
 *
 * Source: Flajolet et al., "HyperLogLog" (2007); the small-range correction is linear counting.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/bytes.h"

#define YG_HLL_EXACT	 64u  /* hashes kept as they are: detectors judge on exact small counts */
#define YG_HLL_REGISTERS 512u /* power of two; same bytes as YG_HLL_EXACT hashes */

/* All zero is the empty set. */
struct yg_hll {
	uint32_t count;	  /* exact mode: members held */
	uint32_t sketchy; /* 1: registers[] is valid, else exact[] */
	union {
		uint64_t exact[YG_HLL_EXACT];
		uint8_t registers[YG_HLL_REGISTERS];
	};
};

/**
 * yg_hll_add() - put one member into the set.
 * @hash: 64 well-mixed bits of it (yg_hash() or yg_hash_mix()).
 *
 * Return: true if the set certainly did not hold it before; in sketch mode true means that a
 * register grew, which most new members no longer do.
 */
bool yg_hll_add(struct yg_hll *hll, uint64_t hash);

/* How many distinct members: exact up to YG_HLL_EXACT, else the estimate. */
uint64_t yg_hll_count(const struct yg_hll *hll);

/* @into becomes the union of both. Commutative and associative in what yg_hll_count() says. */
void yg_hll_merge(struct yg_hll *into, const struct yg_hll *from);

/* Both sides of the wire form: mode, then the hashes or the registers. See core/bytes.h. */
void yg_hll_pack(const struct yg_hll *hll, struct yg_writer *writer);
void yg_hll_unpack(struct yg_hll *ret, struct yg_reader *reader);
