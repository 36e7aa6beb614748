/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/command.h"

enum yg_exit yg_command_version(const struct yg_cli_args *args)
{
	(void)fprintf(args->out, "yagura %s\n", YG_VERSION);
	return YG_EXIT_DONE;
}
