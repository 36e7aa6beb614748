/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of reports, in the language that was asked for. */
#pragma once

#include "cli/command.h"

/* @english in the language of @args; as it is, when that is English or has no word for it. */
const char *yg_cli_word(const struct yg_cli_args *args, const char *english);

/* What an operator has decided: of a state "open" says another thing. */
const char *yg_cli_decision(const struct yg_cli_args *args, const char *status);

/* The name of a row of evidence ("distinct_ids"), likewise. */
const char *yg_cli_evidence(const struct yg_cli_args *args, const char *name);
