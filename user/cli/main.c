/* SPDX-License-Identifier: GPL-2.0-only */
#include <locale.h>
#include <stdlib.h>

#include "cli/command.h"

int main(int argc, char **argv)
{
	/* Widths of characters need a UTF-8 locale; data is UTF-8 whatever the locale says. */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		(void)setlocale(LC_CTYPE, "");
	return yg_cli_main(argc, (const char *const *)argv, stdout, stderr);
}
