/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of addresses on a command line. */
#pragma once

#include "daemon/options.h"

/* "CIDR,CIDR" behind what the list holds; NULL: nothing. Return: 0; -EINVAL; -E2BIG; -ENOMEM. */
YG_MUST_CHECK int yg_cli_prefixes(struct yg_prefix_list *list, const char *text);
