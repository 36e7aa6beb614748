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

struct yg_json;
struct yg_spec;

/* Read the OpenAPI document @path. */
enum yg_exit yg_document_open(const struct yg_cli_args *args, const char *path,
			      struct yg_spec **ret);
struct yg_options;
struct yg_specs;
struct yg_templates;

/**
 * yg_document_specs() - the documents of the configuration and the one of --openapi.
 * @specs, @templates: get what they say, and their paths.
 * Says on stderr what is wrong with one.
 */
enum yg_exit yg_document_specs(const struct yg_cli_args *args, const struct yg_options *config,
			       struct yg_specs *specs, struct yg_templates *templates);

/**
 * yg_document_compare() - print what traffic and the document @spec say differently.
 * @json: JSON lines are built in; used with --json.
 * @ret_worst: severity of the worst difference; YG_SEVERITY_MAX: there is none.
 */
enum yg_exit yg_document_compare(const struct yg_cli_args *args, struct yg_knowledge *knowledge,
				 const struct yg_spec *spec, struct yg_json *json,
				 enum yg_severity *ret_worst);
