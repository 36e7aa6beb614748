/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is done inside a WebSocket: whatever its messages are, names are short and plain, each
 * message is looked into once, and no more is answered than there are answers.
 *
 *	message 0xff message 0xff ...		first byte: c client, s server; C, S: it is cut
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parse/ws_calls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const struct yg_ws_call *call)
{
	if ((call->act == YG_WS_ACT_ASK) != (call->name.len > 0) || call->name.len > YG_WS_NAME_CAP)
		abort();
	for (size_t i = 0; i < call->name.len; i++) {
		if (call->name.ptr[i] < ' ' || call->name.ptr[i] > '~')
			abort();
	}
}

static void check_news(const struct yg_ws_calls *calls, uint32_t asked, uint32_t answers)
{
	uint32_t asks = calls->others;

	for (uint32_t i = 0; i < YG_WS_ROWS_MAX; i++) {
		asks += calls->rows[i].asked;
		if (calls->rows[i].answered > answers)
			abort();
		answers -= calls->rows[i].answered;
	}
	if (asks != asked || calls->sample_count > YG_WS_SAMPLES_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct yg_ws_calls calls;
	char room[YG_WS_UNPACK_MAX];
	uint32_t count = 0, asked = 0, answers = 0;

	calls = (struct yg_ws_calls){ .others = 0 };
	while (size > 0) {
		const uint8_t *end = memchr(data, 0xff, size);
		size_t len = end ? (size_t)(end - data) : size;
		struct yg_ws_call call;
		bool server;

		if (len > 0) {
			server = (data[0] | 0x20) == 's';
			yg_ws_call_read((struct yg_slice){ (const char *)data + 1, len - 1 },
					data[0] < 'a', server, room, &call);
			check_name(&call);
			yg_ws_calls_take(&calls, server, data[0] < 'a', &call);
			asked += call.act == YG_WS_ACT_ASK;
			answers += call.act == YG_WS_ACT_ANSWER;
			count++;
		}
		data += len + (end != NULL);
		size -= len + (end != NULL);
	}
	if (calls.looked[0] + calls.looked[1] != count)
		abort();
	check_news(&calls, asked, answers);
	yg_ws_calls_told(&calls);
	check_news(&calls, 0, 0);
	return 0;
}
