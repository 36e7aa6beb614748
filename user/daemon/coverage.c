/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Coverage: once a second the kernel's tables of TLS and QUIC connections are read and added up,
 * and told to the desk: rows of processes that are not read, and counters.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "capture/coverage.h"
#include "capture/listen.h"
#include "core/log.h"
#include "daemon/clock.h"
#include "daemon/duty.h"
#include "daemon/warden.h"

#define BATCH	    1024u /* rows per system call; a bucket of the table holds far fewer */
#define ROWS_PER_S  8192u /* of a full table: a round each 8 s, and not each second */
#define HOLDERS	    16u	  /* ports whose process is remembered */
#define HOLD_NS	    (60u * YG_NS_PER_S)
#define LOOK_NS	    YG_NS_PER_S /* between two walks for such a process; longer after a long one */
#define LOOK_MAX_NS (60u * YG_NS_PER_S)

/* Who has a UDP port, as found at time_ns. */
struct holder {
	uint64_t time_ns; /* 0: nothing is known */
	pid_t pid;
	uint16_t port;
};

struct yg_coverage_watch {
	struct yg_coverage *coverage;
	uint64_t due_ns;
	uint64_t look_ns; /* no walk before */
	struct holder holders[HOLDERS];
	struct yg_tls_ends keys[BATCH];
	struct yg_tls_conn rows[BATCH];
};

static int explain(void *ctx, pid_t pid, struct yg_explanation *ret)
{
	const struct yg_warden *warden = ctx;

	return warden->discover ? yg_discover_explain(warden->discover, pid, ret) : -ESRCH;
}

static pid_t find_listener(void *ctx, uint16_t port)
{
	const struct yg_warden *warden = ctx;
	const struct yg_gaps *gaps;

	if (!warden->discover)
		return 0;
	gaps = yg_discover_gaps(warden->discover);
	for (size_t i = 0; i < gaps->count; i++) {
		if (gaps->rows[i].port == port)
			return gaps->rows[i].pid;
	}
	return 0;
}

static pid_t look_for_holder(const struct yg_warden *warden, uint16_t port)
{
	YG_CLEANUP_CLOSE int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	YG_CLEANUP_CLOSE int cgroup_fd = open(YG_CGROUP_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return proc_fd < 0 ? 0 : yg_listen_datagram(proc_fd, cgroup_fd, warden->scope, port);
}

/* A walk over all processes is dear: what it found holds for a while, and it takes its rests. */
static pid_t find_datagram(void *ctx, uint16_t port)
{
	const struct yg_warden *warden = ctx;
	struct yg_coverage_watch *watch = warden->coverage;
	struct holder *holder = &watch->holders[port % HOLDERS];
	uint64_t now_ns = yg_monotonic_ns(), end_ns;

	if (holder->port == port && holder->time_ns && now_ns < holder->time_ns + HOLD_NS)
		return holder->pid;
	if (now_ns < watch->look_ns)
		return -1;
	*holder = (struct holder){ now_ns, look_for_holder(warden, port), port };
	end_ns = yg_monotonic_ns();
	watch->look_ns = end_ns + yg_duty_rest(end_ns - now_ns, LOOK_NS, LOOK_MAX_NS);
	return holder->pid;
}

int yg_coverage_open(struct yg_warden *warden)
{
	struct yg_coverage_config config = { .explain = explain,
					     .find_listener = find_listener,
					     .find_datagram = find_datagram,
					     .ctx = warden };
	struct yg_coverage_watch *watch YG_CLEANUP_FREE = calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return -ENOMEM;
	if (getrandom(&config.key, sizeof(config.key), 0) < 0)
		return -errno;
	r = yg_coverage_new(&config, &watch->coverage);
	if (r)
		return r;
	warden->coverage = YG_TAKE_PTR(watch);
	return 0;
}

void yg_coverage_close(struct yg_warden *warden)
{
	if (warden->coverage)
		yg_coverage_free(&warden->coverage->coverage);
	yg_freep(&warden->coverage);
}

/* One batch from @place on. Return: connections; 0: that was all; -errno. */
static int take_batch(struct yg_coverage_watch *watch, int map_fd, uint32_t *place, bool is_first)
{
	uint32_t count = BATCH;
	int err = bpf_map_lookup_batch(map_fd, is_first ? NULL : place, place, watch->keys,
				       watch->rows, &count, NULL)
			  ? -errno
			  : 0;

	if (err && err != -ENOENT)
		return err;
	for (uint32_t i = 0; i < count; i++) {
		if (yg_coverage_take(watch->coverage, &watch->keys[i], &watch->rows[i]))
			(void)bpf_map_delete_elem(map_fd, &watch->keys[i]);
	}
	return err ? 0 : (int)count;
}

/* All of one table of at most @max rows. Return: connections. */
static uint64_t take_table(struct yg_coverage_watch *watch, int map_fd, uint64_t max)
{
	uint64_t total = 0;
	uint32_t place = 0;
	int r;

	if (map_fd < 0)
		return 0;
	do {
		r = take_batch(watch, map_fd, &place, total == 0);
		total += r > 0 ? (uint64_t)r : 0;
	} while (r > 0 && total < 2 * max);
	if (r < 0)
		yg_log(YG_LOG_DEBUG, "coverage: cannot read connections: %s", strerror(-r));
	return total;
}

void yg_coverage_tick(struct yg_warden *warden, uint64_t now_ns)
{
	struct yg_coverage_watch *watch = warden->coverage;
	uint64_t total;

	if (!watch || now_ns < watch->due_ns)
		return;
	yg_coverage_begin(watch->coverage, now_ns, warden->resting.rested_ns);
	total = take_table(watch, yg_loader_map(warden->loader, YG_MAP_TLS_CONNS),
			   YG_TLS_CONNS_MAX);
	total += take_table(watch, yg_loader_map(warden->loader, YG_MAP_QUIC_CONNS),
			    YG_QUIC_CONNS_MAX);
	watch->due_ns = now_ns + YG_NS_PER_S + total / ROWS_PER_S * YG_NS_PER_S;
}

const struct yg_coverage *yg_coverage_of(const struct yg_warden *warden)
{
	return warden->coverage ? warden->coverage->coverage : NULL;
}
