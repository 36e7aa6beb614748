/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/rails.h"

#include <errno.h>

#define NS_PER_MIN 60000000000ull
#define FIRST_ROOM 64u
#define PERCENT	   100u
#define V4(a, len)                                                          \
	{                                                                   \
		.addr = { { [10] = 0xff, [11] = 0xff, [12] = (a) } }, (len) \
	}
#define V6(a, len)                         \
	{                                  \
		.addr = { { (a) } }, (len) \
	}

/* Addresses that are nobody's: loopback, "this host", multicast, broadcast. */
static const struct yg_prefix nobody[] = {
	V4(0, 104),   /* 0.0.0.0/8 */
	V4(127, 104), /* 127.0.0.0/8 */
	V4(224, 100), /* 224.0.0.0/4 */
	V4(240, 100), /* 240.0.0.0/4, broadcast in it */
	V6(0xff, 8),  /* ff00::/8 */
	{ .addr = { { [15] = 1 } }, .len = 128 },
};

void yg_rails_clean(struct yg_rails *rails)
{
	yg_freep(&rails->current.rows);
	yg_freep(&rails->next.rows);
	*rails = (struct yg_rails){ 0 };
}

/* Two prefixes share an address when the shorter one has the other's first. */
static bool overlaps(const struct yg_prefix *a, const struct yg_prefix *b)
{
	return a->len <= b->len ? yg_prefix_has(a, &b->addr) : yg_prefix_has(b, &a->addr);
}

bool yg_rails_is_protected(const struct yg_rails *rails, const struct yg_prefix *prefix)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(nobody); i++) {
		if (overlaps(&nobody[i], prefix))
			return true;
	}
	for (uint32_t i = 0; i < rails->current.count; i++) {
		if (overlaps(&rails->current.rows[i], prefix))
			return true;
	}
	return false;
}

/* Token bucket of one minute's allowance; a token is NS_PER_MIN, so that refilling is exact. */
static bool take_token(struct yg_rails *rails, uint64_t now_ns)
{
	uint64_t room = rails->per_min * NS_PER_MIN;
	uint64_t elapsed = rails->filled_ns == 0 ? NS_PER_MIN : now_ns - rails->filled_ns;

	if (elapsed > NS_PER_MIN)
		elapsed = NS_PER_MIN;
	rails->tokens += elapsed * rails->per_min;
	if (rails->tokens > room)
		rails->tokens = room;
	rails->filled_ns = now_ns;
	if (rails->tokens < NS_PER_MIN)
		return false;
	rails->tokens -= NS_PER_MIN;
	return true;
}

static bool is_too_many(const struct yg_rails *rails, const struct yg_request *request)
{
	uint64_t allowed = (uint64_t)request->callers_recent * rails->share / PERCENT;

	if (allowed < YG_CALLERS_ALWAYS)
		allowed = YG_CALLERS_ALWAYS;
	return request->callers_cut > allowed;
}

enum yg_result yg_rails_judge(struct yg_rails *rails, const struct yg_request *request,
			      uint64_t now_ns)
{
	if (!rails->may_drop)
		return YG_RESULT_OBSERVE;
	/* An analyzer that was taken over asks all the same. */
	if (request->reason == YG_REASON_FINDING && !rails->on_finding)
		return YG_RESULT_BAD;
	if (!rails->ready)
		return YG_RESULT_UNREADY;
	if (yg_rails_is_protected(rails, &request->prefix))
		return YG_RESULT_PROTECTED;
	if (is_too_many(rails, request))
		return YG_RESULT_TOO_MANY;
	if (request->reason == YG_REASON_FINDING && !take_token(rails, now_ns))
		return YG_RESULT_RATE;
	return YG_RESULT_OK;
}

static void drop(struct yg_prefixes *set)
{
	free(set->rows);
	*set = (struct yg_prefixes){ 0 };
}

void yg_rails_protect(struct yg_rails *rails, uint32_t index, const struct yg_prefix *prefix)
{
	struct yg_prefixes *next = &rails->next;
	struct yg_prefix *rows;
	uint32_t room;

	if (index == 0)
		drop(next);
	room = next->room ? next->room * 2 : FIRST_ROOM;
	if (next->count == next->room) {
		rows = room > YG_PROTECTED_MAX ? NULL
					       : reallocarray(next->rows, room, sizeof(*rows));
		if (!rows) {
			next->broken = true;
			return;
		}
		next->rows = rows;
		next->room = room;
	}
	next->rows[next->count++] = *prefix;
}

int yg_rails_protect_end(struct yg_rails *rails, uint32_t count)
{
	struct yg_prefixes *next = &rails->next;
	int r = 0;

	if (next->broken)
		r = next->count >= YG_PROTECTED_MAX ? -ENOSPC : -ENOMEM;
	else if (count == 0)
		drop(next);
	else if (next->count != count)
		r = -EPROTO;
	if (r) {
		drop(next);
		return r;
	}
	drop(&rails->current);
	rails->current = *next;
	rails->ready = true;
	*next = (struct yg_prefixes){ 0 };
	return 0;
}
