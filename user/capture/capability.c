/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of capabilities: which programs each needs, and what its absence means. */
#include "capture/capability.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct row {
	const char *name;
	enum yg_program needs[2]; /* both; may be the same twice */
	const char *does;	  /* when available */
	const char *lacks;	  /* what the kernel lacks, and what happens instead */
};

static const struct row rows[YG_CAPABILITY_MAX] = {
	[YG_CAPABILITY_GUARD] = { "guard",
				  { YG_PROGRAM_XDP_GUARD, YG_PROGRAM_XDP_GUARD },
				  "drops at XDP",
				  "kernel refuses the XDP program; drops at TC" },
	[YG_CAPABILITY_TC] = { "tc",
			       { YG_PROGRAM_TC_INGRESS, YG_PROGRAM_TC_EGRESS },
			       "samples cleartext HTTP",
			       "kernel refuses the TC programs; no cleartext HTTP is seen" },
	[YG_CAPABILITY_TCX] = { "tcx",
				{ YG_PROGRAM_TC_INGRESS, YG_PROGRAM_TC_INGRESS },
				"TC programs are held by links",
				"kernel lacks TCX (Linux 6.6); clsact filters are used" },
	[YG_CAPABILITY_TLS] = { "tls",
				{ YG_PROGRAM_SSL_READ, YG_PROGRAM_SSL_RET },
				"reads TLS plaintext",
				"kernel refuses the uprobe programs; no TLS is seen" },
	[YG_CAPABILITY_MULTI] = { "uprobe-multi",
				  { YG_PROGRAM_SSL_RET, YG_PROGRAM_SSL_RET },
				  "one link per program and library",
				  "kernel lacks uprobe_multi (Linux 6.6); perf events are used" },
	[YG_CAPABILITY_BIND] = { "bind",
				 { YG_PROGRAM_SK_RCVSPACE, YG_PROGRAM_SK_RCVSPACE },
				 "ties TLS to its client on reads",
				 "kernel lacks tp_btf/tcp_rcv_space_adjust; TLS clients unknown" },
	[YG_CAPABILITY_BIND_SEND] = { "bind-send",
				      { YG_PROGRAM_SK_SEND, YG_PROGRAM_SK_SEND },
				      "ties TLS to its client on writes",
				      "kernel lacks tp_btf/sock_send_length (Linux 6.3); "
				      "bound at the first read, memory BIOs by their hellos" },
	[YG_CAPABILITY_GO] = { "go",
			       { YG_PROGRAM_GO_READ, YG_PROGRAM_GO_RET },
			       "reads TLS plaintext of Go programs",
			       "kernel refuses the uprobe programs; no TLS of Go is seen" },
	[YG_CAPABILITY_GO_BIND] = { "go-bind",
				    { YG_PROGRAM_GO_RECV, YG_PROGRAM_GO_RECV },
				    "ties TLS of Go to its client",
				    "kernel lacks bpf_task_pt_regs (Linux 5.15); "
				    "TLS clients of Go unknown" },
	[YG_CAPABILITY_KILL] = { "kill",
				 { YG_PROGRAM_SK_KILL, YG_PROGRAM_SK_KILL },
				 "closes connections of blocked clients",
				 "kernel lacks bpf_sock_destroy (Linux 6.5) and SOCK_DESTROY; "
				 "they time out" },
	[YG_CAPABILITY_BLOCK] = { "block",
				  { YG_PROGRAM_TC_GUARD, YG_PROGRAM_TC_CUT },
				  "blocks can be placed",
				  "before Linux 5.19 blocks need "
				  "sysctl kernel.unprivileged_bpf_disabled=0" },
	[YG_CAPABILITY_EXEC] = { "exec",
				 { YG_PROGRAM_PROC_EXEC, YG_PROGRAM_PROC_EXEC },
				 "new processes are seen at once",
				 "kernel lacks tp_btf/sched_process_exec; sweeps find them" },
};

void yg_capability_judge(enum yg_capability_kind kind, const struct yg_capability_facts *facts,
			 struct yg_capability *ret)
{
	const struct row *row = &rows[kind];
	const char *lacks = row->lacks;
	int err = facts->program_err[row->needs[0]];

	if (err == 0)
		err = facts->program_err[row->needs[1]];
	if (err == 0 && ((kind == YG_CAPABILITY_TCX && !facts->has_tcx) ||
			 (kind == YG_CAPABILITY_MULTI && !facts->has_multi)))
		err = -EOPNOTSUPP;
	if (err == 0 && kind == YG_CAPABILITY_BLOCK && !facts->can_write)
		err = -EPERM;
	if (kind == YG_CAPABILITY_KILL && facts->diag_err == 0)
		err = 0;
	if (err && kind == YG_CAPABILITY_KILL && facts->diag_err == -ENOENT)
		lacks = "kernel lacks bpf_sock_destroy (Linux 6.5), and module tcp_diag is not "
			"there; they time out";

	*ret = (struct yg_capability){ .available = err == 0, .err = err };
	if (err == 0)
		(void)snprintf(ret->text, sizeof(ret->text), "%s: available: %s", row->name,
			       row->does);
	else
		(void)snprintf(ret->text, sizeof(ret->text), "%s: not available: %s (%s)",
			       row->name, lacks, strerrorname_np(-err));
}
