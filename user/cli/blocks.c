/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/listing.h"

static const struct yg_column columns[] = {
	{ "PREFIX", YG_ALIGN_LEFT, 18 }, { "LEFT", YG_ALIGN_RIGHT, 0 },
	{ "DROPS", YG_ALIGN_RIGHT, 0 },	 { "CAUSE", YG_ALIGN_LEFT, 0 },
	{ "WHO", YG_ALIGN_LEFT, 8 },	 { "REASON", YG_ALIGN_LEFT, 12 },
};

static int add_block(void *ctx, const char *line, yajl_val value)
{
	const struct yg_listing *listing = ctx;
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
	return yg_table_add(listing->table, texts);
}

enum yg_exit yg_command_blocks(const struct yg_cli_args *args)
{
	static const struct yg_listing_plan plan = {
		.columns = columns,
		.column_count = YG_ARRAY_SIZE(columns),
		.nothing = "Nothing is blocked",
		.add = add_block,
	};

	return yg_listing_print(args, "/v1/blocks?", &plan);
}
