/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the analyzer has learned, told to the desk again and again: endpoints, their labels and
 * data, who calls whom, callers and third parties. Each row goes when it is another than was told,
 * and again after packets were lost.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "daemon/feed.h"
#include "daemon/told.h"
#include "respond/knowledge.h"

/* Zero but for the borrowed @out and @knowledge: nothing was told. */
struct yg_tell {
	struct yg_feed_out *out;
	struct yg_knowledge *knowledge;
	struct yg_told endpoints, callers;
	uint64_t assess_ns; /* monotonic, last time */
	bool assessed;	    /* in this round */
};

/* Endpoints and relations; each five seconds labels and risk are made anew. O(endpoints). */
void yg_tell_endpoints(struct yg_tell *tell, uint64_t now_ns);

/* Callers and third parties. O(callers). */
void yg_tell_callers(struct yg_tell *tell);
