/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/missed.h"

#include <math.h>

#define FADE   0.95 /* what an awake span is worth after the next one: 20 count */
#define Z95    1.96 /* deviations to each side that hold 95 % of a normal law, and ... */
#define FEW    2.4  /* ... of Student's with n degrees of freedom, Z95 (1 + FEW / n) at most */
#define NONE   3.5  /* spans: before, nothing is known of the scatter but that it is large */
#define EDGE   0.01 /* of an estimate: exchanges that the ends of a rest cut are in no model */
#define UNSURE 0.5  /* deviation of the ratio then, as a share of it */
#define MOVED  0.5  /* of what another mix makes of it: of more than two services it is a guess */
#define WIRE   3    /* times the deviation of time: a load that probes hold up is another at rest */
#define SPREAD 1e-9 /* of squares: less is rounding */

static double measure(const struct yg_missed_span *span, enum yg_yardstick yardstick)
{
	return yardstick == YG_YARDSTICK_RECORDS ? (double)span->records : (double)span->ns;
}

/* Bytes tell services apart; of time they say nothing. */
static double measure_bytes(const struct yg_missed_span *span, enum yg_yardstick yardstick)
{
	return yardstick == YG_YARDSTICK_RECORDS ? (double)span->bytes : 0;
}

void yg_missed_awake(struct yg_missed *missed, const struct yg_missed_span *span)
{
	double y = (double)span->requests;

	missed->awake_ns += span->ns;
	for (enum yg_yardstick i = 0; i < YG_YARDSTICK_MAX; i++) {
		struct yg_missed_sums *sums = &missed->sums[i];
		double x = measure(span, i), z = measure_bytes(span, i);

		double per = x > 0 ? x : 1; /* requests of nothing: a yardstick that is wrong */

		if (x <= 0 && y <= 0)
			continue;
		sums->n = sums->n * FADE + 1;
		sums->x = sums->x * FADE + x;
		sums->y = sums->y * FADE + y;
		sums->z = sums->z * FADE + z;
		sums->yy = sums->yy * FADE + y * y / per;
		sums->yz = sums->yz * FADE + y * z / per;
		sums->zz = sums->zz * FADE + z * z / per;
	}
}

/* What one yardstick says of a rest. */
struct guess {
	double requests, shared, scatter;
	double moved; /* of the requests: because services had other shares than awake */
};

/* The line of y / x over z / x, each span with the weight x. */
struct line {
	double y, z;	 /* means */
	double slope;	 /* 0 if the spans are too much alike to tell */
	double spread;	 /* sum of squares of z / x around the mean, 0 as well */
	double variance; /* of y around the line, per x */
	double freedom;	 /* degrees of */
};

static struct line line_of(const struct yg_missed_sums *sums)
{
	struct line line = { .y = sums->y / sums->x,
			     .z = sums->z / sums->x,
			     .freedom = sums->n - 1 };
	double squares = sums->yy - line.y * sums->y, common;

	line.spread = sums->zz - line.z * sums->z;
	if (line.spread > SPREAD * sums->zz) {
		common = sums->yz - line.y * sums->z;
		line.slope = common / line.spread;
		line.freedom -= 1;
		squares -= line.slope * common;
	} else {
		line.spread = 0;
	}
	line.variance = fmax(squares, 0) / line.freedom;
	return line;
}

static struct guess guess(const struct yg_missed_sums *sums, double x, double z)
{
	struct guess guess = { 0 };
	double student, off, unsure;
	struct line line;

	if (sums->x <= 0) {
		guess.shared = INFINITY;
		return guess;
	}
	if (sums->n < NONE) {
		guess.requests = sums->y / sums->x * x;
		guess.shared = UNSURE * guess.requests;
		return guess;
	}
	if (x <= 0)
		return guess;
	line = line_of(sums);
	off = z / x - line.z; /* another mix of services than the awake times had */
	guess.moved = x * line.slope * off;
	guess.requests = fmax(x * line.y + guess.moved, 0);
	unsure = 1 / sums->x + (line.spread > 0 ? off * off / line.spread : 0);
	student = 1 + FEW / line.freedom;
	guess.shared = student * x * sqrt(line.variance * unsure);
	guess.scatter = student * student * line.variance * x;
	return guess;
}

static double deviation(const struct guess *guess)
{
	return sqrt(guess->shared * guess->shared + guess->scatter);
}

void yg_missed_rest(struct yg_missed *missed, const struct yg_missed_span *span)
{
	struct guess best = guess(&missed->sums[YG_YARDSTICK_TIME], (double)span->ns, 0);
	struct guess records = guess(&missed->sums[YG_YARDSTICK_RECORDS], (double)span->records,
				     (double)span->bytes);

	missed->rests++;
	missed->rest_ns += span->ns;
	missed->rest_records += span->records;
	missed->rest_bytes += span->bytes;
	if (deviation(&records) <= WIRE * deviation(&best))
		best = records;
	if (isinf(best.shared))
		return; /* never awake so far */
	missed->requests += best.requests;
	missed->moved += best.moved;
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
	double error = Z95 * (missed->shared + sqrt(missed->scatter)) + EDGE * missed->requests +
		       MOVED * fabs(missed->moved);

	*ret_error = (uint64_t)ceil(error);
	return (uint64_t)llround(missed->requests);
}
