/* SPDX-License-Identifier: GPL-2.0-only */
/* Evidence against luck: when a field is said to hold a class. */
#include <math.h>

#include "baseline/data.h"
#include "parse/values.h"

#define CHANCE 0.1 /* that a random number passes a check digit ... */
/* ... and one of several of the same length: NPI (0.02), Medicare (0.05), NHS (0.09). */
#define CHANCE_HEALTH 0.16
/* Per field: with 10,000 fields one is expected to pass by luck. Four of four are enough. */
#define LUCK_MAX   1.01e-4
#define LUCK_FIRM  1e-6
#define TRIES_MIN  5u /* distinct values without which nothing is said against luck */
#define FIRM_COUNT 3u /* distinct values that confirm what a name says */

const char *yg_data_level_name(enum yg_data_level level)
{
	static const char *const names[YG_DATA_LEVEL_MAX] = { "none", "possible", "likely",
							      "confirmed" };

	return level < YG_DATA_LEVEL_MAX ? names[level] : "none";
}

const char *yg_data_place_name(uint8_t in)
{
	static const char *const names[YG_VALUE_IN_MAX] = {
		[YG_VALUE_IN_PATH] = "path",	 [YG_VALUE_IN_QUERY] = "query",
		[YG_VALUE_IN_HEADER] = "header", [YG_VALUE_IN_COOKIE] = "cookie",
		[YG_VALUE_IN_BODY] = "body",
	};

	return in < YG_VALUE_IN_MAX ? names[in] : "body";
}

/* Linear counting. Source: Whang et al., "A Linear-Time Probabilistic Counting" (1990). */
static uint32_t count_bits(const uint64_t *bits)
{
	uint32_t set = 0, zero;

	for (uint32_t i = 0; i < YG_DATA_BITS / 64; i++)
		set += (uint32_t)__builtin_popcountll(bits[i]);
	zero = YG_DATA_BITS - set;
	if (zero == 0)
		zero = 1;
	return (uint32_t)lround(-(double)YG_DATA_BITS * log((double)zero / YG_DATA_BITS));
}

uint32_t yg_data_field_tried(const struct yg_data_field *field)
{
	return count_bits(field->tried);
}

uint32_t yg_data_field_passed(const struct yg_data_field *field)
{
	return count_bits(field->passed);
}

double yg_data_luck(double chance, uint32_t n, uint32_t k)
{
	double sum = 0;

	for (uint32_t i = k; i <= n; i++)
		sum += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) +
			   i * log(chance) + (n - i) * log1p(-chance));
	return k == 0 ? 1 : sum;
}

/* A check digit, a name that agrees. */
static enum yg_data_level judge_named(const struct yg_data_field *field, uint32_t n, uint32_t k)
{
	if (k * 2 < n)
		return YG_DATA_NONE;
	if (k >= FIRM_COUNT)
		return YG_DATA_CONFIRMED;
	return k >= 2 || field->proof == YG_DATA_PROOF_BRAND ? YG_DATA_LIKELY : YG_DATA_POSSIBLE;
}

static enum yg_data_level judge_luck(const struct yg_data_field *field, uint32_t n, uint32_t k,
				     bool alone)
{
	double luck;

	if (n < TRIES_MIN)
		return field->proof == YG_DATA_PROOF_BRAND && alone && k == n ? YG_DATA_POSSIBLE
									      : YG_DATA_NONE;
	/* The row exists because one passed: that one is no evidence. */
	luck = yg_data_luck(field->class_ == YG_DATA_HEALTH_NUMBER ? CHANCE_HEALTH : CHANCE, n - 1,
			    k - 1);
	if (luck >= LUCK_MAX)
		return YG_DATA_NONE;
	if (k * 2 < n)
		return YG_DATA_POSSIBLE;
	return luck < LUCK_FIRM ? YG_DATA_CONFIRMED : YG_DATA_LIKELY;
}

enum yg_data_level yg_data_level(const struct yg_data_field *field, bool alone)
{
	uint32_t n = yg_data_field_tried(field), k = yg_data_field_passed(field);

	if (k == 0)
		return YG_DATA_NONE;
	switch ((enum yg_data_proof)field->proof) {
	case YG_DATA_PROOF_BRAND:
	case YG_DATA_PROOF_CHECK:
		return field->named
			       ? judge_named(field, n, k)
			       : judge_luck(field, n, k, alone || field->class_ != YG_DATA_PAN);
	case YG_DATA_PROOF_CERTAIN:
		if (k >= FIRM_COUNT || yg_data_class_is_secret(field->class_))
			return YG_DATA_CONFIRMED;
		return YG_DATA_LIKELY;
	case YG_DATA_PROOF_SHAPE:
	case YG_DATA_PROOF_KEY:
		return k >= FIRM_COUNT ? YG_DATA_CONFIRMED
		       : k == 2	       ? YG_DATA_LIKELY
				       : YG_DATA_POSSIBLE;
	case YG_DATA_PROOF_MAX:
	default:
		return YG_DATA_NONE;
	}
}
