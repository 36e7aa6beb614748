/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/rpc.h"

#include <string.h>

#include "core/base64.h"
#include "parse/binary.h"

#define FRAME_HEAD   5u
#define FLAG_PACKED  0x01u
#define FLAG_LAST    0x02u
#define FLAG_FIELDS  0x80u
#define LEN_NO_WHOLE UINT32_MAX /* of a message that is not here to its end */

enum yg_parse yg_rpc_next(struct yg_slice *rest, struct yg_rpc_frame *ret)
{
	const uint8_t *p = (const uint8_t *)rest->ptr;
	size_t here;

	if (rest->len > 0 && (p[0] & ~(FLAG_PACKED | FLAG_LAST | FLAG_FIELDS)))
		return YG_PARSE_BAD;
	if (rest->len < FRAME_HEAD)
		return YG_PARSE_MORE;
	ret->len = (uint64_t)p[1] << 24 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 8 | p[4];
	ret->packed = p[0] & FLAG_PACKED;
	ret->last = p[0] & (FLAG_LAST | FLAG_FIELDS);
	here = rest->len - FRAME_HEAD;
	here = ret->len < here ? (size_t)ret->len : here;
	ret->content = (struct yg_slice){ rest->ptr + FRAME_HEAD, here };
	rest->ptr += FRAME_HEAD + here;
	rest->len -= FRAME_HEAD + here;
	return YG_PARSE_DONE;
}

size_t yg_rpc_undo_text(struct yg_slice text, char *ret, size_t cap)
{
	uint32_t bits = 0, count = 0;
	size_t len = 0;

	for (size_t i = 0; i < text.len && len < cap; i++) {
		int digit = yg_base64_value(text.ptr[i]);

		if (text.ptr[i] == '=') { /* the next group begins anew */
			bits = count = 0;
			continue;
		}
		if (digit < 0)
			break;
		bits = bits << 6 | (uint32_t)digit;
		count += 6;
		if (count >= 8) {
			count -= 8;
			ret[len++] = (char)(bits >> count & 0xff);
		}
	}
	return len;
}

bool yg_rpc_is_packed(struct yg_slice frames)
{
	struct yg_rpc_frame frame;

	while (yg_rpc_next(&frames, &frame) == YG_PARSE_DONE) {
		if (frame.packed && !frame.last)
			return true;
	}
	return false;
}

static void put_head(char *ret, uint64_t len)
{
	ret[0] = 0;
	for (uint32_t i = 1; i < FRAME_HEAD; i++)
		ret[i] = (char)(len >> (8 * (FRAME_HEAD - 1 - i)) & 0xff);
}

/* One message behind a head, at @ret, [@cap]. @ret_len: both together; 0: nothing of it is good. */
static enum yg_decoded put_message(struct yg_decoder *decoder, enum yg_decoder_coding coding,
				   const struct yg_rpc_frame *frame, char *ret, size_t cap,
				   size_t *ret_len)
{
	bool here = frame->content.len == frame->len;
	enum yg_decoded r = here ? YG_DECODED_WHOLE : YG_DECODED_CUT;
	size_t len = frame->content.len;

	*ret_len = 0;
	if (cap <= FRAME_HEAD)
		return YG_DECODED_FULL;
	cap -= FRAME_HEAD;
	if (frame->packed && len > 0) {
		r = yg_decoder_run(decoder, coding, frame->content, ret + FRAME_HEAD, cap, &len);
	} else if (len > 0) {
		r = len > cap ? YG_DECODED_FULL : r;
		len = len > cap ? cap : len;
		memcpy(ret + FRAME_HEAD, frame->content.ptr, len);
	}
	put_head(ret, r == YG_DECODED_WHOLE ? len : LEN_NO_WHOLE);
	if (r == YG_DECODED_WHOLE || len > 0)
		*ret_len = FRAME_HEAD + len;
	return r == YG_DECODED_CUT && here ? YG_DECODED_CORRUPT : r;
}

enum yg_decoded yg_rpc_unpack(struct yg_decoder *decoder, enum yg_decoder_coding coding,
			      struct yg_slice frames, char *ret, size_t cap, size_t *ret_len)
{
	enum yg_decoded r = YG_DECODED_WHOLE;
	struct yg_rpc_frame frame;
	uint32_t packed = 0;

	*ret_len = 0;
	while (r == YG_DECODED_WHOLE && yg_rpc_next(&frames, &frame) == YG_PARSE_DONE) {
		size_t len;

		if (frame.last)
			continue;
		packed += frame.packed;
		if (packed > YG_RPC_PACKED_MAX)
			return YG_DECODED_FULL;
		r = put_message(decoder, coding, &frame, ret + *ret_len, cap - *ret_len, &len);
		*ret_len += len;
	}
	return r == YG_DECODED_WHOLE && frames.len > 0 ? YG_DECODED_CUT : r;
}

bool yg_rpc_is_sound(enum yg_body_kind content, struct yg_slice frames, bool cut)
{
	struct yg_rpc_frame frame;
	enum yg_parse r;

	while ((r = yg_rpc_next(&frames, &frame)) == YG_PARSE_DONE) {
		if (frame.content.len < frame.len && !cut)
			return false;
		if (frame.packed || frame.last || content == YG_BODY_KIND_JSON)
			continue;
		if (!yg_binary_is_sound(content, frame.content, frame.len))
			return false;
	}
	return r == YG_PARSE_MORE && (cut || frames.len == 0);
}
