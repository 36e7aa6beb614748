/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/duty.h"

#define SHARE 20u /* of the time that passes, one part is spent */

uint64_t yg_duty_rest(uint64_t cost_ns, uint64_t least_ns, uint64_t most_ns)
{
	uint64_t rest_ns = cost_ns < most_ns / (SHARE - 1) ? cost_ns * (SHARE - 1) : most_ns;

	return rest_ns < least_ns ? least_ns : rest_ns;
}
