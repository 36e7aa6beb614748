/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2count.h"

static uint32_t of_kernel(const struct yg_h2_count *count)
{
	return count->begun[0] + count->begun[1] + count->lost;
}

bool yg_h2_count_is_kernel(const struct yg_h2_count *count)
{
	return of_kernel(count) > 0;
}

void yg_h2_count_record(struct yg_h2_count *count, struct yg_stream_counters *counters,
			unsigned dir, uint32_t lost, uint32_t begun)
{
	if (begun > count->begun[dir])
		count->begun[dir] = begun;
	if (lost <= count->lost)
		return;
	counters->h2_lost_told += lost - count->lost;
	count->lost = lost;
}

void yg_h2_count_show(struct yg_h2_count *count, uint32_t id, bool is_news)
{
	count->shown++;
	count->read += is_news && !yg_h2_count_is_kernel(count);
	yg_h2_told_set(&count->told, id);
}

void yg_h2_count_read(struct yg_h2_count *count, uint32_t last, uint32_t id, uint32_t bare,
		      bool is_hole)
{
	uint32_t told = yg_h2_told_count(&count->told, last, id);
	uint32_t ids = ((id + 1) >> 1) - ((last + 1) >> 1);

	count->read += !yg_h2_told_has(&count->told, id);
	if (yg_h2_count_is_kernel(count))
		return;
	if (is_hole)
		bare = ids > 1 + told ? ids - 1 - told : 0;
	count->read += bare;
}

void yg_h2_count_settle(struct yg_h2_count *count, struct yg_stream_counters *counters,
			bool is_coming)
{
	uint32_t asked = of_kernel(count), shown = count->shown + count->bare + is_coming;
	uint32_t missed;

	if (asked < count->read) /* the kernel does not count, or not where it lost the frames */
		asked = count->read;
	missed = asked > shown ? asked - shown : 0;
	counters->h2_request_missed += missed;
	counters->h2_request_missed -= count->missed;
	count->missed = missed;
}

void yg_h2_count_unread(struct yg_stream_counters *counters, uint32_t lost, uint32_t begun)
{
	counters->h2_lost_told += lost;
	counters->h2_request_missed += lost + begun;
}
