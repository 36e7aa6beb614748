/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/tls_view.h"

#include <string.h>

uint32_t yg_tls_get(struct yg_tls_view *view, unsigned bytes)
{
	uint32_t value = 0;

	if (yg_tls_left(view) < bytes) {
		view->bad = true;
		view->p = view->end;
		return 0;
	}
	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | *view->p++;
	return value;
}

struct yg_tls_view yg_tls_split(struct yg_tls_view *view, size_t len)
{
	struct yg_tls_view inner = { view->p, view->end, len > yg_tls_left(view) };

	view->bad |= inner.bad;
	if (!inner.bad && len > 0) /* an absent block is a view of nothing: no arithmetic on NULL */
		inner.end = inner.p + len;
	else if (!inner.bad)
		inner.end = inner.p;
	view->p = inner.end;
	return inner;
}

struct yg_tls_view yg_tls_block(struct yg_tls_view *view, unsigned bytes)
{
	struct yg_tls_view inner = yg_tls_split(view, yg_tls_get(view, bytes));

	if (inner.bad)
		inner.p = inner.end;
	return inner;
}

bool yg_tls_reserve(struct yg_pool *pool, uint8_t **bytes, uint32_t *cap, uint32_t len, size_t need)
{
	size_t room;
	uint8_t *grown;

	if (need <= *cap)
		return true;
	grown = yg_pool_take(pool, need, &room);
	if (!grown)
		return false;
	if (len)
		memcpy(grown, *bytes, len);
	yg_pool_give(pool, *bytes);
	*bytes = grown;
	*cap = (uint32_t)room;
	return true;
}
