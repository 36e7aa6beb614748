/* SPDX-License-Identifier: GPL-2.0-only */
/* The desk role: yg_desk_run() in its cage, with the clocks and the log of the daemon. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "core/log.h"
#include "daemon/clock.h"
#include "daemon/role.h"
#include "serve/desk.h"

/* Queues and caches of `yagura limits` are 140 MB; the rest is for what an operator asks. */
#define GROW_MAX (1ull << 30)

static uint64_t epoch(void *ctx)
{
	(void)ctx;
	return yg_epoch_ns();
}

static uint64_t monotonic(void *ctx)
{
	(void)ctx;
	return yg_monotonic_ns();
}

static void note(void *ctx, enum yg_log_level level, const char *object, const char *cause)
{
	(void)ctx;
	yg_log(level, "%s: %s", object, cause);
}

static int lock(const struct yg_role_context *ctx, int metrics_fd)
{
	char state[sizeof("/proc/self/fd/1234567890")];
	const int keep[] = { YG_FD_STATE, YG_FD_LISTEN, metrics_fd };
	/* SQLite seeds itself; the group of a peer and names in logs come from the other two. */
	const struct yg_sandbox_path paths[] = { { state, true },
						 { "/dev/urandom", false },
						 { "/etc/passwd", false },
						 { "/etc/group", false },
						 { NULL, false } };

	(void)snprintf(state, sizeof(state), "/proc/self/fd/%d", YG_FD_STATE);
	return yg_role_lock(ctx, YG_CAGE_DESK, keep, YG_ARRAY_SIZE(keep), paths);
}

int yg_desk_role_run(struct yg_role_context *ctx)
{
	int metrics_fd = ctx->start.flags & YG_START_METRICS ? YG_FD_METRICS : -1;
	struct yg_desk_options options = {
		.state_fd = YG_FD_STATE,
		.listen_fd = YG_FD_LISTEN,
		.metrics_fd = metrics_fd,
		.warden_fd = YG_FD_LINK + YG_ROLE_WARDEN,
		.analyzer_fd = YG_FD_LINK + YG_ROLE_ANALYZER,
		.enforcer_fd = YG_FD_LINK + YG_ROLE_ENFORCER,
		.group = (gid_t)ctx->start.group,
		.version = YG_VERSION,
		.retention_days = (uint32_t)ctx->options.retention_days,
		.block_ttl_s = ctx->options.block_ttl_s,
		.epoch_ns = epoch,
		.monotonic_ns = monotonic,
		.note = note,
	};
	struct yg_desk *desk = NULL;
	int r;

	ctx->grow_max = GROW_MAX;
	(void)setpriority(PRIO_PROCESS, 0, 0); /* nothing in the kernel waits for the desk */
	r = lock(ctx, metrics_fd);
	if (!r)
		r = yg_desk_new(&options, &desk);
	if (r) {
		yg_log(YG_LOG_ERROR, "desk: cannot start: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	r = yg_desk_run(desk, ctx->stop_fd);
	yg_desk_free(&desk);
	if (r)
		yg_log(YG_LOG_ERROR, "desk: cannot go on: %s", strerror(-r));
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
