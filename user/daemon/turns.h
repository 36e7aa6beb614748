/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The analyzer reads several rings: they take turns, in records and in time.
 *
 *	ring 0	──────────────┤ first that waits        │
 *	ring 1	──────┤ first │ ...                     │
 *	ring 2	────────────┤ ? a record being written  │
 *	              ◄─ YG_TURN_NS ─►
 *
 * An analyzer that fell behind would else read minutes of one client before the first second of
 * another, and nothing between them would be found. A record that is being written has no time yet:
 * its ring counts as waiting since it was met, for YG_TURN_BUSY_NS at most, because its writer may
 * be off the CPU.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/ring.h"
#include "yagura/limits.h"

#define YG_TURN_RECORDS 512u			/* per ring and round */
#define YG_TURN_NS	(100ull * 1000000)	/* of time per round; below YG_FLOW_TURN_NS */
#define YG_TURN_BUSY_NS (2ull * 1000 * 1000000) /* a writer is waited for so long */

/* Zero it to begin. */
struct yg_turns {
	struct yg_ring rings[YG_RINGS_MAX];
	uint64_t busy_ns[YG_RINGS_MAX]; /* since when its first record is being written; 0: not */
	uint32_t count;			/* of rings */
	bool is_full;			/* the last round left something of a ring for its number */
};

/**
 * yg_turns_read() - one round.
 * @now_ns: monotonic.
 *
 * Return: segments handed to @fn.
 */
size_t yg_turns_read(struct yg_turns *turns, uint64_t now_ns, yg_segment_fn fn, void *ctx);

/**
 * yg_turns_read_until() - up to when has everything been read? At most @now_ns.
 *
 * Time that passes beyond it is too early for what waits for the rest.
 */
uint64_t yg_turns_read_until(struct yg_turns *turns, uint64_t now_ns);

/* Is there more to read at once, after a round? */
bool yg_turns_is_behind(struct yg_turns *turns, uint64_t now_ns);
