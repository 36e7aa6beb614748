/* SPDX-License-Identifier: GPL-2.0-only */
/* yagura testcases: the checks of cli/testcase.h for the endpoints that the daemon knows. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/client.h"
#include "cli/document.h"
#include "cli/listing.h"
#include "cli/testcase.h"
#include "respond/knowledge.h"

#define GROW 64u

const struct yg_cli_option yg_testcases_options[] = {
	{ "service", "HOST", "Only endpoints of this service", false },
	{ "method", "METHOD", "Only endpoints of this method", false },
	{ "label", "LABEL", "Only endpoints with this label", false },
	{ "risk", "MIN", "Only endpoints of at least this risk, 1 to 100", false },
	{ "since", "DURATION", "Only endpoints used within the last 90s, 15m, 1h, 7d", false },
	{ "format", "FORMAT", "curl, a script that runs them, or http, a file for an editor",
	  false },
	{ "out", "FILE", "Write to FILE, which must not exist, instead of the terminal", false },
	{ 0 },
};

struct run {
	FILE *out, *late; /* late: kept until the end */
	char *text;	  /* of late */
	size_t len;
	struct yg_testcase_form form;
	uint32_t count;
};

static int begin(struct run *run)
{
	run->late = open_memstream(&run->text, &run->len);
	if (!run->late)
		return -ENOMEM;
	yg_testcases_begin(run->out, &run->form);
	return 0;
}

static void end(struct run *run)
{
	if (!run->late)
		return;
	if (fclose(run->late) == 0 && run->text)
		(void)fputs(run->text, run->out);
	free(run->text);
	run->late = NULL;
}

static uint32_t write_one(struct run *run, const struct yg_endpoint *endpoint,
			  const struct yg_schema *schema)
{
	return yg_testcases_write(run->out, run->late, &run->form, endpoint, schema);
}

static void copy(char *to, size_t cap, const char *text)
{
	(void)snprintf(to, cap, "%s", text);
}

static uint32_t auth_of(yajl_val list)
{
	uint32_t auth = 0;

	for (size_t i = 0; YAJL_IS_ARRAY(list) && i < YAJL_GET_ARRAY(list)->len; i++) {
		const char *text = YAJL_GET_STRING(YAJL_GET_ARRAY(list)->values[i]);

		for (uint32_t bit = 1; text && bit <= YG_AUTH_CERTIFICATE; bit <<= 1) {
			if (strcmp(text, yg_auth_name((enum yg_auth)bit)) == 0)
				auth |= bit;
		}
	}
	return auth;
}

/* What this host asks of others is theirs to test. */
static bool is_outbound(yajl_val value)
{
	yajl_val reasons = yg_value_find(value, "label_reasons");

	return yg_value_text(reasons, "third-party")[0] != '\0';
}

/* An endpoint that was asked for. */
struct wanted {
	uint64_t id;
	struct yg_endpoint *endpoint; /* owned */
	bool written;
};

struct stored {
	struct run run;
	struct wanted *wanted;
	size_t count;
};

static void clean_stored(struct stored *stored)
{
	for (size_t i = 0; i < stored->count; i++)
		free(stored->wanted[i].endpoint);
	free(stored->wanted);
}

static int take_endpoint(void *ctx, const char *line, yajl_val value)
{
	struct stored *stored = ctx;
	struct wanted *row = stored->wanted;

	(void)line;
	if (is_outbound(value))
		return 0;
	if (stored->count % GROW == 0)
		row = reallocarray(row, stored->count + GROW, sizeof(*row));
	if (!row)
		return -ENOMEM;
	stored->wanted = row;
	row += stored->count;
	row->endpoint = calloc(1, sizeof(*row->endpoint));
	if (!row->endpoint)
		return -ENOMEM;
	stored->count++;
	row->written = false;
	row->id = strtoull(yg_value_text(value, "id"), NULL, 16);
	row->endpoint->requests = yg_value_uint(value, "requests");
	row->endpoint->tls_requests = yg_value_uint(value, "tls_requests");
	row->endpoint->auth = auth_of(yg_value_find(value, "auth"));
	copy(row->endpoint->service, YG_SERVICE_CAP, yg_value_text(value, "service"));
	copy(row->endpoint->method, YG_METHOD_CAP, yg_value_text(value, "method"));
	copy(row->endpoint->template_, YG_TEMPLATE_CAP, yg_value_text(value, "template"));
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static void write_learned(void *ctx, const struct yg_endpoint *endpoint,
			  const struct yg_schema *schema)
{
	struct stored *stored = ctx;
	const struct wanted key = { .id = endpoint->id };
	struct wanted *row = bsearch(&key, stored->wanted, stored->count, sizeof(key), by_id);

	if (!row || row->written)
		return;
	row->written = true;
	stored->run.count += write_one(&stored->run, row->endpoint, schema);
}

/* Endpoints that pass the filters, with their schemas where they are stored already. */
static enum yg_exit write_stored(const struct yg_cli_args *args, const char *path,
				 struct stored *stored)
{
	struct yg_cli_args quiet = *args;
	enum yg_exit code;

	quiet.json = false;
	code = yg_client_each(&quiet, path, 0, take_endpoint, stored);
	if (code != YG_EXIT_DONE)
		return code;
	if (stored->count)
		qsort(stored->wanted, stored->count, sizeof(*stored->wanted), by_id);
	if (begin(&stored->run))
		return yg_cli_fail(args, "testcases: %s", strerror(ENOMEM));
	code = yg_document_each_stored((void *)args, write_learned, stored);
	for (size_t i = 0; i < stored->count; i++) {
		if (!stored->wanted[i].written)
			stored->run.count +=
				write_one(&stored->run, stored->wanted[i].endpoint, NULL);
	}
	end(&stored->run);
	return code;
}

enum yg_exit yg_command_testcases(const struct yg_cli_args *args)
{
	static const char *const filters[] = { "service", "method", "label", "risk", NULL };
	const char *format = yg_cli_value(args, "format"), *file = yg_cli_value(args, "out");
	YG_CLEANUP(clean_stored) struct stored stored = { .run.out = args->out };
	char path[YG_LISTING_PATH_CAP] = "/v1/endpoints?";
	enum yg_exit code = yg_listing_filter(args, filters, path);

	if (code != YG_EXIT_DONE)
		return code;
	if (format && strcmp(format, "http") == 0)
		stored.run.form.format = YG_TESTCASE_HTTP;
	else if (format && strcmp(format, "curl") != 0)
		return yg_cli_usage(args, "--format: not curl or http");
	if (file) {
		stored.run.out = fopen(file, "wxe");
		if (!stored.run.out)
			return yg_cli_fail(args, "%s: %s", file, strerror(errno));
	}
	code = write_stored(args, path, &stored);
	if (file && code != YG_EXIT_DONE)
		(void)unlink(file);
	if (file && fclose(stored.run.out))
		return yg_cli_fail(args, "%s: %s", file, strerror(errno));
	if (code == YG_EXIT_DONE && file)
		(void)fprintf(args->out,
			      args->japanese ? "%u件の検査を%sに書き込みました\n"
					     : "%u checks written to %s\n",
			      stored.run.count, file);
	return code;
}

/* What a capture teaches comes with its schema. */
struct known {
	struct run run;
	struct yg_knowledge *knowledge;
};

static void write_known(void *ctx, const struct yg_endpoint *endpoint)
{
	struct known *known = ctx;
	struct yg_assessment assessment;

	yg_knowledge_assessment(known->knowledge, endpoint, &assessment);
	if (!yg_labels_have(&assessment.labels, YG_LABEL_THIRD_PARTY))
		known->run.count += write_one(&known->run, endpoint,
					      yg_knowledge_schema(known->knowledge, endpoint));
}

enum yg_exit yg_testcases_known(const struct yg_cli_args *args, struct yg_knowledge *knowledge)
{
	const char *path = yg_cli_value(args, "testcases");
	struct known known = { .knowledge = knowledge, .run.form.japanese = args->japanese };
	size_t len = strlen(path);
	ssize_t r;

	if (len > 5 && strcmp(path + len - 5, ".http") == 0)
		known.run.form.format = YG_TESTCASE_HTTP;
	known.run.out = fopen(path, "we");
	if (!known.run.out)
		return yg_cli_fail(args, "%s: %s", path, strerror(errno));
	r = begin(&known.run);
	if (r == 0)
		r = yg_knowledge_endpoints(knowledge, write_known, &known);
	end(&known.run);
	if (fclose(known.run.out) || r < 0)
		return yg_cli_fail(args, "%s: %s", path, strerror(r < 0 ? (int)-r : errno));
	return YG_EXIT_DONE;
}
