/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench_sample [PACKET]: what a packet costs at TC, by BPF_PROG_TEST_RUN: ns, and instructions of
 * the kernel where the machine counts them, which no neighbour disturbs. One line of JSON; the
 * figures are the least of ROUNDS runs. No flow is chosen, so that the figure is of what decides
 * and not of a ring that nobody empties.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bpf/sample.skel.h"
#include "core/macros.h"
#include "packet.h"
#include "rig.h"

#define ROUNDS	  5
#define REPEAT	  200000
#define SINGLES	  5000	/* runs of one packet each */
#define RING_LEN  4096u /* unused: nothing is chosen */
#define HOUR_NS	  3600000000000ull
#define FRAME_LEN 9
#define FRAMES	  100
#define REQUEST	  "GET /v1/users/42 HTTP/1.1\r\nHost: a\r\n\r\n"
#define LONG                                                                                     \
	"GET /api/v2/organizations/8412/projects/backend-services/environments/production/logs?" \
	"page=3 HTTP/1.1\r\nHost: a\r\n\r\n"
#define FOUR	 REQUEST REQUEST REQUEST REQUEST
#define SIXTEEN	 FOUR FOUR FOUR FOUR
#define RESPONSE "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define SETTINGS "\0\0\0\4\0\0\0\0\0"
#define HEADERS	 "\0\0\5\1\5\0\0\0\1abcde"
#define RECORD	 "\27\3\3\0\40abcdefghijklmnopqrstuvwxyz012345"

/* A benchmark that cannot be set up says where, and fails. */
#define MUST(condition) must((condition), #condition, __LINE__)

/* What a packet cost. */
struct cost {
	double ns;
	double instructions; /* 0: not counted on this machine */
};

struct bench {
	int prog_fd;
	int counter_fd;	      /* -1: none */
	const char *only;     /* name of the packet that is wanted; NULL: all */
	struct cost overhead; /* of a run of one packet, beside the packet's own */
};

static void must(bool condition, const char *what, int line)
{
	if (condition)
		return;
	(void)fprintf(stderr, "bench_sample: line %d: %s: %s\n", line, what, strerror(errno));
	exit(1);
}

/* The kernel's instructions of this thread, not running; -1: this machine does not count them. */
static int open_instructions(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_HARDWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_HW_INSTRUCTIONS,
					.disabled = 1,
					.exclude_user = 1,
					.exclude_hv = 1 };

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static struct cost run_once(const struct bench *bench, const uint8_t *frame, size_t len, int repeat)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (uint32_t)len,
		    .repeat = repeat);
	uint64_t count = 0;

	(void)ioctl(bench->counter_fd, PERF_EVENT_IOC_RESET, 0);
	(void)ioctl(bench->counter_fd, PERF_EVENT_IOC_ENABLE, 0);
	MUST(bpf_prog_test_run_opts(bench->prog_fd, &opts) == 0);
	(void)ioctl(bench->counter_fd, PERF_EVENT_IOC_DISABLE, 0);
	if (bench->counter_fd >= 0)
		MUST(read(bench->counter_fd, &count, sizeof(count)) == sizeof(count));
	return (struct cost){ .ns = opts.duration, .instructions = (double)count / repeat };
}

static void keep_least(struct cost *least, struct cost cost, int round)
{
	if (round == 0 || cost.ns < least->ns)
		least->ns = cost.ns;
	if (round == 0 || cost.instructions < least->instructions)
		least->instructions = cost.instructions;
}

static void print(const char *name, struct cost cost)
{
	printf(",\"%s\":{\"ns\":%.0f", name, cost.ns);
	if (cost.instructions > 0)
		printf(",\"instructions\":%.0f", cost.instructions);
	(void)putchar('}');
}

static bool is_wanted(const struct bench *bench, const char *name)
{
	return !bench->only || strcmp(bench->only, name) == 0;
}

static void measure(const struct bench *bench, const char *name, const struct packet_spec *spec)
{
	uint8_t frame[PACKET_CAP];
	size_t len = packet_build(spec, frame);
	struct cost least = { 0 };

	if (!is_wanted(bench, name))
		return;
	for (int i = 0; i < ROUNDS; i++)
		keep_least(&least, run_once(bench, frame, len, REPEAT), i);
	print(name, least);
}

/* The mean of runs of one packet each, at the next place in its direction every time. */
static struct cost run_singles(const struct bench *bench, struct packet_spec *spec)
{
	struct cost sum = { 0 };
	uint8_t frame[PACKET_CAP];

	for (int i = 0; i < SINGLES; i++) {
		struct cost cost = run_once(bench, frame, packet_build(spec, frame), 1);

		sum.ns += cost.ns / SINGLES;
		sum.instructions += cost.instructions / SINGLES;
		spec->seq += (uint32_t)spec->payload_len;
	}
	return sum;
}

/*
 * A direction that goes on: the same bytes again would be taken for sent again. Each packet is a
 * system call of its own, and a look at the clock: what these cost is taken off.
 */
static void measure_on(const struct bench *bench, const char *name, struct packet_spec *spec)
{
	struct cost least = { 0 };

	if (!is_wanted(bench, name))
		return;
	if (!spec->payload_len)
		spec->payload_len = strlen(spec->payload);
	for (int i = 0; i < ROUNDS; i++)
		keep_least(&least, run_singles(bench, spec), i);
	least.ns -= bench->overhead.ns;
	least.instructions -= bench->overhead.instructions;
	print(name, least);
}

/* By a packet that is the same each time. */
static void measure_overhead(struct bench *bench)
{
	struct packet_spec udp = { .protocol = 17 };
	struct cost single = { 0 }, many = { 0 };
	uint8_t frame[PACKET_CAP];
	size_t len = packet_build(&udp, frame);

	for (int i = 0; i < ROUNDS; i++) {
		keep_least(&single, run_singles(bench, &udp), i);
		keep_least(&many, run_once(bench, frame, len, REPEAT), i);
	}
	bench->overhead.ns = single.ns - many.ns;
	bench->overhead.instructions = single.instructions - many.instructions;
}

/* As the daemon has it for minutes: decisions stand. */
static void choose_none(const struct rig *rig)
{
	const struct yg_control knobs = { .heartbeat_ns = rig_now_ns(),
					  .heartbeat_limit_ns = HOUR_NS,
					  .sampled = 1,
					  .round = 1 };
	uint32_t zero = 0;

	MUST(bpf_map_update_elem(rig->control_fd, &zero, &knobs, BPF_ANY) == 0);
}

int main(int argc, char **argv)
{
	char frames[FRAMES * FRAME_LEN];
	struct packet_spec h2 = { .sport = 41000 };
	struct sample_bpf *skel;
	struct utsname name;
	struct rig rig;
	struct bench bench = { .only = argc > 1 ? argv[1] : NULL };

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	skel = sample_bpf__open();
	MUST(skel != NULL);
	skel->rodata->yg_config.young = YG_TALLY_YOUNG; /* as the daemon has it */
	skel->rodata->yg_config.fresh = YG_OUTLINE_FRESH;
	MUST(sample_bpf__load(skel) == 0);
	rig_init(&rig, skel->obj, RING_LEN);
	choose_none(&rig);
	bench.prog_fd = bpf_program__fd(skel->progs.yg_tc_ingress);
	bench.counter_fd = open_instructions();
	MUST(uname(&name) == 0);
	measure_overhead(&bench);
	printf("{\"bench\":\"sample\",\"kernel\":\"%s\",\"machine\":\"%s\",\"per\":\"packet\"",
	       name.release, name.machine);

	measure(&bench, "udp", &(struct packet_spec){ .protocol = 17 });
	measure(&bench, "ack", &(struct packet_spec){ .sport = 40001 });
	measure(&bench, "other", &(struct packet_spec){ .payload = "EHLO gw", .sport = 40002 });
	measure(&bench, "tls",
		&(struct packet_spec){ .payload = RECORD, .payload_len = 37, .sport = 40003 });
	measure_on(&bench, "http1", &(struct packet_spec){ .payload = REQUEST });
	measure_on(&bench, "http1_long", &(struct packet_spec){ .payload = LONG, .sport = 40004 });
	measure_on(&bench, "http1_16_in_one",
		   &(struct packet_spec){ .payload = SIXTEEN, .sport = 40005 });
	measure(&bench, "http1_answer",
		&(struct packet_spec){ .payload = RESPONSE, .sport = 80, .dport = 40000 });
	h2.payload = HEADERS;
	h2.payload_len = sizeof(HEADERS) - 1;
	measure_on(&bench, "h2_headers", &h2);
	for (int i = 0; i < FRAMES; i++)
		memcpy(frames + (size_t)i * FRAME_LEN, SETTINGS, FRAME_LEN);
	h2 = (struct packet_spec){ .sport = 41001, .payload = frames };
	h2.payload_len = sizeof(frames);
	measure_on(&bench, "h2_100_frames", &h2);
	puts("}");

	rig_clean(&rig);
	sample_bpf__destroy(skel);
	return 0;
}
