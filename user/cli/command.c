/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/command.h"

#include <stdint.h>
#include <string.h>

static const struct yg_cli_option no_options[] = { { 0 } };

static const struct yg_command commands[] = {
	{
		.name = "analyze",
		.synopsis = "FILE...",
		.summary = "Find APIs and attacks in capture files",
		.text = "Reads pcap and pcapng files, also compressed with gzip, in the order given; \"-\" is "
			"standard input. Runs the same stages as the daemon, by the capture's own time, and "
			"prints the same bytes every time. A file that is cut is read up to the cut.",
		.options = yg_analyze_options,
		.items_min = 1,
		.items_max = SIZE_MAX,
		.json = true,
		.run = yg_command_analyze,
	},
	{
		.name = "version",
		.synopsis = "",
		.summary = "Print the version",
		.options = no_options,
		.run = yg_command_version,
	},
	{
		.name = "help",
		.synopsis = "[COMMAND]",
		.summary = "Print the commands, or the options of one",
		.options = yg_help_options,
		.items_max = 1,
		.run = yg_command_help,
	},
};

const struct yg_command *yg_command_table(size_t *ret_count)
{
	*ret_count = YG_ARRAY_SIZE(commands);
	return commands;
}

const struct yg_command *yg_command_find(const char *name)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}
