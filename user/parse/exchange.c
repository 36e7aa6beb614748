/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/exchange.h"

#include <string.h>

struct yg_slice yg_message_find(const struct yg_message *message, enum yg_header_id id)
{
	if (message->header_ids) {
		const uint8_t *at = memchr(message->header_ids, (int)id, message->header_count);

		return at ? message->headers[at - message->header_ids].value
			  : (struct yg_slice){ NULL, 0 };
	}
	for (uint32_t i = 0; i < message->header_count; i++) {
		if (yg_slice_equal_nocase(message->headers[i].name, yg_header_name(id)))
			return message->headers[i].value;
	}
	return (struct yg_slice){ NULL, 0 };
}
