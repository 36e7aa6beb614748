/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/witness.h"

#define TCP_SYN	   0x02u
#define TCP_RST	   0x04u
#define NEAR_BYTES (1u << 20) /* from where a flow ended: of it, and not of another connection */

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
	/* What a reset acknowledges is what came, taken or not: RFC 9293 section 3.10.7.1. */
	if (!meta->ack || !peer->started || (meta->tcp_flags & TCP_RST))
		return;
	acked = yg_stream_unwrap(peer, meta->ack);
	if (acked > peer->acked)
		peer->acked = acked;
}

bool yg_witness_doubts(const struct yg_flow *flow, unsigned dir, uint8_t source)
{
	return !flow->tls && source != YG_SOURCE_EGRESS && flow->server_dir != dir;
}

bool yg_witness_vouches(const struct yg_flow *flow, unsigned dir)
{
	return flow->server_dir == !dir && flow->streams[!dir].outgoing &&
	       !flow->streams[dir].outgoing;
}

bool yg_witness_begins(const struct yg_stream *stream, const struct yg_stream *peer,
		       const struct yg_segment *meta)
{
	return meta->source == YG_SOURCE_EGRESS && (meta->tcp_flags & TCP_SYN) &&
	       stream->has_syn_new && !peer->outgoing;
}

bool yg_witness_renews(const struct yg_stream *peer, const struct yg_segment *meta)
{
	uint32_t behind = meta->ack - (peer->syn_new + 1), ahead = meta->ack - (uint32_t)peer->next;

	if (!meta->ack || !peer->has_syn_new || behind > YG_FLOW_GUESS_BYTES)
		return false;
	return ahead + YG_FLOW_GUESS_BYTES > 2 * YG_FLOW_GUESS_BYTES;
}

bool yg_witness_may_reset(const struct yg_stream *stream, uint64_t offset)
{
	return !stream->started || offset == stream->next ||
	       (offset > stream->next && offset - stream->next <= stream->unwanted);
}

bool yg_witness_outlives(const struct yg_flow *flow, unsigned dir, const struct yg_segment *meta)
{
	uint32_t ahead = meta->ack - (uint32_t)flow->reset_at;

	if (dir == flow->reset_dir || (meta->tcp_flags & TCP_RST) ||
	    yg_witness_doubts(flow, dir, meta->source))
		return false;
	if (meta->ack && ahead && ahead <= NEAR_BYTES)
		return true;
	return meta->payload_len && meta->time_ns > flow->reset_ns + YG_WITNESS_RACE_NS;
}

/* Do bytes from @sequence on follow a new SYN of their own, where no acknowledgement is needed? */
static bool has_begun(const struct yg_flow *flow, unsigned dir, const struct yg_segment *meta,
		      uint32_t sequence)
{
	const struct yg_stream *stream = &flow->streams[dir];

	if (!stream->has_syn_new || sequence != stream->syn_new + 1)
		return false;
	return flow->closed || !flow->streams[!dir].started ||
	       !yg_witness_doubts(flow, dir, meta->source);
}

bool yg_witness_is_new(const struct yg_flow *flow, unsigned dir, const struct yg_segment *meta,
		       uint32_t sequence)
{
	const struct yg_stream *stream = &flow->streams[dir];
	uint32_t distance = sequence - (uint32_t)stream->next;

	if (has_begun(flow, dir, meta, sequence))
		return true;
	/* Retransmissions lie behind the end; TCP picks new numbers far from the old ones. */
	if (!stream->started || distance >= UINT32_MAX - NEAR_BYTES)
		return false;
	return flow->closed ||
	       (flow->doubted && distance > NEAR_BYTES && distance > stream->unwanted);
}

bool yg_witness_denies(const struct yg_order *order, struct yg_flow *flow, unsigned dir,
		       const struct yg_segment *meta)
{
	struct yg_stream *peer = &flow->streams[!dir];

	if (meta->source != YG_SOURCE_EGRESS || !meta->ack || (meta->tcp_flags & TCP_RST) ||
	    !peer->started || peer->guessed || peer->outgoing || peer->acked ||
	    yg_stream_unwrap(peer, meta->ack) >= peer->first)
		return false;
	if (meta->time_ns > flow->opened_ns + YG_WITNESS_RACE_NS)
		yg_stream_contest(order, peer);
	return true;
}
