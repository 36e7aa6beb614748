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
struct yg_sarif;
struct yg_spec;
struct yg_options;
struct yg_specs;
struct yg_templates;

/**
 * yg_document_specs() - the documents of the configuration and the one of --openapi.
 * @specs, @templates: get what they say, and their paths; the first is that of --openapi.
 * Says on stderr what is wrong with one.
 */
enum yg_exit yg_document_specs(const struct yg_cli_args *args, const struct yg_options *config,
			       struct yg_specs *specs, struct yg_templates *templates);

/* A word of --fail-on. Return: 0; -EINVAL. */
YG_MUST_CHECK int yg_cli_severity(const char *text, enum yg_severity *ret);

/* Read the document @path into @specs; says on stderr what is wrong with it. */
enum yg_exit yg_document_add(const struct yg_cli_args *args, const char *path,
			     struct yg_specs *specs);

/* Endpoints with what was learned of them; @schema may be NULL. */
typedef void (*yg_document_fn)(void *ctx, const struct yg_endpoint *endpoint,
			       const struct yg_schema *schema);

/* Where endpoints come from, in order. */
struct yg_document_source {
	enum yg_exit (*each)(void *ctx, yg_document_fn fn, void *fn_ctx);
	void *ctx;
};

/* A source: what this process has learned. @ctx: struct yg_document_known. */
struct yg_document_known {
	const struct yg_cli_args *args;
	struct yg_knowledge *knowledge;
};
enum yg_exit yg_document_each_known(void *ctx, yg_document_fn fn, void *fn_ctx);

/*
 * A source: what the daemon has learned, of the service of --service. @ctx: struct yg_cli_args.
 * New endpoints are there within seconds, changes within a minute. Says on stderr what failed.
 */
enum yg_exit yg_document_each_stored(void *ctx, yg_document_fn fn, void *fn_ctx);

/**
 * yg_document_compare() - print what traffic and the document @spec say differently.
 * @json: JSON lines are built in; used with --json.
 * @sarif: takes them, too; NULL: none.
 * @ret_worst: severity of the worst difference; YG_SEVERITY_MAX: there is none.
 */
enum yg_exit yg_document_compare(const struct yg_cli_args *args,
				 const struct yg_document_source *source,
				 const struct yg_spec *spec, struct yg_json *json,
				 struct yg_sarif *sarif, enum yg_severity *ret_worst);
