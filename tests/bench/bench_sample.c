/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ns per packet of yg_tc_ingress, by BPF_PROG_TEST_RUN. One line of JSON; the figures are the least
 * of ROUNDS runs. No flow is chosen, so that the figure is of what decides and not of a ring that
 * nobody empties.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bpf/sample.skel.h"
#include "core/macros.h"
#include "packet.h"
#include "rig.h"

#define ROUNDS	    5
#define REPEAT	    200000
#define SINGLES	    5000  /* runs of one packet each: the clock is in the figure */
#define RING_LEN    4096u /* unused: nothing is chosen */
#define HOUR_NS	    3600000000000ull
#define CHOOSE_NONE 1u
#define FRAME_LEN   9
#define FRAMES	    100
#define REQUEST	    "GET /v1/users/42 HTTP/1.1\r\nHost: a\r\n\r\n"
#define RESPONSE    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define SETTINGS    "\0\0\0\4\0\0\0\0\0"
#define HEADERS	    "\0\0\5\1\5\0\0\0\1abcde"
#define RECORD	    "\27\3\3\0\40abcdefghijklmnopqrstuvwxyz012345"

/* A benchmark that cannot be set up says where, and fails. */
#define MUST(condition) must((condition), #condition, __LINE__)

static void must(bool condition, const char *what, int line)
{
	if (condition)
		return;
	(void)fprintf(stderr, "bench_sample: line %d: %s: %s\n", line, what, strerror(errno));
	exit(1);
}

static double run_once(int prog_fd, const uint8_t *frame, size_t len, int repeat)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (uint32_t)len,
		    .repeat = repeat);

	MUST(bpf_prog_test_run_opts(prog_fd, &opts) == 0);
	return opts.duration;
}

static void measure(int prog_fd, const char *name, const struct packet_spec *spec)
{
	uint8_t frame[PACKET_CAP];
	size_t len = packet_build(spec, frame);
	double least = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double ns = run_once(prog_fd, frame, len, REPEAT);

		least = i == 0 || ns < least ? ns : least;
	}
	printf(",\"%s\":%.0f", name, least);
}

/* A direction of HTTP/2 that goes on: the same bytes again would be taken for sent again. */
static void measure_h2(int prog_fd, const char *name, struct packet_spec *spec)
{
	uint8_t frame[PACKET_CAP];
	double least = 0;

	for (int i = 0; i < ROUNDS; i++) {
		double sum = 0;

		for (int j = 0; j < SINGLES; j++) {
			size_t len = packet_build(spec, frame);

			sum += run_once(prog_fd, frame, len, 1);
			spec->seq += (uint32_t)spec->payload_len;
		}
		least = i == 0 || sum < least ? sum : least;
	}
	printf(",\"%s\":%.0f", name, least / SINGLES);
}

int main(void)
{
	char frames[FRAMES * FRAME_LEN];
	struct packet_spec h2 = { .sport = 41000 };
	struct sample_bpf *skel;
	struct utsname name;
	struct rig rig;
	int fd;

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
	rig_control(&rig, 0, HOUR_NS, 0, CHOOSE_NONE);
	fd = bpf_program__fd(skel->progs.yg_tc_ingress);
	MUST(uname(&name) == 0);
	printf("{\"bench\":\"sample\",\"kernel\":\"%s\",\"machine\":\"%s\",\"unit\":\"ns/packet\"",
	       name.release, name.machine);

	measure(fd, "udp", &(struct packet_spec){ .protocol = 17 });
	measure(fd, "ack", &(struct packet_spec){ .sport = 40001 });
	measure(fd, "other", &(struct packet_spec){ .payload = "EHLO gw", .sport = 40002 });
	measure(fd, "tls",
		&(struct packet_spec){ .payload = RECORD, .payload_len = 37, .sport = 40003 });
	measure(fd, "http1", &(struct packet_spec){ .payload = REQUEST });
	measure(fd, "http1_answer",
		&(struct packet_spec){ .payload = RESPONSE, .sport = 80, .dport = 40000 });
	h2.payload = HEADERS;
	h2.payload_len = sizeof(HEADERS) - 1;
	measure_h2(fd, "h2_headers", &h2);
	for (int i = 0; i < FRAMES; i++)
		memcpy(frames + (size_t)i * FRAME_LEN, SETTINGS, FRAME_LEN);
	h2 = (struct packet_spec){ .sport = 41001, .payload = frames };
	h2.payload_len = sizeof(frames);
	measure_h2(fd, "h2_100_frames", &h2);
	puts("}");

	rig_clean(&rig);
	sample_bpf__destroy(skel);
	return 0;
}
