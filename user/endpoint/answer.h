/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: what an answer is known again by, whichever path it was given to; and whether
 * it says itself that there is nothing, under a status that says there is.
 *
 *	200 <title>404 Not Found</title>		denies
 *	200 {"error":"not found","path":"/a"}		denies
 *	200 <p>There is no page /a for you		/b gets the same, but for its name
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "parse/body.h"
#include "parse/exchange.h"

/* What an answer is known by. */
struct yg_answer_mark {
	uint64_t hash; /* never 0 */
	bool page;     /* text/html */
	bool echo;     /* it repeats the path that was asked */
};

/**
 * yg_answer_mark_from_exchange() - the mark of a response that is present.
 * @view: of its body, decoded; only where its text is absent the body counts as it was sent.
 *
 * Status, media type, length and first bytes, less the path as it was asked wherever it is
 * repeated; then digits, too, count as one, for such answers tell the time. Two answers that differ
 * in nothing else have one mark. Looks at YG_ANSWER_LOOK bytes at most.
 */
struct yg_answer_mark yg_answer_mark_from_exchange(const struct yg_exchange *exchange,
						   const struct yg_body_view *view);

#define YG_ANSWER_LOOK 4096u /* bytes of a body; an echo behind them makes marks differ */

/**
 * yg_answer_denies() - does an answer say that there is no such thing?
 *
 * The title of a page, or a JSON text of YG_ANSWER_DENIAL bytes at most: longer ones hold what was
 * asked for. Such an answer to a path that nobody knows shows no endpoint. One that exists is shown
 * by its next answer that does not.
 */
bool yg_answer_denies(const struct yg_body_view *view);

#define YG_ANSWER_DENIAL 1024u
