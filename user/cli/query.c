/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/table.h"
#include "core/json.h"

#define BODY_CAP 20000 /* the daemon's limit on the text, escaped */

/* The columns are those of the first row. */
struct result {
	struct yg_table *table;
	struct yg_column columns[YG_TABLE_COLUMNS_MAX];
	char *titles[YG_TABLE_COLUMNS_MAX]; /* owned */
	size_t count;
};

static int open_table(struct result *result, yajl_val row)
{
	if (!YAJL_IS_OBJECT(row))
		return -1;
	/* Member 0 is "type". */
	for (size_t i = 1; i < row->u.object.len && result->count < YG_TABLE_COLUMNS_MAX; i++) {
		yajl_val value = row->u.object.values[i];
		char *title = strdup(row->u.object.keys[i]);

		if (!title)
			return -1;
		result->titles[result->count] = title;
		result->columns[result->count++] =
			(struct yg_column){ title,
					    YAJL_IS_NUMBER(value) ? YG_ALIGN_RIGHT : YG_ALIGN_LEFT,
					    YAJL_IS_NUMBER(value) ? 0 : 8 };
	}
	return yg_table_new(result->columns, result->count, &result->table);
}

static int add_row(void *ctx, const char *line, yajl_val row)
{
	struct result *result = ctx;
	const char *texts[YG_TABLE_COLUMNS_MAX] = { NULL };

	(void)line;
	if (!YAJL_IS_OBJECT(row))
		return -1;
	if (!result->table && open_table(result, row))
		return -1;
	for (size_t i = 0; i < result->count && i + 1 < row->u.object.len; i++) {
		yajl_val value = row->u.object.values[i + 1];

		if (YAJL_IS_STRING(value))
			texts[i] = YAJL_GET_STRING(value);
		else
			texts[i] = YAJL_IS_NUMBER(value) ? YAJL_GET_NUMBER(value) : "-";
	}
	return yg_table_add(result->table, texts);
}

enum yg_exit yg_command_query(const struct yg_cli_args *args)
{
	YG_CLEANUP(yg_json_free) struct yg_json *json = NULL;
	struct result result = { .count = 0 };
	char body[BODY_CAP];
	enum yg_exit code;

	if (yg_json_new(&json))
		return yg_cli_fail(args, "query: Out of memory");
	yg_json_open_object(json);
	yg_json_pair_str(json, "sql", args->items[0]);
	yg_json_close_object(json);
	if (yg_json_view(json).len >= sizeof(body))
		return yg_cli_usage(args, "the text is too long");
	(void)snprintf(body, sizeof(body), "%.*s", (int)yg_json_view(json).len,
		       yg_json_view(json).ptr);
	code = yg_client_one(args, "POST", "/v1/query", body, add_row, &result);
	if (result.table)
		yg_table_print(result.table, args->out, args->columns);
	else if (code == YG_EXIT_DONE && !args->json)
		(void)fprintf(args->out, "No rows\n");
	yg_table_free(&result.table);
	for (size_t i = 0; i < result.count; i++)
		free(result.titles[i]);
	return code;
}
