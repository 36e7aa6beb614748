/* SPDX-License-Identifier: GPL-2.0-only */
/* What a capture teaches, as an OpenAPI document in a file. */
#pragma once

#include "cli/command.h"
#include "respond/knowledge.h"

/**
 * yg_document_write() - write the document; says on stderr what failed or was left out.
 * @path: ends in ".json" for JSON, else YAML; "-" is the output of the command.
 */
enum yg_exit yg_document_write(const struct yg_cli_args *args, struct yg_knowledge *knowledge,
			       const char *path);
