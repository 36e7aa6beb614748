/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Servers that accept everything: "200" with one page for every path that there is not (an
 * application of one page, a login page, a soft 404). What they answer then is no endpoint.
 *
 * An answer is known again by its mark (endpoint/answer.h). One that was given
 *	to probes of three kinds or more that no one server has together (dot files, PHP, ASP,
 *	JSP, CGI, backups, paths that climb or that no URL may hold), or
 *	as an HTML page to YG_CATCHALL_PAGES paths that were not known, or
 *	to as many, one probe among them, of which it repeats each
 * is what the service answers to anything. JSON alone is not enough: many APIs answer each
 * change with the same few bytes.
 *
 * Bounded: YG_CATCHALL_ANSWERS per service; the one that the fewest paths got makes room.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "endpoint/answer.h"
#include "endpoint/normalize.h"

#define YG_CATCHALL_ANSWERS 8u	/* compared per service; 32 bytes each */
#define YG_CATCHALL_KINDS   3u	/* kinds of probes that got one answer */
#define YG_CATCHALL_PAGES   16u /* paths that got one HTML page */

struct yg_catchall_answer {
	uint64_t hash;	 /* 0: free */
	uint64_t paths;	 /* a bit of each, by hash */
	uint32_t probes; /* kinds of them, a bit each */
	bool caught;
};

/* All zero: nothing seen. */
struct yg_catchall {
	struct yg_catchall_answer answers[YG_CATCHALL_ANSWERS];
};

enum yg_catchall_verdict {
	YG_CATCHALL_NO,
	YG_CATCHALL_FRESH, /* with this one it became clear */
	YG_CATCHALL_YES,
	YG_CATCHALL_MAX
};

/**
 * yg_path_is_probe() - could this path only be a probe?
 *
 * True of one that climbs above the root or holds '<', '>' or a back quote: it shows nothing about
 * which endpoints there are, whatever the answer.
 */
bool yg_path_is_probe(const struct yg_path *path);

/* A path that was not known got this answer. O(YG_CATCHALL_ANSWERS). */
enum yg_catchall_verdict yg_catchall_weigh(struct yg_catchall *catchall,
					   const struct yg_answer_mark *mark,
					   const struct yg_path *path);
