/* SPDX-License-Identifier: GPL-2.0-only */
/* A block that was just placed, as a person reads it. */
#pragma once

#include <yajl/yajl_tree.h>

/* A yg_client_fn. @ctx: const struct yg_cli_args **. */
int yg_print_blocked(void *ctx, const char *line, yajl_val value);
