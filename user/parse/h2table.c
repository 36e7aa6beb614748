/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2table.h"

#include <assert.h>
#include <string.h>

#define SLOTS_FIRST 32u	  /* streams of a new connection: one small block */
#define SLOTS_MAX   1024u /* at most three quarters are used */

_Static_assert(YG_H2_STREAMS_MAX == SLOTS_MAX / 4 * 3, "the table never fills");
_Static_assert(SLOTS_MAX * sizeof(struct yg_h2_stream) <= YG_POOL_BLOCK_MAX, "it fits a block");

static uint32_t slot_of(const struct yg_h2 *h2, uint32_t id)
{
	return id >> 1 & (h2->stream_cap - 1);
}

struct yg_h2_stream *yg_h2_table_find(const struct yg_h2 *h2, uint32_t id)
{
	if (!h2->streams)
		return NULL;
	for (uint32_t i = slot_of(h2, id);; i = (i + 1) & (h2->stream_cap - 1)) {
		if (h2->streams[i].id == id)
			return &h2->streams[i];
		if (h2->streams[i].id == 0)
			return NULL;
	}
}

static struct yg_h2_stream *put(struct yg_h2 *h2, const struct yg_h2_stream *stream)
{
	uint32_t i = slot_of(h2, stream->id);

	assert(h2->streams);
	while (h2->streams[i].id)
		i = (i + 1) & (h2->stream_cap - 1);
	h2->streams[i] = *stream;
	return &h2->streams[i];
}

static bool grow(struct yg_h2 *h2, struct yg_pool *pool)
{
	struct yg_h2_stream *old = h2->streams, *fresh;
	uint32_t old_cap = h2->stream_cap, slots = old ? old_cap * 2 : SLOTS_FIRST;
	size_t cap;

	if (slots > SLOTS_MAX)
		return false;
	fresh = yg_pool_take(pool, slots * sizeof(*fresh), &cap);
	if (!fresh)
		return false;
	memset(fresh, 0, slots * sizeof(*fresh));
	h2->streams = fresh;
	h2->stream_cap = slots;
	for (uint32_t i = 0; old && i < old_cap; i++) {
		if (old[i].id)
			put(h2, &old[i]);
	}
	yg_pool_give(pool, old);
	return true;
}

struct yg_h2_stream *yg_h2_table_add(struct yg_h2 *h2, struct yg_pool *pool, uint32_t id)
{
	const struct yg_h2_stream fresh = { .id = id, .grpc_status = YG_GRPC_STATUS_NONE };

	if (h2->stream_count >= h2->stream_cap / 4 * 3 && !grow(h2, pool))
		return NULL;
	h2->stream_count++;
	return put(h2, &fresh);
}

void yg_h2_table_erase(struct yg_h2 *h2, struct yg_h2_stream *stream)
{
	uint32_t mask = h2->stream_cap - 1, hole = (uint32_t)(stream - h2->streams);

	for (uint32_t i = (hole + 1) & mask; h2->streams[i].id; i = (i + 1) & mask) {
		uint32_t home = slot_of(h2, h2->streams[i].id);

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		h2->streams[hole] = h2->streams[i];
		hole = i;
	}
	h2->streams[hole] = (struct yg_h2_stream){ 0 };
	h2->stream_count--;
}

struct yg_h2_stream *yg_h2_table_lowest(const struct yg_h2 *h2, uint32_t after)
{
	struct yg_h2_stream *best = NULL;

	for (uint32_t i = 0; i < h2->stream_cap; i++) {
		struct yg_h2_stream *stream = &h2->streams[i];

		if (stream->id > after && (!best || stream->id < best->id))
			best = stream;
	}
	return best;
}

struct yg_h2_stream *yg_h2_table_crowding(const struct yg_h2 *h2, const struct yg_pool *pool)
{
	struct yg_h2_stream *best = NULL;

	if (h2->kept <= yg_pool_bytes(pool) / YG_H2_SHARE)
		return NULL;
	for (uint32_t i = 0; i < h2->stream_cap; i++) {
		struct yg_h2_stream *stream = &h2->streams[i];

		if ((stream->request || stream->response) && (!best || stream->id < best->id))
			best = stream;
	}
	return best;
}
