/* SPDX-License-Identifier: GPL-2.0-only */
/* In lists of endpoints: how often the application said no inside, whatever the status was. */
#pragma once

#include <stdint.h>
#include <yajl/yajl_tree.h>

#include "cli/command.h"
#include "parse/outcome.h"

#define YG_OUTCOME_TITLE    "ERR"
#define YG_OUTCOME_TEXT_CAP 64	/* bytes of a cell */
#define YG_OUTCOME_WIDE	    100 /* columns of a terminal from which on there is room for the kind */

/*
 * "15 forbidden+": answers that were not ok, and where there is room the most frequent kind of
 * them, with a plus if there are others; "" without any. @counts: by enum yg_outcome_kind.
 * @ret: [YG_OUTCOME_TEXT_CAP]
 */
const char *yg_outcome_text(const struct yg_cli_args *args, const uint64_t counts[YG_OUTCOME_MAX],
			    char *ret);

/* The same of an object of counts by name: {"ok":7,"forbidden":12}; anything else has none. */
const char *yg_outcome_text_of(const struct yg_cli_args *args, yajl_val outcomes, char *ret);
