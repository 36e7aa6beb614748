/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * drop_watch MAP: print the monotonic time, in ns, at which each new dropped packet is first seen
 * in the pinned map yg_counters (guard: drop_exact and drop_net), one line per change, until stdin
 * closes. Reads the map by mmap every 100 us, so it needs one CPU's attention, not the kernel's.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "yagura/counter.h"

#define INTERVAL_NS 100000

static unsigned long long now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long long)ts.tv_sec * 1000000000ull + (unsigned long long)ts.tv_nsec;
}

static __u64 drops(const struct yg_counters *rows, unsigned int count)
{
	__u64 sum = 0;

	for (unsigned int i = 0; i < count; i++) {
		const volatile struct yg_guard_counters *guard = &rows[i].guard;

		sum += guard->drop_exact + guard->drop_net;
	}
	return sum;
}

static void watch(const struct yg_counters *rows, unsigned int count)
{
	struct pollfd in = { .fd = 0, .events = POLLIN };
	struct timespec interval = { .tv_nsec = INTERVAL_NS };
	__u64 last = drops(rows, count);

	while (ppoll(&in, 1, &interval, NULL) == 0) {
		__u64 sum = drops(rows, count);

		if (sum == last)
			continue;
		printf("%llu %llu\n", now_ns(), (unsigned long long)sum);
		(void)fflush(stdout);
		last = sum;
	}
}

int main(int argc, char **argv)
{
	struct bpf_map_info info = { 0 };
	__u32 info_len = sizeof(info);
	const void *rows;
	int fd;

	if (argc != 2)
		return 2;
	fd = bpf_obj_get(argv[1]);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &info_len)) {
		(void)fprintf(stderr, "drop_watch: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	if (info.value_size != sizeof(struct yg_counters)) {
		(void)fprintf(stderr, "drop_watch: %s: another layout\n", argv[1]);
		return 1;
	}
	rows = mmap(NULL, (size_t)info.max_entries * info.value_size, PROT_READ, MAP_SHARED, fd, 0);
	if (rows == MAP_FAILED) {
		(void)fprintf(stderr, "drop_watch: mmap: %s\n", strerror(errno));
		return 1;
	}
	watch(rows, info.max_entries);
	return 0;
}
