/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/log_rate.h"

#include "core/log.h"

#define NS_PER_S 1000000000u

bool yg_log_may(struct yg_log_rate *rate, const char *object, uint64_t now_ns)
{
	uint64_t second = now_ns / NS_PER_S;

	if (second != rate->second) {
		if (rate->lost > 0)
			yg_log(YG_LOG_WARNING, "%s: %u more lines were not printed", object,
			       rate->lost);
		*rate = (struct yg_log_rate){ .second = second };
	}
	if (rate->lines < YG_LOG_PER_S) {
		rate->lines++;
		return true;
	}
	rate->lost++;
	return false;
}
