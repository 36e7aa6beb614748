/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A multipart body with the boundary that the input chooses: parts lie in order inside the body,
 * and what a prefix is sure of is what the whole says.
 *
 *	line 1		Content-Type
 *	rest		body
 */
#include <stdint.h>
#include <stdlib.h>

#include "parse/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_same(struct yg_slice a, struct yg_slice b)
{
	return a.ptr == b.ptr && a.len == b.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
	struct yg_slice type = { (const char *)data, line ? (size_t)(line - data) : 0 };
	struct yg_slice body;
	struct yg_multipart whole, prefix;
	struct yg_multipart_part part, early;
	const char *behind;

	if (!line)
		return 0;
	behind = (const char *)line + 1;
	body = (struct yg_slice){ behind, size - type.len - 1 };
	if (!yg_multipart_begin(type, body, &whole))
		return 0;
	body.len = body.len * data[0] / 256;
	if (!yg_multipart_begin(type, body, &prefix))
		abort();
	while (yg_multipart_next(&whole, &part)) {
		if (part.content.ptr < behind ||
		    part.content.ptr + part.content.len > (const char *)data + size)
			abort();
		behind = part.content.ptr + part.content.len;
		if (yg_multipart_next(&prefix, &early) && prefix.text.len > 0 &&
		    (!is_same(part.content, early.content) || !is_same(part.name, early.name)))
			abort();
	}
	if (whole.parts > YG_MULTIPART_PARTS_MAX || yg_multipart_next(&whole, &part))
		abort();
	return 0;
}
