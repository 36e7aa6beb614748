/* SPDX-License-Identifier: GPL-2.0-only */
#include "stream/begin.h"

#include "stream/turn.h"

#define TCP_SYN 0x02u

void yg_begin_at(struct yg_stream_counters *counters, struct yg_flow *flow, unsigned dir,
		 uint64_t offset)
{
	struct yg_stream *stream = &flow->streams[dir];

	if (!flow->joined && !stream->has_syn && !flow->tls) {
		flow->joined = true;
		counters->flow_joined++;
	}
	stream->started = true;
	stream->next = stream->first = offset;
}

void yg_begin_guess(struct yg_stream_counters *counters, struct yg_flow *flow, unsigned dir,
		    const struct yg_segment *meta)
{
	struct yg_stream *stream = &flow->streams[dir];
	bool is_file = meta->source == YG_SOURCE_FILE;

	if (stream->started) {
		if (is_file)
			yg_begin_earlier(stream, meta->ack);
	} else if (meta->payload_len || (is_file && (meta->tcp_flags & TCP_SYN))) {
		yg_begin_at(counters, flow, dir, YG_BEGIN_WIRE + meta->ack);
		stream->guessed = meta->source != YG_SOURCE_EGRESS;
	}
}

void yg_begin_earlier(struct yg_stream *stream, uint32_t sequence)
{
	uint32_t before = (uint32_t)stream->next - sequence;

	if (stream->guessed && stream->next == stream->first && before <= YG_FLOW_GUESS_BYTES)
		stream->next = stream->first = stream->next - before;
}

void yg_begin_confirm(struct yg_stream *stream, uint64_t offset)
{
	if (stream->guessed && offset - stream->next > YG_FLOW_GUESS_BYTES)
		stream->next = stream->first = offset; /* before it, or far away */
	stream->guessed = false;
}

void yg_begin_syn(struct yg_stream_counters *counters, struct yg_flow *flow, unsigned dir,
		  const struct yg_segment *meta)
{
	struct yg_stream *stream = &flow->streams[dir];
	uint32_t sequence = (uint32_t)meta->offset;
	bool is_file = meta->source == YG_SOURCE_FILE;

	if (meta->ack)
		flow->gather = YG_GATHER_OVER; /* where both begin is known now */
	if (is_file && stream->started)
		yg_begin_earlier(stream, sequence + 1);
	if (stream->started && (uint32_t)stream->first == sequence + 1) {
		stream->has_syn |= is_file;
		return;
	}
	if (!flow->closed && !stream->started) {
		stream->has_syn = true;
		yg_begin_at(counters, flow, dir, YG_BEGIN_WIRE + sequence + 1);
		return;
	}
	stream->has_syn_new = true;
	stream->syn_new = sequence;
}
