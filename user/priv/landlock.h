/* SPDX-License-Identifier: GPL-2.0-only */
/* The file system, TCP and signal layer of the cage; the part of sandbox.c that knows Landlock. */
#pragma once

#include "core/macros.h"
#include "priv/sandbox.h"

/**
 * yg_landlock_open() - make the rule set while paths can still be opened.
 * @paths: as in struct yg_sandbox; NULL: nothing may be reached.
 * @ret_fd: rule set for yg_landlock_enter(), owned; -1 where the kernel has no Landlock.
 *
 * Return: ABI of the kernel, 0 for none; -errno.
 */
YG_MUST_CHECK int yg_landlock_open(const struct yg_sandbox_path *paths, int *ret_fd);

/**
 * yg_landlock_enter() - put the rule set on this process; -1 does nothing.
 *
 * Context: no_new_privs is set.
 * Return: 0; -errno.
 */
YG_MUST_CHECK int yg_landlock_enter(int fd);
