/* SPDX-License-Identifier: GPL-2.0-only */
/* Writer of the feed. msgpack-c packs through a callback into the caller's buffer: no allocator. */
#include "store/feed.h"

#include <assert.h>
#include <errno.h>

#include <msgpack.h>

#include "store/field.h"

static int append(void *data, const char *bytes, size_t len)
{
	struct yg_feed_writer *writer = data;

	if (len > writer->cap - writer->len)
		return -ENOSPC;
	memcpy(writer->buf + writer->len, bytes, len);
	writer->len += len;
	return 0;
}

/* At most @max bytes, not ending inside a UTF-8 character. */
static size_t cut_len(struct yg_slice text, size_t max)
{
	size_t len = text.len;

	if (len <= max)
		return len;
	len = max;
	while (len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static int pack_text(msgpack_packer *packer, struct yg_slice text, size_t max)
{
	size_t len = cut_len(text, max);
	int r = msgpack_pack_str(packer, len);

	if (r == 0 && len > 0)
		r = msgpack_pack_str_body(packer, text.ptr, len);
	return r;
}

static int pack_bytes(msgpack_packer *packer, const void *bytes, size_t len)
{
	int r = msgpack_pack_bin(packer, len);

	if (r == 0 && len > 0)
		r = msgpack_pack_bin_body(packer, bytes, len);
	return r;
}

static int pack_texts(msgpack_packer *packer, const struct yg_feed_texts *texts)
{
	uint32_t count = texts->count < YG_FEED_TEXTS_MAX ? texts->count : YG_FEED_TEXTS_MAX;
	int r = msgpack_pack_array(packer, count);

	for (uint32_t i = 0; r == 0 && i < count; i++)
		r = pack_text(packer, texts->rows[i], YG_FEED_TEXT_MAX);
	return r;
}

static int pack_counts(msgpack_packer *packer, const struct yg_feed_counts *counts)
{
	uint32_t count = counts->count < YG_FEED_COUNTS_MAX ? counts->count : YG_FEED_COUNTS_MAX;
	int r = msgpack_pack_array(packer, (size_t)count * 2);

	for (uint32_t i = 0; r == 0 && i < count; i++) {
		r = msgpack_pack_uint64(packer, counts->rows[i].key);
		if (r == 0)
			r = msgpack_pack_uint64(packer, counts->rows[i].value);
	}
	return r;
}

static int pack_facts(msgpack_packer *packer, const struct yg_feed_facts *facts)
{
	uint32_t count = facts->count < YG_FEED_FACTS_MAX ? facts->count : YG_FEED_FACTS_MAX;
	int r = msgpack_pack_array(packer, (size_t)count * 2);

	for (uint32_t i = 0; r == 0 && i < count; i++) {
		r = pack_text(packer, facts->rows[i].name, YG_FEED_TEXT_MAX);
		if (r == 0 && facts->rows[i].text.ptr)
			r = pack_text(packer, facts->rows[i].text, YG_FEED_TEXT_MAX);
		else if (r == 0)
			r = msgpack_pack_double(packer, facts->rows[i].number);
	}
	return r;
}

static int pack_blob(msgpack_packer *packer, struct yg_slice blob, size_t max)
{
	return blob.len > max ? -EMSGSIZE : pack_bytes(packer, blob.ptr, blob.len);
}

static int pack_field(msgpack_packer *packer, const struct yg_field *field, const void *value)
{
	size_t max = field->max ? field->max : YG_FEED_TEXT_MAX;

	switch (field->type) {
	case YG_FIELD_text:
		return pack_text(packer, *(const struct yg_slice *)value, max);
	case YG_FIELD_blob:
		return pack_blob(packer, *(const struct yg_slice *)value, max);
	case YG_FIELD_uint:
	case YG_FIELD_time:
	case YG_FIELD_id:
		return msgpack_pack_uint64(packer, *(const uint64_t *)value);
	case YG_FIELD_real:
		return msgpack_pack_double(packer, *(const double *)value);
	case YG_FIELD_flag:
		return *(const bool *)value ? msgpack_pack_true(packer)
					    : msgpack_pack_false(packer);
	case YG_FIELD_address:
		return pack_bytes(packer, value, sizeof(struct yg_address));
	case YG_FIELD_texts:
		return pack_texts(packer, value);
	case YG_FIELD_counts:
		return pack_counts(packer, value);
	case YG_FIELD_facts:
		return pack_facts(packer, value);
	case YG_FIELD_MAX:
		break;
	}
	return -EINVAL;
}

int yg_feed_put(struct yg_feed_writer *writer, const struct yg_feed_message *message)
{
	const struct yg_schema *schema = yg_schema_find((uint64_t)message->kind);
	size_t before = writer->len;
	msgpack_packer packer;
	int r;

	assert(writer->len <= writer->cap);

	if (!schema)
		return -EINVAL;
	msgpack_packer_init(&packer, writer, append);
	r = msgpack_pack_array(&packer, 3);
	if (r == 0)
		r = msgpack_pack_uint64(&packer, (uint64_t)message->kind);
	if (r == 0)
		r = msgpack_pack_uint64(&packer, schema->version);
	if (r == 0)
		r = msgpack_pack_array(&packer, schema->count);
	for (uint32_t i = 0; r == 0 && i < schema->count; i++)
		r = pack_field(&packer, &schema->fields[i],
			       yg_field_view(&schema->fields[i], message));
	if (r)
		writer->len = before;
	return r;
}
