/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A body of the kind that the first byte chooses, walked value by value: each value lies within
 * the text, its path and its text fit their buffers, and the walk ends.
 *
 *	byte 0		enum yg_body_kind; the high bit: cut
 *	rest		text
 */
#include <stdint.h>
#include <stdlib.h>

#include "parse/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct context {
	const char *start, *end;
	uint32_t count;
};

static void check(void *ctx, const struct yg_value *value)
{
	struct context *c = ctx;
	char path[128], buffer[64];
	struct yg_slice text = yg_value_decode(value, buffer, sizeof(buffer));

	c->count++;
	if (yg_value_path(value, path, sizeof(path)) >= sizeof(path))
		abort();
	if (value->raw.ptr && !value->fleeting &&
	    (value->raw.ptr < c->start || value->raw.ptr + value->raw.len > c->end))
		abort();
	if (value->depth > YG_JSON_DEPTH_MAX + 1 ||
	    (text.ptr == buffer && text.len > sizeof(buffer)))
		abort();
	for (size_t i = 0; i < text.len; i++)
		buffer[i % sizeof(buffer)] = text.ptr[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct context c = { .start = (const char *)data, .end = (const char *)data + size };
	struct yg_values_walked walked;
	struct yg_body_view body;

	if (size < 1)
		return 0;
	body = (struct yg_body_view){ .kind = (data[0] & 0x7fu) % YG_BODY_KIND_MAX,
				      .text = { (const char *)data + 1, size - 1 },
				      .whole = data[0] >> 7 ? UINT64_MAX : size - 1,
				      .cut = data[0] >> 7 };
	if (yg_body_is_binary(body.kind)) {
		body.binary = body.text;
		body.text = (struct yg_slice){ NULL, 0 };
		body.content = YG_BODY_KIND_PROTOBUF;
	}
	walked = yg_values_walk_body(&body, YG_SLICE("multipart/form-data; boundary=b"), check, &c);
	if (walked.count != c.count || walked.count > YG_VALUES_MAX ||
	    walked.open > YG_JSON_DEPTH_MAX + 2)
		abort();
	return 0;
}
