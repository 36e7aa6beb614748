/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the desk has been told of endpoints and callers: a row goes again when it is another.
 *
 * By what was counted, not by time: an exchange may end long after it began, and an analyzer that
 * fell behind tells of the past. Each name has one slot; two names of one slot are told in turns.
 * What a packet that was lost held is not known, so then all is told again, a share at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define YG_TOLD_SLOTS 32768u /* power of two; 8 bytes each */

/* Zero it to begin: nothing was told. */
struct yg_told {
	uint64_t slots[YG_TOLD_SLOTS];
	uint32_t forget_left; /* slots to be forgotten */
	uint32_t forget_at;
	uint64_t lost; /* messages, when last looked at */
};

/**
 * yg_told_is_news() - is what @name now counts other than what was told? It is told from here on.
 * @name: hash or id.
 * @state: a number that changes with each count.
 */
bool yg_told_is_news(struct yg_told *told, uint64_t name, uint64_t state);

/**
 * yg_told_lost() - before each round: messages lost so far.
 * @share: slots that are forgotten in this round, if something was lost in this or an earlier one.
 */
void yg_told_lost(struct yg_told *told, uint64_t lost, uint32_t share);
