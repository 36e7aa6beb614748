/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A few threads for work that waits in the kernel, like taking many probes off: each wait is long,
 * and all of them together are not longer than one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/macros.h"

#define YG_CREW_MAX 16u /* threads; with more items than that, each takes several */

struct yg_crew;

/**
 * yg_crew_start() - call @work for each index below @count, in any order and at the same time.
 * @work: must not touch what another index works on, nor what its starter does until the crew is
 * done.
 * @ret: untouched on failure.
 *
 * Where fewer threads can be made than were wanted, these do all of it.
 * Return: 0; -ENOMEM; -EAGAIN: no thread can be made.
 */
YG_MUST_CHECK int yg_crew_start(void (*work)(void *ctx, size_t index), void *ctx, size_t count,
				struct yg_crew **ret);

/* Is all of it done? Never blocks. */
bool yg_crew_is_done(const struct yg_crew *crew);

/* Wait until all of it is done, and free. Accepts NULL inside. */
void yg_crew_join(struct yg_crew **crew);
