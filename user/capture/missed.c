/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/missed.h"

#include <math.h>

#define FADE   0.98 /* what an awake span is worth after the next one: 50 count */
#define Z95    1.96 /* deviations to each side that hold 95 % of a normal law, and ... */
#define FEW    2.4  /* ... of Student's with n degrees of freedom, Z95 (1 + FEW / n) at most */
#define NONE   2.5  /* spans: before, nothing is known of the scatter but that it is large */
#define EDGE   0.01 /* of an estimate: exchanges that the ends of a rest cut are in no model */
#define UNSURE 0.5  /* deviation of the ratio then, as a share of it */

static double measure(const struct yg_missed_span *span, enum yg_yardstick yardstick)
{
	return yardstick == YG_YARDSTICK_RECORDS ? (double)span->records : (double)span->ns;
}

void yg_missed_awake(struct yg_missed *missed, const struct yg_missed_span *span)
{
	double y = (double)span->requests;

	missed->awake_ns += span->ns;
	for (enum yg_yardstick i = 0; i < YG_YARDSTICK_MAX; i++) {
		struct yg_missed_sums *sums = &missed->sums[i];
		double x = measure(span, i);

		sums->n = sums->n * FADE + 1;
		sums->x = sums->x * FADE + x;
		sums->y = sums->y * FADE + y;
		sums->xx = sums->xx * FADE + x * x;
		sums->xy = sums->xy * FADE + x * y;
		sums->yy = sums->yy * FADE + y * y;
	}
}

/* What one yardstick says of a rest. */
struct guess {
	double requests, shared, scatter;
};

static struct guess guess(const struct yg_missed_sums *sums, double x)
{
	struct guess guess = { 0 };
	double ratio, squares, student;

	if (sums->x <= 0) {
		guess.shared = INFINITY;
		return guess;
	}
	ratio = sums->y / sums->x;
	guess.requests = ratio * x;
	if (sums->n < NONE) {
		guess.shared = UNSURE * guess.requests;
		return guess;
	}
	/* Squares of y - ratio x, per span, of which one degree of freedom is the ratio's. */
	squares =
		fmax(sums->yy - 2 * ratio * sums->xy + ratio * ratio * sums->xx, 0) / (sums->n - 1);
	student = 1 + FEW / (sums->n - 1);
	guess.shared = student * x * sqrt(sums->n * squares) / sums->x;
	guess.scatter = student * student * squares * x * sums->n / sums->x;
	return guess;
}

static double deviation(const struct guess *guess)
{
	return sqrt(guess->shared * guess->shared + guess->scatter);
}

void yg_missed_rest(struct yg_missed *missed, const struct yg_missed_span *span)
{
	struct guess best = guess(&missed->sums[YG_YARDSTICK_TIME], (double)span->ns);
	struct guess records = guess(&missed->sums[YG_YARDSTICK_RECORDS], (double)span->records);

	missed->rests++;
	missed->rest_ns += span->ns;
	missed->rest_records += span->records;
	missed->rest_bytes += span->bytes;
	if (deviation(&records) <= deviation(&best))
		best = records;
	if (isinf(best.shared))
		return; /* never awake so far */
	missed->requests += best.requests;
	missed->shared += best.shared;
	missed->scatter += best.scatter;
}

double yg_missed_pace(const struct yg_missed *missed, const struct yg_missed_span *span)
{
	double records = missed->sums[YG_YARDSTICK_RECORDS].x;
	double ns = missed->sums[YG_YARDSTICK_TIME].x;

	if (records <= 0 || span->ns == 0)
		return 1;
	return (double)span->records / (double)span->ns * (ns / records);
}

uint64_t yg_missed_estimate(const struct yg_missed *missed, uint64_t *ret_error)
{
	double error = Z95 * (missed->shared + sqrt(missed->scatter)) + EDGE * missed->requests;

	*ret_error = (uint64_t)ceil(error);
	return (uint64_t)llround(missed->requests);
}
