/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One daemon per run directory: flock(2) on yagurad.pid, which holds the process id. The kernel
 * drops the lock however the holder ends. The directory is root's, so the number in it can be
 * trusted to be one that root wrote; and the file is readable by root alone, because whoever can
 * open a file for reading can lock it, and no daemon could start.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "core/macros.h"

#define YG_LOCK_NAME "yagurad.pid"

/**
 * yg_lock_take() - take the lock if it is free.
 * @dir_fd: run directory.
 * @ret_fd: holds the lock until it is closed.
 * @ret_holder: who has it, on -EBUSY; 0 if that cannot be read.
 *
 * Return: 0; -EBUSY; -errno of the file.
 */
YG_MUST_CHECK int yg_lock_take(int dir_fd, int *ret_fd, pid_t *ret_holder);

/**
 * yg_lock_pins() - make sure that no daemon with another run directory has the same pins.
 * @path: the directory below bpffs; root's alone, so nobody else can hold it.
 * @ret_fd: holds the lock until it is closed.
 *
 * Return: 0; -EBUSY; -errno of the directory.
 */
YG_MUST_CHECK int yg_lock_pins(const char *path, int *ret_fd);

/**
 * yg_lock_replace() - ask the holder to end (SIGTERM) and take the lock when it has.
 * @timeout_ms: how long it may take.
 *
 * Return: 0; -ETIMEDOUT it did not end; -ESRCH the number in the file is no process; -errno.
 */
YG_MUST_CHECK int yg_lock_replace(int dir_fd, uint32_t timeout_ms, int *ret_fd);
