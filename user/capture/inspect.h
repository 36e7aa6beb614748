/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: read a hostile ELF file in a process that can do nothing else.
 *
 * The child has the file, one end of a pipe, no capability, no other fd, limits on memory and
 * time, and a seccomp filter; it answers with one struct yg_place of fixed size, which the parent
 * checks again. Its death is a counted outcome, never the parent's.
 */
#pragma once

#include <stdint.h>

#include "capture/place.h"
#include "core/macros.h"

enum yg_inspection {
	YG_INSPECTION_TLS,     /* probes found */
	YG_INSPECTION_GAP,     /* it speaks TLS, but not by functions that can be probed */
	YG_INSPECTION_OTHER,   /* an ELF file without TLS, or no ELF file */
	YG_INSPECTION_CRASH,   /* the child died or answered nonsense */
	YG_INSPECTION_TIMEOUT, /* the child was killed after YG_INSPECT_MS */
	YG_INSPECTION_MAX
};

#define YG_INSPECT_MS	 2000u	      /* for one file; node's 100 MB takes 60 ms */
#define YG_INSPECT_BYTES (4ull << 30) /* a longer file is YG_INSPECTION_OTHER */

struct yg_inspect {
	int pid_fd;	      /* the child; -1: none */
	int pipe_fd;	      /* readable when the child is done or dead; -1: none */
	uint64_t deadline_ns; /* clock of @now_ns */
	uint64_t file_len;
};

/**
 * yg_inspect_start() - begin to read @file_fd in a child.
 * @file_fd: borrowed, open for reading.
 * @ret: must be finished with yg_inspect_finish().
 * Return: 0; -errno of pipe, fork or fstat.
 */
YG_MUST_CHECK int yg_inspect_start(int file_fd, uint64_t now_ns, struct yg_inspect *ret);

/**
 * yg_inspect_finish() - take the answer if there is one; never blocks.
 * @ret_place: set for YG_INSPECTION_TLS, and for YG_INSPECTION_GAP its gap.
 * Return: enum yg_inspection; -EAGAIN while the child works and has time.
 */
YG_MUST_CHECK int yg_inspect_finish(struct yg_inspect *inspect, uint64_t now_ns,
				    struct yg_place *ret_place);

/* Kill and reap a child that is no longer wanted. */
void yg_inspect_cancel(struct yg_inspect *inspect);
