/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why each segment, byte, message and exchange ended as it did, from stage 2 to stage 3.
 *
 * One row per outcome; a new outcome is a new row here and nothing else. The laws hold at any
 * moment (seg_queued and byte_queued are what still waits; both are 0 after yg_streams_finish):
 *
 *	seg_rx	 == every other seg_* row
 *	byte_rx	 == byte_ordered + byte_queued + byte_duplicate + byte_conflict + byte_late +
 *		    byte_unsampled
 *	byte_ordered == every read_* row
 *	request_parsed == exchanges - exchange_no_request + requests that still wait
 *	HTTP/2 requests of the kernel == those in exchanges + exchange_no_request + lost_request +
 *		h2_request_missed + (lost_request of the kernel - h2_lost_told) + requests that wait
 *		for their answer, or whose answer came first and goes on
 *	flow_opened == flow_closed + flow_idle + flow_evicted + flow_finished + flows open now
 */
#pragma once

#include <stdint.h>

#define YG_STREAM_COUNTERS(X)                                                                   \
	X(seg_rx, "segments received")                                                          \
	X(seg_ordered, "continued their stream: read in place")                                 \
	X(seg_overlap, "brought new bytes and bytes already seen")                              \
	X(seg_ahead, "arrived early, waited and were used")                                     \
	X(seg_queued, "wait now for bytes before them")                                         \
	X(seg_duplicate, "held only bytes already seen: retransmission or second interface")    \
	X(seg_probe, "keep-alive probe")                                                        \
	X(seg_empty, "no payload: SYN, FIN, RST, ACK, end of a TLS object")                     \
	X(seg_late, "before the point where the stream was joined, after its end, or too far")  \
	X(seg_invalid, "lengths or source out of range")                                        \
	X(seg_forged, "came in from outside in the name of this host")                          \
	X(byte_rx, "payload bytes received, sampled or not")                                    \
	X(byte_ordered, "handed to the parser in order")                                        \
	X(byte_queued, "wait now for bytes before them")                                        \
	X(byte_duplicate, "seen before, same content or content no longer held")                \
	X(byte_conflict, "seen before with other content: the first one counts")                \
	X(byte_late, "before the join, after the end, or ahead of what this host ever had")     \
	X(byte_unsampled, "on the wire but cut by the sampler")                                 \
	X(hold_lost, "segments not held until acknowledged: too many, or no memory")            \
	X(turn_ahead, "segments of a file before what they acknowledge: they waited for it")    \
	X(turn_vain, "waits of these that were in vain: too long, too many, or no memory")      \
	X(contested, "directions in which two contents came for one place")                     \
	X(byte_gap, "never received: skipped, not part of byte_rx")                             \
	X(gap, "holes that were given up")                                                      \
	X(gap_timeout, "of these, because the wait was too long")                               \
	X(gap_acked, "of these, because the peer had acknowledged them")                        \
	X(gap_budget, "of these, because the queue was full")                                   \
	X(flow_opened, "flows that entered the table")                                          \
	X(flow_closed, "flows that ended by FIN, RST, SSL_free or a new SYN")                   \
	X(flow_idle, "flows that ended by idle timeout")                                        \
	X(flow_evicted, "flows that had to make room: least recently used")                     \
	X(flow_finished, "flows open when the input ended")                                     \
	X(flow_joined, "flows first seen after their beginning")                                \
	X(reset_ignored, "RSTs that came in and did not end their connection: it went on")      \
	X(read_head, "bytes of start lines and fields")                                         \
	X(read_body, "bytes of bodies")                                                         \
	X(read_framing, "bytes of chunk sizes, extensions and trailers")                        \
	X(read_other, "bytes of streams that are not HTTP/1: counted, not read")                \
	X(read_tunnel, "bytes after an upgrade or an accepted CONNECT")                         \
	X(read_refused, "bytes after a message whose framing was refused")                      \
	X(read_closed, "bytes after the last message of a connection")                          \
	X(read_proxy, "bytes of PROXY protocol headers")                                        \
	X(read_resync, "bytes skipped while looking for the next message start")                \
	X(read_lost, "bytes of heads for which no memory was left")                             \
	X(request_parsed, "requests read; refused ones that are HTTP for certain included")     \
	X(response_parsed, "final response heads read whole")                                   \
	X(informational_parsed, "1xx response heads read whole")                                \
	X(request_refused, "requests refused: ambiguous or broken framing")                     \
	X(response_refused, "responses refused: ambiguous or broken framing")                   \
	X(head_cut, "heads whose end was never seen")                                           \
	X(head_large, "heads beyond the limit")                                                 \
	X(body_cut, "bodies whose end was never seen")                                          \
	X(exchanges, "exchanges emitted")                                                       \
	X(exchange_no_request, "of these, without a request: it was lost or before the join")   \
	X(exchange_no_response, "of these, without a response: lost, late or never sent")       \
	X(exchange_open, "of these, told before their end: they go on for long")                \
	X(exchange_rest, "ends of such exchanges")                                              \
	X(lost_request, "requests read but dropped: no memory left to wait for the response")   \
	X(lost_body, "body prefixes cut short: no memory left")                                 \
	X(pair_unsure, "responses not paired: a loss hid which request they answer")            \
	X(stream_http1, "streams recognised as HTTP/1")                                         \
	X(stream_http2, "flows recognised as HTTP/2")                                           \
	X(stream_other, "streams that are neither")                                             \
	X(h2_joined, "HTTP/2 directions read from the middle on: the frames are looked for")    \
	X(h2_frame, "HTTP/2 frames read")                                                       \
	X(h2_block, "HTTP/2 header blocks decoded")                                             \
	X(h2_block_bad, "HTTP/2 header blocks that cannot be decoded")                          \
	X(h2_block_lost, "HTTP/2 header blocks not decoded: no memory, or too large")           \
	X(h2_field, "HTTP/2 header fields decoded")                                             \
	X(h2_field_unknown, "of these, not known: sent before the join or a loss")              \
	X(h2_gap, "holes in which HTTP/2 header blocks may have been")                          \
	X(h2_request_missed, "HTTP/2 requests that were asked and not read, nor answered here") \
	X(h2_lost_told, "HTTP/2 requests that the kernel lost, as later records tell")          \
	X(h2_invalid, "HTTP/2 frames against the rules: the frames are looked for again")       \
	X(h2_reset, "HTTP/2 streams ended by RST_STREAM")                                       \
	X(h2_push, "HTTP/2 server pushes: not reported")                                        \
	X(h2_evicted, "HTTP/2 streams given up: too many or too large in a connection")         \
	X(h2_ignored, "HTTP/2 header blocks and data of streams that are over or not known")    \
	X(h2_refused, "HTTP/2 connections not read: no memory")                                 \
	X(ws_frame, "WebSocket frames read")                                                    \
	X(ws_message, "WebSocket messages read")                                                \
	X(ws_lost, "WebSocket directions given up: a loss hid where frames begin")              \
	X(proxy_parsed, "PROXY protocol headers read")                                          \
	X(prelude_evicted, "connections whose ClientHello or PROXY header had to make room")    \
	X(hello_parsed, "TLS ClientHellos read")                                                \
	X(hello_answered, "of these, answered by a ServerHello that was read")                  \
	X(hello_alert, "of these, refused by an alert")                                         \
	X(hello_unanswered, "of these, whose answer was not seen: lost, or not sampled")        \
	X(hello_lost, "of these, not told of: no memory")                                       \
	X(hello_refused, "streams that begin like a ClientHello and are none, or are cut")

#define YG_STREAM_MEMBER(name, help) uint64_t name;

struct yg_stream_counters {
	YG_STREAM_COUNTERS(YG_STREAM_MEMBER)
};
