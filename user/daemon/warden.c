/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/warden.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>

#include "core/log.h"
#include "daemon/clock.h"
#include "daemon/duty.h"
#include "daemon/notify.h"
#include "priv/link.h"

#define BEAT_MS	     100
#define STOP_MS	     3000
#define LOOK_NS	     (100u * YG_NS_PER_MS) /* changes come in bursts */
#define RELOOK_NS    (5u * YG_NS_PER_S)	   /* retries, programs taken away, resolv.conf */
#define LOOK_MAX_NS  (30u * YG_NS_PER_S)   /* a new interface waits so long at the most */
#define SWEEP_NS     (20u * YG_NS_PER_MS)  /* a sweep covers all blocks placed before it */
#define SWEEP_MAX_NS (2u * YG_NS_PER_S)	   /* a blocked client keeps its connection so long */
#define STATUS_NS    YG_NS_PER_S
#define PROC_EVENTS  1024u
#define REQUESTS_MAX 64

bool yg_warden_may_drop(const struct yg_warden *warden)
{
	return warden->options.mode != YG_MODE_OBSERVE;
}

/* --- roles */

static size_t list_own(const struct yg_warden *warden, enum yg_role role, int *ret)
{
	size_t count = 0;

	switch (role) {
	case YG_ROLE_ANALYZER:
		ret[count++] = yg_loader_map(warden->loader, YG_MAP_COUNTERS);
		for (uint32_t i = 0; i < warden->start.ring_count; i++)
			ret[count++] = yg_loader_ring(warden->loader, i);
		break;
	case YG_ROLE_ENFORCER:
		ret[count++] = yg_loader_map(warden->loader, YG_MAP_BLOCK4);
		ret[count++] = yg_loader_map(warden->loader, YG_MAP_BLOCK6);
		ret[count++] = yg_loader_map(warden->loader, YG_MAP_BLOCK_NETS);
		ret[count++] = yg_loader_map(warden->loader, YG_MAP_ALWAYS);
		break;
	default:
		ret[count++] = warden->host.db_fd;
		ret[count++] = warden->host.listen_fd;
		ret[count++] = warden->host.metrics_fd;
		break;
	}
	return count;
}

static bool is_due(const struct yg_child *child, uint64_t now_ns)
{
	return child->pid == 0 && child->due_ns <= now_ns;
}

static void start_role(struct yg_warden *warden, enum yg_role role, uint64_t now_ns)
{
	struct yg_child *child = &warden->children.rows[role];
	struct yg_role_start start_with = warden->start;
	int own[YG_CHILD_OWN_MAX];
	size_t count;
	int r;

	if (!is_due(child, now_ns))
		return;
	if (yg_warden_may_drop(warden))
		start_with.flags |= YG_START_MAY_DROP;
	if (role == YG_ROLE_ANALYZER && child->crashed)
		start_with.flags |= YG_START_SKIP;
	if (warden->host.metrics_fd >= 0)
		start_with.flags |= YG_START_METRICS;
	count = list_own(warden, role, own);
	r = yg_children_start(&warden->children, role, &start_with, &warden->options, own, count);
	if (r) {
		yg_log(YG_LOG_ERROR, "role '%s': cannot start: %s", yg_role_name(role),
		       strerror(-r));
		child->due_ns = now_ns + YG_NS_PER_S;
		return;
	}
	yg_log(YG_LOG_INFO, "role '%s': started as process %d", yg_role_name(role),
	       (int)child->pid);
}

static void protect(struct yg_warden *warden)
{
	int r;

	if (!warden->protect)
		return;
	r = yg_protect_apply(warden);
	warden->protect = r == -EAGAIN;
	if (r && r != -EAGAIN)
		yg_log(YG_LOG_ERROR, "protected addresses: cannot set: %s", strerror(-r));
}

/* Who is protected is in its link before a role begins: the enforcer blocks nobody without. */
static void protect_before_start(struct yg_warden *warden, uint64_t now_ns)
{
	for (enum yg_role role = YG_ROLE_ANALYZER; role < YG_ROLE_MAX; role++) {
		if (!is_due(&warden->children.rows[role], now_ns))
			continue;
		yg_protected_forget(&warden->guarded, role);
		warden->protect = true;
	}
	protect(warden);
}

static void tend_roles(struct yg_warden *warden, uint64_t now_ns)
{
	enum yg_role role;

	while (yg_children_reap(&warden->children, now_ns, &role)) {
		const struct yg_child *child = &warden->children.rows[role];

		yg_log(YG_LOG_WARNING, "role '%s': %s; starting again in %llu ms",
		       yg_role_name(role), child->cause,
		       (unsigned long long)((child->due_ns - now_ns) / YG_NS_PER_MS));
	}
	protect_before_start(warden, now_ns);
	for (role = YG_ROLE_ANALYZER; role < YG_ROLE_MAX; role++)
		start_role(warden, role, now_ns);
}

static void stop_role(struct yg_warden *warden, enum yg_role role)
{
	uint64_t end_ns = yg_monotonic_ns() + STOP_MS * YG_NS_PER_MS;
	const struct yg_child *child = &warden->children.rows[role];
	enum yg_role ended;

	if (child->pid == 0)
		return;
	(void)kill(child->pid, SIGTERM);
	while (child->pid != 0 && yg_monotonic_ns() < end_ns) {
		yg_warden_beat(warden);
		(void)poll(NULL, 0, 1);
		(void)yg_children_reap(&warden->children, yg_monotonic_ns(), &ended);
	}
	if (child->pid == 0)
		return;
	yg_log(YG_LOG_WARNING, "role '%s': does not end: killed", yg_role_name(role));
	(void)kill(child->pid, SIGKILL);
}

/* Who tells before who is told: what the analyzer still has to say reaches the desk. */
static void stop_roles(struct yg_warden *warden)
{
	stop_role(warden, YG_ROLE_ANALYZER);
	stop_role(warden, YG_ROLE_ENFORCER);
	stop_role(warden, YG_ROLE_DESK);
}

/* --- loop */

static void read_requests(struct yg_warden *warden)
{
	int fd = warden->children.ends[YG_ROLE_WARDEN][YG_ROLE_ENFORCER];

	for (int i = 0; i < REQUESTS_MAX; i++) {
		struct yg_request request;
		char data[sizeof(request) + 1];
		ssize_t len = yg_link_receive(fd, data, sizeof(data));

		if (len < 0 && len != -EMSGSIZE)
			return;
		if (len > 0 &&
		    yg_request_check(YG_ROLE_ENFORCER, data, (size_t)len, &request) == YG_RESULT_OK)
			warden->kill = true;
		else if (yg_log_may(&warden->log, "requests", yg_monotonic_ns()))
			yg_log(YG_LOG_WARNING, "request from enforcer: refused: bad");
	}
}

static void on_proc(void *ctx, const struct yg_proc *proc)
{
	struct yg_warden *warden = ctx;

	yg_discover_exec(warden->discover, (pid_t)proc->tgid, yg_monotonic_ns());
}

static int discover(struct yg_warden *warden, uint64_t now_ns)
{
	if (!warden->discover)
		return BEAT_MS;
	if (warden->procs.data)
		(void)yg_ring_read_procs(&warden->procs, PROC_EVENTS, on_proc, warden);
	return yg_discover_step(warden->discover, now_ns);
}

static uint64_t later(uint64_t a_ns, uint64_t b_ns)
{
	return a_ns > b_ns ? a_ns : b_ns;
}

/* Of a router with a million routes a look takes a second, and its routes change all the time. */
static void watch_interfaces(struct yg_warden *warden, uint64_t now_ns)
{
	int r = yg_iface_monitor_drain(warden->monitor);
	uint64_t end_ns;

	if (r < 0)
		yg_log(YG_LOG_WARNING, "interfaces: cannot watch: %s", strerror(-r));
	if (r > 0 && !warden->look) {
		warden->look = true;
		warden->look_ns = later(now_ns + LOOK_NS, warden->looked_ns);
	}
	if (now_ns < warden->look_ns)
		return;
	yg_hooks_look(warden, now_ns);
	warden->look = false;
	end_ns = yg_monotonic_ns();
	warden->looked_ns = end_ns + yg_duty_rest(end_ns - now_ns, 0, LOOK_MAX_NS);
	warden->look_ns = later(end_ns + RELOOK_NS, warden->looked_ns);
}

static void close_connections(struct yg_warden *warden, uint64_t now_ns)
{
	uint64_t end_ns;

	if (!warden->kill || now_ns < warden->kill_ns)
		return;
	warden->kill = false;
	yg_connections_close(warden, now_ns);
	end_ns = yg_monotonic_ns();
	warden->kill_ns = end_ns + yg_duty_rest(end_ns - now_ns, SWEEP_NS, SWEEP_MAX_NS);
}

static void do_due(struct yg_warden *warden, uint64_t now_ns)
{
	watch_interfaces(warden, now_ns);
	tend_roles(warden, now_ns);
	yg_sampling_tick(warden, now_ns);
	yg_resting_tick(warden, now_ns);
	yg_coverage_tick(warden, now_ns);
	read_requests(warden);
	close_connections(warden, now_ns);
	if (now_ns - warden->status_ns >= STATUS_NS) {
		warden->status_ns = now_ns;
		yg_status_send(warden);
		yg_notify(warden->notify_path, "WATCHDOG=1");
	}
}

/* SIGHUP: the file again, the command line has no way to change. */
static void reload(struct yg_warden *warden)
{
	char error[YG_OPTIONS_ERROR_CAP];
	struct yg_options next;
	const char *differs;

	if (yg_options_reread(&warden->options, &next, error)) {
		yg_log(YG_LOG_ERROR, "reload: refused: %s", error);
		return;
	}
	differs = yg_options_differ(&warden->options, &next);
	if (differs) {
		yg_log(YG_LOG_ERROR,
		       "reload: refused: '%s' cannot change while running; restart to apply",
		       differs);
		yg_options_clean(&next);
		return;
	}
	yg_options_clean(&warden->options);
	warden->options = next;
	yg_log_init("warden", (enum yg_log_level)next.log_level);
	yg_warden_beat(warden);
	yg_sampling_configure(warden);
	warden->protect = true;
	/* Roles read their options at birth: they are restarted, one system call each. */
	for (enum yg_role role = YG_ROLE_ANALYZER; role < YG_ROLE_MAX; role++) {
		struct yg_child *child = &warden->children.rows[role];

		if (child->pid == 0)
			continue;
		child->asked = true;
		(void)kill(child->pid, SIGTERM);
	}
	yg_log(YG_LOG_INFO, "reload: done");
}

/* Returns true when it is time to end. */
static bool read_signals(struct yg_warden *warden)
{
	struct signalfd_siginfo info;
	bool stop = false;

	while (read(warden->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(warden);
		else if (info.ssi_signo != SIGCHLD)
			stop = true;
	}
	return stop;
}

static void loop(struct yg_warden *warden)
{
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = warden->signal_fd, .events = POLLIN },
			{ .fd = yg_iface_monitor_fd(warden->monitor), .events = POLLIN },
			{ .fd = warden->children.ends[YG_ROLE_WARDEN][YG_ROLE_ENFORCER],
			  .events = POLLIN },
			{ .fd = warden->discover ? yg_discover_fd(warden->discover) : -1,
			  .events = POLLIN },
		};
		uint64_t now_ns = yg_monotonic_ns();
		int wait_ms;

		yg_warden_beat(warden);
		do_due(warden, now_ns);
		wait_ms = discover(warden, now_ns);
		if (wait_ms > BEAT_MS)
			wait_ms = BEAT_MS;
		wait_ms = yg_resting_wait(warden, now_ns, wait_ms);
		(void)poll(fds, YG_ARRAY_SIZE(fds), wait_ms);
		if (read_signals(warden))
			return;
	}
}

static void end(struct yg_warden *warden)
{
	yg_resting_fall(warden);
	yg_discover_free(&warden->discover); /* takes the probes off */
	yg_resting_close(warden);
	yg_ring_close(&warden->procs);
	yg_children_close(&warden->children);
	yg_iface_monitor_close(&warden->monitor);
	yg_hooks_clean(warden);
	yg_kill_close(&warden->killer);
	yg_protected_clean(&warden->guarded);
	yg_attach_free(&warden->attach);
	yg_sampling_close(warden);
	yg_coverage_close(warden);
	if (warden->control)
		(void)munmap(warden->control, sizeof(*warden->control));
	yg_loader_close(&warden->loader);
	yg_closep(&warden->signal_fd);
	yg_freep(&warden->scope);
	yg_host_close(&warden->host);
	yg_options_clean(&warden->options);
}

int yg_warden_run(struct yg_options *options, const char *notify_path)
{
	struct yg_warden warden = { .options = *options,
				    .host = YG_HOST_INIT,
				    .started_ns = yg_epoch_ns(),
				    .signal_fd = -1,
				    .notify_path = notify_path };
	int r;

	*options = (struct yg_options){ 0 };
	memset(warden.children.ends, 0xff, sizeof(warden.children.ends));
	warden.children.exe_fd = -1;
	warden.children.null_fd = -1;
	r = yg_warden_set_up(&warden);
	if (!r) {
		tend_roles(&warden, yg_monotonic_ns());
		yg_log(YG_LOG_INFO, "ready: mode %s, %u rings of %u bytes",
		       yg_mode_name((enum yg_mode)warden.options.mode), warden.start.ring_count,
		       warden.start.ring_bytes);
		yg_notify(notify_path, "READY=1");
		loop(&warden);
		yg_notify(notify_path, "STOPPING=1");
		stop_roles(&warden);
		yg_log(YG_LOG_INFO, "ended; blocks stay in force for up to %llu s",
		       (unsigned long long)warden.options.heartbeat_limit_s);
	}
	end(&warden);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
