/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 5, baseline: how much a sampled exchange stands for, and how far off the sums may be.
 *
 *	seen	exchange, probability p of its flow, n-th of its flow in this minute
 *	sums	each adds 1/p					unbiased: E[seen * 1/p] = all
 *	spread	each adds w (w - 1) (2n - 1), w = 1/p		a flow of n adds w (w - 1) n^2
 *
 * Flows are drawn whole and independently of each other, so the variance of a count is the sum of
 * w (w - 1) n^2 over the flows that were seen (Horvitz and Thompson 1952, section 2). Counted per
 * endpoint, n of all the flow's exchanges is an upper bound. Errors are given as 95 % intervals.
 */
#pragma once

#include <stdint.h>

#define YG_WEIGHT_MAX 65536u /* what one exchange may stand for; the controller stops well below */

/* What one exchange stands for. @sampled: of the segment, in 2^-32; 0: everything is sampled. */
uint32_t yg_weight_from_share(uint32_t sampled);

/* "sampled" for people: 0.125; 1 of 0. */
double yg_share_ratio(uint32_t sampled);

/* What the @ordinal-th exchange of its flow in this minute adds to the spread. */
double yg_spread_of(uint32_t weight, uint32_t ordinal);

/* Half of the 95 % interval of a count with this spread. */
double yg_count_error(double spread);

/**
 * yg_share_error() - half of the 95 % interval of a share: of statuses, or a quantile's rank.
 * @share: 0..1; @requests: the estimated count that it is a share of.
 * Return: 0..1; 0 when everything was sampled.
 */
double yg_share_error(double spread, uint64_t requests, double share);

/**
 * yg_distinct_estimate() - all callers, from those of the clients that are seen whole.
 * @whole: distinct callers among these clients; @clients: their share, in 2^-32; 0: all.
 * @seen: distinct callers seen at all: the estimate is never below.
 * @ret_error: half of the 95 % interval; 0 when everything was sampled.
 */
uint64_t yg_distinct_estimate(uint64_t whole, uint32_t clients, uint64_t seen, double *ret_error);
