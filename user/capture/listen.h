/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage 1, capture: which process has a socket on a port? Asks sock_diag and reads /proc/PID. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "capture/scope.h"
#include "core/macros.h"

#define YG_LISTEN_SOCKETS_MAX 4096u /* such sockets of a network namespace; more are not seen */
#define YG_LISTEN_FDS_MAX     8192u /* descriptors of a process looked at */

/**
 * yg_listen_port() - a TCP port on which a process listens.
 * @dir_fd: its directory in /proc.
 * Return: the port, the first in the order of its descriptors; 0: none, or it cannot be read.
 */
uint16_t yg_listen_port(int dir_fd);

/**
 * yg_listen_datagram() - who has a UDP socket on a port.
 * @proc_fd: /proc.
 * @cgroup_fd, @scope: as yg_process_in_scope() takes them.
 * @port: in host order.
 *
 * Walks all processes: ask seldom.
 * Return: the first in the order of /proc; 0: nobody, or it cannot be read.
 */
pid_t yg_listen_datagram(int proc_fd, int cgroup_fd, const struct yg_scope *scope, uint16_t port);
