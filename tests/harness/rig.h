/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a BPF object needs around it to be tested: knobs, a ring, counters summed over CPUs. One rig
 * per object; the object's own maps are used, nothing is pinned.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <bpf/libbpf.h>

#include "yagura/counter.h"
#include "yagura/event.h"
#include "yagura/map.h"

#define RIG_RECORDS_MAX 16 /* kept of one reading; more is a failed test */

struct rig {
	int control_fd, ring_fd;
	size_t ring_len;
	struct ring_buffer *ring;	     /* NULL: the object has no rings */
	struct yg_counters *rows;	     /* mapped, YG_CPUS_MAX of them */
	struct yg_segment *records;	     /* of the last rig_read() */
	size_t record_lens[RIG_RECORDS_MAX]; /* as reserved */
	size_t record_count;
};

/**
 * rig_init() - set up around a loaded object: a fresh heartbeat, one ring of @ring_len bytes.
 * Aborts the test on failure. Release with rig_clean().
 */
void rig_init(struct rig *rig, struct bpf_object *object, size_t ring_len);
void rig_clean(struct rig *rig);

/* Zero the counters, throw away what is on the ring, beat the heart. */
void rig_reset(struct rig *rig);

/* Set the knobs; heartbeat age and limit in ns. */
void rig_control(struct rig *rig, uint64_t age_ns, uint64_t limit_ns, uint32_t flags,
		 uint32_t sampled);

/* The counters of all CPUs, added up. */
struct yg_counters rig_counters(const struct rig *rig);

/* Read the ring into records. Return: how many. */
size_t rig_read(struct rig *rig);

uint64_t rig_now_ns(void); /* CLOCK_MONOTONIC */

/**
 * rig_run() - run a TC or XDP program once over a frame.
 * Return: what the program returned.
 */
int rig_run(const struct bpf_program *program, const uint8_t *frame, size_t len);

/**
 * rig_tgid() - this process as programs see it: by the number of the first PID namespace.
 *
 * Asks the kernel by a program of three instructions; getpid() is another number in a container.
 */
uint32_t rig_tgid(void);

/**
 * rig_fork() - fork(), telling the parent the child's rig_tgid().
 * @tgid: in the parent: of the child, before anything that the child does next.
 * Return: as fork(); never fails (aborts the test).
 */
pid_t rig_fork(uint32_t *tgid);

/* File offset of a function of this program, for a uprobe on /proc/self/exe. */
size_t rig_offset_of(const void *function);

/* Put threads of this name into the scope of a loaded object. */
void rig_scope(struct bpf_object *object, const char *comm);

/* Conservation: the rows of TLS calls add up to those that came, whatever became of them. */
void rig_check_tls(const struct rig *rig);

/* One call of TLS ended in this row (offset in struct yg_tls_counters), without a record. */
void rig_check_no_record(struct rig *rig, size_t row);

/* Keep libbpf's complaints out of the test's output. */
void rig_quiet(void);
