/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/role.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

static int find_role(const char *name, enum yg_role *ret)
{
	for (enum yg_role role = YG_ROLE_ANALYZER; role < YG_ROLE_MAX; role++) {
		if (strcmp(yg_role_name(role), name) == 0) {
			*ret = role;
			return 0;
		}
	}
	return -EINVAL;
}

/* The memory file: a struct of this very program, then YAML of this very table. */
static int read_start(struct yg_role_context *ctx)
{
	char error[YG_OPTIONS_ERROR_CAP];
	FILE *file = fdopen(YG_FD_START, "r");
	int r;

	if (!file)
		return -errno;
	if (fread(&ctx->start, sizeof(ctx->start), 1, file) != 1 ||
	    ctx->start.abi != YG_ROLE_START_ABI || ctx->start.warden_pid != getppid()) {
		(void)fclose(file);
		return -EPROTO;
	}
	r = yg_options_from_file(&ctx->options, file, "start", error);
	(void)fclose(file);
	return r;
}

static int open_stop(int *ret)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP); /* of a terminal; reloading is the warden's */
	if (sigprocmask(SIG_SETMASK, &set, NULL))
		return -errno;
	(void)sigdelset(&set, SIGHUP);
	(void)sigdelset(&set, SIGINT); /* the warden hears Ctrl-C and tells us in its order */
	*ret = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *ret < 0 ? -errno : 0;
}

static int begin(struct yg_role_context *ctx)
{
	char name[YG_COMM_LEN];
	int r;

	(void)snprintf(name, sizeof(name), "yg-%s", yg_role_name(ctx->role));
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
	r = yg_options_init(&ctx->options);
	if (!r)
		r = read_start(ctx);
	if (!r)
		r = open_stop(&ctx->stop_fd);
	if (!r)
		yg_log_init(yg_role_name(ctx->role), (enum yg_log_level)ctx->options.log_level);
	return r;
}

int yg_role_main(const char *name)
{
	struct yg_role_context ctx = { .stop_fd = -1 };
	int status = EXIT_FAILURE;
	int r;

	r = find_role(name, &ctx.role);
	if (!r)
		r = begin(&ctx);
	if (r) {
		yg_log(YG_LOG_ERROR, "role '%s': cannot start: %s", name, strerror(-r));
		yg_options_clean(&ctx.options);
		return EXIT_FAILURE;
	}
	if (ctx.role == YG_ROLE_ANALYZER)
		status = yg_analyzer_run(&ctx);
	else if (ctx.role == YG_ROLE_ENFORCER)
		status = yg_enforcer_run(&ctx);
	else
		status = yg_desk_role_run(&ctx);
	yg_closep(&ctx.stop_fd);
	yg_options_clean(&ctx.options);
	return status;
}

int yg_role_lock(const struct yg_role_context *ctx, enum yg_cage cage, const int *keep,
		 size_t count, const struct yg_sandbox_path *paths)
{
	int fds[STDERR_FILENO + 1 + YG_ROLE_MAX + 1 + YG_ROLE_KEEP_MAX];
	struct yg_sandbox box = { .cage = cage,
				  .identity = { .uid = ctx->start.uid, .gid = ctx->start.gid },
				  .keep = fds,
				  .paths = paths,
				  .grow_max = ctx->grow_max };
	int landlock = 0;
	size_t n = 0;
	int r;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		fds[n++] = fd;
	for (int role = 0; role < YG_ROLE_MAX; role++) {
		if (role != (int)ctx->role)
			fds[n++] = YG_FD_LINK + role;
	}
	fds[n++] = ctx->stop_fd;
	for (size_t i = 0; i < count && i < YG_ROLE_KEEP_MAX; i++) {
		if (keep[i] >= 0)
			fds[n++] = keep[i];
	}
	box.keep_count = n;
	r = yg_sandbox_enter(&box, &landlock);
	if (r) {
		yg_log(YG_LOG_ERROR, "sandbox: cannot enter: %s", strerror(-r));
		return r;
	}
	if (getppid() != ctx->start.warden_pid)
		return -ESRCH; /* the warden died before its death could reach us */
	/* Said once, not by each role: the other layers hold without it. */
	if (landlock == 0 && cage == YG_CAGE_ANALYZER)
		yg_log(YG_LOG_WARNING,
		       "sandbox: this kernel has no Landlock: file modes, "
		       "capabilities and system-call filters alone keep roles apart");
	yg_log(YG_LOG_DEBUG, "sandbox: in force, Landlock ABI %d", landlock);
	return 0;
}
