/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `analyze` prints for a person: endpoints, findings, summary, each line within @columns.
 *
 * Everything from the capture passes through a filter: control bytes and what is not ASCII are
 * printed as '?', so that no path can move the terminal's cursor.
 */
#pragma once

#include <stdio.h>

#include "cli/lines.h"
#include "detect/finding.h"
#include "endpoint/inventory.h"

/* One line of a table for people, cut to @columns; the head goes above the endpoints. */
void yg_tables_endpoint_head(FILE *out, int columns);
void yg_tables_endpoint(FILE *out, int columns, const struct yg_endpoint *endpoint);
void yg_tables_finding(FILE *out, int columns, const struct yg_finding *finding);
void yg_tables_exchange(FILE *out, int columns, const struct yg_spooled *item);
void yg_tables_summary(FILE *out, const struct yg_run_totals *totals);
