/* SPDX-License-Identifier: GPL-2.0-only */
/* Sensitive data of endpoints, as people read it. */
#pragma once

#include <stdio.h>
#include <yajl/yajl_tree.h>

#include "baseline/data.h"
#include "cli/command.h"
#include "cli/table.h"
#include "endpoint/inventory.h"

#define YG_DATA_COLUMNS 6u

extern const struct yg_column yg_data_columns[YG_DATA_COLUMNS];

/* One field, an object of the list "data" of an endpoint, as a row. Return: 0; -ENOMEM. */
int yg_data_add(const struct yg_cli_args *args, struct yg_table *table, yajl_val field);

/*
 * Classes of such a list for a narrow column, each once, the gravest first, possible ones with a
 * mark: "pan,secret,phone?". Return: @ret.
 */
const char *yg_data_join(yajl_val list, char *ret, size_t cap);

/* Whole names of all classes of an endpoint that was just learned, the surest first. */
const char *yg_data_join_of(const struct yg_data *data, const struct yg_endpoint *endpoint,
			    char *ret, size_t cap);
