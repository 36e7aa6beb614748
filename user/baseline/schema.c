/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/schema.h"

#include "baseline/schema_tree.h"

#define PARAMETERS_MAX 64u  /* names in a part that are parameters; more are a client's own */
#define CHILDREN_MAP   48u  /* names in an object that make it a map, if they come rarely */
#define ENUM_KEEP_FROM 3u   /* times seen before it is kept */
#define DECODED_CAP    512u /* bytes of a value that are looked at when it has escapes */

/* --- learning ------------------------------------------------------------------------------- */

struct yg_lesson yg_schemas_wants(struct yg_schemas *schemas, uint32_t index, bool accepted,
				  bool sends)
{
	struct yg_schema *schema = schemas->rows[index];
	uint64_t count;

	schemas->drift_count = 0;
	if (!schema) {
		schema = yg_schema_new();
		if (!schema)
			return (struct yg_lesson){ YG_LESSON_NONE, 1 };
		schemas->rows[index] = schema;
		schemas->bytes += yg_schema_bytes(schema);
	}
	count = accepted ? schema->exchanges++ : schema->refused++;
	if (schema->news == 0)
		return yg_lesson_of(count, accepted && sends);
	schema->news--;
	return (struct yg_lesson){ YG_LESSON_WHOLE, 1 };
}

void yg_schemas_begin(struct yg_schemas *schemas, uint32_t index, enum yg_schema_part body)
{
	schemas->schema = schemas->rows[index];
	schemas->index = index;
	schemas->body = body;
	schemas->open_count = 0;
	schemas->began = false;
	for (uint32_t i = 0; i < YG_SCHEMA_REQUEST; i++)
		schemas->groups[i] = 0;
	if (!schemas->schema)
		return;
	schemas->bytes_before = yg_schema_bytes(schemas->schema);
	schemas->schema->used = ++schemas->tick;
	schemas->schema->dirty = true;
	schemas->counters.learned++;
}

/* What is new about something stable, with the path of @name in the containers that are open. */
static void tell(struct yg_schemas *schemas, enum yg_drift kind, const struct yg_value *value,
		 uint32_t before, uint32_t after)
{
	struct yg_schema_drift *drift;

	if (schemas->drift_count == YG_SCHEMA_DRIFTS_MAX)
		return;
	drift = &schemas->drifts[schemas->drift_count++];
	*drift = (struct yg_schema_drift){
		.kind = kind,
		.part = value->in == YG_VALUE_IN_BODY ? schemas->body
						      : (enum yg_schema_part)value->in,
		.before = yg_types_normal(before),
		.after = yg_types_normal(after),
	};
	(void)yg_value_path(value, drift->path, sizeof(drift->path));
}

/* Many names that each come rarely are values of a map. */
static bool is_map(const struct yg_schema *schema, const struct node *parent)
{
	uint64_t count = 0, seen = 0;

	for (uint32_t id = parent->first; id; id = schema->nodes[id].next) {
		count++;
		seen += schema->nodes[id].seen;
	}
	return count >= CHILDREN_MAP && seen * 4 < count * parent->seen;
}

/* The field of an object, made if it is not there. 0: no room. */
static uint32_t field_of(struct yg_schemas *schemas, uint32_t parent, struct yg_slice name,
			 const struct yg_value *value)
{
	struct yg_schema *schema = schemas->schema;
	struct node *at = &schema->nodes[parent];
	bool body = value->in == YG_VALUE_IN_BODY;
	uint32_t id;

	if (at->flags & NODE_MAP)
		return yg_schema_child_flag(schema, parent, NODE_ANY);
	id = yg_schema_child(schema, parent, name);
	if (id)
		return id;
	if (yg_schema_is_personal(name, body))
		return 0;
	if (body && (yg_schema_is_dynamic(name) || is_map(schema, at)))
		return yg_schema_collapse(schema, parent);
	if (name.len == 0 || name.len > YG_SCHEMA_NAME_MAX)
		return 0;
	id = yg_schema_add_node(schema, name);
	if (!id)
		return 0;
	yg_schema_link(schema, parent, id);
	schema->news = YG_LESSON_NEWS;
	if (schema->nodes[parent].whole >= YG_SCHEMA_STABLE)
		tell(schemas, YG_DRIFT_FIELD, value, 0, 0);
	return id;
}

/* The items of an array. 0: no room, or enough of them were seen. */
static uint32_t item_of(struct yg_schemas *schemas, struct open *open)
{
	struct yg_schema *schema = schemas->schema;
	uint32_t id;

	if (open->items++ >= YG_SCHEMA_ITEMS_MAX)
		return 0;
	id = yg_schema_child_flag(schema, open->node, NODE_ITEM);
	if (id)
		return id;
	id = yg_schema_add_node(schema, YG_SLICE("[*]"));
	if (!id)
		return 0;
	schema->nodes[id].flags = NODE_ITEM;
	yg_schema_link(schema, open->node, id);
	return id;
}

/* --- values --------------------------------------------------------------------------------- */

/* Is it a field whose enum may be learned at all? */
static bool may_enum(const struct yg_schemas *schemas, const struct node *node,
		     const struct yg_value *value)
{
	struct yg_slice name = yg_schema_name(schemas->schema, node);

	if (value->in == YG_VALUE_IN_PATH || value->in == YG_VALUE_IN_COOKIE ||
	    (node->flags & NODE_ANY))
		return false;
	/* Items are of what their array is called. */
	if ((node->flags & NODE_ITEM) && value->depth > 1)
		name = value->levels[value->depth - 2].name;
	return name.len > 0 && !yg_schema_is_private(name);
}

static void keep_value(struct yg_schemas *schemas, struct value *row, struct yg_slice text)
{
	uint32_t at;

	if (++row->count < ENUM_KEEP_FROM || row->len)
		return;
	at = yg_schema_add_text(schemas->schema, text);
	if (at == UINT32_MAX)
		return;
	row->text = at;
	row->len = (uint32_t)text.len;
}

static void note_enum(struct yg_schemas *schemas, uint32_t id, const struct yg_value *value,
		      struct yg_slice text)
{
	struct yg_schema *schema = schemas->schema;
	struct node *node = &schema->nodes[id];
	struct values *values;
	uint32_t hash, i = 0;

	if (node->flags & NODE_NO_ENUM)
		return;
	hash = (uint32_t)yg_hash(&schemas->key, text.ptr, text.len);
	if (node->values) {
		values = &schema->values[node->values - 1];
		while (i < node->value_count && values->rows[i].hash != hash)
			i++;
		/* Known ones were looked at when they came first. */
		if (i < node->value_count) {
			keep_value(schemas, &values->rows[i], text);
			return;
		}
	}
	if (i == YG_SCHEMA_VALUES_MAX || !yg_schema_is_word(text) ||
	    (node->value_count == 0 && !may_enum(schemas, node, value)) ||
	    !(values = yg_schema_add_values(schema, id))) {
		node->flags |= NODE_NO_ENUM;
		return;
	}
	if (node->strings >= YG_SCHEMA_STABLE && node->strings >= 4 * node->value_change &&
	    yg_schema_has_enum(node))
		tell(schemas, YG_DRIFT_VALUE, value, node->types, node->types);
	values->rows[node->value_count++] = (struct value){ .hash = hash };
	node->value_change = node->strings;
	keep_value(schemas, &values->rows[i], text);
}

static uint32_t characters(struct yg_slice text)
{
	uint32_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
	return count;
}

static void note_string(struct yg_schemas *schemas, uint32_t id, const struct yg_value *value,
			struct yg_slice text)
{
	struct node *node = &schemas->schema->nodes[id];
	uint32_t length = characters(text);
	enum yg_format format = YG_FORMAT_NONE;

	if (value->cut)
		return;
	if (!(node->flags & NODE_NO_FORMAT) && text.len > 0) {
		format = yg_format_of(text);
		if (format == YG_FORMAT_NONE || (node->format && node->format != format))
			node->flags |= NODE_NO_FORMAT;
		node->format = format;
	}
	node->strings++;
	if (node->strings == 1 || length < node->length_min || length > node->length_max) {
		if (node->strings == 1 || length < node->length_min)
			node->length_min = length;
		if (length > node->length_max)
			node->length_max = length;
		node->string_change = node->strings;
	}
	note_enum(schemas, id, value, text);
}

static void note_number(struct node *node, double number)
{
	node->numbers++;
	if (node->numbers > 1 && number >= node->min && number <= node->max)
		return;
	if (node->numbers == 1 || number < node->min)
		node->min = number;
	if (node->numbers == 1 || number > node->max)
		node->max = number;
	node->number_change = node->numbers;
}

static enum yg_type type_of(const struct yg_value *value, struct yg_slice text)
{
	int64_t unused;

	switch (value->type) {
	case YG_VALUE_OBJECT:
		return YG_TYPE_OBJECT;
	case YG_VALUE_ARRAY:
		return YG_TYPE_ARRAY;
	case YG_VALUE_NUMBER:
		return yg_integer_of(text, &unused) ? YG_TYPE_INTEGER : YG_TYPE_NUMBER;
	case YG_VALUE_BOOL:
		return YG_TYPE_BOOLEAN;
	case YG_VALUE_NULL:
		return YG_TYPE_NULL;
	case YG_VALUE_TEXT:
		return yg_type_of_text(text);
	default:
		return YG_TYPE_STRING;
	}
}

static void note_type(struct yg_schemas *schemas, uint32_t id, const struct yg_value *value,
		      enum yg_type type)
{
	struct node *node = &schemas->schema->nodes[id];
	uint32_t before = yg_types_normal(node->types);

	node->types |= type;
	if (node->seen >= YG_SCHEMA_STABLE && yg_types_normal(node->types) != before)
		tell(schemas, YG_DRIFT_TYPE, value, before, node->types);
}

/* One value of a field. @instance: of the object around it. */
static void note(struct yg_schemas *schemas, uint32_t id, const struct yg_value *value,
		 uint32_t instance)
{
	struct node *node = &schemas->schema->nodes[id];
	char buffer[DECODED_CAP];
	struct yg_slice text = { NULL, 0 };
	enum yg_type type;

	if (node->stamp == instance && !(node->flags & (NODE_ITEM | NODE_ANY)))
		node->flags |= NODE_REPEATED;
	node->stamp = instance;
	if (value->raw.ptr)
		text = yg_value_decode(value, buffer, sizeof(buffer));
	if (value->type == YG_VALUE_FILE) {
		node->format = YG_FORMAT_BINARY;
		node->flags |= NODE_NO_FORMAT | NODE_NO_ENUM;
	}
	type = type_of(value, text);
	note_type(schemas, id, value, type);
	node->seen++;
	if (type == YG_TYPE_STRING && value->type != YG_VALUE_FILE)
		note_string(schemas, id, value, text);
	else if (type == YG_TYPE_INTEGER || type == YG_TYPE_NUMBER)
		note_number(node, yg_number_of(text));
}

/* --- parameters ----------------------------------------------------------------------------- */

/* The object that the parameters of a part stand in, as one that was seen. 0: no room. */
static uint32_t group_of(struct yg_schemas *schemas, enum yg_schema_part part)
{
	struct yg_schema *schema = schemas->schema;
	uint32_t root = yg_schema_add_root(schema, part);

	if (root && !schemas->groups[part]) {
		schemas->groups[part] = ++schema->instance;
		schema->nodes[root].seen++;
	}
	return root;
}

static void note_parameter(struct yg_schemas *schemas, const struct yg_value *value)
{
	enum yg_schema_part part = (enum yg_schema_part)value->in;
	uint32_t root = group_of(schemas, part), id;
	char name[YG_SCHEMA_NAME_MAX + 1];
	struct yg_value plain = *value;
	const struct node *at;
	uint32_t count = 0;

	if (!root)
		return;
	/* Headers in lower case, the others without escapes. */
	plain.raw = value->name;
	plain.name.len = yg_value_path(value, name, sizeof(name));
	plain.name.ptr = name;
	if (value->coding == YG_VALUE_PERCENT)
		plain.name = yg_value_decode(&plain, name, sizeof(name));
	plain.raw = value->raw;
	at = &schemas->schema->nodes[root];
	for (uint32_t i = at->first; i; i = schemas->schema->nodes[i].next)
		count++;
	id = yg_schema_child(schemas->schema, root, plain.name);
	if (!id && count < PARAMETERS_MAX)
		id = field_of(schemas, root, plain.name, &plain);
	if (!id) {
		schemas->counters.fields_dropped++;
		return;
	}
	note(schemas, id, &plain, schemas->groups[part]);
}

void yg_schemas_path(struct yg_schemas *schemas, struct yg_slice name, struct yg_slice value)
{
	const struct yg_value path = {
		.in = YG_VALUE_IN_PATH, .type = YG_VALUE_TEXT, .name = name, .raw = value
	};

	if (schemas->schema)
		note_parameter(schemas, &path);
}

/* --- bodies --------------------------------------------------------------------------------- */

/* The innermost container has ended. @whole: all of it was seen. */
static void close_one(struct yg_schemas *schemas, bool whole)
{
	const struct open *open = &schemas->open[--schemas->open_count];
	struct yg_schema *schema = schemas->schema;

	if (!whole)
		return;
	schema->nodes[open->node].whole++;
	if (open->array)
		return;
	for (uint32_t id = schema->nodes[open->node].first; id; id = schema->nodes[id].next)
		schema->nodes[id].held += schema->nodes[id].stamp == open->instance;
}

/* The field that a value of a body belongs to. @ret_instance: of the object around it. */
static uint32_t place(struct yg_schemas *schemas, const struct yg_value *value,
		      uint32_t *ret_instance)
{
	struct yg_schema *schema = schemas->schema;
	struct open *around;

	if (value->depth == 0) {
		*ret_instance = ++schema->instance;
		return yg_schema_add_root(schema, schemas->body);
	}
	around = &schemas->open[value->depth - 1];
	*ret_instance = around->instance;
	if (around->array)
		return item_of(schemas, around);
	return field_of(schemas, around->node, value->name, value);
}

static void note_body(struct yg_schemas *schemas, const struct yg_value *value)
{
	bool container = value->type == YG_VALUE_OBJECT || value->type == YG_VALUE_ARRAY;
	uint32_t id, instance;

	if (value->depth > schemas->open_count)
		return; /* in a container that is not looked into */
	/* Text of an XML element comes in the place of the element, which is still open. */
	if (value->type == YG_VALUE_TEXT && value->depth > 0 &&
	    value->depth < schemas->open_count) {
		schemas->schema->nodes[schemas->open[value->depth].node].flags |= NODE_TEXT;
		return;
	}
	while (schemas->open_count > value->depth)
		close_one(schemas, true);
	id = place(schemas, value, &instance);
	if (!id) {
		schemas->counters.fields_dropped++;
		return;
	}
	schemas->began = true;
	note(schemas, id, value, instance);
	if (!container || value->depth == YG_SCHEMA_DEPTH_MAX)
		return;
	schemas->open[schemas->open_count++] = (struct open){
		.node = id,
		.instance = ++schemas->schema->instance,
		.array = value->type == YG_VALUE_ARRAY,
	};
}

/* Header fields that every client sends, and those that say who asks: they are told otherwise. */
static bool is_standard(const struct yg_value *value)
{
	return value->in == YG_VALUE_IN_HEADER &&
	       ((value->traits & YG_HEADER_STANDARD) || value->name.len > YG_SCHEMA_NAME_MAX);
}

void yg_schemas_visit(void *ctx, const struct yg_value *value)
{
	struct yg_schemas *schemas = ctx;

	if (!schemas->schema)
		return;
	if (value->in == YG_VALUE_IN_BODY)
		note_body(schemas, value);
	else if (schemas->body == YG_SCHEMA_REQUEST && !is_standard(value))
		note_parameter(schemas, value);
}

/* Each group of parameters is an object that was seen whole, even without a member. */
static void close_groups(struct yg_schemas *schemas)
{
	struct yg_schema *schema = schemas->schema;

	schema->learned++;
	for (enum yg_schema_part part = 0; part < YG_SCHEMA_REQUEST; part++) {
		uint32_t root = schema->roots[part];

		if (!root)
			continue;
		schema->nodes[root].whole = (uint32_t)schema->learned;
		for (uint32_t id = schema->nodes[root].first; id; id = schema->nodes[id].next)
			schema->nodes[id].held += schemas->groups[part] &&
						  schema->nodes[id].stamp == schemas->groups[part];
	}
}

void yg_schemas_end(struct yg_schemas *schemas, const struct yg_values_walked *walked)
{
	struct yg_schema *schema = schemas->schema;
	uint32_t open = walked->cut ? walked->open : 0;

	if (!schema)
		return;
	while (schemas->open_count > 0)
		close_one(schemas, !walked->limited && schemas->open_count > open);
	if (schemas->body == YG_SCHEMA_REQUEST)
		close_groups(schemas);
	if (schemas->began)
		schema->kinds[schemas->body] = (uint8_t)walked->kind;
	schemas->bytes += yg_schema_bytes(schema) - schemas->bytes_before;
	schemas->schema = NULL;
	yg_schemas_shrink(schemas, schemas->index);
}

const struct yg_schema_drift *yg_schemas_drifts(const struct yg_schemas *schemas,
						uint32_t *ret_count)
{
	*ret_count = schemas->drift_count;
	return schemas->drifts;
}
