/* SPDX-License-Identifier: GPL-2.0-only */
/* proc.bpf.c: a program that starts is told once. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pthread.h>

#include <bpf/bpf.h>

#include "bpf/proc.skel.h"
#include "rig.h"
#include "test.h"

struct bench {
	struct proc_bpf *skel;
	struct rig rig;
	struct ring_buffer *ring;
	uint32_t tgid; /* whose events are counted */
	int execs;
};

static int count(void *ctx, void *data, size_t len)
{
	const struct yg_proc *proc = data;
	struct bench *b = ctx;

	assert_int_equal(len, sizeof(*proc));
	b->execs += proc->tgid == b->tgid;
	return 0;
}

static int set_up(void **state)
{
	static struct bench bench;
	struct bench *b = &bench;

	b->skel = proc_bpf__open();
	assert_non_null(b->skel);
	assert_int_equal(proc_bpf__load(b->skel), 0);
	rig_init(&b->rig, b->skel->obj, 0);
	b->ring = ring_buffer__new(bpf_map__fd(b->skel->maps.yg_procs), count, b, NULL);
	assert_non_null(b->ring);
	assert_int_equal(proc_bpf__attach(b->skel), 0);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	ring_buffer__free(b->ring);
	rig_clean(&b->rig);
	proc_bpf__destroy(b->skel);
	return 0;
}

static void *do_nothing(void *arg)
{
	return arg;
}

/* Start a child that makes and joins a thread, then runs `true` if @is_exec; wait; read. */
static void run_child(struct bench *b, bool is_exec)
{
	pthread_t thread;
	int status;
	pid_t pid;

	b->execs = 0;
	pid = rig_fork(&b->tgid);
	if (pid == 0) {
		if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
			(void)pthread_join(thread, NULL);
		if (is_exec)
			(void)execl("/bin/true", "true", (char *)NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(ring_buffer__consume(b->ring) >= 0);
}

static void an_exec_is_told_once(void **state)
{
	struct bench *b = *state;

	run_child(b, true);
	assert_int_equal(b->execs, 1);
}

static void neither_a_thread_nor_an_end_is_told(void **state)
{
	struct bench *b = *state;

	run_child(b, false);
	assert_int_equal(b->execs, 0);
}

static void every_event_is_counted(void **state)
{
	struct bench *b = *state;
	struct yg_counters c;

	rig_reset(&b->rig);
	run_child(b, true);
	c = rig_counters(&b->rig);
	assert_true(c.proc.rx >= 1);
	/* Others of this host may be between the two counts: one per CPU at most. */
	assert_in_range(c.proc.rx - c.proc.event - c.proc.lost_ring, 0,
			sysconf(_SC_NPROCESSORS_ONLN));
	assert_int_equal(c.proc.lost_ring, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exec_is_told_once),
		cmocka_unit_test(neither_a_thread_nor_an_end_is_told),
		cmocka_unit_test(every_event_is_counted),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/proc", tests, set_up, tear_down);
}
