/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The streams of an HTTP/2 connection: header blocks and data become exchanges.
 *
 * A response is reported with its request when it ends. One whose request was not seen waits until
 * the client has gone past its stream: the client's bytes may just come later.
 */
#pragma once

#include "core/slice.h"
#include "parse/h2.h"

/* A whole block was decoded into the shared head. @ends: with END_STREAM. */
void yg_h2_stream_head(const struct yg_h2_turn *turn, uint32_t id, bool ends);

/* A block came and could not be decoded: the stream's place is kept. */
void yg_h2_stream_unread(const struct yg_h2_turn *turn, uint32_t id, bool ends);

/* Bytes of a body, in order; padding removed. */
void yg_h2_stream_data(const struct yg_h2_turn *turn, uint32_t id, struct yg_slice data);
/* @len bytes of a body are missing. */
void yg_h2_stream_hole(const struct yg_h2_turn *turn, uint32_t id, uint32_t len);
/* Would more bytes of this stream's body be kept? */
bool yg_h2_stream_wants(const struct yg_h2 *h2, unsigned dir, uint32_t id);
/* DATA with END_STREAM: the message is complete. */
void yg_h2_stream_ends(const struct yg_h2_turn *turn, uint32_t id);
/* RST_STREAM of either side: the exchange is over as it is. Return: was it open? */
bool yg_h2_stream_reset(const struct yg_h2_turn *turn, uint32_t id);

/* This direction lost bytes: whatever is open misses a part. */
void yg_h2_stream_loss(const struct yg_h2_turn *turn);

/* What came is read: count what was missed of it. */
void yg_h2_stream_settle(const struct yg_h2_turn *turn);

/* Time has passed: tell of what goes on for long, give up what waits in vain. */
void yg_h2_stream_look(const struct yg_h2_turn *turn);

/* Report all that is open; the table is given back. */
void yg_h2_stream_close(const struct yg_h2_turn *turn);
