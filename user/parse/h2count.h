/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The law of counting of an HTTP/2 connection: each request that was asked has one outcome.
 *
 *	asked == shown + missed + those whose answer came first and goes on (bare)
 *
 *	asked	what the kernel says: requests in the records that came, and in those it lost.
 *		Where it does not count (a capture file, a connection it joined late): what was
 *		read and, in holes, stream identifiers: clients count up by two
 *	shown	told of: read, lost for want of memory, or known by an answer alone
 *	missed	the rest. It is h2_request_missed, and what is shown late is taken back there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "parse/h2told.h"
#include "stream/counter.h"

/* Zero it to begin. */
struct yg_h2_count {
	uint32_t begun[2];	/* of the kernel: yg_run.begun of each direction */
	uint32_t lost;		/* of the kernel: yg_run.lost */
	uint32_t read;		/* requests known without it */
	uint32_t shown;		/* told of */
	uint32_t bare;		/* streams that are open and not told of yet: an answer will tell */
	uint32_t missed;	/* of h2_request_missed */
	struct yg_h2_told told; /* which are shown */
};

/* A record of direction @dir came: @lost and @begun as yg_run has them. */
void yg_h2_count_record(struct yg_h2_count *count, struct yg_stream_counters *counters,
			unsigned dir, uint32_t lost, uint32_t begun);

/* Does the kernel count the requests of this connection? Nothing is known before its first one. */
bool yg_h2_count_is_kernel(const struct yg_h2_count *count);

/* Stream @id has an outcome; @is_news: of a request that no block and no hole told of. */
void yg_h2_count_show(struct yg_h2_count *count, uint32_t id, bool is_news);

/**
 * yg_h2_count_read() - the client went on from stream @last to @id, a new one.
 * @bare: streams between that are open, as answers came.
 * @is_hole: blocks may have been missed between.
 */
void yg_h2_count_read(struct yg_h2_count *count, uint32_t last, uint32_t id, uint32_t bare,
		      bool is_hole);

/* The same for a flow of which so little came that it was not known for HTTP/2. */
void yg_h2_count_unread(struct yg_stream_counters *counters, uint32_t lost, uint32_t begun);

/**
 * yg_h2_count_settle() - bring h2_request_missed up to date.
 * @is_coming: a request's block has begun and is not whole yet.
 */
void yg_h2_count_settle(struct yg_h2_count *count, struct yg_stream_counters *counters,
			bool is_coming);
