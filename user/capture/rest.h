/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: when the probes of TLS rest. What was measured goes in, the plan comes out; no
 * clock, no kernel, so that every law below is a unit test.
 *
 * A uprobe traps whatever is sampled, so sampling less does not make a TLS call cheaper: only a
 * probe that is not there costs nothing. While calls cost more than there is room for in the CPU
 * budget, the probes are there for a part of each period:
 *
 *	│◄──────────── period ───────────►│
 *	│◄─ awake ─►│                     │◄─ awake ─►│		awake = period * room / cost
 *
 *	begin	fully awake, and three seconds in a row cost more than the room
 *	each	period plans the next by what the last awake time cost; what was spent too much
 *		or too little is carried over, so that the long run is inside the room
 *	early	an awake time that has cost twice its share ends; so does a rest in which the wire
 *		is so quiet that half of the room is enough
 *	end	everything fits for `hold`: ten seconds, and twice that after each time in vain,
 *		five minutes at most; at once when half of the room is enough
 *
 * The period is a second; longer where it takes long to put probes on and off, for that should be a
 * small part of it, or where the awake time would be too short to see a whole exchange.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define YG_REST_PERIOD_NS     1000000000ull
#define YG_REST_PERIOD_MAX_NS 30000000000ull
#define YG_REST_AWAKE_MIN_NS  50000000ull /* shorter: the period grows instead */

/* One look. Totals may begin anew. */
struct yg_rest_look {
	uint64_t now_ns;  /* monotonic */
	uint64_t cost_ns; /* CPU time of calls of TLS, traps and programs: total */
	double room;	  /* cores that they may take, > 0 */
	uint64_t
		turn_ns; /* how long it took to put probes off and on again, last time; 0 unknown */
	bool is_awake;	 /* the probes are there; false also on the way off or on */
	bool may_rest;	 /* else: fully awake, whatever it costs */
	double pace;	 /* of a rest: how busy the wire is, as a part of awake times; else 1 */
};

/* All zero: fully awake, nothing measured. */
struct yg_rest {
	bool is_started;
	bool is_resting;     /* awake for a part of each period only */
	bool was_awake;	     /* at the last look */
	uint32_t over_count; /* seconds in a row that cost too much */
	uint64_t last_ns, last_cost_ns;
	uint64_t window_ns, window_cost_ns; /* where the second that is measured began */
	uint64_t begun_ns, begun_cost_ns;   /* where the awake time began */
	uint64_t period_ns, awake_ns;	    /* the plan */
	uint64_t fits_ns;		    /* since when everything fits; 0: it does not */
	uint64_t ended_ns;		    /* last time that it went fully awake */
	uint64_t hold_ns;
	double carry_ns; /* CPU time to spend, or spent too much */
	double rate;	 /* cores that calls take while awake */
	uint64_t rests;	 /* times the probes were sent to rest */
};

/* What is wanted now. */
struct yg_rest_plan {
	bool awake;	 /* the probes should be there */
	uint64_t due_ns; /* look again by then; UINT64_MAX: as usual */
	double share;	 /* of time that they are there, 0..1 */
};

/* One look, several times a second, and when a plan is due. Return: the plan from now on. */
struct yg_rest_plan yg_rest_step(struct yg_rest *rest, const struct yg_rest_look *look);

/**
 * yg_rest_room() - cores that calls of TLS may take.
 * @left: for these and the analyzer; @analyzer: that it uses: half of @left it is never robbed of.
 */
double yg_rest_room(double left, double analyzer);
