/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this host's own stack testifies about a connection.
 *
 * Anybody can send a frame that names any sender, and it is sampled before the stack drops it. A
 * frame that left the host cannot be made from outside; and what it acknowledges, the stack has
 * taken: in order, on a connection whose handshake was completed.
 */
#pragma once

#include <stdbool.h>

#include "stream/stream.h"
#include "yagura/event.h"

/**
 * yg_witness_is_forged() - does a frame come in with this host as its sender?
 * @stream: the direction that @meta names; @peer: the other one.
 *
 * A host that passes frames on has both directions leave, so there nothing is taken for forged.
 */
bool yg_witness_is_forged(const struct yg_stream *stream, const struct yg_stream *peer,
			  const struct yg_segment *meta);

/* Remember what a frame that leaves this host says of both directions. */
void yg_witness_note(struct yg_stream *stream, struct yg_stream *peer,
		     const struct yg_segment *meta);
