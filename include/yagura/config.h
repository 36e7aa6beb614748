/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is fixed at load time: `const volatile struct yg_config yg_config` in each object.
 *
 * The verifier removes the code a zero here makes dead. Loader: bpf_map__initial_value of
 * .rodata before load. Run-time knobs are in struct yg_control instead.
 */
#pragma once

#include <linux/types.h>

/*
 * Bits of scope: which tables limit what is read; all that are set must agree. No bit: everything
 * on
 * the attached interfaces, and every process.
 *
 *		TLS			wire (TC and XDP)
 * NETNS	of the task		of the interface: the loader attaches only to those
 * CGROUP	of the task, or above	not checked: on its way in a frame has no socket yet
 * COMM		of the task		not checked
 */
#define YG_SCOPE_NETNS	1u
#define YG_SCOPE_CGROUP 2u
#define YG_SCOPE_COMM	4u

struct yg_config {
	__u32 abi;	   /* YG_EVENT_ABI */
	__u32 ring_mask;   /* number of rings minus one */
	__u32 body_budget; /* bytes sampled per message, head included, <= YG_SEGMENT_MAX */
	__u32 scope;	   /* YG_SCOPE_* */
	__u32 xdp_sample;  /* 1: yg_xdp_guard samples ingress itself (--capture xdp) */
	__u32 xdp_drop;	   /* 1: yg_xdp_guard may drop; 0: it only samples and counts */
	__u32 cpu_max;	   /* rows of yg_counters in use */
	__u32 young;	   /* requests of a service that are sampled in any case */
	__u32 fresh;	   /* requests of an outline that are sampled in any case */
	__u32 pid_ns;	   /* inode of the warden's PID namespace; 0: the initial one */
	__u32 scope_net;   /* YG_SCOPE_NETNS with one row: that; 0: the table says */
	__u32 pad;
	__u64 hash_seed; /* ring choice and sampling; random per boot, kept over restarts */
};

_Static_assert(sizeof(struct yg_config) == 56, "config layout is ABI");
