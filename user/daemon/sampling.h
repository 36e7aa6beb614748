/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The warden's hand on the sampler: measures rings and CPU, asks the governor, writes yg_control.
 *
 * It reads positions of rings and totals of counters, never a record: the warden parses no byte of
 * a network. The analyzer has no say in it; one that lies about how far it has read lowers the
 * share of what it would have been told.
 */
#pragma once

#include "capture/counters.h"
#include "capture/governor.h"
#include "core/macros.h"
#include "yagura/limits.h"

struct yg_warden;

struct yg_sampling {
	struct yg_governor governor;
	struct yg_governor_options options;
	struct yg_share share;			  /* in force */
	const unsigned long *pages[YG_RINGS_MAX]; /* [ring_count] consumer page, producer behind */
	struct yg_counter_view counters;
	uint64_t looked_ns, cpu_before_ns; /* monotonic; CPU of analyzers that are gone */
	uint64_t cpu_last_ns;
	int cpu_pid;	 /* whose CPU cpu_last_ns is */
	double fill_max; /* since the last look */
	uint64_t whole_until_ns;
	uint32_t round;
};

/**
 * yg_sampling_open() - map what is to be looked at; yg_control says "all" until the first look.
 * Return: 0; -errno. Release with yg_sampling_close() in both cases.
 */
YG_MUST_CHECK int yg_sampling_open(struct yg_warden *warden);
void yg_sampling_close(struct yg_warden *warden);

/* Each turn of the warden's loop; looks ten times a second. */
void yg_sampling_tick(struct yg_warden *warden, uint64_t now_ns);

double yg_sampling_ratio(const struct yg_warden *warden); /* in force, 0..1 */

/* Requests in clear at an interface, as the kernel counts them. */
struct yg_requests {
	uint64_t seen, sampled;
};

/* Of each of warden->hooks. @ret: [hook_count]. One walk over yg_tallies. */
void yg_sampling_requests(const struct yg_warden *warden, struct yg_requests *ret);

/* Take over options that a reload changed; they were checked before. */
void yg_sampling_configure(struct yg_warden *warden);
