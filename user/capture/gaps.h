/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: the processes that accept connections and speak TLS that cannot be read.
 *
 * One row per process. Rows are renewed by each sweep and end when two sweeps did not see them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/gap.h"
#include "core/slice.h"
#include "yagura/limits.h"

#define YG_GAPS_MAX	256u /* processes shown; more are counted, not shown */
#define YG_GAP_NAME_CAP 256u /* bytes of a file's name, for people only */

struct yg_gap_row {
	pid_t pid;
	uint32_t gap;  /* enum yg_gap */
	uint16_t port; /* one on which it listens */
	uint64_t dev, ino;
	uint64_t seen; /* number of the sweep */
	char comm[YG_COMM_LEN];
	char name[YG_GAP_NAME_CAP]; /* of the file */
};

struct yg_gaps {
	struct yg_gap_row rows[YG_GAPS_MAX];
	size_t count;
	uint64_t lost; /* processes beyond YG_GAPS_MAX */
};

/* Add or renew the row of row->pid. Return: was it new? */
bool yg_gaps_put(struct yg_gaps *gaps, const struct yg_gap_row *row);

/* Remove rows not seen since @sweep. */
void yg_gaps_expire(struct yg_gaps *gaps, uint64_t sweep);
