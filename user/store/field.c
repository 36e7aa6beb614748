/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/field.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/json.h"

#define FIELD(type, name, member, max) \
	{ #name, YG_FIELD_##type, (uint32_t)offsetof(struct yg_feed_message, member), (max) },

/* An X-table has one argument too few to say which struct it makes: one wrapper per kind. */
#define HELLO(type, name, max, help)	  FIELD(type, name, hello.name, max)
#define SENSOR(type, name, max, help)	  FIELD(type, name, sensor.name, max)
#define ROLE(type, name, max, help)	  FIELD(type, name, role.name, max)
#define INTERFACE(type, name, max, help)  FIELD(type, name, interface.name, max)
#define LIBRARY(type, name, max, help)	  FIELD(type, name, library.name, max)
#define CAPABILITY(type, name, max, help) FIELD(type, name, capability.name, max)
#define ROUND(type, name, max, help)	  FIELD(type, name, round.name, max)
#define COUNTER(type, name, max, help)	  FIELD(type, name, counter.name, max)
#define ENDPOINT(type, name, max, help)	  FIELD(type, name, endpoint.name, max)
#define CELL(type, name, max, help)	  FIELD(type, name, cell.name, max)
#define CALLER(type, name, max, help)	  FIELD(type, name, caller.name, max)
#define SAMPLE(type, name, max, help)	  FIELD(type, name, sample.name, max)
#define FINDING(type, name, max, help)	  FIELD(type, name, finding.name, max)
#define STATE(type, name, max, help)	  FIELD(type, name, state.name, max)
#define FOLD(type, name, max, help)	  FIELD(type, name, fold.name, max)
#define RELATION(type, name, max, help)	  FIELD(type, name, relation.name, max)
#define LINK(type, name, max, help)	  FIELD(type, name, link.name, max)
#define DATA(type, name, max, help)	  FIELD(type, name, data.name, max)
#define PARTY(type, name, max, help)	  FIELD(type, name, party.name, max)
#define TALK(type, name, max, help)	  FIELD(type, name, talk.name, max)
#define TAKE(type, name, max, help)	  FIELD(type, name, take.name, max)
#define CALL(type, name, max, help)	  FIELD(type, name, call.name, max)
#define RESTORED(type, name, max, help)	  FIELD(type, name, restored.name, max)

static const struct yg_field hello_fields[] = { YG_FEED_HELLO(HELLO) };
static const struct yg_field sensor_fields[] = { YG_FEED_SENSOR(SENSOR) };
static const struct yg_field role_fields[] = { YG_FEED_ROLE(ROLE) };
static const struct yg_field interface_fields[] = { YG_FEED_INTERFACE(INTERFACE) };
static const struct yg_field library_fields[] = { YG_FEED_LIBRARY(LIBRARY) };
static const struct yg_field capability_fields[] = { YG_FEED_CAPABILITY(CAPABILITY) };
static const struct yg_field round_fields[] = { YG_FEED_ROUND(ROUND) };
static const struct yg_field counter_fields[] = { YG_FEED_COUNTER(COUNTER) };
static const struct yg_field endpoint_fields[] = { YG_FEED_ENDPOINT(ENDPOINT) };
static const struct yg_field cell_fields[] = { YG_FEED_CELL(CELL) };
static const struct yg_field caller_fields[] = { YG_FEED_CALLER(CALLER) };
static const struct yg_field sample_fields[] = { YG_FEED_SAMPLE(SAMPLE) };
static const struct yg_field finding_fields[] = { YG_FEED_FINDING(FINDING) };
static const struct yg_field state_fields[] = { YG_FEED_STATE(STATE) };
static const struct yg_field fold_fields[] = { YG_FEED_FOLD(FOLD) };
static const struct yg_field relation_fields[] = { YG_FEED_RELATION(RELATION) };
static const struct yg_field link_fields[] = { YG_FEED_LINK(LINK) };
static const struct yg_field data_fields[] = { YG_FEED_DATA(DATA) };
static const struct yg_field party_fields[] = { YG_FEED_PARTY(PARTY) };
static const struct yg_field talk_fields[] = { YG_FEED_TALK(TALK) };
static const struct yg_field take_fields[] = { YG_FEED_TAKE(TAKE) };
static const struct yg_field call_fields[] = { YG_FEED_CALL(CALL) };
static const struct yg_field restored_fields[] = { YG_FEED_RESTORED(RESTORED) };

#define SCHEMA(number, name, table) \
	[number] = { #name, name##_fields, YG_ARRAY_SIZE(name##_fields), 1 },

static const struct yg_schema schemas[] = { YG_FEED_KINDS(SCHEMA) };

_Static_assert(YG_ARRAY_SIZE(schemas) == YG_FEED_KIND_MAX, "enum yg_feed_kind and the table agree");

const struct yg_schema *yg_schema_find(uint64_t kind)
{
	if (kind == 0 || kind >= YG_FEED_KIND_MAX)
		return NULL;
	return &schemas[kind];
}

const char *yg_feed_kind_name(enum yg_feed_kind kind)
{
	const struct yg_schema *schema = yg_schema_find((uint64_t)kind);

	return schema ? schema->name : "unknown";
}

static void write_id(struct yg_json *json, uint64_t id)
{
	char text[20];

	(void)snprintf(text, sizeof(text), "%016" PRIx64, id);
	yg_json_str(json, text);
}

static void write_address(struct yg_json *json, const struct yg_address *addr)
{
	char text[YG_ADDRESS_TEXT_CAP];

	if (yg_address_is_unknown(addr))
		yg_json_null(json);
	else
		yg_json_str(json, yg_address_format(addr, text));
}

static void write_texts(struct yg_json *json, const struct yg_feed_texts *texts)
{
	yg_json_open_array(json);
	for (uint32_t i = 0; i < texts->count; i++)
		yg_json_slice(json, texts->rows[i]);
	yg_json_close_array(json);
}

static void write_counts(struct yg_json *json, const struct yg_feed_counts *counts)
{
	yg_json_open_object(json);
	for (uint32_t i = 0; i < counts->count; i++) {
		char key[24];

		(void)snprintf(key, sizeof(key), "%" PRIu64, counts->rows[i].key);
		yg_json_pair_uint(json, key, counts->rows[i].value);
	}
	yg_json_close_object(json);
}

static void write_facts(struct yg_json *json, const struct yg_feed_facts *facts)
{
	yg_json_open_object(json);
	for (uint32_t i = 0; i < facts->count; i++) {
		double number = facts->rows[i].number;
		bool whole = number >= -9e15 && number <= 9e15 && number == (double)(int64_t)number;

		yg_json_key_slice(json, facts->rows[i].name);
		if (facts->rows[i].text.ptr)
			yg_json_slice(json, facts->rows[i].text);
		else
			yg_json_real(json, number, whole ? 0 : 3);
	}
	yg_json_close_object(json);
}

static void write_time(struct yg_json *json, uint64_t ns)
{
	if (ns == 0)
		yg_json_null(json);
	else
		yg_json_time(json, ns);
}

void yg_feed_write_value(struct yg_json *json, const struct yg_field *field,
			 const struct yg_feed_message *message)
{
	const void *value = yg_field_view(field, message);

	switch (field->type) {
	case YG_FIELD_text:
		yg_json_slice(json, *(const struct yg_slice *)value);
		break;
	case YG_FIELD_uint:
		yg_json_uint(json, *(const uint64_t *)value);
		break;
	case YG_FIELD_time:
		write_time(json, *(const uint64_t *)value);
		break;
	case YG_FIELD_id:
		write_id(json, *(const uint64_t *)value);
		break;
	case YG_FIELD_real:
		yg_json_real(json, *(const double *)value, 6);
		break;
	case YG_FIELD_flag:
		yg_json_bool(json, *(const bool *)value);
		break;
	case YG_FIELD_address:
		write_address(json, value);
		break;
	case YG_FIELD_texts:
		write_texts(json, value);
		break;
	case YG_FIELD_counts:
		write_counts(json, value);
		break;
	case YG_FIELD_facts:
		write_facts(json, value);
		break;
	case YG_FIELD_blob:
	case YG_FIELD_MAX:
		break;
	}
}

void yg_feed_write_fields(struct yg_json *json, const struct yg_feed_message *message)
{
	const struct yg_schema *schema = yg_schema_find((uint64_t)message->kind);

	for (uint32_t i = 0; schema && i < schema->count; i++) {
		const struct yg_field *field = &schema->fields[i];

		if (field->type == YG_FIELD_blob)
			continue;
		yg_json_key(json, field->name);
		yg_feed_write_value(json, field, message);
	}
}
