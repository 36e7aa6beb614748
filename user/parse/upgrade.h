/* SPDX-License-Identifier: GPL-2.0-only */
/* A flow that was read as HTTP/1, or as nothing yet, turns out to be something else. */
#pragma once

#include <stdbool.h>

#include "core/slice.h"
#include "parse/draft.h"
#include "stream/flow.h"

struct yg_pairer;

/* Does the request ask for protocol @name in its Upgrade field? */
bool yg_upgrade_is(const struct yg_draft *request, struct yg_slice name);

/* The reader of @dir found HTTP/2 (see its opening): from here on the flow has a struct yg_h2. */
void yg_upgrade_begin(struct yg_pairer *pairer, struct yg_flow *flow, unsigned dir);

/**
 * yg_upgrade_accepted() - the server of direction @dir sent 101 to the request being answered.
 *
 * Upgrade: h2c makes it stream 1 of the HTTP/2 connection that follows.
 * Source: RFC 7540 section 3.2.
 * Return: true: the flow is HTTP/2 now, request and response are taken; false: nothing happened.
 */
bool yg_upgrade_accepted(struct yg_pairer *pairer, struct yg_flow *flow, unsigned dir);
