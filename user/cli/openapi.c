/* SPDX-License-Identifier: GPL-2.0-only */
/* "yagura openapi export" and "yagura openapi diff SPEC": of what the daemon has learned. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline/schema.h"
#include "cli/client.h"
#include "cli/document.h"
#include "core/json.h"
#include "daemon/documents.h"

const struct yg_cli_option yg_openapi_options[] = {
	{ .name = "service", .value = "HOST", .help = "only endpoints of this service" },
	{ .name = "format",
	  .value = "FORMAT",
	  .help = "of the exported document: yaml (the default) or json" },
	{ .name = "fail-on",
	  .value = "SEVERITY",
	  .help = "exit 3 if a difference is at least info, low, medium, high or critical" },
	{ 0 },
};

static enum yg_exit export(const struct yg_cli_args *args) {
	YG_CLEANUP(yg_client_free) struct yg_client *client = NULL;
	YG_CLEANUP(yg_client_answer_clean) struct yg_client_answer answer = { 0 };
	const char *format = yg_cli_value(args, "format");
	char path[1024] = "/v1/openapi?";
	int r;

	if (args->item_count > 1) return yg_cli_usage(args, "export takes no file");
	yg_client_add(path, sizeof(path), "format", args->json ? "json" : format);
	yg_client_add(path, sizeof(path), "service", yg_cli_value(args, "service"));
	r = yg_client_new(args->socket, &client);
	if (r == 0) r = yg_client_ask(client, "GET", path, NULL, &answer);
	if (r || answer.status != 200) return yg_client_fail(args, r, &answer);
	return fwrite(answer.text, 1, answer.len, args->out) == answer.len ? YG_EXIT_DONE
									   : YG_EXIT_FAILED;
}

/* --- diff ----------------------------------------------------------------------------------- */

struct asking {
	const struct yg_cli_args *args;
	yg_document_fn fn;
	void *ctx;
	int r;
};

static uint8_t nibble(char c)
{
	return (uint8_t)(c >= 'a' ? c - 'a' + 10 : c - '0');
}

/* Bytes of a member in hex. @ret: owned; NULL without it. Return: 0; -ENOMEM. */
static int read_hex(yajl_val value, const char *name, uint8_t **ret, size_t *ret_len)
{
	const char *text = yg_value_text(value, name);
	size_t len = strlen(text) / 2;
	uint8_t *bytes = malloc(len + 1);

	if (!bytes)
		return -ENOMEM;
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
	*ret = bytes;
	*ret_len = len;
	return 0;
}

static int take_schema(void *ctx, const char *line, yajl_val value)
{
	YG_CLEANUP_FREE struct yg_endpoint *endpoint = calloc(1, sizeof(*endpoint));
	YG_CLEANUP(yg_schema_free) struct yg_schema *schema = NULL;
	YG_CLEANUP_FREE uint8_t *packed = NULL;
	YG_CLEANUP_FREE uint8_t *learned = NULL;
	struct asking *asking = ctx;
	struct yg_reader reader = { 0 }, fields = { 0 };
	int r = endpoint ? read_hex(value, "packed_endpoint", &packed, &reader.len) : -ENOMEM;

	(void)line;
	if (r == 0)
		r = read_hex(value, "packed_schema", &learned, &fields.len);
	reader.ptr = packed;
	fields.ptr = learned;
	if (r == 0)
		yg_endpoint_unpack(endpoint, &reader);
	if (r == 0 && fields.len > 0)
		r = yg_schema_unpack(&fields, &schema);
	if (r == 0 && !reader.bad)
		asking->fn(asking->ctx, endpoint, schema);
	asking->r = r;
	return r;
}

enum yg_exit yg_document_each_stored(void *ctx, yg_document_fn fn, void *fn_ctx)
{
	const struct yg_cli_args *args = ctx;
	struct asking asking = { args, fn, fn_ctx, 0 };
	struct yg_cli_args quiet = *args;
	char path[1024] = "/v1/schemas?";
	enum yg_exit code;

	quiet.json = false;
	yg_client_add(path, sizeof(path), "service", yg_cli_value(args, "service"));
	code = yg_client_each(&quiet, path, 0, take_schema, &asking);
	if (code == YG_EXIT_DONE && asking.r)
		return yg_cli_fail(args, "openapi: %s", strerror(-asking.r));
	return code;
}

static enum yg_exit diff(const struct yg_cli_args *args)
{
	YG_CLEANUP(yg_specs_free) struct yg_specs *specs = NULL;
	YG_CLEANUP(yg_json_free) struct yg_json *json = NULL;
	const struct yg_document_source source = { yg_document_each_stored, (void *)args };
	const char *fail_on = yg_cli_value(args, "fail-on");
	enum yg_severity limit = YG_SEVERITY_MAX, worst = YG_SEVERITY_MAX;
	enum yg_exit code;

	if (args->item_count != 2)
		return yg_cli_usage(args, "diff takes one file");
	if (fail_on && yg_cli_severity(fail_on, &limit))
		return yg_cli_usage(args, "--fail-on: not one of info, low, medium, high, "
					  "critical");
	if (yg_specs_new(&specs) || yg_json_new(&json))
		return yg_cli_fail(args, "openapi: %s", strerror(ENOMEM));
	code = yg_document_add(args, args->items[1], specs);
	if (code == YG_EXIT_DONE)
		code = yg_document_compare(args, &source, yg_specs_at(specs, 0), json, NULL,
					   &worst);
	if (code != YG_EXIT_DONE)
		return code;
	return worst != YG_SEVERITY_MAX && worst >= limit ? YG_EXIT_FINDINGS : YG_EXIT_DONE;
}

enum yg_exit yg_command_openapi(const struct yg_cli_args *args)
{
	if (strcmp(args->items[0], "export") == 0)
		return export(args);
	if (strcmp(args->items[0], "diff") == 0)
		return diff(args);
	return yg_cli_usage(args, "'%s' is neither export nor diff", args->items[0]);
}
