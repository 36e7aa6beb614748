/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/quantile.h"

#include <math.h>

#define EXACT	    16u /* values below it have a bucket each */
#define OCTAVE_BITS 3u	/* 8 buckets per octave */

static uint32_t bucket_of(uint64_t value)
{
	uint32_t shift, bucket;

	if (value < EXACT)
		return (uint32_t)value;
	shift = 63u - (uint32_t)__builtin_clzll(value) - OCTAVE_BITS;
	/* value >> shift is 8..15; shift is 1 for 16..31 */
	bucket = EXACT + ((shift - 1) << OCTAVE_BITS) + ((uint32_t)(value >> shift) & 7u);
	return bucket < YG_QUANTILE_BUCKETS ? bucket : YG_QUANTILE_BUCKETS - 1;
}

static uint64_t middle_of(uint32_t bucket)
{
	uint32_t shift, mantissa;

	if (bucket < EXACT)
		return bucket;
	shift = ((bucket - EXACT) >> OCTAVE_BITS) + 1;
	mantissa = 8u + ((bucket - EXACT) & 7u);
	return ((uint64_t)mantissa << shift) + (1ull << (shift - 1));
}

static void raise_bucket(struct yg_quantile *quantile, uint32_t bucket, uint32_t count)
{
	uint32_t *at = &quantile->buckets[bucket];

	*at = *at > UINT32_MAX - count ? UINT32_MAX : *at + count;
}

void yg_quantile_add(struct yg_quantile *quantile, uint64_t value)
{
	yg_quantile_add_by(quantile, value, 1);
}

void yg_quantile_add_by(struct yg_quantile *quantile, uint64_t value, uint32_t times)
{
	quantile->count += times;
	quantile->sum += value * times;
	if (value > quantile->max)
		quantile->max = value;
	raise_bucket(quantile, bucket_of(value), times);
}

uint64_t yg_quantile_at(const struct yg_quantile *quantile, double ratio)
{
	uint64_t rank, below = 0;

	if (quantile->count == 0)
		return 0;
	rank = (uint64_t)ceil(ratio * (double)quantile->count);
	if (rank < 1)
		rank = 1;
	if (rank >= quantile->count)
		return quantile->max;

	for (uint32_t i = 0; i < YG_QUANTILE_BUCKETS; i++) {
		below += quantile->buckets[i];
		if (below >= rank) {
			uint64_t middle = middle_of(i);

			return middle < quantile->max ? middle : quantile->max;
		}
	}
	return quantile->max; /* a bucket has saturated */
}

uint64_t yg_quantile_mean(const struct yg_quantile *quantile)
{
	return quantile->count ? quantile->sum / quantile->count : 0;
}

void yg_quantile_merge(struct yg_quantile *into, const struct yg_quantile *from)
{
	into->count += from->count;
	into->sum += from->sum;
	if (from->max > into->max)
		into->max = from->max;
	for (uint32_t i = 0; i < YG_QUANTILE_BUCKETS; i++) {
		if (from->buckets[i])
			raise_bucket(into, i, from->buckets[i]);
	}
}

void yg_quantile_pack(const struct yg_quantile *quantile, struct yg_writer *writer)
{
	uint32_t used = 0;
	uint32_t next = 0;

	for (uint32_t i = 0; i < YG_QUANTILE_BUCKETS; i++)
		used += quantile->buckets[i] > 0;
	yg_put_varint(writer, quantile->count);
	yg_put_varint(writer, quantile->sum);
	yg_put_varint(writer, quantile->max);
	yg_put_varint(writer, used);
	for (uint32_t i = 0; i < YG_QUANTILE_BUCKETS; i++) {
		if (!quantile->buckets[i])
			continue;
		yg_put_varint(writer, i - next);
		yg_put_varint(writer, quantile->buckets[i]);
		next = i + 1;
	}
}

void yg_quantile_unpack(struct yg_quantile *ret, struct yg_reader *reader)
{
	uint32_t used;
	uint32_t next = 0;

	*ret = (struct yg_quantile){ .count = yg_get_varint(reader) };
	ret->sum = yg_get_varint(reader);
	ret->max = yg_get_varint(reader);
	used = yg_get_max(reader, YG_QUANTILE_BUCKETS);
	for (uint32_t i = 0; i < used && !reader->bad; i++) {
		next += yg_get_max(reader, YG_QUANTILE_BUCKETS);
		if (next >= YG_QUANTILE_BUCKETS) {
			reader->bad = true;
			return;
		}
		ret->buckets[next++] = yg_get_max(reader, UINT32_MAX);
	}
}
