/* SPDX-License-Identifier: GPL-2.0-only */
/* Fields of one endpoint as bytes, and back. */
#include <string.h>

#include "baseline/data_inside.h"
#include "parse/values.h"

/* Classes go by name: their numbers differ between versions, and with the operator's own. */
static void pack_field(const struct yg_data *data, const struct yg_data_field *field,
		       struct yg_writer *writer)
{
	yg_put_text(writer, yg_slice_from_str(yg_data_class_name(data, field->class_)));
	yg_put_varint(writer, field->in);
	yg_put_varint(writer, field->response);
	yg_put_varint(writer, field->proof);
	yg_put_varint(writer, field->name_bit);
	yg_put_varint(writer, field->values);
	yg_put_varint(writer, field->named);
	yg_put_u64(writer, field->first_ns);
	yg_put_u64(writer, field->last_ns);
	for (uint32_t i = 0; i < YG_DATA_BITS / 64; i++) {
		yg_put_u64(writer, field->tried[i]);
		yg_put_u64(writer, field->passed[i]);
	}
	yg_put_text(writer, yg_slice_from_str(field->path));
	yg_put_text(writer, yg_slice_from_str(field->sample));
}

void yg_data_pack(const struct yg_data *data, uint32_t endpoint, struct yg_writer *writer)
{
	const struct fields *fields = &data->endpoints[endpoint];

	yg_put_varint(writer, fields->exchanges);
	yg_put_varint(writer, fields->full);
	yg_put_varint(writer, fields->tried);
	yg_put_varint(writer, fields->passed);
	yg_put_varint(writer, fields->count);
	for (uint32_t i = 0; i < fields->count; i++)
		pack_field(data, &fields->rows[i], writer);
}

/* Return: is its class still known? */
static bool unpack_field(const struct yg_data *data, struct yg_data_field *ret,
			 struct yg_reader *reader)
{
	uint32_t class_ = yg_data_class_named(data, yg_get_text(reader));

	*ret = (struct yg_data_field){ .class_ = (uint8_t)class_, .told = YG_DATA_LEVEL_MAX };
	ret->in = (uint8_t)yg_get_max(reader, YG_VALUE_IN_MAX - 1);
	ret->response = yg_get_max(reader, 1);
	ret->proof = (uint8_t)yg_get_max(reader, YG_DATA_PROOF_MAX - 1);
	ret->name_bit = (uint8_t)yg_get_max(reader, 63);
	ret->values = yg_get_varint(reader);
	ret->named = yg_get_varint(reader);
	ret->first_ns = yg_get_u64(reader);
	ret->last_ns = yg_get_u64(reader);
	for (uint32_t i = 0; i < YG_DATA_BITS / 64; i++) {
		ret->tried[i] = yg_get_u64(reader);
		ret->passed[i] = yg_get_u64(reader);
	}
	yg_get_string(reader, ret->path, sizeof(ret->path));
	yg_get_string(reader, ret->sample, sizeof(ret->sample));
	ret->key = yg_data_key(class_, ret->response, ret->in, ret->path);
	return class_ < YG_DATA_ALL_MAX;
}

void yg_data_unpack(struct yg_data *data, uint32_t endpoint, struct yg_reader *reader)
{
	struct fields *fields = &data->endpoints[endpoint];
	uint32_t exchanges = yg_get_max(reader, UINT32_MAX), full = yg_get_max(reader, UINT32_MAX);
	uint32_t tried = yg_get_max(reader, UINT32_MAX), passed = yg_get_max(reader, UINT32_MAX);
	uint32_t count = yg_get_max(reader, YG_DATA_FIELDS_MAX);

	yg_data_drop(data, endpoint);
	for (uint32_t i = 0; i < count && !reader->bad; i++) {
		struct yg_data_field field, *row;

		if (!unpack_field(data, &field, reader))
			continue;
		row = reader->bad ? NULL : yg_data_make_field(data, fields);
		if (row)
			*row = field;
	}
	if (reader->bad) {
		yg_data_drop(data, endpoint);
		return;
	}
	fields->exchanges = exchanges;
	fields->full = full;
	fields->stale = true;
	fields->tried = tried;
	fields->passed = passed;
}
