/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/bytes.h"

#define VARINT_BYTES_MAX 10

void yg_put_bytes(struct yg_writer *writer, const void *data, size_t len)
{
	if (writer->overflow || len > writer->cap - writer->len) {
		writer->overflow = true;
		return;
	}
	if (len > 0)
		memcpy(writer->ptr + writer->len, data, len);
	writer->len += len;
}

void yg_put_u64(struct yg_writer *writer, uint64_t value)
{
	uint8_t bytes[8];

	for (unsigned int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	yg_put_bytes(writer, bytes, sizeof(bytes));
}

void yg_put_varint(struct yg_writer *writer, uint64_t value)
{
	uint8_t bytes[VARINT_BYTES_MAX];
	size_t len = 0;

	for (; value >= 0x80; value >>= 7)
		bytes[len++] = (uint8_t)(value | 0x80);
	bytes[len++] = (uint8_t)value;
	yg_put_bytes(writer, bytes, len);
}

void yg_put_text(struct yg_writer *writer, struct yg_slice text)
{
	yg_put_varint(writer, text.len);
	yg_put_bytes(writer, text.ptr, text.len);
}

const uint8_t *yg_get_bytes(struct yg_reader *reader, size_t len)
{
	const uint8_t *at = reader->ptr + reader->used;

	if (reader->bad || len > reader->len - reader->used) {
		reader->bad = true;
		return NULL;
	}
	reader->used += len;
	return at;
}

uint64_t yg_get_u64(struct yg_reader *reader)
{
	const uint8_t *at = yg_get_bytes(reader, 8);
	uint64_t value = 0;

	for (unsigned int i = 0; at && i < 8; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

uint64_t yg_get_varint(struct yg_reader *reader)
{
	uint64_t value = 0;

	for (unsigned int shift = 0; shift < 70; shift += 7) {
		const uint8_t *at = yg_get_bytes(reader, 1);

		if (!at)
			return 0;
		if (shift == 63 && *at > 1)
			break; /* beyond 64 bits */
		value |= (uint64_t)(*at & 0x7f) << shift;
		if (!(*at & 0x80))
			return value;
	}
	reader->bad = true;
	return 0;
}

uint32_t yg_get_max(struct yg_reader *reader, uint32_t max)
{
	uint64_t value = yg_get_varint(reader);

	if (value > max)
		reader->bad = true;
	return reader->bad ? 0 : (uint32_t)value;
}

struct yg_slice yg_get_text(struct yg_reader *reader)
{
	uint64_t len = yg_get_varint(reader);
	const uint8_t *at = yg_get_bytes(reader, len);

	return at ? (struct yg_slice){ (const char *)at, len } : (struct yg_slice){ 0 };
}

void yg_get_string(struct yg_reader *reader, char *ret, size_t cap)
{
	struct yg_slice text = yg_get_text(reader);

	if (text.len >= cap || (text.len > 0 && memchr(text.ptr, '\0', text.len))) {
		reader->bad = true;
		text.len = 0;
	}
	if (text.len > 0)
		memcpy(ret, text.ptr, text.len);
	ret[text.len] = '\0';
}
