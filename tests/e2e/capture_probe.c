/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture_probe: stage 1 alone, for the e2e tests. Loads, attaches, discovers, and prints one line
 * per record until SIGTERM; then the counters.
 *
 *	capture_probe [option]... BPFFS
 *	-i NAME    attach to this interface (repeat)
 *	-n NETNS   scope: "self", pid:N or a path     -c COMM   scope: process name
 *	-g DIR     scope: cgroup                      -s MS     pause between sweeps
 *	-d         attach what may drop               -x MODE   XDP: native, generic, off
 *	-D         detach everything and end
 *	SIGUSR1: close the connections of blocked addresses
 *
 *	note TEXT | read 10.0.0.2:4711 10.0.0.1:443 60 60 0 certain GET / HTTP/1.1
 *	source sender receiver payload_len data_len offset unknown|guess|certain first line
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "capture/attach.h"
#include "capture/counters.h"
#include "capture/discover.h"
#include "capture/kill.h"
#include "capture/ring.h"
#include "capture/scope.h"
#include "capture/uprobe.h"

#define IFACES_CAP 16

struct options {
	const char *ifaces[IFACES_CAP];
	size_t iface_count;
	struct yg_loader_config loader;
	struct yg_attach_config attach;
	uint32_t sweep_ms;
	bool detach;
};

struct probe {
	struct options options;
	struct yg_scope scope;
	struct yg_loader *loader;
	struct yg_attach *attach;
	struct yg_discover *discover;
	struct yg_ring rings[YG_RINGS_MAX];
	struct yg_ring procs;
	struct yg_control *control;
};

static volatile sig_atomic_t stopped, wants_kill;

static void stop(int signal)
{
	if (signal == SIGTERM)
		stopped = 1;
	else
		wants_kill = 1;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void say(void *ctx, const char *text)
{
	(void)ctx;
	printf("note %s\n", text);
}

static void print_segment(void *ctx, const struct yg_segment *segment)
{
	static const char *const sources[YG_SOURCE_MAX] = { "?",     "in",    "out",  "xdp", "read",
							    "write", "close", "rest", "file" };
	static const char *const binds[YG_BIND_MAX] = { "unknown", "guess", "certain" };
	const struct yg_flow_key *key = &segment->key;
	char from[YG_ADDRESS_TEXT_CAP], to[YG_ADDRESS_TEXT_CAP];
	struct yg_address addr;

	(void)ctx;
	memcpy(addr.bytes, key->saddr, sizeof(addr.bytes));
	(void)yg_endpoint_format(&addr, __builtin_bswap16(key->sport), from);
	memcpy(addr.bytes, key->daddr, sizeof(addr.bytes));
	(void)yg_endpoint_format(&addr, __builtin_bswap16(key->dport), to);
	printf("%s %s %s %u %u %llu %s ", sources[segment->source], from, to, segment->payload_len,
	       segment->data_len, segment->offset, binds[segment->bind]);
	for (uint32_t i = 0; i < segment->data_len && i < 80; i++) {
		if (segment->data[i] < 0x20)
			break;
		(void)putchar(segment->data[i] < 0x7f ? segment->data[i] : '?');
	}
	(void)putchar('\n');
}

static void take_proc(void *ctx, const struct yg_proc *proc)
{
	struct probe *probe = ctx;

	yg_discover_exec(probe->discover, (pid_t)proc->tgid, now_ns());
}

static int attach_file(void *ctx, int file_fd, const struct yg_place *place, void **ret_handle)
{
	struct yg_uprobe *uprobe = NULL;
	int r = yg_uprobe_attach(ctx, file_fd, place, &uprobe);

	*ret_handle = uprobe;
	return r;
}

static void detach_file(void *ctx, void *handle)
{
	struct yg_uprobe *uprobe = handle;

	(void)ctx;
	yg_uprobe_detach(&uprobe);
}

static int die(const char *what, int r)
{
	printf("error %s: %s\n", what, strerror(-r));
	return 1;
}

static int parse(int argc, char **argv, struct probe *probe)
{
	struct options *options = &probe->options;
	int c, r = 0;

	while (r == 0 && (c = getopt(argc, argv, "i:n:c:g:s:dx:D")) != -1) {
		if (c == 'i' && options->iface_count < IFACES_CAP)
			options->ifaces[options->iface_count++] = optarg;
		else if (c == 'n')
			r = yg_scope_add_netns(&probe->scope, optarg);
		else if (c == 'c')
			r = yg_scope_add_comm(&probe->scope, optarg);
		else if (c == 'g')
			r = yg_scope_add_cgroup(&probe->scope, optarg);
		else if (c == 's')
			options->sweep_ms = (uint32_t)strtoul(optarg, NULL, 10);
		else if (c == 'd')
			options->attach.may_drop = true;
		else if (c == 'D')
			options->detach = true;
		else if (c == 'x')
			options->attach.xdp = *optarg == 'n'   ? YG_XDP_NATIVE
					      : *optarg == 'g' ? YG_XDP_GENERIC
							       : YG_XDP_OFF;
		else
			r = -EINVAL;
	}
	options->loader.bpffs = optind < argc ? argv[optind] : NULL;
	return r ? r : options->loader.bpffs ? 0 : -EINVAL;
}

static int load(struct probe *probe)
{
	struct yg_loader_config *config = &probe->options.loader;
	int r;

	config->note.say = say;
	config->ring_bytes = 1u << 20;
	config->blocks_max = 1024;
	config->config = (struct yg_config){ .body_budget = YG_BODY_BUDGET_BYTES,
					     .scope = yg_scope_bits(&probe->scope),
					     .scope_net = yg_scope_net(&probe->scope),
					     .xdp_drop = probe->options.attach.may_drop,
					     .hash_seed = 0x79616775 };
	r = yg_loader_open(config, &probe->loader);
	if (r)
		return r;
	for (int kind = 0; kind < YG_CAPABILITY_MAX; kind++)
		printf("capability %s\n",
		       yg_loader_capability(probe->loader, (enum yg_capability_kind)kind)->text);
	probe->control = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
			      MAP_SHARED, yg_loader_map(probe->loader, YG_MAP_CONTROL), 0);
	if (probe->control == MAP_FAILED)
		return -errno;
	probe->control->heartbeat_limit_ns = 120000000000u;
	probe->control->heartbeat_ns = now_ns();
	return yg_scope_write(&probe->scope, yg_loader_map(probe->loader, YG_MAP_SCOPE_NETS),
			      yg_loader_map(probe->loader, YG_MAP_SCOPE_CGROUPS),
			      yg_loader_map(probe->loader, YG_MAP_SCOPE_COMMS));
}

static int attach_ifaces(struct probe *probe)
{
	YG_CLEANUP(yg_ifaces_clean) struct yg_ifaces ifaces = { 0 };
	int r = yg_ifaces_read(&ifaces);

	for (size_t i = 0; r == 0 && i < probe->options.iface_count; i++) {
		const struct yg_iface *iface = yg_ifaces_find(&ifaces, probe->options.ifaces[i]);
		struct yg_hooks hooks;

		r = iface ? yg_attach_iface(probe->attach, iface, &hooks) : -ENODEV;
		if (r == 0)
			printf("hooks %s xdp %s tc %s ingress %d egress %d guard %d cut %d: %s\n",
			       hooks.name, yg_xdp_name(hooks.xdp), yg_tc_name(hooks.tc),
			       hooks.ingress, hooks.egress, hooks.tc_guard, hooks.tc_cut,
			       hooks.reason);
	}
	return r;
}

static int start(struct probe *probe)
{
	const struct yg_discover_config discover = {
		.proc = "/proc",
		.cgroup = "/sys/fs/cgroup",
		.scope = &probe->scope,
		.sweep_ms = probe->options.sweep_ms,
		.ops = { attach_file, detach_file, probe->loader },
		.note = { .say = say },
	};
	int r;

	probe->options.attach.note.say = say;
	r = yg_attach_new(probe->loader, &probe->options.attach, &probe->attach);
	if (r == 0)
		r = attach_ifaces(probe);
	for (int what = 0; r == 0 && what < YG_TRACING_MAX; what++)
		r = yg_attach_tracing(probe->attach, (enum yg_tracing)what);
	if (r == 0)
		r = yg_discover_new(&discover, &probe->discover);
	for (uint32_t i = 0; r == 0 && i < yg_loader_ring_count(probe->loader); i++)
		r = yg_ring_open(yg_loader_ring(probe->loader, i),
				 yg_loader_ring_bytes(probe->loader), &probe->rings[i]);
	if (r == 0)
		r = yg_ring_open(yg_loader_map(probe->loader, YG_MAP_PROCS), YG_PROC_RING_BYTES,
				 &probe->procs);
	return r;
}

static void close_blocked(struct probe *probe)
{
	struct yg_kill *kill = NULL;
	int r = yg_kill_open(probe->loader, &kill);

	if (r == 0)
		r = yg_kill_sweep(kill, -1, now_ns());
	printf("killed %d\n", r);
	yg_kill_close(&kill);
}

static void read_rings(struct probe *probe)
{
	for (uint32_t i = 0; i < yg_loader_ring_count(probe->loader); i++)
		(void)yg_ring_read_segments(&probe->rings[i], SIZE_MAX, UINT64_MAX, print_segment,
					    probe);
	(void)fflush(stdout);
}

static void run(struct probe *probe)
{
	while (!stopped) {
		struct pollfd poller = { .events = POLLIN };
		int timeout;

		probe->control->heartbeat_ns = now_ns();
		if (wants_kill)
			close_blocked(probe);
		wants_kill = 0;
		(void)yg_ring_read_procs(&probe->procs, 1024, take_proc, probe);
		timeout = yg_discover_step(probe->discover, now_ns());
		read_rings(probe);
		poller.fd = yg_discover_fd(probe->discover);
		(void)poll(&poller, 1, timeout < 2 ? timeout : 2);
	}
}

#define PRINT_GUARD(name, help)	 printf("count guard." #name " %llu\n", sum.guard.name);
#define PRINT_SAMPLE(name, help) printf("count sample." #name " %llu\n", sum.sample.name);
#define PRINT_TLS(name, help)	 printf("count tls." #name " %llu\n", sum.tls.name);

static int print_counters(const struct probe *probe)
{
	struct yg_counter_view view;
	struct yg_counters sum;
	int r = yg_counters_open(yg_loader_map(probe->loader, YG_MAP_COUNTERS),
				 yg_loader_config(probe->loader)->cpu_max, &view);

	if (r)
		return r;
	yg_counters_sum(&view, &sum);
	YG_GUARD_COUNTERS(PRINT_GUARD)
	YG_SAMPLE_COUNTERS(PRINT_SAMPLE)
	YG_TLS_COUNTERS(PRINT_TLS)
	for (uint32_t i = 0; i < yg_loader_ring_count(probe->loader); i++)
		printf("ring %u records %zu corrupt %zu\n", i,
		       (size_t)probe->rings[i].stats.records,
		       (size_t)probe->rings[i].stats.corrupt);
	yg_counters_close(&view);
	return 0;
}

int main(int argc, char **argv)
{
	static struct probe probe;
	struct yg_note note = { .say = say };
	struct yg_discover_stats stats;
	int r = parse(argc, argv, &probe);

	(void)signal(SIGTERM, stop);
	(void)signal(SIGUSR1, stop);
	if (r)
		return die("arguments", r);
	if (probe.options.detach) {
		r = yg_attach_detach_all(probe.options.loader.bpffs, &note);
		if (r >= 0)
			r = yg_loader_unpin(probe.options.loader.bpffs, &note);
		return r < 0 ? die("detach", r) : 0;
	}
	r = load(&probe);
	if (r)
		return die("load", r);
	r = start(&probe);
	if (r)
		return die("attach", r);
	printf("ready\n");
	run(&probe);
	read_rings(&probe);
	r = print_counters(&probe);
	yg_discover_stats(probe.discover, &stats);
	printf("discover sweeps %zu scans %zu skip_scope %zu inspected %zu attached %zu crash %zu "
	       "expired %zu\n",
	       (size_t)stats.sweeps, (size_t)stats.scans, (size_t)stats.skip_scope,
	       (size_t)stats.inspected, (size_t)stats.attached, (size_t)stats.crash,
	       (size_t)stats.expired);
	yg_discover_free(&probe.discover);
	yg_attach_free(&probe.attach);
	yg_loader_close(&probe.loader);
	return r ? die("counters", r) : 0;
}
