/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/iso_time.h"

#include <time.h>

#include "core/macros.h"

#define NS_PER_S UINT64_C(1000000000)
#define TIME_LEN 19u /* "2026-01-02T03:04:05" */

bool yg_digits_read(struct yg_slice text, unsigned int *ret)
{
	*ret = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		*ret = *ret * 10 + (unsigned int)(text.ptr[i] - '0');
	}
	return true;
}

static bool digits(const char *text, size_t len, unsigned int *ret)
{
	return yg_digits_read((struct yg_slice){ text, len }, ret);
}

/* "Z", "+09:00" or "+0900" behind the seconds: seconds to take away. */
static bool parse_zone(struct yg_slice text, int64_t *ret)
{
	unsigned int hours, minutes;
	const char *p = text.ptr;

	*ret = 0;
	if (text.len == 0 || *p == 'Z' || *p == 'z')
		return text.len <= 1;
	if ((*p != '+' && *p != '-') || (text.len != 6 && text.len != 5) ||
	    !digits(p + 1, 2, &hours) || !digits(p + text.len - 2, 2, &minutes))
		return false;
	*ret = (int64_t)(hours * 3600 + minutes * 60) * (*p == '-' ? -1 : 1);
	return true;
}

uint64_t yg_iso_time_read(struct yg_slice text)
{
	static const size_t at[] = { 0, 5, 8, 11, 14, 17 };
	unsigned int part[6];
	uint64_t fraction_ns = 0, unit_ns = NS_PER_S / 10;
	size_t used = TIME_LEN;
	struct tm tm;
	int64_t seconds, zone;

	if (text.len < TIME_LEN)
		return 0;
	for (size_t i = 0; i < YG_ARRAY_SIZE(at); i++) {
		if (!digits(text.ptr + at[i], i == 0 ? 4 : 2, &part[i]))
			return 0;
	}
	if (used < text.len && text.ptr[used] == '.') {
		for (used++; used < text.len && text.ptr[used] >= '0' && text.ptr[used] <= '9';
		     used++, unit_ns /= 10)
			fraction_ns += (uint64_t)(text.ptr[used] - '0') * unit_ns;
	}
	if (part[0] < 1971 ||
	    !parse_zone((struct yg_slice){ text.ptr + used, text.len - used }, &zone))
		return 0;
	tm = (struct tm){ .tm_year = (int)part[0] - 1900,
			  .tm_mon = (int)part[1] - 1,
			  .tm_mday = (int)part[2],
			  .tm_hour = (int)part[3],
			  .tm_min = (int)part[4],
			  .tm_sec = (int)part[5] };
	seconds = (int64_t)timegm(&tm) - zone;
	return seconds > 0 && seconds < INT32_MAX * INT64_C(2)
		       ? (uint64_t)seconds * NS_PER_S + fraction_ns
		       : 0;
}
