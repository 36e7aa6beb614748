/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "cli/client.h"
#include "cli/listing.h"

static int print_dismissed(void *ctx, const char *line, yajl_val value)
{
	const struct yg_cli_args *args = *(const struct yg_cli_args *const *)ctx;

	(void)line;
	(void)fprintf(args->out, "dismissed %s\n", yg_value_text(value, "id"));
	return 0;
}

enum yg_exit yg_command_dismiss(const struct yg_cli_args *args)
{
	char path[256] = "/v1/findings/", id[YG_ID_DIGITS + 1];
	enum yg_exit code = yg_listing_find(args, "/v1/findings?", id);

	if (code != YG_EXIT_DONE)
		return code;
	yg_client_add(path, sizeof(path), NULL, id);
	(void)strncat(path, "/dismiss", sizeof(path) - strlen(path) - 1);
	return yg_client_one(args, "POST", path, "", print_dismissed, &args);
}
