/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "cli/block.h"
#include "cli/client.h"

enum yg_exit yg_command_approve(const struct yg_cli_args *args)
{
	char path[256] = "/v1/findings/";

	yg_client_add(path, sizeof(path), NULL, args->items[0]);
	(void)strncat(path, "/approve", sizeof(path) - strlen(path) - 1);
	return yg_client_one(args, "POST", path, "", yg_print_blocked, &args);
}
