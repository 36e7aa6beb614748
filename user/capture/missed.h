/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: how many requests passed while the probes of TLS rested.
 *
 * What is measured at all times, the wire, is the yardstick: while the probes are there it is
 * learned how many requests come with so many records of TLS, and while they rest the records are
 * counted on. Services differ in that, and in the bytes of a record: so it is learned, too, how
 * requests per record change with bytes per record, and a rest with another mix of services than
 * awake times have is not judged by theirs. Where the wire shows nothing (its interface is not
 * ours) or tells much less, time is the yardstick.
 *
 *	awake	x records, z bytes, y requests	y / x = a + b (z / x - mean), old times fade
 *	rest	x records, z bytes		adds x (a + b (z / x - mean))
 *	error	95 %: of a and b, which are wrong for all rests alike, so it adds up as it is, and
 *		grows with how unlike the rest is; of each rest, whose requests scatter around the
 *		line as those of the awake times do; half of what b made of the whole, for more
 *		than two services are on no line; and a hundredth for what the ends of a rest cut
 *
 * A load that the probes hold up is another one at rest, so time must tell a good deal better than
 * the wire to be believed.
 *
 * A regression estimate from pairs. Source: Cochran, Sampling Techniques, 3rd edition, chapter 7.
 */
#pragma once

#include <stdint.h>

enum yg_yardstick { YG_YARDSTICK_RECORDS, YG_YARDSTICK_TIME, YG_YARDSTICK_MAX };

/* One span of time, awake or not. */
struct yg_missed_span {
	uint64_t ns;
	uint64_t records;  /* frames on the wire that begin with a record of TLS data */
	uint64_t bytes;	   /* of TLS on the wire */
	uint64_t requests; /* that the probes saw: of an awake one */
};

/*
 * Sums over awake spans, each worth less with every one after it: x of the yardstick, y requests,
 * z bytes; the squares are per x.
 */
struct yg_missed_sums {
	double n, x, y, z, yy, yz, zz;
};

/* All zero: nothing seen. */
struct yg_missed {
	struct yg_missed_sums sums[YG_YARDSTICK_MAX];
	uint64_t awake_ns, rest_ns; /* totals, of spans that were told */
	uint64_t rests;
	uint64_t rest_records, rest_bytes;
	double requests;	/* estimated, of all rests */
	double moved;		/* of these: because of other shares of services */
	double shared, scatter; /* deviation that is common to all rests; variance that is not */
};

/* The probes were there for @span. Spans of a second or less. */
void yg_missed_awake(struct yg_missed *missed, const struct yg_missed_span *span);

/* They were not for @span; its requests are not looked at. */
void yg_missed_rest(struct yg_missed *missed, const struct yg_missed_span *span);

/**
 * yg_missed_pace() - how busy the wire was in @span, as a part of what it is in awake times.
 * Return: 0 and more; 1 too if the wire tells nothing.
 */
double yg_missed_pace(const struct yg_missed *missed, const struct yg_missed_span *span);

/**
 * yg_missed_estimate() - the requests of all rests so far.
 * @ret_error: half of the 95 % interval.
 * Return: requests.
 */
uint64_t yg_missed_estimate(const struct yg_missed *missed, uint64_t *ret_error);
