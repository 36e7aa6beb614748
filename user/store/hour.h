/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The block of an hour: up to sixty packed cells of one endpoint, compressed together. One row per
 * endpoint and hour instead of sixty makes a month of one endpoint 720 rows to read.
 *
 *	block	zstd frame of: version u8 = 1, then per minute that has a cell, in order:
 *		minute	u8	0..59
 *		length	u16	little endian, bytes of the cell, 1..YG_CELL_PACKED_MAX
 *		cell		yg_cell_pack()
 */
#pragma once

#include <stdint.h>

#include "baseline/cell.h"
#include "core/macros.h"
#include "core/slice.h"

#define YG_HOUR_MINUTES	  60u
#define YG_HOUR_BYTES_MAX (1u + YG_HOUR_MINUTES * (3u + YG_CELL_PACKED_MAX)) /* uncompressed */

struct yg_hour;

/* Return: 0; -ENOMEM. About 1.5 MB, used again for every block. */
YG_MUST_CHECK int yg_hour_new(struct yg_hour **ret);
void yg_hour_free(struct yg_hour **hour); /* accepts NULL inside */
void yg_hour_reset(struct yg_hour *hour); /* no cells */

/**
 * yg_hour_add() - put the cell of @minute in; one that is there already is merged with it.
 * @cell: packed; copied.
 *
 * Return: 0; -EINVAL minute or length out of range, or a cell to merge is damaged.
 */
YG_MUST_CHECK int yg_hour_add(struct yg_hour *hour, unsigned int minute, struct yg_slice cell);

/**
 * yg_hour_load() - add the cells of a block.
 * Return: 0; -EINVAL if it is not one whole block of this version (cells before the damage stay).
 */
YG_MUST_CHECK int yg_hour_load(struct yg_hour *hour, struct yg_slice block);

/**
 * yg_hour_pack() - all cells as a block.
 * @ret: borrowed until the next call on @hour.
 *
 * Return: how many cells it holds; -ENOMEM of the compressor.
 */
YG_MUST_CHECK int yg_hour_pack(struct yg_hour *hour, struct yg_slice *ret);

/* The packed cell of @minute, absent if there is none; borrowed until the next call. */
struct yg_slice yg_hour_view(const struct yg_hour *hour, unsigned int minute);
