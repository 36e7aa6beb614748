/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/client.h"
#include "cli/table.h"

static const struct yg_column columns[] = {
	{ "PREFIX", YG_ALIGN_LEFT, 18 }, { "LEFT", YG_ALIGN_RIGHT, 0 },
	{ "DROPS", YG_ALIGN_RIGHT, 0 },	 { "CAUSE", YG_ALIGN_LEFT, 0 },
	{ "WHO", YG_ALIGN_LEFT, 8 },	 { "REASON", YG_ALIGN_LEFT, 12 },
};

static int add_block(void *ctx, const char *line, yajl_val value)
{
	char left[YG_FORMAT_CAP], drops[YG_FORMAT_CAP];
	const char *texts[] = {
		yg_value_text(value, "prefix"),
		yg_seconds_format(yg_value_uint(value, "seconds_left"), left),
		yg_count_format(yg_value_uint(value, "drops"), drops),
		yg_value_text(value, "cause"),
		yg_value_text(value, "who"),
		yg_value_text(value, "reason"),
	};

	(void)line;
	return yg_table_add(ctx, texts);
}

enum yg_exit yg_command_blocks(const struct yg_cli_args *args)
{
	YG_CLEANUP(yg_table_free) struct yg_table *table = NULL;
	enum yg_exit code;

	if (yg_table_new(columns, YG_ARRAY_SIZE(columns), &table))
		return yg_cli_fail(args, "blocks: Out of memory");
	code = yg_client_each(args, "/v1/blocks?", 0, add_block, table);
	if (code != YG_EXIT_DONE || args->json)
		return code;
	if (yg_table_count(table) == 0)
		(void)fprintf(args->out, "Nothing is blocked\n");
	yg_table_print(table, args->out, args->columns);
	return YG_EXIT_DONE;
}
