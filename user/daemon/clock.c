/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/clock.h"

#include <time.h>

#define SURE_NS 100000ull	    /* both clocks were read within this */
#define STEP_NS (10 * YG_NS_PER_MS) /* less is not followed */
#define BACK_NS (60 * YG_NS_PER_S)

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

struct yg_clocks yg_clocks_read(void)
{
	struct yg_clocks now = { .before_ns = yg_monotonic_ns(), .epoch_ns = yg_epoch_ns() };

	now.after_ns = yg_monotonic_ns();
	return now;
}

bool yg_clock_follow(const struct yg_clocks *now, uint64_t *offset_ns)
{
	uint64_t offset = now->epoch_ns - now->before_ns;
	int64_t step = (int64_t)(offset - *offset_ns);

	if (now->after_ns - now->before_ns >= SURE_NS ||
	    (step <= (int64_t)STEP_NS && step >= -(int64_t)STEP_NS))
		return false;
	*offset_ns = offset;
	return step < -(int64_t)BACK_NS;
}
