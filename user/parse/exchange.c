/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/exchange.h"

struct yg_slice yg_message_find(const struct yg_message *message, const char *name)
{
	struct yg_slice want = yg_slice_from_str(name);

	for (uint32_t i = 0; i < message->header_count; i++) {
		if (yg_slice_equal_nocase(message->headers[i].name, want))
			return message->headers[i].value;
	}
	return (struct yg_slice){ NULL, 0 };
}
