/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2evidence.h"

#include "parse/pairing.h"
#include "parse/report.h"

void yg_h2_evidence_tell(const struct yg_h2_turn *turn, bool ends)
{
	struct yg_h2 *h2 = turn->h2;
	struct yg_draft draft = {
		.head = { .anomalies = h2->evidence },
		.start_ns = h2->evidence_ns,
		.end_ns = h2->evidence_ns,
		.seen_to = h2->evidence_to,
		.source = h2->evidence_source,
		.refused = true,
	};
	const struct yg_report report = {
		.request = &draft,
		.grpc_status = YG_GRPC_STATUS_NONE,
		.protocol = YG_PROTOCOL_H2,
	};

	if (!h2->evidence)
		return;
	if (!ends && !turn->flow->tls && draft.source != YG_SOURCE_FILE &&
	    turn->flow->streams[h2->client_dir].acked < h2->evidence_to)
		return;
	h2->evidence = 0;
	turn->pairer->reading.counters->request_parsed++;
	turn->pairer->reading.counters->request_refused++;
	yg_report_exchange(turn->pairer, turn->flow, &report);
}

void yg_h2_evidence_add(const struct yg_h2_turn *turn, uint32_t anomalies)
{
	struct yg_h2 *h2 = turn->h2;
	uint32_t fresh = anomalies & ~h2->anomalies;

	if (!fresh || turn->dir != h2->client_dir)
		return;
	if (!h2->evidence)
		h2->evidence_ns = turn->time_ns;
	h2->anomalies |= fresh;
	h2->evidence |= fresh;
	h2->evidence_to = turn->flow->streams[turn->dir].next;
	h2->evidence_source = turn->source;
	yg_h2_evidence_tell(turn, false);
}
