/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/testcase_body.h"

#include <string.h>

#define FIELDS_MAX 24u /* of one object; further ones are left out */
#define DEPTH_MAX  4u

void yg_example_add(struct yg_example *text, const char *bytes, size_t len)
{
	if (len >= text->cap - text->used)
		return;
	memcpy(text->bytes + text->used, bytes, len);
	text->used += len;
	text->bytes[text->used] = '\0';
}

void yg_example_add_str(struct yg_example *text, const char *str)
{
	yg_example_add(text, str, strlen(str));
}

static bool is_plain(struct yg_slice name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-.";

	for (size_t i = 0; i < name.len; i++) {
		if (!name.ptr[i] || !strchr(plain, name.ptr[i]))
			return false;
	}
	return name.len > 0;
}

/* By format and enum; an enum is what the parameter may be, not what one user sent. */
static void add_value(struct yg_example *text, const struct yg_schema_field *field)
{
	switch (field->format) {
	case YG_FORMAT_UUID:
		yg_example_add_str(text, "00000000-0000-4000-8000-000000000000");
		return;
	case YG_FORMAT_DATE:
		yg_example_add_str(text, "2024-01-31");
		return;
	case YG_FORMAT_DATE_TIME:
		yg_example_add_str(text, "2024-01-31T00:00:00Z");
		return;
	case YG_FORMAT_EMAIL:
		yg_example_add_str(text, "user@example.com");
		return;
	case YG_FORMAT_URI:
		yg_example_add_str(text, "https://example.com/");
		return;
	default:
		break;
	}
	if (field->value_count && is_plain(field->values[0]))
		yg_example_add(text, field->values[0].ptr, field->values[0].len);
	else
		yg_example_add_str(text, "TEXT");
}

static bool is_bare(const struct yg_schema_field *field, const char **ret)
{
	if (field->types & (YG_TYPE_INTEGER | YG_TYPE_NUMBER))
		*ret = "1";
	else if (field->types & YG_TYPE_BOOLEAN)
		*ret = "true";
	else
		return false;
	return true;
}

/* One level: where it is, and whether a member stands before. */
struct level {
	uint32_t at;
	uint32_t count;
	bool list;
};

static void add_scalar(struct yg_example *text, const struct yg_schema_field *field)
{
	const char *bare;

	if (is_bare(field, &bare)) {
		yg_example_add_str(text, bare);
		return;
	}
	yg_example_add_str(text, "\"");
	add_value(text, field);
	yg_example_add_str(text, "\"");
}

/* Begins an object or a list if it is one that has fields. Return: did it? */
static bool open_level(struct yg_example *text, const struct yg_schema *schema, uint32_t id,
		       const struct yg_schema_field *field, struct level *ret)
{
	bool list = field->types & YG_TYPE_ARRAY;

	if (!(field->types & (YG_TYPE_ARRAY | YG_TYPE_OBJECT)))
		return false;
	*ret = (struct level){ yg_schema_first(schema, id), 0, list };
	yg_example_add_str(text, list ? "[" : "{");
	return true;
}

/* The object below @root without its braces; nesting by a stack of its own. */
static void add_members(struct yg_example *text, const struct yg_schema *schema, uint32_t root)
{
	struct level levels[DEPTH_MAX + 1] = { { yg_schema_first(schema, root), 0, false } };
	uint32_t depth = 0;

	for (;;) {
		struct level *level = &levels[depth];
		uint32_t id = level->at;
		struct yg_schema_field field;

		if (!id || level->count >= (level->list ? 1 : FIELDS_MAX)) {
			if (depth == 0)
				return;
			yg_example_add_str(text, level->list ? "]" : "}");
			depth--;
			continue;
		}
		yg_schema_field(schema, id, &field);
		level->at = yg_schema_next(schema, id);
		if (!level->list && !is_plain(field.name))
			continue;
		yg_example_add_str(text, level->count++ ? "," : "");
		if (!level->list) {
			yg_example_add_str(text, "\"");
			yg_example_add(text, field.name.ptr, field.name.len);
			yg_example_add_str(text, "\":");
		}
		if (depth < DEPTH_MAX && open_level(text, schema, id, &field, &levels[depth + 1]))
			depth++;
		else
			add_scalar(text, &field);
	}
}

/* "name=value" for each field below @root. */
static void add_pairs(struct yg_example *text, const struct yg_schema *schema, uint32_t root,
		      bool required)
{
	uint32_t count = 0;

	for (uint32_t id = yg_schema_first(schema, root); id && count < FIELDS_MAX;
	     id = yg_schema_next(schema, id)) {
		struct yg_schema_field field;
		const char *bare;

		yg_schema_field(schema, id, &field);
		if (!is_plain(field.name) || (required && !yg_schema_is_required(schema, root, id)))
			continue;
		yg_example_add_str(text, count++ ? "&" : "");
		yg_example_add(text, field.name.ptr, field.name.len);
		yg_example_add_str(text, "=");
		if (is_bare(&field, &bare))
			yg_example_add_str(text, bare);
		else
			add_value(text, &field);
	}
}

void yg_example_body(const struct yg_schema *schema, const char *extra, char *ret, bool *ret_form)
{
	uint32_t root = schema ? yg_schema_root(schema, YG_SCHEMA_REQUEST) : 0;
	struct yg_example text = { ret, YG_EXAMPLE_CAP, 0 };

	ret[0] = '\0';
	*ret_form = root && yg_schema_kind(schema, YG_SCHEMA_REQUEST) == YG_BODY_KIND_FORM;
	if (*ret_form) {
		add_pairs(&text, schema, root, false);
		return;
	}
	yg_example_add_str(&text, "{");
	if (root)
		add_members(&text, schema, root);
	else if (!schema)
		yg_example_add_str(&text, "\"FIELD\":\"VALUE\"");
	yg_example_add_str(&text, extra[0] && text.used > 1 ? "," : "");
	yg_example_add_str(&text, extra);
	yg_example_add_str(&text, "}");
}

void yg_example_query(const struct yg_schema *schema, char *ret)
{
	uint32_t root = schema ? yg_schema_root(schema, YG_SCHEMA_QUERY) : 0;
	struct yg_example text = { ret, YG_EXAMPLE_CAP, 0 };

	ret[0] = '\0';
	if (!root)
		return;
	yg_example_add_str(&text, "?");
	add_pairs(&text, schema, root, true);
	if (text.used == 1)
		ret[0] = '\0';
}
