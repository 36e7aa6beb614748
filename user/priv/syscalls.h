/* SPDX-License-Identifier: GPL-2.0-only */
/* The system-call layer of the cage; the part of sandbox.c that knows seccomp. */
#pragma once

#include "core/macros.h"
#include "priv/sandbox.h"

/**
 * yg_syscalls_limit() - allow what @cage's list names, from now on.
 *
 * Calls that no role has an honest use for (bpf, exec, ptrace, mount ...) end the process with
 * SIGSYS, which the warden logs; all others answer EPERM.
 *
 * Context: no_new_privs is set.
 * Return: 0; -ENOMEM; -errno of the kernel.
 */
YG_MUST_CHECK int yg_syscalls_limit(enum yg_cage cage);
