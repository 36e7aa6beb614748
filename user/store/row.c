/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/row.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "store/db.h"

/* Appends; every statement of the tables fits YG_ROW_SQL_CAP, a test tries each. */
__attribute__((format(printf, 3, 4))) static void add(char *text, size_t *used, const char *format,
						      ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text + *used, YG_ROW_SQL_CAP - *used, format, args);
	va_end(args);
	if (n > 0 && (size_t)n < YG_ROW_SQL_CAP - *used)
		*used += (size_t)n;
}

static size_t add_columns(const struct yg_schema *schema, const char *prefix, char *text,
			  size_t used)
{
	for (uint32_t i = 0; i < schema->count; i++)
		add(text, &used, "%s%s\"%s\"", i ? "," : "", prefix, schema->fields[i].name);
	return used;
}

void yg_row_columns_sql(const struct yg_schema *schema, const char *prefix, char *ret)
{
	(void)add_columns(schema, prefix, ret, 0);
}

void yg_row_insert_sql(const struct yg_schema *schema, const char *table, const char *key,
		       char *ret)
{
	size_t used = 0;

	add(ret, &used, "INSERT INTO %s(", table);
	used = add_columns(schema, "", ret, used);
	add(ret, &used, ") VALUES(");
	for (uint32_t i = 0; i < schema->count; i++)
		add(ret, &used, "%s?%u", i ? "," : "", i + 1);
	add(ret, &used, ")");
	if (!key)
		return;
	add(ret, &used, " ON CONFLICT(%s) DO UPDATE SET ", key);
	for (uint32_t i = 1; i < schema->count; i++)
		add(ret, &used, "%s\"%s\"=?%u", i > 1 ? "," : "", schema->fields[i].name, i + 1);
}

static void bind_address(sqlite3_stmt *statement, int parameter, const struct yg_address *addr)
{
	char text[YG_ADDRESS_TEXT_CAP];

	if (yg_address_is_unknown(addr))
		(void)sqlite3_bind_null(statement, parameter);
	else
		(void)sqlite3_bind_text(statement, parameter, yg_address_format(addr, text), -1,
					SQLITE_TRANSIENT);
}

static int bind_json(sqlite3_stmt *statement, int parameter, const struct yg_field *field,
		     const struct yg_feed_message *message, struct yg_json *scratch)
{
	struct yg_slice text;

	yg_json_reset(scratch);
	yg_feed_write_value(scratch, field, message);
	text = yg_json_view(scratch);
	return yg_db_errno(
		sqlite3_bind_text(statement, parameter, text.ptr, (int)text.len, SQLITE_TRANSIENT));
}

static int bind_field(sqlite3_stmt *statement, int parameter, const struct yg_field *field,
		      const struct yg_feed_message *message, struct yg_json *scratch)
{
	const void *value = yg_field_view(field, message);

	switch (field->type) {
	case YG_FIELD_text:
		yg_db_bind_text(statement, parameter, *(const struct yg_slice *)value);
		return 0;
	case YG_FIELD_blob:
		yg_db_bind_blob(statement, parameter, *(const struct yg_slice *)value);
		return 0;
	case YG_FIELD_uint:
	case YG_FIELD_time:
	case YG_FIELD_id:
		yg_db_bind_uint(statement, parameter, *(const uint64_t *)value);
		return 0;
	case YG_FIELD_real:
		return yg_db_errno(
			sqlite3_bind_double(statement, parameter, *(const double *)value));
	case YG_FIELD_flag:
		yg_db_bind_uint(statement, parameter, *(const bool *)value);
		return 0;
	case YG_FIELD_address:
		bind_address(statement, parameter, value);
		return 0;
	case YG_FIELD_texts:
	case YG_FIELD_counts:
	case YG_FIELD_facts:
		return bind_json(statement, parameter, field, message, scratch);
	case YG_FIELD_MAX:
		break;
	}
	return -EINVAL;
}

int yg_row_bind(sqlite3_stmt *statement, const struct yg_feed_message *message,
		struct yg_json *scratch)
{
	const struct yg_schema *schema = yg_schema_find((uint64_t)message->kind);
	int r = schema ? 0 : -EINVAL;

	for (uint32_t i = 0; r == 0 && i < schema->count; i++)
		r = bind_field(statement, (int)i + 1, &schema->fields[i], message, scratch);
	return r;
}

static void write_column(struct yg_json *json, sqlite3_stmt *statement, int column,
			 enum yg_field_type type)
{
	char text[24];
	uint64_t number = yg_db_column_uint(statement, column);

	switch (type) {
	case YG_FIELD_text:
	case YG_FIELD_address:
		yg_json_slice(json, yg_db_column(statement, column));
		break;
	case YG_FIELD_uint:
		yg_json_uint(json, number);
		break;
	case YG_FIELD_time:
		if (number)
			yg_json_time(json, number);
		else
			yg_json_null(json);
		break;
	case YG_FIELD_id:
		(void)snprintf(text, sizeof(text), "%016" PRIx64, number);
		yg_json_str(json, text);
		break;
	case YG_FIELD_real:
		yg_json_real(json, sqlite3_column_double(statement, column), 6);
		break;
	case YG_FIELD_flag:
		yg_json_bool(json, number != 0);
		break;
	case YG_FIELD_texts:
	case YG_FIELD_counts:
	case YG_FIELD_facts:
		yg_json_raw(json, yg_db_column(statement, column));
		break;
	case YG_FIELD_blob:
	case YG_FIELD_MAX:
		break;
	}
}

void yg_row_write(struct yg_json *json, sqlite3_stmt *statement, int first,
		  const struct yg_schema *schema)
{
	for (uint32_t i = 0; i < schema->count; i++) {
		if (schema->fields[i].type == YG_FIELD_blob)
			continue;
		yg_json_key(json, schema->fields[i].name);
		write_column(json, statement, first + (int)i, schema->fields[i].type);
	}
}
