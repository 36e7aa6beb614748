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
};

/* Count the exchange and hand it on. */
void yg_report_exchange(struct yg_pairer *pairer, struct yg_flow *flow,
			const struct yg_report *report);
