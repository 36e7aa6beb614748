/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The warden's hand on the probes of TLS: it keeps a list of them, puts them to rest and wakes them
 * as capture/rest.h plans, and adds up what passed in between.
 *
 *	AWAKE ── resting = 1 ──► FALLING ── all off ──► ASLEEP ──► RISING ── all on ──► AWAKE
 *				 a crew waits		 a crew waits	   epoch + 1, resting = 0
 *
 * The tracepoints of sockets go and come with them: nobody asks for a socket meanwhile.
 * While resting is 1 the programs take nothing, so what is half on or off takes nothing either; and
 * what they knew of a connection before belongs to another epoch: it is joined anew, in the middle.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/missed.h"
#include "capture/price.h"
#include "capture/rest.h"
#include "core/macros.h"

struct yg_warden;
struct yg_place;
struct yg_uprobe;
struct yg_crew;
struct yg_counters;

enum yg_rest_phase { YG_REST_AWAKE, YG_REST_FALLING, YG_REST_ASLEEP, YG_REST_RISING };

/* The probes of one file; its owner is discovery. */
struct yg_rest_file {
	struct yg_uprobe *uprobe;
};

/* One link to take off, or one file to put its links on again. */
struct yg_rest_item {
	struct yg_uprobe *uprobe;
	size_t index; /* of the link */
	int err;
};

struct yg_resting {
	struct yg_rest rest;
	struct yg_missed missed;
	struct yg_price price;
	enum yg_rest_phase phase;
	struct yg_rest_file *files; /* [file_count] */
	size_t file_count;

	struct yg_crew *crew;	    /* while FALLING or RISING */
	struct yg_rest_item *items; /* [item_count] of the crew */
	size_t item_count;
	uint64_t turned_ns;	/* monotonic, when the crew began */
	uint64_t off_ns, on_ns; /* how long it took last */

	struct yg_missed_span mark; /* totals when the span that runs began; ns: monotonic */
	uint64_t requests;	    /* seen under TLS: total */
	uint64_t rested_ns;	    /* monotonic: when they were not there last; 0: never */
	uint64_t due_ns;	    /* monotonic; UINT64_MAX: nothing is */
	double share;		    /* of time awake, as planned */
	double room;		    /* cores that calls may take */
	double cores;		    /* that calls take, rests included */
	uint64_t summed_ns, summed_calls_ns;
	uint64_t averaged_ns; /* CPU time by that, total: what the sampler is told */
	uint64_t ticked_ns, ticked_cost_ns;
};

/* The probes, when there are any, are awake; of what was before nothing is known. */
void yg_resting_open(struct yg_warden *warden);
void yg_resting_close(struct yg_warden *warden); /* after all are detached */

/* Each turn of the warden's loop. */
void yg_resting_tick(struct yg_warden *warden, uint64_t now_ns);

/* Milliseconds until the next tick is due; @most at most. */
int yg_resting_wait(const struct yg_warden *warden, uint64_t now_ns, int most);

/**
 * yg_resting_attach(), _detach() - the probes of one file, on now or when the others wake.
 * Return: as yg_uprobe_attach(); -ENOMEM.
 */
YG_MUST_CHECK int yg_resting_attach(struct yg_warden *warden, int file_fd,
				    const struct yg_place *place, struct yg_uprobe **ret);
void yg_resting_detach(struct yg_warden *warden, struct yg_uprobe **uprobe);

/*
 * Before all are detached, for good: all at once, while the heart beats. One after the other they
 * take longer on a busy host than the guard waits.
 */
void yg_resting_fall(struct yg_warden *warden);

/* What is told of it. */
struct yg_rest_report {
	const char *state; /* "no", "at times", "never" */
	double awake;	   /* share of time */
	double rested_s;
	double cores;	   /* that calls cost, on average */
	uint64_t requests; /* seen under TLS */
	uint64_t missed, missed_error;
	uint64_t missed_records, missed_bytes;
};

/* For `yagura status`. */
void yg_resting_report(const struct yg_warden *warden, struct yg_rest_report *ret);
