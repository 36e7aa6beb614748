/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage 1, capture: who is a process, and is it in the scope? The same questions the BPF programs
 * ask. */
#pragma once

#include <stdbool.h>

#include "capture/scope.h"

#define YG_INIT_PID_NS 0xeffffffcu /* inode of /proc/1/ns/pid: PROC_PID_INIT_INO, for ever */

/**
 * yg_process_in_scope() - look at the name, network namespace and cgroup of a process.
 * @dir_fd: its directory in /proc.
 * @cgroup_fd: root of the cgroup v2 tree, -1 if there is none.
 * @scope: NULL: everything.
 *
 * What cannot be read is outside: the process ended, or hides.
 */
bool yg_process_in_scope(int dir_fd, int cgroup_fd, const struct yg_scope *scope);

/* The name of a process; "" if it cannot be read. Bytes that do not print become '?'. */
void yg_process_comm(int dir_fd, char ret[YG_COMM_LEN]);
