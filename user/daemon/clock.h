/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's clocks; everything below it is told the time. */
#pragma once

#include <stdint.h>

#define YG_NS_PER_MS 1000000ull
#define YG_NS_PER_S  1000000000ull

uint64_t yg_monotonic_ns(void); /* CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns() */
uint64_t yg_epoch_ns(void);	/* CLOCK_REALTIME */
