/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: close the TCP connections of blocked clients, so that nobody hangs on them.
 *
 * By the iterator yg_sk_kill where the kernel has bpf_sock_destroy (Linux 6.5), else through
 * sock_diag(7): dump the sockets, look each remote address up in the block maps, SOCK_DESTROY.
 * Both end a socket with a reset to both sides.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "capture/loader.h"
#include "core/macros.h"

struct yg_kill;

/**
 * yg_kill_diag() - does sock_diag close sockets here? Asks it to close one that cannot exist.
 * Return: 0 it does; -ENOENT the module tcp_diag is not there; -EOPNOTSUPP it only looks; -ENOMEM;
 * -errno.
 */
YG_MUST_CHECK int yg_kill_diag(void);

/**
 * yg_kill_open() - prepare whichever way this kernel has.
 * @loader: borrowed; must outlive the result.
 * Return: 0; -ENOMEM; -EOPNOTSUPP if the kernel has neither; -errno.
 */
YG_MUST_CHECK int yg_kill_open(struct yg_loader *loader, struct yg_kill **ret);
void yg_kill_close(struct yg_kill **kill);

/**
 * yg_kill_sweep() - close what is blocked now, once over all sockets of one network namespace.
 * @netns_fd: which; -1: the caller's. The thread enters it and comes back.
 * @now_ns: CLOCK_MONOTONIC; entries that expired do not close anything.
 *
 * Context: single-threaded; CAP_NET_ADMIN, and CAP_SYS_ADMIN for another namespace. About 1 ms per
 * thousand sockets.
 * Return: 0; -errno.
 */
YG_MUST_CHECK int yg_kill_sweep(struct yg_kill *kill, int netns_fd, uint64_t now_ns);
