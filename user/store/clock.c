/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time of day is not believed at once when it leaps: what is deleted for its age does not come
 * back when the clock does.
 *
 *	leap ──► YG_STORE_DOUBT_NS of the new time, nothing expires ──► it is the time
 */
#include <errno.h>
#include <stdio.h>

#include "store/private.h"

/* The newest time that anything in the store is of; 0: nothing. */
static uint64_t find_newest(struct yg_store *store)
{
	static const char text[] = "SELECT max(ifnull((SELECT max(last_seen) FROM endpoints),0),"
				   "ifnull((SELECT max(time) FROM findings),0),"
				   "ifnull((SELECT max(hour) FROM hours),0)*3600000000000)";
	sqlite3_stmt *newest = NULL;
	uint64_t ret = 0;

	if (sqlite3_prepare_v2(store->main->sql, text, -1, &newest, NULL) == SQLITE_OK &&
	    sqlite3_step(newest) == SQLITE_ROW)
		ret = yg_db_column_uint(newest, 0);
	(void)sqlite3_finalize(newest);
	return ret;
}

void yg_store_doubt(struct yg_store *store, uint64_t now_ns)
{
	uint64_t newest_ns = find_newest(store);

	if (newest_ns > 0 && now_ns > newest_ns + YG_STORE_DOUBT_NS)
		store->expire_from_ns = now_ns + YG_STORE_DOUBT_NS;
}

int yg_store_step(struct yg_store *store, uint64_t before_ns, uint64_t now_ns)
{
	char text[128];
	int n;

	store->expire_from_ns = now_ns + YG_STORE_DOUBT_NS;
	if (!store->main)
		return -EUCLEAN;
	n = snprintf(text, sizeof(text),
		     "UPDATE blocks SET expires=max(expires+%lld,0) WHERE expires>%llu",
		     (long long)(now_ns - before_ns), (unsigned long long)before_ns);
	return n > 0 && (size_t)n < sizeof(text) ? yg_db_exec(store->main, text) : -EINVAL;
}
