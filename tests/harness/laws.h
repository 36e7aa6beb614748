/* SPDX-License-Identifier: GPL-2.0-only */
/* The conservation laws of stream/counter.h, for tests and fuzzers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "stream/counter.h"

/**
 * broken_law() - check the laws that hold at any moment, and after the end those of the end.
 * Return: text of the first law that does not hold; NULL when all do.
 */
static inline const char *broken_law(const struct yg_stream_counters *c, bool finished)
{
	uint64_t segments = c->seg_ordered + c->seg_overlap + c->seg_ahead + c->seg_queued +
			    c->seg_duplicate + c->seg_probe + c->seg_empty + c->seg_late +
			    c->seg_invalid + c->seg_forged;
	uint64_t bytes = c->byte_ordered + c->byte_queued + c->byte_duplicate + c->byte_conflict +
			 c->byte_late + c->byte_unsampled;
	uint64_t read = c->read_head + c->read_body + c->read_framing + c->read_other +
			c->read_tunnel + c->read_refused + c->read_closed + c->read_resync +
			c->read_lost + c->read_proxy;
	uint64_t flows = c->flow_closed + c->flow_idle + c->flow_evicted + c->flow_finished;

	if (c->seg_rx != segments)
		return "seg_rx == every other seg_* row";
	if (c->byte_rx != bytes)
		return "byte_rx == every other byte_* row but byte_gap";
	if (c->byte_ordered != read)
		return "byte_ordered == every read_* row";
	if (c->gap < c->gap_timeout + c->gap_acked + c->gap_budget)
		return "gap >= its reasons";
	if (!finished)
		return NULL;
	if (c->seg_queued || c->byte_queued)
		return "nothing waits after the end";
	if (c->flow_opened != flows)
		return "flow_opened == every way to end";
	if (c->hello_parsed !=
	    c->hello_answered + c->hello_alert + c->hello_unanswered + c->hello_lost)
		return "hello_parsed == every outcome of a ClientHello";
	if (c->request_parsed != c->exchanges - c->exchange_no_request)
		return "request_parsed == exchanges with a request";
	return NULL;
}
