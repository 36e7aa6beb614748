/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: how much to sample. What was measured goes in, the share comes out; no clock,
 * no kernel, so that every law below is a unit test.
 *
 *	share = 1 / 2^halvings; 0 halvings: everything
 *
 *	down	a ring loses, or is nearly full	2 halvings	at most every 200 ms
 *		a ring is half full		1 halving	at most every 200 ms
 *		CPU above its part		so many that it fits, at most 3, each second
 *		all above the budget		1 halving, to 1/16	at most every 6 s
 *	up	calm for `hold`: no loss, rings below 1/10, CPU below 4/10 of its part, and room
 *		for what programs on frames would cost: 1 halving
 *
 * The budget is for all of the sensor. What sampling does not change (other roles, looking at
 * frames, polling) is taken off first; of what is left, a fifth of the budget at least, the
 * analyzer and the calls of TLS have half each, and what the other does not use. So the whole is
 * inside the budget, unless what is fixed alone takes more than four fifths of it: then the share
 * and the probes are at what a fifth allows, and is_over says that the budget is not held.
 *
 * Programs on frames cost less, too, when less is sampled, for they copy less; at 1/16 of it hardly
 * anything is left to save, and looking at each frame is what remains.
 *
 * Up doubles the load, so it needs room for twice the CPU: that is the hysteresis. A step up that
 * is taken back within `hold` doubles `hold`, up to five minutes: a load between two steps does not
 * make the share swing. Time that jumps and counters that begin anew are not judged.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"

#define YG_GOVERNOR_HALVINGS_MAX 14u /* 1/16384; below, a suspect list is all that is left */

/* Why the share is what it is. */
enum yg_governor_why {
	YG_GOVERNOR_WHOLE, /* everything is sampled */
	YG_GOVERNOR_FIXED, /* the operator said so */
	YG_GOVERNOR_RING,  /* rings filled up */
	YG_GOVERNOR_LOST,  /* rings lost records */
	YG_GOVERNOR_CPU,   /* the analyzer's CPU was above its budget */
	YG_GOVERNOR_ALL,   /* programs and roles together were */
	YG_GOVERNOR_MAX
};

struct yg_governor_options {
	double budget;	/* cores: what the sensor may use */
	uint32_t fixed; /* share to keep, in 2^-32, if is_fixed; 0: all */
	bool is_fixed;
};

/* One look at the sensor. Totals may begin anew: a role was restarted. */
struct yg_load {
	uint64_t now_ns;    /* monotonic */
	double fill;	    /* of the fullest ring, 0..1 */
	uint64_t lost;	    /* records, total */
	uint64_t cpu_ns;    /* CPU time of the analyzer, total */
	uint64_t other_ns;  /* of the other roles, total */
	uint64_t frames_ns; /* of programs on frames, estimated, total */
	uint64_t calls_ns;  /* of reading TLS, traps and programs, estimated, total */
};

/* Cores. */
struct yg_usage {
	double analyzer;
	double other; /* roles */
	double frames, calls;
	double fixed;	 /* of all these: that sampling and rests do not change */
	double left;	 /* for what they do */
	double analyzes; /* of that: what the analyzer may use, its polling not counted */
};

/* All zero: nothing measured yet, everything sampled. */
struct yg_governor {
	uint32_t halvings;
	uint8_t why; /* enum yg_governor_why: of the last step down */
	bool started;
	bool raised;	       /* the last step was up */
	struct yg_load last;   /* look before this one */
	struct yg_load window; /* look that the CPU window began with */
	uint64_t stepped_ns;   /* last step, either way */
	uint64_t calm_ns;      /* since when there is nothing to fear */
	uint64_t hold_ns;      /* how long it must be calm; 0: the minimum */
	struct yg_usage usage; /* of the last whole window */
	uint64_t fits_ns;      /* when all of it was inside the budget last */
	double total;	       /* cores, all of it, of the last windows */
	bool is_over;	       /* that has been above the budget for a while */
	uint64_t downs, ups;   /* steps so far */
};

/* What yg_control gets. */
struct yg_share {
	uint32_t sampled; /* flows, in 2^-32; 0: all */
	uint32_t clients; /* clients seen whole, in 2^-32; 0 with sampled 0 */
	enum yg_governor_why why;
};

/* One look, ten times a second or so. Return: the share from now on. */
struct yg_share yg_governor_step(struct yg_governor *governor,
				 const struct yg_governor_options *options,
				 const struct yg_load *load);

/**
 * yg_governor_left() - of @budget what @fixed leaves: cores, a fifth of it at least.
 *
 * A sensor that samples nothing, and reads no TLS, sees nothing.
 */
double yg_governor_left(double budget, double fixed);

/* "ring half full"; literal. */
const char *yg_governor_why_name(enum yg_governor_why why);

/**
 * yg_share_from_text() - "auto", "1", "1/8", "0.125".
 * @ret: is_fixed and fixed are set; untouched on failure.
 * Return: 0; -EINVAL: not of that form, or not above 0 and at most 1.
 */
YG_MUST_CHECK int yg_share_from_text(const char *text, struct yg_governor_options *ret);

/* Do @lost of @seen messages make a burst, by which the minute is not normal? */
bool yg_loss_is_burst(uint64_t lost, uint64_t seen);
