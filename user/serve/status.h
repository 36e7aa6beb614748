/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What runs now: the status messages of the feed, the last one of each object, in memory alone.
 *
 * A sender repeats its rows in rounds; a row it did not repeat until the end of a round is gone.
 */
#pragma once

#include <stdint.h>

#include "core/macros.h"
#include "store/feed.h"

#define YG_STATUS_ROWS_MAX    4096u /* of one sender and all kinds; more are counted in lost_row */
#define YG_STATUS_SENDERS_MAX 2u
#define YG_STATUS_ROWS_ALL    ((uint64_t)YG_STATUS_SENDERS_MAX * YG_STATUS_ROWS_MAX)

struct yg_status;

/* Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_status_new(struct yg_status **ret);
void yg_status_free(struct yg_status **status); /* accepts NULL inside */

/**
 * yg_status_put() - take in a sensor, role, interface, library, capability, counter or round.
 * @sender: below YG_STATUS_SENDERS_MAX; rows and rounds are of one sender, and so is their room.
 *
 * Return: 0, also when there was no room and the row is counted; -EINVAL another kind or sender;
 *	-ENOMEM.
 */
YG_MUST_CHECK int yg_status_put(struct yg_status *status, unsigned int sender,
				const struct yg_feed_message *message);

/* Rows of one kind in order of arrival. @message borrows until the next call. */
typedef void (*yg_status_fn)(void *ctx, const struct yg_feed_message *message);
void yg_status_each(const struct yg_status *status, enum yg_feed_kind kind, yg_status_fn fn,
		    void *ctx);

uint64_t yg_status_lost(const struct yg_status *status); /* rows that did not fit */
