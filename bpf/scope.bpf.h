/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the sensor may read at all. A bit of yg_config.scope that is set makes its table a
 * condition; all conditions must hold. A bit that is not set costs nothing: the verifier removes
 * its code.
 */
#pragma once

#include "control.bpf.h"

#define SCOPE_LEVELS 8 /* of the cgroup tree; a deeper scope is not found, so not read */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, YG_SCOPE_MAX);
	__type(key, __u32);
	__type(value, __u32);
} yg_scope_nets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, YG_SCOPE_MAX);
	__type(key, __u64);
	__type(value, __u32);
} yg_scope_cgroups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, YG_SCOPE_MAX);
	__type(key, struct yg_comm);
	__type(value, __u32);
} yg_scope_comms SEC(".maps");

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

struct nsproxy {
	struct net *net_ns;
};

struct task_struct {
	int pid;
	int tgid;
	char comm[YG_COMM_LEN];
	struct task_struct *group_leader;
	struct nsproxy *nsproxy;
};

#pragma clang attribute pop

/* The name of the process, as /proc/PID/comm has it: threads have names of their own. Return: 0. */
static __always_inline long comm_read(__u8 ret[YG_COMM_LEN])
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	return bpf_core_read_str(ret, YG_COMM_LEN, &leader->comm) < 0;
}

static __always_inline bool is_comm_in_scope(void)
{
	struct yg_comm comm = {};

	return comm_read((__u8 *)&comm) == 0 && bpf_map_lookup_elem(&yg_scope_comms, &comm);
}

static __always_inline bool is_netns_in_scope(void)
{
	struct task_struct *task;
	__u32 inum;

	/* Plain loads instead of four calls of a helper, on each TLS call. */
	if (HAS_HELPER(get_current_task_btf)) {
		task = (void *)bpf_get_current_task_btf();
		inum = task->nsproxy->net_ns->ns.inum;
	} else {
		task = (void *)bpf_get_current_task();
		inum = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	}
	if (yg_config.scope_net)
		return inum == yg_config.scope_net;
	return bpf_map_lookup_elem(&yg_scope_nets, &inum) != NULL;
}

/* Is the current task surely out of scope? Told by a few loads, or not at all. */
static __always_inline bool is_task_foreign(void)
{
	return (yg_config.scope & YG_SCOPE_NETNS) && yg_config.scope_net && !is_netns_in_scope();
}

/* In a cgroup of the table, or below one; before 5.15 only in one. */
static __always_inline bool is_cgroup_in_scope(void)
{
	__u64 own;

	if (!HAS_HELPER(get_attach_cookie)) {
		own = bpf_get_current_cgroup_id();
		return bpf_map_lookup_elem(&yg_scope_cgroups, &own) != NULL;
	}
#pragma unroll
	for (int level = 0; level < SCOPE_LEVELS; level++) {
		__u64 id = bpf_get_current_ancestor_cgroup_id(level);

		if (id == 0)
			return false;
		if (bpf_map_lookup_elem(&yg_scope_cgroups, &id))
			return true;
	}
	return false;
}

/* Is the current task one that may be read? Cheapest condition first. */
static __always_inline bool is_task_in_scope(void)
{
	if ((yg_config.scope & YG_SCOPE_COMM) && !is_comm_in_scope())
		return false;
	if ((yg_config.scope & YG_SCOPE_NETNS) && !is_netns_in_scope())
		return false;
	return !(yg_config.scope & YG_SCOPE_CGROUP) || is_cgroup_in_scope();
}
