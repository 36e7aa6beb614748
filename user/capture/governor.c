/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/governor.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MS	     1000000ull
#define DOWN_NS	     (200u * MS)   /* between two steps down: time for the rings to answer */
#define WINDOW_NS    (1000u * MS)  /* that CPU is measured over */
#define HOLD_MIN_NS  (10000u * MS) /* calm before a step up */
#define HOLD_MAX_NS  (300000u * MS)
#define JUMP_NS	     (5000u * MS) /* between two looks: the machine slept, or we did */
#define FILL_HIGH    0.5
#define FILL_FULL    0.8
#define FILL_CALM    0.1
#define CPU_CALM     0.4   /* of the budget: twice that, and one in four to spare */
#define CPU_IDLE     0.015 /* cores: what polling takes, sampled or not */
#define CPU_STEPS    3u	   /* halvings for CPU at once */
#define LEFT_MIN     0.2   /* of the budget */
#define OTHER_WEIGHT 0.1   /* of a window: roles work in bursts, which say little of the next */
#define TOTAL_WEIGHT 0.2   /* of a window */
#define TOTAL_OVER   1.1   /* of the budget: prices are no better than that */
#define OVER_NS	     (10000u * MS) /* above the budget: the share and the probes had their time */
#define TOTAL_FITS   1.05
#define TOTAL_NS     (6000u * MS) /* after a step: prices of frames are measured every three */
#define TOTAL_MAX    4u		  /* halvings: programs copy a sixteenth; less saves nothing */
#define BURST_MIN    10u	  /* lost messages, and ... */
#define BURST_SHARE  100	  /* ... one in so many */
#define SHARE_ONE    4294967296.0
#define CLIENT_SHARE 2u /* clients seen whole are this part of the share of flows */

/* A total that went back was begun anew: nothing can be said of the time between. */
static uint64_t grown(uint64_t now, uint64_t before)
{
	uint64_t delta = now - before;

	return delta >> 63 ? 0 : delta;
}

static void begin(struct yg_governor *governor, const struct yg_load *load)
{
	governor->started = true;
	governor->last = *load;
	governor->window = *load;
	governor->calm_ns = load->now_ns;
	governor->stepped_ns = load->now_ns;
	governor->fits_ns = load->now_ns;
	if (governor->hold_ns == 0)
		governor->hold_ns = HOLD_MIN_NS;
}

static void step_down(struct yg_governor *governor, uint32_t halvings, enum yg_governor_why why,
		      const struct yg_load *load)
{
	uint64_t since = load->now_ns - governor->stepped_ns;

	/* Taken back at once: the load is between two steps, so wait longer before the next try. */
	if (governor->raised && since < governor->hold_ns) {
		governor->hold_ns *= 2;
		if (governor->hold_ns > HOLD_MAX_NS)
			governor->hold_ns = HOLD_MAX_NS;
	} else if (governor->raised) {
		governor->hold_ns = HOLD_MIN_NS;
	}
	governor->raised = false;
	governor->halvings += halvings;
	if (governor->halvings > YG_GOVERNOR_HALVINGS_MAX)
		governor->halvings = YG_GOVERNOR_HALVINGS_MAX;
	governor->why = (uint8_t)why;
	governor->stepped_ns = load->now_ns;
	governor->calm_ns = load->now_ns;
	governor->window = *load; /* what was used before says nothing of what will be */
	governor->downs++;
}

static void step_up(struct yg_governor *governor, const struct yg_load *load)
{
	governor->halvings--;
	governor->raised = true;
	governor->stepped_ns = load->now_ns;
	governor->calm_ns = load->now_ns;
	governor->window = *load;
	governor->ups++;
}

/* Rings first: they fill in less than a second. Return: was there anything to fear? */
static bool watch_rings(struct yg_governor *governor, const struct yg_load *load)
{
	bool lost = grown(load->lost, governor->last.lost) > 0;
	bool may = governor->downs + governor->ups == 0 ||
		   load->now_ns - governor->stepped_ns >= DOWN_NS;

	if (!lost && load->fill <= FILL_HIGH)
		return load->fill > FILL_CALM;
	if (may && (lost || load->fill > FILL_FULL))
		step_down(governor, 2, lost ? YG_GOVERNOR_LOST : YG_GOVERNOR_RING, load);
	else if (may)
		step_down(governor, 1, YG_GOVERNOR_RING, load);
	return true;
}

double yg_governor_left(double budget, double fixed)
{
	return fmax(budget - fixed, LEFT_MIN * budget);
}

/* Cores, of @now - @before over @span. */
static double cores(uint64_t now, uint64_t before, uint64_t span)
{
	return (double)grown(now, before) / (double)span;
}

static bool is_above(const struct yg_governor *governor, double budget)
{
	return governor->total > budget * (governor->is_over ? TOTAL_FITS : TOTAL_OVER);
}

static void measure(struct yg_governor *governor, const struct yg_governor_options *options,
		    const struct yg_load *load, uint64_t span)
{
	const struct yg_load *from = &governor->window;
	struct yg_usage *usage = &governor->usage;
	double other = cores(load->other_ns, from->other_ns, span), total;

	usage->analyzer = cores(load->cpu_ns, from->cpu_ns, span);
	usage->frames = cores(load->frames_ns, from->frames_ns, span);
	usage->calls = cores(load->calls_ns, from->calls_ns, span);
	usage->other += (other - usage->other) * OTHER_WEIGHT;
	usage->fixed = usage->other + usage->frames + fmin(usage->analyzer, CPU_IDLE);
	usage->left = yg_governor_left(options->budget, usage->fixed);
	usage->analyzes = fmax(usage->left - usage->calls, usage->left / 2);
	total = usage->analyzer + usage->other + usage->frames + usage->calls;
	governor->total += (total - governor->total) * TOTAL_WEIGHT;
	if (!is_above(governor, options->budget))
		governor->fits_ns = load->now_ns;
	governor->is_over = load->now_ns - governor->fits_ns >= OVER_NS;
}

/* Is what is fixed, frames most of it, the reason that the budget is not held? */
static bool is_fixed_over(const struct yg_governor *governor, double budget)
{
	return is_above(governor, budget) && governor->usage.fixed > (1 - LEFT_MIN) * budget;
}

/* What the analyzer uses for what is sampled. */
static double analyzed(const struct yg_usage *usage)
{
	return fmax(usage->analyzer - CPU_IDLE, 0);
}

/*
 * Would all of it, sampled twice as much, be above the budget? Looking at a frame costs about what
 * copying it does, so copying a share of s takes s / (1 + s) of what frames cost.
 */
static bool is_total_near(const struct yg_governor *governor, double budget)
{
	double share = ldexp(1, -(int)governor->halvings);

	if (governor->halvings > TOTAL_MAX)
		return false;
	return governor->total + analyzed(&governor->usage) +
		       governor->usage.frames * share / (1 + share) >
	       budget;
}

/* Return: was there anything to fear? Between two windows, what the last one said. */
static bool watch_cpu(struct yg_governor *governor, const struct yg_governor_options *options,
		      const struct yg_load *load)
{
	uint64_t span = load->now_ns - governor->window.now_ns;
	const struct yg_usage *usage = &governor->usage;
	double part;

	if (span >= WINDOW_NS) {
		measure(governor, options, load, span);
		governor->window = *load;
		part = analyzed(usage) / usage->analyzes;
		if (part > 1)
			step_down(governor, (uint32_t)fmin(ceil(log2(part)), CPU_STEPS),
				  YG_GOVERNOR_CPU, load);
		else if (is_fixed_over(governor, options->budget) &&
			 governor->halvings < TOTAL_MAX &&
			 load->now_ns - governor->stepped_ns >= TOTAL_NS)
			step_down(governor, 1, YG_GOVERNOR_ALL, load);
	}
	return analyzed(usage) > CPU_CALM * usage->analyzes ||
	       is_total_near(governor, options->budget);
}

static struct yg_share share_of(const struct yg_governor *governor,
				const struct yg_governor_options *options)
{
	struct yg_share share = { .why = (enum yg_governor_why)governor->why };

	if (options->is_fixed) {
		share.sampled = options->fixed;
		share.why = YG_GOVERNOR_FIXED;
	} else if (governor->halvings > 0) {
		share.sampled = (uint32_t)((1ull << 32) >> governor->halvings);
	} else {
		share.why = YG_GOVERNOR_WHOLE;
	}
	share.clients = share.sampled / CLIENT_SHARE;
	return share;
}

struct yg_share yg_governor_step(struct yg_governor *governor,
				 const struct yg_governor_options *options,
				 const struct yg_load *load)
{
	bool feared;

	if (!governor->started || load->now_ns < governor->last.now_ns ||
	    load->now_ns - governor->last.now_ns > JUMP_NS) {
		begin(governor, load);
		return share_of(governor, options);
	}
	/* A total that began anew spoils the window that it is in. */
	if (load->cpu_ns < governor->last.cpu_ns || load->other_ns < governor->last.other_ns)
		governor->window = *load;
	feared = watch_rings(governor, load);
	feared |= watch_cpu(governor, options, load);
	if (feared)
		governor->calm_ns = load->now_ns;
	else if (governor->halvings > 0 && load->now_ns - governor->calm_ns >= governor->hold_ns)
		step_up(governor, load);
	governor->last = *load;
	return share_of(governor, options);
}

const char *yg_governor_why_name(enum yg_governor_why why)
{
	static const char *const names[YG_GOVERNOR_MAX] = {
		[YG_GOVERNOR_WHOLE] = "no pressure",
		[YG_GOVERNOR_FIXED] = "set by the operator",
		[YG_GOVERNOR_RING] = "rings filled up",
		[YG_GOVERNOR_LOST] = "rings lost records",
		[YG_GOVERNOR_CPU] = "CPU budget used up",
		[YG_GOVERNOR_ALL] = "kernel uses up the CPU budget",
	};

	return (unsigned int)why < YG_GOVERNOR_MAX ? names[why] : "unknown";
}

int yg_share_from_text(const char *text, struct yg_governor_options *ret)
{
	double share, below;
	char *end;

	if (strcmp(text, "auto") == 0) {
		ret->is_fixed = false;
		ret->fixed = 0;
		return 0;
	}
	share = strtod(text, &end);
	if (end != text && *end == '/') {
		text = end + 1;
		below = strtod(text, &end);
		share = below > 0 ? share / below : -1;
	}
	if (end == text || *end != '\0' || !(share > 1 / SHARE_ONE) || share > 1)
		return -EINVAL;
	ret->is_fixed = true;
	ret->fixed = share < 1 ? (uint32_t)(share * SHARE_ONE) : 0;
	return 0;
}

bool yg_loss_is_burst(uint64_t lost, uint64_t seen)
{
	return lost >= BURST_MIN && lost >= seen / BURST_SHARE;
}
