/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/document.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline/compare.h"
#include "baseline/openapi.h"
#include "cli/sarif.h"
#include "cli/table.h"
#include "core/json.h"
#include "daemon/documents.h"

struct collecting {
	struct yg_knowledge *knowledge;
	struct yg_openapi *openapi;
	int r;
};

static void add_endpoint(void *ctx, const struct yg_endpoint *endpoint)
{
	struct collecting *c = ctx;

	if (c->r == 0)
		c->r = yg_openapi_add(c->openapi, endpoint,
				      yg_knowledge_schema(c->knowledge, endpoint));
}

static int write_to(struct yg_openapi *openapi, const char *path, FILE *usual)
{
	size_t len = strlen(path);
	bool json = len > 5 && strcmp(path + len - 5, ".json") == 0;
	FILE *out = strcmp(path, "-") == 0 ? usual : fopen(path, "we");
	int r;

	if (!out)
		return -errno;
	r = yg_openapi_write(openapi, json ? YG_OPENAPI_JSON : YG_OPENAPI_YAML, out);
	if (out != usual && fclose(out) && r == 0)
		r = -EIO;
	return r;
}

enum yg_exit yg_document_write(const struct yg_cli_args *args, struct yg_knowledge *knowledge,
			       const char *path)
{
	YG_CLEANUP(yg_openapi_free) struct yg_openapi *openapi = NULL;
	struct collecting c = { .knowledge = knowledge };
	int r = yg_openapi_new(&openapi);

	c.openapi = openapi;
	if (r == 0 && yg_knowledge_endpoints(knowledge, add_endpoint, &c) < 0)
		r = -ENOMEM;
	if (r == 0)
		r = c.r;
	if (r == 0)
		r = write_to(openapi, path, args->out);
	if (r)
		return yg_cli_fail(args, "%s: %s", path, strerror(-r));
	if (yg_openapi_left_out(openapi) > 0)
		(void)fprintf(args->err,
			      "%s: endpoints left out: %" PRIu32 ", of a path that another "
			      "service has too, or of a method that no document can name\n",
			      path, yg_openapi_left_out(openapi));
	return YG_EXIT_DONE;
}

/* --- against a document --------------------------------------------------------------------- */

struct comparison {
	const struct yg_cli_args *args;
	const struct yg_spec *spec;
	struct yg_json *json;
	struct yg_sarif *sarif; /* NULL: none */
	bool *seen;		/* [operations] */
	const struct yg_endpoint *endpoint;
	char name[YG_SERVICE_CAP + YG_TEMPLATE_CAP + YG_METHOD_CAP];
	uint32_t counts[YG_DIFFERENCE_MAX];
	bool failed;
};

static const enum yg_severity severities[YG_DIFFERENCE_MAX] = {
	[YG_DIFFERENCE_SHADOW] = YG_SEVERITY_MEDIUM,  [YG_DIFFERENCE_METHOD] = YG_SEVERITY_MEDIUM,
	[YG_DIFFERENCE_ORPHAN] = YG_SEVERITY_INFO,    [YG_DIFFERENCE_PARAMETER] = YG_SEVERITY_LOW,
	[YG_DIFFERENCE_FIELD] = YG_SEVERITY_LOW,      [YG_DIFFERENCE_TYPE] = YG_SEVERITY_LOW,
	[YG_DIFFERENCE_AUTH] = YG_SEVERITY_HIGH,      [YG_DIFFERENCE_STATUS] = YG_SEVERITY_INFO,
	[YG_DIFFERENCE_DEPRECATED] = YG_SEVERITY_LOW, [YG_DIFFERENCE_LOCKED] = YG_SEVERITY_INFO,
	[YG_DIFFERENCE_NULL] = YG_SEVERITY_INFO,
};

static void print_line(struct comparison *c, enum yg_difference kind, const char *place,
		       const char *detail)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "%-22s", yg_difference_name(kind));
	yg_text_hang(c->args->out, text, c->name, 0, c->args->columns);
	(void)snprintf(text, sizeof(text), "%s%s%s", place, place[0] && detail[0] ? ": " : "",
		       detail);
	yg_text_wrap(c->args->out, text, 24, c->args->columns);
}

static void take_difference(void *ctx, enum yg_difference kind, const char *place,
			    const char *detail)
{
	struct comparison *c = ctx;

	c->counts[kind]++;
	yg_sarif_difference(c->sarif, &(struct yg_sarif_difference){
					      .rule = yg_difference_name(kind),
					      .service = c->endpoint ? c->endpoint->service : "",
					      .endpoint = c->name,
					      .place = place,
					      .detail = detail,
					      .severity = severities[kind],
				      });
	if (!c->args->json) {
		print_line(c, kind, place, detail);
		return;
	}
	yg_json_open_object(c->json);
	yg_json_pair_str(c->json, "type", "difference");
	yg_json_pair_str(c->json, "kind", yg_difference_name(kind));
	yg_json_pair_str(c->json, "severity", yg_severity_name(severities[kind]));
	yg_json_pair_str(c->json, "service", c->endpoint ? c->endpoint->service : NULL);
	yg_json_pair_str(c->json, "endpoint", c->name);
	yg_json_pair_str(c->json, "place", place[0] ? place : NULL);
	yg_json_pair_str(c->json, "detail", detail[0] ? detail : NULL);
	yg_json_close_object(c->json);
	c->failed |= yg_json_flush_line(c->json, c->args->out) != 0;
}

static void compare_endpoint(void *ctx, const struct yg_endpoint *endpoint,
			     const struct yg_schema *schema)
{
	struct comparison *c = ctx;
	int operation;

	if (!yg_spec_serves(c->spec, yg_slice_from_str(endpoint->service)))
		return;
	c->endpoint = endpoint;
	(void)snprintf(c->name, sizeof(c->name), "%s %s", endpoint->method, endpoint->template_);
	operation = yg_compare_endpoint(c->spec, endpoint, schema, take_difference, c);
	if (operation >= 0)
		c->seen[operation] = true;
}

static void tell_orphans(struct comparison *c)
{
	c->endpoint = NULL;
	for (uint32_t i = 0; i < yg_spec_count(c->spec); i++) {
		const struct yg_spec_operation *at = yg_spec_operation(c->spec, i);

		if (c->seen[i])
			continue;
		(void)snprintf(
			c->name, sizeof(c->name), "%s %.*s", at->method,
			(int)(at->path.len < YG_TEMPLATE_CAP ? at->path.len : YG_TEMPLATE_CAP),
			at->path.ptr);
		take_difference(c, YG_DIFFERENCE_ORPHAN, "", "");
	}
}

static enum yg_severity sum_up(const struct comparison *c)
{
	enum yg_severity worst = YG_SEVERITY_MAX;

	if (!c->args->json)
		(void)fputc('\n', c->args->out);
	for (enum yg_difference kind = 0; kind < YG_DIFFERENCE_MAX; kind++) {
		if (!c->counts[kind])
			continue;
		if (worst == YG_SEVERITY_MAX || severities[kind] > worst)
			worst = severities[kind];
		if (!c->args->json)
			(void)fprintf(c->args->out, "%-22s  %" PRIu32 "\n",
				      yg_difference_name(kind), c->counts[kind]);
	}
	if (!c->args->json)
		(void)fputc('\n', c->args->out);
	return worst;
}

enum yg_exit yg_document_compare(const struct yg_cli_args *args,
				 const struct yg_document_source *source,
				 const struct yg_spec *spec, struct yg_json *json,
				 struct yg_sarif *sarif, enum yg_severity *ret_worst)
{
	YG_CLEANUP_FREE bool *seen = calloc(yg_spec_count(spec) + 1, sizeof(bool));
	struct comparison c = {
		.args = args, .json = json, .sarif = sarif, .spec = spec, .seen = seen
	};
	enum yg_exit code;

	if (!seen)
		return yg_cli_fail(args, "openapi: %s", strerror(ENOMEM));
	code = source->each(source->ctx, compare_endpoint, &c);
	if (code != YG_EXIT_DONE)
		return code;
	tell_orphans(&c);
	*ret_worst = sum_up(&c);
	return c.failed ? YG_EXIT_FAILED : YG_EXIT_DONE;
}

/* --- a capture ------------------------------------------------------------------------------ */

struct visiting {
	struct yg_knowledge *knowledge;
	yg_document_fn fn;
	void *ctx;
};

static void visit(void *ctx, const struct yg_endpoint *endpoint)
{
	const struct visiting *visiting = ctx;

	visiting->fn(visiting->ctx, endpoint, yg_knowledge_schema(visiting->knowledge, endpoint));
}

enum yg_exit yg_document_each_known(void *ctx, yg_document_fn fn, void *fn_ctx)
{
	const struct yg_document_known *known = ctx;
	struct visiting visiting = { known->knowledge, fn, fn_ctx };

	if (yg_knowledge_endpoints(known->knowledge, visit, &visiting) < 0)
		return yg_cli_fail(known->args, "openapi: %s", strerror(ENOMEM));
	return YG_EXIT_DONE;
}

int yg_cli_severity(const char *text, enum yg_severity *ret)
{
	for (int s = YG_SEVERITY_INFO; s < YG_SEVERITY_MAX; s++) {
		if (strcmp(text, yg_severity_name((enum yg_severity)s)) == 0) {
			*ret = (enum yg_severity)s;
			return 0;
		}
	}
	return -EINVAL;
}

/* --- before traffic comes ------------------------------------------------------------------- */

struct refusal {
	const struct yg_cli_args *args;
	enum yg_exit code;
};

static void refuse(void *ctx, const char *item, const char *cause)
{
	struct refusal *refusal = ctx;

	refusal->code = yg_cli_fail(refusal->args, "%s: %s", item, cause);
}

enum yg_exit yg_document_add(const struct yg_cli_args *args, const char *path,
			     struct yg_specs *specs)
{
	struct yg_document_text file = { 0 };
	char error[YG_SPEC_ERROR_CAP];
	int r = yg_document_read(path, &file);

	if (r == 0) {
		r = yg_specs_add(specs, (struct yg_slice){ 0 },
				 (struct yg_slice){ file.text, file.len }, error);
		free(file.text);
	}
	if (r == 0)
		return YG_EXIT_DONE;
	if (r == -EINVAL)
		return yg_cli_fail(args, "%s: not an OpenAPI document: %s", path, error);
	return yg_cli_fail(args, "%s: %s", path, strerror(-r));
}

enum yg_exit yg_document_specs(const struct yg_cli_args *args, const struct yg_options *config,
			       struct yg_specs *specs, struct yg_templates *templates)
{
	const char *given = yg_cli_value(args, "openapi");
	struct refusal refusal = { args, YG_EXIT_DONE };
	struct yg_documents documents = { 0 };
	int r;

	if (given && yg_document_add(args, given, specs) != YG_EXIT_DONE)
		return YG_EXIT_FAILED;
	r = yg_documents_read(config, &documents, refuse, &refusal);
	if (r == 0)
		r = yg_documents_parse(&documents, config, specs, templates, refuse, &refusal);
	yg_documents_clean(&documents);
	return r ? yg_cli_fail(args, "openapi: %s", strerror(-r)) : refusal.code;
}
