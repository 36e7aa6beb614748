/* SPDX-License-Identifier: GPL-2.0-only */
/* Reader of the feed: any packet ends, and what was read can be written and read again. */
#include <stdlib.h>

#include "store/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A message that was read, written and read again is written the same way. */
static void check_trip(const struct yg_feed_message *message)
{
	static uint8_t first[2 * YG_FEED_PACKET_MAX], second[2 * YG_FEED_PACKET_MAX];
	struct yg_feed_writer a = { first, sizeof(first), 0 };
	struct yg_feed_writer b = { second, sizeof(second), 0 };
	struct yg_feed_message copy;
	struct yg_feed_reader reader;

	if (yg_feed_put(&a, message))
		abort();
	reader = (struct yg_feed_reader){ first, first + a.len, false };
	if (yg_feed_next(&reader, &copy) != YG_FEED_MESSAGE || yg_feed_put(&b, &copy) ||
	    a.len != b.len || memcmp(first, second, a.len) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yg_feed_reader reader = { data, data + size, false };
	enum yg_feed_outcome outcome;
	size_t rounds = 0;

	do {
		struct yg_feed_message message;

		outcome = yg_feed_next(&reader, &message);
		if (outcome == YG_FEED_MESSAGE)
			check_trip(&message);
		if (reader.pos > reader.end || rounds++ > size)
			abort();
	} while (outcome == YG_FEED_MESSAGE || outcome == YG_FEED_UNKNOWN);
	return 0;
}
