/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: what the sensor costs inside the kernel, measured on this host.
 *
 *	trap	two probes on functions of our own binary, called many times with and without
 *	program	the kernel's own clock of program runs, on for a moment now and then, less what that
 *		clock itself takes: of a program that does nothing it tells nothing else
 *
 * A price is per unit: of what the counters count at all times, so that what passes between two
 * measurements is priced, too. Programs on sockets have no counter; they run with the frames and
 * calls of this host and with what other processes send, so their unit is all of these, and time.
 *
 *	guard	frames at XDP, and at its stand-ins	a frame there
 *	frames	frames at TC				a frame there
 *	calls	programs of a call of TLS		a call
 *	sockets	programs on sends and receives		a frame, a call, or a tenth of a millisecond
 *
 * The kernel books all of it to the servers that are watched, so nothing else tells. Until it is
 * measured, built-in figures hold.
 */
#pragma once

#include <stdint.h>

#include "capture/loader.h"
#include "core/macros.h"
#include "yagura/counter.h"

enum yg_price_group {
	YG_PRICE_GUARD,
	YG_PRICE_FRAMES,
	YG_PRICE_CALLS,
	YG_PRICE_SOCKETS,
	YG_PRICE_MAX
};

/* Programs of a group, or of all groups: totals by the kernel's clock. */
struct yg_price_runs {
	uint64_t ns, count;
};

/* What is known of a group. */
struct yg_price_row {
	double unit_ns;	  /* price, in force */
	double ns, units; /* measured; old times fade */
};

/* One look: totals since the programs were loaded. */
struct yg_price_units {
	uint64_t frames, guarded, calls, stepped;
	uint64_t now_ns; /* monotonic */
};

struct yg_price {
	double trap_ns;	   /* entry and return of a call, at an instruction that is emulated */
	double stepped_ns; /* more than that, at one that is single-stepped */
	bool is_measured;  /* the traps are */
	struct yg_price_row rows[YG_PRICE_MAX];

	int stats_fd;	  /* while programs are measured; else -1 */
	int nothing_fd;	  /* a program that does nothing; -1: none was made */
	double clock_ns;  /* that the kernel's clock adds to a run */
	uint64_t runs_ns; /* monotonic, last measurement; 0: none */
	struct yg_price_runs runs[YG_PRICE_MAX]; /* when that began, ... */
	struct yg_price_units before;		 /* ... with these */
	bool is_turned;				 /* sockets were not watched all of that time */

	bool is_begun;
	struct yg_price_units last; /* at the last look */
	uint64_t seen;		    /* calls and frames a tenth of a second ago, ... */
	uint64_t looked_ns;	    /* ... which was then */
	uint64_t calls_ns;	    /* CPU time of reading TLS since the first look: traps,
				       programs of calls and on sockets */
	uint64_t frames_ns;	    /* and of frames */
};

/* Built-in figures, of a virtual machine of 2026. */
void yg_price_init(struct yg_price *price);
void yg_price_clean(struct yg_price *price);

/**
 * yg_price_measure_traps() - put probes on two functions of our own and call them.
 *
 * Takes a few tenths of a second, most of it waiting: it is for a load at which the answer matters.
 * Return: 0; -EOPNOTSUPP: no programs for TLS; -errno of the kernel: the figures stay.
 */
YG_MUST_CHECK int yg_price_measure_traps(struct yg_price *price, struct yg_loader *loader);

/**
 * yg_price_look() - add up what passed since the last look; measure programs when that is due.
 * @sum: the kernel's counters now.
 * @is_awake: programs on sockets are there, and were since the last look.
 *
 * The kernel's clock costs every program run of the host some 50 ns, so it is on for a tenth of a
 * second in three while there is a load to learn from, and in thirty while there is none.
 */
void yg_price_look(struct yg_price *price, const struct yg_loader *loader,
		   const struct yg_counters *sum, uint64_t now_ns, bool is_awake);

/**
 * yg_price_add() - add up what passed since the last look, at the prices of now.
 *
 * Totals that went back begin anew: nothing is said of the time between.
 */
void yg_price_add(struct yg_price *price, const struct yg_price_units *units, bool is_awake);

/**
 * yg_price_learn() - what one measurement tells of a group.
 * @runs: of it, while the clock was on.
 * @from: @to: when it began and ended.
 *
 * Few runs change nothing but are kept until there are more.
 */
void yg_price_learn(struct yg_price *price, enum yg_price_group group,
		    const struct yg_price_runs *runs, const struct yg_price_units *from,
		    const struct yg_price_units *to);
