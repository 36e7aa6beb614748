/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines that another can cause without end: so many a second, and one that counts the rest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define YG_LOG_PER_S 20u

/* Zero it to begin. */
struct yg_log_rate {
	uint64_t second;
	uint32_t lines, lost; /* in it */
};

/**
 * yg_log_may() - may one more line be printed?
 * @object: what such lines are about, for the line that counts those which were not.
 * @now_ns: any clock.
 */
bool yg_log_may(struct yg_log_rate *rate, const char *object, uint64_t now_ns);
