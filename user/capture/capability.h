/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage 1, capture: from what loaded to one line per capability for `yagura status`. */
#pragma once

#include <stdbool.h>

#include "capture/loader.h"

struct yg_capability_facts {
	const int *program_err; /* [YG_PROGRAM_MAX], 0: loaded */
	bool has_multi;		/* uprobe_multi links */
	bool has_tcx;		/* TCX links */
	bool can_write;		/* held maps may be written without privilege */
	int diag_err;		/* 0: sock_diag closes sockets; -ENOENT: module tcp_diag missing */
};

/* yg_capability_judge() - fill @ret: "kill: not available: kernel lacks bpf_sock_destroy". */
void yg_capability_judge(enum yg_capability_kind kind, const struct yg_capability_facts *facts,
			 struct yg_capability *ret);
