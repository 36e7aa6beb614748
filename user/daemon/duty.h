/* SPDX-License-Identifier: GPL-2.0-only */
/* How often the warden may do what takes long on a large host. */
#pragma once

#include <stdint.h>

/**
 * yg_duty_rest() - how long to leave alone what took @cost_ns.
 * @least_ns, @most_ns: bounds of the rest.
 *
 * Processes, sockets and routes are walked as a whole; a storm of blocks, or of routes, asks for it
 * again and again. It takes a twentieth of a core and no more.
 *
 * Return: nanoseconds.
 */
uint64_t yg_duty_rest(uint64_t cost_ns, uint64_t least_ns, uint64_t most_ns);
