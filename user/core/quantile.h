/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Quantiles of non-negative integers with bounded relative error, in one fixed size.
 *
 * Eight equal buckets per power of two: bucket [m * 2^e / 8, (m + 1) * 2^e / 8), m = 8..15.
 * A quantile is answered with the middle of its bucket, so it is off by at most
 * YG_QUANTILE_ERROR of itself; values below 16 are exact. Adding is a count-leading-zeros and a
 * shift: no logarithm, no allocation. Merging adds counts, so it is exact in any order.
 *
 * Source: the idea of Masson et al., "DDSketch" (2019), with linear buckets in each octave.
 */
#pragma once

#include <stdint.h>

#include "core/bytes.h"

#define YG_QUANTILE_BUCKETS 304u   /* 16 exact values, then 36 octaves of 8: up to 2^40 */
#define YG_QUANTILE_ERROR   0.0625 /* of the value; 1/16 */

/* All zero is empty. */
struct yg_quantile {
	uint64_t count;
	uint64_t sum;
	uint64_t max;			       /* exact */
	uint32_t buckets[YG_QUANTILE_BUCKETS]; /* saturating */
};

void yg_quantile_add(struct yg_quantile *quantile, uint64_t value); /* >= 2^40: last bucket */

/* As if @value had been added @times times. */
void yg_quantile_add_by(struct yg_quantile *quantile, uint64_t value, uint32_t times);

/**
 * yg_quantile_at() - value below which @ratio of the values lie.
 * @ratio: 0..1; 0.5 is the median.
 *
 * Return: the value within YG_QUANTILE_ERROR of the true one, never above max; 0 when empty.
 */
uint64_t yg_quantile_at(const struct yg_quantile *quantile, double ratio);
uint64_t yg_quantile_mean(const struct yg_quantile *quantile); /* exact; 0 when empty */

/* As if every value of @from had been added to @into. */
void yg_quantile_merge(struct yg_quantile *into, const struct yg_quantile *from);

/* Only the buckets in use: gap and count as varints, about 3 bytes each. */
void yg_quantile_pack(const struct yg_quantile *quantile, struct yg_writer *writer);
void yg_quantile_unpack(struct yg_quantile *ret, struct yg_reader *reader);
