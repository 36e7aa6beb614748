/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage 1, capture: does a process accept TCP connections? Asks sock_diag and reads /proc/PID. */
#pragma once

#include <stdint.h>

#include "core/macros.h"

#define YG_LISTEN_SOCKETS_MAX \
	4096u			/* listening sockets of a network namespace; more are not seen */
#define YG_LISTEN_FDS_MAX 8192u /* descriptors of a process looked at */

/**
 * yg_listen_port() - a TCP port on which a process listens.
 * @dir_fd: its directory in /proc.
 * Return: the port, the first in the order of its descriptors; 0: none, or it cannot be read.
 */
uint16_t yg_listen_port(int dir_fd);
