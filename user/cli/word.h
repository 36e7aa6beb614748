/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of reports, in the language that was asked for. */
#pragma once

#include "cli/command.h"
#include "cli/table.h"

/* @english in the language of @args; as it is, when that is English or has no word for it. */
const char *yg_cli_word(const struct yg_cli_args *args, const char *english);

/* What an operator has decided: of a state "open" says another thing. */
const char *yg_cli_decision(const struct yg_cli_args *args, const char *status);

/* yg_table_new(), with titles in the language of @args. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_cli_table_new(const struct yg_cli_args *args, const struct yg_column *columns,
				   size_t count, struct yg_table **ret);

/* @sentence on a line of its own, by yg_cli_word(). */
void yg_cli_say(const struct yg_cli_args *args, const char *sentence);

/* A reason of a label or of risk in the language of @args. @ret: [cap], where it is made. */
const char *yg_cli_reason(const struct yg_cli_args *args, const char *english, char *ret,
			  size_t cap);

/* A reason of what the daemon could not do, likewise: of status. */
const char *yg_cli_status_reason(const struct yg_cli_args *args, const char *english, char *ret,
				 size_t cap);

/* The name of a row of evidence ("distinct_ids"), likewise. */
const char *yg_cli_evidence(const struct yg_cli_args *args, const char *name);
