/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/grpc_web.h"

#include "core/base64.h"
#include "parse/h2head.h"

#define MEDIA	     "application/grpc-web"
#define MEDIA_TEXT   "application/grpc-web-text"
#define FRAME_HEADER 5u
#define FLAG_FIELDS  0x80u
#define FLAG_PACKED  0x01u
#define FIELDS_MAX   1024u /* bytes of the last frame that are kept */

static bool starts_with(struct yg_slice text, struct yg_slice prefix)
{
	return text.len >= prefix.len &&
	       yg_slice_equal_nocase((struct yg_slice){ text.ptr, prefix.len }, prefix);
}

bool yg_grpc_web_is(struct yg_slice media_type)
{
	return starts_with(yg_slice_trim(media_type), YG_SLICE(MEDIA));
}

/* Bytes of the body, one after the other, base64 undone. */
struct source {
	const uint8_t *p, *end;
	bool is_text;
	uint32_t bits; /* base64: not handed out yet */
	uint8_t count; /* of them */
};

/* The next byte; -1: the end, or no base64. */
static int next(struct source *source)
{
	while (source->is_text && source->count < 8) {
		int digit;

		if (source->p == source->end)
			return -1;
		digit = yg_base64_value((char)*source->p);
		if (digit < 0 && *source->p != '=')
			return -1;
		source->p++;
		if (digit < 0) { /* padding: the next group begins anew */
			source->bits = source->count = 0;
			continue;
		}
		source->bits = source->bits << 6 | (uint32_t)digit;
		source->count = (uint8_t)(source->count + 6);
	}
	if (!source->is_text)
		return source->p < source->end ? *source->p++ : -1;
	source->count = (uint8_t)(source->count - 8);
	return (int)(source->bits >> source->count & 0xff);
}

/* "grpc-status: 5" among the fields, each in a line. */
static int32_t status_in(struct yg_slice fields)
{
	const struct yg_slice name = YG_SLICE("grpc-status:");

	while (fields.len) {
		const char *end = memchr(fields.ptr, '\n', fields.len);
		struct yg_slice line = { fields.ptr,
					 end ? (size_t)(end - fields.ptr) : fields.len };
		size_t used = line.len + (end != NULL);

		fields = (struct yg_slice){ fields.ptr + used, fields.len - used };
		if (line.len && line.ptr[line.len - 1] == '\r')
			line.len--;
		if (end && starts_with(line, name))
			return yg_grpc_status_from(yg_slice_trim(
				(struct yg_slice){ line.ptr + name.len, line.len - name.len }));
	}
	return YG_GRPC_STATUS_NONE;
}

/* Skip messages up to the frame of fields. */
static int32_t status_of_body(struct source *source)
{
	char fields[FIELDS_MAX];

	for (;;) {
		int flags = next(source), byte = 0;
		uint32_t length = 0, kept = 0;

		for (unsigned i = 1; i < FRAME_HEADER && byte >= 0; i++) {
			byte = next(source);
			length = length << 8 | ((uint32_t)byte & 0xff);
		}
		if (flags < 0 || byte < 0)
			return YG_GRPC_STATUS_NONE;
		if (!source->is_text && !(flags & (int)FLAG_FIELDS) &&
		    length <= (size_t)(source->end - source->p)) {
			source->p += length; /* a message costs nothing */
			continue;
		}
		for (; length && (byte = next(source)) >= 0; length--) {
			if (kept < sizeof(fields))
				fields[kept++] = (char)byte;
		}
		if (flags & (int)FLAG_PACKED && flags & (int)FLAG_FIELDS)
			return YG_GRPC_STATUS_NONE;
		if (flags & (int)FLAG_FIELDS)
			return status_in((struct yg_slice){ fields, kept });
		if (length)
			return YG_GRPC_STATUS_NONE;
	}
}

int32_t yg_grpc_web_status(const struct yg_message *response)
{
	struct yg_slice status = yg_message_find(response, YG_HEADER_GRPC_STATUS);
	struct yg_slice type = yg_slice_trim(yg_message_find(response, YG_HEADER_CONTENT_TYPE));
	struct source source = {
		.p = (const uint8_t *)response->body.ptr,
		.is_text = starts_with(type, YG_SLICE(MEDIA_TEXT)),
	};

	if (status.ptr)
		return yg_grpc_status_from(status);
	if (response->body.len == 0 || yg_message_find(response, YG_HEADER_CONTENT_ENCODING).ptr)
		return YG_GRPC_STATUS_NONE;
	source.end = source.p + response->body.len;
	return status_of_body(&source);
}
