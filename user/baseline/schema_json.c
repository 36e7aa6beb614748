/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/schema_json.h"

#include <string.h>

struct put {
	struct yg_json *json;
	bool responses; /* which half is being written */
};

void yg_schema_put_type(struct yg_json *json, uint32_t types)
{
	types = yg_types_normal(types ? types : YG_TYPE_STRING);
	yg_json_key(json, "type");
	if ((types & (types - 1)) == 0) {
		yg_json_str(json, yg_type_name((enum yg_type)types));
		return;
	}
	yg_json_open_array(json);
	for (uint32_t bit = 1; bit < YG_TYPE_ALL; bit <<= 1) {
		if (types & bit)
			yg_json_str(json, yg_type_name((enum yg_type)bit));
	}
	yg_json_close_array(json);
}

static void put_number(struct yg_json *json, const char *name, double value)
{
	bool whole = value > -1e15 && value < 1e15 && value == (double)(int64_t)value;

	yg_json_key(json, name);
	if (whole)
		yg_json_int(json, (int64_t)value);
	else
		yg_json_real(json, value, 6);
}

static void put_limits(struct yg_json *json, const struct yg_schema_field *field)
{
	if (field->format)
		yg_json_pair_str(json, "format", yg_format_name(field->format));
	if (field->value_count > 0) {
		yg_json_key(json, "enum");
		yg_json_open_array(json);
		for (uint32_t i = 0; i < field->value_count; i++)
			yg_json_slice(json, field->values[i]);
		yg_json_close_array(json);
	}
	if (field->has_range) {
		put_number(json, "minimum", field->min);
		put_number(json, "maximum", field->max);
	}
	if (field->has_length && !field->value_count) {
		yg_json_pair_uint(json, "min_length", field->length_min);
		yg_json_pair_uint(json, "max_length", field->length_max);
	}
}

static void put_field(void *ctx, enum yg_schema_part part, const char *path, uint32_t id,
		      const struct yg_schema_field *field)
{
	static const char *const classes[] = { "2xx", "3xx", "4xx", "5xx" };
	struct put *put = ctx;
	struct yg_json *json = put->json;

	(void)id;
	if ((part > YG_SCHEMA_REQUEST) != put->responses)
		return;
	yg_json_open_object(json);
	yg_json_pair_str(json, "in", yg_schema_part_name(part));
	if (put->responses)
		yg_json_pair_str(json, "status", classes[part - YG_SCHEMA_RESPONSE_2XX]);
	yg_json_pair_str(json, "name", path);
	yg_schema_put_type(json, field->types);
	yg_json_pair_bool(json, "required", field->required);
	put_limits(json, field);
	yg_json_close_object(json);
}

/* Each "{name}" of the template is a parameter. */
static void put_placeholders(struct yg_json *json, const char *template_)
{
	const char *open = template_, *close;

	for (;;) {
		open = strchr(open, '{');
		close = open ? strchr(open, '}') : NULL;
		if (!close)
			return;
		yg_json_open_object(json);
		yg_json_pair_str(json, "in", "path");
		yg_json_pair_slice(json, "name",
				   (struct yg_slice){ open + 1, (size_t)(close - open - 1) });
		yg_json_pair_str(json, "type", "string");
		yg_json_pair_bool(json, "required", true);
		yg_json_close_object(json);
		open = close;
	}
}

void yg_schema_put(struct yg_json *json, const struct yg_schema *schema, const char *template_)
{
	struct put put = { .json = json };

	yg_json_key(json, "parameters");
	yg_json_open_array(json);
	if (schema)
		yg_schema_each(schema, put_field, &put);
	else
		put_placeholders(json, template_);
	yg_json_close_array(json);
	yg_json_key(json, "response_fields");
	yg_json_open_array(json);
	put.responses = true;
	if (schema)
		yg_schema_each(schema, put_field, &put);
	yg_json_close_array(json);
}
