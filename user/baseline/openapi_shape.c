/* SPDX-License-Identifier: GPL-2.0-only */
/* Schemas of a document: written in place, or once and named where a shape is there twice. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "baseline/openapi_inside.h"
#include "baseline/schema_json.h"
#include "core/hash.h"

#define STACK_MAX   (YG_SCHEMA_DEPTH_MAX + 4)
#define MEMBERS_MIN 2u /* members of an object that is worth a name */

static const struct yg_hash_key shape_key = { 0x7368617065, 0x6f61730a };

int yg_openapi_reserve(void **array, size_t count, size_t *cap, size_t size)
{
	size_t want = *cap ? *cap * 2 : 64;
	void *grown;

	if (count < *cap)
		return 0;
	grown = realloc(*array, want * size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*cap = want;
	return 0;
}

/* One schema being written, its fields after each other, without recursion. */
struct frame {
	uint32_t node, next; /* next of its fields */
	bool properties;     /* they stand in "properties" */
};

struct writing {
	struct yg_json *json;
	const struct yg_schema *schema;
	struct frame frames[STACK_MAX];
	uint32_t depth;
};

static void put_real(struct yg_json *json, const char *name, double value)
{
	yg_json_key(json, name);
	if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value)
		yg_json_int(json, (int64_t)value);
	else
		yg_json_real(json, value, 6);
}

static void put_enum(struct yg_json *json, const struct yg_schema_field *field)
{
	yg_json_key(json, "enum");
	yg_json_open_array(json);
	for (uint32_t i = 0; i < field->value_count; i++)
		yg_json_slice(json, field->values[i]);
	if (field->types & YG_TYPE_NULL)
		yg_json_null(json);
	yg_json_close_array(json);
}

void yg_openapi_put_keywords(struct yg_json *json, const struct yg_schema_field *field)
{
	if (field->types)
		yg_schema_put_type(json, field->types);
	if (field->format && field->format != YG_FORMAT_BINARY)
		yg_json_pair_str(json, "format", yg_format_name(field->format));
	if (field->value_count > 0)
		put_enum(json, field);
	if (field->has_range) {
		put_real(json, "minimum", field->min);
		put_real(json, "maximum", field->max);
	}
	if (field->has_length && !field->value_count && !field->format) {
		yg_json_pair_uint(json, "minLength", field->length_min);
		yg_json_pair_uint(json, "maxLength", field->length_max);
	}
}

static struct shape *shape_of(struct yg_openapi *openapi, uint64_t hash)
{
	uint32_t at = (uint32_t)hash & (SHAPES_MAX - 1);

	while (openapi->shapes[at].hash && openapi->shapes[at].hash != hash)
		at = (at + 1) & (SHAPES_MAX - 1);
	return &openapi->shapes[at];
}

/* An object with names of its own, not a map. */
static bool is_record(const struct yg_schema *schema, uint32_t node)
{
	struct yg_schema_field field;
	uint32_t count = 0;

	yg_schema_field(schema, node, &field);
	if (field.types != YG_TYPE_OBJECT || field.map)
		return false;
	for (uint32_t i = yg_schema_first(schema, node); i; i = yg_schema_next(schema, i))
		count++;
	return count >= MEMBERS_MIN;
}

/* Begin one schema; its fields follow if it has some. */
static void open_schema(struct writing *w, uint32_t node)
{
	struct yg_schema_field field;
	uint32_t first = yg_schema_first(w->schema, node);

	yg_schema_field(w->schema, node, &field);
	yg_json_open_object(w->json);
	yg_openapi_put_keywords(w->json, &field);
	if (!first || w->depth == STACK_MAX) {
		if (field.types & YG_TYPE_ARRAY) {
			yg_json_key(w->json, "items");
			yg_json_open_object(w->json);
			yg_json_close_object(w->json);
		}
		yg_json_close_object(w->json);
		return;
	}
	w->frames[w->depth++] = (struct frame){ .node = node, .next = first };
}

static bool is_item(struct yg_slice name)
{
	return yg_slice_equal(name, YG_SLICE("[*]"));
}

static void close_schema(struct writing *w)
{
	const struct frame *frame = &w->frames[w->depth - 1];
	bool opened = false;

	if (frame->properties)
		yg_json_close_object(w->json);
	for (uint32_t i = yg_schema_first(w->schema, frame->node); i && frame->properties;
	     i = yg_schema_next(w->schema, i)) {
		struct yg_schema_field field;

		yg_schema_field(w->schema, i, &field);
		if (is_item(field.name) || !yg_schema_is_required(w->schema, frame->node, i))
			continue;
		if (!opened) {
			yg_json_key(w->json, "required");
			yg_json_open_array(w->json);
		}
		opened = true;
		yg_json_slice(w->json, field.name);
	}
	if (opened)
		yg_json_close_array(w->json);
	yg_json_close_object(w->json);
	w->depth--;
}

/* The next field of the schema in hand: items and maps in front of the properties. */
static uint32_t next_field(struct writing *w)
{
	struct frame *frame = &w->frames[w->depth - 1];
	uint32_t id = frame->next;
	struct yg_schema_field field, around;

	if (!id)
		return 0;
	frame->next = yg_schema_next(w->schema, id);
	yg_schema_field(w->schema, id, &field);
	yg_schema_field(w->schema, frame->node, &around);
	if (is_item(field.name) || around.map) {
		if (frame->properties) {
			yg_json_close_object(w->json);
			frame->properties = false;
		}
		yg_json_key(w->json,
			    around.map && !is_item(field.name) ? "additionalProperties" : "items");
		return id;
	}
	if (!frame->properties) {
		yg_json_key(w->json, "properties");
		yg_json_open_object(w->json);
		frame->properties = true;
	}
	yg_json_key_slice(w->json, field.name);
	return id;
}

/* All of it in place. */
static void put_plain(struct yg_json *json, const struct yg_schema *schema, uint32_t node)
{
	struct writing w = { .json = json, .schema = schema };
	uint32_t id;

	open_schema(&w, node);
	while (w.depth > 0) {
		id = next_field(&w);
		if (id)
			open_schema(&w, id);
		else
			close_schema(&w);
	}
}

static uint64_t hash_shape(struct yg_openapi *openapi, const struct yg_schema *schema,
			   uint32_t node)
{
	struct yg_slice text;

	yg_json_reset(openapi->scratch);
	put_plain(openapi->scratch, schema, node);
	text = yg_json_view(openapi->scratch);
	return yg_hash(&shape_key, text.ptr, text.len) | 1;
}

/* "Specs", "Specs2": letters and digits of the field's name. */
static void name_component(const struct yg_openapi *openapi, struct yg_slice name,
			   struct component *ret)
{
	char base[NAME_CAP - 12];
	size_t len = 0;
	bool upper = true;
	uint32_t same = 1;

	for (size_t i = 0; i < name.len && len < sizeof(base) - 1; i++) {
		char c = name.ptr[i], low = yg_ascii_lower(c);
		bool letter = low >= 'a' && low <= 'z';

		if (letter || (c >= '0' && c <= '9' && len > 0))
			base[len++] = (char)(upper && letter ? low - 32 : c);
		upper = !letter;
	}
	base[len] = '\0';
	if (len == 0)
		memcpy(base, "Object", sizeof("Object"));
	(void)snprintf(ret->name, sizeof(ret->name), "%s", base);
	for (size_t i = 0; i < openapi->component_count; i++) {
		if (strcmp(openapi->components[i].name, ret->name) != 0)
			continue;
		(void)snprintf(ret->name, sizeof(ret->name), "%s%" PRIu32, base, ++same);
		i = SIZE_MAX; /* from the start: the new name may be taken too */
	}
}

static void put_ref(struct yg_json *json, const char *name)
{
	char text[NAME_CAP + 32];

	(void)snprintf(text, sizeof(text), "#/components/schemas/%s", name);
	yg_json_open_object(json);
	yg_json_pair_str(json, "$ref", text);
	yg_json_close_object(json);
}

bool yg_openapi_refer(struct yg_openapi *openapi, struct yg_json *json,
		      const struct yg_schema *schema, uint32_t node, struct yg_slice name)
{
	struct component component = { .schema = schema, .node = node };
	struct shape *shape;

	if (!is_record(schema, node))
		return false;
	shape = shape_of(openapi, hash_shape(openapi, schema, node));
	if (shape->count < 2)
		return false;
	if (!shape->component) {
		if (yg_openapi_reserve((void **)&openapi->components, openapi->component_count,
				       &openapi->component_cap, sizeof(component)))
			return false;
		name_component(openapi, name, &component);
		openapi->components[openapi->component_count++] = component;
		shape->component = (uint32_t)openapi->component_count;
	}
	put_ref(json, openapi->components[shape->component - 1].name);
	return true;
}

/* The nearest name around a field, its own first. */
static struct yg_slice name_around(const struct writing *w, uint32_t node)
{
	struct yg_schema_field field = { 0 };

	for (uint32_t up = w->depth; up > 0; up--) {
		yg_schema_field(w->schema, up == w->depth ? node : w->frames[up].node, &field);
		if (field.name.len > 0 && !is_item(field.name) && field.name.ptr[0] != '*')
			break;
	}
	return field.name;
}

void yg_openapi_put_schema(struct yg_openapi *openapi, const struct yg_schema *schema,
			   uint32_t node)
{
	struct writing w = { .json = openapi->json, .schema = schema };
	uint32_t id;

	open_schema(&w, node);
	while (w.depth > 0) {
		id = next_field(&w);
		if (!id)
			close_schema(&w);
		else if (!yg_openapi_refer(openapi, w.json, schema, id, name_around(&w, id)))
			open_schema(&w, id);
	}
}

struct counting {
	struct yg_openapi *openapi;
	const struct yg_schema *schema;
};

static void count_one(const struct counting *c, uint32_t id)
{
	struct shape *shape;
	uint64_t hash;

	if (!is_record(c->schema, id) || c->openapi->shape_count > SHAPES_MAX / 2)
		return;
	hash = hash_shape(c->openapi, c->schema, id);
	shape = shape_of(c->openapi, hash);
	c->openapi->shape_count += !shape->hash;
	shape->hash = hash;
	shape->count++;
}

static void count_shape(void *ctx, enum yg_schema_part part, const char *path, uint32_t id,
			const struct yg_schema_field *field)
{
	(void)path;
	(void)field;
	if (part >= YG_SCHEMA_REQUEST)
		count_one(ctx, id);
}

void yg_openapi_count_shapes(struct yg_openapi *openapi)
{
	for (size_t i = 0; i < openapi->count; i++) {
		struct counting c = { openapi, openapi->items[i].schema };

		if (!c.schema)
			continue;
		for (enum yg_schema_part part = YG_SCHEMA_REQUEST; part < YG_SCHEMA_PART_MAX;
		     part++) {
			if (yg_schema_root(c.schema, part))
				count_one(&c, yg_schema_root(c.schema, part));
		}
		yg_schema_each(c.schema, count_shape, &c);
	}
}
