/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: what the sensor costs inside the kernel, measured on this host.
 *
 *	trap	two probes on functions of our own binary, called many times with and without
 *	program	the kernel's own clock of program runs, on for a moment now and then
 *
 * The kernel books both to the servers that are watched, so nothing else tells. Until something is
 * measured, built-in figures hold.
 */
#pragma once

#include <stdint.h>

#include "capture/loader.h"
#include "core/macros.h"
#include "yagura/counter.h"

struct yg_price {
	double trap_ns;	   /* entry and return of a call, at an instruction that is emulated */
	double stepped_ns; /* more than that, at one that is single-stepped */
	double call_ns;	   /* programs of a TLS call, those on sockets with it */
	double frame_ns;   /* programs on a frame */
	bool is_measured;  /* the traps are */
	uint64_t runs_ns;  /* monotonic, last measurement of programs; 0: none */
	int stats_fd;	   /* while programs are measured; else -1 */
	uint64_t call_run_ns, frame_run_ns; /* totals when that began */
	struct yg_counters before;
	bool is_begun;
	struct yg_counters last; /* at the last look */
	uint64_t seen;		 /* calls and frames a tenth of a second ago, ... */
	uint64_t looked_ns;	 /* ... which was then */
	uint64_t calls_ns;	 /* CPU time of calls of TLS since the first look */
	uint64_t frames_ns;	 /* and of frames */
};

/* Built-in figures, of a virtual machine of 2026. */
void yg_price_init(struct yg_price *price);
void yg_price_clean(struct yg_price *price);

/**
 * yg_price_measure_traps() - put probes on two functions of our own and call them.
 *
 * Takes a few tenths of a second, most of it waiting: it is for a load at which the answer matters.
 * Return: 0; -EOPNOTSUPP: no programs for TLS; -errno of the kernel: the figures stay.
 */
YG_MUST_CHECK int yg_price_measure_traps(struct yg_price *price, struct yg_loader *loader);

/**
 * yg_price_look() - add up what passed since the last look; measure programs when that is due.
 * @sum: the kernel's counters now.
 *
 * The kernel's clock costs every program run of the host some 50 ns, so it is on for a tenth of a
 * second in ten, and only while there are calls or frames enough to learn from.
 */
void yg_price_look(struct yg_price *price, const struct yg_loader *loader,
		   const struct yg_counters *sum, uint64_t now_ns);
