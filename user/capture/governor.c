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
#define BURST_MIN    10u   /* lost messages, and ... */
#define BURST_SHARE  100   /* ... one in so many */
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

/* Return: was there anything to fear? Between two windows, what the last one said. */
static bool watch_cpu(struct yg_governor *governor, const struct yg_governor_options *options,
		      const struct yg_load *load)
{
	uint64_t span = load->now_ns - governor->window.now_ns;
	uint32_t halvings;

	if (span >= WINDOW_NS) {
		governor->cpu = (double)grown(load->cpu_ns, governor->window.cpu_ns) / (double)span;
		governor->other =
			(double)grown(load->other_ns, governor->window.other_ns) / (double)span;
		governor->kernel =
			(double)grown(load->kernel_ns, governor->window.kernel_ns) / (double)span;
		governor->budget = options->budget -
				   fmin(governor->other + governor->kernel, options->budget / 2);
		governor->window = *load;
		if (governor->cpu > governor->budget) {
			halvings = (uint32_t)ceil(log2(governor->cpu / governor->budget));
			step_down(governor, halvings > CPU_STEPS ? CPU_STEPS : halvings,
				  YG_GOVERNOR_CPU, load);
		}
	}
	return governor->cpu > fmax(CPU_CALM * governor->budget, CPU_IDLE);
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
