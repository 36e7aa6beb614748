/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2frame.h"

const char yg_h2_preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

_Static_assert(sizeof(yg_h2_preface) - 1 == YG_H2_PREFACE, "the preface is 24 bytes");

struct yg_h2_frame yg_h2_frame_read(const uint8_t h[YG_H2_HEADER])
{
	return (struct yg_h2_frame){
		.length = (uint32_t)h[0] << 16 | (uint32_t)h[1] << 8 | h[2],
		.type = h[3],
		.flags = h[4],
		.stream =
			((uint32_t)h[5] << 24 | (uint32_t)h[6] << 16 | (uint32_t)h[7] << 8 | h[8]) &
			0x7fffffffu,
	};
}

bool yg_h2_frame_is_valid(const struct yg_h2_frame *frame)
{
	bool has_stream = frame->stream != 0;

	switch ((enum yg_h2_type)frame->type) {
	case YG_H2_DATA:
	case YG_H2_HEADERS:
	case YG_H2_CONTINUATION:
		return has_stream;
	case YG_H2_PRIORITY:
		return has_stream && frame->length == 5;
	case YG_H2_RST_STREAM:
		return has_stream && frame->length == 4;
	case YG_H2_SETTINGS:
		return !has_stream && frame->length % 6 == 0 &&
		       !((frame->flags & YG_H2_ACK) && frame->length);
	case YG_H2_PUSH_PROMISE:
		return has_stream && frame->length >= 4;
	case YG_H2_PING:
		return !has_stream && frame->length == 8;
	case YG_H2_GOAWAY:
		return !has_stream && frame->length >= 8;
	case YG_H2_WINDOW_UPDATE:
		return frame->length == 4;
	default:
		return true;
	}
}

bool yg_h2_frame_is_likely(const struct yg_h2_frame *frame)
{
	static const uint8_t flags[YG_H2_TYPE_MAX] = {
		[YG_H2_DATA] = YG_H2_END_STREAM | YG_H2_PADDED,
		[YG_H2_HEADERS] =
			YG_H2_END_STREAM | YG_H2_END_HEADERS | YG_H2_PADDED | YG_H2_PRIORITISED,
		[YG_H2_SETTINGS] = YG_H2_ACK,
		[YG_H2_PUSH_PROMISE] = YG_H2_END_HEADERS | YG_H2_PADDED,
		[YG_H2_PING] = YG_H2_ACK,
		[YG_H2_CONTINUATION] = YG_H2_END_HEADERS,
	};

	return frame->type < YG_H2_TYPE_MAX && frame->length <= YG_H2_LENGTH &&
	       !(frame->flags & (uint8_t)~flags[frame->type]) && yg_h2_frame_is_valid(frame);
}

enum yg_parse yg_h2_opening(const uint8_t *data, size_t len)
{
	static const uint8_t want[YG_H2_HEADER] = { [3] = YG_H2_SETTINGS };
	uint8_t header[YG_H2_HEADER] = { 0 };
	struct yg_h2_frame frame;
	size_t n = len < YG_H2_HEADER ? len : YG_H2_HEADER;

	for (size_t i = 0; i < n; i++) {
		header[i] = data[i];
		if (i != 1 && i != 2 && data[i] != want[i])
			return YG_PARSE_BAD;
	}
	if (n < YG_H2_HEADER)
		return YG_PARSE_MORE;
	frame = yg_h2_frame_read(header);
	return yg_h2_frame_is_likely(&frame) ? YG_PARSE_DONE : YG_PARSE_BAD;
}

unsigned yg_h2_frame_chain(const uint8_t *data, size_t len, unsigned max, bool *ret_ends)
{
	unsigned count = 0;
	size_t at = 0;

	*ret_ends = false;
	while (count < max && len - at >= YG_H2_HEADER) {
		struct yg_h2_frame frame = yg_h2_frame_read(data + at);

		/* The reserved bit is sent as zero: RFC 9113 section 4.1. */
		if ((data[at + 5] & 0x80) || !yg_h2_frame_is_likely(&frame))
			return 0;
		count++;
		if (len - at - YG_H2_HEADER < frame.length)
			return count;
		at += YG_H2_HEADER + frame.length;
		*ret_ends = at == len;
	}
	return count;
}
