/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/trailer.h"

#include <string.h>

#include "core/macros.h"

bool yg_trailer_next(struct yg_slice *rest, struct yg_header *ret)
{
	const char *from = rest->ptr, *end = rest->ptr + rest->len, *to = from, *colon;

	/* CR alone ends a line, too, for those who let it. */
	while (to < end && *to != '\r' && *to != '\n')
		to++;
	colon = to < end ? memchr(from, ':', (size_t)(to - from)) : NULL;
	if (!colon)
		return false;
	ret->name = (struct yg_slice){ from, (size_t)(colon - from) };
	ret->value = yg_slice_trim((struct yg_slice){ colon + 1, (size_t)(to - colon - 1) });
	from = to + 1 + (*to == '\r' && to + 1 < end && to[1] == '\n');
	*rest = (struct yg_slice){ from, (size_t)(end - from) };
	return true;
}

static bool is_odd(struct yg_slice name)
{
	static const enum yg_header_id head_only[] = {
		YG_HEADER_HOST,		 YG_HEADER_CONTENT_LENGTH,	YG_HEADER_TRANSFER_ENCODING,
		YG_HEADER_AUTHORIZATION, YG_HEADER_PROXY_AUTHORIZATION, YG_HEADER_COOKIE,
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(head_only); i++) {
		if (yg_slice_equal_nocase(name, yg_header_name(head_only[i])))
			return true;
	}
	return false;
}

bool yg_trailers_are_odd(struct yg_slice trailers)
{
	struct yg_header field;

	while (yg_trailer_next(&trailers, &field)) {
		if (is_odd(field.name))
			return true;
	}
	return false;
}
