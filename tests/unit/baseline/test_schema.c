/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/schema.h"

#include <errno.h>
#include <stdio.h>

#include "core/macros.h"
#include "test.h"

#define TEXT_CAP  8192
#define ENDPOINTS 8u

static const struct yg_hash_key key = { 1, 2 };

struct written {
	size_t len;
	char text[TEXT_CAP];
};

/* "part:path:types,format!(enum)" of each field; '!' required, '+' repeated. */
static void write_field(void *ctx, enum yg_schema_part part, const char *path, uint32_t id,
			const struct yg_schema_field *field)
{
	struct written *w = ctx;
	char types[64];

	(void)id;
	yg_types_text(field->types, types, sizeof(types));
	w->len += (size_t)snprintf(w->text + w->len, TEXT_CAP - w->len, "%s:%s:%s%s%s%s%s",
				   yg_schema_part_name(part), path, types, field->format ? "," : "",
				   yg_format_name(field->format), field->required ? "!" : "",
				   field->repeated ? "+" : "");
	for (uint32_t i = 0; i < field->value_count; i++)
		w->len += (size_t)snprintf(w->text + w->len, TEXT_CAP - w->len, "%s%.*s",
					   i ? "|" : "(", (int)field->values[i].len,
					   field->values[i].ptr);
	w->len += (size_t)snprintf(w->text + w->len, TEXT_CAP - w->len, "%s ",
				   field->value_count ? ")" : "");
}

static const char *written(const struct yg_schema *schema, struct written *ret)
{
	*ret = (struct written){ 0 };
	if (schema)
		yg_schema_each(schema, write_field, ret);
	return ret->text;
}

static struct yg_schemas *make(size_t bytes)
{
	struct yg_schemas *schemas;

	assert_int_equal(yg_schemas_new(&key, ENDPOINTS, bytes, &schemas), 0);
	return schemas;
}

static void show_as(struct yg_schemas *schemas, uint32_t index, enum yg_schema_part part,
		    enum yg_body_kind kind, const char *text, bool cut)
{
	struct yg_body_view body = { .kind = kind, .text = yg_slice_from_str(text), .cut = cut };
	struct yg_values_walked walked;

	yg_schemas_begin(schemas, index, part);
	walked = yg_values_walk_body(&body, YG_SLICE(""), yg_schemas_visit, schemas);
	yg_schemas_end(schemas, &walked);
}

static void show(struct yg_schemas *schemas, uint32_t index, const char *json)
{
	(void)yg_schemas_wants(schemas, index, true, false);
	show_as(schemas, index, YG_SCHEMA_REQUEST, YG_BODY_KIND_JSON, json, false);
}

/* Bodies that were shown, three times each unless they are cut ("~" in front), and what is known. */
static const struct {
	const char *bodies[4];
	const char *want;
} cases[] = {
	{ { "{\"a\":1,\"b\":\"x y\"}" }, "body:$.a:integer! body:$.b:string! " },
	{ { "{\"a\":1}", "{\"a\":2.5,\"c\":null}" }, "body:$.a:number! body:$.c:null " },
	{ { "{\"a\":1}", "{\"a\":\"x\"}", "{\"a\":null}" }, "body:$.a:string|integer|null! " },
	{ { "{\"u\":{\"id\":1,\"tags\":[\"a b\",\"c d\"]}}", "{\"u\":{\"id\":2,\"tags\":[]}}" },
	  "body:$.u:object! body:$.u.id:integer! body:$.u.tags:array! body:$.u.tags[*]:string " },
	{ { "[{\"a\":1},{\"a\":2,\"b\":3}]" },
	  "body:$[*]:object body:$[*].a:integer! body:$[*].b:integer " },
	{ { "{\"a\":1,\"z\":2}", "~{\"a\":1", "~{\"a\":1," },
	  "body:$.a:integer! body:$.z:integer! " },
	{ { "{\"x\":\"12345678-1234-1234-1234-123456789abc\"}" }, "body:$.x:string,uuid! " },
	{ { "{\"x\":\"2026-11-21\"}", "{\"x\":\"2026-11-22\"}" }, "body:$.x:string,date! " },
	{ { "{\"x\":\"2026-11-21\"}", "{\"x\":\"tomorrow\"}" }, "body:$.x:string! " },
	{ { "{\"m\":{\"12345678-1234-1234-1234-123456789abc\":{\"n\":1}}}",
	    "{\"m\":{\"22345678-1234-1234-1234-123456789abc\":{\"n\":2}}}" },
	  "body:$.m:object! body:$.m.*:object body:$.m.*.n:integer! " },
	{ { "{\"m\":{\"title\":1}}", "{\"m\":{\"1001\":2}}" },
	  "body:$.m:object! body:$.m.*:integer " },
};

static void learns_every_case_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(0);
		struct written got;

		print_message("  %s\n", cases[i].bodies[0]);
		(void)yg_schemas_wants(schemas, 0, true, false);
		for (size_t b = 0; b < 4 && cases[i].bodies[b]; b++) {
			const char *text = cases[i].bodies[b];

			for (int times = 0; times < 3; times++)
				show_as(schemas, 0, YG_SCHEMA_REQUEST, YG_BODY_KIND_JSON,
					text + (text[0] == '~'), text[0] == '~');
		}
		assert_string_equal(written(yg_schemas_at(schemas, 0), &got), cases[i].want);
	}
}

static void xml_elements_of_text_are_strings(void **state)
{
	YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(0);
	struct written got;

	(void)state;
	(void)yg_schemas_wants(schemas, 0, true, false);
	for (int i = 0; i < 3; i++)
		show_as(schemas, 0, YG_SCHEMA_RESPONSE_2XX, YG_BODY_KIND_XML,
			"<u id=\"7\"><n>Ann</n><n>Bo</n></u>", false);
	assert_string_equal(
		written(yg_schemas_at(schemas, 0), &got),
		"response:$.u:object! response:$.u.id:integer! response:$.u.n:string!+ ");
	assert_int_equal(yg_schema_kind(yg_schemas_at(schemas, 0), YG_SCHEMA_RESPONSE_2XX),
			 YG_BODY_KIND_XML);
}

static void a_few_words_are_an_enum_and_anything_private_is_not(void **state)
{
	static const char *const words[] = { "ACTIVE", "in-progress", "done" };
	YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(0);
	struct written got;

	(void)state;
	for (int i = 0; i < 90; i++) {
		char json[256];

		(void)snprintf(json, sizeof(json),
			       "{\"state\":\"%s\",\"user\":\"%s\",\"ref\":\"%s\",\"id\":\"a%d\"}",
			       words[i % 3], words[i % 3], i % 2 ? "kJ8xQ2mW" : "open", i);
		show(schemas, 0, json);
	}
	assert_string_equal(written(yg_schemas_at(schemas, 0), &got),
			    "body:$.state:string!(ACTIVE|done|in-progress) body:$.user:string! "
			    "body:$.ref:string! body:$.id:string! ");
}

static void a_value_seen_once_is_never_kept(void **state)
{
	YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(0);
	uint8_t buffer[YG_SCHEMA_PACKED_MAX];
	struct yg_writer writer = { .ptr = buffer, .cap = sizeof(buffer) };

	(void)state;
	for (int i = 0; i < 40; i++)
		show(schemas, 0, i == 20 ? "{\"state\":\"hunter\"}" : "{\"state\":\"open\"}");
	yg_schema_pack(yg_schemas_at(schemas, 0), &writer);
	assert_non_null(memmem(buffer, writer.len, "open", 4));
	assert_null(memmem(buffer, writer.len, "hunter", 6));
}

static void tells_ranges_only_when_they_stand_still(void **state)
{
	YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(0);
	const struct yg_schema *schema;
	struct yg_schema_field field;
	uint32_t id;

	(void)state;
	for (int i = 0; i < 300; i++) {
		char json[64];

		(void)snprintf(json, sizeof(json), "{\"n\":%d,\"up\":%d}", i % 20 + 1, i);
		show(schemas, 0, json);
	}
	schema = yg_schemas_at(schemas, 0);
	id = yg_schema_first(schema, yg_schema_root(schema, YG_SCHEMA_REQUEST));
	yg_schema_field(schema, id, &field);
	assert_true(field.has_range && field.min == 1 && field.max == 20);
	yg_schema_field(schema, yg_schema_next(schema, id), &field);
	assert_false(field.has_range);
}

static void names_that_come_rarely_collapse(void **state)
{
	YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(0);
	struct written got;

	(void)state;
	for (int i = 0; i < 60; i++) {
		char json[64];

		(void)snprintf(json, sizeof(json), "{\"m\":{\"k%c%c\":{\"v\":1}}}", 'a' + i / 26,
			       'a' + i % 26);
		show(schemas, 0, json);
	}
	assert_string_equal(written(yg_schemas_at(schemas, 0), &got),
			    "body:$.m:object! body:$.m.*:object body:$.m.*.v:integer! ");
}

static void samples_after_the_first_exchanges(void **state)
{
	YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(0);

	(void)state;
	for (uint32_t i = 0; i < 8192; i++)
		assert_int_equal(yg_schemas_wants(schemas, 0, true, false).kind,
				 yg_lesson_of(i, false).kind);
	assert_int_equal(yg_schemas_wants(schemas, 0, false, false).kind, YG_LESSON_WHOLE);
	assert_int_equal(yg_schema_exchanges(yg_schemas_at(schemas, 0)), 8192);
}

static void tells_what_changes_once_it_was_stable(void **state)
{
	YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(0);
	const struct yg_schema_drift *drifts;
	uint32_t count;

	(void)state;
	for (uint32_t i = 0; i < 150; i++) {
		show(schemas, 0, "{\"a\":{\"n\":1},\"state\":\"open\"}");
		(void)yg_schemas_drifts(schemas, &count);
		assert_int_equal(count, 0);
	}
	show(schemas, 0, "{\"a\":{\"n\":\"x y\",\"new\":1},\"state\":\"closed\"}");
	drifts = yg_schemas_drifts(schemas, &count);
	assert_int_equal(count, 3);
	assert_int_equal(drifts[0].kind, YG_DRIFT_TYPE);
	assert_string_equal(drifts[0].path, "$.a.n");
	assert_int_equal(drifts[0].before, YG_TYPE_INTEGER);
	assert_int_equal(drifts[0].after, YG_TYPE_INTEGER | YG_TYPE_STRING);
	assert_int_equal(drifts[1].kind, YG_DRIFT_FIELD);
	assert_string_equal(drifts[1].path, "$.a.new");
	assert_int_equal(drifts[2].kind, YG_DRIFT_VALUE);
	assert_int_equal(drifts[2].part, YG_SCHEMA_REQUEST);
	show(schemas, 0, "{\"a\":{\"n\":\"x y\",\"new\":1},\"state\":\"closed\"}");
	(void)yg_schemas_drifts(schemas, &count);
	assert_int_equal(count, 0);
}

static void folding_two_is_as_having_learned_both(void **state)
{
	YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(0);
	struct written got;

	(void)state;
	for (int i = 0; i < 4; i++) {
		show(schemas, 0, "{\"a\":1,\"b\":{\"c\":1}}");
		show(schemas, 1, "{\"a\":\"x y\",\"b\":{\"d\":[true]},\"e\":null}");
	}
	yg_schemas_fold(schemas, 0, 1);
	assert_null(yg_schemas_at(schemas, 1));
	assert_string_equal(written(yg_schemas_at(schemas, 0), &got),
			    "body:$.a:string|integer! body:$.b:object! body:$.b.c:integer "
			    "body:$.b.d:array body:$.b.d[*]:boolean body:$.e:null ");
	yg_schemas_fold(schemas, 2, 0);
	assert_null(yg_schemas_at(schemas, 0));
	assert_int_equal(yg_schema_learned(yg_schemas_at(schemas, 2)), 8);
}

static void survives_packing_and_refuses_damage(void **state)
{
	YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(0);
	YG_CLEANUP(yg_schema_free) struct yg_schema *back = NULL;
	uint8_t buffer[YG_SCHEMA_PACKED_MAX];
	struct yg_writer writer = { .ptr = buffer, .cap = sizeof(buffer) };
	struct yg_reader reader;
	struct written before, after;
	int r;

	(void)state;
	for (int i = 0; i < 40; i++)
		show(schemas, 0, "{\"a\":[{\"n\":1.5}],\"state\":\"open\",\"m\":{\"1001\":true}}");
	yg_schema_pack(yg_schemas_at(schemas, 0), &writer);
	assert_false(writer.overflow);
	for (size_t len = 0; len < writer.len; len++) {
		GUARD_CLEANUP struct guard in = guard_copy(buffer, len);

		reader = (struct yg_reader){ .ptr = (const uint8_t *)in.ptr, .len = len };
		r = yg_schema_unpack(&reader, &back);
		assert_true(r == -EINVAL || r == -ENOMEM);
	}
	reader = (struct yg_reader){ .ptr = buffer, .len = writer.len };
	assert_int_equal(yg_schema_unpack(&reader, &back), 0);
	assert_string_equal(written(back, &after), written(yg_schemas_at(schemas, 0), &before));
	yg_schemas_put(schemas, 3, &back);
	assert_null(back);
	assert_string_equal(written(yg_schemas_at(schemas, 3), &after), before.text);
}

static void gives_up_the_oldest_beyond_its_budget(void **state)
{
	YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(12000);

	(void)state;
	for (uint32_t i = 0; i < ENDPOINTS; i++)
		show(schemas, i, "{\"a\":1,\"b\":2,\"c\":3}");
	assert_true(yg_schemas_counters(schemas).evicted > 0);
	assert_true(yg_schemas_counters(schemas).bytes <= 12000);
	assert_null(yg_schemas_at(schemas, 0));
	assert_non_null(yg_schemas_at(schemas, ENDPOINTS - 1));
	assert_true(yg_schemas_is_dirty(schemas, ENDPOINTS - 1));
	assert_false(yg_schemas_is_dirty(schemas, ENDPOINTS - 1));
	yg_schemas_drop(schemas, ENDPOINTS - 1);
	assert_null(yg_schemas_at(schemas, ENDPOINTS - 1));
}

static void bounds_the_fields_of_an_endpoint(void **state)
{
	YG_CLEANUP(yg_schemas_free) struct yg_schemas *schemas = make(0);
	static char json[65536];
	size_t len = 0;

	(void)state;
	len += (size_t)snprintf(json, sizeof(json), "{");
	for (uint32_t i = 0; i < 40; i++) {
		len += (size_t)snprintf(json + len, sizeof(json) - len, "\"o%c%c\":{", 'a' + i / 26,
					'a' + i % 26);
		for (uint32_t k = 0; k < 40; k++)
			len += (size_t)snprintf(json + len, sizeof(json) - len, "\"f%c%c\":1%s",
						'a' + k / 26, 'a' + k % 26, k < 39 ? "," : "");
		len += (size_t)snprintf(json + len, sizeof(json) - len, i < 39 ? "}," : "}}");
	}
	for (int i = 0; i < 3; i++)
		show(schemas, 0, json);
	assert_true(yg_schemas_counters(schemas).fields_dropped > 0);
	assert_true(yg_schemas_counters(schemas).bytes < 256u * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(learns_every_case_of_the_table),
		cmocka_unit_test(xml_elements_of_text_are_strings),
		cmocka_unit_test(a_few_words_are_an_enum_and_anything_private_is_not),
		cmocka_unit_test(a_value_seen_once_is_never_kept),
		cmocka_unit_test(tells_ranges_only_when_they_stand_still),
		cmocka_unit_test(names_that_come_rarely_collapse),
		cmocka_unit_test(samples_after_the_first_exchanges),
		cmocka_unit_test(tells_what_changes_once_it_was_stable),
		cmocka_unit_test(folding_two_is_as_having_learned_both),
		cmocka_unit_test(survives_packing_and_refuses_damage),
		cmocka_unit_test(gives_up_the_oldest_beyond_its_budget),
		cmocka_unit_test(bounds_the_fields_of_an_endpoint),
	};

	return cmocka_run_group_tests_name("baseline/schema", tests, NULL, NULL);
}
