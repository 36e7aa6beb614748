/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the latest requests of an HTTP/2 connection were told of: read, lost for want of memory,
 * or known by an answer alone. Each is told of once, in whatever order its two halves come.
 *
 *	bit (id / 2) % YG_H2_TOLD_MAX	of the streams up to `top`; older ones are over
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define YG_H2_TOLD_MAX 1024u /* streams, of a client: more than are open at once */

/* Zero it to begin. */
struct yg_h2_told {
	uint64_t bits[YG_H2_TOLD_MAX / 64];
	uint32_t top; /* the highest stream that was told of */
};

/* Stream @id was told of. */
void yg_h2_told_set(struct yg_h2_told *told, uint32_t id);

/* Was @id told of? What is too old to be known is taken for told. */
bool yg_h2_told_has(const struct yg_h2_told *told, uint32_t id);

/* Streams above @after and below @before that were told of. O(YG_H2_TOLD_MAX). */
uint32_t yg_h2_told_count(const struct yg_h2_told *told, uint32_t after, uint32_t before);
