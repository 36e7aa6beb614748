/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/document.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "baseline/openapi.h"

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
			      "%s: %" PRIu32 " endpoints left out: of a path that another service "
			      "has too, or of a method that no document can name\n",
			      path, yg_openapi_left_out(openapi));
	return YG_EXIT_DONE;
}
