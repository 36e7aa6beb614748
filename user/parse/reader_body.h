/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bodies of a direction, for reader.c: what is taken of a feed belongs to the message whose
 * head was read last, until its framing says that it ends.
 */
#pragma once

#include <stddef.h>

#include "parse/reader.h"

/* Bytes that are left. */
static inline size_t yg_feed_len(const struct yg_feed *feed)
{
	return (size_t)(feed->end - feed->p);
}

/* @len bytes are read; they count in @row. */
static inline void yg_feed_take(struct yg_feed *feed, size_t len, uint64_t *row)
{
	*row += len;
	feed->p += len;
	feed->start = feed->start && len == 0;
}

/* What comes behind a message. */
static inline void yg_reader_go_on(struct yg_reader *reader)
{
	reader->state = YG_READER_START;
	if (reader->closing)
		yg_reader_skip(reader, YG_SKIP_CLOSED);
}

/* Read on: NONE, or END behind the last byte. @reader: in LENGTH or CLOSE. */
enum yg_event yg_reader_read_plain(struct yg_reading *reading, struct yg_reader *reader,
				   struct yg_feed *feed);

/* Likewise; REFUSED where no reader finds the next chunk. @reader: in CHUNKED. */
enum yg_event yg_reader_read_chunked(struct yg_reading *reading, struct yg_reader *reader,
				     struct yg_feed *feed);
