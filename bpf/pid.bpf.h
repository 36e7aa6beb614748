/* SPDX-License-Identifier: GPL-2.0-only */
/* The current process as the warden numbers it: it may live in a PID namespace of its own. */
#pragma once

#include "scope.bpf.h"

#define PID_LEVELS 4 /* of nested PID namespaces; a deeper process is not known */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[];
};

struct task_struct___leader {
	struct task_struct___leader *group_leader;
	struct pid *thread_pid;
};

#pragma clang attribute pop

/* Return: 0 if the warden cannot see it. */
static __always_inline __u32 pid_shown(void)
{
	struct task_struct___leader *task = (void *)bpf_get_current_task();
	struct pid *pid;

	if (!yg_config.pid_ns)
		return bpf_get_current_pid_tgid() >> 32;
	pid = BPF_CORE_READ(task, group_leader, thread_pid);
#pragma unroll
	for (unsigned int i = 0; i < PID_LEVELS; i++) {
		if (i <= BPF_CORE_READ(pid, level) &&
		    BPF_CORE_READ(pid, numbers[i].ns, ns.inum) == yg_config.pid_ns)
			return BPF_CORE_READ(pid, numbers[i].nr);
	}
	return 0;
}
