/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/gaps.h"

bool yg_gaps_put(struct yg_gaps *gaps, const struct yg_gap_row *row)
{
	for (size_t i = 0; i < gaps->count; i++) {
		if (gaps->rows[i].pid != row->pid)
			continue;
		gaps->rows[i] = *row;
		return false;
	}
	if (gaps->count == YG_GAPS_MAX) {
		gaps->lost++;
		return false;
	}
	gaps->rows[gaps->count++] = *row;
	return true;
}

void yg_gaps_expire(struct yg_gaps *gaps, uint64_t sweep)
{
	for (size_t i = gaps->count; i > 0; i--) {
		if (gaps->rows[i - 1].seen < sweep)
			gaps->rows[i - 1] = gaps->rows[--gaps->count];
	}
}
