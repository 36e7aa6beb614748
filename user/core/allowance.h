/* SPDX-License-Identifier: GPL-2.0-only */
/* A token bucket: so many per second, and a burst. Zero it to begin; it begins full. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct yg_allowance {
	uint64_t spent_ns; /* the time up to which all is spent */
};

/**
 * yg_allowance_take() - take one, if there is one.
 * @per_s: tokens per second, 1 .. 1000000000.
 * @burst: tokens that gather while none is taken, at least 1.
 * @now_ns: any clock; when it goes back, the bucket is full again.
 */
bool yg_allowance_take(struct yg_allowance *allowance, uint32_t per_s, uint32_t burst,
		       uint64_t now_ns);
