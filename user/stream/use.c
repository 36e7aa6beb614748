/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/use.h"

static struct yg_use_list *list_of(struct yg_uses *uses, const struct yg_flow *flow)
{
	if (flow->closed || flow->doubted)
		return &uses->lists[YG_USE_CLOSED];
	return &uses->lists[flow->proven ? YG_USE_OPEN : YG_USE_STRANGER];
}

void yg_use_unlink(struct yg_uses *uses, struct yg_flow *flow)
{
	struct yg_use_list *list = list_of(uses, flow);

	*(flow->newer ? &flow->newer->older : &list->newest) = flow->older;
	*(flow->older ? &flow->older->newer : &list->oldest) = flow->newer;
	list->count--;
}

void yg_use_link(struct yg_uses *uses, struct yg_flow *flow, uint64_t now_ns)
{
	struct yg_use_list *list = list_of(uses, flow);

	flow->touched_ns = now_ns;
	flow->newer = NULL;
	flow->older = list->newest;
	*(list->newest ? &list->newest->newer : &list->oldest) = flow;
	list->newest = flow;
	list->count++;
}

void yg_use_doubt(struct yg_uses *uses, struct yg_flow *flow, bool doubted, uint64_t now_ns)
{
	yg_use_unlink(uses, flow);
	flow->doubted = doubted;
	yg_use_link(uses, flow, now_ns);
}

struct yg_flow *yg_use_victim(const struct yg_uses *uses, uint32_t cap)
{
	const struct yg_use_list *strangers = &uses->lists[YG_USE_STRANGER];
	const struct yg_use_list *open = &uses->lists[YG_USE_OPEN];

	if (open->oldest && strangers->count <= cap / YG_STRANGERS_SHARE)
		return open->oldest;
	return strangers->oldest ? strangers->oldest : open->oldest;
}

struct yg_flow *yg_use_oldest(const struct yg_uses *uses)
{
	struct yg_flow *open = uses->lists[YG_USE_OPEN].oldest;
	struct yg_flow *stranger = uses->lists[YG_USE_STRANGER].oldest;

	if (!open || !stranger)
		return open ? open : stranger;
	return stranger->touched_ns < open->touched_ns ? stranger : open;
}
