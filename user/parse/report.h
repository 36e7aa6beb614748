/* SPDX-License-Identifier: GPL-2.0-only */
/* From two drafts and their flow to the exchange that stage 4 sees; the same for every protocol. */
#pragma once

#include "parse/draft.h"
#include "stream/flow.h"

struct yg_pairer;

struct yg_report {
	const struct yg_draft *request, *response; /* NULL: absent */
	uint32_t stream;			   /* HTTP/2, else 0 */
	int32_t grpc_status;
	uint16_t informational;
	uint8_t protocol; /* enum yg_protocol */
	bool upgraded;
	bool broken;
	struct yg_slice named; /* as in struct yg_exchange */
	bool open;	       /* the drafts stay: the rest will be reported once more */
};

/* Count the exchange and hand it on; as the rest of one, if it was told when it was open. */
void yg_report_exchange(struct yg_pairer *pairer, struct yg_flow *flow,
			const struct yg_report *report);

/* Is an answer that was not missed less than whole? Then it is cut, if its stream is over. */
bool yg_report_is_cut(const struct yg_draft *request, const struct yg_draft *response);

/* Did one of its ends close the connection? Not if it is we who gave it up. */
bool yg_report_is_over(const struct yg_flow *flow);

/* The same for HTTP/1; 1xx answers since the last exchange belong to this response. */
void yg_report_http1(struct yg_pairer *pairer, struct yg_flow *flow, const struct yg_draft *request,
		     const struct yg_draft *response, bool open);
