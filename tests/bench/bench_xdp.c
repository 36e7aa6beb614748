/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ns per packet of yg_xdp_guard and of xdp-filter (xdp-tools), in turns in one run, by
 * BPF_PROG_TEST_RUN. Both hold the same number of exact addresses. One line of JSON; the figures
 * are the least of ROUNDS runs of REPEAT packets.
 *
 *	bench_xdp [OBJECT]	xdp-filter's object; default: where Debian installs it
 *
 * xdpfilt_alw_ip is its variant that passes all but what is listed. What they do differs: the
 * guard also checks the time of the entry, the allow list and the
 * daemon's heartbeat, and knows prefixes; xdp-filter looks up source and destination.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <arpa/inet.h>

#include <bpf/bpf.h>

#include "bpf/guard.skel.h"
#include "core/macros.h"
#include "packet.h"
#include "rig.h"
#include "test.h"

#define PEER_OBJECT  "/usr/lib/x86_64-linux-gnu/bpf/xdpfilt_alw_ip.o"
#define PEER_FLAGS   3u /* of an entry: match as source and as destination */
#define ENTRIES	     1000000u
#define BATCH	     4096u
#define ROUNDS	     5
#define REPEAT	     1000000
#define RING_LEN     4096u /* unused: the guard does not sample here */
#define NETS	     100u
#define ALLOWED	     10u
#define PASS	     2u /* XDP_PASS */
#define DROP	     1u
#define HOUR_NS	     3600000000000ull
#define BLOCKED_BASE 0x0b000000u /* 11.0.0.0 and a million after it */

/* A benchmark that cannot be set up says where, and fails. */
#define MUST(condition) must((condition), #condition, __LINE__)

static void must(bool condition, const char *what, int line)
{
	if (condition)
		return;
	(void)fprintf(stderr, "bench_xdp: line %d: %s: %s\n", line, what, strerror(errno));
	exit(1);
}

struct peer {
	struct bpf_object *object;
	int prog_fd;
};

/* One row of the result. */
struct figure {
	const char *name;
	const char *src; /* of the packet */
	double guard_ns, peer_ns;
};

static void fill_guard_blocks(struct guard_bpf *skel)
{
	struct yg_block *values = calloc(BATCH, sizeof(*values));
	__be32 *keys = calloc(BATCH, sizeof(*keys));

	MUST(values != NULL);
	MUST(keys != NULL);
	for (uint32_t i = 0; i < ENTRIES; i += BATCH) {
		uint32_t n = ENTRIES - i < BATCH ? ENTRIES - i : BATCH;

		for (uint32_t j = 0; j < n; j++) {
			keys[j] = htonl(BLOCKED_BASE + i + j);
			values[j] = (struct yg_block){ .expires_ns = rig_now_ns() + HOUR_NS,
						       .verdict = YG_VERDICT_BLOCK };
		}
		MUST(bpf_map_update_batch(bpf_map__fd(skel->maps.yg_block4), keys, values, &n,
					  NULL) == 0);
	}
	free(values);
	free(keys);
}

static void add_net(int fd, uint32_t addr, uint32_t len, const void *value)
{
	struct yg_net key = { .prefix_len = 96 + len, .addr = { [10] = 0xff, [11] = 0xff } };
	__be32 wire = htonl(addr);

	memcpy(key.addr + 12, &wire, sizeof(wire));
	MUST(bpf_map_update_elem(fd, &key, value, BPF_ANY) == 0);
}

static void fill_guard_nets(struct guard_bpf *skel)
{
	struct yg_block block = { .expires_ns = rig_now_ns() + HOUR_NS,
				  .verdict = YG_VERDICT_BLOCK };
	struct yg_allow allow = { .why = YG_ALLOW_OWN };

	for (uint32_t i = 0; i < NETS; i++)
		add_net(bpf_map__fd(skel->maps.yg_block_nets), (20u << 24) + (i << 16), 16, &block);
	for (uint32_t i = 0; i < ALLOWED; i++)
		add_net(bpf_map__fd(skel->maps.yg_allow_nets), BLOCKED_BASE + i * 256, 32, &allow);
}

/* Without the peer the line says null: the benchmark of the guard still runs. */
static void peer_open(struct peer *peer, const char *path)
{
	struct bpf_map *map;

	peer->prog_fd = -1;
	peer->object = bpf_object__open_file(path, NULL);
	if (!peer->object)
		return;
	map = bpf_object__find_map_by_name(peer->object, "filter_ipv4");
	if (!map || bpf_map__set_max_entries(map, ENTRIES) || bpf_object__load(peer->object)) {
		bpf_object__close(peer->object);
		peer->object = NULL;
		return;
	}
	peer->prog_fd = bpf_program__fd(bpf_object__next_program(peer->object, NULL));
}

static void peer_fill(struct peer *peer)
{
	int cpus = libbpf_num_possible_cpus();
	int fd = bpf_object__find_map_fd_by_name(peer->object, "filter_ipv4");
	uint64_t *values;

	MUST(cpus > 0);
	values = calloc((size_t)cpus, sizeof(*values));
	MUST(values != NULL);
	for (int cpu = 0; cpu < cpus; cpu++)
		values[cpu] = PEER_FLAGS;
	for (uint32_t i = 0; i < ENTRIES; i++) {
		__be32 key = htonl(BLOCKED_BASE + i);

		MUST(bpf_map_update_elem(fd, &key, values, BPF_ANY) == 0);
	}
	free(values);
}

static double run(int prog_fd, const uint8_t *frame, size_t len, uint32_t want)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (uint32_t)len,
		    .repeat = REPEAT);

	MUST(bpf_prog_test_run_opts(prog_fd, &opts) == 0);
	MUST(opts.retval == want);
	return opts.duration;
}

/* In turns, so that a slow moment of the machine hits both. */
static void measure(struct figure *f, int guard_fd, int peer_fd, uint32_t guard_action,
		    uint32_t peer_action)
{
	const struct packet_spec spec = { .src = f->src, .payload = "0123456789" };
	uint8_t frame[PACKET_CAP];
	size_t len = packet_build(&spec, frame);

	for (int i = 0; i < ROUNDS; i++) {
		double ns = run(guard_fd, frame, len, guard_action);

		f->guard_ns = i == 0 || ns < f->guard_ns ? ns : f->guard_ns;
		if (peer_fd < 0)
			continue;
		ns = run(peer_fd, frame, len, peer_action);
		f->peer_ns = f->peer_ns == 0 || ns < f->peer_ns ? ns : f->peer_ns;
	}
}

static void print(const struct figure *figures, size_t count, bool has_peer)
{
	struct utsname name;

	MUST(uname(&name) == 0);
	printf("{\"bench\":\"xdp\",\"kernel\":\"%s\",\"machine\":\"%s\",\"entries\":%u,\"unit\":\"ns/packet\"",
	       name.release, name.machine, ENTRIES);
	for (size_t i = 0; i < count; i++) {
		printf(",\"%s\":%.0f", figures[i].name, figures[i].guard_ns);
		if (figures[i].peer_ns > 0)
			printf(",\"xdp_filter_%s\":%.0f", figures[i].name, figures[i].peer_ns);
	}
	printf(",\"peer\":%s}\n", has_peer ? "\"xdp-filter\"" : "null");
}

int main(int argc, char **argv)
{
	struct figure figures[] = {
		{ "pass_empty", "192.0.2.10", 0, 0 }, { "pass_exact", "192.0.2.10", 0, 0 },
		{ "block_exact", "11.7.7.7", 0, 0 },  { "pass_all", "192.0.2.10", 0, 0 },
		{ "allow", "11.0.1.0", 0, 0 },	      { "block_exact_all", "11.7.7.7", 0, 0 },
		{ "block_prefix", "20.7.0.1", 0, 0 },
	};
	struct guard_bpf *skel;
	struct peer peer;
	struct rig rig;
	int fd;

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	skel = guard_bpf__open_and_load();
	MUST(skel != NULL);
	rig_init(&rig, skel->obj, RING_LEN);
	rig_control(&rig, 0, HOUR_NS, 0, 0);
	peer_open(&peer, argc > 1 ? argv[1] : PEER_OBJECT);
	fd = bpf_program__fd(skel->progs.yg_xdp_guard);

	measure(&figures[0], fd, peer.prog_fd, PASS, PASS);
	fill_guard_blocks(skel);
	if (peer.object)
		peer_fill(&peer);
	measure(&figures[1], fd, peer.prog_fd, PASS, PASS);
	measure(&figures[2], fd, peer.prog_fd, DROP, DROP);
	fill_guard_nets(skel); /* from here on the guard does what xdp-filter cannot */
	measure(&figures[3], fd, -1, PASS, PASS);
	measure(&figures[4], fd, -1, PASS, PASS);
	measure(&figures[5], fd, -1, DROP, DROP);
	measure(&figures[6], fd, -1, DROP, DROP);
	print(figures, YG_ARRAY_SIZE(figures), peer.object != NULL);

	bpf_object__close(peer.object);
	rig_clean(&rig);
	guard_bpf__destroy(skel);
	return 0;
}
