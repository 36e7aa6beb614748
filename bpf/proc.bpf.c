/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that start, so that discovery looks at them at once instead of at its next sweep. That
 * one ends is found by those who read it.
 */
#include "scope.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, YG_PROC_RING_BYTES);
} yg_procs SEC(".maps");

SEC("tp_btf/sched_process_exec")
int yg_proc_exec(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct yg_counters *c = counters();
	struct yg_proc *proc;

	count_proc(c, PROC_rx);
	proc = bpf_ringbuf_reserve(&yg_procs, sizeof(*proc), 0);
	if (!proc) {
		count_proc(c, PROC_lost_ring);
		return 0;
	}
	proc->tgid = BPF_CORE_READ(task, tgid);
	bpf_ringbuf_submit(proc, BPF_RB_NO_WAKEUP);
	count_proc(c, PROC_event);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
