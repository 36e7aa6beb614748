/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/turn.h"

#include <stddef.h>
#include <string.h>

struct yg_turn {
	struct yg_turn *next;
	uint8_t dir;
	_Alignas(8) uint8_t meta[YG_SEGMENT_HEAD]; /* a struct yg_segment but for its data */
	uint8_t data[];
};

static const struct yg_segment *meta_of(const struct yg_turn *turn)
{
	return (const struct yg_segment *)(const void *)turn->meta;
}

/* Of one direction, the lower number first: behind that, in the order of the file. */
static bool is_behind(const struct yg_turn *turn, unsigned dir, uint64_t sequence)
{
	return turn->dir == dir &&
	       (int32_t)((uint32_t)meta_of(turn)->offset - (uint32_t)sequence) > 0;
}

bool yg_turn_put(struct yg_pool *pool, struct yg_flow *flow, unsigned dir,
		 const struct yg_segment_view *view, uint64_t time_ns)
{
	const struct yg_segment *meta = view->meta;
	struct yg_turn **link = &flow->turns, *turn;
	size_t cap;

	if (flow->turn_count == YG_TURN_MAX || yg_pool_is_scarce(pool) ||
	    flow->turn_bytes + (uint64_t)meta->data_len > YG_TURN_BYTES_MAX)
		return false;
	turn = yg_pool_take(pool, sizeof(*turn) + meta->data_len, &cap);
	if (!turn)
		return false;
	turn->dir = (uint8_t)dir;
	memcpy(turn->meta, meta, YG_SEGMENT_HEAD);
	memcpy(turn->meta + offsetof(struct yg_segment, time_ns), &time_ns, sizeof(time_ns));
	if (meta->data_len)
		memcpy(turn->data, view->data, meta->data_len);
	while (*link && !is_behind(*link, dir, meta->offset))
		link = &(*link)->next;
	turn->next = *link;
	*link = turn;
	flow->turn_count++;
	flow->turn_bytes += meta->data_len;
	return true;
}

struct yg_turn *yg_turn_take(struct yg_flow *flow, bool any, struct yg_segment_view *ret,
			     unsigned *ret_dir)
{
	struct yg_turn **link = &flow->turns, *turn;

	while (*link && !any && yg_turn_is_ahead(flow, (*link)->dir, meta_of(*link)))
		link = &(*link)->next;
	turn = *link;
	if (!turn)
		return NULL;
	*link = turn->next;
	flow->turn_count--;
	flow->turn_bytes -= meta_of(turn)->data_len;
	*ret = (struct yg_segment_view){ meta_of(turn), turn->data };
	*ret_dir = turn->dir;
	return turn;
}

unsigned yg_turn_first(const struct yg_flow *flow)
{
	return flow->turns ? flow->turns->dir : 0;
}

void yg_turn_clean(struct yg_pool *pool, struct yg_flow *flow)
{
	struct yg_segment_view view;
	unsigned dir;

	while (flow->turns)
		yg_pool_give(pool, yg_turn_take(flow, true, &view, &dir));
}
