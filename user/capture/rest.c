/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/rest.h"

#include <math.h>

#define MS	     1000000ull
#define WINDOW_NS    (1000u * MS)
#define OVER_MAX     3u /* seconds above the room before the first rest */
#define HOLD_MIN_NS  (10000u * MS)
#define HOLD_MAX_NS  (300000u * MS)
#define JUMP_NS	     (5000u * MS) /* between two looks: the machine slept, or we did */
#define TURN_SHARE   10u	  /* a turn off and on is this part of a period at most */
#define MARGIN	     0.75	  /* of the room: a turn leaves caches cold, which no price has */
#define FITS	     0.9	  /* of a period awake: not worth a turn */
#define IDLE	     2.0	  /* periods that would fit: nothing is going on */
#define CARRY_DEBT   2.0	  /* periods of room that a burst is paid back for, at most */
#define CARRY_CREDIT 0.5	  /* and that are saved */
#define SPEND_MAX    2.0	  /* of its share: an awake time ends */
#define RATE_WEIGHT  0.5	  /* of the last awake time */
#define RATE_FALL    0.5	  /* below this part of what was known, the load is another one */

static void wake_fully(struct yg_rest *rest, const struct yg_rest_look *look)
{
	rest->is_resting = false;
	rest->ended_ns = look->now_ns;
	rest->over_count = 0;
	rest->window_ns = look->now_ns;
	rest->window_cost_ns = look->cost_ns;
}

static void begin(struct yg_rest *rest, const struct yg_rest_look *look)
{
	rest->is_started = true;
	rest->was_awake = look->is_awake;
	rest->last_ns = look->now_ns;
	rest->last_cost_ns = look->cost_ns;
	if (rest->hold_ns == 0)
		rest->hold_ns = HOLD_MIN_NS;
	rest->begun_ns = look->now_ns;
	rest->begun_cost_ns = look->cost_ns;
	wake_fully(rest, look);
}

static uint64_t period_min(const struct yg_rest_look *look)
{
	uint64_t period = look->turn_ns * TURN_SHARE;

	if (period < YG_REST_PERIOD_NS)
		return YG_REST_PERIOD_NS;
	return period < YG_REST_PERIOD_MAX_NS ? period : YG_REST_PERIOD_MAX_NS;
}

/* The next period, by what an awake time costs and what is carried over. */
static double plan(struct yg_rest *rest, const struct yg_rest_look *look)
{
	double period = (double)period_min(look), longest = (double)YG_REST_PERIOD_MAX_NS;
	double awake = IDLE * period, room = MARGIN * look->room, fit;

	if (rest->rate * IDLE > look->room)
		awake = (room * period + rest->carry_ns) / rest->rate;
	else
		rest->carry_ns = 0; /* the load that made the debt is gone */
	fit = awake / period;

	/* Debt is paid by time asleep: the period grows until its room makes up for it. */
	if (awake < (double)YG_REST_AWAKE_MIN_NS) {
		awake = (double)YG_REST_AWAKE_MIN_NS;
		period = (awake * rest->rate - rest->carry_ns) / room;
		period = fmin(fmax(period, (double)period_min(look)), longest);
	}
	if (fit >= FITS)
		awake = period;
	rest->period_ns = (uint64_t)period;
	rest->awake_ns = (uint64_t)awake;
	return fit;
}

/* An awake time, and the rest behind it, are over: what did they cost? */
static void settle(struct yg_rest *rest, const struct yg_rest_look *look)
{
	double room = MARGIN * look->room * (double)rest->period_ns;

	rest->carry_ns += MARGIN * look->room * (double)(look->now_ns - rest->begun_ns) -
			  (double)(look->cost_ns - rest->begun_cost_ns);
	rest->carry_ns = fmin(fmax(rest->carry_ns, -CARRY_DEBT * room), CARRY_CREDIT * room);
}

/* How much calls cost while the probes are there, from the awake time that ends now. */
static void learn_rate(struct yg_rest *rest, const struct yg_rest_look *look)
{
	uint64_t span = look->now_ns - rest->begun_ns;
	double rate;

	if (span == 0)
		return;
	rate = (double)(look->cost_ns - rest->begun_cost_ns) / (double)span;
	if (rate >= RATE_FALL * rest->rate)
		rate = RATE_WEIGHT * rate + (1 - RATE_WEIGHT) * rest->rate;
	rest->rate = rate;
}

/* Fully awake for good, when that held for long enough, or nothing is going on. */
static bool is_over(struct yg_rest *rest, const struct yg_rest_look *look, double fit)
{
	if (fit < FITS) {
		rest->fits_ns = 0;
		return false;
	}
	if (rest->fits_ns == 0)
		rest->fits_ns = look->now_ns;
	return fit >= IDLE || look->now_ns - rest->fits_ns >= rest->hold_ns;
}

static void begin_period(struct yg_rest *rest, const struct yg_rest_look *look)
{
	rest->begun_ns = look->now_ns;
	rest->begun_cost_ns = look->cost_ns;
	if (is_over(rest, look, plan(rest, look)))
		wake_fully(rest, look);
}

static bool is_awake_over(const struct yg_rest *rest, const struct yg_rest_look *look)
{
	double share = look->room * (double)rest->period_ns;

	if (rest->awake_ns >= rest->period_ns)
		return false;
	return look->now_ns - rest->begun_ns >= rest->awake_ns ||
	       (double)(look->cost_ns - rest->begun_cost_ns) > SPEND_MAX * share;
}

/* Fully awake: is a second over, and was it the one too many? */
static void watch(struct yg_rest *rest, const struct yg_rest_look *look)
{
	uint64_t span = look->now_ns - rest->window_ns;

	if (span < WINDOW_NS)
		return;
	rest->rate = (double)(look->cost_ns - rest->window_cost_ns) / (double)span;
	rest->window_ns = look->now_ns;
	rest->window_cost_ns = look->cost_ns;
	rest->over_count = rest->rate > look->room ? rest->over_count + 1 : 0;
	if (rest->over_count < OVER_MAX || !look->may_rest)
		return;
	/* Taken back soon after it ended: the load is at the edge, so wait longer next time. */
	if (rest->ended_ns && rest->rests && look->now_ns - rest->ended_ns < 2 * rest->hold_ns)
		rest->hold_ns = rest->hold_ns * 2 < HOLD_MAX_NS ? rest->hold_ns * 2 : HOLD_MAX_NS;
	else
		rest->hold_ns = HOLD_MIN_NS;
	rest->is_resting = true;
	rest->carry_ns = 0;
	rest->fits_ns = 0;
	rest->begun_ns = look->now_ns;
	rest->begun_cost_ns = look->cost_ns;
	(void)plan(rest, look);
}

static struct yg_rest_plan say(struct yg_rest *rest, const struct yg_rest_look *look)
{
	struct yg_rest_plan plan = { .awake = true, .due_ns = UINT64_MAX, .share = 1 };
	uint64_t turn = look->is_awake ? 0 : look->turn_ns / 2;

	if (!rest->is_resting || rest->awake_ns >= rest->period_ns)
		return plan;
	plan.share = (double)rest->awake_ns / (double)rest->period_ns;
	if (look->is_awake) {
		plan.awake = !is_awake_over(rest, look);
		plan.due_ns = rest->begun_ns + rest->awake_ns;
		rest->rests += !plan.awake;
		return plan;
	}
	/* To be there in time they are called before it. */
	plan.due_ns = rest->begun_ns + rest->period_ns - (turn < rest->period_ns ? turn : 0);
	plan.awake = look->now_ns >= plan.due_ns || look->pace * rest->rate * IDLE < look->room;
	return plan;
}

struct yg_rest_plan yg_rest_step(struct yg_rest *rest, const struct yg_rest_look *look)
{
	if (!rest->is_started || look->now_ns < rest->last_ns ||
	    look->now_ns - rest->last_ns > JUMP_NS || look->cost_ns < rest->last_cost_ns)
		begin(rest, look);
	rest->last_ns = look->now_ns;
	rest->last_cost_ns = look->cost_ns;
	if (rest->is_resting && !look->may_rest)
		wake_fully(rest, look);
	if (rest->is_resting && rest->was_awake && !look->is_awake)
		learn_rate(rest, look);
	if (!rest->is_resting && look->is_awake) {
		watch(rest, look);
	} else if (rest->is_resting && look->is_awake && !rest->was_awake) {
		settle(rest, look);
		begin_period(rest, look);
	} else if (rest->is_resting && look->is_awake && rest->awake_ns >= rest->period_ns &&
		   look->now_ns - rest->begun_ns >= rest->period_ns) {
		learn_rate(rest, look);
		settle(rest, look);
		begin_period(rest, look);
	}
	rest->was_awake = look->is_awake;
	return say(rest, look);
}

double yg_rest_room(double left, double analyzer)
{
	return fmax(left - analyzer, left / 2);
}
