/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lines of `analyze --exchanges --json`: from the spool, with what the whole capture teaches.
 *
 *	spool -> resolve (this thread) -> belt -> text -> out (a second thread)
 *
 * Both halves cost about the same. One exchange is one line, in the order of the spool.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "cli/links.h"
#include "cli/spool.h"
#include "core/json.h"
#include "respond/knowledge.h"

struct yg_exchange_lines {
	struct yg_spool *spool; /* rewound */
	struct yg_knowledge *knowledge;
	const struct yg_links *links; /* sorted */
	struct yg_json *json;	      /* empty, and so afterwards */
	FILE *out;
	bool threaded; /* else all is done in this thread, and prints the same */
};

/**
 * yg_exchange_lines_print() - print what is in the spool.
 *
 * Goes on to the end of the spool when the output fails: ferror() tells.
 *
 * Return: 0; -EIO, -ENOMEM of yg_spool_next(); -ENOMEM without memory for the belt or a line.
 */
YG_MUST_CHECK int yg_exchange_lines_print(const struct yg_exchange_lines *lines);
