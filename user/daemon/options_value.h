/* SPDX-License-Identifier: GPL-2.0-only */
/* One value of the option table: text in, member set; private to options*.c and their tests. */
#pragma once

#include "daemon/options.h"

/* Who set a row; a later one wins. */
enum yg_options_source {
	YG_OPTIONS_UNSET,
	YG_OPTIONS_DEFAULT,
	YG_OPTIONS_FILE,
	YG_OPTIONS_COMMAND,
	YG_OPTIONS_SOURCE_MAX
};

/* The row called @name, or NULL. */
const struct yg_option *yg_options_find(const char *name);

/**
 * yg_options_set() - set or extend a row, unless a stronger source has set it.
 * @ret_cause: literal, on -EINVAL.
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
YG_MUST_CHECK int yg_options_set(struct yg_options *options, const struct yg_option *option,
				 enum yg_options_source source, const char *text,
				 const char **ret_cause);

/* As above without the question of the source: scalars are replaced, lists grow. */
YG_MUST_CHECK int yg_options_parse(struct yg_options *options, const struct yg_option *option,
				   const char *text, const char **ret_cause);

/* Back to nothing: 0, NULL or an empty list. */
void yg_options_reset(struct yg_options *options, const struct yg_option *option);

/* Do both hold the same value of the row @option? */
bool yg_options_is_equal(const struct yg_options *a, const struct yg_options *b,
			 const struct yg_option *option);

/**
 * yg_options_keep_command() - give @to what the command line gave @from, and nothing else.
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_options_keep_command(const struct yg_options *from, struct yg_options *to);
