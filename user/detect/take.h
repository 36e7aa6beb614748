/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sensitive records that callers were given: how many different ones of each class, by service and
 * by day.
 *
 *	caller, service, class ──► today: different values, values; the day before: different values
 *
 * Different values are counted by keyed hash and in a sketch: one's own record a thousand times is
 * one. Answers that are passed over by sampling (baseline/data.h) are not read, so that this count
 * says "at least"; the count of all values is scaled up to what was passed over. The day is that
 * of UTC.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "baseline/data.h"
#include "core/bytes.h"
#include "core/hll.h"
#include "core/lru.h"
#include "core/macros.h"
#include "endpoint/caller.h"
#include "endpoint/inventory.h"

#define YG_TAKES_MAX   4096u /* of caller, service and class; beyond, the least recent go */
#define YG_TAKE_DAY_NS (86400ull * 1000000000)

struct yg_take {
	char caller[YG_CALLER_TEXT_CAP];
	char service[YG_SERVICE_CAP]; /* longer names are cut */
	uint64_t caller_hash, service_hash;
	uint64_t day; /* since the epoch */
	uint64_t first_ns, last_ns;
	uint64_t given;	  /* values of the day, estimated */
	uint32_t count;	  /* different ones, at least */
	uint32_t before;  /* of the last day that it was there */
	uint32_t most;	  /* of any day before */
	uint32_t days;	  /* before this one, that it was there */
	uint32_t checked; /* count when it was judged last */
	uint8_t class_;
	bool dirty; /* changed since it was packed */
	struct yg_hll values;
};

#define YG_TAKES_WATCHED 4096u /* bits */

struct yg_takes {
	struct yg_lru *rows; /* struct yg_take */
	uint64_t day;	     /* that watched is of */
	uint64_t watched[YG_TAKES_WATCHED / 64],
		before[YG_TAKES_WATCHED / 64]; /* and the day before */
};

/* Who was given what, when. */
struct yg_take_key {
	struct yg_slice caller; /* as text */
	uint64_t caller_hash;	/* not 0 */
	struct yg_slice service;
	uint32_t class_;
	uint64_t time_ns;
};

/* Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_takes_open(struct yg_takes *takes);
void yg_takes_close(struct yg_takes *takes);

/* The row of today, begun anew if its day is over. Never NULL. */
struct yg_take *yg_takes_get(struct yg_takes *takes, const struct yg_take_key *key);

/*
 * Of a caller that is on the way to much nothing is passed over, until the next day is over. Of a
 * few others that share its bit, neither.
 */
void yg_takes_watch(struct yg_takes *takes, const struct yg_take *take);

/* Is it one of those? O(1), no look-up. */
static inline bool yg_takes_is_watched(const struct yg_takes *takes, uint64_t caller_hash,
				       uint64_t time_ns)
{
	uint64_t bit = caller_hash % YG_TAKES_WATCHED, day = time_ns / YG_TAKE_DAY_NS;

	if (takes->watched[bit / 64] >> (bit % 64) & 1)
		return day == takes->day || day == takes->day + 1;
	return (takes->before[bit / 64] >> (bit % 64) & 1) && day == takes->day;
}

/* Most recently used first: for (i = first; i; i = next(i)). @i is below YG_TAKES_MAX + 1. */
uint32_t yg_takes_first(const struct yg_takes *takes);
uint32_t yg_takes_next(const struct yg_takes *takes, uint32_t i);
struct yg_take *yg_takes_at(const struct yg_takes *takes, uint32_t i);

/* A name for the row and its day: the same in each analyzer of one key. */
uint64_t yg_take_id(const struct yg_take *take);

/* One row as bytes, and back. @data knows names of classes: numbers differ between versions. */
void yg_take_pack(const struct yg_take *take, const struct yg_data *data, struct yg_writer *writer);
/* Return: 0; -EINVAL if it is damaged, or of a class that is no more. */
YG_MUST_CHECK int yg_takes_unpack(struct yg_takes *takes, const struct yg_data *data,
				  struct yg_reader *reader);
