/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: why is the TLS of a process not read?
 *
 * Asked about a process that the wire showed speaking TLS. The answer is what discovery knows of
 * the files that it maps.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "capture/gap.h"
#include "capture/known.h"
#include "core/macros.h"
#include "yagura/limits.h"

#define YG_EXPLAIN_NAME_CAP 256u /* bytes of a file's name, for people only */

enum yg_explained {
	YG_EXPLAINED_UNKNOWN,  /* no file of it is known to speak TLS */
	YG_EXPLAINED_GAP,      /* one is, and cannot be read */
	YG_EXPLAINED_ATTACHED, /* one is read, and there is no gap */
	YG_EXPLAINED_MAX
};

struct yg_explanation {
	enum yg_explained what;
	enum yg_gap gap; /* of EXPLAINED_GAP */
	uint64_t dev, ino;
	char comm[YG_COMM_LEN];
	char name[YG_EXPLAIN_NAME_CAP]; /* of that file; else of the program */
};

/**
 * yg_explain() - look at what a process maps.
 * @proc_fd: /proc.
 * @known: files that discovery has looked at.
 *
 * Return: 0; -ESRCH if there is no such process, or it may not be looked at.
 */
YG_MUST_CHECK int yg_explain(int proc_fd, struct yg_known *known, pid_t pid,
			     struct yg_explanation *ret);
