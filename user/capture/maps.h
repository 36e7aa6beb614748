/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: /proc/PID/maps, line by line.
 *
 *	7f0c1000-7f0c5000 r-xp 00021000 08:01 1835   /usr/lib/libssl.so.3 (deleted)
 *	start    end      perm offset   device inode name: the rest of the line, spaces and all
 *
 * The process chooses its file names, so the name is for people only; a mapping is known by its
 * addresses. Source: proc_pid_maps(5).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"

#define YG_MAPPINGS_MAX 65536u /* lines read of one process: the kernel's default max_map_count */

struct yg_mapping {
	uint64_t start, end;
	uint64_t inode; /* 0: no file */
	bool executable;
	struct yg_slice name; /* into the line; may be empty */
};

/**
 * yg_mapping_from_line() - parse one line, without its newline.
 * Return: 0; -EINVAL if it is not of that form.
 */
YG_MUST_CHECK int yg_mapping_from_line(struct yg_slice line, struct yg_mapping *ret);

/**
 * yg_mappings_each() - call @fn for each line of @fd that is a mapping.
 * @fd: open /proc/PID/maps, read to its end.
 *
 * Lines longer than 8 KB (a name is at most 4 KB) are skipped.
 * Return: 0; 1 if there are more than YG_MAPPINGS_MAX; -errno of read.
 */
YG_MUST_CHECK int yg_mappings_each(int fd, void (*fn)(void *ctx, const struct yg_mapping *mapping),
				   void *ctx);
