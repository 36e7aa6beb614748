/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a schema: field by field, and as bytes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "baseline/schema_tree.h"

#define VERSION		1u
#define REQUIRED_OF_MIN 3u   /* objects seen before a field can be required */
#define RANGE_MIN	100u /* values before a range is told ... */
#define RANGE_STILL	2u   /* ... and as many times those up to its last change */
#define VISIT_DEPTH_MAX (YG_SCHEMA_DEPTH_MAX + 4)

const char *yg_schema_part_name(enum yg_schema_part part)
{
	static const char *const names[YG_SCHEMA_PART_MAX] = {
		"path",	    "query",	"header",   "cookie",	"body",
		"response", "response", "response", "response",
	};

	return names[part];
}

uint32_t yg_schema_root(const struct yg_schema *schema, enum yg_schema_part part)
{
	return schema->roots[part];
}

uint32_t yg_schema_first(const struct yg_schema *schema, uint32_t field)
{
	if (schema->nodes[field].flags & NODE_MAP)
		return yg_schema_child_flag(schema, field, NODE_ANY);
	return schema->nodes[field].first;
}

uint32_t yg_schema_next(const struct yg_schema *schema, uint32_t field)
{
	return schema->nodes[field].flags & NODE_ANY ? 0 : schema->nodes[field].next;
}

enum yg_body_kind yg_schema_kind(const struct yg_schema *schema, enum yg_schema_part part)
{
	return (enum yg_body_kind)schema->kinds[part];
}

uint64_t yg_schema_exchanges(const struct yg_schema *schema)
{
	return schema->exchanges;
}

uint64_t yg_schema_learned(const struct yg_schema *schema)
{
	return schema->learned;
}

/* Values in order of their text. */
static void read_enum(const struct yg_schema *schema, const struct node *node,
		      struct yg_schema_field *ret)
{
	if (!yg_schema_has_enum(node) || !node->values)
		return;
	/* Until each was seen often enough to be kept, the enum would be wrong. */
	for (uint32_t i = 0; i < node->value_count; i++) {
		if (!schema->values[node->values - 1].rows[i].len)
			return;
	}
	for (uint32_t i = 0; i < node->value_count; i++) {
		const struct value *row = &schema->values[node->values - 1].rows[i];
		struct yg_slice text = { schema->text + row->text, row->len };
		uint32_t at = ret->value_count;

		while (at > 0) {
			struct yg_slice left = ret->values[at - 1];
			size_t len = left.len < text.len ? left.len : text.len;
			int order = memcmp(left.ptr, text.ptr, len);

			if (order < 0 || (order == 0 && left.len < text.len))
				break;
			ret->values[at] = left;
			at--;
		}
		ret->values[at] = text;
		ret->value_count++;
	}
}

static bool is_still(uint32_t count, uint32_t change)
{
	return count >= RANGE_MIN && count >= RANGE_STILL * change;
}

static uint32_t types_of(const struct node *node)
{
	uint32_t types = node->types;

	if (node->flags & NODE_TEXT) {
		types |= YG_TYPE_STRING;
		if (!node->first)
			types &= ~(uint32_t)YG_TYPE_OBJECT;
	}
	return yg_types_normal(types);
}

void yg_schema_field(const struct yg_schema *schema, uint32_t field, struct yg_schema_field *ret)
{
	const struct node *node = &schema->nodes[field];

	*ret = (struct yg_schema_field){
		.name = yg_schema_name(schema, node),
		.types = types_of(node),
		.repeated = node->flags & NODE_REPEATED,
		.map = node->flags & NODE_MAP,
		.seen = node->seen,
		.has_range = is_still(node->numbers, node->number_change),
		.min = node->min,
		.max = node->max,
		.has_length = is_still(node->strings, node->string_change),
		.length_min = node->length_min,
		.length_max = node->length_max,
	};
	if (!(node->flags & NODE_NO_FORMAT) || node->format == YG_FORMAT_BINARY)
		ret->format = (enum yg_format)node->format;
	read_enum(schema, node, ret);
}

/* --- all fields ----------------------------------------------------------------------------- */

struct visit {
	const struct yg_schema *schema;
	yg_schema_fn fn;
	void *ctx;
	enum yg_schema_part part;
	char path[YG_SCHEMA_PATH_CAP];
};

/* A name that a path cannot hold plainly. */
static bool has_odd(struct yg_slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (strchr(".[]'\" /", name.ptr[i]))
			return true;
	}
	return name.len == 0;
}

/* Name of a field behind the path of its object. Return: length of the path. */
static size_t write_name(struct visit *v, size_t len, const struct yg_schema_field *field)
{
	bool body = v->part >= YG_SCHEMA_REQUEST;
	bool item = yg_slice_equal(field->name, YG_SLICE("[*]"));
	bool odd = body && !item && has_odd(field->name);
	int n = snprintf(v->path + len, sizeof(v->path) - len, "%s%.*s%s",
			 odd		 ? "['"
			 : body && !item ? "."
					 : "",
			 (int)field->name.len, field->name.ptr, odd ? "']" : "");

	if (n < 0)
		return len;
	return len + (size_t)n < sizeof(v->path) ? len + (size_t)n : sizeof(v->path) - 1;
}

bool yg_schema_is_required(const struct yg_schema *schema, uint32_t around, uint32_t field)
{
	const struct node *outer = &schema->nodes[around], *node = &schema->nodes[field];

	return outer->whole >= REQUIRED_OF_MIN && !(node->flags & (NODE_ITEM | NODE_ANY)) &&
	       node->held * 100ull >= outer->whole * 99ull;
}

static void tell_field(struct visit *v, uint32_t parent, uint32_t id, size_t path_len,
		       size_t *ret_len)
{
	const struct node *around = &v->schema->nodes[parent];
	struct yg_schema_field field;

	yg_schema_field(v->schema, id, &field);
	field.of = around->whole;
	field.required = v->part == YG_SCHEMA_PATH || yg_schema_is_required(v->schema, parent, id);
	*ret_len = write_name(v, path_len, &field);
	v->fn(v->ctx, v->part, v->path, id, &field);
}

static void visit_part(struct visit *v)
{
	struct {
		uint32_t parent, next;
		size_t len;
	} stack[VISIT_DEPTH_MAX];
	uint32_t depth = 1, root = v->schema->roots[v->part];

	if (!root)
		return;
	stack[0].parent = root;
	stack[0].next = yg_schema_first(v->schema, root);
	stack[0].len = v->part >= YG_SCHEMA_REQUEST ? 1 : 0;
	v->path[0] = v->part >= YG_SCHEMA_REQUEST ? '$' : '\0';
	while (depth > 0) {
		uint32_t id = stack[depth - 1].next;
		size_t len;

		if (!id) {
			depth--;
			continue;
		}
		stack[depth - 1].next = yg_schema_next(v->schema, id);
		tell_field(v, stack[depth - 1].parent, id, stack[depth - 1].len, &len);
		if (depth == VISIT_DEPTH_MAX)
			continue;
		stack[depth].parent = id;
		stack[depth].next = yg_schema_first(v->schema, id);
		stack[depth].len = len;
		depth++;
	}
}

void yg_schema_each(const struct yg_schema *schema, yg_schema_fn fn, void *ctx)
{
	struct visit v = { .schema = schema, .fn = fn, .ctx = ctx };

	for (v.part = 0; v.part < YG_SCHEMA_PART_MAX; v.part++)
		visit_part(&v);
}

/* --- bytes ---------------------------------------------------------------------------------- */

static void put_real(struct yg_writer *writer, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	yg_put_u64(writer, bits);
}

static double get_real(struct yg_reader *reader)
{
	uint64_t bits = yg_get_u64(reader);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static void put_node(const struct yg_schema *schema, const struct node *node,
		     struct yg_writer *writer)
{
	bool values = node->value_count > 0 && !(node->flags & NODE_NO_ENUM);

	yg_put_text(writer, yg_schema_name(schema, node));
	yg_put_varint(writer, node->first);
	yg_put_varint(writer, node->next);
	yg_put_varint(writer, node->types);
	yg_put_varint(writer, node->flags);
	yg_put_varint(writer, node->format);
	yg_put_varint(writer, node->seen);
	yg_put_varint(writer, node->whole);
	yg_put_varint(writer, node->held);
	yg_put_varint(writer, node->numbers);
	if (node->numbers) {
		yg_put_varint(writer, node->number_change);
		put_real(writer, node->min);
		put_real(writer, node->max);
	}
	yg_put_varint(writer, node->strings);
	if (node->strings) {
		yg_put_varint(writer, node->string_change);
		yg_put_varint(writer, node->length_min);
		yg_put_varint(writer, node->length_max);
	}
	yg_put_varint(writer, values ? node->value_count : 0);
	yg_put_varint(writer, node->value_change);
	for (uint32_t i = 0; values && i < node->value_count; i++) {
		const struct value *row = &schema->values[node->values - 1].rows[i];

		yg_put_varint(writer, row->hash);
		yg_put_varint(writer, row->count);
		yg_put_text(writer, (struct yg_slice){ row->len ? schema->text + row->text : "",
						       row->len });
	}
}

void yg_schema_pack(const struct yg_schema *schema, struct yg_writer *writer)
{
	yg_put_varint(writer, VERSION);
	yg_put_varint(writer, schema->exchanges);
	yg_put_varint(writer, schema->refused);
	yg_put_varint(writer, schema->learned);
	yg_put_varint(writer, schema->node_count);
	yg_put_varint(writer, schema->free);
	for (uint32_t i = 0; i < YG_SCHEMA_PART_MAX; i++) {
		yg_put_varint(writer, schema->roots[i]);
		yg_put_varint(writer, schema->kinds[i]);
	}
	for (uint32_t i = 1; i < schema->node_count; i++)
		put_node(schema, &schema->nodes[i], writer);
}

static void get_values(struct yg_schema *schema, uint32_t id, struct yg_reader *reader,
		       uint32_t count)
{
	struct values *values = count ? yg_schema_add_values(schema, id) : NULL;

	for (uint32_t i = 0; i < count && !reader->bad; i++) {
		uint32_t hash = yg_get_max(reader, UINT32_MAX);
		uint32_t seen = yg_get_max(reader, UINT32_MAX);
		struct yg_slice text = yg_get_text(reader);
		uint32_t at = yg_schema_add_text(schema, text);

		if (!values || at == UINT32_MAX) {
			reader->bad = true;
			return;
		}
		values->rows[i] = (struct value){ hash, seen, at, (uint32_t)text.len };
	}
	schema->nodes[id].value_count = count;
}

static void get_node(struct yg_schema *schema, struct yg_reader *reader, uint32_t count)
{
	struct yg_slice name = yg_get_text(reader);
	uint32_t id = name.len > YG_SCHEMA_NAME_MAX ? 0 : yg_schema_add_node(schema, name);
	struct node *node;
	uint32_t values;

	if (!id) {
		reader->bad = true;
		return;
	}
	node = &schema->nodes[id];
	node->first = yg_get_max(reader, count - 1);
	node->next = yg_get_max(reader, count - 1);
	node->types = yg_get_max(reader, YG_TYPE_ALL);
	node->flags = yg_get_max(reader, NODE_FLAGS_ALL);
	node->format = yg_get_max(reader, YG_FORMAT_MAX - 1);
	node->seen = yg_get_max(reader, UINT32_MAX);
	node->whole = yg_get_max(reader, UINT32_MAX);
	node->held = yg_get_max(reader, UINT32_MAX);
	node->numbers = yg_get_max(reader, UINT32_MAX);
	if (node->numbers) {
		node->number_change = yg_get_max(reader, UINT32_MAX);
		node->min = get_real(reader);
		node->max = get_real(reader);
	}
	node->strings = yg_get_max(reader, UINT32_MAX);
	if (node->strings) {
		node->string_change = yg_get_max(reader, UINT32_MAX);
		node->length_min = yg_get_max(reader, UINT32_MAX);
		node->length_max = yg_get_max(reader, UINT32_MAX);
	}
	values = yg_get_max(reader, YG_SCHEMA_VALUES_MAX);
	node->value_change = yg_get_max(reader, UINT32_MAX);
	get_values(schema, id, reader, values);
}

/* Every node hangs in at most one place, so that every walk ends. */
static bool is_forest(const struct yg_schema *schema)
{
	uint8_t held[YG_SCHEMA_FIELDS_MAX + 1] = { 0 };

	for (uint32_t i = 0; i < YG_SCHEMA_PART_MAX; i++) {
		if (held[schema->roots[i]]++ && schema->roots[i])
			return false;
	}
	if (held[schema->free]++ && schema->free)
		return false;
	for (uint32_t i = 1; i < schema->node_count; i++) {
		const struct node *node = &schema->nodes[i];

		if ((held[node->first]++ && node->first) || (held[node->next]++ && node->next))
			return false;
		held[0] = 0;
	}
	return true;
}

static void get_schema(struct yg_schema *schema, struct yg_reader *reader)
{
	uint32_t count, free_list;

	if (yg_get_varint(reader) != VERSION)
		reader->bad = true;
	schema->exchanges = yg_get_varint(reader);
	schema->refused = yg_get_varint(reader);
	schema->learned = yg_get_varint(reader);
	count = yg_get_max(reader, YG_SCHEMA_FIELDS_MAX + 1);
	if (reader->bad || count == 0) {
		reader->bad = true;
		return;
	}
	free_list = yg_get_max(reader, count - 1);
	for (uint32_t i = 0; i < YG_SCHEMA_PART_MAX; i++) {
		schema->roots[i] = yg_get_max(reader, count - 1);
		schema->kinds[i] = (uint8_t)yg_get_max(reader, YG_BODY_KIND_MAX - 1);
	}
	for (uint32_t i = 1; i < count && !reader->bad; i++)
		get_node(schema, reader, count);
	schema->free = free_list; /* only now: new nodes would be taken from it */
}

int yg_schema_unpack(struct yg_reader *reader, struct yg_schema **ret)
{
	YG_CLEANUP(yg_schema_free) struct yg_schema *schema = yg_schema_new();

	if (!schema)
		return -ENOMEM;
	get_schema(schema, reader);
	if (reader->bad || reader->used != reader->len || !is_forest(schema))
		return -EINVAL;
	*ret = YG_TAKE_PTR(schema);
	return 0;
}
