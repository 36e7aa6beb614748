/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/estimate.h"

#include <math.h>

#define SHARE_ONE 4294967296.0 /* 2^32 */
#define Z95	  1.96	       /* deviations to each side that hold 95 % of a normal law */
#define NONE_SEEN 3.0	       /* rule of three: none seen of a share a means fewer than 3 / a */

uint32_t yg_weight_from_share(uint32_t sampled)
{
	uint64_t weight;

	if (sampled == 0)
		return 1;
	weight = ((1ull << 32) + sampled / 2) / sampled;
	return weight > YG_WEIGHT_MAX ? YG_WEIGHT_MAX : (uint32_t)weight;
}

double yg_share_ratio(uint32_t sampled)
{
	return sampled ? (double)sampled / SHARE_ONE : 1;
}

double yg_spread_of(uint32_t weight, uint32_t ordinal)
{
	return (double)weight * (weight - 1.0) * (2.0 * (ordinal ? ordinal : 1) - 1);
}

double yg_count_error(double spread)
{
	return Z95 * sqrt(spread);
}

double yg_share_error(double spread, uint64_t requests, double share)
{
	double n = (double)requests, error;

	if (requests == 0 || spread <= 0)
		return 0;
	/* A share that was never seen may still be there: at least one exchange, as one weight. */
	share = fmin(fmax(share, 1 / (n + 1)), n / (n + 1));
	error = Z95 * sqrt(spread * share * (1 - share)) / n;
	return error > 1 ? 1 : error;
}

uint64_t yg_distinct_estimate(uint64_t whole, uint32_t clients, uint64_t seen, double *ret_error)
{
	double share = yg_share_ratio(clients), estimate = (double)whole / share;

	*ret_error = 0;
	if (share >= 1)
		return seen;
	*ret_error = whole ? Z95 * sqrt((double)whole * (1 - share)) / share : NONE_SEEN / share;
	return estimate > (double)seen ? (uint64_t)llround(estimate) : seen;
}
