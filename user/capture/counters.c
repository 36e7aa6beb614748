/* SPDX-License-Identifier: GPL-2.0-only */
/* Sums of the rows that the programs write, one row per CPU. */
#include "capture/counters.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

#include "yagura/limits.h"

int yg_counters_open(int map_fd, size_t cpu_count, struct yg_counter_view *ret)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t mapped;
	void *rows;

	if (cpu_count == 0 || cpu_count > YG_CPUS_MAX)
		return -EINVAL;
	mapped = (cpu_count * sizeof(struct yg_counters) + page - 1) & ~(page - 1);
	rows = mmap(NULL, mapped, PROT_READ, MAP_SHARED, map_fd, 0);
	if (rows == MAP_FAILED)
		return -errno;
	*ret = (struct yg_counter_view){ .rows = rows, .count = cpu_count, .mapped = mapped };
	return 0;
}

void yg_counters_close(struct yg_counter_view *view)
{
	if (view->rows)
		(void)munmap((void *)view->rows, view->mapped);
	*view = (struct yg_counter_view){ 0 };
}

void yg_counters_sum(const struct yg_counter_view *view, struct yg_counters *ret)
{
	const size_t words = sizeof(struct yg_counters) / sizeof(uint64_t);
	uint64_t *sum = (uint64_t *)(void *)ret;

	*ret = (struct yg_counters){ 0 };
	for (size_t cpu = 0; cpu < view->count; cpu++) {
		const uint64_t *row = (const uint64_t *)(const void *)&view->rows[cpu];

		for (size_t i = 0; i < words; i++)
			sum[i] += __atomic_load_n(&row[i], __ATOMIC_RELAXED);
	}
}
