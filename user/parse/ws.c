/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/ws.h"

#define FIN	    0x80u
#define RESERVED    0x30u /* two extension bits that nobody defined; RSV1 is compression */
#define COMPRESSED  0x40u /* RSV1: RFC 7692 section 6 */
#define MASK	    0x80u
#define CONTROL	    0x08u /* of an opcode: sections 5.4 and 5.5 */
#define LENGTH_16   126u
#define LENGTH_64   127u
#define CONTROL_MAX 125u

static void give_up(struct yg_ws *ws, struct yg_stream_counters *counters)
{
	counters->ws_lost++;
	ws->is_open = false;
	ws->said.is_lost = true;
	ws->said.is_sample_cut |= ws->is_sampling;
}

/* Bytes of the frame header whose first two bytes are there. */
static unsigned header_need(const uint8_t *h)
{
	unsigned length = h[1] & 0x7f, need = 2;

	if (length == LENGTH_16)
		need += 2;
	else if (length == LENGTH_64)
		need += 8;
	return need + (h[1] & MASK ? 4 : 0);
}

static uint64_t header_length(const uint8_t *h)
{
	unsigned length = h[1] & 0x7f, bytes = length == LENGTH_16 ? 2 : 8;
	uint64_t value = 0;

	if (length < LENGTH_16)
		return length;
	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | h[2 + i];
	return value;
}

static bool is_valid(const uint8_t *h, uint64_t length)
{
	unsigned opcode = h[0] & 0x0f;

	if ((h[0] & RESERVED) || length >> 63)
		return false;
	if (opcode & CONTROL)
		return opcode <= YG_WS_PONG && length <= CONTROL_MAX && (h[0] & FIN);
	return opcode <= YG_WS_BINARY;
}

static void begin_message(struct yg_ws *ws, unsigned opcode)
{
	ws->message = 0;
	ws->said.text += opcode == YG_WS_TEXT;
	ws->said.binary += opcode == YG_WS_BINARY;
	ws->said.compressed += (ws->header[0] & COMPRESSED) != 0;
	ws->is_hearing = ws->ear != NULL;
	if (ws->ear) {
		ws->ear->len = 0;
		ws->ear->is_cut = false;
		ws->ear->is_compressed = ws->header[0] & COMPRESSED;
	}
	ws->is_sampling = opcode == YG_WS_TEXT && !ws->has_sampled;
	if (!ws->is_sampling)
		return;
	ws->has_sampled = true;
	ws->said.is_sample_compressed = ws->header[0] & COMPRESSED;
}

static bool is_control(const struct yg_ws *ws)
{
	return ws->header[0] & CONTROL;
}

/* The payload is over. */
static void end_frame(struct yg_ws *ws)
{
	if (!(ws->header[0] & FIN) || is_control(ws))
		return;
	ws->is_sampling = false;
	if (ws->is_hearing)
		ws->ear->fn(ws->ear->ctx, ws->ear);
	ws->is_hearing = false;
}

/* The header is whole. */
static void begin_frame(struct yg_ws *ws, struct yg_stream_counters *counters)
{
	uint64_t length = header_length(ws->header);
	unsigned opcode = ws->header[0] & 0x0f;

	ws->mask_at = ws->header[1] & MASK ? (uint8_t)(ws->header_len - 4) : 0;
	ws->header_len = 0;
	if (!is_valid(ws->header, length)) {
		give_up(ws, counters);
		return;
	}
	ws->left = length;
	ws->done = 0;
	counters->ws_frame++;
	ws->said.frames++;
	ws->said.control += is_control(ws);
	if (!is_control(ws)) {
		if (opcode != YG_WS_CONTINUATION)
			begin_message(ws, opcode);
		ws->message += length;
		ws->said.bytes += length;
		if (ws->message > ws->said.largest)
			ws->said.largest = ws->message;
		ws->said.messages += (ws->header[0] & FIN) != 0;
		counters->ws_message += (ws->header[0] & FIN) != 0;
	}
	if (length == 0)
		end_frame(ws);
}

static uint8_t unmask(const struct yg_ws *ws, uint8_t byte, uint64_t at)
{
	return ws->mask_at ? byte ^ ws->header[ws->mask_at + (at & 3)] : byte;
}

/* A hole in the middle of a message ends what is kept of it. */
static void hear(struct yg_ws *ws, const uint8_t *data, size_t len)
{
	struct yg_ws_ear *ear = ws->ear;
	size_t room = sizeof(ear->text) - ear->len, take = len < room ? len : room;

	if (ear->is_cut)
		return;
	for (size_t i = 0; i < take; i++)
		ear->text[ear->len + i] = (char)unmask(ws, data[i], ws->done + i);
	ear->len = (uint16_t)(ear->len + take);
	ear->is_cut = take < len;
}

/* Keep what is kept of a payload. */
static void read_payload(struct yg_ws *ws, const uint8_t *data, size_t len)
{
	struct yg_ws_said *said = &ws->said;
	size_t room = YG_WS_SAMPLE_MAX - said->sample_len, take = len < room ? len : room;

	if ((ws->header[0] & 0x0f) == YG_WS_CLOSE) {
		for (size_t i = 0; i < len && ws->done + i < 2; i++)
			said->close_code = (uint16_t)(said->close_code << 8 |
						      unmask(ws, data[i], ws->done + i));
	} else if (ws->is_sampling && !is_control(ws)) {
		for (size_t i = 0; i < take; i++)
			said->sample[said->sample_len + i] =
				(char)unmask(ws, data[i], ws->done + i);
		said->sample_len = (uint16_t)(said->sample_len + take);
		said->is_sample_cut |= take < len;
	}
	if (ws->is_hearing && !is_control(ws))
		hear(ws, data, len);
	ws->done += len;
	ws->left -= len;
	if (ws->left == 0)
		end_frame(ws);
}

void yg_ws_read(struct yg_ws *ws, const uint8_t *data, size_t len,
		struct yg_stream_counters *counters)
{
	size_t at = 0;

	while (at < len && ws->is_open) {
		size_t take = ws->left < len - at ? (size_t)ws->left : len - at;

		if (take) {
			read_payload(ws, data + at, take);
			at += take;
			continue;
		}
		ws->header[ws->header_len++] = data[at++];
		if (ws->header_len >= 2 && ws->header_len == header_need(ws->header))
			begin_frame(ws, counters);
	}
}

struct yg_ws_tally yg_ws_tally_since(const struct yg_ws_said *said,
				     const struct yg_ws_tally *before)
{
	return (struct yg_ws_tally){
		.messages = said->messages - before->messages,
		.text = said->text - before->text,
		.binary = said->binary - before->binary,
		.compressed = said->compressed - before->compressed,
		.control = said->control - before->control,
		.bytes = said->bytes - before->bytes,
	};
}

void yg_ws_gap(struct yg_ws *ws, uint64_t len, struct yg_stream_counters *counters)
{
	if (!ws->is_open)
		return;
	if (len > ws->left) {
		give_up(ws, counters);
		return;
	}
	ws->said.is_sample_cut |= ws->is_sampling && !is_control(ws);
	ws->is_sampling &= is_control(ws);
	if (ws->is_hearing && !is_control(ws))
		ws->ear->is_cut = true;
	ws->done += len;
	ws->left -= len;
	if (ws->left == 0)
		end_frame(ws);
}

uint64_t yg_ws_unwanted(const struct yg_ws *ws)
{
	bool is_kept = (ws->is_sampling && ws->said.sample_len < YG_WS_SAMPLE_MAX) ||
		       (ws->is_hearing && !ws->ear->is_cut && ws->ear->len < YG_WS_EAR_MAX);

	return is_kept || (ws->header[0] & 0x0f) == YG_WS_CLOSE ? 0 : ws->left;
}
