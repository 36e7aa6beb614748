/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/client.h"

static int print_unblocked(void *ctx, const char *line, yajl_val value)
{
	const struct yg_cli_args *args = *(const struct yg_cli_args *const *)ctx;

	(void)line;
	(void)fprintf(args->out, "unblocked %s\n", yg_value_text(value, "prefix"));
	return 0;
}

enum yg_exit yg_command_unblock(const struct yg_cli_args *args)
{
	char path[256] = "/v1/blocks/";

	yg_client_add(path, sizeof(path), NULL, args->items[0]);
	return yg_client_one(args, "DELETE", path, NULL, print_unblocked, &args);
}
