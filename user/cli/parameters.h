/* SPDX-License-Identifier: GPL-2.0-only */
/* Parameters and fields of one endpoint as tables. */
#pragma once

#include <yajl/yajl_tree.h>

#include "cli/command.h"

/* Print members "parameters" and "response_fields" of an endpoint's object; nothing if empty. */
void yg_parameters_print(const struct yg_cli_args *args, yajl_val endpoint);
