/* SPDX-License-Identifier: GPL-2.0-only */
/* From options to a sensor that is attached: each step in the order that leaves no gap. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include "capture/process.h"
#include "core/log.h"
#include "daemon/clock.h"
#include "daemon/lock.h"
#include "daemon/warden.h"

#define REPLACE_MS 60000u /* the one before ends its roles and takes its probes off */
#define NICE	   (-5)	  /* of warden, analyzer and enforcer; the desk goes back to 0 */

static int fail(const char *object, int r)
{
	yg_log(YG_LOG_ERROR, "%s: %s", object, strerror(-r));
	return r;
}

static void say(void *ctx, const char *text)
{
	(void)ctx;
	yg_log(YG_LOG_INFO, "%s", text);
}

static const struct yg_note note = { .say = say };

static int take_lock(struct yg_warden *warden)
{
	pid_t holder = 0;
	int r;

	r = yg_lock_take(warden->host.run_fd, &warden->host.lock_fd, &holder);
	if (r == -EBUSY && warden->options.replace) {
		yg_log(YG_LOG_INFO, "taking over from process %d", (int)holder);
		r = yg_lock_replace(warden->host.run_fd, REPLACE_MS, &warden->host.lock_fd);
	} else if (r == -EBUSY) {
		yg_log(YG_LOG_ERROR,
		       "another yagurad runs here as process %d; --replace takes over",
		       (int)holder);
		return r;
	}
	if (r)
		return fail(YG_LOCK_NAME, r);
	r = yg_lock_pins(warden->options.bpffs, &warden->host.pins_fd);
	return r ? fail(warden->options.bpffs, r) : 0;
}

static bool is_digits(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static int add_netns(struct yg_scope *scope, const char *value)
{
	char path[sizeof("/run/netns/") + NAME_MAX];

	if (is_digits(value)) {
		unsigned long inode = strtoul(value, NULL, 10);

		if (inode > UINT32_MAX)
			return -ERANGE;
		if (scope->netns_count >= YG_SCOPE_MAX)
			return -ENOSPC;
		scope->netns[scope->netns_count++] = (uint32_t)inode;
		return 0;
	}
	if (strchr(value, '/') || strcmp(value, "self") == 0 || strncmp(value, "pid:", 4) == 0)
		return yg_scope_add_netns(scope, value);
	if (strlen(value) > NAME_MAX)
		return -ENAMETOOLONG;
	(void)snprintf(path, sizeof(path), "/run/netns/%s", value);
	return yg_scope_add_netns(scope, path);
}

/* As systemd-cgls prints it, or the whole path. */
static int add_cgroup(struct yg_scope *scope, const char *value)
{
	char path[PATH_MAX];
	int len;

	if (strncmp(value, YG_CGROUP_ROOT, strlen(YG_CGROUP_ROOT)) == 0)
		return yg_scope_add_cgroup(scope, value);
	len = snprintf(path, sizeof(path), YG_CGROUP_ROOT "/%s", value);
	if (len >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return yg_scope_add_cgroup(scope, path);
}

static int make_scope(struct yg_warden *warden)
{
	const struct yg_options *options = &warden->options;
	int r = 0;

	warden->scope = calloc(1, sizeof(*warden->scope));
	if (!warden->scope)
		return -ENOMEM;
	for (size_t i = 0; !r && i < options->scope_netns.count; i++) {
		r = add_netns(warden->scope, options->scope_netns.items[i]);
		if (r)
			return fail(options->scope_netns.items[i], r);
	}
	for (size_t i = 0; !r && i < options->scope_cgroups.count; i++) {
		r = add_cgroup(warden->scope, options->scope_cgroups.items[i]);
		if (r)
			return fail(options->scope_cgroups.items[i], r);
	}
	for (size_t i = 0; !r && i < options->scope_processes.count; i++) {
		r = yg_scope_add_comm(warden->scope, options->scope_processes.items[i]);
		if (r)
			return fail(options->scope_processes.items[i], r);
	}
	return r;
}

/* What yg_config.pid_ns is to be. */
static uint32_t own_pid_ns(void)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) || st.st_ino == YG_INIT_PID_NS)
		return 0;
	return (uint32_t)st.st_ino;
}

static int load(struct yg_warden *warden)
{
	const struct yg_options *options = &warden->options;
	struct yg_loader_config config = {
		.bpffs = options->bpffs,
		.config = { .body_budget = (uint32_t)options->body_budget,
			    .scope = yg_scope_bits(warden->scope),
			    .scope_net = yg_scope_net(warden->scope),
			    .xdp_sample = options->capture == YG_CAPTURE_XDP,
			    .xdp_drop = yg_warden_may_drop(warden),
			    .young = YG_TALLY_YOUNG,
			    .fresh = YG_OUTLINE_FRESH,
			    .pid_ns = own_pid_ns() },
		.ring_bytes = (uint32_t)options->ring_size,
		.note = note,
	};
	int r;

	if (getrandom(&config.config.hash_seed, sizeof(config.config.hash_seed), 0) < 0)
		return -errno;
	r = yg_loader_open(&config, &warden->loader);
	if (r)
		return fail("BPF programs", r);
	for (enum yg_capability_kind kind = 0; kind < YG_CAPABILITY_MAX; kind++) {
		const struct yg_capability *row = yg_loader_capability(warden->loader, kind);

		yg_log(row->available ? YG_LOG_DEBUG : YG_LOG_WARNING, "%s", row->text);
	}
	return yg_scope_write(warden->scope, yg_loader_map(warden->loader, YG_MAP_SCOPE_NETS),
			      yg_loader_map(warden->loader, YG_MAP_SCOPE_CGROUPS),
			      yg_loader_map(warden->loader, YG_MAP_SCOPE_COMMS));
}

/* All of it each time: root may have written to the map by hand, and 0 would pass everything. */
void yg_warden_beat(struct yg_warden *warden)
{
	struct yg_control *control = warden->control;

	__atomic_store_n(&control->heartbeat_limit_ns,
			 warden->options.heartbeat_limit_s * YG_NS_PER_S, __ATOMIC_RELEASE);
	__atomic_store_n(&control->flags, warden->options.fail_closed ? YG_CONTROL_FAIL_CLOSED : 0,
			 __ATOMIC_RELEASE);
	__atomic_store_n(&control->heartbeat_ns, yg_monotonic_ns(), __ATOMIC_RELEASE);
}

static int map_control(struct yg_warden *warden)
{
	void *page = mmap(NULL, sizeof(*warden->control), PROT_READ | PROT_WRITE, MAP_SHARED,
			  yg_loader_map(warden->loader, YG_MAP_CONTROL), 0);

	if (page == MAP_FAILED)
		return fail("yg_control", -errno);
	warden->control = page;
	yg_warden_beat(warden);
	return 0;
}

static int fill_start(struct yg_warden *warden)
{
	const struct yg_config *config = yg_loader_config(warden->loader);
	struct yg_role_start *start = &warden->start;

	*start = (struct yg_role_start){
		.uid = warden->host.identity.uid,
		.gid = warden->host.identity.gid,
		.group = warden->host.identity.shared ? UINT32_MAX : warden->host.identity.gid,
		.ring_count = yg_loader_ring_count(warden->loader),
		.ring_bytes = yg_loader_ring_bytes(warden->loader),
		.cpu_max = config->cpu_max,
		.blocks_max = YG_BLOCKS_MAX,
		.identity_key = warden->host.identity_key,
	};
	return getrandom(&start->table_key, sizeof(start->table_key), 0) < 0 ? -errno : 0;
}

static void attach_tracing(struct yg_warden *warden, enum yg_tracing what)
{
	int r = yg_attach_tracing(warden->attach, what);

	if (r)
		yg_log(YG_LOG_WARNING, "tracepoints: cannot attach all: %s", strerror(-r));
}

static int place_probe(void *ctx, int file_fd, const struct yg_place *place, void **ret)
{
	struct yg_warden *warden = ctx;
	struct yg_uprobe *uprobe = NULL;
	int r;

	attach_tracing(warden, place->stack == YG_STACK_GO ? YG_TRACING_GO : YG_TRACING_SOCKETS);
	r = yg_resting_attach(warden, file_fd, place, &uprobe);
	if (!r)
		*ret = uprobe;
	return r;
}

static void take_probe(void *ctx, void *handle)
{
	struct yg_uprobe *uprobe = handle;

	yg_resting_detach(ctx, &uprobe);
}

static int start_discovery(struct yg_warden *warden)
{
	struct yg_discover_config config = {
		.proc = "/proc",
		.cgroup = YG_CGROUP_ROOT,
		.scope = warden->scope,
		.ops = { .attach = place_probe, .detach = take_probe, .ctx = warden },
		.note = note,
	};
	int procs_fd = yg_loader_map(warden->loader, YG_MAP_PROCS);
	int r;

	if (!warden->options.tls)
		return 0;
	if (!yg_loader_capability(warden->loader, YG_CAPABILITY_TLS)->available)
		return 0; /* said already */
	r = yg_discover_new(&config, &warden->discover);
	if (!r && procs_fd >= 0)
		r = yg_ring_open(procs_fd, YG_PROC_RING_BYTES, &warden->procs);
	return r ? fail("discovery", r) : 0;
}

static int start_capture(struct yg_warden *warden)
{
	struct yg_attach_config config = {
		.may_drop = yg_warden_may_drop(warden),
		.xdp_sample = warden->options.capture == YG_CAPTURE_XDP,
		.xdp = (enum yg_xdp)warden->options.xdp,
		.note = note,
	};
	int r;

	r = yg_attach_new(warden->loader, &config, &warden->attach);
	if (!r)
		r = yg_iface_monitor_open(&warden->monitor);
	if (r)
		return fail("attachment", r);
	r = yg_kill_open(warden->loader, &warden->killer);
	if (r)
		yg_log(YG_LOG_WARNING, "connections of blocked clients stay open: %s",
		       strerror(-r));
	yg_hooks_look(warden, yg_monotonic_ns());
	attach_tracing(warden, YG_TRACING_PROCESSES);
	r = yg_coverage_open(warden);
	return r ? fail("coverage", r) : start_discovery(warden);
}

/*
 * A heart that misses its beat opens the guard, and an analyzer that waits behind the servers it
 * watches loses what they say. A host that refuses (a container) is left as it is.
 */
static void raise_priority(void)
{
	if (setpriority(PRIO_PROCESS, 0, NICE))
		yg_log(YG_LOG_DEBUG, "priority: stays as it is: %s", strerror(errno));
}

/*
 * A link per program and library, per probe without uprobe_multi: hundreds of programs need more
 * than the soft limit of most hosts. The roles lower theirs again.
 */
static void raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		yg_log(YG_LOG_WARNING, "open files: limit stays as it is: %s", strerror(errno));
}

static int open_signals(struct yg_warden *warden)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_SETMASK, &set, NULL))
		return -errno;
	(void)signal(SIGPIPE, SIG_IGN);
	warden->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return warden->signal_fd < 0 ? -errno : 0;
}

int yg_warden_set_up(struct yg_warden *warden)
{
	int r;

	raise_files();
	raise_priority(); /* before what takes long, while nobody beats */
	r = yg_host_open(&warden->options, &warden->host);
	if (!r && !warden->options.replace)
		r = take_lock(warden);
	if (!r)
		r = open_signals(warden);
	if (!r)
		r = make_scope(warden);
	if (!r)
		r = load(warden);
	if (!r && warden->options.replace)
		r = take_lock(warden);
	if (!r)
		r = yg_host_listen(&warden->options, &warden->host);
	if (!r)
		r = map_control(warden);
	if (!r)
		yg_resting_open(warden);
	if (!r)
		r = fill_start(warden);
	if (!r)
		r = yg_sampling_open(warden);
	if (!r)
		r = yg_children_open(&warden->children);
	if (!r)
		r = yg_sandbox_limit_warden();
	if (!r)
		r = start_capture(warden);
	return r;
}
