/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "cli/block.h"
#include "cli/client.h"
#include "cli/listing.h"

const struct yg_cli_option yg_approve_options[] = {
	{ "force", NULL, "Even if it cuts a large share of the recent callers", false },
	{ 0 },
};

enum yg_exit yg_command_approve(const struct yg_cli_args *args)
{
	char path[256] = "/v1/findings/", id[YG_ID_DIGITS + 1];
	enum yg_exit code = yg_listing_find(args, "/v1/findings?", id);

	if (code != YG_EXIT_DONE)
		return code;
	yg_client_add(path, sizeof(path), NULL, id);
	(void)strncat(path, "/approve", sizeof(path) - strlen(path) - 1);
	return yg_client_one(args, "POST", path, yg_cli_value(args, "force") ? "{\"force\":1}" : "",
			     yg_print_blocked, &args);
}
