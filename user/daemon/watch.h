/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses that are sampled always, as the enforcer keeps them: pure; the kernel's yg_always is
 * made to follow. Who fills the table with strangers pushes out nobody of a higher rank, and nobody
 * of its own rank either: a full table refuses.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/macros.h"
#include "priv/request.h"
#include "yagura/map.h"

struct yg_watch_row {
	struct yg_address addr;
	uint64_t expires_ns; /* monotonic; 0: free */
	uint32_t rank;	     /* enum yg_watch */
};

struct yg_watches {
	struct yg_watch_row rows[YG_ALWAYS_MAX];
	uint32_t used; /* rows below it may be in use */
	uint64_t placed, evicted, refused;
};

enum yg_watched {
	YG_WATCHED_NEW,	    /* placed in a free row */
	YG_WATCHED_AGAIN,   /* was there: extended, never shortened */
	YG_WATCHED_INSTEAD, /* another row went: take it out of the kernel */
	YG_WATCHED_FULL,    /* refused: all are of its rank or above */
	YG_WATCHED_MAX
};

/**
 * yg_watches_put() - watch an address for a while.
 * @row: addr, rank and expires_ns as asked for; then the row that stands, unless it is refused.
 * @ret_gone: on YG_WATCHED_INSTEAD, the address that went: expired, else the lowest rank below
 *	@row's, of these the one that ends first.
 *
 * Linear in the table. Return: what became of it.
 */
enum yg_watched yg_watches_put(struct yg_watches *watches, struct yg_watch_row *row,
			       uint64_t now_ns, struct yg_address *ret_gone);

/* One that has ended, taken out. Return: true with @ret; call again until false. */
bool yg_watches_expire(struct yg_watches *watches, uint64_t now_ns, struct yg_address *ret);

/* What the kernel's row says of a rank (enum yg_watch). */
uint32_t yg_watch_why(uint32_t rank);
