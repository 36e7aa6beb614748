/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/allowance.h"

#define NS_PER_S 1000000000u

bool yg_allowance_take(struct yg_allowance *allowance, uint32_t per_s, uint32_t burst,
		       uint64_t now_ns)
{
	uint64_t each_ns = NS_PER_S / per_s, room_ns = burst * each_ns;
	uint64_t spent_ns = allowance->spent_ns;

	if (spent_ns > now_ns || now_ns - spent_ns > room_ns)
		spent_ns = now_ns > room_ns ? now_ns - room_ns : 0;
	if (now_ns - spent_ns < each_ns)
		return false;
	allowance->spent_ns = spent_ns + each_ns;
	return true;
}
