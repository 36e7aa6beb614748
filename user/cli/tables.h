/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `analyze` prints for a person: endpoints, findings, summary, each line within @columns.
 *
 * Everything from the capture passes cli/table.h: no path can move the terminal's cursor.
 */
#pragma once

#include <stdio.h>

#include "cli/lines.h"
#include "detect/finding.h"
#include "endpoint/inventory.h"

/* The head goes above all endpoints, the service above those of one service. */
void yg_tables_endpoint_head(FILE *out);
void yg_tables_service(FILE *out, const struct yg_endpoint *endpoint);
/* Within @columns; of a path that is too long both ends remain. */
void yg_tables_endpoint(FILE *out, int columns, const struct yg_endpoint *endpoint);
/* @japanese: texts of the rule in Japanese, where it has them. */
void yg_tables_finding(FILE *out, int columns, const struct yg_finding *finding, bool japanese);
void yg_tables_exchange(FILE *out, int columns, const struct yg_spooled *item);
void yg_tables_summary(FILE *out, const struct yg_run_totals *totals);
