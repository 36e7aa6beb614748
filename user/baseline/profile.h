/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 5, baseline: what is normal for one endpoint.
 *
 *	now	the minute that runs			-> total when it ends
 *	total	all minutes before			rate, latency, sizes, statuses, callers
 *	season	hour of week -> requests per hour	mean and spread over the weeks
 *	ids	distinct object ids per caller		one value per caller and hour, and day
 *	shared	of the objects seen, how many are used by more than one caller
 *
 * "Learning" until there are enough samples; what is judged against a profile that is still
 * learning uses the absolute floors of the detectors alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "baseline/cell.h"
#include "core/bytes.h"

#define YG_SEASON_HOURS	     168u /* hours of a week, from Thursday 1970-01-01 00:00 UTC */
#define YG_PROFILE_REQUESTS  200u /* samples until learned ... */
#define YG_PROFILE_CALLERS   5u	  /* ... by so many callers ... */
#define YG_PROFILE_IDS	     20u  /* ... and for ids: so many ended (caller, hour) values */
#define YG_PROFILE_OWNED_MAX 128u /* objects whose first caller is remembered */
#define YG_PROFILE_GRACE_NS  3000000000ull /* a hop finds its edge within two seconds */

struct yg_season {
	uint32_t hours; /* samples */
	float mean;	/* requests per hour */
	float m2;	/* sum of squared differences: variance * hours */
};

/* One object of the sample: the hashes that are smallest after mixing, so the same everywhere. */
struct yg_owned {
	uint64_t object;
	uint64_t caller; /* the first one */
	bool shared;	 /* another caller used it too */
};

/* Exchanges to be taken back, of a minute that has ended: the next one pays. */
struct yg_debt {
	struct yg_status_count exchanges;
	uint64_t request_bytes, response_bytes;
};

struct yg_profile {
	struct yg_cell now;
	struct yg_cell total;
	struct yg_quantile request_size;
	struct yg_quantile ids_hour; /* new distinct ids of one caller in one hour */
	struct yg_quantile ids_day;
	uint64_t hour_ns; /* start of the hour that runs; 0 none */
	uint64_t hour_requests;
	bool hour_lossy; /* not learned: what was lost would look like a quiet hour */
	struct yg_season season[YG_SEASON_HOURS];
	struct yg_owned owned[YG_PROFILE_OWNED_MAX]; /* in order of object */
	uint32_t owned_count;
	struct yg_debt debt;
};

/* One exchange as the profile counts it. */
struct yg_sample {
	uint64_t time_ns;
	uint64_t request_bytes, response_bytes; /* with heads */
	uint64_t request_size, response_size;	/* bodies */
	uint64_t latency_us;
	bool has_latency;
	uint16_t status;
	uint64_t caller;  /* hash; 0 unknown */
	uint32_t weight;  /* what it stands for, see baseline/estimate.h; 0 is 1 */
	uint32_t ordinal; /* of its flow's exchanges in this minute, from 1 */
	uint32_t clients; /* share of clients seen whole, in 2^-32; 0: all */
	bool whole;	  /* its client is one of them */
	bool lossy;	  /* messages are being lost in this minute */
};

/* Messages were lost in the minute that runs: it is handed out with their number, not learned. */
void yg_profile_lose(struct yg_profile *profile, uint64_t now_ns, uint64_t lost);

/**
 * yg_profile_take_back() - an exchange that was counted is the hop of another one that was, too.
 * @sample: as it was added: time, bytes, status and weight.
 *
 * Counts are taken back from the minute that runs; if that has no more than them, from the next
 * one, so that sums over time are right. Latencies, sizes and callers stay in their sketches.
 */
void yg_profile_take_back(struct yg_profile *profile, const struct yg_sample *sample);

/* Called with a minute that has ended. */
typedef void (*yg_cell_fn)(void *ctx, const struct yg_cell *cell);

/* Count one exchange; ends the running minute first if the time is beyond it. @fn may be NULL. */
void yg_profile_add(struct yg_profile *profile, const struct yg_sample *sample, yg_cell_fn fn,
		    void *ctx);

/*
 * End the running minute if @now_ns is YG_PROFILE_GRACE_NS beyond it (UINT64_MAX: in any case):
 * until then it may be that something is taken back.
 */
void yg_profile_tick(struct yg_profile *profile, uint64_t now_ns, yg_cell_fn fn, void *ctx);

/* A caller used an object: keeps the sample of owners. @object, @caller: hashes. */
void yg_profile_own(struct yg_profile *profile, uint64_t object, uint64_t caller);

/* First caller of a sampled object; 0 if it is not in the sample. */
uint64_t yg_profile_owner(const struct yg_profile *profile, uint64_t object);

/* Share of sampled objects that more than one caller used, 0..1; 1 below 16 samples: unknown. */
double yg_profile_shared(const struct yg_profile *profile);

/* Enough requests and callers to judge rates, latencies and sizes? */
bool yg_profile_is_learned(const struct yg_profile *profile);

/* Enough (caller, hour) values to judge distinct ids? */
bool yg_profile_knows_ids(const struct yg_profile *profile);

/* Mean requests per hour at this hour of the week; negative: no sample yet. */
double yg_profile_expected(const struct yg_profile *profile, uint64_t time_ns);

/* @into takes in @from; both sides' running minutes end. */
void yg_profile_merge(struct yg_profile *into, const struct yg_profile *from);

/* The whole profile as bytes; the same on every machine. About 6 KB when well used. */
void yg_profile_pack(const struct yg_profile *profile, struct yg_writer *writer);

/* The way back; @ret is worthless if the reader turned bad. */
void yg_profile_unpack(struct yg_profile *ret, struct yg_reader *reader);
