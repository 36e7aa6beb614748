/* SPDX-License-Identifier: GPL-2.0-only */
/* Real connections that leave nothing behind: over loopback, in a network namespace of our own. */
#pragma once

#include <stdint.h>

/* Leave this process's network namespace for a fresh one whose loopback is up. Needs root. */
void loopback_enter(void);

/**
 * loopback_connect() - one TCP connection, both ends here. Aborts the test on failure.
 * @family: AF_INET or AF_INET6.
 */
void loopback_connect(int family, int *ret_client, int *ret_server);

/* Port of our end of @fd, host order. */
uint16_t loopback_port(int fd);
