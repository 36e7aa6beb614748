/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/schema_tree.h"

#include <stdlib.h>

#define NODES_FIRST  16u  /* room of a new schema */
#define TEXT_FIRST   256u /* bytes */
#define VALUES_FIRST 4u
#define STACK_MAX    (YG_SCHEMA_DEPTH_MAX + 4)

#define ENUM_STRINGS_MIN 30u /* strings seen before a few distinct ones are an enum ... */
#define ENUM_EACH_MIN	 8u  /* ... and times as many as distinct ones */

struct yg_schema *yg_schema_new(void)
{
	struct yg_schema *schema = calloc(1, sizeof(*schema));

	if (schema)
		schema->node_count = 1;
	return schema;
}

void yg_schema_free(struct yg_schema **schema)
{
	if (!*schema)
		return;
	free((*schema)->nodes);
	free((*schema)->values);
	free((*schema)->text);
	yg_freep(schema);
}

size_t yg_schema_bytes(const struct yg_schema *schema)
{
	return sizeof(*schema) + schema->node_cap * sizeof(struct node) +
	       schema->value_cap * sizeof(struct values) + schema->text_cap;
}

/* @array grown to hold one more than @count. Return: NULL without room. */
static void *grow(void *array, uint32_t count, uint32_t *cap, uint32_t first, size_t size,
		  uint32_t max)
{
	uint32_t want = *cap ? *cap * 2 : first;
	void *grown;

	if (count < *cap)
		return array;
	want = want < max ? want : max;
	if (count >= want)
		return NULL;
	grown = realloc(array, want * size);
	if (grown)
		*cap = want;
	return grown;
}

uint32_t yg_schema_add_text(struct yg_schema *schema, struct yg_slice text)
{
	uint32_t at = schema->text_len;

	while (text.len > schema->text_cap - at) {
		char *grown = grow(schema->text, schema->text_cap, &schema->text_cap, TEXT_FIRST, 1,
				   YG_SCHEMA_TEXT_MAX);

		if (!grown)
			return UINT32_MAX;
		schema->text = grown;
	}
	if (text.len > 0)
		memcpy(schema->text + at, text.ptr, text.len);
	schema->text_len += (uint32_t)text.len;
	return at;
}

struct yg_slice yg_schema_name(const struct yg_schema *schema, const struct node *node)
{
	return (struct yg_slice){ node->name_len ? schema->text + node->name : "", node->name_len };
}

uint32_t yg_schema_add_node(struct yg_schema *schema, struct yg_slice name)
{
	uint32_t text = yg_schema_add_text(schema, name), id = schema->free;
	struct node *grown;

	if (text == UINT32_MAX)
		return 0;
	if (id) {
		schema->free = schema->nodes[id].next;
	} else {
		grown = grow(schema->nodes, schema->node_count, &schema->node_cap, NODES_FIRST,
			     sizeof(struct node), YG_SCHEMA_FIELDS_MAX + 1);
		if (!grown)
			return 0;
		schema->nodes = grown;
		id = schema->node_count++;
	}
	schema->nodes[id] = (struct node){ .name = text, .name_len = (uint32_t)name.len };
	return id;
}

void yg_schema_link(struct yg_schema *schema, uint32_t parent, uint32_t node)
{
	uint32_t *at = &schema->nodes[parent].first;

	while (*at)
		at = &schema->nodes[*at].next;
	*at = node;
}

uint32_t yg_schema_add_root(struct yg_schema *schema, enum yg_schema_part part)
{
	if (!schema->roots[part])
		schema->roots[part] = yg_schema_add_node(schema, YG_SLICE(""));
	return schema->roots[part];
}

static bool is_named(const struct yg_schema *schema, uint32_t id, struct yg_slice name)
{
	const struct node *node = &schema->nodes[id];

	return !(node->flags & (NODE_ITEM | NODE_ANY)) &&
	       yg_slice_equal(yg_schema_name(schema, node), name);
}

uint32_t yg_schema_child(struct yg_schema *schema, uint32_t parent, struct yg_slice name)
{
	struct node *at = &schema->nodes[parent];
	uint32_t id = at->cursor ? schema->nodes[at->cursor].next : at->first;

	if (id && is_named(schema, id, name)) {
		at->cursor = id;
		return id;
	}
	for (id = at->first; id; id = schema->nodes[id].next) {
		if (is_named(schema, id, name)) {
			at->cursor = id;
			return id;
		}
	}
	return 0;
}

uint32_t yg_schema_child_flag(const struct yg_schema *schema, uint32_t parent, uint32_t flag)
{
	uint32_t id = schema->nodes[parent].first;

	while (id && !(schema->nodes[id].flags & flag))
		id = schema->nodes[id].next;
	return id;
}

struct values *yg_schema_add_values(struct yg_schema *schema, uint32_t node)
{
	struct node *at = &schema->nodes[node];
	struct values *grown;

	if (!at->values) {
		grown = grow(schema->values, schema->value_count, &schema->value_cap, VALUES_FIRST,
			     sizeof(struct values), YG_SCHEMA_FIELDS_MAX);
		if (!grown)
			return NULL;
		schema->values = grown;
		schema->values[schema->value_count] = (struct values){ 0 };
		at->values = ++schema->value_count;
	}
	return &schema->values[at->values - 1];
}

bool yg_schema_has_enum(const struct node *node)
{
	return !(node->flags & NODE_NO_ENUM) && node->value_count > 0 &&
	       node->strings >= ENUM_STRINGS_MIN &&
	       node->strings >= node->value_count * ENUM_EACH_MIN &&
	       yg_types_normal(node->types & ~(uint32_t)YG_TYPE_NULL) == YG_TYPE_STRING;
}

/* --- merge ---------------------------------------------------------------------------------- */

static void add_value(struct yg_schema *schema, uint32_t node, const struct yg_schema *other,
		      const struct value *value)
{
	struct values *values = yg_schema_add_values(schema, node);
	struct node *at = &schema->nodes[node];
	uint32_t i = 0, text;

	while (values && i < at->value_count && values->rows[i].hash != value->hash)
		i++;
	if (!values || i == YG_SCHEMA_VALUES_MAX) {
		at->flags |= NODE_NO_ENUM;
		return;
	}
	if (i == at->value_count) {
		values->rows[i] = (struct value){ .hash = value->hash };
		at->value_count++;
	}
	values->rows[i].count += value->count;
	if (values->rows[i].len || !value->len)
		return;
	text = yg_schema_add_text(schema,
				  (struct yg_slice){ other->text + value->text, value->len });
	if (text == UINT32_MAX)
		return;
	values->rows[i].text = text;
	values->rows[i].len = value->len;
}

static void merge_values(struct yg_schema *schema, uint32_t into, const struct yg_schema *other,
			 uint32_t from)
{
	struct value copy[YG_SCHEMA_VALUES_MAX];
	uint32_t count = other->nodes[from].value_count;

	if (!other->nodes[from].values)
		return;
	/* Adding may move the very rows. */
	memcpy(copy, other->values[other->nodes[from].values - 1].rows, sizeof(copy));
	for (uint32_t i = 0; i < count; i++)
		add_value(schema, into, other, &copy[i]);
}

static void merge_range(struct node *to, const struct node *from)
{
	if (from->numbers) {
		to->min = to->numbers && to->min < from->min ? to->min : from->min;
		to->max = to->numbers && to->max > from->max ? to->max : from->max;
	}
	if (from->strings) {
		bool less = to->strings && to->length_min < from->length_min;
		bool more = to->strings && to->length_max > from->length_max;

		to->length_min = less ? to->length_min : from->length_min;
		to->length_max = more ? to->length_max : from->length_max;
		if (to->strings && to->format != from->format)
			to->flags |= NODE_NO_FORMAT;
		if (!to->strings)
			to->format = from->format;
	}
	to->numbers += from->numbers;
	to->strings += from->strings;
	to->number_change += from->number_change;
	to->string_change += from->string_change;
	to->value_change += from->value_change;
}

/* All of one node but its fields. */
static void merge_node(struct yg_schema *schema, uint32_t into, const struct yg_schema *other,
		       uint32_t from)
{
	struct node copy = other->nodes[from];
	struct node *to = &schema->nodes[into];
	uint32_t kept = NODE_ITEM | NODE_ANY;

	merge_range(to, &copy);
	to->types |= copy.types;
	to->flags |= copy.flags & ~kept;
	to->seen += copy.seen;
	to->whole += copy.whole;
	to->held += copy.held;
	merge_values(schema, into, other, from);
}

/* The field of @into that stands for field @from of @other; made if it is not there. */
static uint32_t counterpart(struct yg_schema *schema, uint32_t into, const struct yg_schema *other,
			    uint32_t from)
{
	struct yg_slice name = yg_schema_name(other, &other->nodes[from]);
	uint32_t flags = other->nodes[from].flags & (NODE_ITEM | NODE_ANY), id = 0;
	char copy[YG_SCHEMA_NAME_MAX];

	if (schema->nodes[into].flags & NODE_MAP)
		flags = NODE_ANY;
	id = flags ? yg_schema_child_flag(schema, into, flags)
		   : yg_schema_child(schema, into, name);
	if (id || name.len > sizeof(copy))
		return id;
	/* The name may lie in the text that grows. */
	memcpy(copy, name.ptr, name.len);
	id = yg_schema_add_node(schema, flags & NODE_ANY ? YG_SLICE("*")
							 : (struct yg_slice){ copy, name.len });
	if (!id)
		return 0;
	schema->nodes[id].flags = flags;
	yg_schema_link(schema, into, id);
	return id;
}

void yg_schema_merge(struct yg_schema *schema, uint32_t into, const struct yg_schema *other,
		     uint32_t from)
{
	struct {
		uint32_t into, next;
	} stack[STACK_MAX];
	uint32_t depth = 1;

	merge_node(schema, into, other, from);
	stack[0].into = into;
	stack[0].next = other->nodes[from].first;
	while (depth > 0) {
		uint32_t at = stack[depth - 1].next, id;

		if (!at) {
			depth--;
			continue;
		}
		stack[depth - 1].next = other->nodes[at].next;
		id = counterpart(schema, stack[depth - 1].into, other, at);
		if (!id || depth == STACK_MAX)
			continue;
		merge_node(schema, id, other, at);
		stack[depth].into = id;
		stack[depth].next = other->nodes[at].first;
		depth++;
	}
}

/* Give back a node with all its fields. */
static void release(struct yg_schema *schema, uint32_t node)
{
	uint32_t todo = node;

	schema->nodes[node].next = 0;
	while (todo) {
		struct node *at = &schema->nodes[todo];
		uint32_t id = todo, tail = at->first;

		/* Its fields go on the list of what is to be done, in front of the rest. */
		todo = at->next;
		if (tail) {
			while (schema->nodes[tail].next)
				tail = schema->nodes[tail].next;
			schema->nodes[tail].next = todo;
			todo = at->first;
		}
		*at = (struct node){ .next = schema->free };
		schema->free = id;
	}
}

uint32_t yg_schema_collapse(struct yg_schema *schema, uint32_t node)
{
	uint32_t any = yg_schema_child_flag(schema, node, NODE_ANY), id, next;

	if (!any)
		any = yg_schema_add_node(schema, YG_SLICE("*"));
	if (!any)
		return 0;
	schema->nodes[any].flags |= NODE_ANY;
	schema->nodes[node].flags |= NODE_MAP;
	for (id = schema->nodes[node].first; id; id = next) {
		next = schema->nodes[id].next;
		if (id == any)
			continue;
		yg_schema_merge(schema, any, schema, id);
		release(schema, id);
	}
	schema->nodes[any].next = 0;
	schema->nodes[node].first = any;
	schema->nodes[node].cursor = 0;
	return any;
}
