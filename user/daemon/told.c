/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/told.h"

/* Source: splitmix64. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

bool yg_told_is_news(struct yg_told *told, uint64_t name, uint64_t state)
{
	uint64_t *slot = &told->slots[mix(name) % YG_TOLD_SLOTS];
	uint64_t stamp = mix(mix(name) + state) | 1; /* 0: nothing was told */

	if (*slot == stamp)
		return false;
	*slot = stamp;
	return true;
}

void yg_told_lost(struct yg_told *told, uint64_t lost, uint32_t share)
{
	if (lost != told->lost)
		told->forget_left = YG_TOLD_SLOTS;
	told->lost = lost;
	for (; told->forget_left && share; share--) {
		told->slots[told->forget_at] = 0;
		told->forget_at = (told->forget_at + 1) % YG_TOLD_SLOTS;
		told->forget_left--;
	}
}
