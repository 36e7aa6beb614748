/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/clock.h"

#include <time.h>

static uint64_t read_clock(clockid_t id)
{
	struct timespec now = { 0 };

	/* Neither clock can fail on Linux; zero would only stop expiry. */
	(void)clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * YG_NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t yg_monotonic_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t yg_epoch_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}
