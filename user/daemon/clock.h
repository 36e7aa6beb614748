/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's clocks; everything below it is told the time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define YG_NS_PER_MS 1000000ull
#define YG_NS_PER_S  1000000000ull

uint64_t yg_monotonic_ns(void); /* CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns() */
uint64_t yg_epoch_ns(void);	/* CLOCK_REALTIME */

/* Both clocks, read one after the other. */
struct yg_clocks {
	uint64_t before_ns, after_ns; /* CLOCK_MONOTONIC, around: */
	uint64_t epoch_ns;
};

struct yg_clocks yg_clocks_read(void); /* now */

/**
 * yg_clock_follow() - follow the time of day.
 * @offset_ns: epoch minus monotonic, as it is believed; corrected.
 *
 * Between the two clocks the process may have been off the CPU: such a reading moves nothing, or
 * it would shift what comes next against what was before. A clock that is only slewed is followed
 * in steps of 10 ms.
 *
 * Return: true if the time of day was set back by more than a minute: what is counted by it lies in
 * the future, and minutes would not end until it has come.
 */
bool yg_clock_follow(const struct yg_clocks *now, uint64_t *offset_ns);
