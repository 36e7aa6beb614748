/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/block.h"

#include "cli/client.h"
#include "cli/table.h"
#include "core/json.h"

const struct yg_cli_option yg_block_options[] = {
	{ "for", "TIME",
	  "How long: 90s, 15m, 1h or 7d, at most 30d; the daemon's default if not given", false },
	{ "reason", "TEXT", "Why, for those who read the list of blocks", false },
	{ "force", NULL, "Even if it cuts a large share of the recent callers", false },
	{ 0 },
};

int yg_print_blocked(void *ctx, const char *line, yajl_val value)
{
	const struct yg_cli_args *args = *(const struct yg_cli_args *const *)ctx;
	char left[YG_FORMAT_CAP], time[YG_FORMAT_CAP];

	(void)line;
	(void)fprintf(args->out, "blocked %s for %s, until %s UTC\n",
		      yg_value_text(value, "prefix"),
		      yg_seconds_format(yg_value_uint(value, "seconds_left"), left),
		      yg_time_format(yg_value_text(value, "expires"), time));
	return 0;
}

enum yg_exit yg_command_block(const struct yg_cli_args *args)
{
	YG_CLEANUP(yg_json_free) struct yg_json *json = NULL;
	const char *duration = yg_cli_value(args, "for");
	uint64_t seconds = 0;
	char body[1024];

	if (duration && yg_cli_duration(duration, &seconds))
		return yg_cli_usage(args, "--for %s: not a time", duration);
	if (yg_json_new(&json))
		return yg_cli_fail(args, "block: Out of memory");
	yg_json_open_object(json);
	yg_json_pair_str(json, "prefix", args->items[0]);
	if (seconds)
		yg_json_pair_uint(json, "seconds", seconds);
	if (yg_cli_value(args, "reason"))
		yg_json_pair_str(json, "reason", yg_cli_value(args, "reason"));
	if (yg_cli_value(args, "force"))
		yg_json_pair_uint(json, "force", 1);
	yg_json_close_object(json);
	if (yg_json_view(json).len >= sizeof(body))
		return yg_cli_usage(args, "--reason: too long");
	(void)snprintf(body, sizeof(body), "%.*s", (int)yg_json_view(json).len,
		       yg_json_view(json).ptr);
	return yg_client_one(args, "POST", "/v1/blocks", body, yg_print_blocked, &args);
}
