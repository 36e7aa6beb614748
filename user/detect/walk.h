/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One caller's way through the objects of one endpoint: the memory behind bola.c. Pure counting.
 *
 * Only objects that are new to the caller and that no list has handed to it count as steps:
 * polling one's own objects and opening what a list showed are how clients work.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/hll.h"
#include "detect/object.h"

#define YG_WALK_NEAR	8u				/* numbers so close are one step apart */
#define YG_WALK_DAYS	7u				/* days of history */
#define YG_WALK_IDLE_NS (2ull * 24 * 3600 * 1000000000) /* a walk that rests longer is over */

/* All zero is a walk not begun. */
struct yg_walk {
	uint64_t first_ns; /* of the steps counted */
	uint64_t last_ns;
	uint32_t steps;	    /* new objects, not handed out */
	uint32_t near;	    /* of steps: numbered next to the one before */
	uint32_t ok;	    /* of steps: answered with success */
	uint32_t refused;   /* of steps: 401, 403, 404 */
	uint32_t foreign;   /* of steps: another caller used the object first */
	uint64_t low, high; /* numbers seen in the last slot; density of a walk in any order */
	uint32_t numbered;  /* of steps: with a number */
	uint32_t reported;  /* steps at the last sighting; 0 none */

	uint64_t hour, day;	     /* since the epoch; of the two counts below */
	uint32_t hour_new, day_new;  /* objects new to the caller, handed out or not */
	uint32_t days[YG_WALK_DAYS]; /* day_new of earlier days, newest first */
	struct yg_hll known;	     /* objects the caller has used */
	uint64_t recent[32];	     /* Bloom filter of this hour, when known is a sketch */
	struct yg_object last[YG_OBJECTS_MAX];
	uint32_t last_count;
};

/* What one request means for its walk. */
struct yg_step {
	uint64_t time_ns;
	const struct yg_objects *objects;
	bool handed; /* a list showed the object to this caller */
	bool foreign;
	bool ok, refused;
};

/* What has ended with this step; 0: nothing. */
struct yg_walk_ended {
	uint32_t hour_new;
	uint32_t day_new;
};

/* Take one request into the walk. Return: true if it was a step. */
bool yg_walk_add(struct yg_walk *walk, const struct yg_step *step, struct yg_walk_ended *ret);

/* Share of steps that a counter explains: neighbours, or a range that is mostly filled; 0..1. */
double yg_walk_order(const struct yg_walk *walk);

/* Mean of new objects per day over earlier active days; 0 without one. */
double yg_walk_habit(const struct yg_walk *walk);
