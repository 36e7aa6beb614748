/* SPDX-License-Identifier: GPL-2.0-only */
/* sd_notify(3) by hand: one datagram to the service manager, or nothing where there is none. */
#pragma once

/**
 * yg_notify() - send one state line.
 * @path: $NOTIFY_SOCKET, "/path" or "@abstract"; NULL: nothing happens.
 * @state: "READY=1".
 *
 * Never waits and never fails: a service manager that does not listen is its own trouble.
 */
void yg_notify(const char *path, const char *state);
