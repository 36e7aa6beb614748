/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/watch.h"

#include <string.h>

static bool is_same(const struct yg_address *a, const struct yg_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Does @row make room rather than @best? NULL: there is none yet. */
static bool is_cheaper(const struct yg_watch_row *row, const struct yg_watch_row *best)
{
	if (!best || row->rank != best->rank)
		return !best || row->rank < best->rank;
	return row->expires_ns < best->expires_ns;
}

static struct yg_watch_row *find_room(struct yg_watches *watches, uint32_t rank, uint64_t now_ns)
{
	struct yg_watch_row *best = NULL;

	if (watches->used < YG_ALWAYS_MAX)
		return &watches->rows[watches->used++];
	for (uint32_t i = 0; i < watches->used; i++) {
		struct yg_watch_row *row = &watches->rows[i];

		if (row->expires_ns <= now_ns)
			return row;
		if (row->rank < rank && is_cheaper(row, best))
			best = row;
	}
	return best;
}

enum yg_watched yg_watches_put(struct yg_watches *watches, struct yg_watch_row *row,
			       uint64_t now_ns, struct yg_address *ret_gone)
{
	enum yg_watched result = YG_WATCHED_NEW;
	struct yg_watch_row *at;

	for (uint32_t i = 0; i < watches->used; i++) {
		at = &watches->rows[i];
		if (at->expires_ns == 0 || !is_same(&at->addr, &row->addr))
			continue;
		if (at->expires_ns < row->expires_ns)
			at->expires_ns = row->expires_ns;
		if (at->rank < row->rank)
			at->rank = row->rank;
		*row = *at;
		return YG_WATCHED_AGAIN;
	}
	at = find_room(watches, row->rank, now_ns);
	if (!at) {
		watches->refused++;
		return YG_WATCHED_FULL;
	}
	if (at->expires_ns != 0) {
		*ret_gone = at->addr;
		watches->evicted += at->expires_ns > now_ns;
		result = YG_WATCHED_INSTEAD;
	}
	*at = *row;
	watches->placed++;
	return result;
}

bool yg_watches_expire(struct yg_watches *watches, uint64_t now_ns, struct yg_address *ret)
{
	for (uint32_t i = 0; i < watches->used; i++) {
		struct yg_watch_row *row = &watches->rows[i];

		if (row->expires_ns == 0 || row->expires_ns > now_ns)
			continue;
		*ret = row->addr;
		*row = watches->rows[--watches->used];
		return true;
	}
	return false;
}

uint32_t yg_watch_why(uint32_t rank)
{
	return rank == YG_WATCH_CROWD ? YG_ALWAYS_CROWD : YG_ALWAYS_SUSPECT;
}
