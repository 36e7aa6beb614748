/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that start and processes that end, so that discovery looks at them at once instead of
 * at its next sweep. Few records: this ring wakes its reader.
 */
#include "scope.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, YG_PROC_RING_BYTES);
} yg_procs SEC(".maps");

static __always_inline int tell(struct task_struct *task, enum yg_proc_kind kind)
{
	struct yg_counters *c = counters();
	struct yg_proc *proc;

	count_proc(c, PROC_rx);
	proc = bpf_ringbuf_reserve(&yg_procs, sizeof(*proc), 0);
	if (!proc) {
		count_proc(c, PROC_lost_ring);
		return 0;
	}
	proc->time_ns = bpf_ktime_get_ns();
	proc->tgid = BPF_CORE_READ(task, tgid);
	proc->kind = kind;
	BPF_CORE_READ_STR_INTO(&proc->comm, task, comm);
	bpf_ringbuf_submit(proc, 0);
	count_proc(c, PROC_event);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int yg_proc_exec(__u64 *ctx)
{
	return tell((void *)ctx[0], YG_PROC_EXEC);
}

/* Fires for each thread; the process is gone with its first one. */
SEC("tp_btf/sched_process_exit")
int yg_proc_exit(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	if (BPF_CORE_READ(task, pid) != BPF_CORE_READ(task, tgid))
		return 0;
	return tell(task, YG_PROC_EXIT);
}

char LICENSE[] SEC("license") = "GPL";
