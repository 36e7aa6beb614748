/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every program shares: load-time configuration, run-time knobs, counters, clocks.
 *
 * Rows of the counter tables are enums here, in the order of include/yagura/counter.h: a program
 * ends in one row and adds one to it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "yagura/config.h"
#include "yagura/counter.h"
#include "yagura/event.h"
#include "yagura/limits.h"
#include "yagura/map.h"

const volatile struct yg_config yg_config = {
	.abi = YG_EVENT_ABI,
	.body_budget = YG_BODY_BUDGET_BYTES,
	.xdp_drop = 1,
	.cpu_max = YG_CPUS_MAX,
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct yg_control);
} yg_control SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, YG_CPUS_MAX);
	__type(key, __u32);
	__type(value, struct yg_counters);
} yg_counters SEC(".maps");

#define GUARD_ROW(name, help)  GUARD_##name,
#define SAMPLE_ROW(name, help) SAMPLE_##name,
#define TLS_ROW(name, help)    TLS_##name,
#define PROC_ROW(name, help)   PROC_##name,
enum guard_row { YG_GUARD_COUNTERS(GUARD_ROW) GUARD_MAX };
enum sample_row { YG_SAMPLE_COUNTERS(SAMPLE_ROW) SAMPLE_MAX };
enum tls_row { YG_TLS_COUNTERS(TLS_ROW) TLS_MAX };
enum proc_row { YG_PROC_COUNTERS(PROC_ROW) PROC_MAX };

/* Helpers that older kernels lack; the verifier removes the call where the enum value is absent. */
enum bpf_func_id___yg {
	BPF_FUNC_get_current_task_btf___yg = 158, /* 5.11, in uprobes as in tracing */
	BPF_FUNC_ktime_get_coarse_ns___yg = 160,  /* 5.11 */
	BPF_FUNC_get_attach_cookie___yg = 174,	  /* 5.15, as are cgroup ancestors in tracing */
	BPF_FUNC_xdp_load_bytes___yg = 189,	  /* 5.18 */
};

#define HAS_HELPER(name) bpf_core_enum_value_exists(enum bpf_func_id___yg, BPF_FUNC_##name##___yg)

/*
 * Bring @n into [1, max] where the verifier sees it: clang folds an ordinary clamp into a copy of
 * the register that the verifier does not follow.
 */
#define BOUND(n, max)                                                            \
	({                                                                       \
		__u64 n_ = (n);                                                  \
		asm volatile("if %[x] <= %[m] goto +1\n\t"                       \
			     "%[x] = %[m]"                                       \
			     : [x] "+r"(n_)                                      \
			     : [m] "i"(max));                                    \
		asm volatile("if %[x] >= 1 goto +1\n\t%[x] = 1" : [x] "+r"(n_)); \
		n_;                                                              \
	})

/* The row of this CPU. NULL never happens; the verifier cannot know. */
static __always_inline struct yg_counters *counters(void)
{
	__u32 cpu = bpf_get_smp_processor_id() & (YG_CPUS_MAX - 1);

	return bpf_map_lookup_elem(&yg_counters, &cpu);
}

static __always_inline struct yg_control *control(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&yg_control, &zero);
}

/* CLOCK_MONOTONIC of the last tick: 2 ns instead of 30, at most 10 ms behind. XDP and TC only. */
static __always_inline __u64 coarse_ns(void)
{
	if (HAS_HELPER(ktime_get_coarse_ns))
		return bpf_ktime_get_coarse_ns();
	return bpf_ktime_get_ns();
}

/* Has the daemon been silent for longer than its limit? Zeroes, as before the first beat, are. */
static __always_inline bool is_silent(const struct yg_control *knobs, __u64 now_ns)
{
	return knobs->heartbeat_ns + knobs->heartbeat_limit_ns < now_ns;
}

static __always_inline void count_guard(struct yg_counters *c, enum guard_row row)
{
	if (c && row < GUARD_MAX)
		((__u64 *)&c->guard)[row]++; /* softirqs do not interrupt themselves */
}

static __always_inline void count_sample(struct yg_counters *c, enum sample_row row)
{
	if (c && row < SAMPLE_MAX)
		((__u64 *)&c->sample)[row]++;
}

static __always_inline void count_sample_by(struct yg_counters *c, enum sample_row row, __u32 n)
{
	if (c && row < SAMPLE_MAX)
		((__u64 *)&c->sample)[row] += n;
}

/* A uprobe can be preempted by another task's uprobe on the same CPU: these adds are atomic. */
static __always_inline void count_tls(struct yg_counters *c, enum tls_row row)
{
	if (c && row < TLS_MAX)
		__sync_fetch_and_add(&((__u64 *)&c->tls)[row], 1);
}

static __always_inline void count_tls_by(struct yg_counters *c, enum tls_row row, __u32 n)
{
	if (c && row < TLS_MAX)
		__sync_fetch_and_add(&((__u64 *)&c->tls)[row], n);
}

static __always_inline void count_proc(struct yg_counters *c, enum proc_row row)
{
	if (c && row < PROC_MAX)
		__sync_fetch_and_add(&((__u64 *)&c->proc)[row], 1);
}
