/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2flood.h"

#include "parse/exchange.h"

#define SECOND_NS 1000000000ull

/* RFC 9113 section 7. */
enum h2_code {
	CODE_PROTOCOL_ERROR = 1,
	CODE_FLOW_CONTROL_ERROR = 3,
	CODE_STREAM_CLOSED = 5,
	CODE_FRAME_SIZE_ERROR = 6,
};

static void begin_second(struct yg_h2_flood *flood, uint64_t time_ns)
{
	uint64_t passed_ns = time_ns - flood->window_ns;

	if (passed_ns < SECOND_NS)
		return;
	*flood = (struct yg_h2_flood){
		.window_ns = time_ns,
		.data = { 0, passed_ns < 2 * SECOND_NS ? flood->data[0] : 0 },
	};
}

static void count_client(struct yg_h2_flood *flood, const struct yg_h2_frame *frame,
			 bool taken_back)
{
	switch ((enum yg_h2_type)frame->type) {
	case YG_H2_DATA:
		flood->idle += frame->length == 0 && !(frame->flags & YG_H2_END_STREAM);
		break;
	case YG_H2_HEADERS:
		flood->blocks++;
		break;
	case YG_H2_RST_STREAM:
		flood->resets += taken_back;
		break;
	case YG_H2_SETTINGS:
	case YG_H2_PING:
		flood->answers += !(frame->flags & YG_H2_ACK);
		break;
	case YG_H2_PRIORITY:
	case YG_H2_WINDOW_UPDATE:
		flood->idle++;
		break;
	default:
		break;
	}
}

uint32_t yg_h2_flood_client(struct yg_h2_flood *flood, const struct yg_h2_frame *frame,
			    bool taken_back, uint64_t time_ns)
{
	uint64_t data, idle_max;
	uint32_t found = 0;

	begin_second(flood, time_ns);
	count_client(flood, frame, taken_back);
	data = (uint64_t)flood->data[0] + flood->data[1];
	idle_max = YG_H2_IDLE_MAX + YG_H2_IDLE_PER_DATA * data +
		   YG_H2_IDLE_PER_BLOCK * (uint64_t)flood->blocks;
	if (flood->resets > YG_H2_RESETS_MAX)
		found |= YG_ANOMALY_RESET_FLOOD;
	if (flood->answers > YG_H2_ANSWERS_MAX + data)
		found |= YG_ANOMALY_SETTINGS_FLOOD;
	if (flood->idle > idle_max)
		found |= YG_ANOMALY_IDLE_FLOOD;
	return found;
}

void yg_h2_flood_server(struct yg_h2_flood *flood, const struct yg_h2_frame *frame, uint32_t code,
			uint64_t time_ns)
{
	begin_second(flood, time_ns);
	flood->data[0] += frame->type == YG_H2_DATA;
	flood->resets += frame->type == YG_H2_RST_STREAM &&
			 (code == CODE_PROTOCOL_ERROR || code == CODE_FLOW_CONTROL_ERROR ||
			  code == CODE_STREAM_CLOSED || code == CODE_FRAME_SIZE_ERROR);
}
