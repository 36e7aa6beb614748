/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of any size from one thread to another, in order, through a ring of fixed size.
 *
 * One producer, one consumer, no lock while both run. Who has nothing to do sleeps; a sleeping
 * consumer is woken for a batch of bytes, so a steady trickle costs few wakeups: whoever needs the
 * last records now drains.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"

#define YG_BELT_ALIGN 16u /* of every record */

struct yg_belt;

/**
 * yg_belt_new() - an empty ring.
 * @bytes: a power of two, at least 4096.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_belt_new(size_t bytes, struct yg_belt **ret);
void yg_belt_free(struct yg_belt **belt); /* both threads have ended; accepts NULL inside */

/* --- producer ------------------------------------------------------------------------------- */

/**
 * yg_belt_reserve() - room for a record; waits until there is.
 *
 * Return: @len bytes, to be filled before yg_belt_commit(); NULL if no record of that size fits,
 * which is so beyond a quarter of the ring.
 */
void *yg_belt_reserve(struct yg_belt *belt, size_t len);
void yg_belt_commit(struct yg_belt *belt);

/* Wait until the consumer has done everything and asks for more. */
void yg_belt_drain(struct yg_belt *belt);

/* No more records will come. */
void yg_belt_end(struct yg_belt *belt);

/* --- consumer ------------------------------------------------------------------------------- */

/**
 * yg_belt_next() - the next record; the one before is free again. Waits until there is one.
 * Return: the record, valid until the next call; NULL after yg_belt_end(), when all is done.
 */
void *yg_belt_next(struct yg_belt *belt);
