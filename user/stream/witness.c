/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/witness.h"

bool yg_witness_is_forged(const struct yg_stream *stream, const struct yg_stream *peer,
			  const struct yg_segment *meta)
{
	return stream->outgoing && !peer->outgoing &&
	       (meta->source == YG_SOURCE_INGRESS || meta->source == YG_SOURCE_XDP);
}

void yg_witness_note(struct yg_stream *stream, struct yg_stream *peer,
		     const struct yg_segment *meta)
{
	uint64_t acked;

	if (meta->source != YG_SOURCE_EGRESS)
		return;
	stream->outgoing = true;
	if (!meta->ack || !peer->started)
		return;
	acked = yg_stream_unwrap(peer, meta->ack);
	if (acked > peer->acked)
		peer->acked = acked;
}
