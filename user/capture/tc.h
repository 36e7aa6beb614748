/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: clsact filters, for kernels without TCX (before Linux 6.6).
 *
 * A filter stays when its process ends, so it is its own pin: ours are those with YG_TC_HANDLE, one
 * of our priorities, and a program whose name begins with "yg_".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/macros.h"

#define YG_TC_HANDLE	     0x5947u /* "YG" */
#define YG_TC_PRIORITY_GUARD 0x5946u /* lower is earlier */
#define YG_TC_PRIORITY	     0x5947u

/**
 * yg_tc_attach() - put a program there, in place of our older one if there is one.
 * Return: 0; -EBUSY if somebody else's filter has our handle and priority; -ENODEV; -errno.
 */
YG_MUST_CHECK int yg_tc_attach(int prog_fd, uint32_t ifindex, bool is_egress, uint32_t priority);

/* Remove our filter, if it is ours. Return: 1 removed; 0 nothing of ours there. */
int yg_tc_detach(uint32_t ifindex, bool is_egress, uint32_t priority);
