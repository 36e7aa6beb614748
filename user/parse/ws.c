/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/ws.h"

#define FIN	    0x80u
#define RESERVED    0x30u /* two extension bits that nobody defined; RSV1 is compression */
#define MASK	    0x80u
#define CONTROL	    0x08u /* of an opcode: sections 5.4 and 5.5 */
#define LENGTH_16   126u
#define LENGTH_64   127u
#define CONTROL_MAX 125u

static void give_up(struct yg_ws *ws, struct yg_stream_counters *counters)
{
	counters->ws_lost++;
	ws->is_open = false;
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

/* The header is whole. */
static void begin_frame(struct yg_ws *ws, struct yg_stream_counters *counters)
{
	uint64_t length = header_length(ws->header);
	unsigned opcode = ws->header[0] & 0x0f;

	ws->header_len = 0;
	if (!is_valid(ws->header, length)) {
		give_up(ws, counters);
		return;
	}
	ws->left = length;
	counters->ws_frame++;
	counters->ws_message += (ws->header[0] & FIN) && !(opcode & CONTROL);
}

void yg_ws_read(struct yg_ws *ws, const uint8_t *data, size_t len,
		struct yg_stream_counters *counters)
{
	size_t at = 0;

	while (at < len && ws->is_open) {
		uint64_t skip = ws->left < len - at ? ws->left : len - at;

		ws->left -= skip;
		at += (size_t)skip;
		if (at == len)
			return;
		ws->header[ws->header_len++] = data[at++];
		if (ws->header_len >= 2 && ws->header_len == header_need(ws->header))
			begin_frame(ws, counters);
	}
}

void yg_ws_gap(struct yg_ws *ws, uint64_t len, struct yg_stream_counters *counters)
{
	if (!ws->is_open)
		return;
	if (len > ws->left)
		give_up(ws, counters);
	else
		ws->left -= len;
}
