/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage 1, capture: read the kernel's counters by mmap; no bpf() call, no write access. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "yagura/counter.h"

struct yg_counter_view {
	const struct yg_counters *rows; /* [count], one per CPU, changing under us */
	size_t count;
	size_t mapped; /* bytes */
};

/**
 * yg_counters_open() - map the counters.
 * @map_fd: yg_counters; may be closed afterwards.
 * @cpu_count: rows to sum, <= YG_CPUS_MAX.
 * Return: 0; -EINVAL if @cpu_count is out of range; -errno of mmap.
 */
YG_MUST_CHECK int yg_counters_open(int map_fd, size_t cpu_count, struct yg_counter_view *ret);
void yg_counters_close(struct yg_counter_view *view);

/* Sum over CPUs. Rows are read one by one: under load the sums lag each other by a few frames. */
void yg_counters_sum(const struct yg_counter_view *view, struct yg_counters *ret);
