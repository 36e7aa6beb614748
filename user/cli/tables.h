/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `analyze` prints for a person beside its report: exchanges and frames, within @columns.
 *
 * Everything from the capture passes cli/table.h: no path can move the terminal's cursor.
 */
#pragma once

#include <stdio.h>

#include "cli/command.h"
#include "cli/lines.h"

/* One line of an exchange, within @columns. */
void yg_tables_exchange(FILE *out, int columns, const struct yg_spooled *item);
/* The last lines: frames, exchanges and what was skipped. */
void yg_tables_summary(const struct yg_cli_args *args, const struct yg_run_totals *totals);
