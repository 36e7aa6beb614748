/* SPDX-License-Identifier: GPL-2.0-only */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "test.h"

#define FRESH_LIMIT_NS 10000000000ull

static int ignore_log(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

uint32_t rig_tgid(void)
{
	/* r0 = bpf_get_current_pid_tgid(); r0 >>= 32; exit: the answer of a run has 32 bits. */
	static const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_pid_tgid },
		{ .code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = BPF_REG_0, .imm = 32 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_test_run_opts, run);
	int fd;

	fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "rig_tgid", "GPL", insns,
			   sizeof(insns) / sizeof(insns[0]), NULL);
	assert_true(fd >= 0);
	assert_int_equal(bpf_prog_test_run_opts(fd, &run), 0);
	close(fd);
	return run.retval;
}

pid_t rig_fork(uint32_t *tgid)
{
	int pipes[2];
	uint32_t own;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		own = rig_tgid();
		if (write(pipes[1], &own, sizeof(own)) != (ssize_t)sizeof(own))
			_exit(1);
	} else {
		assert_int_equal(read(pipes[0], tgid, sizeof(*tgid)), sizeof(*tgid));
	}
	close(pipes[0]);
	close(pipes[1]);
	return pid;
}

void rig_quiet(void)
{
	(void)libbpf_set_print(ignore_log);
}

uint64_t rig_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int keep(void *ctx, void *data, size_t len)
{
	struct rig *rig = ctx;

	assert_true(rig->record_count < RIG_RECORDS_MAX);
	assert_true(len <= sizeof(struct yg_segment));
	memcpy(&rig->records[rig->record_count], data, len);
	rig->record_lens[rig->record_count++] = len;
	return 0;
}

static void init_ring(struct rig *rig, struct bpf_object *object, size_t ring_len)
{
	int rings = bpf_object__find_map_fd_by_name(object, "yg_rings");
	uint32_t zero = 0;

	if (rings < 0)
		return;
	rig->ring_fd =
		bpf_map_create(BPF_MAP_TYPE_RINGBUF, "yg_ring", 0, 0, (uint32_t)ring_len, NULL);
	assert_true(rig->ring_fd >= 0);
	assert_int_equal(bpf_map_update_elem(rings, &zero, &rig->ring_fd, BPF_ANY), 0);
	rig->ring = ring_buffer__new(rig->ring_fd, keep, rig, NULL);
	assert_non_null(rig->ring);
}

void rig_init(struct rig *rig, struct bpf_object *object, size_t ring_len)
{
	int counters = bpf_object__find_map_fd_by_name(object, "yg_counters");

	*rig = (struct rig){ .ring_fd = -1, .ring_len = ring_len };
	rig->control_fd = bpf_object__find_map_fd_by_name(object, "yg_control");
	assert_true(rig->control_fd >= 0 && counters >= 0);
	rig->rows = mmap(NULL, YG_CPUS_MAX * sizeof(*rig->rows), PROT_READ | PROT_WRITE, MAP_SHARED,
			 counters, 0);
	assert_true(rig->rows != MAP_FAILED);
	rig->records = calloc(RIG_RECORDS_MAX, sizeof(*rig->records));
	assert_non_null(rig->records);
	init_ring(rig, object, ring_len);
	rig_reset(rig);
}

void rig_clean(struct rig *rig)
{
	ring_buffer__free(rig->ring);
	if (rig->ring_fd >= 0)
		(void)close(rig->ring_fd);
	(void)munmap(rig->rows, YG_CPUS_MAX * sizeof(*rig->rows));
	free(rig->records);
}

void rig_control(struct rig *rig, uint64_t age_ns, uint64_t limit_ns, uint32_t flags,
		 uint32_t sampled)
{
	struct yg_control knobs = { .heartbeat_ns = rig_now_ns() - age_ns,
				    .heartbeat_limit_ns = limit_ns,
				    .flags = flags,
				    .sampled = sampled };
	uint32_t zero = 0;

	assert_int_equal(bpf_map_update_elem(rig->control_fd, &zero, &knobs, BPF_ANY), 0);
}

void rig_reset(struct rig *rig)
{
	(void)rig_read(rig);
	memset(rig->rows, 0, YG_CPUS_MAX * sizeof(*rig->rows));
	rig_control(rig, 0, FRESH_LIMIT_NS, 0, 0);
}

struct yg_counters rig_counters(const struct rig *rig)
{
	struct yg_counters sum = { 0 };
	__u64 *to = (__u64 *)&sum; /* their own type: uint64_t is another one, and may not alias */

	for (size_t cpu = 0; cpu < YG_CPUS_MAX; cpu++) {
		const __u64 *from = (const __u64 *)&rig->rows[cpu];

		for (size_t i = 0; i < sizeof(sum) / sizeof(*to); i++)
			to[i] += from[i];
	}
	return sum;
}

size_t rig_read(struct rig *rig)
{
	rig->record_count = 0;
	if (rig->ring)
		assert_true(ring_buffer__consume(rig->ring) >= 0);
	return rig->record_count;
}

int rig_run(const struct bpf_program *program, const uint8_t *frame, size_t len)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (uint32_t)len,
		    .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program), &opts), 0);
	return (int)opts.retval;
}

size_t rig_offset_of(const void *function)
{
	unsigned long start, end, file_off, at = (unsigned long)function;
	char line[512];
	size_t off = 0;
	FILE *f;

	f = fopen("/proc/self/maps", "re");
	assert_non_null(f);
	while (off == 0 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &file_off) == 3 && at >= start &&
		    at < end)
			off = at - start + file_off;
	}
	(void)fclose(f);
	assert_true(off != 0);
	return off;
}

void rig_scope(struct bpf_object *object, const char *comm)
{
	int fd = bpf_object__find_map_fd_by_name(object, "yg_scope_comms");
	struct yg_comm key = { 0 };
	uint32_t one = 1;

	(void)snprintf((char *)&key, sizeof(key), "%s", comm);
	assert_int_equal(bpf_map_update_elem(fd, &key, &one, BPF_ANY), 0);
}

void rig_check_tls(const struct rig *rig)
{
	struct yg_counters c = rig_counters(rig);
	const char *row = (const char *)&c.tls + sizeof(uint64_t); /* rx stands first, */
	const char *end = (const char *)&c.tls.request;		   /* messages after the rows */
	uint64_t sum = 0, value;

	for (; row < end; row += sizeof(value)) {
		memcpy(&value, row, sizeof(value));
		sum += value;
	}
	assert_int_equal(c.tls.rx, sum);
}

void rig_check_no_record(struct rig *rig, size_t row)
{
	struct yg_counters c = rig_counters(rig);
	uint64_t value;

	memcpy(&value, (const char *)&c.tls + row, sizeof(value));
	assert_int_equal(value, 1);
	assert_int_equal(c.tls.rx, 1);
	rig_check_tls(rig);
	assert_int_equal(rig_read(rig), 0);
}
